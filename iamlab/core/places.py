"""Where in a JSON text each value stands: looked up only when there is an error to place."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

Path = tuple[str | int, ...]
"""The steps from the whole document to a value: keys of objects and indices of lists."""

TOKEN: Final = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{},:]|[^\s"\[\]{},:]++', re.DOTALL)
"""A string (also one that never ends), a bracket, comma or colon, or anything else; possessive, hence linear."""


def line_column(text: str, offset: int) -> tuple[int, int]:
    """Line and column of an offset, both counted from 1."""
    line = text.count("\n", 0, offset) + 1
    return line, offset - (text.rfind("\n", 0, offset) + 1) + 1


def position(text: str, path: Path) -> tuple[int, int]:
    """Line and column of the value at ``path``; where it is missing, of what should have held it."""
    offsets = dict(_places(text))
    while path and path not in offsets:
        path = path[:-1]
    return line_column(text, offsets.get(path, 0))


def second_place(text: str) -> tuple[Path, int]:
    """The first path that is met a second time, and where: the value of a key that stands twice."""
    seen: set[Path] = set()
    for path, offset in _places(text):
        if path in seen:
            return path, offset
        seen.add(path)
    return (), 0


def _places(text: str) -> Iterator[tuple[Path, int]]:
    """Every value's path and offset, in the order of a text known to be JSON. No recursion: depth is no danger."""
    path: list[Any] = []  # the step into each open object (a key) or list (an index)
    expecting_key = False
    for token in TOKEN.finditer(text):
        word = token.group()
        if word in ("}", "]"):
            path.pop()
            expecting_key = False
        elif word == ",":
            expecting_key = isinstance(path[-1], str)
            if not expecting_key:
                path[-1] += 1
        elif expecting_key:
            path[-1] = json.loads(word)
            expecting_key = False
        elif word != ":":
            yield tuple(path), token.start()
            if word == "{":
                path.append("")
                expecting_key = True
            elif word == "[":
                path.append(0)
