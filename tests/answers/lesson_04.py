"""Lesson 04: who is let in (EVAL-16), swapped permissions (STS-12), how long it lasts (STS-04, STS-06, STS-26)."""

from __future__ import annotations

from typing import Any

from answers.documents import MFA, allow, policy, when
from iamlab import Lab

CODE = "arn:aws:s3:::acme-dev"
REPORTS = "arn:aws:s3:::acme-reports"
ACCOUNT = "111111111111"
DANA, ERIC, ADA = (f"arn:aws:iam::{ACCOUNT}:user/{name}" for name in ("dana", "eric", "ada"))
WRITER = f"arn:aws:iam::{ACCOUNT}:role/ReportWriter"


def trusts(*who: str, action: Any = "sts:AssumeRole", **more: Any) -> dict[str, Any]:
    """One Allow of a trust policy."""
    return {"Effect": "Allow", "Principal": {"AWS": list(who)}, "Action": action, **more}


def _of(kind: str, name: str, action: str = "sts:AssumeRole") -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": {kind: name}, "Action": action}


def _acme(lab: Lab) -> Any:
    return lab.accounts[0]


def _writer(lab: Lab) -> Any:
    return _acme(lab).role("ReportWriter")


def _read(lab: Lab) -> None:
    _writer(lab).put_policy("ReadCode", policy(allow("s3:GetObject", f"{CODE}/*")))


def _read_by_a_managed_policy(lab: Lab) -> None:
    made = _acme(lab).create_policy("ReadAll", policy(allow("s3:GetObject", f"{CODE}/*")))
    _writer(lab).attach(made)


def _say_it_in_other_letters(lab: Lab) -> None:
    """The developers' policy given anew: nobody has more or less by that."""
    _read(lab)
    _acme(lab).group("Developers").put_policy("ReadCode", policy(allow(["s3:GetObject"], [f"{CODE}/*"])))


def _one_policy_for_all(lab: Lab) -> None:
    """In the place of the group's own policy the same as a managed one, for the role as well."""
    _read_by_a_managed_policy(lab)
    developers = _acme(lab).group("Developers")
    developers.attach(_acme(lab).managed_policy("ReadAll"))
    developers.delete_policy("ReadCode")


def _read_by_the_bucket(lab: Lab) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": WRITER},
        "Action": "s3:GetObject",
        "Resource": f"{CODE}/*",
    }
    next(one for one in _acme(lab).buckets if one.name == "acme-dev").put_policy(policy(statement))


def _read_and_try(lab: Lab) -> None:
    _read(lab)
    session = lab.sts.assume_role(_acme(lab).user("dana"), _writer(lab), "dana-tries")
    with lab.signed_in(session):
        lab.call("s3:GetObject", f"{CODE}/plan.txt")


def _all_in_one(lab: Lab) -> None:
    _writer(lab).put_policy(
        "WriteReports", policy(allow("s3:PutObject", f"{REPORTS}/*"), allow("s3:GetObject", f"{CODE}/*"))
    )


def _open_to_the_account(lab: Lab) -> None:
    _writer(lab).update_trust(policy(trusts(ACCOUNT)))


def _for_the_bucket_alone(lab: Lab) -> None:
    _writer(lab).put_policy("ReadCode", policy(allow("s3:GetObject", CODE)))


def _dana_in_vain_then(changed: Any) -> Any:
    def both(lab: Lab) -> None:
        _acme(lab).user("dana").put_policy("ReportSources", policy(allow("s3:GetObject", f"{CODE}/*")))
        changed(lab)

    return both


def _read_and_let_eric_list(lab: Lab) -> None:
    _read(lab)
    _acme(lab).user("eric").put_policy("More", policy(allow("s3:ListAllMyBuckets")))


def _read_and_trust(*statements: dict[str, Any]) -> Any:
    def changed(lab: Lab) -> None:
        _read(lab)
        _writer(lab).update_trust(policy(trusts(DANA), *statements))

    return changed


def _let_into_the_code(lab: Lab, principal: Any, **more: Any) -> None:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "s3:GetObject", "Resource": f"{CODE}/*", **more}
    next(one for one in _acme(lab).buckets if one.name == "acme-dev").put_policy(policy(statement))


def _read_and_let_in(principal: Any, **more: Any) -> Any:
    def changed(lab: Lab) -> None:
        _read(lab)
        _let_into_the_code(lab, principal, **more)

    return changed


def _read_by_a_star(lab: Lab) -> None:
    _writer(lab).put_policy("ReadCode", policy(allow("s3:GetObject", f"{CODE}*")))


def _read_and_let_eric_in(lab: Lab) -> None:
    _read(lab)
    _writer(lab).update_trust(policy(trusts(DANA, ERIC)))


def _out_of_the_group(lab: Lab) -> None:
    _acme(lab).group("Developers").remove(_acme(lab).user("dana"))


RIGHT = {
    # Issued at 09:00:00 for 3600 seconds: expired at 10:00:00, the first moment at which it counts no more (STS-26).
    "04.3": {
        "last second": "it works",
        "on the hour": "ExpiredToken",
        "dana herself": "it works",  # STS-12: her own permissions return
        "right lost": "it works",  # the trust policy is asked by AssumeRole alone
        "once more": "AccessDenied",  # EVAL-16d
        "two hours": "ValidationError",  # STS-04: more than the role's MaxSessionDuration
        "chained": "ValidationError",  # STS-06: more than 3600 seconds in a chain
    },
}

OTHER_CORRECT = {
    "04.1": [
        policy(trusts(DANA, Condition={"DateGreaterThan": {"aws:CurrentTime": "2020-01-01"}})),  # COND-06
        {"Statement": {"Effect": "Allow", "Principal": {"AWS": DANA}, "Action": ["STS:assumerole"]}},
        policy(
            {
                "Sid": "DanaAlone",
                "Effect": "Allow",
                "Principal": "*",
                "Action": "sts:AssumeRole",
                "Condition": {"ArnEquals": {"aws:PrincipalArn": DANA}},
            }
        ),
        policy(
            trusts(DANA, action=["sts:AssumeRole", "sts:TagSession"]),
            {"Effect": "Deny", "Principal": {"AWS": [ERIC, ADA]}, "Action": "sts:AssumeRole"},
        ),
        {"Version": "2008-10-17", "Statement": [trusts(DANA)]},
        # Her name in her account is she herself, and nobody else.
        policy(trusts("*", Condition={"StringEquals": {"aws:username": "dana", "aws:PrincipalAccount": ACCOUNT}})),
        # STS-05: a federated user cannot assume roles, so naming one lets nobody in.
        policy(trusts(DANA, f"arn:aws:sts::{ACCOUNT}:federated-user/dana")),
    ],
    "04.2": [
        _say_it_in_other_letters,
        _read_by_a_managed_policy,
        _one_policy_for_all,
        _read_by_the_bucket,
        _read_and_try,
        _all_in_one,
        # An empty role may do nothing that it needed a permission for (EVAL-24).
        lambda lab: (_read(lab), _acme(lab).create_user("intern")),
    ],
}

TOO_MUCH = {
    "04.1": [
        policy(trusts(DANA), _of("Service", "ec2.amazonaws.com")),
        policy(trusts(DANA), _of("Federated", "cognito-identity.amazonaws.com", "sts:AssumeRoleWithWebIdentity")),
        policy(trusts(DANA, "222222222222")),
        policy(trusts(DANA, "arn:aws:iam::222222222222:user/zoe")),
        policy(trusts(DANA, WRITER)),
        policy(trusts(DANA, f"arn:aws:sts::{ACCOUNT}:assumed-role/Another/one")),
        policy(trusts(DANA), trusts(ERIC, Condition={"StringEquals": {"sts:ExternalId": "acme"}})),
        policy(trusts(DANA), trusts(ACCOUNT, Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})),
        policy(trusts(DANA), trusts("*", Condition={"StringEquals": {"sts:RoleSessionName": "report"}})),
        # EVAL-16f: of any other account whoever is called dana, if permitted there; and whoever is called d... here.
        policy(trusts("*", Condition={"StringEquals": {"aws:username": "dana"}})),
        policy(trusts("*", Condition={"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/dana"}})),
        policy(trusts("*", Condition={"StringLike": {"aws:username": "d*", "aws:PrincipalAccount": ACCOUNT}})),
        policy(
            trusts(DANA), trusts(ACCOUNT, Condition={"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/*"}})
        ),
        # COND-03, COND-20: of a service there is no PrincipalArn; whoever is given the tag.
        policy(trusts("*", Condition={"ArnEqualsIfExists": {"aws:PrincipalArn": DANA}})),
        policy(trusts(DANA), trusts("*", Condition={"Bool": {"aws:PrincipalIsAWSService": "true"}})),
        *[
            policy(trusts(DANA), trusts(who, Condition={"StringEquals": {"aws:PrincipalTag/team": "red"}}))
            for who in ("*", ACCOUNT)
        ],
    ],
}

LESS = {
    "04.1": [
        policy(trusts(DANA, Condition={"StringEquals": {"aws:RequestedRegion": "us-east-1"}})),
        policy(trusts(DANA, Condition={"Null": {"sts:ExternalId": "true"}})),
    ],
}

LEFT_OVER = [
    _dana_in_vain_then(_read),
    _dana_in_vain_then(_read_by_a_managed_policy),
    lambda lab: (_read(lab), _acme(lab).group("Developers").put_policy("More", policy(allow("s3:Get*", f"{CODE}/*")))),
    lambda lab: (_read(lab), _let_into_the_code(lab, {"AWS": DANA})),
]

MORE_CHANGED = {
    "04.2": [
        lambda lab: _writer(lab).put_policy("ReadCode", policy(allow("s3:Get*", f"{CODE}/*"))),
        lambda lab: _writer(lab).put_policy("ReadCode", policy(allow("s3:GetObject"))),
        lambda lab: _writer(lab).put_policy(
            "ReadCode", policy(allow("s3:GetObject", f"{CODE}/*"), allow("ec2:RunInstances"))
        ),
        lambda lab: _writer(lab).attach(_acme(lab).managed_policy("AdministratorAccess")),
        _read_and_let_eric_list,
        _read_and_let_eric_in,
        # Whoever is not in the lab, and is let in all the same (EVAL-13, EVAL-16c, e, g).
        _read_and_trust(trusts("arn:aws:iam::333333333333:root")),
        _read_and_trust(trusts("333333333333", Condition={"StringEquals": {"sts:ExternalId": "acme"}})),
        _read_and_trust(trusts("arn:aws:iam::333333333333:user/zoe")),
        _read_and_trust(_of("Service", "ec2.amazonaws.com")),
        _read_and_trust(trusts(ACCOUNT)),
        _read_and_trust(trusts("*", Condition={"ArnEqualsIfExists": {"aws:PrincipalArn": DANA}})),
        _read_and_trust(trusts(f"arn:aws:sts::{ACCOUNT}:assumed-role/ReportWriter/dana")),
        _read_and_let_in({"AWS": "333333333333"}),
        _read_and_let_in({"Service": "lambda.amazonaws.com"}),
        _read_and_let_in("*", Condition={"StringEquals": {"aws:PrincipalAccount": "333333333333"}}),
        # acme-dev-archive, should there be such a bucket.
        _read_by_a_star,
        lambda lab: (_read(lab), _writer(lab).put_policy("More", policy(allow("lambda:InvokeFunction")))),
    ],
}

# "Every object", on any day: each of these is for some of them, or ends.
TOO_FEW = {
    "04.2": [
        lambda lab: _writer(lab).put_policy(
            "ReadCode", policy(allow("s3:GetObject", [f"{CODE}/plan.txt", f"{CODE}/src/*"]))
        ),
        lambda lab: _writer(lab).put_policy("ReadCode", policy(allow("s3:GetObject", f"{CODE}/*.*"))),
        lambda lab: _writer(lab).put_policy(
            "ReadCode",
            policy(when(allow("s3:GetObject", f"{CODE}/*"), DateLessThan={"aws:CurrentTime": "2027-01-01"})),
        ),
        # Files of one name, wherever they are; and not without MFA.
        lambda lab: _writer(lab).put_policy(
            "ReadCode", policy(allow("s3:GetObject", [f"{CODE}/plan.txt", f"{CODE}/*/*"]))
        ),
        lambda lab: _writer(lab).put_policy(
            "ReadCode", policy(when(allow("s3:GetObject", f"{CODE}/*"), BoolIfExists=MFA))
        ),
    ],
}

NOT_SAID = {
    "what the role was to gain is no excess": (
        "04.2",
        lambda lab: _writer(lab).put_policy("ReadCode", policy(allow("s3:Get*", f"{CODE}/*"))),
        "s3:GetObject,",
    ),
    "what the developers have lost is not left over": (
        "04.2",
        lambda lab: (
            _read(lab),
            _acme(lab).group("Developers").put_policy("ReadCode", policy(allow("s3:GetObject", f"{CODE}/plan.txt"))),
        ),
        "left over",
    ),
    "a Deny of dana is no account that does not permit her": (
        "04.1",
        policy(trusts(DANA), {"Effect": "Deny", "Principal": {"AWS": DANA}, "Action": "sts:AssumeRole"}),
        "none of them allows it",
    ),
    "everybody with MFA lets in neither eric nor ada": (
        "04.1",
        policy(trusts("*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})),
        "get in like dana",
    ),
    "another role is not the role itself": (
        "04.1",
        policy(trusts(f"arn:aws:sts::{ACCOUNT}:assumed-role/Another/one")),
        "names the role itself",
    ),
    "what dana has lost was not given to her": ("04.2", _out_of_the_group, "gives something"),
    "the bucket alone is no mistake about swapping": ("04.2", _for_the_bucket_alone, "swapped"),
    "a trust policy for all has changed nothing for the developers": ("04.2", _open_to_the_account, "gives something"),
}
