"""Statements taken apart: for which actions, under which open conditions, and about which resources."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from iamlab.analysis.actions import Actions
from iamlab.analysis.own import LEFT, Elements, Layer, Own
from iamlab.analysis.situation import Situation
from iamlab.analysis.unknowns import Open
from iamlab.core.conditions import Condition
from iamlab.core.matching import CallerNames, NamedPolicy
from iamlab.core.naming import Naming
from iamlab.core.policy import Effect, Policy, Statement
from iamlab.core.resources import ALL_BUCKETS
from iamlab.core.variables import Values


class Part(NamedTuple):
    """A statement as some of its actions see it: what is settled for the caller, and what is open."""

    statement: Statement
    deny: bool
    mask: int
    fixed: tuple[Condition, ...]  # known, and different from resource to resource
    open: tuple[Open, ...]
    coverage: dict[str, bool]  # whether its Resource covers a resource, as far as known; the same for equal patterns
    variables: bool  # its Resource hangs on the caller
    uncovered: bool  # ... and on an open key
    naming: Naming

    @property
    def alike(self) -> tuple[object, ...]:
        """The same for parts that differ in their actions alone; empty for a part that stands for itself."""
        if self.fixed or self.variables:
            return ()
        return id(self.coverage), bool(self.statement.resources), self.deny, self.open, self.naming


Levels = tuple[tuple[NamedPolicy, ...], ...]


class Level(NamedTuple):
    """What of one level is about the actions that are asked about.

    Statements of whose Resource alone it hangs whether they apply stand under its number, with their actions.
    """

    denies: tuple[tuple[int, int], ...]
    allows: tuple[tuple[int, int], ...]
    parts: tuple[Part, ...]


class Prepared(NamedTuple):
    """The levels of one type of policy.

    ``number`` is the same for all callers that have the same, if it is known that there are several and there are no
    parts in it; -1 otherwise.
    """

    levels: tuple[Level, ...]
    number: int = LEFT


Left = tuple[tuple[Statement, tuple[Condition, ...]], ...]
"""Statements of which more than their number is to be asked, with the conditions that are not settled."""
Divided = tuple[Prepared, tuple[Left, ...]]


@dataclass(slots=True)
class Known:
    """What was found of statements in one situation, by their ids."""

    parts: dict[int, tuple[Part, ...]] = field(default_factory=dict)
    statements: list[Statement] = field(default_factory=list)


class Statements:
    """Takes statements apart for one set of actions, and remembers.

    ``elements`` are those of all callers' own statements; ``varying`` are keys that things bring.
    """

    def __init__(self, actions: Actions, elements: Elements, varying: frozenset[str]) -> None:
        self.actions = actions
        self.elements = elements
        self.varying = varying
        self._known: dict[Situation, Known] = {}
        self._coverage: dict[tuple[tuple[str, ...], bool], dict[str, bool]] = {}
        self._about: dict[int, int] = {}
        self._met = 0
        self._layers: dict[Layer, Divided] = {}
        self._applying: dict[str, dict[int, int]] = {}
        self._service = actions.only_service
        self._all_buckets = actions.bit(ALL_BUCKETS[0])

    def prepared(self, levels: Levels, situation: Situation, values: Values, named: CallerNames | None) -> Prepared:
        """The parts of each level that can matter to a caller whom the policies name, if they name any."""
        return Prepared(
            tuple(
                Level(
                    (),
                    (),
                    self._merged(
                        (
                            (statement, statement.conditions)
                            for policy in level
                            for statement in self._statements(policy.policy)
                        ),
                        situation,
                        values,
                        named,
                    ),
                )
                for level in levels
            )
        )

    def own(self, layer: Layer, situation: Situation, values: Callable[[], Values]) -> Prepared:
        """The same of the policies that come with a caller; what its number settles is not taken apart."""
        found = self._layers.get(layer)
        if found is None:
            found = self._divided(layer)
            if layer.shared:
                self._layers[layer] = found
        settled, left = found
        if not left:
            return settled
        merged = (self._merged(one, situation, values(), None) if one else () for one in left)
        levels = (level._replace(parts=parts) for level, parts in zip(settled.levels, merged, strict=True))
        return Prepared(tuple(levels))

    def _divided(self, layer: Layer) -> Divided:
        """A layer as far as it is the same for everybody who has it, and what is left of each level, if anything."""
        about = self._relevant()
        levels, left = zip(*(_level(one, about) for one in layer.by_actions), strict=True)
        number = len(self._layers) if layer.shared else LEFT
        return Prepared(levels, number), left if any(left) else ()

    def _relevant(self) -> dict[int, int]:
        """The numbers of Action elements that are about any of the actions, and about which."""
        met = self.elements.actions.examples
        for number in range(self._met, len(met)):
            mask = self.actions.about(met[number])
            if mask:
                self._about[number] = mask
        self._met = len(met)
        return self._about

    def _merged(
        self,
        level: Iterable[tuple[Statement, tuple[Condition, ...]]],
        situation: Situation,
        values: Values,
        named: CallerNames | None,
    ) -> tuple[Part, ...]:
        """The parts that can matter to a caller, those together that differ in their actions alone."""
        known = self._known.get(situation)
        if known is None:
            known = self._known[situation] = Known()
        merged: dict[tuple[object, ...], Part] = {}
        for statement, conditions in level:
            taken = known.parts.get(id(statement))
            if taken is None:
                taken = known.parts[id(statement)] = tuple(self._split(statement, conditions, situation))
                known.statements.append(statement)  # its id is its own as long as it is kept
            for part in self._of(statement, taken, values, named) if taken else ():
                alike = part.alike or (len(merged),)
                same = merged.get(alike)
                merged[alike] = part if same is None else same._replace(mask=same.mask | part.mask)
        return tuple(merged.values())

    def _statements(self, policy: Policy) -> tuple[Statement, ...]:
        """Those that can be about what is asked."""
        service = self._service
        return policy.about_service(service) if service else policy.statements

    def _of(
        self, statement: Statement, taken: tuple[Part, ...], values: Values, named: CallerNames | None
    ) -> Iterator[Part]:
        """The parts that can matter to a caller: it is named, and what is the same for every resource holds."""
        naming = Naming.NOT_AT_ALL
        if named is not None:
            naming = named.naming(statement)
            if not naming:
                return
        for part in taken:
            if not part.fixed:
                yield part._replace(naming=naming) if naming else part
                continue
            fixed = tuple(one for one in part.fixed if self.varying.intersection(one.keys))
            if all(one.holds(values) for one in part.fixed if one not in fixed):
                yield part._replace(fixed=fixed, naming=naming)

    def _split(self, statement: Statement, conditions: tuple[Condition, ...], situation: Situation) -> Iterator[Part]:
        """A condition is open only for actions whose requests can carry its key."""
        about = self.actions.about(statement)
        if not about:
            return
        deny, variables = statement.effect is Effect.DENY, bool(statement.resource_keys)
        pieces: list[tuple[int, tuple[Open, ...], tuple[Condition, ...]]] = [(about, (), ())]
        for condition in conditions:
            carried = self._carrying(condition.keys, situation)
            opened = [(mask & carried, (*opens, condition), fixed) for mask, opens, fixed in pieces]
            known = [(mask & ~carried, opens, (*fixed, condition)) for mask, opens, fixed in pieces]
            pieces = [piece for piece in opened + known if piece[0]]
        coverage = self._coverage.setdefault((statement.resources or statement.not_resources, statement.variables), {})
        carried = self._carrying(statement.resource_keys, situation)
        for mask, opens, fixed in pieces:
            for uncovered, some in ((True, mask & carried), (False, mask & ~carried)):
                if some:
                    yield Part(statement, deny, some, fixed, opens, coverage, variables, uncovered, Naming.NOT_AT_ALL)

    def _carrying(self, keys: Iterable[str], situation: Situation) -> int:
        """The actions whose requests can carry every one of the keys that are open, if any is."""
        opened = [key for key in keys if situation.leaves_open(key)]
        found = self.actions.every if opened else 0
        for key in opened:
            found &= self.actions.supporting(key)
        return found

    def of(self, level: Level) -> Iterator[Statement]:
        """One statement for each Resource element and each part."""
        examples = self.elements.resources.examples
        yield from (examples[number] for number, _ in (*level.denies, *level.allows))
        yield from (part.statement for part in level.parts)

    def applying(self, numbered: tuple[tuple[int, int], ...], resource: str) -> int:
        """The actions for which any of the statements, by their numbers, covers the resource."""
        known = self._applying.get(resource)
        if known is None:
            known = self._applying[resource] = {}
        found = 0
        for number, mask in numbered:
            applies = known.get(number)
            if applies is None:
                statement = self.elements.resources.examples[number]
                covered = any(cover(resource, {}) for cover in statement.covers)
                applies = known[number] = self._covered(statement, covered, resource, -1)
            found |= mask & applies
        return found

    def cover(self, part: Part, resource: str, values: Values | None) -> int:
        """The actions for which the statement covers the resource."""
        statement = part.statement
        if not statement.covers:
            return part.mask
        if part.variables:
            patterns = zip(statement.resources or statement.not_resources, statement.covers, strict=True)
            covered = any(
                resource.startswith(_stem(text)) and cover(resource, values or {}) for text, cover in patterns
            )
        else:
            known = part.coverage.get(resource)
            if known is None:
                known = part.coverage[resource] = any(cover(resource, {}) for cover in statement.covers)
            covered = known
        return self._covered(statement, covered, resource, part.mask)

    def _covered(self, statement: Statement, covered: bool, resource: str, mask: int) -> int:
        """The actions of the mask for which a statement applies whose Resource or NotResource covers the resource."""
        if not statement.covers:
            return mask
        listed = mask if covered else mask & self._collected(statement, resource)
        return listed if statement.resources else mask & ~listed

    def _collected(self, statement: Statement, resource: str) -> int:
        """ListAllMyBuckets, where the statement names all buckets (POL-11, UNSURE-30)."""
        named = resource == "*" and ALL_BUCKETS[1] in (statement.resources or statement.not_resources)
        return self._all_buckets if named else 0


def _level(level: dict[int, list[tuple[int, Own]]], about: dict[int, int]) -> tuple[Level, Left]:
    """The statements of a level that are about the actions: those with numbers, and those that are left."""
    denies: dict[int, int] = {}
    allows: dict[int, int] = {}
    left = []
    for number in level.keys() & about.keys():
        mask = about[number]
        for place, (statement, deny, _, alike, conditions) in level[number]:
            if alike == LEFT:
                left.append((place, statement, conditions))
            else:
                masks = denies if deny else allows
                masks[alike] = masks.get(alike, 0) | mask
    left.sort(key=_place)
    return Level(tuple(denies.items()), tuple(allows.items()), ()), tuple([one[1:] for one in left])


def _place(one: tuple[int, Statement, tuple[Condition, ...]]) -> int:
    return one[0]


@lru_cache(maxsize=16_384)
def _stem(pattern: str) -> str:
    """All before the first wildcard or variable: most resources that a pattern does not cover begin otherwise."""
    return re.split(r"[*?$]", pattern, maxsplit=1)[0]
