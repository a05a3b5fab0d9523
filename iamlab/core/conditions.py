"""Conditions: one operator, one key and its values, against what the request says (COND-01 to COND-14)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, NamedTuple

from iamlab.core import values as read
from iamlab.core.operators import ALL, NULL, OPERATORS, SOME, Operator, take_apart
from iamlab.core.variables import Template, Value, Values, template

Holds = Callable[[Values], bool]


@dataclass(frozen=True, slots=True)
class Condition:
    """One line of a Condition block: all lines must hold (COND-01).

    ``values`` are as written, numbers and booleans as text. ``variables`` is False under version 2008 (POL-02).
    """

    operator: str
    key: str
    values: tuple[str, ...]
    variables: bool = True
    holds: Holds = field(init=False, repr=False, compare=False)
    used: tuple[Template, ...] = field(init=False, repr=False, compare=False)  # its values that hold variables
    keys: tuple[str, ...] = field(init=False, repr=False, compare=False)  # all that it asks for, in lower case
    plain: bool = field(init=False, repr=False, compare=False)  # nothing about it is ever in doubt

    def __post_init__(self) -> None:
        qualifier, base, _ = take_apart(self.operator)
        substitutes = base in OPERATORS and OPERATORS[base].variables and self.variables
        templates = [template(one) for one in self.values if "${" in one] if substitutes else []
        used = tuple(one for one in templates if one.variables)
        object.__setattr__(self, "holds", _compiled(self.operator, self.key.lower(), self.values, self.variables))
        object.__setattr__(self, "used", used)
        asked = (self.key, *(variable.key for one in used for variable in one.variables))
        object.__setattr__(self, "keys", tuple(dict.fromkeys(key.lower() for key in asked)))
        object.__setattr__(self, "plain", not qualifier and base.startswith("String") and not used)

    def match(self, values: Values) -> ConditionMatch:
        """The line against a request, with everything that an explanation needs."""
        actual = values.get(self.key.lower())
        holds = self.holds(values)
        if self.plain and isinstance(actual, str):
            return ConditionMatch(self.operator, self.key, self.values, actual, holds, (), (), ())
        return ConditionMatch(
            self.operator,
            self.key,
            self.values,
            actual,
            holds,
            tuple((one.text, one.literal(values)) for one in self.used),
            self._asked(values),
            _doubts(self, actual, self.used, values),
        )

    def _asked(self, values: Values) -> tuple[str, ...]:
        """The keys that were asked for and are not there."""
        keys = [self.key, *(variable.key for one in self.used for variable in one.variables)]
        return tuple(dict.fromkeys(key for key in keys if values.get(key.lower(), ()) == ()))


class ConditionMatch(NamedTuple):
    """One line of a Condition block against a request.

    ``actual`` is the request's value, None when it has none; ``resolved`` pairs each value that holds variables with
    what they came to (None: a variable had no value); ``missing`` are keys asked for in vain; ``doubts`` are the
    UNSURE entries whose default this outcome used.
    """

    operator: str
    key: str
    wanted: tuple[str, ...]
    actual: Value | None
    applies: bool
    resolved: tuple[tuple[str, str | None], ...]
    missing: tuple[str, ...]
    doubts: tuple[str, ...]

    @property
    def element(self) -> str:
        """The element of the statement that it belongs to."""
        return "Condition"

    @property
    def rule(self) -> str:
        """The rule behind the outcome."""
        qualifier, base, if_exists = take_apart(self.operator)
        if base == NULL and not qualifier:
            return "COND-03"
        if self.actual is None or self.actual == ():
            return "COND-11" if qualifier else "COND-10" if if_exists else "COND-03"
        if any(text is None for _, text in self.resolved):
            return "POL-19"
        if qualifier:
            return "COND-11"
        return "COND-12" if isinstance(self.actual, tuple) else "COND-09" if base.startswith("Arn") else "COND-05"


@lru_cache(maxsize=8192)
def _compiled(name: str, key: str, wanted: tuple[str, ...], variables: bool) -> Holds:
    qualifier, base, if_exists = take_apart(name)
    if base == NULL:
        return _null(qualifier, key, wanted)
    known = OPERATORS[base]
    one = _one(known, wanted, variables)
    absent = if_exists or (known.negated if not qualifier else qualifier == ALL)
    if qualifier:
        return _of_set(all if qualifier == ALL else any, key, one, absent, empty=not wanted)
    empty = if_exists and not wanted  # it matches an absent key alone (COND-13)

    def holds(values: Values) -> bool:
        actual = values.get(key)
        if actual is None or actual == ():
            return absent
        # A plain operator never matches a multivalued key (UNSURE-15).
        return not empty and isinstance(actual, str) and one(actual, values)

    return holds


def _of_set(
    quantifier: Callable[[Any], bool], key: str, one: Callable[[str, Values], bool], absent: bool, *, empty: bool
) -> Holds:
    def holds(values: Values) -> bool:
        actual = values.get(key)
        if actual is None or actual == ():
            return absent
        every = (actual,) if isinstance(actual, str) else actual
        return not empty and quantifier(one(each, values) for each in every)

    return holds


def _null(qualifier: str, key: str, wanted: tuple[str, ...]) -> Holds:
    """``"true"``: the key is absent; with a set operator always or never true (COND-13)."""
    if qualifier:
        return lambda values: qualifier == ALL
    answers = {read.boolean(one) for one in wanted}
    return lambda values: (values.get(key, ()) == ()) in answers


def _one(known: Operator, wanted: tuple[str, ...], variables: bool) -> Callable[[str, Values], bool]:
    """Whether one request value satisfies the operator: any policy value, or for a negated one none (COND-01)."""
    templates = [_value(known, text, variables) for text in wanted]
    comparisons = tuple(known.compare(one) for one in templates)
    if known.compare is OPERATORS["StringEquals"].compare and not any(one.variables for one in templates):
        texts = frozenset(one.literal({}) or "" for one in templates)  # the commonest condition, as one lookup
        return (lambda actual, values: actual not in texts) if known.negated else lambda actual, values: actual in texts
    if known.negated:
        return lambda actual, values: all(compare(actual, values) is False for compare in comparisons)
    return lambda actual, values: any(compare(actual, values) for compare in comparisons)


def _value(known: Operator, text: str, variables: bool) -> Template:
    return template(text, variables=variables and known.variables)


# What AWS's documents leave open, as far as it touched this outcome


def _doubts(condition: Condition, actual: Value | None, used: tuple[Template, ...], values: Values) -> tuple[str, ...]:
    qualifier, base, if_exists = take_apart(condition.operator)
    found: list[str] = []
    if actual is None or actual == ():
        if qualifier == SOME and if_exists:
            found.append("UNSURE-16")
        return tuple(found)
    if base == NULL:
        if actual == "" and not qualifier:
            found.append("UNSURE-17")
        return tuple(found)
    if isinstance(actual, tuple) and not qualifier:
        return ("UNSURE-15",)
    if qualifier == ALL and base == "StringNotLike":
        found.append("UNSURE-14")
    if qualifier == ALL and "" in ((actual,) if isinstance(actual, str) else actual):
        found.append("UNSURE-17")
    every = (actual,) if isinstance(actual, str) else actual
    known = OPERATORS[base]
    comparisons = [known.compare(_value(known, text, condition.variables)) for text in condition.values]
    if known.negated and any(compare(each, values) is None for compare in comparisons for each in every):
        found.append("UNSURE-10")
    holds = condition.holds(values)
    found += _value_doubts(base, every, condition.values, holds)
    if used:
        if base == "Bool" and holds:
            found.append("UNSURE-6")
        if OPERATORS[base].wildcards and any(_has_wildcard_value(one, values) for one in used):
            found.append("UNSURE-7")
        if any(one.resolve(values) is None for one in used):
            found.append("UNSURE-32")
    return tuple(found)


def _value_doubts(base: str, actual: tuple[str, ...], wanted: tuple[str, ...], holds: bool) -> list[str]:
    texts = (*actual, *wanted)
    found: list[str] = []
    if base == "Bool" and holds and any(text != text.lower() and read.boolean(text) is not None for text in texts):
        found.append("UNSURE-12")
    if base.startswith("Date") and any(text.isdigit() and len(text) < SURELY_EPOCH for text in texts):
        found.append("UNSURE-11")
    if base.endswith("IpAddress") and any(":" in text and "/" not in text and read.address(text) for text in wanted):
        found.append("UNSURE-13")
    return found


SURELY_EPOCH: Final = 9
"""Digits that no date is written with: 20260501 might be one."""


def _has_wildcard_value(one: Template, values: Values) -> bool:
    return any("*" in (part.value(values) or "") or "?" in (part.value(values) or "") for part in one.variables)
