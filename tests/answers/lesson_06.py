"""Lesson 06: no reads of data (SCN-05), a visit with an end (COND-06, ENT-10), a star that fits a write (POL-09)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from answers.documents import allow, deny, policy
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
    """ReadOnlyAccess stays, and an explicit Deny takes out what reads data (EVAL-03)."""
    data = ["s3:GetObject", "s3:GetObjectVersion", "dynamodb:*Item", "dynamodb:Query", "dynamodb:Scan"]
    more = ["sqs:ReceiveMessage", "logs:GetLogEvents", "logs:FilterLogEvents", "ssm:GetParameter*"]
    _role(lab).put_policy("NoData", policy(deny([*data, *more, "lambda:GetFunction"])))


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
    "06.1": [_swap, _swap_as_root, _swap_with_view_only_beside, _deny_every_read_of_data],
    "06.2": [
        _limit(_UNTIL),
        _limit(_ASKS, _let_in({"DateGreaterThanEquals": {"aws:CurrentTime": WEDNESDAY}}, "Deny")),
        # 2026-11-04T12:00:00Z is 1793793600 seconds after 1970 (COND-06).
        _limit(_let_in({"StringEquals": WITH_ID, "DateLessThan": {"aws:CurrentTime": "1793793600"}})),
        _long_sessions_that_are_useless_later,
    ],
    "06.3": [
        policy(NAMES, POLICIES, deny("s3:Put*")),
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
        _own_user_for_clara,
        lambda lab: (_swap(lab), _role(lab).attach(_dev(lab).managed_policy("AmazonS3FullAccess"))),
        lambda lab: (_swap(lab), _role(lab).put_policy("Mail", policy(allow("sqs:SendMessage")))),
        lambda lab: (_swap(lab), _dev(lab).user("dana").attach(_dev(lab).managed_policy("AdministratorAccess"))),
    ],
    "06.2": [_also_without_audit, _open_another_door],
}

TOO_MUCH = {
    "06.3": [
        policy(NAMES, POLICIES, allow("s3:GetBucketAcl")),
        policy(NAMES, POLICIES, allow("s3:PutObject", "arn:aws:s3:::acme-photos/*")),
        policy(NAMES, allow(["iam:GetRole", "s3:GetBucket*"])),
        policy(NAMES, POLICIES, allow("iam:PassRole")),
        policy(allow("s3:*AllMyBuckets"), NAMES, allow(["iam:Get*", "s3:GetBucketPolicy"])),
    ],
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
