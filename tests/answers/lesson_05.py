"""Lesson 05: two roles (EVAL-16a and c), a Resource with a star (POL-11, POL-12), MFA on a trust policy (COND-25)."""

from __future__ import annotations

from typing import Any

from answers.documents import allow, deny, policy
from iamlab import Lab

ACCOUNT = "111111111111"
ROLE = f"arn:aws:iam::{ACCOUNT}:role"
STAGING_ROLE, PROD_ROLE, CLEANER = (f"{ROLE}/{name}" for name in ("StagingRole", "ProdRole", "StagingCleaner"))
DANA, OSCAR, ERIC = (f"arn:aws:iam::{ACCOUNT}:user/{name}" for name in ("dana", "oscar", "eric"))
PROD = "arn:aws:s3:::acme-prod"
MFA, AGE = "aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge"
DEVELOPERS = ["dana", "eric", "fay", "oscar"]
ASSUME = allow("sts:AssumeRole", PROD_ROLE)


def _trusts(*who: str, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": {"AWS": list(who)}, "Action": "sts:AssumeRole", **more}


def _when(operator: str, value: Any, key: str = MFA) -> dict[str, Any]:
    return {"Condition": {operator: {key: value}}}


def _acme(lab: Lab) -> Any:
    return lab.accounts[0]


def _prod(lab: Lab) -> Any:
    return _acme(lab).role("ProdRole")


def _each_alone(lab: Lab) -> None:
    for name in ("dana", "oscar"):
        _acme(lab).user(name).put_policy("AssumeProduction", policy(ASSUME))


def _by_name(lab: Lab) -> None:
    _prod(lab).update_trust(policy(_trusts(DANA, OSCAR)))


def _a_group_with_a_managed_policy(lab: Lab) -> None:
    release = _acme(lab).create_group("Release")
    release.attach(_acme(lab).create_policy("AssumeProduction", policy(ASSUME)))
    for name in ("dana", "oscar"):
        release.add(_acme(lab).user(name))


def _by_name_and_tried(lab: Lab) -> None:
    _by_name(lab)
    session = lab.sts.assume_role(_acme(lab).user("oscar"), _prod(lab), "oscar-tries")
    with lab.signed_in(session):
        lab.call("s3:PutObject", f"{PROD}/app.zip")


def _by_condition(lab: Lab) -> None:
    _each_alone(lab)
    only = {"ArnEquals": {"aws:PrincipalArn": [DANA, OSCAR]}}
    _prod(lab).update_trust(policy(_trusts(ACCOUNT, Condition=only)))


def _the_developers_but_by_name(lab: Lab) -> None:
    """The group may assume it, and the trust policy has a Deny for whoever is not one of the two."""
    _acme(lab).group("Developers").put_policy("AssumeProduction", policy(ASSUME))
    others = {"Condition": {"ArnNotEquals": {"aws:PrincipalArn": [DANA, OSCAR]}}}
    _prod(lab).update_trust(policy(_trusts(ACCOUNT), {**_trusts("*"), "Effect": "Deny", **others}))


def _the_developers_by_condition(lab: Lab) -> None:
    _by_condition(lab)
    _acme(lab).group("Developers").put_policy("AssumeProduction", policy(ASSUME))


def _each_alone_by_tag(lab: Lab) -> None:
    _each_alone(lab)
    _prod(lab).update_trust(policy(_trusts(ACCOUNT, **_when("StringEquals", "yes", "aws:PrincipalTag/prod"))))


def _the_developers_and_every_role(lab: Lab) -> None:
    """Only ProdRole says itself whom it trusts."""
    _the_developers_but_by_name(lab)
    _acme(lab).group("Developers").put_policy("More", policy(allow("sts:AssumeRole", f"{ROLE}/Prod*")))


def _everyone_by_condition(lab: Lab) -> None:
    _prod(lab).update_trust(policy(_trusts("*", Condition={"ArnEquals": {"aws:PrincipalArn": [DANA, OSCAR]}})))


def _each_on(*resources: str, action: Any = "sts:AssumeRole") -> Any:
    def changed(lab: Lab) -> None:
        for name in ("dana", "oscar"):
            _acme(lab).user(name).put_policy("AssumeProduction", policy(allow(action, list(resources))))

    return changed


def _each_under(condition: dict[str, Any]) -> Any:
    def changed(lab: Lab) -> None:
        for name in ("dana", "oscar"):
            _acme(lab).user(name).put_policy("AssumeProduction", policy({**ASSUME, "Condition": condition}))

    return changed


def _trusting(*statements: dict[str, Any]) -> Any:
    return lambda lab: _prod(lab).update_trust(policy(*statements))


def _by_name_and_account(lab: Lab) -> None:
    _prod(lab).update_trust(policy(_trusts(DANA, OSCAR, ACCOUNT)))


def _also_sees_users(lab: Lab) -> None:
    _each_alone(lab)
    _acme(lab).user("dana").put_policy("More", policy(allow("iam:ListUsers")))


def _also_staging_cleans(lab: Lab) -> None:
    _each_alone(lab)
    _acme(lab).role("StagingRole").put_policy("More", policy(allow("s3:DeleteObject", "arn:aws:s3:::acme-staging/*")))


def _also_for_fay(lab: Lab) -> None:
    _each_alone(lab)
    _acme(lab).user("fay").put_policy("AssumeProduction", policy(ASSUME))


def _audit_as_well(lab: Lab) -> None:
    for name in ("dana", "oscar"):
        _acme(lab).user(name).put_policy("Assume", policy(allow("sts:AssumeRole", [PROD_ROLE, f"{ROLE}/AuditRole"])))


def _the_group_alone_forbidden(lab: Lab) -> None:
    _acme(lab).group("Developers").put_policy("No", policy(deny("sts:AssumeRole", PROD_ROLE)))
    _each_alone(lab)


OTHER_CORRECT = {
    "05.1": [
        _each_alone,
        _by_name,
        _by_condition,
        _everyone_by_condition,
        _a_group_with_a_managed_policy,
        _by_name_and_tried,
        _by_name_and_account,
        _the_developers_but_by_name,
        _the_developers_by_condition,
    ],
    "05.2": [
        {"Statement": {"Effect": "Allow", "Action": ["STS:AssumeRole"], "Resource": [STAGING_ROLE]}},
        policy(
            {"Sid": "Staging", **allow("sts:AssumeRole", STAGING_ROLE)},
            deny("sts:AssumeRole", [CLEANER, f"{ROLE}/AuditRole"]),
        ),
    ],
    "05.3": [
        policy(
            _trusts(DANA, OSCAR),
            {
                **_trusts("*"),
                "Effect": "Deny",
                "Condition": {
                    "BoolIfExists": {MFA: "false"},
                    "DateGreaterThan": {"aws:CurrentTime": "2020-01-01"},
                },
            },
        ),
        policy(_trusts(DANA, **_when("Bool", True)), _trusts(OSCAR, **_when("Bool", ["true"]))),
        policy(_trusts(DANA, OSCAR, **_when("NumericLessThan", "3600", AGE))),
        policy(_trusts(DANA, OSCAR), {**_trusts(DANA, OSCAR, **_when("BoolIfExists", "false")), "Effect": "Deny"}),
        # With MFA the key is there, and without it not (COND-20).
        policy(_trusts(DANA, OSCAR, **_when("Null", "false", AGE))),
        policy(_trusts("*", Condition={"Bool": {MFA: "true"}, "ArnEquals": {"aws:PrincipalArn": [DANA, OSCAR]}})),
    ],
}

# To others of the group than the one who is looked at first; and to whoever is hired.
FOR_OTHERS = {
    "05.2": [
        policy(
            allow("sts:AssumeRole"),
            {
                "Effect": "Deny",
                "Action": "sts:AssumeRole",
                "NotResource": STAGING_ROLE,
                **_when("StringNotEquals", "oscar", "aws:username"),
            },
        ),
        policy(
            allow("sts:AssumeRole", STAGING_ROLE),
            {**allow("sts:AssumeRole", PROD_ROLE), **_when("StringNotEquals", ["dana", "eric", "fay"], "aws:username")},
        ),
        policy(
            allow("sts:AssumeRole", STAGING_ROLE), {**allow("s3:*"), **_when("StringEquals", "eric", "aws:username")}
        ),
    ],
}

TOO_MUCH = {
    "05.2": [
        policy(allow("sts:AssumeRole", [STAGING_ROLE, f"{ROLE}/AnotherRole"])),
        policy(allow("sts:AssumeRole", STAGING_ROLE), allow("iam:PassRole", STAGING_ROLE)),
        policy(allow("sts:*", STAGING_ROLE)),
        policy(allow("sts:AssumeRole", [STAGING_ROLE, "arn:aws:iam::222222222222:role/*"])),
        policy(allow("sts:AssumeRole", "arn:aws:iam::*:role/StagingRole")),
        policy(allow("sts:AssumeRole", "arn:aws:iam::1*:role/StagingRole")),
        policy(allow("sts:AssumeRole", STAGING_ROLE), {**allow("sts:AssumeRole"), **_when("Bool", "true")}),
        policy(allow("sts:AssumeRole", [STAGING_ROLE, f"{ROLE}/${{aws:username}}"])),
    ],
    "05.3": [
        policy(_trusts(DANA, OSCAR, **_when("Bool", "true")), _trusts(ACCOUNT, **_when("Bool", "true"))),
        policy(
            _trusts(DANA, OSCAR, **_when("Bool", "true")),
            _trusts(ERIC, **_when("StringEquals", "acme", "sts:ExternalId")),
        ),
        policy(
            _trusts(DANA, OSCAR, **_when("Bool", "true")),
            {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"},
        ),
        # A way in without MFA, for the two who are meant: from an address, with an external ID, until a day.
        *[
            policy(_trusts(DANA, OSCAR, **_when("Bool", "true")), _trusts(DANA, OSCAR, **other))
            for other in (
                _when("IpAddress", "203.0.113.0/24", "aws:SourceIp"),
                _when("StringEquals", "acme", "sts:ExternalId"),
                _when("DateGreaterThan", "2027-01-01", "aws:CurrentTime"),
            )
        ],
        # COND-03, COND-20: a service, and whoever is given the tag.
        policy(
            _trusts(
                "*",
                Condition={
                    "BoolIfExists": {MFA: "true"},
                    "ArnEqualsIfExists": {"aws:PrincipalArn": [DANA, OSCAR]},
                },
            ),
            {**_trusts(DANA, OSCAR, **_when("BoolIfExists", "false")), "Effect": "Deny"},
        ),
        policy(
            _trusts(DANA, OSCAR, **_when("Bool", "true")),
            _trusts(ACCOUNT, Condition={"Bool": {MFA: "true"}, "StringEquals": {"aws:PrincipalTag/team": "red"}}),
        ),
        # EVAL-16f: whoever is called so in any other account.
        policy(_trusts("*", Condition={"Bool": {MFA: "true"}, "StringEquals": {"aws:username": ["dana", "oscar"]}})),
    ],
}

# Whoever joins the group next is not among those named.
FORBIDS = {
    "05.2": [
        policy({**allow("sts:AssumeRole", STAGING_ROLE), **_when("StringEquals", DEVELOPERS, "aws:username")}),
    ],
}

# With MFA; and until a day, in one Region, and with nothing else said.
LESS = {
    "05.3": [
        policy(_trusts(DANA, OSCAR, Condition={"Bool": {MFA: "true"}, **other}))
        for other in (
            {"DateLessThan": {"aws:CurrentTime": "2027-01-01"}},
            {"StringEquals": {"aws:RequestedRegion": "us-east-1"}},
            {"Null": {"sts:ExternalId": "true"}},
        )
    ],
}

# Those two, whenever and however they sign in.
TOO_FEW = {
    "05.1": [
        *[
            _each_under(condition)
            for condition in (
                {"BoolIfExists": {MFA: "true"}},
                {"DateLessThan": {"aws:CurrentTime": "2027-01-01"}},
                {"StringEquals": {"aws:RequestedRegion": "us-east-1"}},
            )
        ],
        lambda lab: _prod(lab).update_trust(
            policy(_trusts(DANA, OSCAR, Condition={"DateLessThan": {"aws:CurrentTime": "2027-01-01"}}))
        ),
    ],
}

MORE_CHANGED = {
    "05.1": [
        _also_sees_users,
        _also_staging_cleans,
        _also_for_fay,
        _the_developers_and_every_role,
        # "nobody else": not of another account, no service, no session of another role (EVAL-16b, e, g).
        _trusting(_trusts(DANA, OSCAR, "arn:aws:iam::333333333333:root")),
        _trusting(_trusts(DANA, OSCAR), {**_trusts(), "Principal": {"Service": "ec2.amazonaws.com"}}),
        _trusting(_trusts(DANA, OSCAR, f"arn:aws:sts::{ACCOUNT}:assumed-role/StagingRole/deploy")),
        _trusting(_trusts("*", Condition={"StringEquals": {"aws:username": ["dana", "oscar"]}})),
        # Next week's ProdCleaner; a role of that name elsewhere; and more than assuming (STS-09, STS-10).
        _each_on(f"{ROLE}/Prod*"),
        _each_on("arn:aws:iam::*:role/ProdRole"),
        _each_on(PROD_ROLE, f"{ROLE}/ProdRole?"),
        _each_on(PROD_ROLE, action="sts:*"),
        # Of the group, whoever is called so, and daniel may be hired next; and a service (COND-03).
        lambda lab: (
            _acme(lab)
            .group("Developers")
            .put_policy("Production", policy({**ASSUME, **_when("StringLike", ["dan*", "oscar"], "aws:username")}))
        ),
        _trusting(_trusts("*", Condition={"ArnEqualsIfExists": {"aws:PrincipalArn": [DANA, OSCAR]}})),
        # The same said by the role itself: daniel, and dana2.
        lambda lab: (
            _acme(lab).group("Developers").put_policy("Production", policy(ASSUME)),
            _prod(lab).update_trust(
                policy(_trusts(ACCOUNT, Condition={"StringLike": {"aws:username": ["dan*", "oscar"]}}))
            ),
        ),
        _trusting(_trusts("*", Condition={"ArnLike": {"aws:PrincipalArn": [f"{DANA}*", OSCAR]}})),
        # A home of one's own is more than nothing (POL-16).
        lambda lab: (
            _each_alone(lab),
            _acme(lab).user("dana").put_policy("More", policy(allow("s3:GetObject", f"{PROD}/${{aws:username}}/*"))),
        ),
    ],
}

NOT_SAID = {
    "whoever has hired nina has taken nothing away": (
        "05.1",
        lambda lab: (_each_alone(lab), _acme(lab).group("Developers").add(_acme(lab).create_user("nina"))),
        "is gone",
    ),
    "a role that is there says itself what it allows": (
        "05.1",
        _each_on(PROD_ROLE, action=["sts:AssumeRole", "sts:TagSession"]),
        "gained",
    ),
    "a role named beside production is no star": ("05.1", _audit_as_well, "permission on"),
    "a Deny for all developers is no trust in the account": ("05.1", _the_group_alone_forbidden, "as before"),
    "their own policies allow it, and the trust policy has a condition": ("05.1", _each_alone_by_tag, "as before"),
    "a condition in the trust policy is no permission of their own": (
        "05.1",
        _trusting(_trusts(DANA, OSCAR, **_when("Bool", "true"))),
        "Their own policies allow it",
    ),
    "two roles by their names are no star": (
        "05.2",
        policy(allow("sts:AssumeRole", [STAGING_ROLE, CLEANER])),
        "With a star",
    ),
    "a Deny for what is not staging leaves no role open": (
        "05.2",
        policy(allow("sts:AssumeRole"), {"Effect": "Deny", "Action": "sts:AssumeRole", "NotResource": STAGING_ROLE}),
        "stay open",
    ),
    "an external ID is no IfExists": (
        "05.3",
        policy(_trusts(DANA, OSCAR, **_when("StringEqualsIfExists", "acme", "sts:ExternalId"))),
        "IfExists holds",
    ),
    "everybody without a condition is no condition for everybody": (
        "05.3",
        policy(_trusts("*")),
        "none of theirs allows",
    ),
}
