"""Two snapshots: what was gained and lost is what the engine says before and after, and the statement is the one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_access import ACTIONS, documents, worlds

from iamlab import allow, deny
from iamlab.analysis.difference import Turn
from iamlab.core.errors import IamlabError
from iamlab.lessons import story


def _can(lab, snapshot, arn_of_user, action, resource):
    """Whether the user could, at that moment; asked of the engine by itself."""
    now = lab.snapshot()
    lab.restore(snapshot)
    try:
        user = next(one for one in lab.callers if one.arn == arn_of_user)
        return lab.evaluate(user, action, None if resource == "*" else resource).allowed
    except IamlabError:
        return False
    finally:
        lab.restore(now)


@settings(max_examples=25, deadline=None)
@given(worlds(), documents(), st.booleans())
def test_gained_and_lost_are_what_the_engine_says(lab, document, replaced):
    """For every user, action and resource: a change is listed exactly where the answer is another one."""
    before = lab.snapshot()
    ann = next(one for one in lab.callers if one.name == "ann")
    ann.put_policy("own" if replaced else "new", document)
    difference = lab.difference(before, actions=ACTIONS)
    moved = {(one.subject.name, action, one.resource): one.turn for one in difference.changes for action in one.actions}
    after = lab.snapshot()
    assert {one.subject.name for one in difference.changes} <= {"ann"}
    for resource in difference.resources:
        for action in ACTIONS:
            could, can = (_can(lab, one, ann.arn, action, resource) for one in (before, after))
            turn = moved.get(("ann", action, resource))
            if turn is Turn.GAINED:
                assert not could
            elif turn is Turn.LOST:
                assert not can
            elif turn is None:
                assert could is can or _depends(lab, before, after, ann, action, resource)


def _depends(lab, before, after, user, action, resource):
    """Possible at both moments under some condition: no change, though the plain answers may differ."""
    cells = []
    for snapshot in (before, after):
        lab.restore(snapshot)
        matrix = lab.access_matrix([user], action, resource)
        cells.append(matrix.cell(matrix.subjects[0], action, resource))
    return all(cell.access.possible for cell in cells)


@pytest.fixture
def lab():
    """A team with a group."""
    return story.developer_group()


def _dana(lab):
    return next(one for one in lab.callers if one.name == "dana")


PICTURE = "arn:aws:s3:::acme-dev/1.jpg"


def test_the_statement_that_gave_it(lab):
    """By policy and position, in words."""
    before = lab.snapshot()
    _dana(lab).put_policy("New", allow("s3:DeleteObject", on=PICTURE))
    (change,) = lab.difference(before).gained
    assert (change.actions, change.resource, change.by) == (("s3:DeleteObject",), PICTURE, ("statement 1 of New",))


def test_the_statement_that_forbids(lab):
    """A deny is named, not the allow that it beats."""
    _dana(lab).put_policy("New", allow("s3:DeleteObject", on=PICTURE))
    before = lab.snapshot()
    _dana(lab).put_policy("Stop", deny("s3:Delete*", sid="No"))
    (change,) = lab.difference(before).lost
    assert change.by == ("statement No of Stop",)
    assert change.words == f"user dana lost s3:DeleteObject on {PICTURE}, which statement No of Stop forbids."


def test_several_statements_that_forbid_or_give(lab):
    """Each is named, and none of them by a number without words."""
    before = lab.snapshot()
    for name in ("One", "Two"):
        _dana(lab).put_policy(name, allow("s3:DeleteObject", on=PICTURE))
    (gained,) = lab.difference(before).gained
    assert gained.words == (
        f"user dana gained s3:DeleteObject on {PICTURE}, through statement 1 of One and statement 1 of Two."
    )
    before = lab.snapshot()
    for name in ("Three", "Four"):
        _dana(lab).put_policy(name, deny("s3:Delete*"))
    (lost,) = lab.difference(before).lost
    assert lost.words == (
        f"user dana lost s3:DeleteObject on {PICTURE}, which statement 1 of Three and statement 1 of Four forbid."
    )


def test_the_statement_that_is_gone(lab):
    """Who leaves a group loses what it gave, and is free of what it forbade."""
    before = lab.snapshot()
    lab.accounts[0].groups[0].remove(_dana(lab))
    difference = lab.difference(before, actions="s3:*")
    assert difference.lost
    assert all("of the group Developers" in label for one in difference.lost for label in one.by)
    assert all(one.resource == "arn:aws:s3:::acme-prod/1.jpg" for one in difference.gained)


def test_a_condition_that_comes_and_goes(lab):
    """Allowed before and after, but no longer always."""
    dana = _dana(lab)
    dana.put_policy("New", allow("s3:DeleteObject", on=PICTURE))
    always = lab.snapshot()
    condition = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    statement = {"Effect": "Allow", "Action": "s3:DeleteObject", "Resource": PICTURE, "Condition": condition}
    dana.put_policy("New", {"Version": "2012-10-17", "Statement": statement})
    (change,) = lab.difference(always).changes
    assert (change.turn, change.when) == (Turn.TIGHTENED, "only with MFA")
    (back,) = lab.difference(lab.snapshot(), always).changes
    assert (back.turn, back.when) == (Turn.LOOSENED, "only with MFA")


def test_nothing_changed(lab):
    """Then it says so; and the table is empty with its columns."""
    difference = lab.difference(lab.snapshot())
    assert difference.sentences == ("Nobody may do more or less than before.",)
    assert difference.frame().empty


def test_what_is_no_snapshot(lab):
    """The error says how to take one."""
    with pytest.raises(IamlabError, match=r"lab\.snapshot\(\)"):
        lab.difference("yesterday")
