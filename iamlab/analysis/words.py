"""Words put together: lists in a sentence, and how a sentence begins."""

from __future__ import annotations

from collections.abc import Iterable


def listed(words: Iterable[str], word: str = "and") -> str:
    """Several names in a sentence, with ``word`` before the last; nothing for none.

    >>> listed(["one", "two", "three"])
    'one, two and three'
    """
    several = tuple(words)
    return f"{', '.join(several[:-1])} {word} {several[-1]}" if len(several) > 1 else "".join(several)


def first_of(words: Iterable[str], most: int) -> str:
    """The first few names, and how many more there are.

    >>> first_of(["one", "two", "three"], 2)
    'one, two and 1 more'
    """
    several = tuple(words)
    left = len(several) - most
    return ", ".join(several[:most]) + (f" and {left:,} more" if left > 0 else "")


def capital(text: str) -> str:
    """The text with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def value_words(value: object) -> str:
    """A context value in words: the values of a list one after the other."""
    return ", ".join(map(str, value)) if isinstance(value, tuple | list | set | frozenset) else str(value)
