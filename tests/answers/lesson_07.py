"""Lesson 07: a service is trusted (EVAL-16g), one prefix (COND-27, POL-15), one role for one service (STS-19)."""

from __future__ import annotations

from typing import Any

from answers.documents import allow, deny, policy

EC2 = "ec2.amazonaws.com"
LAMBDA = "lambda.amazonaws.com"
ACCOUNT = "111111111111"
PHOTOS = "arn:aws:s3:::acme-photos"
WEB = f"{PHOTOS}/web/*"
APP_ROLE = f"arn:aws:iam::{ACCOUNT}:role/AppRole"
PROD_ROLE = f"arn:aws:iam::{ACCOUNT}:role/ProdRole"


def _trust(principal: Any, action: Any = "sts:AssumeRole", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": action, **more}


def _if(statement: dict[str, Any], **condition: dict[str, Any]) -> dict[str, Any]:
    return {**statement, "Condition": condition}


LIST = _if(allow("s3:ListBucket", PHOTOS), StringLike={"s3:prefix": "web/*"})
READ = allow("s3:GetObject", WEB)
LAUNCH = allow("ec2:RunInstances")
TO_EC2 = {"iam:PassedToService": EC2}
TWO = [LAMBDA, "ecs-tasks.amazonaws.com"]
HAND = _if(allow("iam:PassRole", APP_ROLE), StringEquals=TO_EC2)

OTHER_CORRECT = {
    "07.1": [
        {"Statement": _trust({"Service": [EC2]}, ["sts:AssumeRole"])},
        policy(_trust({"Service": EC2}), {**_trust({"AWS": ACCOUNT}), "Effect": "Deny"}),
        # TagSession is an action of trust policies too (POL-22), and opens nothing by itself.
        policy(_trust({"Service": EC2}, ["sts:AssumeRole", "sts:TagSession"])),
    ],
    "07.2": [
        policy(READ, _if(allow(["s3:ListBucket"], [PHOTOS]), StringLike={"S3:Prefix": ["web/", "web/*"]})),
        # A negated operator holds when the key is missing (COND-03), so a list without a prefix is denied.
        policy(
            allow("s3:ListBucket", PHOTOS),
            _if(deny("s3:ListBucket"), StringNotLike={"s3:prefix": "web/*"}),
            allow("s3:getobject", [WEB, f"{PHOTOS}/web/2026/*"]),
        ),
        policy(LIST, READ, deny(["s3:Put*", "s3:Delete*"])),
        policy(_if(allow("s3:ListBucket", PHOTOS), **{"ForAnyValue:StringLike": {"s3:prefix": "web/*"}}), READ),
        # Whatever the prefix is, if there is one; and there must be one (COND-10, COND-03).
        policy(
            _if(allow("s3:ListBucket", PHOTOS), StringLikeIfExists={"s3:prefix": "web/*"}),
            _if(deny("s3:ListBucket"), Null={"s3:prefix": "true"}),
            READ,
        ),
    ],
    "07.3": [
        policy(HAND, LAUNCH),
        policy(
            HAND,
            allow("ec2:RunInstances", [f"arn:aws:ec2:*:{ACCOUNT}:*", "arn:aws:ec2:*::image/*"]),
        ),
        # Every role, and no other role than AppRole, to EC2.
        policy(
            LAUNCH,
            _if(allow("iam:PassRole"), StringEquals=TO_EC2),
            _if({"Effect": "Deny", "Action": "iam:PassRole", "NotResource": APP_ROLE}, StringEquals=TO_EC2),
        ),
        # In any letter case it fits EC2 alone (COND-05).
        policy(
            LAUNCH,
            _if(allow("iam:PassRole", APP_ROLE), StringEqualsIgnoreCase={"iam:PassedToService": "EC2.amazonaws.com"}),
        ),
        policy(LAUNCH, _if(allow("iam:passrole", [APP_ROLE]), StringLike={"iam:passedtoservice": [EC2]})),
        policy(LAUNCH, allow("iam:PassRole", APP_ROLE), _if(deny("iam:PassRole"), StringNotEquals=TO_EC2)),
        policy(
            LAUNCH,
            _if(allow("iam:PassRole"), StringEquals=TO_EC2),
            deny("iam:PassRole", PROD_ROLE),
            {
                "Effect": "Deny",
                "Action": "iam:PassRole",
                "NotResource": APP_ROLE,
            },
        ),
    ],
}

_PROFILE = {"ec2:InstanceProfile": f"arn:aws:iam::{ACCOUNT}:instance-profile/AppProfile"}
_INSTANCE = "arn:aws:ec2:*:*:instance/*"
# Of the new instance the request says which profile it gets.
OTHER_CORRECT["07.3"] += [
    policy(LAUNCH, _if(deny("ec2:RunInstances", _INSTANCE), ArnNotEquals=_PROFILE), HAND),
    policy(
        {"Effect": "Allow", "Action": "ec2:RunInstances", "NotResource": _INSTANCE},
        _if(allow("ec2:RunInstances", _INSTANCE), ArnEquals=_PROFILE),
        HAND,
    ),
]

TOO_MUCH = {
    "07.1": [
        policy(_trust({"Service": [EC2, "ecs-tasks.amazonaws.com"]})),
        policy(_trust({"Service": EC2}), _trust({"AWS": f"arn:aws:iam::{ACCOUNT}:user/alice"})),
        policy(_trust({"Service": EC2, "AWS": "999999999999"})),
    ],
    "07.2": [
        policy(LIST, READ, allow("s3:PutObject", WEB)),
        policy(LIST, READ, allow("s3:GetObjectAcl", WEB)),
        policy(LIST, READ, allow("s3:ListAllMyBuckets")),
        policy(LIST, READ, allow("s3:GetObject", "arn:aws:s3:::acme-ledger/*")),
        policy(LIST, allow("s3:Get*", WEB)),
        policy(_if(allow("s3:ListBucket*", PHOTOS), StringLike={"s3:prefix": "web/*"}), READ),
        # The empty prefix is that of the whole bucket (COND-27).
        policy(_if(allow("s3:ListBucket", PHOTOS), StringLike={"s3:prefix": ["", "web/*"]}), READ),
        # A prefix is how names begin (COND-27): each of these lists something outside web/.
        *[
            policy(_if(allow("s3:ListBucket", PHOTOS), StringLike={"s3:prefix": prefix}), READ)
            for prefix in (
                ["web", "web/*"],
                ["w", "web/*"],
                "*web/*",
                "we?/*",
                ["web/*", "x/*"],
                ["web/*", "*/web/*"],
                ["web/*", "W*"],
            )
        ],
        policy(allow("s3:ListBucket", PHOTOS), _if(deny("s3:ListBucket"), StringNotLike={"s3:prefix": "we*/*"}), READ),
        policy(
            _if(allow("s3:ListBucket", PHOTOS), Null={"s3:prefix": "false"}),
            _if(deny("s3:ListBucket"), StringLike={"s3:prefix": ["", "raw/*", "web-*", "web", "w"]}),
            READ,
        ),
        # Some of the folders in web/ cannot be listed, or none from some day on.
        *[
            policy(_if(allow("s3:ListBucket", PHOTOS), StringLike={"s3:prefix": ["web/", prefix]}), READ)
            for prefix in ("web/2*", "web/????/", "web/*2*/")
        ],
        policy(_if(LIST, **LIST["Condition"], DateLessThan={"aws:CurrentTime": "2027-01-01"}), READ),
        # A policy variable stands for something else than a folder in web/ (POL-16).
        *[
            policy(_if(allow("s3:ListBucket", PHOTOS), StringLike={"s3:prefix": ["web/*", f"${{{key}}}/*"]}), READ)
            for key in ("aws:userid", "aws:PrincipalAccount")
        ],
        policy(LIST, READ, allow("s3:GetObject", f"{PHOTOS}/raw/${{aws:PrincipalAccount}}/*")),
        policy(LIST, allow("s3:GetObject", [f"{PHOTOS}/web/*.jpg", f"{PHOTOS}/web/2026/*"])),
        policy(_if(allow("s3:ListBucket", PHOTOS), StringEquals={"s3:prefix": ["web/", "web/2026/"]}), READ),
    ],
    "07.3": [
        policy(LAUNCH, HAND, allow("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/Other")),
        policy(LAUNCH, HAND, allow("ec2:TerminateInstances")),
        policy(allow("ec2:*"), HAND),
        policy(LAUNCH, HAND, allow("iam:GetRole", APP_ROLE)),
        policy(LAUNCH, HAND, allow("sts:AssumeRole", APP_ROLE)),
        # Other roles, of which next week's is one, and other services, of which ECS is one.
        policy(LAUNCH, _if(allow("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/App*"), StringEquals=TO_EC2)),
        policy(LAUNCH, _if(allow("iam:PassRole"), StringEquals=TO_EC2), deny("iam:PassRole", PROD_ROLE)),
        policy(LAUNCH, _if(allow("iam:PassRole", APP_ROLE), StringNotEquals={"iam:PassedToService": LAMBDA})),
        # All but those that are listed: there are many more (STS-19).
        policy(LAUNCH, _if(allow("iam:PassRole", APP_ROLE), StringNotEquals={"iam:PassedToService": TWO})),
        policy(
            LAUNCH,
            allow("iam:PassRole", APP_ROLE),
            _if(deny("iam:PassRole"), StringLike={"iam:PassedToService": ["lambda*", "ecs*"]}),
        ),
        policy(
            LAUNCH,
            allow("iam:PassRole", APP_ROLE),
            _if(deny("iam:PassRole"), StringEquals={"iam:PassedToService": [*TWO, "glue.amazonaws.com"]}),
        ),
        *[
            policy(LAUNCH, _if(allow("iam:PassRole", APP_ROLE), StringEquals={"iam:PassedToService": [EC2, other]}))
            for other in ("ecs-tasks.amazonaws.com", "glue.amazonaws.com")
        ],
    ],
}

# With conditions that the right answer does not have (COND-01, COND-10).
LESS = {
    "07.1": [
        policy(_trust({"Service": EC2}, Condition={"DateLessThan": {"aws:CurrentTime": "2027-01-01"}})),
        policy(_trust({"Service": EC2}, Condition={"StringEqualsIfExists": {"aws:SourceAccount": "999999999999"}})),
        policy(
            _trust({"Service": EC2}),
            {**_trust("*", Condition={"DateGreaterThan": {"aws:CurrentTime": "2026-12-01"}}), "Effect": "Deny"},
        ),
    ],
    "07.2": [
        policy(_if(LIST, **LIST["Condition"], **more), READ)
        for more in (
            {"NumericLessThanEqualsIfExists": {"s3:max-keys": "100"}},
            {"StringEqualsIfExists": {"s3:delimiter": "/"}},
            {"DateLessThan": {"aws:CurrentTime": "2029-01-01"}},
        )
    ],
    "07.3": [
        policy(LAUNCH, _if(HAND, StringEquals=TO_EC2, BoolIfExists={"aws:MultiFactorAuthPresent": "true"})),
        policy(_if(LAUNCH, DateLessThan={"aws:CurrentTime": "2027-01-01"}), HAND),
        policy(_if(LAUNCH, BoolIfExists={"aws:MultiFactorAuthPresent": "true"}), HAND),
    ],
}

NOT_SAID = {
    "a service that is neither is not Lambda": ("07.1", policy(_trust({"Service": "s3.amazonaws.com"})), "Lambda runs"),
    "a service and the account is no account alone": (
        "07.1",
        policy(_trust({"Service": LAMBDA, "AWS": ACCOUNT})),
        "An account is its users",
    ),
    "bob beside EC2 is not the account": (
        "07.1",
        policy(_trust({"Service": EC2, "AWS": f"arn:aws:iam::{ACCOUNT}:user/bob"})),
        "still named",
    ),
    "another key is no star": (
        "07.2",
        policy(_if(allow("s3:ListBucket", PHOTOS), StringEquals={"aws:username": "app"}), READ),
        "a star is a star",
    ),
    "another folder is no beginning of this one": (
        "07.2",
        policy(_if(allow("s3:ListBucket", PHOTOS), StringLike={"s3:prefix": ["web/*", "x/*"]}), READ),
        "by the prefix web shows",
    ),
    "a policy without a list is not limited in listing": (
        "07.2",
        policy(allow("s3:GetObject", f"{PHOTOS}/*")),
        "Listing is limited",
    ),
    "a wrong folder is no shared condition": (
        "07.2",
        policy(LIST, allow("s3:GetObject", f"{PHOTOS}/raw/*")),
        "for both",
    ),
    "a wrong folder is not the whole bucket": (
        "07.2",
        policy(LIST, allow("s3:GetObject", f"{PHOTOS}/raw/*")),
        "any object",
    ),
    "no ec2:RunInstances is no missing iam:PassRole": (
        "07.3",
        policy(allow("ec2:DescribeInstances")),
        "start servers only",
    ),
    "both roles by name are not any role": (
        "07.3",
        policy(LAUNCH, _if(allow("iam:PassRole", [APP_ROLE, PROD_ROLE]), StringEquals=TO_EC2)),
        "the role is not",
    ),
    "two services by name are not none": (
        "07.3",
        policy(LAUNCH, _if(allow("iam:PassRole", APP_ROLE), StringEquals={"iam:PassedToService": [EC2, LAMBDA]})),
        "the service is not",
    ),
}
