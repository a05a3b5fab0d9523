"""One matrix at two moments: which answers are others now, each with a word that says how."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from typing import Final

from iamlab.analysis.access import Access, AccessMatrix, Cell
from iamlab.analysis.actions import shared
from iamlab.analysis.difference import Change, Side, Turn
from iamlab.analysis.fields import is_pattern
from iamlab.analysis.kinds import kinds
from iamlab.analysis.scope import Scope, scope
from iamlab.analysis.subjects import Subject


class Mark(Enum):
    """What became of an answer, in words. The first four are the turns of a difference; the others change no access."""

    GAINED = "gained"
    LOST = "lost"
    TIGHTENED = "now with a condition"
    LOOSENED = "now without a condition"
    CONDITION = "under another condition"
    REASON = "for another reason"


SIGNS: Final = {Mark.GAINED: "▲", Mark.LOST: "▼"}
TURNS: Final = {
    Mark.GAINED: Turn.GAINED,
    Mark.LOST: Turn.LOST,
    Mark.TIGHTENED: Turn.TIGHTENED,
    Mark.LOOSENED: Turn.LOOSENED,
}
"""How a difference calls it."""
Place = tuple[Subject, str, str]
"""Caller, action, resource."""


def mark(then: Cell | None, now: Cell) -> Mark | None:
    """What became of one answer; ``then`` is None when the caller or the resource was not there."""
    could = then is not None and then.access.possible
    if could is not now.access.possible:
        return Mark.LOST if could else Mark.GAINED
    if then is None or Access.NOT_ASKED in (then.access, now.access):
        return None
    if then.access is not now.access:
        if not could:
            return Mark.REASON
        return Mark.TIGHTENED if now.access is Access.DEPENDS else Mark.LOOSENED
    return Mark.CONDITION if then.when != now.when else None


class Comparison:
    """The answers of now beside those of an earlier moment; both are asked about the same actions.

    ``previous`` is the comparison before the last change: what that cannot have touched is not worked out again.
    """

    def __init__(self, before: AccessMatrix, now: AccessMatrix, previous: Comparison | None = None) -> None:
        self.before, self.now = before, now
        self._subjects = {one.caller: one for one in before.subjects}  # who was renamed is still the same caller
        self._then = frozenset(before.resources)
        self._scope = scope(before.state, now.state)
        self._cells: dict[Place, Cell] = {}
        self._kinds: dict[tuple[Subject, str], Mapping[Access, int]] = {}
        if previous is not None and previous.now.actions == now.actions:
            self._keep(previous)

    def _keep(self, previous: Comparison) -> None:
        change, there = scope(previous.now.state, self.now.state), frozenset(self.now.subjects)
        if change is not None:
            kept = {key for key in previous._kinds if key[0] in there and _untouched(change, *key)}
            self._kinds = {key: previous._kinds[key] for key in kept}
            self._cells = {place: cell for place, cell in previous._cells.items() if (place[0], place[2]) in kept}

    def cell(self, place: Place) -> Cell:
        """The answer of now."""
        found = self._cells.get(place)
        if found is None:
            found = self._cells[place] = self.now.cell(*place)
        return found

    def kinds(self, subject: Subject, resource: str) -> Mapping[Access, int]:
        """For each kind of answer, the actions that are answered so now."""
        found = self._kinds.get((subject, resource))
        if found is None:
            found = self._kinds[subject, resource] = kinds(self.now, subject, resource)
        return found

    @property
    def gone(self) -> tuple[str, ...]:
        """The callers and resources that are there no more, in words."""
        callers, resources = {one.caller for one in self.now.subjects}, frozenset(self.now.resources)
        subjects = (one.words for one in self.before.subjects if one.caller not in callers)
        return (*subjects, *(arn for arn in self.before.resources if arn not in resources))

    def is_new(self, subject: Subject) -> bool:
        """Whether the caller was not there then."""
        return subject.caller not in self._subjects

    def then(self, place: Place) -> Cell | None:
        """The answer of then; None when the caller or the resource was not there."""
        subject, action, resource = place
        known = self._subjects.get(subject.caller)
        if known is None or resource not in self._then:
            return None
        return self.before.cell(known, action, resource)

    def mark(self, place: Place) -> Mark | None:
        """What became of one answer."""
        return mark(self.then(place), self.cell(place))

    def marks(self, subjects: Iterable[Subject], columns: Mapping[str, Iterable[str]]) -> dict[Place, Mark]:
        """What became of the answers of these callers, where they are others; ``columns`` has each resource's actions.

        Those that the change cannot have touched are not looked at.
        """
        shown = {resource: set(actions) for resource, actions in columns.items()}
        found: dict[Place, Mark] = {}
        for subject in subjects:
            for resource, actions in shown.items():
                if self._scope is not None and _untouched(self._scope, subject, resource):
                    continue
                places = ((subject, one, resource) for one in self._others(subject, resource) if one in actions)
                said = ((place, self.mark(place)) for place in places)
                found.update((place, one) for place, one in said if one is not None)
        return found

    def _others(self, subject: Subject, resource: str) -> Iterator[str]:
        """The actions of which another thing may be said now: another answer, or another condition."""
        now = self.kinds(subject, resource)
        known = self._subjects.get(subject.caller)
        then = kinds(self.before, known, resource) if known is not None and resource in self._then else {}
        others = now[Access.DEPENDS]
        for access, mask in now.items():
            others |= mask ^ then.get(access, 0)
        return shared(self.now.actions).named(others)

    def sentence(self, place: Place) -> str:
        """What became of one answer, as a sentence with the statement behind it; empty when it is the same."""
        said = self.mark(place)
        if said is None:
            return ""
        subject, action, resource = place
        if turn := TURNS.get(said):
            before, after = Side(self.before), Side(self.now)
            return Change(
                subject=subject, resource=resource, turn=turn, actions=(action,), before=before, after=after
            ).words
        return f"Before, it was {self.then(place)}."


def _untouched(change: Scope, subject: Subject, resource: str) -> bool:
    """Whether no answer of this caller about the resource can be another one after the change."""
    if is_pattern(resource):  # a resource in it may have come or gone
        return False
    return subject.caller.id not in change.callers and resource not in change.resources
