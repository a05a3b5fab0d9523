"""The statements that come with callers, looked through once: a question asks once for all that are written alike."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import Final, Generic, NamedTuple, TypeVar

from iamlab.analysis.unknowns import Situation
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

    def own(self, level: Iterable[NamedPolicy], situation: Situation, values: Values) -> tuple[Own, ...]:
        """The statements of one level that can matter to a caller; ``values`` are what is known of it."""
        return tuple(
            one
            for policy in level
            for statement in policy.policy.statements
            for one in self._own(statement, situation, values)
        )

    def _own(self, statement: Statement, situation: Situation, values: Values) -> Iterator[Own]:
        left = []
        for condition in statement.conditions:
            if not all(_settled(key, situation) for key in condition.keys):
                left.append(condition)
            elif not condition.holds(values):
                return
        alike = LEFT
        if not left and not statement.resource_keys:
            written = statement.resources, statement.not_resources, statement.variables, statement.effect
            alike = self.resources.of(written, statement)
        actions = self.actions.of((statement.actions, statement.not_actions), statement)
        yield Own(statement, statement.effect is Effect.DENY, actions, alike, tuple(left))


def _settled(key: str, situation: Situation) -> bool:
    """Whether the key has one value in all requests of a caller, whatever they are about."""
    if key in situation.given:
        return True
    return not (key in _BROUGHT or "resourcetag/" in key or "objecttag/" in key or situation.leaves_open(key))


_BROUGHT: Final = frozenset(
    [
        "aws:requestedregion",
        "aws:resourceaccount",
        "aws:resourceorgid",
        "aws:resourceorgpaths",
        "iam:permissionsboundary",
    ]
)
"""Keys that come with the resource, beside its tags."""
