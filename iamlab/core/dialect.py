"""The kinds of policy, and walking through a document's statements before they are known to be right."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from enum import Enum
from typing import Any, Final

from iamlab.core.documents import Document
from iamlab.core.places import Path

LEGACY: Final = "The policy failed legacy parsing"
LATEST: Final = "2012-10-17"
FIRST: Final = "2008-10-17"
"""The versions of the policy language; what AWS takes an absent Version for is the first (POL-02)."""


class PolicyKind(Enum):
    """Where a policy is used; each place has its own dialect (POL-21)."""

    IDENTITY = "identity policy"
    MANAGED = "managed policy"  # an identity policy with a version and a name of its own; a boundary is one too
    SESSION = "session policy"
    RESOURCE = "resource policy"
    TRUST = "role trust policy"
    SCP = "service control policy"
    RCP = "resource control policy"
    ENDPOINT = "VPC endpoint policy"


NAMING_KINDS: Final = (PolicyKind.RESOURCE, PolicyKind.TRUST, PolicyKind.RCP, PolicyKind.ENDPOINT)
"""Those that say whom they are about; for the others it follows from where they are attached."""
IAM_KINDS: Final = (PolicyKind.IDENTITY, PolicyKind.MANAGED, PolicyKind.SESSION, PolicyKind.TRUST)
"""Those that IAM and STS store; other services are laxer about Sids (POL-04)."""


def has_variables(document: Document) -> bool:
    """Whether ``${...}`` in the document is a policy variable; before the latest version it is plain text (POL-02)."""
    return bool(document.value.get("Version") == LATEST)


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


def condition_lines(path: Path, statement: dict[str, Any]) -> Iterator[tuple[Path, str, str, list[Any]]]:
    """Each operator and key with the list of its values, and the path of what stands under the key."""
    for operator, block in statement.get("Condition", {}).items():
        for key, value in block.items():
            yield (*path, "Condition", operator, key), operator, key, value if isinstance(value, list) else [value]


def did_you_mean(word: str, known: tuple[str, ...]) -> str:
    """The remedy for a word that is none of those known: the one that was meant, or all of them."""
    by_case = {one.lower(): one for one in known}
    near = difflib.get_close_matches(word.lower(), by_case, n=1)
    return f"Write {by_case[near[0]]!r}, letter for letter." if near else f"Known are {', '.join(known)}."
