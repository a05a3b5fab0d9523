"""Conditions, one block at a time: what holds, and what AWS's documents leave open (COND-01 to COND-14)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from iamlab.core.evaluation import Decision, evaluate
from iamlab.core.matching import NamedPolicy
from iamlab.core.policy import Policy
from iamlab.core.policy_set import PolicySet
from iamlab.core.request import Principal, Request

ROWS = json.loads((Path(__file__).parent / "cases" / "operators.json").read_text(encoding="utf-8"))
each_row = pytest.mark.parametrize("row", [pytest.param(row, id=row["name"]) for row in ROWS])


def _evaluation(row, effect="Allow", version="2012-10-17"):
    statement = {"Effect": effect, "Action": "s3:ListAllMyBuckets", "Resource": "*", "Condition": row["condition"]}
    policy = Policy.parse({"Version": version, "Statement": statement})
    request = Request(
        principal=Principal("arn:aws:iam::111111111111:user/alice"),
        action="s3:ListAllMyBuckets",
        resource="*",
        resource_account="111111111111",
        context=row["context"],
    )
    return evaluate(request, PolicySet(identity=(NamedPolicy(name="p", policy=policy),)))


@each_row
def test_a_condition_holds_or_not(row):
    """An Allow with the condition allows just when it holds."""
    evaluation = _evaluation(row)
    assert evaluation.allowed is row["holds"]
    assert set(evaluation.doubts) == set(row.get("notes", ()))


@each_row
def test_a_deny_with_the_condition_hits_when_it_holds(row):
    """The same condition decides in the same way whether a Deny applies."""
    expected = Decision.EXPLICIT_DENY if row["holds"] else Decision.IMPLICIT_DENY
    assert _evaluation(row, effect="Deny").decision is expected


@each_row
def test_every_line_says_what_it_compared(row):
    """The explanation has operator, key, value and outcome of each line; all lines together are the verdict."""
    (layer,) = _evaluation(row).layers
    lines = [one for one in layer.matches[0].elements if one.element == "Condition"]
    wanted = [(operator, key) for operator, block in row["condition"].items() for key in block]
    assert [(one.operator, one.key) for one in lines] == wanted
    assert all(one.applies for one in lines) is row["holds"]
    given = {key.lower() for key, value in row["context"].items() if value != []}
    for one in lines:
        assert (one.key in one.missing) is (one.key.lower() not in given)


def test_under_version_2008_a_variable_is_literal_text():
    """POL-02."""
    row = {"condition": {"StringEquals": {"test:k": "${aws:username}"}}, "context": {"test:k": "${aws:username}"}}
    assert _evaluation(row, version="2008-10-17").allowed
    assert not _evaluation(row).allowed
