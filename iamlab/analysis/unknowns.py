"""What a question leaves open: conditions on keys that only the single request has, and how they can come out.

A matrix asks about callers, actions and resources; it does not say from which address a request comes, at what hour,
or whether MFA was given. A condition on such a key is *open*. Which combinations of open conditions can hold together
is found out by trying: values that make a difference to them, judged by the engine's own conditions.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import combinations as choose
from itertools import product
from math import prod
from typing import Final

from iamlab import catalog
from iamlab.analysis.globs import combinations
from iamlab.analysis.strangers import IDENTITY, Unknown
from iamlab.core import values as read
from iamlab.core.conditions import Condition
from iamlab.core.errors import IamlabError
from iamlab.core.operators import OPERATORS, take_apart
from iamlab.core.policy import Statement
from iamlab.core.variables import Value, Values, template
from iamlab.world.callers import instant

Overlay = Mapping[str, Value | None]
"""Values of open keys, by key in lower case; None for a key that the request does not carry."""
Outcome = tuple[bool, ...]
"""How each open element comes out, in their order."""


@dataclass(frozen=True, slots=True)
class Covered:
    """The Resource or NotResource of a statement, as far as it hangs on an open policy variable.

    Where the resource stands for ``many``, it may cover some and others not, whatever else is known of the variable.
    """

    statement: Statement
    resource: str
    many: bool = False

    def holds(self, values: Values) -> bool:
        """Whether the resource is covered."""
        if self.many and self._own_key in values:
            return values[self._own_key] == "true"
        covered = any(cover(self.resource, values) for cover in self.statement.covers)
        return covered is bool(self.statement.resources)

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of its variables, in lower case; for many resources a key of its own, which no request carries."""
        return (self._own_key,) if self.many else self.statement.resource_keys

    @property
    def _own_key(self) -> str:
        return f"{_MANY}{id(self.statement)}"


_MANY: Final = "covered:"
Open = Condition | Covered


MOST: Final = 4096
"""Combinations that are tried. With more, each open element is taken by itself."""


class Outcomes:
    """The ways in which some open elements can come out together, for a caller of whom the rest is known.

    Every request carries the keys that are ``carried``, whatever their values; and none is made before ``since``.
    """

    def __init__(
        self,
        elements: Sequence[Open],
        values: Values,
        open_keys: frozenset[str],
        unknown: Unknown | None = None,
        carried: frozenset[str] = frozenset(),
        since: str = "",
    ) -> None:
        self.elements = tuple(elements)
        self.values = values
        self.open_keys = open_keys
        self.unknown = unknown
        self.carried = carried
        self.since = since

    def possible(self) -> dict[Outcome, Overlay]:
        """Every combination that a request can have, each with keys that make it so; that of the question first.

        Beyond ``MOST`` combinations each element is turned by itself, and no keys are given.
        """
        found: dict[Outcome, Overlay] = {tuple(one.holds(self.values) for one in self.elements): {}}
        parts = [self._together(places) for places in self._clusters()]
        if prod(map(len, parts)) > MOST:
            return found | {outcome: {} for outcome in self._each_alone()}
        for several in product(*(part.items() for part in parts)):
            merged = dict(pair for outcome, _ in several for pair in outcome)
            overlay = {key: value for _, overlay in several for key, value in overlay.items()}
            found.setdefault(tuple(merged[at] for at in range(len(self.elements))), overlay)
        return found

    def _each_alone(self) -> list[Outcome]:
        places = range(len(self.elements))
        extremes = [tuple(outcome for _ in places) for outcome in (True, False)]
        return extremes + [tuple((at == one) is not base[at] for at in places) for base in extremes for one in places]

    def _clusters(self) -> list[list[int]]:
        """The elements, those together that share a key."""
        clusters: list[tuple[set[str], list[int]]] = []
        for at, one in enumerate(self.elements):
            keys = {_dimension(key) for key in one.keys if key in self.open_keys}
            touching = [cluster for cluster in clusters if cluster[0] & keys]
            for cluster in touching:
                clusters.remove(cluster)
                keys |= cluster[0]
            clusters.append((keys, [*(place for cluster in touching for place in cluster[1]), at]))
        return [places for _, places in clusters]

    def _together(self, places: list[int]) -> dict[tuple[tuple[int, bool], ...], Overlay]:
        """The outcomes of elements that share keys, as pairs of place and outcome."""
        elements = [self.elements[at] for at in places]
        dimensions = sorted({_dimension(key) for one in elements for key in one.keys if key in self.open_keys})
        found: dict[tuple[tuple[int, bool], ...], Overlay] = {}
        for several in _bounded([self._choices(one, elements) for one in dimensions]):
            overlay = {key: value for chosen in several for key, value in chosen.items()}
            values = applied(self.values, overlay)
            outcome = tuple((at, one.holds(values)) for at, one in zip(places, elements, strict=True))
            found.setdefault(outcome, overlay)
        return found

    def _choices(self, dimension: str, elements: Sequence[Open]) -> list[Overlay]:
        """What the keys may say; of one that is always there, no absence."""
        found = _choices(dimension, elements, self.values, self.unknown)
        if dimension == "aws:currenttime" and self.since:
            found = [one for one in found if str(one.get(dimension, "")) >= self.since] or [{}]
        return found if dimension not in self.carried else [one for one in found if one[dimension] is not None]


def _bounded(choices: Sequence[Sequence[Overlay]]) -> Iterator[tuple[Overlay, ...]]:
    if prod(map(len, choices)) <= MOST:
        yield from product(*choices)
        return
    for first, second in choose(range(len(choices)), 2):  # too many: two keys at a time, the others as asked
        yield from product(choices[first], choices[second])


def applied(values: Values, overlay: Overlay) -> Values:
    """The values with those of the overlay in their place."""
    changed = {**values, **overlay}
    return {key: value for key, value in changed.items() if value is not None}


# The values that make a difference


def _dimension(key: str) -> str:
    """Keys that say the same thing vary together: the moment, MFA, and who comes from outside."""
    return _TOGETHER.get(key, key)


_TOGETHER: Final = {
    "aws:epochtime": "aws:currenttime",
    "aws:multifactorauthage": "aws:multifactorauthpresent",
    **dict.fromkeys(IDENTITY, IDENTITY[0]),
}


def _choices(dimension: str, elements: Sequence[Open], values: Values, unknown: Unknown | None) -> list[Overlay]:
    if dimension.startswith(_MANY):
        return [{dimension: "true"}, {dimension: "false"}]
    conditions = [one for one in elements if isinstance(one, Condition)]
    if dimension == "aws:currenttime":
        return list(_moments(conditions)) or [{}]
    if dimension == "aws:multifactorauthpresent":
        ages = _numbers(conditions, "aws:multifactorauthage") or ["0"]
        key, age = "aws:multifactorauthpresent", "aws:multifactorauthage"
        return [{key: None, age: None}, {key: "false", age: None}, *({key: "true", age: one} for one in ages)]
    if unknown and dimension == IDENTITY[0]:
        asked = {key for one in elements for key in one.keys}
        wanted: dict[str, Sequence[str]] = {
            key: tuple(_patterns(key, elements, values)) for key in IDENTITY if key in asked
        }
        return [*unknown.identities(wanted)]
    if unknown and dimension == unknown.audience:
        return [{dimension: one} for one in unknown.audiences]
    compared = _compared_with(dimension, elements)
    single = list(dict.fromkeys(text for key in compared for text in _texts(key, elements, values)))
    if len(compared) > 1:
        single = list(dict.fromkeys([*single, *_put_together(single, conditions), *_taken_apart(single, conditions)]))
    if unknown:
        single = [one for one in single if unknown.may_be(dimension, one)]
    if not _multivalued(dimension):
        return [*({dimension: one} for one in single), {dimension: None}]
    pairs = [tuple(pair) for pair in choose(single, 2)][:64]
    lists: list[tuple[str, ...]] = [(one,) for one in single] + pairs + [tuple(single)]
    return [*({dimension: one} for one in lists), {dimension: None}]


def _compared_with(key: str, elements: Iterable[Open]) -> list[str]:
    """The key, and those that policy variables compare it with, one with the next: a text of one may be the other's."""
    found = [key]
    for one in found:
        for element in elements:
            if isinstance(element, Condition) and one in element.keys:
                found += [other for other in element.keys if other not in found]
    return found


def _put_together(texts: Iterable[str], conditions: Iterable[Condition]) -> Iterator[str]:
    """``team-red`` where a value is ``team-${...}`` and ``red`` is one of the texts."""
    for one in (value for condition in conditions for value in condition.used):
        for text in texts:
            made = one.literal({variable.key.lower(): text for variable in one.variables})
            if made is not None:
                yield made


def _taken_apart(texts: Iterable[str], conditions: Iterable[Condition]) -> Iterator[str]:
    """``red`` where a value is ``team-${...}`` and ``team-red`` is one of the texts."""
    for one in (value for condition in conditions for value in condition.used):
        before, *others = (one.literal({variable.key.lower(): _GAP for variable in one.variables}) or "").split(_GAP)
        if len(others) == 1:
            after = others[0]
            for text in texts:
                if text.startswith(before) and text.endswith(after) and len(text) > len(before) + len(after):
                    yield text[len(before) : len(text) - len(after)]


_GAP: Final = "\0"


def _multivalued(key: str) -> bool:
    try:
        return catalog.find_key(key).multivalued
    except IamlabError:
        return False


SOMETHING: Final = "something-else"
_NEVER_EMPTY: Final = ("sts:externalid", "sts:rolesessionname", "sts:sourceidentity")
"""Parameters of at least two characters (ENT-04)."""


def _texts(key: str, elements: Sequence[Open], values: Values) -> list[str]:
    """Texts that tell the elements' wishes about one key apart."""
    found: dict[str, None] = {}
    patterns: list[str] = []
    for one in elements:
        if isinstance(one, Covered):
            found.update(dict.fromkeys(_pieces(one.resource)))
        elif one.key.lower() != key:
            # The key stands in a policy variable: equal to what that is compared with.
            known = values.get(one.key.lower())
            found.update(dict.fromkeys((known,) if isinstance(known, str) else known or (SOMETHING,)))
        else:
            base = take_apart(one.operator)[1]
            wanted = [text for text in (_resolved(one, text, values) for text in one.values) if text is not None]
            if base in ("IpAddress", "NotIpAddress"):
                found.update(dict.fromkeys(_addresses(wanted)))
            elif base.startswith("Numeric"):
                found.update(dict.fromkeys(_around(wanted)))
            elif base.startswith("Date"):
                found.update(dict.fromkeys(map(instant, _instants(wanted))))
            elif base == "Bool":
                found.update({"true": None, "false": None})
            else:
                patterns += wanted
                if base.startswith("Arn"):
                    found["arn:aws:iam::999999999999:user/somebody-else"] = None
    found.update(dict.fromkeys(_matching(patterns)))
    if patterns or not found:
        found[SOMETHING] = None
    return [one for one in found if one or key not in _NEVER_EMPTY]


def _patterns(key: str, elements: Iterable[Open], values: Values) -> Iterator[str]:
    """What the elements compare a key with, or what stands where the key's variable does."""
    for one in elements:
        if key not in one.keys:
            continue
        if isinstance(one, Covered):
            yield from _pieces(one.resource)
        elif one.key.lower() == key:
            yield from (text for text in (_resolved(one, text, values) for text in one.values) if text is not None)
        else:
            known = values.get(one.key.lower(), SOMETHING)
            yield from (known,) if isinstance(known, str) else known


def _resolved(condition: Condition, text: str, values: Values) -> str | None:
    """A value with its variables replaced; an open variable is given a text of its own."""
    known = OPERATORS.get(take_apart(condition.operator)[1])
    if known is None or not known.variables or not condition.variables:
        return text
    return template(text).literal({**dict.fromkeys(condition.keys, SOMETHING), **values})


def _matching(patterns: Sequence[str]) -> Iterable[str]:
    """A text for every combination of patterns that can be matched together."""
    distinct = list(dict.fromkeys(patterns))
    if not distinct:
        return ()
    return combinations([(True, "*")], [template(one).resolve({}) or [] for one in distinct]).values()


def _pieces(resource: str) -> list[str]:
    """What a variable in a Resource may have stood for: the words between the slashes of its last part."""
    return [word for word in resource.split(":", 5)[-1].split("/") if word]


def _addresses(networks: Iterable[str]) -> Iterator[str]:
    inside = [found for found in map(read.network, networks) if found is not None]
    for one in inside:
        yield str(one[0])
        yield str(one[-1])
    for text in ("198.51.100.7", "192.0.2.7", "203.0.113.7", "8.8.8.8", "127.0.0.1", "2001:db8::7", "::1"):
        if not any(ipaddress.ip_address(text) in one for one in inside):
            yield text
            return


def _around(numbers: Iterable[str]) -> Iterator[str]:
    for text in numbers:
        found = read.number(text)
        if found is not None:
            yield from (str(found - 1), str(found), str(found + 1))


def _numbers(conditions: Iterable[Condition], key: str) -> list[str]:
    wanted = [text for one in conditions if one.key.lower() == key for text in one.values]
    return [text for text in dict.fromkeys(_around(wanted)) if not text.startswith("-")]


def _instants(texts: Iterable[str]) -> list[datetime]:
    """Each instant that is named, and a second to either side of it."""
    seconds = sorted({int(at) + by for at in map(read.instant, texts) if at is not None for by in (-1, 0, 1)})
    return [START + timedelta(seconds=one) for one in seconds if 0 <= one < LATEST]


START: Final = datetime(1970, 1, 1, tzinfo=UTC)
LATEST: Final = 250_000_000_000
"""Seconds since 1970 beyond which there is no date to be written."""


def _moments(conditions: Iterable[Condition]) -> Iterator[Overlay]:
    wanted = [text for one in conditions if _dimension(one.key.lower()) == "aws:currenttime" for text in one.values]
    for at in _instants(wanted):
        yield {"aws:currenttime": instant(at), "aws:epochtime": str(int(at.timestamp()))}
