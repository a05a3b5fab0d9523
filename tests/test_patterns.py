"""Questions about patterns of resources: what is said of a part is what the engine says of every ARN in it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iamlab import Lab, allow, deny
from iamlab.analysis.access import Access
from iamlab.core.errors import IamlabError
from iamlab.core.evaluation import Decision
from iamlab.core.wildcard import matches

DEV, PROD = "111111111111", "222222222222"
BUCKET, TABLE = "arn:aws:s3:::acme", f"arn:aws:dynamodb:us-east-1:{DEV}:table"
ROLES = f"arn:aws:iam::{DEV}:role"
ASKED = {
    Decision.ALLOW: Access.ALLOWED,
    Decision.EXPLICIT_DENY: Access.EXPLICIT,
    Decision.IMPLICIT_DENY: Access.IMPLICIT,
}
ACTIONS = {
    f"{BUCKET}/*": ("s3:GetObject", "s3:PutObject"),
    f"{BUCKET}/home/*": ("s3:GetObject",),
    f"{BUCKET}*": ("s3:PutObject", "s3:ListBucket"),
    "arn:aws:s3:::*b*/?*": ("s3:GetObject",),
    f"{TABLE}/*": ("dynamodb:GetItem", "dynamodb:Query"),
    f"{ROLES}/*": ("iam:PassRole", "sts:AssumeRole", "iam:GetRole"),
    f"{ROLES}/team/*": ("sts:AssumeRole",),
}
KEYS = [
    "a",
    "home/ann/x",
    "home/bob/x",
    "home/red/b/x",
    "home//",
    "secret/b",
    "home/ann/secret/b",
    "b",
    "known.txt",
    "",
]
ARNS = (
    *(f"{bucket}/{key}" for bucket in (BUCKET, f"{BUCKET}-b") for key in KEYS),
    *(BUCKET, f"{BUCKET}-b", f"{BUCKET}/", f"{BUCKET}/home/*", f"{BUCKET}/home/red/red"),
    *(f"{TABLE}/{name}" for name in ("Orders", "Orders/index/b", "Other", "Other/index/b", "Orders/stream/x")),
    *(f"{ROLES}/{name}" for name in ("Worker", "Other", "team/Deploy", "team/Other", "team/b")),
)
PATTERNS = (
    *("*", f"{BUCKET}", f"{BUCKET}/*", f"{BUCKET}*/*", f"{BUCKET}/home/${{aws:username}}/*", f"{BUCKET}/*/secret/?"),
    *(f"{BUCKET}/home/${{aws:PrincipalTag/team}}/*", f"{BUCKET}/secret/*", f"{BUCKET}-b/home/*", f"{BUCKET}/known.txt"),
    *("arn:aws:s3:::*b", f"{BUCKET}/${{aws:PrincipalTag/team, 'home'}}/${{aws:PrincipalTag/team}}"),
    *(f"{TABLE}/*", f"{TABLE}/Orders", f"{TABLE}/*/index/*", "arn:aws:dynamodb"),
    *(f"{ROLES}/*", f"{ROLES}/team/*", f"{ROLES}/Worker", "arn:aws:iam::*:role/*e*", f"{BUCKET}/home/?*"),
)
CONDITIONS = (
    *({}, {}, {}, {"Bool": {"aws:MultiFactorAuthPresent": "true"}}, {"StringEquals": {"aws:ResourceAccount": PROD}}),
    *({"StringEquals": {"aws:ResourceTag/team": "red"}}, {"StringNotEquals": {"s3:ExistingObjectTag/team": "red"}}),
    {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}},
    {"StringEquals": {"aws:PrincipalTag/team": "red"}},
)
conditions = st.sampled_from(CONDITIONS)
actions = st.sampled_from(("*", "s3:*", "s3:GetObject", "s3:Put*", "dynamodb:*", "iam:*", "sts:*", "iam:PassRole"))


@st.composite
def documents(draw):
    """An identity policy of a few statements, about what is asked."""
    statements = []
    for _ in range(draw(st.integers(1, 4))):
        patterns = draw(st.lists(st.sampled_from(PATTERNS), min_size=1, max_size=3, unique=True))
        statements.append(
            {
                "Effect": draw(st.sampled_from(("Allow", "Allow", "Deny"))),
                "Action": draw(actions),
                draw(st.sampled_from(("Resource", "Resource", "Resource", "NotResource"))): patterns,
                "Condition": draw(conditions),
            }
        )
    return {"Version": "2012-10-17", "Statement": statements}


@st.composite
def resource_policies(draw, arns):
    """A policy that names one account or everybody."""
    statement = {
        "Effect": draw(st.sampled_from(("Allow", "Deny"))),
        "Principal": {"AWS": draw(st.sampled_from((DEV, "*", f"arn:aws:iam::{DEV}:user/ann")))},
        "Action": f"{arns[0].split(':')[2]}:*",
        "Condition": draw(conditions),
        "Resource": draw(st.lists(st.sampled_from(arns), min_size=1, max_size=2, unique=True)),
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


@st.composite
def worlds(draw):
    """Two accounts with users, roles, buckets, known objects with and without tags, and a table."""
    lab = Lab()
    dev, prod = lab.create_account("Dev", DEV), lab.create_account("Prod", PROD)
    tags = st.sampled_from(({}, {"team": "red"}, {"team": "blue"}))
    ann, bob = dev.create_user("ann", tags=draw(tags)), prod.create_user("bob")
    verbs = ["sts:AssumeRole", "sts:TagSession"] if draw(st.booleans()) else "sts:AssumeRole"
    trust = {"Effect": "Allow", "Principal": {"AWS": DEV}, "Action": verbs}
    document = {"Version": "2012-10-17", "Statement": trust}
    worker = dev.create_role("Worker", trust=document, tags=draw(tags))
    dev.create_role("Deploy", path="/team/", trust=document, tags=draw(tags))
    for one in (ann, bob, worker):
        one.put_policy("own", draw(documents()))
    if draw(st.booleans()):
        ann.put_boundary(dev.create_policy("Limit", draw(documents())))
    for account, name in ((dev, "acme"), (prod, "acme-b")):
        bucket = account.create_bucket(name)
        bucket.block_public_access(False)
        arn = f"arn:aws:s3:::{name}"
        if draw(st.booleans()):
            bucket.put_policy(draw(resource_policies((f"{arn}/*", arn, f"{arn}/home/*", f"{arn}/known.txt"))))
        bucket.put_object("known.txt", tags=draw(tags))
    table = dev.create_table("Orders", tags=draw(tags))
    if draw(st.booleans()):
        table.put_policy(draw(resource_policies((f"{TABLE}/Orders", f"{TABLE}/Orders/index/*", f"{TABLE}/Orders/*"))))
    return lab


def _asked(lab, who, action, arn):
    try:
        return ASKED[lab.evaluate(who, action, arn).decision]
    except IamlabError as error:
        return Access.NOT_ASKED if error.code in ("InvalidResource", "NotModelled") else Access.REFUSED


@settings(max_examples=50, deadline=None)
@given(worlds(), st.sampled_from(sorted(ACTIONS)))
def test_a_part_is_what_evaluate_says_of_every_arn_in_it(lab, pattern):
    """Each ARN that AWS asks about is in one part alone, and what is said of the part is so of the ARN."""
    callers = [*lab.callers, "anonymous"]
    arns = [one for one in ARNS if matches(pattern, one) and "*" not in one]
    named = ACTIONS[pattern]
    patterns, single = lab.access_matrix(callers, named, pattern), lab.access_matrix(callers, named, arns)
    for subject, who in zip(patterns.subjects, callers, strict=True):
        for action in named:
            parts = patterns.parts(subject, action, pattern)
            for arn in arns:
                there = [one for one in parts if one.portion.covers(arn)]
                asked = _asked(lab, who, action, arn)
                if asked is Access.NOT_ASKED:
                    assert not there
                    continue
                (part,) = there
                cell = single.cell(subject, action, arn)
                if part.access is not Access.DEPENDS:
                    assert part.access is asked is cell.access, (who, action, arn, part.portion.words)
                elif "cover" not in part.when + cell.when:  # what an open variable covers, one ARN says otherwise
                    assert (part.access, part.when) == (cell.access, cell.when), (who, action, arn)


@settings(max_examples=30, deadline=None)
@given(worlds(), st.sampled_from(sorted(ACTIONS)))
def test_the_words_of_a_part_name_it(lab, pattern):
    """Those who may do it on all of it may do it on every ARN; whoever is not listed, on none."""
    arns = [one for one in ARNS if matches(pattern, one) and "*" not in one]
    action = ACTIONS[pattern][0]
    answers = lab.who_can(action, pattern)
    single = lab.access_matrix(None, action, arns)
    for subject in single.subjects:
        mine = [one for one in answers.found if one.subject == subject]
        for cell in (single.cell(subject, action, arn) for arn in arns):
            if cell.access is Access.NOT_ASKED:
                continue
            possible = any(one.covers(cell.resource) for one in mine)
            assert possible or not cell.access.possible
            if any(one.part == "all" and one.access is Access.ALLOWED for one in mine):
                assert cell.access is Access.ALLOWED
    assert len(answers.frame()) == len(answers)


def _lab():
    lab = Lab()
    dev = lab.create_account("Dev", DEV)
    bucket = dev.create_bucket("acme")
    return lab, dev, bucket


def _words(lab, action, pattern, user):
    return [one.part for one in lab.who_can(action, pattern).found if one.subject.name == user]


def test_all_none_and_some():
    """In the patterns of the policies, with policy variables as they are for the caller."""
    lab, dev, bucket = _lab()
    for name in ("dana", "eric", "fay", "gil"):
        dev.create_user(name)
    home = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": f"{BUCKET}/home/${{aws:username}}/*"}
    user = {one.name: one for one in dev.users}
    user["dana"].put_policy("Home", {"Version": "2012-10-17", "Statement": home})
    user["eric"].put_policy("All", allow("s3:*"))
    user["eric"].put_policy("Secret", deny("s3:PutObject", on=f"{BUCKET}/secret/*"))
    user["fay"].put_policy("All", allow("s3:PutObject", on=f"{BUCKET}/*"))
    said = {name: _words(lab, "s3:PutObject", bucket / "*", name) for name in user}
    assert said == {
        "dana": [f"{BUCKET}/home/dana/*"],
        "eric": [f"{BUCKET}/* but not {BUCKET}/secret/*"],
        "fay": ["all"],
        "gil": [],
    }
    answers = lab.who_can("s3:PutObject", bucket / "*")
    assert f"user fay may do s3:PutObject on all of {BUCKET}/* (through statement 1 of All)." in answers.sentences
    assert list(answers.frame()["part"])[:3] == [said["dana"][0], said["eric"][0], "all"]
    assert _words(lab, "s3:PutObject", bucket / "secret/*", "eric") == []
    assert _words(lab, "s3:PutObject", bucket / "home/dana/*", "dana") == ["all"]


def test_a_cell_about_a_pattern():
    """Some of it is a condition as any other; the matrix counts it once."""
    lab, dev, bucket = _lab()
    ann = dev.create_user("ann")
    ann.put_policy("Some", allow("s3:GetObject", on=[f"{BUCKET}/a/*", f"{BUCKET}/1.jpg"]))
    matrix = lab.access_matrix([ann], ["s3:GetObject", "s3:ListBucket"], bucket / "*")
    cells = [str(cell) for cell in matrix]
    assert cells == [f"depends: only on {BUCKET}/a/* and {BUCKET}/1.jpg", "not asked"]
    assert matrix.counts() == {Access.DEPENDS: 1, Access.NOT_ASKED: 1}
    assert list(matrix.frame().iloc[0]) == ["depends", "not asked"]
    assert matrix.explain(next(iter(matrix))).allowed


def test_a_thing_of_the_world_is_asked_about_by_itself():
    """A role with a tag that the condition wants, and one that has it not; of others nothing is known."""
    lab, dev, _ = _lab()
    trust = {"Effect": "Allow", "Principal": {"AWS": DEV}, "Action": "sts:AssumeRole"}
    for name, team in (("Red", "red"), ("Blue", "blue")):
        dev.create_role(name, trust={"Version": "2012-10-17", "Statement": trust}, tags={"team": team})
    ann = dev.create_user("ann")
    statement = {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"}
    statement["Condition"] = {"StringEquals": {"aws:ResourceTag/team": "red"}}
    ann.put_policy("Tagged", {"Version": "2012-10-17", "Statement": statement})
    found = [one for one in lab.who_can("iam:PassRole", f"{ROLES}/*").found if one.subject.name == "ann"]
    assert [(one.access.value, one.part, one.when) for one in found] == [
        ("depends", f"{ROLES}/* but not {ROLES}/Red or {ROLES}/Blue", "only when the resource's tag team is red"),
        ("allowed", f"{ROLES}/Red", ""),
    ]


def test_what_an_open_variable_denies_as_asked():
    """Of a session that may come with tags, a part that the variable covers as the role has it is denied explicitly."""
    lab, dev, bucket = _lab()
    trust = {"Effect": "Allow", "Principal": {"AWS": DEV}, "Action": ["sts:AssumeRole", "sts:TagSession"]}
    role = dev.create_role("Worker", trust={"Version": "2012-10-17", "Statement": trust}, tags={"team": "red"})
    role.put_policy("Denied", deny("s3:GetObject", on=f"{BUCKET}/home/${{aws:PrincipalTag/team}}/*"))
    parts = lab.access_matrix([role], "s3:GetObject", bucket / "*")
    said = {one.access: one.portion.words for one in parts.parts(parts.subjects[0], "s3:GetObject", bucket / "*")}
    assert said[Access.EXPLICIT] == f"{BUCKET}/home/red/*"


def test_several_buckets():
    """Those of the lab that fit; each is named where they differ."""
    lab, dev, _ = _lab()
    dev.create_bucket("acme-logs")
    ann = dev.create_user("ann")
    ann.put_policy("Logs", allow("s3:GetObject", on="arn:aws:s3:::acme-logs/*"))
    assert _words(lab, "s3:GetObject", "arn:aws:s3:::acme*/*", "ann") == ["arn:aws:s3:::acme-logs/*"]
    ann.put_policy("Logs", allow("s3:GetObject", on="arn:aws:s3:::*"))
    assert _words(lab, "s3:GetObject", "arn:aws:s3:::acme*", "ann") == ["all"]
    assert _words(lab, "s3:CreateBucket", "arn:aws:s3:::new-*", "ann") == []


@pytest.mark.parametrize(
    ("action", "pattern", "code", "says"),
    [
        ("s3:GetObject", "arn:aws:s3:::nothing-*", "NoSuchBucket", "No bucket of this lab fits .* There are acme"),
        ("s3:ListBucket", f"{BUCKET}/*", "InvalidResource", "is asked about .* Give one of the form"),
        (["s3:ListBucket", "s3:GetBucketAcl"], f"{BUCKET}/*", "InvalidResource", "No action of"),
        ("s3:GetObject", "arn:aws:s3:*:*:acme/*", "InvalidResource", "after the fifth colon"),
        ("s3:GetObject", "arn:*:s3:::acme/*", "InvalidResource", "after the fifth colon"),
        ("s3:ListAllMyBuckets", f"{BUCKET}/*", "InvalidResource", "takes no resource"),
        ("ec2:RunInstances", f"arn:aws:ec2:us-east-1:{DEV}:instance/*", "NotModelled", "several kinds of resource"),
        ("s3:GetObject", "acme/*", "InvalidResource", "is no ARN"),
    ],
)
def test_patterns_that_cannot_be_asked_about(action, pattern, code, says):
    """Each with the reason, and what to write."""
    lab, _, _ = _lab()
    with pytest.raises(IamlabError, match=says) as raised:
        lab.who_can(action, pattern)
    assert raised.value.code == code


def test_too_many_parts_are_refused():
    """With advice, and before the machine has gone through them all."""
    lab, dev, bucket = _lab()
    ann = dev.create_user("ann")
    ann.put_policy("Many", allow("s3:GetObject", on=[f"{BUCKET}/*{letter}*" for letter in "abcdefghijklmnopq"]))
    with pytest.raises(IamlabError, match="too many parts"):
        lab.who_can("s3:GetObject", bucket / "*")
