"""The state of a world at one moment, and the world that holds the latest."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeVar
from weakref import WeakMethod

from iamlab.core.errors import IamlabError
from iamlab.world.entities import (
    AccountRecord,
    BucketRecord,
    EntityRecord,
    PolicyRecord,
    UserRecord,
)
from iamlab.world.trail import Step

ID_LENGTH: Final = 21  # prefix included (ENT-03)

R = TypeVar("R", bound=EntityRecord)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Everything there is at one moment. Never changed: a change makes a new one.

    ``entities`` and ``policies`` are keyed by unique ID, buckets by name.
    """

    accounts: Mapping[str, AccountRecord] = field(default_factory=dict)
    entities: Mapping[str, EntityRecord] = field(default_factory=dict)
    policies: Mapping[str, PolicyRecord] = field(default_factory=dict)
    buckets: Mapping[str, BucketRecord] = field(default_factory=dict)
    trail: tuple[Step, ...] = ()

    def of_kind(self, kind: type[R], account: str | None = None) -> tuple[R, ...]:
        """The users, groups or roles of one account, or of all, in order of creation."""
        return tuple(one for one in self.entities.values() if isinstance(one, kind) and account in (None, one.account))

    def members(self, group_id: str) -> tuple[UserRecord, ...]:
        """The users in a group."""
        return tuple(user for user in self.of_kind(UserRecord) if group_id in user.groups)


class World:
    """Holds the latest state. A change is one assignment, so an operation happens wholly or not at all."""

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self.state = State()
        self._serial = 0  # not part of the state: an ID is never given out twice, also after going back
        self.version = 0
        self._observers: list[WeakMethod[Callable[[], None]]] = []

    def observe(self, method: Callable[[], None]) -> None:
        """Call this bound method after each change, for as long as its owner is alive elsewhere."""
        self._observers.append(WeakMethod(method))

    def _changed(self) -> None:
        self.version += 1
        self._observers = [one for one in self._observers if one() is not None]
        for observer in tuple(self._observers):
            if method := observer():
                method()

    def commit(self, step: Step | None, **changes: Any) -> None:
        """Put the changed parts in place, with the step that changed them."""
        trail = self.state.trail if step is None else (*self.state.trail, step)
        self.state = replace(self.state, trail=trail, **changes)
        self._changed()

    def put(self, step: Step, record: EntityRecord) -> None:
        """Replace a user, group or role by a new version of it."""
        self.commit(step, entities={**self.state.entities, record.id: record})

    def add(self, step: Step, record: EntityRecord | PolicyRecord) -> None:
        """Add something new, whose ID is ``next_id``, so that the next one gets another."""
        part = "policies" if isinstance(record, PolicyRecord) else "entities"
        self._serial += 1
        self.commit(step, **{part: {**getattr(self.state, part), record.id: record}})

    def restore(self, state: State) -> None:
        """Go back to a state that was held before."""
        self.state = state
        self._changed()

    def next_id(self, prefix: str) -> str:
        """The unique ID for what is created next, made from the seed: every run gives the same (ENT-03)."""
        digest = hashlib.sha256(f"{self.seed}/{self._serial + 1}/{prefix}".encode()).digest()
        return prefix + base64.b32encode(digest).decode()[: ID_LENGTH - len(prefix)]

    def entity(self, id_: str, kind: type[R]) -> R:
        """The record of that ID.

        Raises IamlabError (``NoSuchEntity``) when it has been deleted.
        """
        record = self.state.entities.get(id_)
        if not isinstance(record, kind):
            raise IamlabError(f"The {kind.kind} with ID {id_} cannot be found.", code="NoSuchEntity")
        return record
