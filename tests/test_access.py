"""Who can do what: every cell of the matrix is what the engine decides, or says truly that it depends."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iamlab import Lab
from iamlab.analysis.access import Access
from iamlab.core.errors import IamlabError
from iamlab.core.evaluation import Decision
from iamlab.lessons import story

DEV, PROD = "111111111111", "222222222222"
ACTIONS = (
    *("s3:GetObject", "s3:PutObject", "s3:ListBucket", "s3:PutBucketPolicy", "s3:ListAllMyBuckets"),
    *("sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity", "sts:GetCallerIdentity", "sts:GetSessionToken"),
    *("kms:Decrypt", "iam:CreateUser", "iam:PassRole", "iam:AttachUserPolicy", "sqs:SendMessage"),
)
ASKED = {
    Decision.ALLOW: Access.ALLOWED,
    Decision.EXPLICIT_DENY: Access.EXPLICIT,
    Decision.IMPLICIT_DENY: Access.IMPLICIT,
}

action_patterns = st.sampled_from(("*", "s3:*", "s3:Get*", "*:*Object", "sts:*", "kms:*", "iam:*", *ACTIONS))
resource_patterns = st.sampled_from(
    (
        *("*", "arn:aws:s3:::*", "arn:aws:s3:::acme-dev", "arn:aws:s3:::acme-dev/*", "arn:aws:s3:::acme-*/*"),
        *("arn:aws:s3:::acme-dev/${aws:username}/*", "arn:aws:s3:::acme-dev/${aws:PrincipalTag/team}*"),
        *("arn:aws:iam::*:role/*", "arn:aws:iam::111111111111:user/*", "arn:aws:kms:*:*:key/*", "arn:aws:sqs:*:*:jobs"),
    )
)
conditions = st.sampled_from(
    (
        {},
        {},
        {},
        {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
        {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
        {"NumericLessThan": {"aws:MultiFactorAuthAge": "300"}},
        {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}},
        {"NotIpAddress": {"aws:SourceIp": ["203.0.113.0/24", "198.51.100.0/24"]}},
        {"DateLessThan": {"aws:CurrentTime": "2026-11-02T17:00:00Z"}},
        {"StringEquals": {"aws:PrincipalTag/team": "red"}},
        {"StringNotEquals": {"aws:PrincipalTag/team": "red"}},
        {"StringEquals": {"aws:PrincipalTag/team": "${aws:ResourceTag/team}"}},
        {"StringLike": {"s3:prefix": "home/${aws:username}/*"}},
        {"Null": {"aws:SourceIp": "true"}, "StringEquals": {"aws:PrincipalAccount": DEV}},
        {"StringEquals": {"sts:ExternalId": "x"}},
        {"ForAllValues:StringEquals": {"aws:TagKeys": ["team"]}},
        {"StringEquals": {"aws:RequestTag/team": "${aws:PrincipalTag/team}"}},
        {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*"}},
    )
)


@st.composite
def documents(draw, elements=2):
    """An identity policy of a few statements."""
    statements = []
    for _ in range(draw(st.integers(1, elements))):
        statement = {"Effect": draw(st.sampled_from(("Allow", "Allow", "Deny")))}
        statement[draw(st.sampled_from(("Action", "Action", "Action", "NotAction")))] = draw(action_patterns)
        statement[draw(st.sampled_from(("Resource", "Resource", "Resource", "NotResource")))] = draw(resource_patterns)
        statement["Condition"] = draw(conditions)
        statements.append(statement)
    return {"Version": "2012-10-17", "Statement": statements}


@st.composite
def resource_policies(draw, arns, actions):
    """A policy that names principals."""
    names = {"AWS": [DEV, PROD, f"arn:aws:iam::{DEV}:user/ann", f"arn:aws:iam::{DEV}:role/Worker", "*"]}
    statement = {
        "Effect": draw(st.sampled_from(("Allow", "Allow", "Deny"))),
        "Principal": {"AWS": draw(st.sampled_from(names["AWS"]))},
        "Action": draw(st.sampled_from(actions)),
        "Condition": draw(conditions),
    }
    if arns:
        statement["Resource"] = draw(st.sampled_from(arns))
    return {"Version": "2012-10-17", "Statement": [statement]}


TRUST = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Principal": {"AWS": DEV}, "Action": "sts:AssumeRole"},
}


@st.composite
def worlds(draw):
    """Two accounts, perhaps in an organization, with a few users, roles, buckets and policies of every type."""
    lab = Lab()
    dev, prod = lab.create_account("Dev", DEV), lab.create_account("Prod", PROD)
    ann = dev.create_user("ann", tags=draw(st.sampled_from(({}, {"team": "red"}, {"team": "blue"}))))
    ann.put_policy("own", draw(documents()))
    group = dev.create_group("Team")
    group.put_policy("group", draw(documents()))
    bob = prod.create_user("bob")
    bob.put_policy("own", draw(documents()))
    group.add(ann)
    worker = dev.create_role("Worker", trust=TRUST)
    worker.update_trust(draw(resource_policies((), ("sts:AssumeRole", "sts:*Session"))))
    worker.put_policy("own", draw(documents()))
    for one in (ann, worker):
        if draw(st.booleans()):
            limit = dev.create_policy(f"Limit{one.name}", draw(documents()))
            one.put_boundary(limit)
    bucket = prod.create_bucket("acme-dev")
    bucket.block_public_access(False)
    if draw(st.booleans()):
        arns = ("arn:aws:s3:::acme-dev", "arn:aws:s3:::acme-dev/*")
        bucket.put_policy(draw(resource_policies(arns, ("s3:*", "s3:GetObject", "s3:Put*"))))
    dev.create_key()
    if draw(st.booleans()):
        organization = lab.create_organization(lab.create_account("Management", "999999999999"))
        for account in (dev, prod):
            organization.add(account)
        control = organization.create_policy("Control", draw(documents()))
        organization.enable("SCP")
        organization.attach(control, organization.root)
    return lab


RESOURCES = (
    *("*", "arn:aws:s3:::acme-dev", "arn:aws:s3:::acme-dev/ann/1.jpg", f"arn:aws:iam::{DEV}:role/Worker"),
    *(f"arn:aws:iam::{DEV}:user/ann", f"arn:aws:sqs:us-east-1:{DEV}:jobs"),
)
CONTEXTS = (
    *({}, {"aws:MultiFactorAuthPresent": True, "aws:MultiFactorAuthAge": 10}, {"aws:MultiFactorAuthPresent": False}),
    *({"aws:SourceIp": "203.0.113.9"}, {"aws:SourceIp": "8.8.8.8"}, {"aws:CurrentTime": "2026-11-02T18:00:00Z"}),
    *({"s3:prefix": "home/ann/x"}, {"sts:ExternalId": "x"}, {"aws:TagKeys": ["team"], "aws:RequestTag/team": "red"}),
    {"aws:MultiFactorAuthPresent": True, "aws:SourceIp": "203.0.113.9", "aws:CurrentTime": "2026-11-02T18:00:00Z"},
)


def _asked(lab, caller, action, resource, context=None):
    """What asking for one cell by itself comes to."""
    try:
        return ASKED[lab.evaluate(caller, action, None if resource == "*" else resource, context).decision]
    except IamlabError as error:
        return Access.NOT_ASKED if error.code in ("InvalidResource", "NotModelled") else Access.REFUSED


def _callers(lab):
    return [*lab.callers, *(lab.sts.get_session_token(one) for one in lab.callers if one.kind == "user"), "anonymous"]


@settings(max_examples=60, deadline=None)
@given(worlds())
def test_every_cell_is_what_evaluate_says(lab):
    """And where it depends, the context that it gives as an example is allowed."""
    callers = _callers(lab)
    matrix = lab.access_matrix(callers, ACTIONS, RESOURCES)
    for subject, who in zip(matrix.subjects, callers, strict=True):
        for resource in RESOURCES:
            for action in ACTIONS:
                cell = matrix.cell(subject, action, resource)
                asked = _asked(lab, who, action, resource)
                if cell.access is Access.DEPENDS:
                    assert cell.when.startswith("only ")
                    assert cell.example is None or matrix.explain(cell).allowed
                else:
                    assert cell.access is asked, (who, action, resource)


@settings(max_examples=40, deadline=None)
@given(worlds())
def test_what_does_not_depend_does_not_change(lab):
    """No context that a request may have turns a settled cell from allowed to denied, or back."""
    callers = [one for one in lab.callers if one.kind == "user"]
    matrix = lab.access_matrix(callers, ACTIONS, RESOURCES[:4])
    for subject, who in zip(matrix.subjects, callers, strict=True):
        for cell in (matrix.cell(subject, action, arn) for action in ACTIONS for arn in RESOURCES[:4]):
            if cell.access in (Access.NOT_ASKED, Access.REFUSED):
                continue
            for context in CONTEXTS:
                keys = {key.lower() for key in context}
                carried = all(matrix._bits.supporting(key) & matrix._bits.bit(cell.action) for key in keys)
                if carried and cell.access is not Access.DEPENDS:
                    asked = _asked(lab, who, cell.action, cell.resource, context)
                    assert asked.possible is cell.access.possible, (who, cell, context)


@settings(max_examples=30, deadline=None)
@given(worlds())
def test_counts_and_table_say_the_same_as_the_cells(lab):
    """The counts are made from sets of bits, the table and the list of what is possible from single cells."""
    matrix = lab.access_matrix(lab.callers, ACTIONS, RESOURCES)
    cells = list(matrix)
    counted = {access: sum(cell.access is access for cell in cells) for access in Access}
    assert matrix.counts() == {access: number for access, number in counted.items() if number}
    assert sorted(map(str, matrix.possible())) == sorted(str(one) for one in cells if one.access.possible)
    frame = matrix.frame()
    assert frame.shape == (len(matrix.subjects), len(ACTIONS) * len(RESOURCES))
    assert sum((frame == access.value).to_numpy().sum() for access in Access) == matrix.size


def test_given_keys_are_not_open():
    """With the keys given, the answer is the engine's."""
    lab = story.staging_and_production()
    roles = [one for one in lab.callers if one.kind == "role"]
    assert Access.DEPENDS in lab.access_matrix(None, "sts:AssumeRole", roles).counts()
    for mfa in (True, False):
        given = lab.access_matrix(None, "sts:AssumeRole", roles, {"aws:MultiFactorAuthPresent": mfa})
        assert Access.DEPENDS not in given.counts()


def test_a_table_too_large_is_refused_with_advice():
    """The whole catalogue is counted, not printed."""
    lab = story.administrator()
    matrix = lab.access_matrix()
    assert matrix.size > 100_000
    with pytest.raises(IamlabError, match="more than anybody reads"):
        matrix.frame()


@pytest.mark.parametrize(
    ("action", "says"),
    [
        ("s3:GetObjekt", "Did you mean s3:GetObject"),
        ("s4:*", "There is no service|Did you mean"),
        ("s3:Gte*", r"Did you mean s3:Get\*"),
        ("Wrte", "access level"),
        (3, "is a text"),
    ],
)
def test_an_action_that_does_not_exist(action, says):
    """The error names the nearest one that does."""
    lab = story.administrator()
    with pytest.raises(IamlabError, match=says):
        lab.access_matrix(None, [action])


def test_what_is_open_for_one_role_is_not_for_another():
    """Two roles with one policy; the sessions of one may come with tags, those of the other may not."""
    lab = Lab()
    dev = lab.create_account("Dev", DEV)
    condition = {"StringEquals": {"aws:RequestTag/team": "${aws:PrincipalTag/team}"}}
    statement = {"Effect": "Allow", "Action": "iam:CreateUser", "Resource": "*", "Condition": condition}
    tagging = {**TRUST["Statement"], "Action": ["sts:AssumeRole", "sts:TagSession"]}
    roles = [
        dev.create_role("Tagged", trust={**TRUST, "Statement": tagging}),
        dev.create_role("Plain", trust=TRUST),
    ]
    dev.create_policy("Team", {"Version": "2012-10-17", "Statement": statement})
    for role in roles:
        role.attach(dev.managed_policy("Team"))
    new = f"arn:aws:iam::{DEV}:user/new"
    for order in (roles, roles[::-1]):
        matrix = lab.access_matrix(order, "iam:CreateUser", new)
        found = {one.name: matrix.cell(one, "iam:CreateUser", new).access for one in matrix.subjects}
        assert found == {"Tagged": Access.DEPENDS, "Plain": Access.IMPLICIT}


@pytest.mark.parametrize(
    ("wanted", "key", "denied", "forbidden"),
    [
        # Both tags can be red, and then the Deny applies.
        ("${aws:PrincipalTag/team}", "aws:PrincipalTag/team", "red", "the caller's tag team is not red"),
        ("${aws:PrincipalTag/team}", "aws:ResourceTag/team", "red", "the resource's tag team is not red"),
        # So can t-red and red.
        ("t-${aws:PrincipalTag/team}", "aws:PrincipalTag/team", "red", "the caller's tag team is not red"),
        ("t-${aws:PrincipalTag/team}", "aws:ResourceTag/team", "t-red", "the resource's tag team is not t-red"),
    ],
)
def test_what_one_key_is_denied_by_may_be_what_another_is_compared_with(wanted, key, denied, forbidden):
    """Two open keys, one in the other's policy variable: the words leave out no condition that is needed."""
    lab = Lab()
    dev = lab.create_account("Dev", DEV)
    tagging = {**TRUST["Statement"], "Action": ["sts:AssumeRole", "sts:TagSession"]}
    role = dev.create_role("Tagged", trust={**TRUST, "Statement": tagging})
    everything = {"Action": "s3:GetObject", "Resource": "*"}
    allow = {"Effect": "Allow", **everything, "Condition": {"StringEquals": {"aws:ResourceTag/team": wanted}}}
    deny = {"Effect": "Deny", **everything, "Condition": {"StringEquals": {key: denied}}}
    role.put_policy("Own", {"Version": "2012-10-17", "Statement": [allow, deny]})
    dev.create_bucket("acme")
    (found,) = [one for one in lab.who_can("s3:GetObject", "arn:aws:s3:::acme/1.jpg").found if one.when]
    assert found.when.startswith(f"only when the resource's tag team is {wanted}")
    assert forbidden in found.when
