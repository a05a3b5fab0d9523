"""The condition operators: one row each, and how each compares one request value with one policy value (COND-05)."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from iamlab.core import values as read
from iamlab.core.variables import Template, Values, segments
from iamlab.core.wildcard import Test, test_of

Comparison = Callable[[str, Values], bool | None]
"""Whether a request value fits; None when a value on either side cannot be read."""
Maker = Callable[[Template], Comparison]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """One operator: how it reads a policy value, and whether it is the negated form of another.

    ``variables`` and ``wildcards`` say whether policy variables and ``*`` and ``?`` mean anything to it.
    """

    compare: Maker
    negated: bool = False
    variables: bool = False
    wildcards: bool = False


def _text(fold: Callable[[str], str]) -> Maker:
    def make(wanted: Template) -> Comparison:
        if wanted.variables:

            def compare(actual: str, values: Values) -> bool:
                resolved = wanted.literal(values)
                return resolved is not None and fold(resolved) == fold(actual)

            return compare
        plain = fold(wanted.literal({}) or "")
        return lambda actual, values: fold(actual) == plain

    return make


def _like(wanted: Template) -> Comparison:
    if wanted.variables:

        def compare(actual: str, values: Values) -> bool:
            test = wanted.test(values)
            return test is not None and test(actual)

        return compare
    fixed = test_of(wanted.parts)  # type: ignore[arg-type]  # there are no variables
    return lambda actual, values: fixed(actual)


ARN_PARTS: Final = 6


def _arn(wanted: Template) -> Comparison:
    fixed = None if wanted.variables else _arn_tests(wanted.parts)

    def compare(actual: str, values: Values) -> bool | None:
        named = actual.split(":", ARN_PARTS - 1)
        if len(named) != ARN_PARTS or named[0] != "arn":
            return None
        tests = fixed
        if wanted.variables:  # filled in first: a variable may stand for a whole ARN, colons included
            resolved = wanted.resolve(values)
            if resolved is None:
                return False
            tests = _arn_tests(resolved)
        return None if tests is None else all(test(name) for test, name in zip(tests, named, strict=True))

    return compare


def _arn_tests(parts: Iterable[Any]) -> list[Test] | None:
    """A test for each part of an ARN; None for a pattern that is none (COND-09)."""
    cut = segments(Template("", tuple(parts)), ARN_PARTS)
    if len(cut) != ARN_PARTS or cut[0].literal({}) != "arn":
        return None
    return [test_of(one.parts) for one in cut]  # type: ignore[arg-type]  # there are no variables


def _ordered(reader: Callable[[str], Any], holds: Callable[[Any, Any], bool]) -> Maker:
    """Request value op policy value."""

    def make(wanted: Template) -> Comparison:
        bound = reader(wanted.text)

        def compare(actual: str, values: Values) -> bool | None:
            value = reader(actual)
            return None if value is None or bound is None else holds(value, bound)

        return compare

    return make


def _boolean(wanted: Template) -> Comparison:
    def compare(actual: str, values: Values) -> bool | None:
        resolved = wanted.literal(values)
        value, bound = read.boolean(actual), None if resolved is None else read.boolean(resolved)
        return None if value is None or bound is None else value is bound

    return compare


def _inside(wanted: Template) -> Comparison:
    network = read.network(wanted.text)

    def compare(actual: str, values: Values) -> bool | None:
        address = read.address(actual)
        return None if address is None or network is None else address in network

    return compare


def _pair(name: str, opposite: str, maker: Maker, *, variables: bool = False, wildcards: bool = False) -> Any:
    positive = Operator(compare=maker, variables=variables, wildcards=wildcards)
    return {name: positive, opposite: Operator(compare=maker, negated=True, variables=variables, wildcards=wildcards)}


def _orderings(kind: str, reader: Callable[[str], Any]) -> dict[str, Operator]:
    return {
        **_pair(f"{kind}Equals", f"{kind}NotEquals", _ordered(reader, operator.eq)),
        f"{kind}LessThan": Operator(compare=_ordered(reader, operator.lt)),
        f"{kind}LessThanEquals": Operator(compare=_ordered(reader, operator.le)),
        f"{kind}GreaterThan": Operator(compare=_ordered(reader, operator.gt)),
        f"{kind}GreaterThanEquals": Operator(compare=_ordered(reader, operator.ge)),
    }


OPERATORS: Final[dict[str, Operator]] = {
    **_pair("StringEquals", "StringNotEquals", _text(str), variables=True),
    **_pair("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", _text(str.casefold), variables=True),
    **_pair("StringLike", "StringNotLike", _like, variables=True, wildcards=True),
    **_orderings("Numeric", read.number),
    **_orderings("Date", read.instant),
    "Bool": Operator(compare=_boolean, variables=True),  # UNSURE-6
    "BinaryEquals": Operator(compare=_ordered(read.binary, operator.eq)),
    **_pair("IpAddress", "NotIpAddress", _inside),
    **_pair("ArnEquals", "ArnNotEquals", _arn, variables=True, wildcards=True),
    **_pair("ArnLike", "ArnNotLike", _arn, variables=True, wildcards=True),
}
NULL: Final = "Null"
"""It asks whether a key is there and compares no value, so it has no row."""
ALL: Final = "ForAllValues"
SOME: Final = "ForAnyValue"
IF_EXISTS: Final = "IfExists"


def take_apart(name: str) -> tuple[str, str, bool]:
    """The set qualifier (or nothing), the operator and whether IfExists follows.

    >>> take_apart("ForAnyValue:StringLikeIfExists")
    ('ForAnyValue', 'StringLike', True)
    """
    qualifier, _, rest = name.rpartition(":")
    base = rest.removesuffix(IF_EXISTS)
    return qualifier, base, base != rest


def is_operator(name: str) -> bool:
    """Whether AWS has that operator: a known one, with a known qualifier, and IfExists not after Null (COND-10)."""
    qualifier, base, if_exists = take_apart(name)
    known = base in OPERATORS or (base == NULL and not if_exists)
    return known and (qualifier in (ALL, SOME) or (not qualifier and ":" not in name))
