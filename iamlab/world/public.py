"""S3 Block Public Access: policies that would let anybody in are not saved (EVAL-30)."""

from __future__ import annotations

from typing import Final

from iamlab.core import wildcard
from iamlab.core.errors import IamlabError
from iamlab.core.policy import Effect, Policy, Statement

WHO_KEYS: Final = frozenset(
    {
        "aws:principalarn",
        "aws:principalaccount",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceorgid",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:userid",
    }
)
"""Condition keys that say by names who may come."""
FIXING_KEYS: Final = WHO_KEYS | {"aws:sourceip", "s3:dataaccesspointaccount"}
"""Condition keys that, held to fixed values, say who may come."""
POSITIVE: Final = ("StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike", "IpAddress")


def check_not_public(policy: Policy) -> None:
    """Refuse a bucket policy that would let anybody in.

    Raises IamlabError (``AccessDenied``).
    """
    public = next((one for one in policy.statements if is_public(one)), None)
    if public is None:
        return
    raise IamlabError(
        f"Public policies are blocked by the BlockPublicPolicy block public access setting: {_name(policy, public)} "
        "allows everybody. Name who may come, or turn the setting off with bucket.block_public_access(False).",
        code="AccessDenied",
    )


def is_public(statement: Statement) -> bool:
    """Whether a statement allows everybody, with no condition that says by fixed values who may come."""
    if statement.effect is not Effect.ALLOW:
        return False
    everybody = any(name == "*" for _, name in statement.principals) or bool(statement.not_principals)
    return everybody and not any(_fixes(operator, key, values) for operator, key, values in _conditions(statement))


def _conditions(statement: Statement) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(one.operator, one.key.lower(), tuple(map(str, one.values))) for one in statement.conditions]


def _fixes(operator: str, key: str, values: tuple[str, ...]) -> bool:
    plain = operator.removeprefix("ForAnyValue:")
    if key not in FIXING_KEYS or plain not in POSITIVE or not values:
        return False
    if key == "aws:sourceip":
        return not any(value.endswith("/0") for value in values)
    return not any(wildcard.has_wildcard(value) or "${" in value for value in values)


def _name(policy: Policy, statement: Statement) -> str:
    return statement.sid or f"statement {policy.statements.index(statement) + 1}"
