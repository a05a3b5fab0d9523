"""Lesson 08: both halves across accounts (EVAL-13, EVAL-16), a Deny for testers (SCN-04), a bucket policy."""

from __future__ import annotations

from typing import Any

from answers.documents import allow, deny, policy
from iamlab import Lab

DEVELOPMENT, PRODUCTION = "111111111111", "999999999999"
UPDATE_APP = f"arn:aws:iam::{PRODUCTION}:role/UpdateApp"
TEST_APP = f"arn:aws:iam::{PRODUCTION}:role/TestApp"
APP = "arn:aws:s3:::productionapp"
RELEASES = f"{APP}/releases/*"
DAVID = f"arn:aws:iam::{DEVELOPMENT}:user/David"

RIGHT = {
    "08.1": {
        # EVAL-16e: trust names the account, the group allows.
        "David: UpdateApp": "nothing",
        # EVAL-16e: no identity Allow.
        "Ned: UpdateApp": "permission",
        # The trust names 333333333333 alone.
        "David: Reports": "trust",
        "Ned: Reports": "both",
        # EVAL-03: the testers' Deny.
        "Jane: UpdateApp": "forbidden",
        # EVAL-16e: across accounts, even though the trust names the user.
        "Ned: Deploy": "permission",
        # EVAL-16a: same account, the trust names the user.
        "Ned: Build": "nothing",
    },
}


def _dev(lab: Lab) -> Any:
    return next(one for one in lab.accounts if one.id == DEVELOPMENT)


def _prod(lab: Lab) -> Any:
    return next(one for one in lab.accounts if one.id == PRODUCTION)


def _never(lab: Lab) -> None:
    _dev(lab).group("Testers").put_policy("Never", policy(deny("sts:*", UPDATE_APP)))


def _never_managed(lab: Lab) -> None:
    dev = _dev(lab)
    dev.group("testers").attach(dev.create_policy("Never", policy(deny(["sts:AssumeRole", "sts:Tag*"], UPDATE_APP))))


def _never_but(lab: Lab) -> None:
    """A Deny for every role of Production but TestApp."""
    statement = {"Effect": "Deny", "Action": "sts:AssumeRole", "NotResource": TEST_APP}
    _dev(lab).group("Testers").put_policy("Never", policy(statement))


LONG_AGO = {"aws:CurrentTime": "2020-01-01"}
"""A moment after which every request is made (COND-06)."""


def _never_on(*resources: str, **condition: Any) -> Any:
    statement = {**deny("sts:AssumeRole", list(resources)), **({"Condition": condition} if condition else {})}
    return lambda lab: _dev(lab).group("Testers").put_policy("Never", policy(statement))


def _never_and_trust(principal: str) -> Any:
    def changed(lab: Lab) -> None:
        _never(lab)
        trusts = {"Effect": "Allow", "Principal": {"AWS": [DEVELOPMENT, principal]}, "Action": "sts:AssumeRole"}
        _prod(lab).role("UpdateApp").update_trust(policy(trusts))

    return changed


def _for_the_tagged(lab: Lab) -> None:
    statement = {"Effect": "Allow", "Principal": {"AWS": DEVELOPMENT}, "Action": "sts:AssumeRole"}
    tagged = {"StringEquals": {"aws:PrincipalTag/team": "dev"}}
    _dev(lab).user("David").tag({"team": "dev"})
    _prod(lab).role("UpdateApp").update_trust(policy({**statement, "Condition": tagged}))


def _write(lab: Lab, principal: Any, condition: Any = None, resource: str = RELEASES) -> None:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "s3:PutObject", "Resource": resource}
    _prod(lab).buckets[0].put_policy(policy({**statement, "Condition": condition} if condition else statement))


def _both(lab: Lab) -> None:
    _write(lab, {"AWS": DAVID})
    _dev(lab).user("David").put_policy("Releases", policy(allow("s3:PutObject", RELEASES)))


def _both_for(*resources: str, **condition: Any) -> Any:
    statement = {**allow("s3:PutObject", list(resources)), **({"Condition": condition} if condition else {})}

    def changed(lab: Lab) -> None:
        _both(lab)
        _dev(lab).user("David").put_policy("Releases", policy(statement))

    return changed


def _both_through_the_group(lab: Lab) -> None:
    _write(lab, {"AWS": [DAVID]})
    _dev(lab).group("Developers").put_policy("Releases", policy(allow("s3:putobject", f"{APP}/*")))


def _both_with_the_account_and_a_condition(lab: Lab) -> None:
    _write(lab, {"AWS": DEVELOPMENT}, {"ArnEquals": {"aws:PrincipalArn": DAVID}}, f"{APP}/*")
    _dev(lab).user("David").put_policy("Releases", policy(allow("s3:PutObject", RELEASES)))


def _everybody_with_a_condition(lab: Lab) -> None:
    _write(lab, "*", {"ArnEquals": {"aws:PrincipalArn": DAVID}})
    _dev(lab).user("David").put_policy("Releases", policy(allow("s3:PutObject", RELEASES)))


def _everybody_with_his_id(lab: Lab) -> None:
    """Unique IDs are given once in the world (ENT-03)."""
    _write(lab, "*", {"StringEquals": {"aws:userid": _dev(lab).user("David").id}})
    _dev(lab).user("David").put_policy("Releases", policy(allow("s3:PutObject", RELEASES)))


def _both_and_lets_in(*principals: str) -> Any:
    def changed(lab: Lab) -> None:
        _both(lab)
        _write(lab, {"AWS": [DAVID, *principals]})

    return changed


def _both_without_the_slash(lab: Lab) -> None:
    _write(lab, {"AWS": DAVID}, resource=f"{APP}/releases*")
    _dev(lab).user("David").put_policy("Releases", policy(allow("s3:PutObject", f"{APP}/releases*")))


def _bucket_arn_and_no_permission(lab: Lab) -> None:
    _write(lab, {"AWS": DAVID}, resource=APP)


def _role_in_the_bucket_policy(lab: Lab) -> None:
    _write(lab, {"AWS": UPDATE_APP})
    _dev(lab).user("David").put_policy("Releases", policy(allow("s3:PutObject", RELEASES)))


OTHER_CORRECT = {
    "08.2": [_never, _never_managed, _never_on(UPDATE_APP), _never_on(UPDATE_APP, DateGreaterThan=LONG_AGO)],
    "08.3": [
        _both_through_the_group,
        _both_with_the_account_and_a_condition,
        _everybody_with_a_condition,
        _everybody_with_his_id,
    ],
}

MORE_CHANGED = {
    "08.2": [
        lambda lab: (_never(lab), _dev(lab).user("Ned").put_policy("More", policy(allow("s3:ListAllMyBuckets")))),
        lambda lab: (_never(lab), _dev(lab).group("Testers").put_policy("Less", policy(deny("sqs:*")))),
        lambda lab: (_never(lab), _dev(lab).group("Testers").put_policy("Less", policy(deny("ec2:RunInstances")))),
        lambda lab: (_never(lab), _dev(lab).group("Developers").put_policy("More", policy(allow("sts:AssumeRole")))),
        _never_and_trust("arn:aws:iam::333333333333:root"),
        _never_and_trust(PRODUCTION),
        lambda lab: (_never(lab), _dev(lab).group("Testers").put_policy("Less", policy(deny("lambda:DeleteFunction")))),
    ],
    "08.3": [
        lambda lab: (_both(lab), _dev(lab).user("Ned").put_policy("More", policy(allow("s3:ListAllMyBuckets")))),
        lambda lab: (
            _both(lab),
            _prod(lab).role("UpdateApp").put_policy("More", policy(allow("sqs:*"))),
        ),
        lambda lab: (_both(lab), _dev(lab).user("David").put_policy("More", policy(allow("s3:PutObject", "*")))),
        _both_and_lets_in("333333333333"),
        _both_and_lets_in("arn:aws:iam::444444444444:root"),
        _both_and_lets_in(PRODUCTION, "arn:aws:iam::333333333333:user/zoe"),
        _both_without_the_slash,
        # Dave, a tester, may be hired next.
        lambda lab: (_both(lab), _write(lab, {"AWS": DEVELOPMENT}, {"StringLike": {"aws:username": "Dav*"}})),
        # A tester who is given the tag may do it: PowerUserAccess is her half (EVAL-13).
        lambda lab: (
            _both(lab),
            _prod(lab)
            .buckets[0]
            .put_policy(
                policy(
                    {**allow("s3:PutObject", RELEASES), "Principal": {"AWS": DAVID}},
                    {
                        **allow("s3:PutObject", RELEASES),
                        "Principal": {"AWS": DEVELOPMENT},
                        "Condition": {"StringEquals": {"aws:PrincipalTag/team": "red"}},
                    },
                )
            ),
        ),
    ],
}

# A Deny that hits other roles than the one, or does not hit every tester, however she comes.
TOO_FEW = {
    "08.2": [
        _never_but,
        _never_on(f"arn:aws:iam::{PRODUCTION}:role/Update*"),
        _never_on(UPDATE_APP, StringEquals={"aws:username": ["Jane", "Ned"]}),
        _never_on(UPDATE_APP, StringEquals={"aws:username": ["Jane", "Ned", "Tina", "Tom"]}),
        _never_on(UPDATE_APP, BoolIfExists={"aws:MultiFactorAuthPresent": "false"}),
    ],
    # Not every release, or not for ever.
    "08.3": [
        _both_for(f"{APP}/releases/*.zip"),
        _both_for(f"{APP}/releases/v*", f"{APP}/releases/2027/*"),
        _both_for(RELEASES, DateLessThan={"aws:CurrentTime": "2027-01-01"}),
        _both_for(RELEASES, BoolIfExists={"aws:MultiFactorAuthPresent": "true"}),
        _both_for(RELEASES, StringEqualsIfExists={"s3:x-amz-acl": "bucket-owner-full-control"}),
        lambda lab: (_both(lab), _write(lab, {"AWS": DAVID}, {"DateLessThan": {"aws:CurrentTime": "2029-01-01"}})),
    ],
}

FORBIDS = {
    "08.2": [
        # All of the roles, some of the others' work, or the shop's own bucket: each is kept from more than one role.
        _never_on(f"arn:aws:iam::{PRODUCTION}:role/*pp"),
        lambda lab: (_never(lab), _dev(lab).group("Testers").put_policy("Less", policy(deny("s3:DeleteObject")))),
    ],
    "08.3": [
        lambda lab: (
            _both(lab),
            _dev(lab).user("David").put_policy("Less", policy(deny("s3:PutObject", f"{APP}/releases/old/*"))),
        ),
    ],
}

NOT_SAID = {
    "a Deny with a hole does less than was asked, not more": (
        "08.2",
        _never_on(UPDATE_APP, BoolIfExists={"aws:MultiFactorAuthPresent": "false"}),
        "More has changed",
    ),
    "a Deny in the trust policy for Jane alone does not close the door": (
        "08.2",
        lambda lab: (
            _prod(lab)
            .role("UpdateApp")
            .update_trust(
                policy(
                    {"Effect": "Allow", "Principal": {"AWS": DEVELOPMENT}, "Action": "sts:AssumeRole"},
                    {
                        "Effect": "Deny",
                        "Principal": {"AWS": f"arn:aws:iam::{DEVELOPMENT}:user/Jane"},
                        "Action": "sts:AssumeRole",
                    },
                )
            )
        ),
        "The door is closed",
    ),
    "a trust policy that asks for a tag names nobody": ("08.2", _for_the_tagged, "each name would have to be written"),
    "a Deny for both roles by name is no Deny for all": (
        "08.2",
        lambda lab: (
            _dev(lab).group("Testers").put_policy("Never", policy(deny("sts:AssumeRole", [UPDATE_APP, TEST_APP])))
        ),
        "no role at all",
    ),
    "without a permission the bucket's ARN is not all that is wrong": (
        "08.3",
        _bucket_arn_and_no_permission,
        "David's own half is there",
    ),
    "a bucket policy that names the role says something": ("08.3", _role_in_the_bucket_policy, "says nothing of"),
    "a permission in Jane's account alone opens nothing": (
        "08.3",
        lambda lab: _dev(lab).user("Jane").put_policy("Releases", policy(allow("s3:PutObject", RELEASES))),
        "David's own half is there",
    ),
}
