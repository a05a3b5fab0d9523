"""Documents of every kind: what AWS stores, and what it refuses, with code, text and place (POL-21, POL-24)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from iamlab.core.errors import PolicyError
from iamlab.core.policy import Policy, PolicyKind

ROWS = json.loads((Path(__file__).parent / "cases" / "bad_documents.json").read_text(encoding="utf-8"))
KINDS = {kind.name.lower(): kind for kind in PolicyKind}


def _each(accepted):
    rows = [row for row in ROWS if (row["expect"] == "accepted") is accepted]
    return pytest.mark.parametrize("row", [pytest.param(row, id=row["name"]) for row in rows])


@_each(True)
def test_what_aws_stores_is_accepted(row):
    """And comes out again as it went in."""
    policy = Policy.parse(row["document"], KINDS[row["kind"]])
    assert policy.kind is KINDS[row["kind"]]
    assert json.loads(policy.to_json()) == row["document"]


@_each(False)
def test_what_aws_refuses_is_refused(row):
    """With AWS's code and text, our place and remedy; as text also with line and column."""
    for source in (row["document"], json.dumps(row["document"], indent=1)):
        with pytest.raises(PolicyError) as caught:
            Policy.parse(source, KINDS[row["kind"]])
        error = caught.value
        assert (error.code, error.path) == (row["expect"]["code"], row["expect"]["path"])
        assert error.message == row["expect"].get("message", error.message)
        assert error.remedy
        assert (error.line is None) is isinstance(source, dict)
