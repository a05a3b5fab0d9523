"""The kinds of policy, and walking through a document's statements before they are known to be right."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from enum import Enum
from typing import Any, Final

from iamlab.core.documents import Document
from iamlab.core.places import Path

LEGACY: Final = "The policy failed legacy parsing"
NOT_MODELLED: Final = "NotModelled"
"""Our own code, where AWS has none: AWS would accept this, and iamlab cannot judge it yet."""


class PolicyKind(Enum):
    """Where a policy is used; each place has its own dialect (POL-21)."""

    IDENTITY = "identity policy"
    MANAGED = "managed policy"  # an identity policy with a version and a name of its own
    TRUST = "role trust policy"


def statements(document: Document) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Each statement with its path; one statement may be written without a list around it (POL-01)."""
    value = document.value["Statement"]
    if isinstance(value, list):
        for index, statement in enumerate(value):
            yield ("Statement", index), statement
    else:
        yield ("Statement",), value


def items(path: Path, statement: dict[str, Any], *elements: str) -> Iterator[tuple[Path, Any]]:
    """Each single value of the elements, with its path."""
    for element in elements:
        value = statement.get(element, [])
        if isinstance(value, list):
            yield from (((*path, element, index), item) for index, item in enumerate(value))
        else:
            yield (*path, element), value


def did_you_mean(word: str, known: tuple[str, ...]) -> str:
    """The remedy for a word that is none of those known: the one that was meant, or all of them."""
    by_case = {one.lower(): one for one in known}
    near = difflib.get_close_matches(word.lower(), by_case, n=1)
    return f"Write {by_case[near[0]]!r}, letter for letter." if near else f"Known are {', '.join(known)}."
