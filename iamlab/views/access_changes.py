"""One matrix at two moments: which answers are others now, each with a word that says how."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Final

from iamlab.analysis.access import Access, AccessMatrix, Cell
from iamlab.analysis.difference import Change, Side, Turn
from iamlab.analysis.subjects import Subject
from iamlab.core import wildcard


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
    """The answers of now beside those of an earlier moment; both are asked about the same actions."""

    def __init__(self, before: AccessMatrix, now: AccessMatrix) -> None:
        self.before, self.now = before, now
        self._subjects = {one.caller: one for one in before.subjects}  # who was renamed is still the same caller
        self._then = {arn: at for at, arn in enumerate(before.resources)}
        self._now = {arn: at for at, arn in enumerate(now.resources)}

    @property
    def gone(self) -> tuple[str, ...]:
        """The callers and resources that are there no more, in words."""
        callers = {one.caller for one in self.now.subjects}
        subjects = (one.words for one in self.before.subjects if one.caller not in callers)
        return (*subjects, *(arn for arn in self.before.resources if arn not in self._now))

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
        return mark(self.then(place), self.now.cell(*place))

    def marks(self, subjects: Iterable[Subject], columns: Mapping[str, Iterable[str]]) -> dict[Place, Mark]:
        """What became of the answers of these callers, where they are others; ``columns`` has each resource's actions.

        Of a plain resource all actions are compared at once first.
        """
        found: dict[Place, Mark] = {}
        for subject in subjects:
            for resource, actions in columns.items():
                if self._alike(subject, resource):
                    continue
                for action in actions:
                    place = subject, action, resource
                    if (said := self.mark(place)) is not None:
                        found[place] = said
        return found

    def _alike(self, subject: Subject, resource: str) -> bool:
        """Whether no answer about the resource can be another one; said only where that is seen at a glance."""
        known = self._subjects.get(subject.caller)
        if known is None or resource not in self._then or wildcard.has_wildcard(resource):
            return False
        then = self.before.row(known)[self._then[resource]]
        now = self.now.row(subject)[self._now[resource]]
        return [(one.mask, *found[:4]) for one, found in then] == [(one.mask, *found[:4]) for one, found in now] and (
            not any(found.depends for _, found in now)
        )

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
