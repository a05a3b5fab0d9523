"""Patterns of resources, as a matrix asks about them: cut by what a caller's policies say, one ARN for each part."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from iamlab.analysis.fields import Field, Glob, Part, cut, resolved
from iamlab.analysis.portions import Piece, Portion
from iamlab.analysis.things import Thing, Things
from iamlab.analysis.verdicts import Judge, Row, Verdicts

Seen = tuple[tuple[Thing, Verdicts], ...]
"""One resource, as each sort of action sees it, and what the caller may do."""
K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Place:
    """Resources of which the same holds for a caller: a part of a field, or the ``points`` that are named.

    ``arn`` is one of them.
    """

    arn: str
    flags: tuple[bool, ...]
    points: tuple[str, ...]
    seen: Seen


@dataclass(frozen=True, slots=True)
class Places:
    """One field, cut for one caller."""

    field: Field
    patterns: tuple[Glob, ...]
    found: tuple[Place, ...]


class Cutter:
    """Cuts fields for callers, and asks about each part once."""

    def __init__(self, judge: Judge, things: Things) -> None:
        self.judge = judge
        self.things = things
        self._stand: dict[tuple[str, str, bool], tuple[Thing, ...]] = {}
        self._cuts: dict[tuple[object, ...], tuple[tuple[Part, ...], tuple[tuple[str, ...], ...]]] = {}

    def places(self, row: Row, account: str, fields: Sequence[Field]) -> tuple[Places, ...]:
        """The fields as the caller's policies, and those of the resources, divide them."""
        return tuple(self._places(row, account, one) for one in fields)

    def _places(self, row: Row, account: str, field: Field) -> Places:
        globs = tuple(self._globs(row, account, field))
        patterns = tuple(one for one in globs if one.literal is None)
        single = tuple(arn for one in globs if one.literal is not None and field.holds(arn := field.head + one.literal))
        key = id(field), account, patterns, single
        divided = self._cuts.get(key)
        if divided is None:
            divided = self._cuts[key] = self._divided(field, account, patterns, single)
        parts, points = divided
        found = [Place(part.arn, part.flags, (), self._seen(row, account, part.arn, many=True)) for part in parts]
        found += [Place(arns[0], (), arns, self._seen(row, account, arns[0], many=False)) for arns in points]
        return Places(field, (*field.required, *field.forms, *patterns), tuple(found))

    def _seen(self, row: Row, account: str, arn: str, *, many: bool) -> Seen:
        key = arn, account, many
        things = self._stand.get(key)
        if things is None:
            things = self._stand[key] = tuple(replace(one, many=many) for one in self.things.at(arn, account))
        return tuple((thing, self.judge.verdicts(row, thing)) for thing in things)

    def _globs(self, row: Row, account: str, field: Field) -> Iterator[Glob]:
        """The patterns that can tell resources of the field apart, for this caller."""
        met: set[Glob] = set()
        for thing in (thing for arn in field.examples for thing in self.things.at(arn, account)):
            values, situation = self.judge.values(row, thing), self.judge.situation(row, thing)
            for text, variables in self.judge.dividing(row, thing):
                last = field.about(text, variables)
                if last is None:
                    continue
                opened = {one.key.lower() for one in last.variables if situation.leaves_open(one.key.lower())}
                for keys in (opened, ()) if opened else ((),):  # open to anything, and as the caller is asked about
                    made = resolved(last, values, keys)
                    if made is not None and made not in met and made.may_meet(field.whole):
                        met.add(made)
                        yield made

    def _divided(
        self, field: Field, account: str, patterns: tuple[Glob, ...], single: tuple[str, ...]
    ) -> tuple[tuple[Part, ...], tuple[tuple[str, ...], ...]]:
        """The parts, and the resources that are asked about by themselves: together those that look alike."""
        parts = cut(field, patterns, single) if field.examples else ()
        usual = self.things.at(field.examples[0], account) if field.examples else ()
        alike: dict[object, list[str]] = {}
        for arn in dict.fromkeys((*field.points, *single)):
            rest = arn[len(field.head) :]
            flags = tuple(one.test(rest) for one in (*field.forms, *patterns))
            look = arn if arn in single or not usual else _look(self.things.at(arn, account), usual[0])
            alike.setdefault((look, flags), []).append(arn)
        return parts, tuple(map(tuple, alike.values()))


def _look(things: Sequence[Thing], usual: Thing) -> object:
    """The same for things of which nothing is known beside that they are there."""
    plain = all(
        one.values == usual.values
        and one.asked.owner == usual.asked.owner
        and (one.asked.policy is None or one.asked.policy == usual.asked.policy)
        for one in things
    )
    return tuple((one.mask, one.asked.policy is None) for one in things) if plain else things[0].asked.resource


def portions(pattern: str, places: Sequence[Places], said: Callable[[Seen], K | None]) -> dict[K, Portion]:
    """The pattern by what is said of its parts; None of a part that is not asked about."""
    answers = [[(place, said(place.seen)) for place in one.found] for one in places]
    kinds = dict.fromkeys(answer for several in answers for _, answer in several if answer is not None)
    return {kind: _portion(pattern, places, answers, kind) for kind in kinds}


def _portion(
    pattern: str, places: Sequence[Places], answers: Sequence[list[tuple[Place, K | None]]], kind: K
) -> Portion:
    pieces = []
    for one, several in zip(places, answers, strict=True):
        asked = [(place, answer == kind) for place, answer in several if answer is not None]
        ways = {place.flags: meant for place, meant in asked if not place.points}
        points = {arn: meant for place, meant in asked for arn in place.points}
        pieces.append(Piece(one.field, one.patterns, ways, points))
    examples = tuple(place.arn for several in answers for place, answer in several if answer == kind)
    return Portion(pattern, tuple(pieces), examples)
