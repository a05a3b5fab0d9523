"""The world: it holds the latest state, and every change to it is a call that somebody makes."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, TypeVar
from weakref import WeakMethod

from iamlab.core.errors import IamlabError
from iamlab.world.authorization import AccessDeniedError, authorize
from iamlab.world.callers import Caller, Identification, identify
from iamlab.world.calls import Call
from iamlab.world.entities import EntityRecord
from iamlab.world.quotas import Quotas
from iamlab.world.state import START, State
from iamlab.world.trail import BUILDER, TrailEntry

ID_LENGTH: Final = 21  # prefix included (ENT-03)
KEY_LENGTH: Final = 20
Change = Callable[[State], State]

R = TypeVar("R", bound=EntityRecord)
T = TypeVar("T")


class World:
    """Holds the latest state. A change is one assignment, so an operation happens wholly or not at all."""

    def __init__(self, seed: int = 0, *, start: datetime = START, quotas: Quotas | None = None) -> None:
        self.seed = seed
        self.quotas = quotas or Quotas()
        self.state = State(now=start)
        self.serial = 0  # not part of the state: an ID is never given out twice, also after going back
        self.version = 0
        self.acting: Caller | None = None  # None: the builder, who is never asked
        self._observers: list[WeakMethod[Callable[[], None]]] = []

    def copy(self) -> World:
        """A world of its own in the same state; nobody observes it, and the builder acts in it."""
        made = World(self.seed, quotas=self.quotas)
        made.state, made.serial = self.state, self.serial
        return made

    def observe(self, method: Callable[[], None]) -> None:
        """Call this bound method after each change, for as long as its owner is alive elsewhere."""
        self._observers.append(WeakMethod(method))

    @contextmanager
    def signed_in(self, caller: Caller) -> Iterator[None]:
        """Within it, every call is the caller's, and authorized first.

        Raises IamlabError for credentials that do not count (STS-26).
        """
        identify(self.state, caller)
        before, self.acting = self.acting, caller
        try:
            yield
        finally:
            self.acting = before

    def perform(self, call: Call, change: Change, *, caller: Caller | None = None) -> TrailEntry:
        """Make a call: authorize it, carry it out, and write it to the trail, also when a caller's attempt fails.

        ``change`` makes the new state of the latest one. ``caller`` is who calls, if not whoever is signed in. Raises
        AccessDeniedError, IamlabError for credentials that do not count, and whatever ``change`` raises; the world is
        then as before.
        """
        caller = caller or self.acting
        who: Identification | None = None
        rule, serial = "", self.serial
        try:
            if caller is not None:
                who = identify(self.state, caller, call.checks[0].action)
                for check in call.checks:
                    rule = authorize(self.state, caller, check, call.service).rule.id
            changed = change(self.state)
        except IamlabError as error:
            self.serial = serial
            if isinstance(error, AccessDeniedError):
                rule = error.evaluation.rule.id
            if caller is not None:  # what the builder gets wrong was no call of anybody
                self._note(self.state, self._entry(call, caller, who, rule, error))
            raise
        entry = self._entry(call, caller, who, rule, None)
        self._note(changed, entry)
        return entry

    def make(self, call: Call, change: Callable[[State], tuple[State, T]], *, caller: Caller | None = None) -> T:
        """Make a call that brings something about, as ``perform`` does; what comes back is what it made.

        ``change`` makes of the latest state the new one, and the thing beside it.
        """
        made: list[T] = []

        def changed(state: State) -> State:
            after, thing = change(state)
            made.append(thing)
            return after

        self.perform(call, changed, caller=caller)
        return made[0]

    @contextmanager
    def together(self) -> Iterator[None]:
        """Several calls that happen wholly or not at all; the trail keeps what was tried."""
        before = self.state
        try:
            yield
        except IamlabError:
            if self.state is not before:
                self._note(replace(before, trail=self.state.trail), None)
            raise

    def _entry(
        self, call: Call, caller: Caller | None, who: Identification | None, rule: str, error: IamlabError | None
    ) -> TrailEntry:
        name = BUILDER if caller is None else who.principal.arn if who else caller.id
        return TrailEntry(
            time=self.state.now,
            caller=name,
            issuer=who.issuer if who else "",
            source_identity=who.source_identity if who else "",
            service=call.service,
            operation=call.operation,
            action=call.checks[0].action,
            resource=call.checks[0].resource,
            parameters=call.parameters,
            error=error.code if error else "",
            message=error.message if error else "",
            rule=rule,
        )

    def _note(self, state: State, entry: TrailEntry | None) -> None:
        """Put the state in place and tell every observer; what the first of them raises is raised at the end."""
        self.state = state if entry is None else replace(state, trail=(*state.trail, entry))
        self.version += 1
        self._observers = [one for one in self._observers if one() is not None]
        failures: list[Exception] = []
        for observer in tuple(self._observers):
            try:
                if method := observer():
                    method()
            except Exception as error:  # the others have a change to show as well
                failures.append(error)
        if failures:
            raise failures[0]

    def commit(self, **changes: Any) -> None:
        """Put changed parts in place that no call of AWS brings about: accounts, the passing of time."""
        self._note(replace(self.state, **changes), None)

    def restore(self, state: State) -> None:
        """Go back to a state that was held before."""
        self._note(state, None)

    def next_id(self, prefix: str, length: int = ID_LENGTH) -> str:
        """A new unique ID, made from the seed: every run gives the same (ENT-03)."""
        return prefix + base64.b32encode(self._digest(prefix)).decode()[: length - len(prefix)]

    def next_hexadecimal(self, length: int) -> str:
        """New hexadecimal digits, as EC2 and KMS name what they make; at most 64."""
        return self._digest("hexadecimal").hex()[:length]

    def next_secret(self, length: int = 40) -> str:
        """A new make-believe secret, of as many characters as AWS's."""
        text = "".join(base64.b64encode(self._digest(f"secret{part}")).decode() for part in range(length // 40))
        return (text + base64.b64encode(self._digest("secret")).decode())[:length].replace("=", "+")

    def _digest(self, purpose: str) -> bytes:
        self.serial += 1
        return hashlib.sha256(f"{self.seed}/{self.serial}/{purpose}".encode()).digest()

    def entity(self, id_: str, kind: type[R]) -> R:
        """The record of that ID.

        Raises IamlabError (``NoSuchEntity``) when it has been deleted.
        """
        record = self.state.entities.get(id_)
        if not isinstance(record, kind):
            raise IamlabError(f"The {kind.kind} with ID {id_} cannot be found.", code="NoSuchEntity")
        return record


def with_entity(state: State, record: EntityRecord) -> State:
    """The state with a new or changed user, group or role."""
    return replace(state, entities={**state.entities, record.id: record})
