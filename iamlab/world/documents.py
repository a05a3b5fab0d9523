"""Policies that name principals: how AWS stores them, and what they say later, when those are gone (STS-22)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, TypeVar

from iamlab.core.arn import Arn
from iamlab.core.dialect import items, statements
from iamlab.core.documents import Document
from iamlab.core.errors import IamlabError
from iamlab.core.places import Path
from iamlab.core.policy import Policy, PolicyKind, PolicySource
from iamlab.world.entities import EntityRecord, GroupRecord, SavedPolicy
from iamlab.world.state import State

T = TypeVar("T")


def save(state: State, source: PolicySource, kind: PolicyKind) -> SavedPolicy:
    """Read a policy that names principals, and note which users and roles it means.

    Raises PolicyError, also for a user or role that does not exist in an account of this world (POL-23).
    """
    parsed = Policy.parse(source, kind)
    stored: dict[str, str] = {}
    document = Document(parsed.document)
    for path, name in _named(document):
        if not _is_entity(name) or Arn.parse(name).account not in state.accounts:
            continue
        record = state.entity_at(name)
        if record is None or isinstance(record, GroupRecord):
            document.fail(
                f'Invalid principal in policy: "AWS":"{name}"',
                path,
                problem=f"there is no {name.rpartition(':')[2]} in that account.",
                remedy="Create it first; a role cannot name itself before it exists.",
            )
        stored[name] = record.id
    return SavedPolicy(policy=parsed, stored=tuple(stored.items()))


def current(state: State, saved: SavedPolicy) -> Policy:
    """What a saved policy says now: the ARN of a renamed user follows, a deleted one shows as its unique ID."""
    now = {arn: _shown(state.entities.get(id_), id_) for arn, id_ in saved.stored}
    changed = tuple((arn, text) for arn, text in now.items() if arn != text)
    return _rewritten(saved.policy, changed) if changed else saved.policy


def _shown(record: EntityRecord | None, id_: str) -> str:
    return record.arn if record else id_


@lru_cache(maxsize=256)
def _rewritten(policy: Policy, changed: tuple[tuple[str, str], ...]) -> Policy:
    names = dict(changed)
    document = policy.document
    for _, statement in statements(Document(document)):
        for element in ("Principal", "NotPrincipal"):
            if isinstance(statement.get(element), dict):
                statement[element] = {kind: _mapped(value, names) for kind, value in statement[element].items()}
    return Policy.parse(document, policy.kind)


def _mapped(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, list):
        return [_mapped(one, names) for one in value]
    return names.get(value, value)


def _named(document: Document) -> Iterator[tuple[Path, str]]:
    """Each user, role, session or account that the document names, with its path."""
    for path, statement in statements(document):
        for element in ("Principal", "NotPrincipal"):
            named = statement.get(element)
            if isinstance(named, dict):
                yield from items((*path, element), named, "AWS")


def _is_entity(name: str) -> bool:
    """Whether the text is the ARN of an IAM user or role; sessions and accounts are stored as written."""
    return name.startswith("arn:") and ":iam::" in name and (":user/" in name or ":role/" in name)


def as_code(code: str, change: Callable[[], T]) -> T:
    """Do it, and give a refused document the code of the service that keeps it: S3 says MalformedPolicy."""
    try:
        return change()
    except IamlabError as error:
        if error.code == "MalformedPolicyDocument":
            error.code = code
        raise
