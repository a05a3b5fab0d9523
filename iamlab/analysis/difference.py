"""What a change did: who gained what, who lost what, and through which statement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING

from iamlab.analysis.access import Access, AccessMatrix, Cell
from iamlab.analysis.answers import action_words, labels
from iamlab.analysis.scope import scope
from iamlab.analysis.subjects import Subject, everybody
from iamlab.analysis.things import everything
from iamlab.analysis.words import listed
from iamlab.world.state import State

if TYPE_CHECKING:
    import pandas as pd


class Turn(Enum):
    """Which way it went."""

    GAINED = "gained"
    LOST = "lost"
    LOOSENED = "needs a condition no more"
    TIGHTENED = "needs a condition now"


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two moments: all answers of then; a caller or a resource that was not there may do nothing."""

    matrix: AccessMatrix

    def masks(self, subject: Subject, resource: str) -> tuple[int, int]:
        """The actions that are possible, and those of them that depend."""
        if subject not in self.matrix.subjects or resource not in self.matrix.resources:
            return 0, 0
        possible = depends = 0
        for _, found in self.matrix.seen(subject, resource):
            possible |= found.allowed | found.depends
            depends |= found.depends
        return possible, depends

    def cell(self, subject: Subject, action: str, resource: str) -> Cell | None:
        """The answer of then; None when caller or resource was not there."""
        if subject not in self.matrix.subjects or resource not in self.matrix.resources:
            return None
        return self.matrix.cell(subject, action, resource)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One caller and one resource, and the actions for which the answer went the same way."""

    subject: Subject
    resource: str
    turn: Turn
    actions: tuple[str, ...]
    before: Side = field(repr=False, compare=False)
    after: Side = field(repr=False, compare=False)

    @property
    def by(self) -> tuple[str, ...]:
        """The statements that did it: that allow now, that forbid now, or that allowed before and do no more."""
        found = (label for action in self.actions for label in self._labels(action))
        return tuple(dict.fromkeys(found))

    def _labels(self, action: str) -> tuple[str, ...]:
        side = self.after
        now = side.cell(self.subject, action, self.resource)
        if self.turn is Turn.LOST and (now is None or now.access is not Access.EXPLICIT):
            side = self.before
        cell = side.cell(self.subject, action, self.resource)
        return () if cell is None else labels(side.matrix.explain(cell))

    @property
    def forbidden(self) -> bool:
        """Whether a statement forbids now what was allowed before."""
        now = self.after.cell(self.subject, self.actions[0], self.resource)
        return self.turn is Turn.LOST and now is not None and now.access is Access.EXPLICIT

    @property
    def when(self) -> str:
        """The condition that is needed now, or was before, in words; of the first action."""
        side = self.before if self.turn in (Turn.LOST, Turn.LOOSENED) else self.after
        cell = side.cell(self.subject, self.actions[0], self.resource)
        return cell.when if cell else ""

    @property
    def words(self) -> str:
        """The change as a sentence."""
        what = action_words(self.actions) + ("" if self.resource == "*" else f" on {self.resource}")
        by = listed(self.by)
        if self.turn is Turn.GAINED:
            return f"{self.subject.words} gained {what}{_comma(self.when)}{f', through {by}' if by else ''}."
        if self.turn is Turn.LOST:
            how = (
                f", which {by} forbid{'s' if len(self.by) == 1 else ''}"
                if self.forbidden
                else f", until now through {by}"
                if by
                else ""
            )
            return f"{self.subject.words} lost {what}{how}."
        if self.turn is Turn.LOOSENED:
            return f"{self.subject.words} may do {what} always; until now, {self.when}."
        return f"{self.subject.words} may do {what} {self.when}; until now, always."


def _comma(text: str) -> str:
    return f", {text}" if text else ""


Sides = tuple[Side, Side]
"""Before and after."""


class Difference:
    """Two moments of one world, compared over callers, actions and resources of both."""

    def __init__(self, before: State, after: State, actions: Sequence[str]) -> None:
        self.subjects = tuple(dict.fromkeys((*everybody(before), *everybody(after))))
        self.resources = tuple(dict.fromkeys((*everything(before), *everything(after))))
        self._scope = scope(before, after)
        self.states, self._actions = (before, after), actions

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """Every change, caller by caller."""
        return tuple(
            change
            for subject, resources, sides in self._compared
            for arn in resources
            for change in self._changes(subject, arn, sides)
        )

    @property
    def _compared(self) -> Iterator[tuple[Subject, Sequence[str], Sides]]:
        """Each caller with the resources about which its answers may differ, and the matrices to look into."""
        touched = [one for one in self.subjects if self._scope is None or one.caller.id in self._scope.callers]
        resources = [one for one in self.resources if self._scope is not None and one in self._scope.resources]
        everywhere = self._sides(touched, self.resources)
        there = self._sides([one for one in self.subjects if one not in touched], resources)
        for subject in self.subjects:
            whole = subject in touched
            yield subject, self.resources if whole else resources, everywhere if whole else there

    def _sides(self, subjects: Sequence[Subject], resources: Sequence[str]) -> Sides:
        """The two moments, over those of the callers and resources that were there."""
        before, after = (self._side(state, set(subjects), set(resources)) for state in self.states)
        return before, after

    def _side(self, state: State, subjects: set[Subject], resources: set[str]) -> Side:
        there = [one for one in everybody(state) if one in subjects]
        return Side(AccessMatrix(state, there, self._actions, [one for one in everything(state) if one in resources]))

    def _changes(self, subject: Subject, resource: str, sides: Sides) -> Iterator[Change]:
        before, after = sides
        could, with_condition = before.masks(subject, resource)
        can, conditional = after.masks(subject, resource)
        both = could & can
        turns = {
            Turn.GAINED: can & ~could,
            Turn.LOST: could & ~can,
            Turn.LOOSENED: both & with_condition & ~conditional,
            Turn.TIGHTENED: both & conditional & ~with_condition,
        }
        for turn, mask in turns.items():
            for names in self._alike(subject, resource, turn, tuple(after.matrix.named(mask)), sides):
                yield Change(subject=subject, resource=resource, turn=turn, actions=names, before=before, after=after)

    def _alike(
        self, subject: Subject, resource: str, turn: Turn, actions: tuple[str, ...], sides: Sides
    ) -> list[tuple[str, ...]]:
        """The actions, those together that have one condition, and that are forbidden alike."""
        found: dict[tuple[object, ...], list[str]] = {}
        for action in actions:
            then, now = (side.cell(subject, action, resource) for side in sides)
            denied = turn is Turn.LOST and now is not None and now.access is Access.EXPLICIT
            found.setdefault((denied, then.when if then else "", now.when if now else ""), []).append(action)
        return [tuple(names) for names in found.values()]

    @property
    def title(self) -> str:
        """What the sentences answer."""
        return "What the change did"

    @property
    def gained(self) -> tuple[Change, ...]:
        """What somebody may do now and could not before."""
        return tuple(one for one in self.changes if one.turn is Turn.GAINED)

    @property
    def lost(self) -> tuple[Change, ...]:
        """What somebody could do before and may not now."""
        return tuple(one for one in self.changes if one.turn is Turn.LOST)

    @property
    def sentences(self) -> tuple[str, ...]:
        """One sentence for each change; one that says so when there is none."""
        return tuple(one.words for one in self.changes) or ("Nobody may do more or less than before.",)

    def frame(self) -> pd.DataFrame:
        """One row for each change; ``actions`` is their number, ``change`` a categorical dtype."""
        import pandas as pd  # here, so that importing iamlab stays cheap

        columns = ["account", "principal", "change", "action", "actions", "resource", "by"]
        rows = [
            (
                one.subject.account,
                one.subject.words,
                one.turn.value,
                ", ".join(one.actions[:20]),
                len(one.actions),
                one.resource,
                ", ".join(one.by),
            )
            for one in self.changes
        ]
        frame = pd.DataFrame(rows, columns=columns).astype("string")
        return frame.astype({"actions": "int64", "change": pd.CategoricalDtype([one.value for one in Turn])})

    def __len__(self) -> int:
        return len(self.changes)

    def __repr__(self) -> str:
        return "\n".join((f"{self.title}:", *(f"- {one}" for one in self.sentences)))
