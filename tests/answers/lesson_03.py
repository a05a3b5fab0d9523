"""Lesson 03: one membership (ENT-07), a left-over attachment, the team's policy (POL-15)."""

from __future__ import annotations

from typing import Any

from answers.documents import MFA, allow, deny, policy, when
from iamlab import Lab

CODE = "arn:aws:s3:::acme-dev"
ITS_OWN = [CODE, f"{CODE}/*"]
BUCKETS = allow("s3:ListAllMyBuckets")
SECRETS = f"{CODE}/secret/*"
WORK = allow(["s3:ListBucket", "s3:GetObject", "s3:PutObject"], ITS_OWN)


def _join_as_root(lab: Lab) -> None:
    dev = lab.accounts[0]
    with lab.signed_in(dev.root):
        dev.group("developers").add(dev.user("fay"))


def _join_after_a_wrong_turn(lab: Lab) -> None:
    dev = lab.accounts[0]
    dev.user("fay").attach(dev.managed_policy("DevAccess"))
    dev.group("Developers").add(dev.user("fay"))
    dev.user("fay").detach(dev.managed_policy("DevAccess"))


def _join_and_ask_for_mfa(lab: Lab) -> None:
    _join_as_root(lab)
    without = when(deny("s3:PutObject"), Bool={"aws:MultiFactorAuthPresent": "false"})
    lab.accounts[0].user("fay").put_policy("Less", policy(without))


def _detach_as_root(lab: Lab) -> None:
    dev = lab.accounts[0]
    with lab.signed_in(dev.root):
        dev.user("tess").detach(dev.managed_policy("DevAccess"))


def _keep_what_she_needs_through_a_group(lab: Lab) -> None:
    dev = lab.accounts[0]
    tess = dev.user("tess")
    tess.detach(dev.managed_policy("DevAccess"))
    tess.delete_policy("SeeUsers")
    dev.group("Testers").put_policy("SeeUsers", policy(allow("iam:ListUsers")))


def _attach_all_of_s3(lab: Lab) -> None:
    dev = lab.accounts[0]
    dev.user("fay").attach(dev.managed_policy("AmazonS3FullAccess"))


def _test_and_attach(lab: Lab) -> None:
    dev = lab.accounts[0]
    dev.group("Testers").add(dev.user("fay"))
    dev.user("fay").attach(dev.managed_policy("DevAccess"))


def _more(lab: Lab, who: str, *statements: dict[str, Any]) -> None:
    lab.accounts[0].user(who).put_policy("More", policy(*statements))


def _stranger_reads(lab: Lab, account: str) -> None:
    statement = {**allow("s3:GetObject", f"{CODE}/*"), "Principal": {"AWS": account}}
    lab.accounts[0].buckets[0].put_policy(policy(statement))


def _admin(lab: Lab) -> Any:
    return lab.accounts[0].managed_policy("AdministratorAccess")


OTHER_CORRECT = {
    "03.1": [_join_as_root, _join_after_a_wrong_turn],
    "03.2": [_detach_as_root, _keep_what_she_needs_through_a_group],
    "03.3": [
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": ["s3:ListBucket", "s3:GetObject", "s3:PutObject"],
                    "Resource": [CODE, f"{CODE}/*"],
                }
            ],
        },
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Action": "s3:listbucket", "Resource": CODE},
                {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"{CODE}/*"},
                {"Effect": "Allow", "Action": "s3:PutObject", "Resource": [f"{CODE}/*", f"{CODE}/*/*"]},
                {"Effect": "Deny", "Action": "s3:Delete*", "Resource": "*"},
            ],
        },
    ],
}

MORE_CHANGED = {
    "03.1": [
        lambda lab: (_join_as_root(lab), lab.accounts[0].user("tess").put_policy("More", policy(BUCKETS))),
        lambda lab: (_join_as_root(lab), lab.accounts[0].group("Developers").put_policy("More", policy(BUCKETS))),
        # AWS judges it on several resources at once (EVAL-25).
        lambda lab: (_join_as_root(lab), _more(lab, "fay", allow("ec2:RunInstances"))),
        # Of what is not there yet: no function, and no secret.
        lambda lab: (_join_as_root(lab), _more(lab, "tess", allow("lambda:InvokeFunction"))),
        lambda lab: (_join_as_root(lab), _more(lab, "eric", when(allow("secretsmanager:GetSecretValue"), Bool=MFA))),
        lambda lab: (_join_as_root(lab), _more(lab, "tess", allow("s3:GetObject", "arn:aws:s3:::acme-dev-*"))),
        lambda lab: (_join_as_root(lab), _stranger_reads(lab, "444444444444")),
    ],
    "03.2": [
        lambda lab: (_detach_as_root(lab), lab.accounts[0].user("tess").put_policy("More", policy(BUCKETS))),
        lambda lab: (_detach_as_root(lab), lab.accounts[0].group("Testers").attach(_admin(lab))),
        lambda lab: (_detach_as_root(lab), lab.accounts[0].user("eric").attach(_admin(lab))),
    ],
}

TOO_MUCH = {
    "03.3": [
        *[
            policy(WORK, allow(extra, ITS_OWN))
            for extra in ("s3:DeleteObject", "s3:PutBucketPolicy", "s3:GetObjectAcl")
        ],
        policy(WORK, allow("s3:ListAllMyBuckets")),
        policy(WORK, allow("iam:*")),
        policy(WORK, allow("s3:PutObject", f"{CODE}-archive/*")),
        policy(allow(["s3:List*", "s3:Get*", "s3:Put*"], ITS_OWN)),
        policy({"Effect": "Allow", "NotAction": "s3:Delete*", "Resource": ITS_OWN}),
        policy(WORK, when(allow("*"), Bool=MFA)),
    ],
}

FORBIDS = {
    # dana and eric, or fay, are kept from some of what they need.
    "03.1": [
        lambda lab: (_join_as_root(lab), lab.accounts[0].user("fay").put_policy("Less", policy(deny("s3:*", SECRETS)))),
        _join_and_ask_for_mfa,
    ],
    "03.3": [
        policy(WORK, deny("s3:*", SECRETS)),
        # Whoever joins the group next is not among those named.
        policy(when(WORK, StringEquals={"aws:username": ["dana", "eric"]})),
        policy(when(WORK, StringNotEquals={"aws:username": "nina"})),
    ],
}

FOR_OTHERS = {
    "03.3": [
        policy(WORK, when(allow("s3:DeleteObject", f"{CODE}/*"), StringEquals={"aws:username": "eric"})),
        policy(WORK, when(allow("s3:DeleteObject", f"{CODE}/*"), StringNotEquals={"aws:username": "dana"})),
        policy(WORK, allow("s3:GetObject", "arn:aws:s3:::acme-test/${aws:userid}/*")),
    ],
}

LESS = {
    "03.3": [
        policy(
            allow("s3:ListBucket", CODE), allow(["s3:GetObject", "s3:PutObject"], [f"{CODE}/plan.txt", f"{CODE}/src/*"])
        ),
        policy(when(WORK, DateLessThan={"aws:CurrentTime": "2030-01-01"})),
        # Requests go to other Regions, too (COND-20).
        policy(when(WORK, StringEquals={"aws:RequestedRegion": "us-east-1"})),
        policy(WORK, when(deny("*"), StringNotEquals={"aws:RequestedRegion": "us-east-1"})),
        # Of whoever joins the group next no probe knows the name.
        policy(when(WORK, StringNotLike={"aws:username": "zo*"})),
    ],
}

NOT_SAID = {
    "a pattern for some objects is no missing ARN": (
        "03.3",
        policy(allow("s3:ListBucket", CODE), allow(["s3:GetObject", "s3:PutObject"], f"{CODE}/${{aws:username}}/*")),
        "One ARN does not do",
    ),
    "s3:* on the bucket alone has not the right resources": (
        "03.3",
        policy(allow("s3:*", CODE)),
        "The resources are right",
    ),
    "a Deny of something else covers nothing up": (
        "03.2",
        lambda lab: lab.accounts[0].user("tess").put_policy("No", policy(deny("iam:*"))),
        "covers a part",
    ),
    "all of S3 is no administrator": ("03.1", _attach_all_of_s3, "An administrator"),
    "testers and an attached policy are no new group": ("03.1", _test_and_attach, "on another group"),
}
