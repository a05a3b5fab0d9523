"""AWS's own policies: each is judged whole, or refused with the place that cannot be judged yet."""

from __future__ import annotations

import json
from importlib import resources

import pytest

from iamlab import IamlabError
from iamlab.core.policy import PolicyKind
from iamlab.world import managed_policies

RECORDS = json.loads(resources.files("iamlab").joinpath("data", "aws-managed-policies.json").read_text("utf-8"))
each_record = pytest.mark.parametrize("record", [pytest.param(one, id=one["PolicyName"]) for one in RECORDS])


def _statements(record):
    value = record["Document"]["Statement"]
    return value if isinstance(value, list) else [value]


@each_record
def test_document(record):
    """Every policy that AWS made comes in whole."""
    policy = managed_policies.document(record["PolicyName"])
    assert policy.kind is PolicyKind.MANAGED
    assert policy.version == "2012-10-17"
    assert policy.document == record["Document"]
    assert len(policy.statements) == len(_statements(record))


@each_record
def test_name_and_arn(record):
    """A policy is found by name and by ARN, and the ARN has its path (ENT-02)."""
    name, arn = record["PolicyName"], record["Arn"]
    assert managed_policies.find(name) == managed_policies.find(arn) == (name, arn)
    assert arn == f"arn:aws:iam::aws:policy{record['Path']}{name}"


def test_the_names_are_all_different():
    """No policy hides another."""
    assert len(set(managed_policies.names())) == len(RECORDS)
    assert {"AdministratorAccess", "PowerUserAccess", "AmazonS3ReadOnlyAccess"} <= set(managed_policies.names())


def test_administrator_access_is_what_everybody_knows():
    """Everything on everything (SCN-01)."""
    (statement,) = managed_policies.document("AdministratorAccess").statements
    assert (statement.effect.value, statement.actions, statement.resources) == ("Allow", ("*",), ("*",))


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [
        ("AdministratorAcces", "AdministratorAccess"),
        ("administratoraccess", "AdministratorAccess"),
        ("AmazonS3ReadOnly", "AmazonS3ReadOnlyAccess"),
        ("arn:aws:iam::111111111111:policy/AdministratorAccess", "AdministratorAccess"),
        ("arn:aws:iam::aws:policy/Billing", "Billing"),
        ("arn:aws:iam::aws:policy/job-function/AdministratorAccess", "AdministratorAccess"),
        ("", "does not exist"),
        ("qqqqqqqqqqqqqqqq", "does not exist"),
    ],
)
def test_names_that_do_not_exist(name, suggestion):
    """The error has AWS's code, and the nearest names that exist."""
    with pytest.raises(IamlabError, match=suggestion) as caught:
        managed_policies.find(name)
    assert caught.value.code == "NoSuchEntity"
