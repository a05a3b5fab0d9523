"""Paths through roles: each can be walked for real, none is missing, and none shorter is overlooked."""

from __future__ import annotations

from collections import deque

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iamlab import Lab
from iamlab.core.errors import IamlabError
from iamlab.lessons import story

DEV, PROD = "111111111111", "222222222222"
NAMES = ("Alpha", "Beta", "Gamma", "Delta")
ARNS = {name: f"arn:aws:iam::{DEV if at < 2 else PROD}:role/{name}" for at, name in enumerate(NAMES)}
PICTURE = "arn:aws:s3:::acme-photos/1.jpg"


def _document(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _may_assume(names):
    return _document({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": [ARNS[name] for name in names]})


def _trust(principals, condition):
    principal = {"AWS": principals}
    return _document({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", "Condition": condition})


some_roles = st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True)
trusted = st.lists(
    st.sampled_from((DEV, PROD, f"arn:aws:iam::{DEV}:user/ann", *ARNS.values())), min_size=1, max_size=3, unique=True
)
conditions = st.sampled_from(({}, {}, {"StringEquals": {"sts:ExternalId": "acme-7"}}))


@st.composite
def worlds(draw):
    """Two accounts, two users, four roles that trust each other at random, cycles and all, and one bucket."""
    lab = Lab()
    dev, prod = lab.create_account("Dev", DEV), lab.create_account("Prod", PROD)
    users = [dev.create_user("ann"), dev.create_user("ben")]
    accounts = dict(zip(NAMES, (dev, dev, prod, prod), strict=True))
    roles = [accounts[name].create_role(name, trust=_trust([DEV], {})) for name in NAMES]
    for one in (*users, *roles):
        if draw(st.booleans()):
            one.put_policy("assume", _may_assume(draw(some_roles)))
    for one in roles:
        one.update_trust(_trust(draw(trusted), draw(conditions)))
    prod.create_bucket("acme-photos")
    readers = draw(st.lists(st.sampled_from(roles), min_size=1, max_size=2))
    for one in readers:
        if one.account_id == PROD:
            one.put_policy("read", _document({"Effect": "Allow", "Action": "s3:GetObject", "Resource": PICTURE}))
    return lab, users, roles


def _walk(lab, who, path):
    """Assume one role after the other, for real, with what the path says is needed."""
    for step in path.steps:
        role = next(one for one in lab.callers if one.kind == "role" and one.name == step.target.name)
        example = step.cell.example or {}
        external = {"external_id": example["sts:externalid"]} if "sts:externalid" in example else {}
        who = lab.sts.assume_role(who, role, "walker", **external)
    return who


def _distance(lab, user, roles):
    """The fewest roles on the way, found by asking the engine about every pair."""

    def can(one, role):
        return any(
            lab.evaluate(one, "sts:AssumeRole", role, keys).allowed for keys in ({}, {"sts:ExternalId": "acme-7"})
        )

    waiting, met = deque([(user, 0)]), {user.arn}
    while waiting:
        here, steps = waiting.popleft()
        if lab.evaluate(here, "s3:GetObject", PICTURE).allowed:
            return steps
        for role in roles:
            if role.arn not in met and can(here, role):
                met.add(role.arn)
                waiting.append((role, steps + 1))
    return None


@settings(max_examples=60, deadline=None)
@given(worlds())
def test_every_path_can_be_walked_and_none_is_shorter(world):
    """With real sessions; the distance is found again without the matrix."""
    lab, users, roles = world
    for user in users:
        paths = lab.paths("s3:GetObject", PICTURE, user)
        assert [len(one.steps) for one in paths.found] == sorted(len(one.steps) for one in paths.found)
        for path in paths.found:
            assert len({step.target for step in path.steps}) == len(path.steps)
            assert lab.evaluate(_walk(lab, user, path), "s3:GetObject", PICTURE).allowed
        shortest = len(paths.found[0].steps) if paths.found else None
        assert shortest == _distance(lab, user, roles)


def test_a_path_with_a_condition_says_so():
    """The consultant's external ID, and MFA for production."""
    lab = story.consultant()
    arn = next(one for one in lab.resources if one.endswith("/1.jpg"))
    words = lab.paths("s3:GetObject", arn).sentences
    assert any("only when the external ID is acme-7f3c" in one for one in words)


def test_a_service_on_the_way():
    """Passing a role to EC2 gives what the role may do."""
    lab = story.application_on_ec2()
    arn = next(one for one in lab.resources if one.endswith("/1.jpg"))
    found = lab.paths("s3:GetObject", arn)
    assert any(step.service == "ec2.amazonaws.com" for path in found.found for step in path.steps)
    frame = found.frame()
    assert list(frame["roles"]) == sorted(frame["roles"])


def test_a_group_stands_for_its_members():
    """And nobody else."""
    lab = story.developer_group()
    group = lab.accounts[0].groups[0]
    arn = next(one for one in lab.resources if one.endswith("/1.jpg"))
    members = {one.name for one in group.members}
    assert {path.start.name for path in lab.paths("s3:GetObject", arn, group).found} <= members


def test_bad_questions_are_answered_with_the_nearest_name():
    """As evaluate answers them."""
    lab = story.consultant()
    with pytest.raises(IamlabError, match="Did you mean"):
        lab.paths("s3:GetObjekt")
