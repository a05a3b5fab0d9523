"""The policies that AWS made: public facts, kept as data with their date."""

from __future__ import annotations

import difflib
import json
from functools import cache
from importlib import resources
from typing import Any

from iamlab.core.errors import IamlabError
from iamlab.core.policy import Policy, PolicyKind


@cache
def _catalogue() -> dict[str, dict[str, Any]]:
    text = resources.files("iamlab").joinpath("data", "aws-managed-policies.json").read_text(encoding="utf-8")
    return {record["PolicyName"]: record for record in json.loads(text)}


def names() -> tuple[str, ...]:
    """The names of all AWS managed policies that iamlab has."""
    return tuple(_catalogue())


def is_aws(arn: str) -> bool:
    """Whether the ARN is that of a policy that AWS made, and not a customer's."""
    return arn.startswith("arn:aws:iam::aws:")


def find(name_or_arn: str) -> tuple[str, str]:
    """The name and ARN of an AWS managed policy, by either.

    Raises IamlabError (``NoSuchEntity``) with the nearest names.
    """
    name = name_or_arn.rpartition("/")[2]
    record = _catalogue().get(name)
    if record is not None and name_or_arn in (name, record["Arn"]):
        return name, record["Arn"]
    near = difflib.get_close_matches(name, names(), n=2, cutoff=0.5)
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    raise IamlabError(f"Policy {name_or_arn} does not exist or is not attachable.{hint}", code="NoSuchEntity")


@cache
def document(name: str) -> Policy:
    """The policy of that name, parsed once."""
    return Policy.parse(_catalogue()[name]["Document"], PolicyKind.MANAGED)


def version(name: str) -> str:
    """The version of that policy that is kept here, as AWS numbers it."""
    return str(_catalogue()[name]["DefaultVersionId"])
