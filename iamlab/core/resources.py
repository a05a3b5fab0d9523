"""What a Resource pattern covers: part by part of the ARN, letter case counting (POL-11 to POL-14)."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from iamlab.core import wildcard
from iamlab.core.variables import Template, Values, arn_parts, template

ALL_BUCKETS: Final = ("s3:listallmybuckets", "arn:aws:s3:::*")
"""The one action without a resource of its own that a collection also grants (POL-11, UNSURE-30)."""
Cover = Callable[[str, Values], bool]


@lru_cache(maxsize=8192)
def cover(pattern: str, variables: bool = True) -> Cover:
    """A test of resources against one pattern; a variable without value makes it cover nothing (POL-19)."""
    if pattern == "*":
        return lambda resource, values: True
    whole = template(pattern, variables=variables)
    parts = arn_parts(whole)
    *head, rest = parts
    start = "".join(f"{_plain(part)}:" for part in head) if all(map(_is_plain, head)) else None
    if whole.variables:
        return _variable(parts)
    if start is not None:
        return _after(start, rest)
    tests = [wildcard.test_of(part.parts) for part in parts]  # type: ignore[arg-type]  # there are no variables
    return lambda resource, values: _each(tests, resource)


def _is_plain(part: Template) -> bool:
    return all(not isinstance(one, tuple) or not one[0] for one in part.parts) and not part.variables


def _plain(part: Template) -> str:
    return part.literal({}) or ""


def _after(start: str, rest: Template) -> Cover:
    """Most patterns: everything up to the fifth colon is written out."""
    if _is_plain(rest):
        whole = start + _plain(rest)
        return lambda resource, values: resource == whole
    *before, last = rest.parts
    if last == (True, "*") and _is_plain(Template(rest.text, tuple(before))):
        stem = start + _plain(Template(rest.text, tuple(before)))
        return lambda resource, values: resource.startswith(stem)
    test = wildcard.test_of(rest.parts)  # type: ignore[arg-type]  # there are no variables
    length = len(start)
    first = rest.parts[0]
    stem = start + first[1] if isinstance(first, tuple) and not first[0] else start  # most others fail here, quickly
    return lambda resource, values: resource.startswith(stem) and test(resource[length:])


def _variable(parts: tuple[Template, ...]) -> Cover:
    """A pattern with variables: what has none is tested first, and is made ready once."""
    plain = [None if part.variables else wildcard.test_of(part.parts) for part in parts]  # type: ignore[arg-type]
    pairs = tuple(zip(plain, parts, strict=True))

    def covers(resource: str, values: Values) -> bool:
        named = resource.split(":", 5)
        if len(named) != 6 or not all(test is None or test(text) for test, text in zip(plain, named, strict=True)):
            return False
        return all(
            test is not None or _fits(part, text, values) for (test, part), text in zip(pairs, named, strict=True)
        )

    return covers


def _fits(part: Template, text: str, values: Values) -> bool:
    """Whether a part with variables matches; all that is literal in it must be in the text, which most are not."""
    resolved = part.resolve(values)
    if resolved is None or not all(wild or literal in text for wild, literal in resolved):
        return False
    return wildcard.test_of(resolved)(text)


def _each(tests: list[wildcard.Test], resource: str) -> bool:
    named = resource.split(":", 5)
    return len(named) == 6 and all(test(part) for test, part in zip(tests, named, strict=True))


def resource_matches(pattern: str, resource: str) -> bool:
    """Whether the pattern, in which no variable has a value, covers the resource.

    >>> resource_matches("arn:aws:s3:::acme-photos/*", "arn:aws:s3:::acme-photos")
    False
    """
    return cover(pattern)(resource, {})
