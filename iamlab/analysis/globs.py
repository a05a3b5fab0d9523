"""What wildcard patterns have in common: which combinations of them a text can match, each with a text that does."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Final

from iamlab.core.errors import IamlabError
from iamlab.core.wildcard import ANY, Token, tokens

Symbol = str | None
"""One step of a pattern: a character; ``None`` for any one character; ``""`` for any run of them."""
Places = frozenset[int]

MOST: Final = 20_000
"""States looked at before the question is called too wide."""


class TooManyPartsError(IamlabError):
    """The patterns cut the question into more parts than anybody could read."""

    def __init__(self) -> None:
        super().__init__(
            "The policies divide this pattern into too many parts to tell them apart. Ask about a narrower one.",
            code="InvalidResource",
        )


def combinations(within: Sequence[Token], patterns: Sequence[Sequence[Token]]) -> dict[tuple[bool, ...], str]:
    """For every combination of patterns that some text within the first one matches, the shortest such text.

    >>> from iamlab.core.wildcard import tokens
    >>> combinations(tokens("*"), [tokens("a*"), tokens("*b")])
    {(False, False): '', (True, False): 'a', (False, True): 'b', (True, True): 'ab'}

    Raises TooManyPartsError.
    """
    symbols = tuple(tuple(_symbols(one)) for one in (within, *patterns))
    other = _other(symbols)
    start = tuple(_closed({0}, one) for one in symbols)
    texts = {start: ""}
    waiting = deque([start])
    found: dict[tuple[bool, ...], str] = {}
    while waiting:
        state = waiting.popleft()
        if len(symbols[0]) in state[0]:
            accepted = tuple(len(one) in places for one, places in zip(symbols[1:], state[1:], strict=True))
            found.setdefault(accepted, texts[state])
        for letter in _letters(symbols, state, other):
            stepped = tuple(_step(one, places, letter) for one, places in zip(symbols, state, strict=True))
            if stepped[0] and stepped not in texts:
                if len(texts) >= MOST:
                    raise TooManyPartsError
                texts[stepped] = texts[state] + letter
                waiting.append(stepped)
    return found


def overlap(one: str, other: str) -> bool:
    """Whether there is a text that matches both patterns.

    >>> overlap("arn:aws:s3:::acme-*", "arn:aws:s3:::*/*"), overlap("a*b", "a?c")
    (True, False)
    """
    second = tuple(_symbols(tokens(other)))
    reached = _closed({0}, second)  # how much of the second pattern can be used up by what has been read of the first
    for symbol in _symbols(tokens(one)):
        stepped: set[int] = set()
        for place in reached:
            if symbol == "":
                stepped.update(range(place, len(second) + 1))
            elif place < len(second):
                there = second[place]
                if there == "":
                    stepped.add(place)
                elif None in (symbol, there) or symbol == there:
                    stepped.add(place + 1)
        reached = _closed(stepped, second)
    return len(second) in reached


def _symbols(pattern: Sequence[Token]) -> Iterator[Symbol]:
    for wild, text in pattern:
        if wild:
            yield "" if text == ANY else None
        else:
            yield from text


def _other(symbols: Sequence[Sequence[Symbol]]) -> str:
    """A character that stands in no pattern, so that it is like every other that does not."""
    used = {symbol for one in symbols for symbol in one}
    candidates = map(chr, chain(range(ord("x"), ord("z") + 1), range(ord("0"), ord("x")), range(0x100, 0x10000)))
    return next(letter for letter in candidates if letter not in used)


def _letters(symbols: Sequence[Sequence[Symbol]], state: Sequence[Places], other: str) -> tuple[str, ...]:
    """The characters that make a difference next; only those that the first pattern admits."""
    first = {symbols[0][place] for place in state[0] if place < len(symbols[0])}
    if not first:
        return ()
    if not first & {"", None}:
        return tuple(sorted(one for one in first if one))
    named = {one[place] for one, places in zip(symbols, state, strict=True) for place in places if place < len(one)}
    return (other, *sorted(one for one in named if one))


def _closed(places: set[int], symbols: Sequence[Symbol]) -> Places:
    """The places, and those behind stars that stand for nothing."""
    found = set(places)
    for place in places:
        while place < len(symbols) and symbols[place] == "":
            place += 1
            found.add(place)
    return frozenset(found)


def _step(symbols: Sequence[Symbol], places: Places, letter: str) -> Places:
    stepped = set()
    for place in places:
        if place < len(symbols):
            symbol = symbols[place]
            if symbol == "":
                stepped.add(place)
            elif symbol is None or symbol == letter:
                stepped.add(place + 1)
    return _closed(stepped, symbols) if stepped else frozenset()
