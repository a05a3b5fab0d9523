"""What is settled about a caller's own statements, whatever is asked."""

from __future__ import annotations

import pytest

from iamlab.analysis.own import LEFT, Elements
from iamlab.analysis.situation import Situation
from iamlab.core.matching import NamedPolicy
from iamlab.core.policy import Policy
from iamlab.world.callers import Signer

VALUES = {"aws:principaltag/team": "red", "aws:username": "ann"}


def _own(condition, resource="*", given=()):
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": resource, "Condition": condition}
    policy = Policy.parse({"Version": "2012-10-17", "Statement": statement})
    situation = Situation(Signer.USER, False, False, True, frozenset(given))
    (level,) = Elements().own([[NamedPolicy(name="own", policy=policy)]], situation, VALUES).levels
    return level


def _equals(key, value):
    return {"StringEquals": {key: value}}


@pytest.mark.parametrize("condition", [{}, _equals("aws:PrincipalTag/team", "red"), _equals("aws:username", "ann")])
def test_a_condition_on_the_caller_that_holds_is_none(condition):
    """The statement stands under its number."""
    (one,) = _own(condition)
    assert one.alike != LEFT
    assert one.conditions == ()


def test_a_condition_on_the_caller_that_fails_takes_the_statement_away():
    """Whatever is asked."""
    assert _own(_equals("aws:PrincipalTag/team", "blue")) == ()


@pytest.mark.parametrize(
    "key",
    ["aws:SourceIp", "aws:ResourceTag/team", "s3:ExistingObjectTag/team", "aws:RequestedRegion", "aws:ResourceAccount"],
)
def test_what_hangs_on_the_request_is_left(key):
    """Such keys come with the request or with the resource."""
    (one,) = _own(_equals(key, "x"))
    assert (one.alike, [condition.key for condition in one.conditions]) == (LEFT, [key])


def test_a_key_that_the_question_gives_is_settled():
    """Even if a resource would bring it."""
    assert _own(_equals("aws:ResourceTag/team", "x"), given=["aws:resourcetag/team"]) == ()


def test_a_variable_in_the_resource_is_left():
    """It is looked up for each caller."""
    (one,) = _own({}, "arn:aws:s3:::acme/${aws:username}/*")
    assert one.alike == LEFT


def test_what_several_callers_have_is_one_layer():
    """Where the same statements matter to them, and not where a condition on the caller makes a difference."""
    condition = _equals("aws:PrincipalTag/team", "red")
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [statement, {**statement, "Condition": condition}]}
    levels = [[NamedPolicy(name="own", policy=Policy.parse(document))]]
    elements, situation = Elements(), Situation(Signer.USER, False, False, True, frozenset())
    ann, ben, carol = (
        elements.own(levels, situation, {"aws:principaltag/team": team, "aws:username": name})
        for name, team in (("ann", "red"), ("ben", "red"), ("carol", "blue"))
    )
    assert ann is ben
    assert ann is not carol
    assert [len(one.levels[0]) for one in (ann, carol)] == [2, 1]
