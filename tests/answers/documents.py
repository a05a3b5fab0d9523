"""Policies for answers, written short."""

from __future__ import annotations

from typing import Any

MFA = {"aws:MultiFactorAuthPresent": "true"}
"""Given with Bool: with MFA."""


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    """A document of the current version."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(action: Any, resource: Any = "*") -> dict[str, Any]:
    """One Allow."""
    return {"Effect": "Allow", "Action": action, "Resource": resource}


def when(statement: dict[str, Any], **condition: dict[str, Any]) -> dict[str, Any]:
    """The statement under a condition: ``Bool={"aws:MultiFactorAuthPresent": "true"}``."""
    return {**statement, "Condition": condition}


def deny(action: Any, resource: Any = "*") -> dict[str, Any]:
    """One Deny."""
    return {"Effect": "Deny", "Action": action, "Resource": resource}
