"""Does this statement apply to this request? Element by element, with the pattern that settled each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from iamlab.core import wildcard
from iamlab.core.policy import Policy, Statement
from iamlab.core.request import Request

ALL_BUCKETS: Final = ("s3:listallmybuckets", "arn:aws:s3:::*")
"""The one action without a resource of its own that a collection also grants (POL-11, UNSURE-30)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedPolicy:
    """A policy as it reaches a principal: its name, and the group it comes through, if any.

    ``arn`` is a managed policy's ARN, empty for an inline policy.
    """

    name: str
    policy: Policy
    via: str = ""
    arn: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementMatch:
    """One element against the request: ``matched`` is the first pattern that fits, None when none does."""

    element: str
    value: str
    patterns: tuple[str, ...]
    matched: str | None

    @property
    def applies(self) -> bool:
        """Not-elements apply to what they do not list (POL-10, POL-14)."""
        return (self.matched is None) == self.element.startswith("Not")


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementMatch:
    """One statement against the request, every element of it."""

    source: NamedPolicy
    statement: Statement
    elements: tuple[ElementMatch, ...]

    @property
    def applies(self) -> bool:
        """A statement applies when all of its elements match (EVAL-02)."""
        return all(element.applies for element in self.elements)

    @property
    def label(self) -> str:
        """Policy and statement, as cases and graphs write it: ``DevAccess/NoProd`` or ``DevAccess/#2``."""
        return f"{self.source.name}/{self.statement.label}"


def match(source: NamedPolicy, statement: Statement, request: Request) -> StatementMatch:
    """Check every element, also after the first miss: a learner needs them all."""
    return StatementMatch(
        source=source,
        statement=statement,
        elements=(_action(statement, request), _resource(statement, request)),
    )


def applies(statement: Statement, request: Request) -> bool:
    """The same answer as ``match(...).applies``, at the first miss."""
    return _action(statement, request).applies and _resource(statement, request).applies


def _action(statement: Statement, request: Request) -> ElementMatch:
    patterns = statement.actions or statement.not_actions
    matched = next((pattern for pattern in patterns if action_matches(pattern, request.action)), None)
    element = "Action" if statement.actions else "NotAction"
    return ElementMatch(element=element, value=request.action, patterns=patterns, matched=matched)


def _resource(statement: Statement, request: Request) -> ElementMatch:
    patterns = statement.resources or statement.not_resources
    matched = next(
        (pattern for pattern in patterns if resource_matches(pattern, request.resource, request.action)), None
    )
    element = "Resource" if statement.resources else "NotResource"
    return ElementMatch(element=element, value=request.resource, patterns=patterns, matched=matched)


def action_matches(pattern: str, action: str) -> bool:
    """Service and name, ignoring letter case; wildcards anywhere (POL-09).

    >>> action_matches("s3:get*", "s3:GetObject"), action_matches("*", "iam:CreateUser")
    (True, True)
    """
    return wildcard.matches(pattern.lower(), action.lower())


def resource_matches(pattern: str, resource: str, action: str = "") -> bool:
    """Part by part, letter case counting; the last part holds the rest (POL-12, POL-13).

    >>> resource_matches("arn:aws:s3:::acme-photos/*", "arn:aws:s3:::acme-photos")
    False
    """
    if pattern == "*":
        return True
    if resource == "*":
        return (action.lower(), pattern) == ALL_BUCKETS
    named = resource.split(":", 5)
    return len(named) == 6 and all(map(wildcard.matches, _parts(pattern), named))


@lru_cache(maxsize=4096)
def _parts(pattern: str) -> tuple[str, ...]:
    """The six parts; what an incomplete ARN leaves out is ``*``."""
    parts = pattern.split(":", 5)
    return (*parts, *["*"] * (6 - len(parts)))
