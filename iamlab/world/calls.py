"""One call of AWS: its operation and parameters, and what its caller must be allowed for it to be carried out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One question that a call puts to the engine: action, resource (``*`` where it takes none), condition keys.

    ``account`` is the resource's owner, where neither ARN nor world says it.
    """

    action: str
    resource: str = "*"
    context: Mapping[str, Any] = field(default_factory=dict)
    account: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """AWS's name of the operation, its parameters under AWS's names, and its checks: all must pass (EVAL-25)."""

    service: str
    operation: str
    parameters: Mapping[str, Any]
    checks: tuple[Check, ...]
