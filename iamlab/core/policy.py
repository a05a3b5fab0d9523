"""Policies and their statements: immutable, checked when they are made (POL-01 to POL-24)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Protocol

from iamlab.core import syntax
from iamlab.core.conditions import Condition
from iamlab.core.dialect import FIRST, LATEST, PolicyKind
from iamlab.core.documents import as_sequence, load
from iamlab.core.naming import PrincipalEntry
from iamlab.core.resources import Cover, cover
from iamlab.core.values import as_text
from iamlab.core.variables import template
from iamlab.core.wildcard import has_wildcard


class Effect(Enum):
    """What a statement does when it applies (POL-05)."""

    ALLOW = "Allow"
    DENY = "Deny"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement. Exactly one of ``actions`` and ``not_actions`` is filled, and so for resources and principals.

    ``position`` counts from 1 within its policy. Identity policies have no principals, trust policies no resources.
    ``variables`` is False under version 2008, where ``${...}`` is literal text (POL-02).
    """

    position: int
    sid: str = ""
    effect: Effect
    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    not_resources: tuple[str, ...] = ()
    principals: tuple[PrincipalEntry, ...] = ()
    not_principals: tuple[PrincipalEntry, ...] = ()
    conditions: tuple[Condition, ...] = ()
    variables: bool = True
    covers: tuple[Cover, ...] = field(init=False, repr=False, compare=False)
    resource_keys: tuple[str, ...] = field(init=False, repr=False, compare=False)  # of its variables, in lower case

    def __post_init__(self) -> None:
        patterns = self.resources or self.not_resources
        with_keys = (template(one) for one in patterns if self.variables and "${" in one)
        keys = dict.fromkeys(variable.key.lower() for one in with_keys for variable in one.variables)
        object.__setattr__(self, "resource_keys", tuple(keys))
        object.__setattr__(self, "covers", tuple(cover(one, self.variables) for one in patterns))

    @property
    def label(self) -> str:
        """The Sid, or ``#2`` for a second statement without one."""
        return self.sid or f"#{self.position}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A policy document that passed AWS's checks for its kind.

    >>> policy = Policy.parse({"Version": "2012-10-17", "Statement":
    ...     {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}})
    >>> policy.statements[0].actions
    ('s3:ListAllMyBuckets',)
    """

    statements: tuple[Statement, ...]
    version: str = FIRST
    id: str = ""
    kind: PolicyKind = PolicyKind.IDENTITY
    text: str = field(repr=False, compare=False)
    _by_service: dict[str, tuple[Statement, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def about_service(self, service: str) -> tuple[Statement, ...]:
        """The statements that can be about the actions of a service, which is given by its prefix in lower case."""
        found = self._by_prefix.get(service)
        return self._by_prefix[""] if found is None else found

    @property
    def _by_prefix(self) -> Mapping[str, tuple[Statement, ...]]:
        """The statements by the services that they name; under ``""`` those about any. Made when first asked for."""
        if not self._by_service:
            prefixes = [_services(one) for one in self.statements]
            for service in {"", *(name for names in prefixes for name in names)}:
                self._by_service[service] = tuple(
                    statement
                    for statement, names in zip(self.statements, prefixes, strict=True)
                    if "" in names or service in names
                )
        return self._by_service

    @classmethod
    def parse(cls, source: PolicySource, kind: PolicyKind = PolicyKind.IDENTITY) -> Policy:
        """Make a Policy from a dict, JSON text or a Policy; ``kind`` says which elements it may have (POL-21).

        Raises PolicyError with place and remedy.
        """
        if isinstance(source, Policy):
            return source if source.kind is kind else cls.parse(source.document, kind)
        document = load(source)
        syntax.check(document, kind)
        statements = as_sequence(document.value["Statement"])
        version = document.value.get("Version", FIRST)
        return cls(
            statements=tuple(
                _statement(value, position, version == LATEST) for position, value in enumerate(statements, start=1)
            ),
            version=version,
            id=document.value.get("Id", ""),
            kind=kind,
            text=json.dumps(document.value),
        )

    @property
    def document(self) -> dict[str, Any]:
        """The document as it was given, as plain JSON types; a fresh copy, so that changing it changes nothing here."""
        document: dict[str, Any] = json.loads(self.text)
        return document

    def __repr__(self) -> str:
        return self.to_json() if self.text else "{}"

    def to_json(self, indent: int | None = 2) -> str:
        """The document as JSON text, as it was given; what may not stand on the wire is escaped (ENT-04)."""
        text = json.dumps(self.document, indent=indent, ensure_ascii=False)
        return re.sub(r"[^\x00-\xff]", lambda found: json.dumps(found.group())[1:-1], text)


PolicySource = Policy | Mapping[str, Any] | str
"""What every function that takes a policy accepts: a Policy, a dict or JSON text."""


def _services(statement: Statement) -> frozenset[str]:
    """The services that a statement names; ``""`` stands for any."""
    if not statement.actions:
        return frozenset({""})
    prefixes = (pattern.lower().partition(":")[0] for pattern in statement.actions)
    return frozenset("" if has_wildcard(prefix) else prefix for prefix in prefixes)


def _statement(value: Mapping[str, Any], position: int, variables: bool) -> Statement:
    return Statement(
        position=position,
        sid=value.get("Sid", ""),
        effect=Effect(value["Effect"]),
        actions=_strings(value, "Action"),
        not_actions=_strings(value, "NotAction"),
        resources=_strings(value, "Resource"),
        not_resources=_strings(value, "NotResource"),
        principals=_principals(value.get("Principal", {})),
        not_principals=_principals(value.get("NotPrincipal", {})),
        conditions=_conditions(value.get("Condition", {}), variables),
        variables=variables,
    )


def _conditions(block: Mapping[str, Any], variables: bool) -> tuple[Condition, ...]:
    return tuple(
        Condition(operator, key, tuple(as_text(one) or "" for one in as_sequence(value)), variables)
        for operator, keys in block.items()
        for key, value in keys.items()
    )


def _strings(value: Mapping[str, Any], element: str) -> tuple[str, ...]:
    return tuple(as_sequence(value[element])) if element in value else ()


def _principals(value: Any) -> tuple[PrincipalEntry, ...]:
    """Pairs of kind and name; the bare ``"*"`` is everyone, written the same as ``{"AWS": "*"}`` (POL-06)."""
    if isinstance(value, str):
        return (("AWS", value),)
    return tuple((kind, name) for kind, names in value.items() for name in as_sequence(names))


class HasArn(Protocol):
    """A role, a bucket, a table: whatever may be named by its ARN."""

    @property
    def arn(self) -> str:
        """The ARN."""


OnWhat = str | HasArn
"""What a statement may be about: an ARN, or something that has one."""


def allow(*actions: str, on: OnWhat | Iterable[OnWhat] = "*", sid: str = "") -> Policy:
    """A policy of one statement that allows the actions on one or several resources: ARNs, or what has one.

    >>> allow("s3:GetObject", on="arn:aws:s3:::acme-photos/*").document["Statement"]
    [{'Effect': 'Allow', 'Action': 's3:GetObject', 'Resource': 'arn:aws:s3:::acme-photos/*'}]
    >>> from types import SimpleNamespace
    >>> role = SimpleNamespace(arn="arn:aws:iam::111111111111:role/Deploy")
    >>> allow("sts:AssumeRole", on=role).statements[0].resources
    ('arn:aws:iam::111111111111:role/Deploy',)
    """
    return _one_statement(Effect.ALLOW, actions, on, sid)


def deny(*actions: str, on: OnWhat | Iterable[OnWhat] = "*", sid: str = "") -> Policy:
    """A policy of one statement that denies the actions on one or several resources, as ``allow`` takes them."""
    return _one_statement(Effect.DENY, actions, on, sid)


def _one_statement(effect: Effect, actions: tuple[str, ...], on: OnWhat | Iterable[OnWhat], sid: str) -> Policy:
    resources = [on] if isinstance(on, str) or not isinstance(on, Iterable) else list(on)
    statement = {
        **({"Sid": sid} if sid else {}),
        "Effect": effect.value,
        "Action": _bare(list(actions)),
        "Resource": _bare(resources),
    }
    return Policy.parse({"Version": LATEST, "Statement": [statement]})


def _bare(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values


__all__ = [
    "LATEST",
    "Effect",
    "Policy",
    "PolicyKind",
    "PolicySource",
    "Statement",
    "allow",
    "deny",
]
