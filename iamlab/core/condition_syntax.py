"""What may stand under Condition: operators, keys and values (COND-01 to COND-06; POL-24, texts 1, 3 and 7)."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from iamlab.core.dialect import LEGACY, PolicyKind, condition_lines, did_you_mean, has_variables, statements
from iamlab.core.documents import SYNTAX, Document, value_at
from iamlab.core.operators import ALL, IF_EXISTS, NULL, OPERATORS, SOME, is_operator, take_apart
from iamlab.core.places import Path
from iamlab.core.values import as_text, boolean, instant, network, number
from iamlab.core.variables import fault
from iamlab.core.wildcard import has_wildcard

KNOWN: Final = (*OPERATORS, NULL)


def check_condition_shape(document: Document, _: PolicyKind) -> None:
    """Raise PolicyError for the first Condition that is not operator, key and values."""
    for path, statement in statements(document):
        place = (*path, "Condition")
        if not isinstance(statement.get("Condition", {}), dict):
            remedy = "Write {operator: {key: value}}."
            document.fail(SYNTAX, place, problem="Condition is no JSON object.", remedy=remedy)
        for operator, block in statement.get("Condition", {}).items():
            if _is_key(operator):
                problem = f"{operator!r} is a condition key, and no operator stands before it."
                document.fail(SYNTAX, (*place, operator), problem=problem, remedy=_operator_first(operator, block))
            if not is_operator(operator):
                problem = f"unknown condition operator {operator!r}."
                document.fail(SYNTAX, (*place, operator), problem=problem, remedy=_meant(operator))
            if not isinstance(block, dict):
                remedy = f'Write {{"{operator}": {{"aws:SourceIp": "203.0.113.0/24"}}}}, for example.'
                document.fail(SYNTAX, (*place, operator), problem="it holds no keys.", remedy=remedy)
            _keys_differ(document, (*place, operator), block)
        for where, _operator, _key, values in condition_lines(path, statement):
            for index, value in enumerate(values):
                if as_text(value) is None:
                    whole = isinstance(value_at(statement, where[len(path) :]), list)
                    document.fail(
                        SYNTAX,
                        (*where, index) if whole else where,
                        problem="a condition compares text, numbers and booleans.",
                        remedy="Write one of them, or a list of them.",
                    )


def _is_key(word: str) -> bool:
    """Whether what stands where an operator should is a condition key: prefix:name, and no operator in the name."""
    qualifier, base, _ = take_apart(word)
    prefixed = bool(qualifier) and not qualifier.lower().startswith("for")  # ForAllValues, and how it is misspelt
    return prefixed and base not in KNOWN and bool(_VENDOR.fullmatch(qualifier)) and not _UNFIT.search(base)


def _operator_first(key: str, value: Any) -> str:
    """``An operator comes first: {"Bool": {"aws:MultiFactorAuthPresent": "true"}}.``"""
    operator, wanted = _fitting(key, value), value
    if isinstance(value, dict):  # perhaps the two the wrong way round
        operator, wanted = next(((one, of) for one, of in value.items() if is_operator(one)), ("StringEquals", None))
    written = json.dumps({operator: {key: wanted}}, ensure_ascii=False)
    if wanted is None or len(written) > LONGEST:
        written = json.dumps({operator: {key[:LONGEST]: "..."}}, ensure_ascii=False)
    return f"An operator comes first: {written}."


def _fitting(key: str, value: Any) -> str:
    """An operator that can compare such a value; a guess, for an example."""
    first = next(iter(value), "") if isinstance(value, list) else value
    text = as_text(first) or ""
    if boolean(text) is not None:
        return "Bool"
    if network(text) is not None and not isinstance(first, int):
        return "IpAddress"
    if text.startswith("arn:"):
        return "ArnLike"
    if key.endswith("Time") and instant(text) is not None:
        return "DateLessThan"
    if number(text) is not None and (key.endswith("Age") or isinstance(first, int | float)):
        return "NumericLessThan"
    return "StringLike" if has_wildcard(text) else "StringEquals"


LONGEST: Final = 150
"""Characters of an example that holds what the document says."""


def _meant(operator: str) -> str:
    qualifier, base, if_exists = take_apart(operator)
    if base == NULL and if_exists:
        return "Null asks whether a key is there: IfExists adds nothing to it."
    if ":" in operator and qualifier not in (ALL, SOME):
        return f"A set operator is {ALL} or {SOME}: {did_you_mean(qualifier, (ALL, SOME))}"
    return did_you_mean(base, KNOWN) if not if_exists else f"{did_you_mean(base, KNOWN)} {IF_EXISTS} may follow it."


def _keys_differ(document: Document, place: Path, block: dict[str, Any]) -> None:
    seen: dict[str, str] = {}
    for key in block:
        earlier = seen.setdefault(key.lower(), key)
        if earlier != key:
            document.fail(
                SYNTAX,
                (*place, key),
                problem=f"{key!r} and {earlier!r} are one key: letter case means nothing in it.",
                remedy="Write it once, with a list of values.",
            )


def check_condition_values(document: Document, _: PolicyKind) -> None:
    """Raise PolicyError for the first key without a prefix, and the first date or variable that cannot be read."""
    variables = has_variables(document)
    for path, statement in statements(document):
        for where, operator, key, values in condition_lines(path, statement):
            _key(document, where, key)
            named = OPERATORS.get(take_apart(operator)[1])
            for value in map(as_text, values):
                if "Date" in operator and instant(value or "") is None:
                    document.fail(
                        LEGACY,
                        where,
                        problem=f"{value!r} is no date.",
                        remedy="Write 2026-05-01T12:00:00Z, 2026-05-01, or seconds since 1970.",
                    )
                if variables and named and named.variables and (said := fault(value or "")):
                    document.fail(LEGACY, where, problem=f"{said}.", remedy=VARIABLE_REMEDY)


VARIABLE_REMEDY: Final = "Write ${aws:username}, or with a default ${aws:PrincipalTag/team, 'none'}."
_VENDOR: Final = re.compile(r"[\w.-]+(/[\w./-]+)?", re.ASCII)
_UNFIT: Final = re.compile(r"[${}*?\x00-\x1f]")


def _key(document: Document, where: Path, key: str) -> None:
    vendor, colon, name = key.partition(":")
    if not colon or not vendor or not name:
        document.fail(
            "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
            where,
            problem=f"the condition key {key!r} does not say whose it is.",
            remedy="Write prefix:name, for example aws:SourceIp.",
        )
    if ":" in name.partition("/")[0]:
        document.fail(
            "Actions/Condition can contain only one colon.",
            where,
            problem=f"the condition key {key!r} has two colons.",
            remedy="Write prefix:name; only the key of a tag, after a slash, may hold another.",
        )
    if not _VENDOR.fullmatch(vendor) or _UNFIT.search(name):
        document.fail(
            LEGACY,
            where,
            problem=f"{key!r} is no condition key.",
            remedy="A key has neither wildcards nor variables; they stand in values.",
        )
