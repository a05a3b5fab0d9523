"""Lesson 06: no reads of data (SCN-05), a visit with an end (COND-06, ENT-10), a star that fits a write (POL-09)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from answers.documents import MFA, allow, deny, policy, when
from iamlab import Lab
from iamlab.world.account import Account
from iamlab.world.identities import Role

WEDNESDAY = "2026-11-04T12:00:00Z"
FIRM = "arn:aws:iam::333333333333:root"
WITH_ID = {"sts:ExternalId": "acme-7f3c"}


def _dev(lab: Lab) -> Account:
    return next(one for one in lab.accounts if one.id == "111111111111")


def _role(lab: Lab) -> Role:
    return _dev(lab).role("ConsultantRole")


# 06.1


def _swap(lab: Lab) -> None:
    _role(lab).attach(_dev(lab).managed_policy("SecurityAudit"))
    _role(lab).detach(_dev(lab).managed_policy("ReadOnlyAccess"))


def _swap_as_root(lab: Lab) -> None:
    with lab.signed_in(_dev(lab).root):
        _swap(lab)


def _swap_with_view_only_beside(lab: Lab) -> None:
    """What ViewOnlyAccess adds to SecurityAudit is List or Read, and no data (the table of SCN-05)."""
    _swap(lab)
    _role(lab).attach(_dev(lab).managed_policy("ViewOnlyAccess"))


def _deny_every_read_of_data(lab: Lab) -> None:
    """ReadOnlyAccess stays, and an explicit Deny takes out what reads data, as far as it comes to mind."""
    data = ["s3:GetObject", "s3:GetObjectVersion", "dynamodb:*Item", "dynamodb:Query", "dynamodb:Scan"]
    more = ["sqs:ReceiveMessage", "logs:GetLogEvents", "logs:FilterLogEvents", "ssm:GetParameter*"]
    _role(lab).put_policy("NoData", policy(deny([*data, *more, "lambda:GetFunction"])))


def _boundary_of_security_audit(lab: Lab) -> None:
    """ReadOnlyAccess stays, and only what SecurityAudit allows as well is left of it (EVAL-09)."""
    _role(lab).put_boundary(_dev(lab).managed_policy("SecurityAudit"))


def _swap_and_try(lab: Lab) -> None:
    """A session that was opened to look at what one has done is nothing that has changed."""
    _swap(lab)
    clara = next(one for one in lab.accounts if one.id == "333333333333").user("clara")
    lab.sts.assume_role(clara, _role(lab), "clara", external_id="acme-7f3c")


def _swap_and_allow(*actions: str) -> Callable[[Lab], None]:
    return lambda lab: (_swap(lab), _role(lab).put_policy("More", policy(allow(list(actions)))))  # type: ignore[func-returns-value]


def _swap_and_say_in_the_bucket(effect: str, who: str) -> Callable[[Lab], None]:
    statement = {"Effect": effect, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-payroll/secret/*"}

    def changed(lab: Lab) -> None:
        _swap(lab)
        _dev(lab).buckets[1].put_policy(policy({**statement, "Principal": {"AWS": who}}))

    return changed


def _swap_and_trust(account: str) -> Callable[[Lab], None]:
    def changed(lab: Lab) -> None:
        _swap(lab)
        _role(lab).update_trust(_trust(_ASKS, {**_ASKS, "Principal": {"AWS": f"arn:aws:iam::{account}:root"}}))

    return changed


def _own_user_for_clara(lab: Lab) -> None:
    _swap(lab)
    _dev(lab).create_user("clara").attach(_dev(lab).managed_policy("SecurityAudit"))


# 06.2


def _trust(*statements: dict[str, Any]) -> dict[str, Any]:
    return policy(*statements)


def _let_in(condition: dict[str, Any], effect: str = "Allow") -> dict[str, Any]:
    who = {"Principal": {"AWS": FIRM}, "Action": "sts:AssumeRole"}
    return {"Effect": effect, **who, "Condition": condition}


def _limit(*statements: dict[str, Any], seconds: int = 3600) -> Callable[[Lab], None]:
    def limit(lab: Lab) -> None:
        _role(lab).update_trust(_trust(*statements))
        _role(lab).update(max_session_duration=seconds)

    return limit


_ASKS = _let_in({"StringEquals": WITH_ID})
_UNTIL = _let_in({"StringEquals": WITH_ID, "DateLessThanEquals": {"aws:CurrentTime": WEDNESDAY}})


def _over(key: str, operator: str) -> dict[str, Any]:
    return {**deny("*"), "Condition": {operator: {key: WEDNESDAY}}}


def _long_sessions_that_are_useless_later(lab: Lab) -> None:
    """Twelve hours may be asked for, and from Wednesday at 12:00 on a Deny makes them good for nothing."""
    _role(lab).update_trust(_trust(_UNTIL))
    _role(lab).put_policy("Over", policy(_over("aws:CurrentTime", "DateGreaterThanEquals")))


def _long_sessions_without(actions: Any) -> Callable[[Lab], None]:
    """Twelve hours may be asked for, and from 13:00 on some actions are of no use."""

    def changed(lab: Lab) -> None:
        _role(lab).update_trust(_trust(_UNTIL))
        over = when(deny(actions), DateGreaterThanEquals={"aws:CurrentTime": "2026-11-04T13:00:00Z"})
        _role(lab).put_policy("Over", policy(over))

    return changed


def _until(moment: str, operator: str = "DateLessThan", **condition: Any) -> Callable[[Lab], None]:
    """Sessions of an hour, and a trust policy with that end; ``condition`` in the place of the one on the ID."""
    asked = condition or {"StringEquals": WITH_ID}
    return _limit(_let_in({**asked, operator: {"aws:CurrentTime": moment}}))


def _limit_on_friday(lab: Lab) -> None:
    """Whoever has moved the clock to see what happens has done no less."""
    lab.clock.advance(days=4)
    _limit(_UNTIL)(lab)


def _limit_and_trust_another(lab: Lab) -> None:
    _limit(_UNTIL, {**_UNTIL, "Principal": {"AWS": "arn:aws:iam::444444444444:root"}})(lab)


def _also_without_audit(lab: Lab) -> None:
    _limit(_UNTIL)(lab)
    _role(lab).attach(_dev(lab).managed_policy("ReadOnlyAccess"))


def _open_another_door(lab: Lab) -> None:
    _limit(_UNTIL)(lab)
    made = _dev(lab).create_role("Second", trust=policy({**_ASKS}))
    made.attach(_dev(lab).managed_policy("SecurityAudit"))


# 06.3

NAMES = allow(["s3:ListAllMyBuckets", "iam:ListRoles", "iam:*AccountSummary", "dynamodb:DescribeTable"])
POLICIES = allow(["iam:GetRole", "s3:GetBucketPolicy"])
STARRED = allow(["iam:GetRole", "s3:*BucketPolicy"])

OTHER_CORRECT = {
    "06.1": [_swap, _swap_as_root, _swap_with_view_only_beside, _boundary_of_security_audit, _swap_and_try],
    "06.2": [
        _limit(_UNTIL),
        _limit(_ASKS, _let_in({"DateGreaterThanEquals": {"aws:CurrentTime": WEDNESDAY}}, "Deny")),
        # 2026-11-04T12:00:00Z is 1793793600 seconds after 1970 (COND-06).
        _limit(_let_in({"StringEquals": WITH_ID, "DateLessThan": {"aws:CurrentTime": "1793793600"}})),
        _long_sessions_that_are_useless_later,
        _until("2026-11-04T13:00:00+01:00"),
        _limit_on_friday,
    ],
    "06.3": [
        policy(NAMES, POLICIES, deny("s3:Put*")),
        # Of the three that end so, Get alone has a letter before "et"; and no other action of S3 is written so.
        policy(NAMES, allow(["iam:GetRole", "s3:?etBucketPolicy"])),
        policy(NAMES, STARRED, deny(["s3:PutBucketPolicy", "s3:DeleteBucketPolicy"])),
        policy(
            allow(["s3:ListAllMyBuckets", "iam:ListRoles", "iam:GetAccountSummary"]),
            allow("dynamodb:DescribeTable", "arn:aws:dynamodb:*:111111111111:table/*"),
            allow("s3:getbucketpolicy", "arn:aws:s3:::*"),
            allow("iam:GetRole", "arn:aws:iam::111111111111:role/*"),
        ),
    ],
}

MORE_CHANGED = {
    "06.1": [
        # Of files that are not there yet: one account's bucket policy gives, and takes away (EVAL-10, EVAL-03).
        _swap_and_say_in_the_bucket("Allow", "arn:aws:iam::111111111111:role/ConsultantRole"),
        _swap_and_say_in_the_bucket("Deny", "arn:aws:iam::111111111111:user/dana"),
        _own_user_for_clara,
        lambda lab: (_swap(lab), _role(lab).attach(_dev(lab).managed_policy("AmazonS3FullAccess"))),
        lambda lab: (_swap(lab), _role(lab).put_policy("Mail", policy(allow("sqs:SendMessage")))),
        lambda lab: (_swap(lab), _dev(lab).user("dana").attach(_dev(lab).managed_policy("AdministratorAccess"))),
        _swap_and_trust("444444444444"),
        _deny_every_read_of_data,
        # SCN-05: secrets and kms:Decrypt are in none of the three, and reading parameters in ReadOnlyAccess alone.
        *map(
            _swap_and_allow,
            (
                "ec2:RunInstances",
                "ssm:StartAutomationExecution",
                "ssm:GetParameters",
                "ssm:GetParametersByPath",
                "secretsmanager:GetSecretValue",
                "kms:Decrypt",
                "dynamodb:PartiQLSelect",
                "athena:GetQueryResults",
            ),
        ),
        _swap_and_allow("logs:StartQuery", "logs:GetQueryResults"),
    ],
    "06.2": [
        _also_without_audit,
        _open_another_door,
        _limit_and_trust_another,
        # An end that is another one (12:00 was said), and an external ID that is as good as none (COND-05).
        *map(_until, ("2026-11-04T12:30:00Z", "2026-11-04T12:59:59Z", "2026-11-04T12:00:02Z", "2026-11-05")),
        _until("2026-11-04T12:00:00Z", StringLike={"sts:ExternalId": "*"}),
        _until("2026-11-04T12:00:00Z", StringLike={"sts:ExternalId": "acme-7f3?"}),
        _until("2026-11-04T12:00:00Z", StringEquals={"sts:ExternalId": ["acme-7f3c", "other"]}),
        _until("2026-11-04T12:00:00Z", StringEqualsIgnoreCase={"sts:ExternalId": "acme-7f3c"}),
        # The door opens again; sessions go on, in which only one service is closed.
        _limit(_UNTIL, _let_in({"StringEquals": WITH_ID, "DateGreaterThan": {"aws:CurrentTime": "2028-01-01"}})),
        _limit(
            _ASKS,
            _let_in(
                {
                    "DateGreaterThanEquals": {"aws:CurrentTime": WEDNESDAY},
                    "DateLessThan": {"aws:CurrentTime": "2027-01-01"},
                },
                "Deny",
            ),
        ),
        _long_sessions_without("s3:*"),
        _long_sessions_without(["s3:*", "iam:*"]),
    ],
}

# Until Wednesday she comes in as now, and sees what she saw.
TOO_FEW = {
    "06.2": [
        _limit(
            _UNTIL,
            _let_in(
                {
                    "DateGreaterThanEquals": {"aws:CurrentTime": "2026-11-03"},
                    "DateLessThan": {"aws:CurrentTime": "2026-11-04"},
                },
                "Deny",
            ),
        ),
        _until(WEDNESDAY, StringEquals=WITH_ID, BoolIfExists=MFA),
        lambda lab: (
            _limit(_UNTIL)(lab),
            _role(lab).put_policy(
                "Less", policy(when(deny("iam:*"), DateGreaterThan={"aws:CurrentTime": "2026-11-04T11:00:00Z"}))
            ),
        ),
    ],
}

TOO_MUCH = {
    "06.3": [
        policy(NAMES, POLICIES, allow("s3:GetBucketAcl")),
        policy(NAMES, POLICIES, {**allow("s3:PutBucketPolicy"), "Condition": {"Bool": MFA}}),
        policy(NAMES, POLICIES, allow("s3:PutObject", "arn:aws:s3:::acme-photos/*")),
        policy(NAMES, allow(["iam:GetRole", "s3:GetBucket*"])),
        policy(NAMES, POLICIES, allow("iam:PassRole")),
        policy(allow("s3:*AllMyBuckets"), NAMES, allow(["iam:Get*", "s3:GetBucketPolicy"])),
    ],
}

FORBIDS = {
    # Tables are in other Regions, too.
    "06.3": [
        policy(
            allow(["s3:ListAllMyBuckets", "iam:ListRoles", "iam:GetAccountSummary"]),
            allow("dynamodb:DescribeTable", "arn:aws:dynamodb:us-east-1:111111111111:table/*"),
            POLICIES,
        ),
    ],
    # Settings are for clara to see.
    "06.1": [
        lambda lab: (_swap(lab), _role(lab).put_policy("Less", policy(deny("ec2:Describe*")))),
        lambda lab: (_swap(lab), _role(lab).put_policy("Less", policy(deny("s3:GetObject*")))),
    ],
    "06.2": [lambda lab: (_until(WEDNESDAY)(lab), _role(lab).put_policy("Less", policy(deny("iam:List*"))))],
}

NOT_SAID = {
    "a Deny of files alone is no second policy": (
        "06.1",
        lambda lab: _role(lab).put_policy("NoFiles", policy(deny(["s3:GetObject", "s3:GetObjectVersion"]))),
        "add up",
    ),
    "a policy of the role's own is not nothing": (
        "06.1",
        lambda lab: (
            _role(lab).detach(_dev(lab).managed_policy("ReadOnlyAccess")),
            _role(lab).put_policy("Users", policy(allow("iam:ListUsers"))),
        ),
        "Nothing is left",
    ),
    "a date in the past is not the other way round": (
        "06.2",
        _limit(_let_in({"StringEquals": WITH_ID, "DateLessThan": {"aws:CurrentTime": "2026-11-01"}})),
        "other way round",
    ),
    "a date too late is no missing date": (
        "06.2",
        _limit(_let_in({"StringEquals": WITH_ID, "DateLessThan": {"aws:CurrentTime": "2026-11-09"}})),
        "nothing says when",
    ),
    "the lesson's own end, two days later, is no missing date": (
        "06.2",
        _limit(_let_in({"StringEquals": WITH_ID, "DateLessThan": {"aws:CurrentTime": "2026-11-06T18:00:00Z"}})),
        "nothing says when",
    ),
    "an external ID that may be left out is no second statement": (
        "06.2",
        _limit(_let_in({"StringEqualsIfExists": WITH_ID, "DateLessThan": {"aws:CurrentTime": WEDNESDAY}})),
        "two doors",
    ),
    "an external ID that may be left out is asked for": (
        "06.2",
        _limit(_let_in({"StringEqualsIfExists": WITH_ID, "DateLessThan": {"aws:CurrentTime": WEDNESDAY}})),
        "does not ask",
    ),
    "a door that is open until six does not close in time": ("06.2", _until("2026-11-04T18:00:00Z"), "closes in time"),
    "nor one until eight, with long sessions": (
        "06.2",
        _limit(
            _let_in({"StringEquals": WITH_ID, "DateLessThan": {"aws:CurrentTime": "2026-11-04T20:00"}}), seconds=43200
        ),
        "closes in time",
    ),
    "a door that closes too early is not open after twelve": ("06.2", _until("2026-11-04T11:45:00Z"), "still open"),
    "one action more is no list of what is forbidden": ("06.1", _swap_and_allow("ssm:GetParameters"), "A list of"),
    "one bucket alone is not forbidden": (
        "06.3",
        policy(NAMES, POLICIES, allow("s3:*BucketPolicy", "arn:aws:s3:::acme-photos")),
        "Writing is forbidden",
    ),
    "deleting by its name is no star": (
        "06.3",
        policy(NAMES, POLICIES, allow("s3:DeleteBucketPolicy")),
        "the star fits",
    ),
    "writing and deleting denied is no reading left out": (
        "06.3",
        policy(NAMES, allow("iam:GetRole"), allow("s3:*BucketPolicy"), deny("s3:*BucketPolicy")),
        "the read has gone",
    ),
}
