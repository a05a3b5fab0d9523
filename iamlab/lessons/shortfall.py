"""What an answer forbids, leaves out, or leaves open: the mirror of ``excess``, against the reference.

A Deny that is too wide does what was asked as well; only what it hits besides shows the difference.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from iamlab.analysis.access import Access
from iamlab.analysis.difference import Change, Side, Turn
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


def shortfalls(
    reference: Lab,
    answered: Lab,
    spared: Wanted = (),
    may: Wanted | None = None,
    concerns: Callable[[Change], bool] = lambda _: True,
) -> Iterator[Change]:
    """What somebody may do with the reference and not, or only under a condition, with the answer.

    Both are the exercise's world, the one with the reference in it, the other with the answer. Asked about is all that
    is in it, and then what is not there yet: of every kind, and of every name that a pattern fits; and of whoever
    joins. ``spared`` are pairs of an action and a resource pattern that an answer may forbid. With ``may``, pairs that
    it may allow, what somebody may do with the answer alone is looked for as well. What is of no concern is left out.
    """
    before = replace(reference.snapshot(), sessions={})
    after = replace(answered.snapshot(), sessions={}, now=before.now)
    several = (reference.difference(before, after).changes, foreseen(before, after), of_joiners(before, after))
    found = (change for changes in several for change in changes if concerns(change))
    for one in (later for change in found for later in lasting(change)):
        besides = spared if one.turn in LESS else may
        if besides is not None and one.subject.kind != "root":
            actions = tuple(action for action in one.actions if not _is_spared(action, one.resource, besides))
            if actions:
                yield replace(one, actions=actions)


def lasting(change: Change) -> Iterator[Change]:
    """The change as it is from now on: a condition on a moment that has passed always holds, or never does."""
    if not _MOMENT.search(change.when):
        yield change
        return
    for action in change.actions:
        then, now = (_from_now_on(side, change, action) for side in (change.before, change.after))
        if then != now:
            yield replace(change, actions=(action,), turn=_TURNS[then, now])


def _from_now_on(side: Side, change: Change, action: str) -> frozenset[bool]:
    cell = side.cell(change.subject, action, change.resource)
    if cell is None:
        return _NO
    shown = side.matrix.explain(cell)
    return frozenset(from_now_on(shown.request, shown.policies, change.after.matrix.state.now))


_NO, _YES, _DEPENDS = frozenset((False,)), frozenset((True,)), frozenset((True, False))
_TURNS: Final = {
    (_NO, _YES): Turn.GAINED,
    (_NO, _DEPENDS): Turn.GAINED,
    (_YES, _NO): Turn.LOST,
    (_DEPENDS, _NO): Turn.LOST,
    (_DEPENDS, _YES): Turn.LOOSENED,
    (_YES, _DEPENDS): Turn.TIGHTENED,
}
_MOMENT: Final = re.compile(r"\b(before|until|after|from|at) \d|aws:EpochTime", re.IGNORECASE)
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
        return f"It leaves more open than was asked for. For example, {who} may do {about}{when}."
    if is_forbidden(change):
        return f"It does what was asked and forbids {who} more, for example {about}."
    may = f"may do {about} {change.when}" if change.turn is Turn.TIGHTENED else f"may not do {about}"
    return f"It does less than was asked. For example, {who} {may}."


def outcomes(turn: Turn) -> tuple[Turn, ...]:
    """What may become of a turn, seen from now on, if anything."""
    return {Turn.TIGHTENED: (turn, Turn.LOST), Turn.LOOSENED: (turn, Turn.GAINED)}.get(turn, (turn,))


def is_forbidden(change: Change) -> bool:
    """Whether a Deny is what takes the first of the actions away."""
    cell = change.after.cell(change.subject, change.actions[0], change.resource)
    return change.turn is Turn.LOST and cell is not None and cell.access is Access.EXPLICIT


def shown(change: Change) -> Evaluation | None:
    """The request that is denied, or left open; None where a condition decides."""
    cell = change.after.cell(change.subject, change.actions[0], change.resource)
    decided = cell is not None and cell.access is not Access.DEPENDS and change.turn in (Turn.LOST, Turn.GAINED)
    return change.after.matrix.explain(cell) if cell is not None and decided else None
