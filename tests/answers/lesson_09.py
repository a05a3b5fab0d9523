"""Lesson 09: deciding statements (EVAL-02, EVAL-03), boundaries (EVAL-09, EVAL-10), control policies (EVAL-06)."""

from __future__ import annotations

from typing import Any

from answers.documents import MFA, allow, deny, policy, when
from iamlab import Lab

PRODUCTION = "999999999999"
ALLOWED, IMPLICIT, EXPLICIT = "allowed", "implicit deny", "explicit deny"
IDENTITY, RESOURCE, TRUST = "identity policy", "resource policy", "trust policy"
LISTED = ["s3:*", "ec2:*", "cloudtrail:*", "sts:*"]

_TICKETS = {
    # A Deny for what lies below secret/ (EVAL-03).
    1: (IDENTITY, "DevAccess/NoSecrets", "b"),
    # Across accounts the bucket policy names eric, and no policy of his allows it (EVAL-13).
    2: (IDENTITY, "DevAccess/Code", "a"),
    # The bucket policy denies everybody but the clerk; root is bound by it too (EVAL-03, EVAL-14).
    3: (RESOURCE, "bucket policy/ClerkAlone", "c"),
    # A key policy that names neither her nor the account (EVAL-17).
    4: (RESOURCE, "key policy/Keeper", "b"),
    # The boundary names S3 and ec2:Describe* alone (EVAL-09).
    5: ("permissions boundary", "none", "c"),
    # The session policy names s3:ListBucket alone (EVAL-09).
    6: ("session policy", "none", "a"),
    # KeepLogs, above the account (EVAL-06).
    7: ("SCP", "KeepLogs/NoStopping", "c"),
    # The allow list of the account names four services, not SQS (EVAL-06, EVAL-27).
    8: ("SCP", "none", "b"),
    # The trust wants MFA; long-term keys never carry the key, a code given to AssumeRole does (COND-25).
    9: (TRUST, "trust policy/#1", "c"),
    # A star is a plain character to StringEquals (COND-05).
    10: (IDENTITY, "Reports/Look", "a"),
}

RIGHT = {
    "09.1": {
        "secret": "DevAccess/NoSecrets",
        "stop": "none",
        "delete": "bucket policy/KeepCode",
        "payroll": "DevAccess/OnlyOurs",
        "acl": "none",
    },
    "09.2": {
        "read": ALLOWED,  # EVAL-07: identity and boundary
        "user": IMPLICIT,  # EVAL-09: boundary present and silent
        "instances": IMPLICIT,  # EVAL-09: a boundary only limits
        "frozen": EXPLICIT,  # EVAL-03
        "queue": ALLOWED,  # EVAL-10, row 1
        "worker": IMPLICIT,  # EVAL-10, row 4
    },
    "09.4": {
        f"{number}: {asked}": answer
        for number, answers in _TICKETS.items()
        for asked, answer in zip(("layer", "statement", "cure"), answers, strict=True)
    },
}


def _prod(lab: Lab) -> Any:
    return next(one for one in lab.accounts if one.id == PRODUCTION)


def _listed(lab: Lab, *more: str) -> None:
    lab.organizations[0].policy("ProductionServices").update(policy(allow([*LISTED, *more])))


def _second_scp(lab: Lab) -> None:
    """What is attached at one level is pooled (EVAL-06)."""
    organization = lab.organizations[0]
    organization.attach(organization.create_policy("Queues", policy(allow("sqs:*"))), _prod(lab))


def _full_access_and_a_deny(lab: Lab) -> None:
    """Everything, and a Deny of all that is not on the list: another way to write the same list."""
    organization = lab.organizations[0]
    others = {"Effect": "Deny", "NotAction": [*LISTED, "sqs:*"], "Resource": "*"}
    organization.attach(organization.create_policy("Others", policy(others)), _prod(lab))
    organization.attach(organization.policy("FullAWSAccess"), _prod(lab))


def _without_the_deny(lab: Lab) -> None:
    organization = lab.organizations[0]
    _listed(lab, "sqs:*")
    organization.detach(organization.policy("KeepLogs"), organization.units[0])


def _on_production(*statements: dict[str, Any]) -> Any:
    """A second SCP on the account Production."""

    def changed(lab: Lab) -> None:
        organization = lab.organizations[0]
        organization.attach(organization.create_policy("More", policy(*statements)), _prod(lab))

    return changed


def _keep_less(lab: Lab) -> None:
    _listed(lab, "sqs:*")
    lab.organizations[0].policy("KeepLogs").update(policy(deny("cloudtrail:StopLogging")))


def _keep_for_others_than(arn: str) -> Any:
    def changed(lab: Lab) -> None:
        _listed(lab, "sqs:*")
        stopping = deny(["cloudtrail:StopLogging", "cloudtrail:DeleteTrail"])
        keep = policy(when(stopping, StringNotLike={"aws:PrincipalArn": arn}))
        lab.organizations[0].policy("KeepLogs").update(keep)

    return changed


def _keep_in_production_alone(lab: Lab) -> None:
    organization = lab.organizations[0]
    _listed(lab, "sqs:*")
    organization.attach(organization.policy("KeepLogs"), _prod(lab))
    organization.detach(organization.policy("KeepLogs"), organization.units[0])


OTHER_CORRECT = {
    "09.3": [_second_scp, _full_access_and_a_deny, lambda lab: _listed(lab, "SQS:*", "sqs:SendMessage")],
}

TOO_FEW = {
    "09.3": [
        # Not all that is done with queues, or not everywhere (COND-20).
        lambda lab: _listed(lab, "sqs:CreateQueue", "sqs:SendMessage"),
        lambda lab: _listed(lab, "sqs:CreateQueue", "sqs:SendMessage", "sqs:DeleteQueue"),
        _on_production({**allow("sqs:*"), "Condition": {"StringEquals": {"aws:RequestedRegion": "us-east-1"}}}),
        lambda lab: (_listed(lab, "sqs:*"), _on_production(deny("sqs:DeleteQueue"))(lab)),
        # EVAL-06: an SCP is about roles and root users as about users. These end, or leave somebody out.
        *[
            _on_production(when(allow("sqs:*"), **condition))
            for condition in (
                {"DateLessThan": {"aws:CurrentTime": "2027-01-01"}},
                {"BoolIfExists": MFA},
                {"ArnLike": {"aws:PrincipalArn": [f"arn:aws:iam::{PRODUCTION}:{who}" for who in ("user/*", "root")]}},
            )
        ],
    ],
}

# Nothing else is to change, for nobody and nowhere.
FORBIDS = {
    "09.3": [
        lambda lab: (_listed(lab, "sqs:*"), _on_production(deny("sqs:DeleteQueue", "arn:aws:sqs:*:*:audit*"))(lab)),
        lambda lab: (
            _listed(lab, "sqs:*"),
            _on_production(when(deny("ec2:*"), StringEquals={"aws:RequestedRegion": "eu-west-1"}))(lab),
        ),
        lambda lab: (
            _listed(lab, "sqs:*"),
            _on_production(when(deny("ec2:*"), StringLike={"aws:PrincipalArn": "arn:aws:iam::*:role/*"}))(lab),
        ),
    ],
}

MORE_CHANGED = {
    "09.3": [
        _without_the_deny,
        _keep_less,
        _keep_in_production_alone,
        # Root users, and roles of some name, may stop the trails.
        *[_keep_for_others_than(arn) for arn in ("*:root", "arn:aws:iam::*:role/Break*", "*role/Break*")],
        lambda lab: _listed(lab, "sqs:*", "dynamodb:*"),
        lambda lab: _listed(lab, "sqs:*", "sns:*"),
        lambda lab: (
            _listed(lab, "sqs:*"),
            next(one for one in lab.accounts if one.name == "Development")
            .create_user("gil")
            .attach(_prod(lab).managed_policy("AdministratorAccess")),
        ),
    ],
}

NOT_SAID = {
    "two queue actions are no lost list": (
        "09.3",
        lambda lab: _listed(lab, "sqs:ListQueues"),
        "what was on the list is gone",
    ),
    "a Deny for pia is no permission": (
        "09.3",
        lambda lab: lab.organizations[0].policy("KeepLogs").update(policy(deny("cloudtrail:DeleteTrail"))),
        "she is an administrator",
    ),
    "a new policy on the account is none above it": (
        "09.3",
        lambda lab: lab.organizations[0].attach(
            lab.organizations[0].create_policy("Queues", policy(allow("sqs:ListQueues"))), _prod(lab)
        ),
        "An SCP grants nothing to those below",
    ),
}
