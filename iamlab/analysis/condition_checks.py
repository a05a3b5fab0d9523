"""Findings about the conditions of a statement."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final

from iamlab import catalog
from iamlab.analysis.finding import Advice, Examined, Found, Level
from iamlab.core import values, wildcard
from iamlab.core.conditions import Condition
from iamlab.core.dialect import FIRST
from iamlab.core.errors import IamlabError
from iamlab.core.operators import ALL, NULL, take_apart
from iamlab.core.policy import Effect, PolicyKind
from iamlab.world.public import WHO_KEYS

_NEVER: Final = "The condition never holds as it is meant."

ADVICE: Final[Mapping[str, Advice]] = {
    "INVALID_CONDITION_KEY": Advice(
        id="VAL-13", level=Level.ERROR, why="No request has it.", remedy="Write a key that there is."
    ),
    "UNSUPPORTED_ACTION_FOR_CONDITION_KEY": Advice(
        id="VAL-13",
        level=Level.ERROR,
        why="No request for these actions has it.",
        remedy="Use a key that the actions bring, or a statement of its own for those that do.",
    ),
    "MISSING_TAG_KEY_IN_CONDITION": Advice(
        id="VAL-14", level=Level.ERROR, why="No request has it.", remedy="Write the tag's key behind the slash."
    ),
    "MISSING_QUALIFIER": Advice(
        id="VAL-16",
        level=Level.ERROR,
        why="The key may have several values, and without ForAllValues or ForAnyValue the condition does not hold.",
        remedy="Put ForAnyValue: or ForAllValues: before the operator.",
    ),
    "INVALID_CONDITION_MULTIPLE_BOOLEAN": Advice(
        id="VAL-17",
        level=Level.ERROR,
        why="One of the two is so: it holds whenever the key is there, and with Null, IfExists or ForAllValues always.",
        remedy="Keep true or false.",
    ),
    "TYPE_MISMATCH": Advice(
        id="VAL-18", level=Level.WARNING, why=_NEVER, remedy="Write a value of the operator's type."
    ),
    "TYPE_MISMATCH_IP_RANGE": Advice(
        id="VAL-18", level=Level.ERROR, why=_NEVER, remedy="Write an address or a range such as 203.0.113.0/24."
    ),
    "WILDCARD_WITHOUT_LIKE_OPERATOR": Advice(
        id="VAL-19",
        level=Level.WARNING,
        why="This operator takes * and ? as they stand.",
        remedy="Use StringLike or StringNotLike.",
    ),
    "VARIABLE_UNSUPPORTED_IN_VERSION": Advice(
        id="VAL-20",
        level=Level.ERROR,
        why="Under this version it is plain text.",
        remedy='Write "Version": "2012-10-17".',
    ),
    "INVALID_VARIABLE_FOR_OPERATOR": Advice(
        id="VAL-20",
        level=Level.ERROR,
        why="Variables are filled in for String and ARN operators alone.",
        remedy="Write the value out.",
    ),
    "PRIVATE_IP_ADDRESS": Advice(
        id="VAL-29",
        level=Level.ERROR,
        why="aws:SourceIp is a public address: no request comes from a private one.",
        remedy="Write the public addresses, or use aws:VpcSourceIp together with aws:SourceVpc.",
    ),
    "SOME_PRIVATE_IP_ADDRESSES": Advice(
        id="VAL-29",
        level=Level.SUGGESTION,
        why="aws:SourceIp is a public address: no request comes from a private one.",
        remedy="Take the private ranges out.",
    ),
    "FORALLVALUES_WITH_SINGLE_VALUED_KEY": Advice(
        id="VAL-31",
        level=Level.SECURITY,
        why="ForAllValues holds when the key is missing.",
        remedy="Leave ForAllValues out: the key has one value.",
    ),
    "FORALLVALUES_WITHOUT_NULL": Advice(
        id="VAL-32",
        level=Level.SECURITY,
        why="ForAllValues holds when the key is missing, so the Allow is given without it.",
        remedy='Add "Null": {"the key": "false"}.',
    ),
    "BAD_PATTERN_FOR_MFA": Advice(
        id="VAL-38",
        level=Level.SECURITY,
        why="Long-term keys do not have the key at all, and pass.",
        remedy="Use BoolIfExists.",
    ),
    "DEPRECATED_GLOBAL_CONDITION_KEY": Advice(
        id="VAL-44", level=Level.WARNING, why="AWS has given it up.", remedy="Use aws:PrincipalArn."
    ),
    "IMPROVE_IP_RANGE": Advice(
        id="VAL-48",
        level=Level.SUGGESTION,
        why="The digits behind the prefix do not count, though they look as if they did.",
        remedy="Write the range's first address.",
    ),
    "NULL_WITH_QUALIFIER": Advice(
        id="VAL-48",
        level=Level.SUGGESTION,
        why="ForAllValues:Null is always true, ForAnyValue:Null always false.",
        remedy="Use Null alone.",
    ),
    "STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS": Advice(
        id="VAL-51",
        level=Level.SECURITY,
        why="In StringLike a * runs over the colons of an ARN, into other accounts too.",
        remedy="Use ArnLike or ArnEquals.",
    ),
    "WILDCARD_USAGE_TOO_PERMISSIVE": Advice(
        id="VAL-52",
        level=Level.ERROR,
        why="It holds for all or nearly all who have the key, so it hardly says who may come.",
        remedy="Write the value out, at least its beginning.",
    ),
}

READERS: Final[Mapping[str, Callable[[str], object]]] = {
    "Numeric": values.number,
    "Date": values.instant,
    "Bool": values.boolean,
    "Binary": values.binary,
}
LEAST_LITERAL: Final = 6
"""Characters that the value of a key that says who may come begins with."""
MFA: Final = "aws:multifactorauthpresent"
DEPRECATED: Final = ("aws:arn",)


def check(examined: Examined) -> Found:
    """Findings of the conditions of one statement, place and sentence for each."""
    guarded = {
        one.key.lower()
        for one in examined.statement.conditions
        if take_apart(one.operator)[1] == NULL and "false" in one.values
    }
    for condition in examined.statement.conditions:
        place = examined.at("Condition", condition.operator, condition.key)
        yield from _key(examined, condition, place, guarded)
        yield from _values(examined, condition, place)
    if examined.policy.version == FIRST:
        for element in ("Resource", "NotResource", "Condition"):
            if re.search(r"\$\{\s*[A-Za-z0-9-]+:", str(examined.written.get(element, ""))):
                yield "VARIABLE_UNSUPPORTED_IN_VERSION", examined.at(element), "There is a policy variable."


def _key(examined: Examined, condition: Condition, place: str, guarded: set[str]) -> Found:
    qualifier, base, _ = take_apart(condition.operator)
    name = condition.key
    if name.lower() in DEPRECATED:
        yield "DEPRECATED_GLOBAL_CONDITION_KEY", place, f"{name} is out of use."
        return
    if name.endswith("/"):
        yield "MISSING_TAG_KEY_IN_CONDITION", place, f"{name} names no tag."
        return
    try:
        key = catalog.find_key(name)
    except IamlabError as error:
        yield "INVALID_CONDITION_KEY", place, error.message
        return
    yield from _supported(examined, name, place)
    if base == NULL:
        if qualifier:
            yield "NULL_WITH_QUALIFIER", place, f"{condition.operator} is no question about presence."
        return
    if key.multivalued and not qualifier:
        yield "MISSING_QUALIFIER", place, f"{name} may have several values."
    if qualifier == ALL and examined.statement.effect is Effect.ALLOW:
        if not key.multivalued:
            yield "FORALLVALUES_WITH_SINGLE_VALUED_KEY", place, f"{name} has one value."
        elif name.lower() not in guarded:
            yield "FORALLVALUES_WITHOUT_NULL", place, f"Nothing says that {name} must be there."
    if key.type == "ARN" and base in ("StringLike", "StringNotLike"):
        yield "STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS", place, f"{name} is an ARN."
    denies = examined.statement.effect is Effect.DENY
    if denies and name.lower() == MFA and condition.operator == "Bool" and set(condition.values) == {"false"}:
        yield "BAD_PATTERN_FOR_MFA", place, "The Deny asks for Bool, not BoolIfExists."


def _supported(examined: Examined, name: str, place: str) -> Found:
    """A service's key in a statement whose actions, all written out, do not bring it."""
    prefix = name.partition(":")[0].lower()
    actions = examined.statement.actions
    if prefix == "aws" or "." in prefix or not actions or any(map(wildcard.has_wildcard, actions)):
        return
    stem = name.partition("/")[0].lower()
    with suppress(IamlabError):
        known = [catalog.find(action) for action in actions]
        if not any(key.partition("/")[0].lower() == stem for one in known for key in one.condition_keys):
            said = ", ".join(one.name for one in known[:3])
            yield "UNSUPPORTED_ACTION_FOR_CONDITION_KEY", place, f"{said} does not bring {name}."


def _values(examined: Examined, condition: Condition, place: str) -> Found:
    _, base, _ = take_apart(condition.operator)
    plain = [one for one in condition.values if "${" not in one]
    if base in ("Bool", NULL) and {one.lower() for one in condition.values} >= {"true", "false"}:
        yield "INVALID_CONDITION_MULTIPLE_BOOLEAN", place, "Both true and false are listed."
    kind = next((one for one in READERS if base.startswith(one)), "")
    if kind:
        wrong = [one for one in plain if READERS[kind](one) is None]
        yield from (("TYPE_MISMATCH", place, f"{one!r} is no value for {base}.") for one in wrong)
    if (kind and kind != "Bool") or base.endswith("IpAddress"):
        variables = [one for one in condition.values if "${" in one]
        yield from (("INVALID_VARIABLE_FOR_OPERATOR", place, f"{one!r} stands under {base}.") for one in variables)
    if base.startswith("String") and "Like" not in base:
        stars = [one for one in plain if wildcard.has_wildcard(one)]
        yield from (("WILDCARD_WITHOUT_LIKE_OPERATOR", place, f"{one!r} stands under {base}.") for one in stars)
    if base.endswith("IpAddress"):
        yield from _addresses(condition, plain, place)
    yield from _sensitive(examined, condition, base, place)


def _addresses(condition: Condition, plain: list[str], place: str) -> Found:
    readable = [one for one in plain if values.network(one) is not None]
    yield from (("TYPE_MISMATCH_IP_RANGE", place, f"{one!r} is no address.") for one in plain if one not in readable)
    for one in readable:
        with suppress(ValueError):
            ipaddress.ip_interface(one)
            if "/" in one and ipaddress.ip_network(one, strict=False).network_address != ipaddress.ip_interface(one).ip:
                yield "IMPROVE_IP_RANGE", place, f"{one} has digits behind its prefix."
    if condition.key.lower() == "aws:sourceip" and readable:
        private = [one for one in readable if _private(one)]
        code = "PRIVATE_IP_ADDRESS" if len(private) == len(condition.values) else "SOME_PRIVATE_IP_ADDRESSES"
        if private:
            yield code, place, f"{', '.join(private)} is private."


PRIVATE: Final = tuple(map(ipaddress.ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")))


def _private(text: str) -> bool:
    network = ipaddress.ip_network(text, strict=False)
    return any(network.version == one.version and network.subnet_of(one) for one in PRIVATE)  # type: ignore[arg-type]


def _sensitive(examined: Examined, condition: Condition, base: str, place: str) -> Found:
    """A value that says nothing, where it should say who may come."""
    judged = examined.kind in (PolicyKind.RESOURCE, PolicyKind.TRUST) and examined.statement.effect is Effect.ALLOW
    if not judged or condition.key.lower() not in WHO_KEYS or base not in ("StringLike", "ArnLike", "ArnEquals"):
        return
    for one in condition.values:
        literal = re.split(r"[*?]|\$\{", one, maxsplit=1)[0]
        if len(literal) < LEAST_LITERAL and literal != one:
            yield "WILDCARD_USAGE_TOO_PERMISSIVE", place, f"{one!r} leaves {condition.key} open."
