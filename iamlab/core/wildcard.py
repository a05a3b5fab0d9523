"""Wildcards: ``*`` is any run of characters, possibly empty; ``?`` is exactly one (POL-09, POL-12).

No pattern takes longer than its length times the text's: the pattern is cut at its stars, and each piece is
placed at the first position that fits, which is never worse than a later one.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

WILDCARDS: Final = frozenset("*?")


def has_wildcard(text: str) -> bool:
    """Whether the text holds a ``*`` or a ``?``."""
    return "*" in text or "?" in text


@lru_cache(maxsize=4096)
def _pieces(pattern: str) -> tuple[str, ...]:
    return tuple(pattern.split("*"))


def matches(pattern: str, text: str) -> bool:
    """Whether the whole text fits the pattern; letter case counts.

    >>> matches("bucket/*/test/*", "bucket/1/2/test/x"), matches("bucket/*/test/*", "bucket/test/x")
    (True, False)
    """
    pieces = _pieces(pattern)
    if len(pieces) == 1:
        return len(pattern) == len(text) and _fits(pattern, text, 0)
    first, *middle, last = pieces
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


def _fits(piece: str, text: str, start: int) -> bool:
    """Whether a piece without stars stands at ``start``."""
    if "?" not in piece:
        return text.startswith(piece, start)
    stretch = text[start : start + len(piece)]
    return all(wanted in ("?", actual) for wanted, actual in zip(piece, stretch, strict=True))


def _find(piece: str, text: str, start: int, end: int) -> int:
    """The first place between ``start`` and ``end`` where the whole piece stands, or -1."""
    if "?" not in piece:
        return text.find(piece, start, end)
    stops = range(start, end - len(piece) + 1)
    return next((place for place in stops if _fits(piece, text, place)), -1)
