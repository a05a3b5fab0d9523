"""Does this statement apply to this request? Element by element, with the pattern that settled each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from iamlab.core import wildcard
from iamlab.core.conditions import ConditionMatch
from iamlab.core.naming import EVERYONE, Naming, PrincipalEntry, exempt
from iamlab.core.policy import Policy, Statement
from iamlab.core.request import PrincipalType, Request
from iamlab.core.resources import ALL_BUCKETS
from iamlab.core.variables import Values, template


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedPolicy:
    """A policy as it reaches a request: its name, and what it comes through, if anything.

    ``via`` is the group of a user's policy or the organization level of a control policy; ``arn`` is a managed
    policy's ARN, empty for an inline policy.
    """

    name: str
    policy: Policy
    via: str = ""
    arn: str = ""


class ElementMatch(NamedTuple):
    """One element against the request: ``matched`` is the first pattern that fits, None when none does.

    ``applies`` says whether the element is satisfied: Not-elements are by what they do not list (POL-10, POL-14).
    ``missing`` are context keys asked for in vain, ``doubts`` the UNSURE entries whose default this outcome used;
    ``resolved`` pairs each pattern whose variables have a value with what it came to.
    """

    element: str
    value: str
    patterns: tuple[str, ...]
    matched: str | None
    applies: bool
    missing: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    resolved: tuple[tuple[str, str], ...] = ()

    @property
    def rule(self) -> str:
        """The rule behind the outcome."""
        return _RULES.get(self.element, "POL-19" if self.missing else "POL-11" if self.value == "*" else "POL-12")


_RULES = {"Action": "POL-09", "NotAction": "POL-10", "NotResource": "POL-14"}
_RULES |= {"Principal": "POL-06", "NotPrincipal": "EVAL-18"}
Match = ElementMatch | ConditionMatch


class StatementMatch(NamedTuple):
    """One statement against the request, every element of it.

    ``naming`` is how its Principal names the caller, where it has one.
    """

    source: NamedPolicy
    statement: Statement
    elements: tuple[Match, ...]
    naming: Naming = Naming.NOT_AT_ALL

    @property
    def applies(self) -> bool:
        """A statement applies when all of its elements match (EVAL-02)."""
        return all(element.applies for element in self.elements)

    @property
    def label(self) -> str:
        """Policy and statement, as cases and graphs write it: ``DevAccess/NoProd`` or ``DevAccess/#2``."""
        return f"{self.source.name}/{self.statement.label}"


class CallerNames(NamedTuple):
    """The caller as the Principal elements see it; ``bounded`` when it has a permissions boundary (EVAL-18)."""

    type: PrincipalType
    names: Mapping[PrincipalEntry, Naming]
    bounded: bool

    def naming(self, statement: Statement) -> Naming:
        """How the statement names the caller; a NotPrincipal that does not leave it out names it directly."""
        found = Naming.NOT_AT_ALL
        for entry in statement.principals or statement.not_principals:
            found |= self.names.get(entry, Naming.NOT_AT_ALL)
        if statement.not_principals:
            left_out = exempt(self.type, found) and (not self.bounded or Naming.EVERYONE in found)
            return Naming.NOT_AT_ALL if left_out else Naming.DIRECTLY
        return found


def rest_applies(statement: Statement, request: Request) -> bool:
    """Whether resource and conditions match, at the first miss."""
    values, resource = request.values, request.resource
    if statement.covers:
        covered = False
        for cover in statement.covers:
            if cover(resource, values):
                covered = True
                break
        if resource == "*" and not covered:
            covered = _all_buckets(statement, request)
        if covered is not bool(statement.resources):
            return False
    return all(condition.holds(values) for condition in statement.conditions)


def _all_buckets(statement: Statement, request: Request) -> bool:
    action, pattern = ALL_BUCKETS
    return request.action.lower() == action and pattern in (statement.resources or statement.not_resources)


def match(
    source: NamedPolicy, statement: Statement, request: Request, caller: CallerNames | None = None
) -> StatementMatch:
    """Check every element, also after the first miss: a learner needs them all."""
    elements: list[Match] = []
    naming = Naming.NOT_AT_ALL
    if caller is not None and (statement.principals or statement.not_principals):
        naming = caller.naming(statement)
        elements.append(_principal(statement, request, caller, naming))
    elements.append(action_element(statement.actions, statement.not_actions, request.action))
    if statement.covers:
        elements.append(_resource(statement, request))
    for condition in statement.conditions:
        elements.append(condition.match(request.values))
    return StatementMatch(source, statement, tuple(elements), naming)


def _principal(statement: Statement, request: Request, caller: CallerNames, naming: Naming) -> ElementMatch:
    entries = statement.principals or statement.not_principals
    patterns = tuple("*" if entry == EVERYONE else f"{kind} {name}" for entry in entries for kind, name in (entry,))
    matched = next((text for entry, text in zip(entries, patterns, strict=True) if caller.names.get(entry)), None)
    named = naming is not Naming.NOT_AT_ALL
    if statement.principals:
        return ElementMatch("Principal", request.principal.arn, patterns, matched, named)
    partly = named and matched is not None and not caller.bounded
    doubts = ("UNSURE-23",) if partly else ()
    return ElementMatch("NotPrincipal", request.principal.arn, patterns, matched, named, (), doubts)


@lru_cache(maxsize=16384)
def action_element(actions: tuple[str, ...], not_actions: tuple[str, ...], action: str) -> ElementMatch:
    """The action against the patterns of a statement."""
    patterns = actions or not_actions
    matched = next((pattern for pattern in patterns if action_matches(pattern, action)), None)
    vendor = (matched or "").partition(":")[0]
    doubts = ("UNSURE-5",) if wildcard.has_wildcard(vendor) and matched not in ("*", "*:*") else ()
    element = "Action" if actions else "NotAction"
    return ElementMatch(element, action, patterns, matched, (matched is not None) is bool(actions), (), doubts)


def action_applies(actions: tuple[str, ...], not_actions: tuple[str, ...], action: str) -> bool:
    """The same answer as the element's; ``action`` in lower case."""
    for pattern in actions or not_actions:
        if wildcard.compiled(pattern.lower())(action):
            return bool(actions)
    return not actions


def action_matches(pattern: str, action: str) -> bool:
    """Service and name, ignoring letter case; wildcards anywhere (POL-09).

    >>> action_matches("s3:get*", "s3:GetObject"), action_matches("*", "iam:CreateUser")
    (True, True)
    """
    return wildcard.matches(pattern.lower(), action.lower())


def _resource(statement: Statement, request: Request) -> ElementMatch:
    patterns = statement.resources or statement.not_resources
    resource, values = request.resource, request.values
    matched = None
    for pattern, cover in zip(patterns, statement.covers, strict=True):
        if cover(resource, values):
            matched = pattern
            break
    if matched is None and resource == "*" and _all_buckets(statement, request):
        matched = ALL_BUCKETS[1]
    element = "Resource" if statement.resources else "NotResource"
    missing, doubts = _resource_notes(statement, request, patterns, matched)
    applies = (matched is not None) is bool(statement.resources)
    return ElementMatch(
        element, resource, patterns, matched, applies, missing, doubts, _resource_resolved(statement, values)
    )


def _resource_resolved(statement: Statement, values: Values) -> tuple[tuple[str, str], ...]:
    if not statement.resource_keys:
        return ()
    patterns = (one for one in statement.resources or statement.not_resources if "${" in one)
    found = ((one, template(one).literal(values)) for one in patterns)
    return tuple((pattern, text) for pattern, text in found if text is not None)


def _resource_notes(
    statement: Statement, request: Request, patterns: tuple[str, ...], matched: str | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Keys that variables asked for in vain, and the UNSURE entries that this outcome rests on."""
    missing: tuple[str, ...] = ()
    doubts: list[str] = []
    for pattern in patterns:
        if statement.variables and "${" in pattern:
            absent, said = _variable_notes(pattern, request.values)
            missing += absent
            doubts += said
        elif matched is None and _crosses_colons(pattern, request.resource):
            doubts.append("UNSURE-9")
    if request.resource == "*" and any(pattern.startswith("arn:") and pattern.endswith(":*") for pattern in patterns):
        doubts.append("UNSURE-30")
    return missing, tuple(dict.fromkeys(doubts))


@lru_cache(maxsize=4096)
def _crosses_colons(pattern: str, resource: str) -> bool:
    """Whether a ``*`` at the end of a part would cover the resource if it crossed the colon after it."""
    return "*:" in pattern and resource.count(":") > 5 - pattern.count(":") and wildcard.matches(pattern, resource)


def _variable_notes(pattern: str, values: Values) -> tuple[tuple[str, ...], list[str]]:
    used = template(pattern).variables
    absent = tuple(one.key for one in used if not isinstance(values.get(one.key.lower()), str))
    texts = [one.value(values) for one in used]
    doubts = ["UNSURE-32"] if None in texts else []
    return absent, doubts + (["UNSURE-7"] if any(text and wildcard.has_wildcard(text) for text in texts) else [])
