"""One finding, and one statement under examination."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from iamlab.core.operators import NULL, take_apart
from iamlab.core.policy import Policy, PolicyKind, Statement


class Level(Enum):
    """How much a finding matters, in AWS's words."""

    ERROR = "error"
    SECURITY = "security warning"
    WARNING = "warning"
    SUGGESTION = "suggestion"


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What is the same for each finding of one kind: the check's id, level, why it matters and how to mend it."""

    id: str
    level: Level
    why: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Finding:
    """One finding: its code (AWS's, where AWS has one), the place as a JSON path, and what is there.

    ``policy`` is the name of the policy when a whole world was looked at.
    """

    code: str
    place: str
    problem: str
    id: str
    level: Level
    why: str
    remedy: str
    policy: str = ""

    def __str__(self) -> str:
        where = f"{self.policy}, {self.place}" if self.policy else self.place
        return f"{self.level.value} at {where}: {self.problem} {self.why} {self.remedy} ({self.id})"

    def __repr__(self) -> str:
        return f"<{self}>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """One statement under examination, as parsed and as written, with what is known around it.

    ``account`` is the account that the policy is kept in, ``own`` are the accounts that belong together with it; both
    are empty when a policy is looked at by itself, as is ``service``, whose resource has the policy.
    """

    policy: Policy
    statement: Statement
    written: dict[str, Any]
    account: str = ""
    own: frozenset[str] = field(default_factory=frozenset)
    service: str = ""

    @property
    def kind(self) -> PolicyKind:
        """Where the policy is used."""
        return self.policy.kind

    @property
    def required_keys(self) -> frozenset[str]:
        """The condition keys that must be there and have a value, in lower case."""
        taken = ((one.key.lower(), *take_apart(one.operator)) for one in self.statement.conditions)
        return frozenset(key for key, _, base, if_exists in taken if base != NULL and not if_exists)

    @property
    def place(self) -> str:
        """The statement's JSON path."""
        listed = isinstance(self.policy.document["Statement"], list)
        return f"Statement[{self.statement.position - 1}]" if listed else "Statement"

    def at(self, *elements: object) -> str:
        """The JSON path of something in the statement."""
        return "".join([self.place, *(f"[{one}]" if isinstance(one, int) else f".{one}" for one in elements)])

    def value_at(self, element: str, index: int) -> str:
        """The path of one value, which may stand alone or in a list."""
        return self.at(element, index) if isinstance(self.written.get(element), list) else self.at(element)


Found = Iterator[tuple[str, str, str]]
"""What a check gives: code, place, and what is there, in a sentence."""
