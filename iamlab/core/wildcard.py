"""Wildcards: ``*`` is any run of characters, possibly empty; ``?`` is exactly one (POL-09, POL-12).

No pattern takes longer than its length times the text's: the pattern is cut at its stars, and each piece is
placed at the first position that fits, which is never worse than a later one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Final

ANY: Final = "*"
ONE: Final = "?"
Test = Callable[[str], bool]
Token = tuple[bool, str]
"""A stretch of a pattern: ``(True, "*")`` is a wildcard, ``(False, "*")`` the character itself (POL-18)."""


def has_wildcard(text: str) -> bool:
    """Whether the text holds a ``*`` or a ``?``."""
    return ANY in text or ONE in text


def matches(pattern: str, text: str) -> bool:
    """Whether the whole text fits the pattern; letter case counts.

    >>> matches("bucket/*/test/*", "bucket/1/2/test/x"), matches("bucket/*/test/*", "bucket/test/x")
    (True, False)
    """
    return compiled(pattern)(text)


@lru_cache(maxsize=4096)
def compiled(pattern: str) -> Test:
    """A test of texts against the pattern."""
    return test_of(tokens(pattern))


def tokens(pattern: str) -> list[Token]:
    """The pattern taken apart into wildcards and the text between them."""
    return [(word in (ANY, ONE), word) for word in re.split(r"([*?])", pattern) if word]


def test_of(stretches: Iterable[Token]) -> Test:
    """A test for a pattern that is given as wildcards and literal text."""
    pieces: list[list[Token]] = [[]]
    for stretch in stretches:
        if stretch == (True, ANY):
            pieces.append([])
        else:
            pieces[-1].append(stretch)
    first, *rest = [_piece(piece) for piece in pieces]
    if not rest:
        return first.__eq__ if isinstance(first, str) else lambda text: first.whole(text) is not None
    if isinstance(first, str) and rest == [""]:
        return lambda text: text.startswith(first)
    middle, last = tuple(one for one in rest[:-1] if one != ""), rest[-1]
    return lambda text: _walk(first, middle, last, text)


class _Masked:
    """A piece with ``?`` in it: a regular expression of fixed length, hence without backtracking."""

    def __init__(self, stretches: list[Token]) -> None:
        self.length = sum(len(text) for _, text in stretches)
        pattern = "".join("." if wild else re.escape(text) for wild, text in stretches)
        expression = re.compile(re.sub(r"\.{2,}", lambda run: f".{{{len(run.group())}}}", pattern), re.DOTALL)
        self.whole, self.at, self.search = expression.fullmatch, expression.match, expression.search

    def __len__(self) -> int:
        return self.length


def _piece(stretches: list[Token]) -> str | _Masked:
    if any(wild for wild, _ in stretches):
        return _Masked(stretches)
    return "".join(text for _, text in stretches)


def _walk(first: str | _Masked, middle: tuple[str | _Masked, ...], last: str | _Masked, text: str) -> bool:
    end = len(text) - len(last)
    if end < len(first) or not _fits(first, text, 0) or not _fits(last, text, end):
        return False
    position = len(first)
    for piece in middle:
        position = _find(piece, text, position, end)
        if position < 0:
            return False
        position += len(piece)
    return True


def _fits(piece: str | _Masked, text: str, start: int) -> bool:
    return text.startswith(piece, start) if isinstance(piece, str) else piece.at(text, start) is not None


def _find(piece: str | _Masked, text: str, start: int, end: int) -> int:
    """The first place between ``start`` and ``end`` where the whole piece stands, or -1."""
    if isinstance(piece, str):
        return text.find(piece, start, end)
    found = piece.search(text, start, end)
    return found.start() if found else -1
