"""What a change can have touched at all: so that two moments are compared there and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Final

from iamlab.world.entities import EntityRecord, GroupRecord
from iamlab.world.state import State


@dataclass(frozen=True, slots=True)
class Scope:
    """The callers, by unique ID, for whom any answer may be another one; and the resources about which any may be."""

    callers: frozenset[str]
    resources: frozenset[str]


_LOOKED_INTO: Final = {"entities", "policies", "trail", "_at"}
_OWN: Final = {"inline", "attached", "boundary", "groups"}
"""What an identity brings with it and nobody else looks at."""


def scope(before: State, after: State) -> Scope | None:
    """What the change between two moments can have touched; None for everything.

    Permissions that come with an identity touch that identity alone, or the members of a group; whoever came or went
    is a resource to everybody else. Any other change may touch anything.
    """
    elsewhere = (one.name for one in fields(State) if one.name not in _LOOKED_INTO)
    if any(getattr(before, name) != getattr(after, name) for name in elsewhere):
        return None
    if before.sessions:
        return None  # a session is its role's or its user's as well
    found = list(_entities(before, after))
    policies = _policies(before, after)
    if None in found or policies is None:
        return None
    callers = {id_ for one in found if one for id_ in one.callers} | policies
    resources = {arn for one in found if one for arn in one.resources}
    return Scope(frozenset(callers), frozenset(resources))


def _entities(before: State, after: State) -> Iterator[Scope | None]:
    for id_ in {**before.entities, **after.entities}:
        old, new = before.entities.get(id_), after.entities.get(id_)
        if old is new:
            continue
        if old is None or new is None:
            there = old or new
            assert there is not None
            # A group that is there for one moment alone had members then.
            yield Scope(_bearers(before, after, there), frozenset({there.arn}))
        elif _differ_in(old, new) <= _OWN:
            yield Scope(_bearers(before, after, new), frozenset())
        else:
            yield None  # a name, a tag, a trust policy: others look at these


def _differ_in(old: EntityRecord, new: EntityRecord) -> set[str]:
    """The names of the fields in which two records of one identity differ."""
    return {one.name for one in fields(new) if getattr(old, one.name) != getattr(new, one.name)}


def _bearers(before: State, after: State, record: EntityRecord) -> frozenset[str]:
    """Whose permissions come from this identity: its own, or those of a group's members."""
    if not isinstance(record, GroupRecord):
        return frozenset({record.id})
    return frozenset(user.id for state in (before, after) for user in state.members(record.id))


def _policies(before: State, after: State) -> set[str] | None:
    """Whose permissions come from a managed policy with another default version now; None when one came or went."""
    if before.policies == after.policies:
        return set()
    if before.policies.keys() != after.policies.keys():
        return None
    changed = {new.arn for id_, new in after.policies.items() if before.policies[id_] is not new}
    holders = (
        record
        for state in (before, after)
        for record in state.entities.values()
        if changed.intersection(record.attached) or record.boundary in changed
    )
    return {id_ for record in holders for id_ in _bearers(before, after, record)}
