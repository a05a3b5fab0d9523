"""What an answer forbids, or leaves out, that was to stay: the mirror of ``excess``, against the reference.

A Deny that is too wide does what was asked as well; only what it hits besides shows the difference.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from iamlab.analysis.access import Access
from iamlab.analysis.difference import Change, Turn
from iamlab.core.evaluation import Evaluation
from iamlab.core.matching import action_matches
from iamlab.core.resources import resource_matches
from iamlab.lab import Lab
from iamlab.lessons.circumstances import from_now_on
from iamlab.lessons.excess import Wanted
from iamlab.lessons.foreseen import foreseen, of_joiners
from iamlab.lessons.joiners import proviso

LESS: Final = (Turn.LOST, Turn.TIGHTENED)
MORE: Final = (Turn.GAINED, Turn.LOOSENED)


def shortfalls(reference: Lab, answered: Lab, spared: Wanted = ()) -> Iterator[Change]:
    """What somebody may do with the reference and not, or only under a condition, with the answer.

    Both are the exercise's world, the one with the reference in it, the other with the answer. Asked about is all that
    is in it, and then what is not there yet: of every kind, and of every name that a pattern fits. ``spared`` are pairs
    of an action and a resource pattern that an answer may forbid besides.
    """
    return _differences(reference, answered, LESS, spared)


def left_open(reference: Lab, answered: Lab) -> Iterator[Change]:
    """What somebody may not do, or only under a condition, with the reference, and may with the answer."""
    return _differences(reference, answered, MORE)


def _differences(reference: Lab, answered: Lab, turns: tuple[Turn, ...], spared: Wanted = ()) -> Iterator[Change]:
    before = replace(reference.snapshot(), sessions={})
    after = replace(answered.snapshot(), sessions={}, now=before.now)
    yield from _turned(reference.difference(before, after).changes, turns, spared)
    yield from _turned(foreseen(before, after), turns, spared)
    yield from _turned(of_joiners(before, after), turns, spared)


def _turned(changes: Iterable[Change], turns: tuple[Turn, ...], spared: Wanted) -> Iterator[Change]:
    for one in changes:
        actions = tuple(action for action in one.actions if not _is_spared(action, one.resource, spared))
        if one.turn in turns and actions and one.subject.kind != "root":
            yield from lasting(replace(one, actions=actions))


def lasting(change: Change) -> Iterator[Change]:
    """The change as it is from now on: a condition on a moment that has passed always holds, or never does."""
    if change.turn is not Turn.TIGHTENED or not _MOMENT.search(change.when):
        yield change
        return
    turns = {frozenset((False,)): Turn.LOST, frozenset((True,)): None}
    for action in change.actions:
        cell = change.after.cell(change.subject, action, change.resource)
        if cell is not None:
            matrix = change.after.matrix
            shown = matrix.explain(cell)
            found = from_now_on(shown.request, shown.policies, matrix.state.now)
            if turn := turns.get(frozenset(found), Turn.TIGHTENED):
                yield replace(change, actions=(action,), turn=turn)


_MOMENT: Final = re.compile(r"\b(before|until|after|from) \d|aws:EpochTime", re.IGNORECASE)
"""What is said of a moment, in the words of a condition; an address begins with a digit, too."""


def _is_spared(action: str, resource: str, spared: Wanted) -> bool:
    return any(action_matches(name, action) and resource_matches(pattern, resource) for name, pattern in spared)


def said(change: Change) -> str:
    """A shortfall, or what was left open, as a sentence, by one example."""
    return f"{_said(change)}{proviso(change)}"


def _said(change: Change) -> str:
    about = change.actions[0] if change.resource == "*" else f"{change.actions[0]} on {change.resource}"
    who = change.subject.words
    if change.turn in MORE:
        when = f" {change.when}" if change.when and change.turn is Turn.GAINED else ""
        return f"It leaves something open. For example, {who} may still do {about}{when}."
    if is_forbidden(change):
        return f"It does what was asked and forbids {who} more, for example {about}."
    may = f"may do {about} {change.when}" if change.turn is Turn.TIGHTENED else f"may not do {about}"
    return f"It does less than was asked. For example, {who} {may}."


def is_forbidden(change: Change) -> bool:
    """Whether a Deny is what takes the first of the actions away."""
    cell = change.after.cell(change.subject, change.actions[0], change.resource)
    return change.turn is Turn.LOST and cell is not None and cell.access is Access.EXPLICIT


def shown(change: Change) -> Evaluation | None:
    """The request that is denied, or left open; None where a condition decides."""
    cell = change.after.cell(change.subject, change.actions[0], change.resource)
    decided = cell is not None and cell.access is not Access.DEPENDS and change.turn in (Turn.LOST, Turn.GAINED)
    return change.after.matrix.explain(cell) if cell is not None and decided else None
