"""The statements that come with callers, looked through once: a question asks once for all that are written alike."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import Final, Generic, NamedTuple, TypeVar

from iamlab.analysis.situation import Situation
from iamlab.core.conditions import Condition
from iamlab.core.matching import NamedPolicy
from iamlab.core.policy import Effect, Statement
from iamlab.core.variables import Values
from iamlab.world.callers import Caller

T = TypeVar("T")


class Own(NamedTuple):
    """A statement of a caller's own whose settled conditions hold.

    ``actions`` is the number of its Action element. ``alike`` is the number of its Resource element and effect, if
    nothing about it hangs on the request; -1 if its ``conditions``, or variables in its Resource, are left to be asked.
    """

    statement: Statement
    deny: bool
    actions: int
    alike: int
    conditions: tuple[Condition, ...]


LEFT: Final = -1


class Layer:
    """One type of policy as it reaches a caller, level by level; ``levels`` are in the order of the policies.

    ``shared`` is whether several callers are known to have it: what is found out about others is not worth keeping.
    """

    def __init__(self, levels: tuple[tuple[Own, ...], ...]) -> None:
        self.levels = levels
        self.shared = False
        self.by_actions = tuple(map(_by_actions, levels))
        """For each level, the statements of each Action element, with their places."""


def _by_actions(level: tuple[Own, ...]) -> dict[int, list[tuple[int, Own]]]:
    found: dict[int, list[tuple[int, Own]]] = {}
    for place, one in enumerate(level):
        found.setdefault(one.actions, []).append((place, one))
    return found


class Numbers(Generic[T]):
    """Numbers for what is alike, each with the first example of it."""

    def __init__(self) -> None:
        self.examples: list[T] = []
        self._found: dict[Hashable, int] = {}

    def of(self, alike: Hashable, example: T) -> int:
        """The number, a new one for what has not been met."""
        found = self._found.get(alike)
        if found is None:
            found = self._found[alike] = len(self.examples)
            self.examples.append(example)
        return found


class Elements:
    """All Action and Resource elements of the statements that come with callers, and the kinds of callers."""

    def __init__(self) -> None:
        self.actions = Numbers[Statement]()
        self.resources = Numbers[Statement]()
        self.callers = Numbers[Caller]()
        self._layers: dict[tuple[tuple[object, ...], ...], Layer] = {}

    def own(self, levels: Iterable[Iterable[NamedPolicy]], situation: Situation, values: Values) -> Layer:
        """The statements of one type of policy that can matter to a caller; ``values`` are what is known of it.

        One and the same layer for all callers to whom the same statements matter, as those of an organization do.
        """
        found = tuple(self._level(level, situation, values) for level in levels)
        alike = tuple(
            tuple((id(one.statement), one.alike, *map(id, one.conditions)) for one in level) for level in found
        )
        layer = self._layers.get(alike)
        if layer is None:
            layer = self._layers[alike] = Layer(found)
        else:
            layer.shared = True
        return layer

    def _level(self, level: Iterable[NamedPolicy], situation: Situation, values: Values) -> tuple[Own, ...]:
        return tuple(
            one
            for policy in level
            for statement in policy.policy.statements
            for one in self._own(statement, situation, values)
        )

    def _own(self, statement: Statement, situation: Situation, values: Values) -> Iterator[Own]:
        left = []
        for condition in statement.conditions:
            if not all(situation.settles(key) for key in condition.keys):
                left.append(condition)
            elif not condition.holds(values):
                return
        alike = LEFT
        if not left and not statement.resource_keys:
            written = statement.resources, statement.not_resources, statement.variables, statement.effect
            alike = self.resources.of(written, statement)
        actions = self.actions.of((statement.actions, statement.not_actions), statement)
        yield Own(statement, statement.effect is Effect.DENY, actions, alike, tuple(left))
