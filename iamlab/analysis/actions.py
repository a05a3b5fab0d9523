"""Actions as bits: a set of actions is one integer, and a pattern is matched once, not once for each question."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property, lru_cache
from typing import Any, Final, TypeVar

from iamlab import catalog
from iamlab.core import wildcard
from iamlab.core.policy import Statement

T = TypeVar("T")


class Actions:
    """The actions that are asked about; bit ``n`` of a mask is the action ``names[n]``."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = tuple(dict.fromkeys(names))
        self.every = (1 << len(self.names)) - 1
        self.position = {name.lower(): at for at, name in enumerate(self.names)}
        self._services: dict[str, list[str]] = {}
        for lower in self.position:
            self._services.setdefault(lower.partition(":")[0], []).append(lower)
        self._patterns: dict[str, int] = {"*": self.every}
        self._elements: dict[tuple[tuple[str, ...], tuple[str, ...]], int] = {}
        self._supporting: dict[str, int] = {}
        self._asked_about: dict[str, int] = {}
        self._groups: dict[object, dict[Any, int]] = {}

    @property
    def only_service(self) -> str:
        """The service of all of them; empty when there are several."""
        return next(iter(self._services)) if len(self._services) == 1 else ""

    def bit(self, name: str) -> int:
        """The mask of one action, in whatever letter case; nothing if it is not asked about."""
        at = self.position.get(name.lower())
        return 0 if at is None else 1 << at

    def mask(self, names: Iterator[str]) -> int:
        """The mask of several actions, each of which is asked about and in lower case."""
        return _mask(len(self.names), (self.position[name] for name in names))

    def of_service(self, service: str) -> int:
        """The actions of one service."""
        return self.mask(iter(self._services.get(service, ())))

    def first(self, mask: int) -> str:
        """The first action in a mask that is not empty."""
        return self.names[(mask & -mask).bit_length() - 1]

    def named(self, mask: int) -> Iterator[str]:
        """The actions in a mask, in order."""
        if mask.bit_count() > FEW:
            yield from (name for name, bit in zip(self.names, reversed(f"{mask:b}"), strict=False) if bit == "1")
            return
        while mask:
            lowest = mask & -mask
            yield self.names[lowest.bit_length() - 1]
            mask ^= lowest

    def about(self, statement: Statement) -> int:
        """The actions that the statement's Action or NotAction covers (POL-09, POL-10)."""
        key = statement.actions, statement.not_actions
        found = self._elements.get(key)
        if found is None:
            found = 0
            for pattern in statement.actions or statement.not_actions:
                found |= self._matching(pattern.lower())
            if not statement.actions:
                found = self.every & ~found
            self._elements[key] = found
        return found

    def _matching(self, pattern: str) -> int:
        found = self._patterns.get(pattern)
        if found is None:
            test = wildcard.compiled(pattern)
            service = pattern.partition(":")[0]
            candidates = self.position if wildcard.has_wildcard(service) else self._services.get(service, ())
            found = self._patterns[pattern] = self.mask(name for name in candidates if test(name))
        return found

    @cached_property
    def forms(self) -> dict[str, int]:
        """For each form of an ARN, the actions that are asked about such resources."""
        places: dict[str, list[int]] = {}
        for at, name in enumerate(self.names):
            for form in catalog.find(name).resource_forms:
                places.setdefault(form, []).append(at)
        return {form: _mask(len(self.names), iter(found)) for form, found in places.items()}

    @cached_property
    def _forms_of(self) -> dict[str, list[str]]:
        """The forms by service; under no name those that any service's ARN may have."""
        found: dict[str, list[str]] = {}
        for form in self.forms:
            found.setdefault(catalog.form_service(form), []).append(form)
        return found

    @cached_property
    def several(self) -> int:
        """Those that AWS judges on several resources at once (EVAL-25)."""
        return self.mask(name.lower() for name in self.names if catalog.find(name).asks_several)

    def asked_about(self, resource: str, *, several: bool = False) -> int:
        """The actions that are asked about this resource, or about none when it is ``*``.

        Those that are judged on several resources are among them if ``several`` says so: then this is one of these.
        """
        if resource == "*":
            return self._without_resource
        found = self._asked_about.get(resource)
        if found is None:
            found = 0
            for form in (*self._forms_of.get(catalog.service_of(resource), ()), *self._forms_of.get("", ())):
                if catalog.has_form(form, resource):
                    found |= self.forms[form]
            self._asked_about[resource] = found
        return found if several else found & ~self.several

    @cached_property
    def _without_resource(self) -> int:
        found = self.every
        for mask in self.forms.values():
            found &= ~mask
        return found

    def supporting(self, key: str) -> int:
        """The actions whose requests can carry a condition key; ``key`` is in lower case. Global keys go with all."""
        found = self._supporting.get(key)
        if found is None:
            found = self._supporting[key] = self._search(key)
        return found

    def _search(self, key: str) -> int:
        service = key.partition(":")[0]
        names = {key, f"{key.partition('/')[0]}/"}
        if service == "aws" and not names & catalog.OF_THE_ACTION:
            return self.every
        if "." in service:  # an identity provider's keys stand in calls that assume a role
            return self.of_service("sts")
        return self.mask(name for name in self.position if names & catalog.supported_keys(name))

    def groups(self, sort: Callable[[str], T]) -> dict[T, int]:
        """The actions by what ``sort``, a function of this package, says of each: one mask for each answer."""
        if sort not in self._groups:
            places: dict[T, list[int]] = {}
            for at, name in enumerate(self.names):
                places.setdefault(sort(name), []).append(at)
            self._groups[sort] = {answer: _mask(len(self.names), iter(found)) for answer, found in places.items()}
        return self._groups[sort]


FEW: Final = 256
"""Actions in a set that are looked for one by one, rather than among all."""


@lru_cache(maxsize=16)
def shared(names: tuple[str, ...]) -> Actions:
    """The same for every question about these actions: what has been found out about them is not found out again."""
    return Actions(names)


def _mask(length: int, places: Iterator[int]) -> int:
    bits = bytearray(length // 8 + 1)
    for at in places:
        bits[at >> 3] |= 1 << (at & 7)
    return int.from_bytes(bits, "little")
