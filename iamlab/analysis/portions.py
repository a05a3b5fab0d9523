"""Portions of a pattern of resources: all of it, some of it, in words made from the patterns of policies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from iamlab.analysis.fields import Field, Glob, within
from iamlab.analysis.wording import Term, fits, shortest
from iamlab.analysis.words import listed

MOST: Final = 5
"""ARNs or patterns that are named; of more, the first and a number."""


@dataclass(frozen=True)
class Piece:
    """What of one field is meant.

    ``ways`` says so for every combination of patterns that a resource can match, ``points`` for single resources.
    """

    field: Field
    patterns: tuple[Glob, ...]
    ways: Mapping[tuple[bool, ...], bool]
    points: Mapping[str, bool]

    def covers(self, arn: str) -> bool:
        """Whether the resource is meant."""
        if not self.field.holds(arn):
            return False
        found = self.points.get(arn)
        return self.ways.get(self.flags(arn), False) if found is None else found

    def flags(self, arn: str) -> tuple[bool, ...]:
        """Which of the patterns the ARN matches."""
        rest = arn[len(self.field.head) :]
        return tuple(one.test(rest) for one in self.patterns)

    @property
    def whole(self) -> bool:
        """Whether all of the field is meant."""
        return all(self.ways.values()) and all(self.points.values())

    @cached_property
    def words(self) -> str:
        """What is meant."""
        if self.whole:
            return self.field.words
        terms = shortest(self.ways) if any(self.ways.values()) else ()
        flags = {arn: self.flags(arn) for arn in self.points}
        parts = [self._term(term, [arn for arn in self._missing(flags) if fits(term, flags[arn])]) for term in terms]
        alone = [arn for arn, meant in self.points.items() if meant and not _any(terms, flags[arn])]
        parts += [_listed(alone)] if alone else []
        return _joined(parts)

    def _missing(self, arns: Iterable[str]) -> Iterator[str]:
        return (arn for arn in arns if not self.points[arn])

    def _term(self, term: Term, missing: Sequence[str]) -> str:
        having = [one for one, wanted in zip(self.patterns, term, strict=True) if wanted]
        lacking = [one for one, wanted in zip(self.patterns, term, strict=True) if wanted is False]
        inside = [one for one in having if within(one, self.field.whole) and not self.field.required]
        start = self._arn(inside[0]) if inside else self.field.words
        others = [self._arn(one) for one in having if one is not (inside[0] if inside else None)]
        if others:
            start += f", as far as {_listed(others)} cover{'s' if len(others) == 1 else ''} it"
        without = [*map(self._arn, lacking), *missing]
        if not without:
            return start
        return f"{start} but not {_listed(without, 'or')}"

    def _arn(self, one: Glob) -> str:
        return f"{self.field.head}{one.text}"


def _any(terms: Iterable[Term], flags: tuple[bool, ...]) -> bool:
    return any(fits(term, flags) for term in terms)


def _joined(parts: Sequence[str]) -> str:
    """Parts that may hold an "and" of their own."""
    plain = not any(" but not " in one or ", as far as " in one for one in parts)
    return (" and " if plain else "; and ").join(_several(parts))


def _listed(texts: Sequence[str], word: str = "and") -> str:
    return listed(_several(texts), word)


def _several(texts: Sequence[str]) -> Sequence[str]:
    return texts if len(texts) <= MOST else (*texts[: MOST - 1], f"{len(texts) - MOST + 1:,} more")


@dataclass(frozen=True)
class Portion:
    """What of the pattern is meant; ``examples`` are ARNs in it, one for each way in which it comes about."""

    pattern: str
    pieces: tuple[Piece, ...]
    examples: tuple[str, ...]

    def covers(self, arn: str) -> bool:
        """Whether the resource is in it."""
        return any(one.covers(arn) for one in self.pieces)

    @property
    def whole(self) -> bool:
        """Whether it is all that AWS asks about in the pattern."""
        return all(one.whole for one in self.pieces)

    @cached_property
    def words(self) -> str:
        """``all of arn:aws:s3:::acme-dev/*``, ``arn:aws:s3:::acme-dev/home/dana/*``."""
        if self.whole:
            return f"all of {self.pattern}"
        return _joined([one.words for one in self.pieces if any((*one.ways.values(), *one.points.values()))])
