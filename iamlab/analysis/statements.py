"""Statements taken apart: for which actions, under which open conditions, and about which resources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from iamlab.analysis.actions import Actions
from iamlab.analysis.unknowns import Open, Situation
from iamlab.core.conditions import Condition
from iamlab.core.matching import Caller as Named
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


Levels = tuple[tuple[Any, ...], ...]
Prepared = tuple[tuple[Part, ...], ...]


@dataclass(slots=True)
class Known:
    """What was found of statements in one situation, by their ids."""

    parts: dict[int, tuple[Part, ...]] = field(default_factory=dict)
    statements: list[Statement] = field(default_factory=list)


class Statements:
    """Takes statements apart for one set of actions, and remembers; ``varying`` are keys that things bring."""

    def __init__(self, actions: Actions, varying: frozenset[str]) -> None:
        self.actions = actions
        self.varying = varying
        self._known: dict[Situation, Known] = {}
        self._coverage: dict[tuple[tuple[str, ...], bool], dict[str, bool]] = {}
        self._service = actions.only_service
        self._all_buckets = actions.bit(ALL_BUCKETS[0])

    def prepared(self, levels: Levels, situation: Situation, values: Values, named: Named | None) -> Prepared:
        """The parts of each level that can matter to a caller, those together that differ in their actions alone."""
        known = self._known.get(situation)
        if known is None:
            known = self._known[situation] = Known()
        prepared = []
        for level in levels:
            merged: dict[tuple[object, ...], Part] = {}
            for policy in level:
                for statement in self._statements(policy.policy):
                    taken = known.parts.get(id(statement))
                    if taken is None:
                        taken = known.parts[id(statement)] = tuple(self._split(statement, situation))
                        known.statements.append(statement)  # its id is its own as long as it is kept
                    for part in self._of(statement, taken, values, named) if taken else ():
                        alike = part.alike or (len(merged),)
                        same = merged.get(alike)
                        merged[alike] = part if same is None else same._replace(mask=same.mask | part.mask)
            prepared.append(tuple(merged.values()))
        return tuple(prepared)

    def _statements(self, policy: Policy) -> tuple[Statement, ...]:
        """Those that can be about what is asked."""
        service = self._service
        return policy.by_service.get(service, policy.by_service[""]) if service else policy.statements

    def _of(self, statement: Statement, taken: tuple[Part, ...], values: Values, named: Named | None) -> Iterator[Part]:
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

    def _split(self, statement: Statement, situation: Situation) -> Iterator[Part]:
        """A condition is open only for actions whose requests can carry its key."""
        about = self.actions.about(statement)
        if not about:
            return
        deny, variables = statement.effect is Effect.DENY, bool(statement.resource_keys)
        pieces: list[tuple[int, tuple[Open, ...], tuple[Condition, ...]]] = [(about, (), ())]
        for condition in statement.conditions:
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

    def cover(self, part: Part, resource: str, values: Values | None) -> int:
        """The actions for which the statement covers the resource."""
        statement = part.statement
        if not statement.covers:
            return part.mask
        if part.variables:
            covered = any(cover(resource, values or {}) for cover in statement.covers)
        else:
            known = part.coverage.get(resource)
            if known is None:
                known = part.coverage[resource] = any(cover(resource, {}) for cover in statement.covers)
            covered = known
        whole, listing = (part.mask, 0) if covered else (0, part.mask & self._collected(statement, resource))
        return whole | listing if statement.resources else part.mask & ~(whole | listing)

    def _collected(self, statement: Statement, resource: str) -> int:
        """ListAllMyBuckets, where the statement names all buckets (POL-11, UNSURE-30)."""
        named = resource == "*" and ALL_BUCKETS[1] in (statement.resources or statement.not_resources)
        return self._all_buckets if named else 0
