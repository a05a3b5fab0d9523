"""Undo for the widgets of one lab: the last change made by any of them can be taken back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from iamlab.lab import Lab
from iamlab.world.state import State
from iamlab.world.world import World

_histories: WeakKeyDictionary[World, History] = WeakKeyDictionary()


class History:
    """The changes that widgets have made to one lab, the last one at the end.

    A change from elsewhere, by a cell for example, cannot be told apart from them afterwards, so behind it nothing can
    be undone any more.
    """

    def __init__(self) -> None:
        self._done: list[tuple[str, State, State]] = []

    def do(self, lab: Lab, words: str, change: Callable[[], Any]) -> None:
        """Make a change and remember how it was before; a change that fails is none.

        Raises what the change raises.
        """
        before = lab.snapshot()
        with lab.world.together():
            change()
        self._done = [*self._reachable(before), (words, before, lab.snapshot())]

    def undo(self, lab: Lab) -> str:
        """Take the last change back, and say which; empty when there is nothing."""
        self._done = self._reachable(lab.snapshot())
        if not self._done:
            return ""
        words, before, _ = self._done.pop()
        lab.restore(before)
        return words

    def _reachable(self, now: State) -> list[tuple[str, State, State]]:
        return self._done if self._done and self._done[-1][2] is now else []


def history(lab: Lab) -> History:
    """The history of this lab, the same for all its widgets."""
    return _histories.setdefault(lab.world, History())
