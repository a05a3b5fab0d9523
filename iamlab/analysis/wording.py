"""Conditions in words: ``only with MFA and from 203.0.113.0/24``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from iamlab.analysis.unknowns import Covered, Open, Outcome
from iamlab.analysis.words import listed
from iamlab.catalog import find_key, is_resource_tag
from iamlab.core.conditions import Condition
from iamlab.core.errors import IamlabError
from iamlab.core.operators import ALL, NULL, OPERATORS, SOME, take_apart

Term = tuple[bool | None, ...]
"""What an outcome must be for a term to hold, element by element; None where it does not matter."""


def shortest(ways: Mapping[Outcome, bool]) -> tuple[Term, ...]:
    """The fewest, shortest terms that hold for every outcome that is True and for none that is False.

    Outcomes that are not in ``ways`` cannot come about, and do not matter. Terms come in the order of their elements.

    >>> shortest({(True, False): True, (False, True): False})
    ((True, None),)
    """
    wanted = [one for one, holds in ways.items() if holds]
    refused = [one for one, holds in ways.items() if not holds]
    terms = dict.fromkeys(_widened(one, refused) for one in wanted)
    left, chosen = list(wanted), []
    while left:
        best = max(terms, key=lambda term: (sum(fits(term, one) for one in left), _freedom(term)))
        chosen.append(best)
        left = [one for one in left if not fits(best, one)]
    # As the policies have them, whichever outcome was tried first.
    return tuple(sorted(chosen, key=lambda term: [at for at, wanted in enumerate(term) if wanted is not None]))


def _widened(outcome: Outcome, refused: Sequence[Outcome]) -> Term:
    """The outcome without whatever can be left out. What must not hold goes first: people say what is needed."""
    term: list[bool | None] = list(outcome)
    for at in sorted(range(len(term)), key=lambda at: bool(outcome[at])):
        kept, term[at] = term[at], None
        if any(fits(tuple(term), one) for one in refused):
            term[at] = kept
    return tuple(term)


def fits(term: Term, outcome: Outcome) -> bool:
    """Whether the term holds for the outcome."""
    return all(wanted is None or wanted is is_so for wanted, is_so in zip(term, outcome, strict=True))


def _freedom(term: Term) -> int:
    return sum(one is None for one in term)


def condition_words(elements: Sequence[Open], ways: Mapping[Outcome, bool], carried: Iterable[str] = ()) -> str:
    """When it is allowed: ``only with MFA``, ``only from 203.0.113.0/24 or with MFA``.

    ``carried`` are keys, in lower case, that every request in question carries.
    """
    terms = tuple(dict.fromkeys(together(phrases(elements, term, carried)) for term in shortest(ways)))
    return "only " + ("; or " if any(", and " in one for one in terms) else " or ").join(terms)


def together(several: Iterable[str]) -> str:
    """What must all be so. Where one of them leaves a choice, a comma shows where it ends."""
    words = tuple(dict.fromkeys(several))
    return (", and " if any(" or " in one for one in words) else " and ").join(words)


def phrases(elements: Sequence[Open], term: Term, carried: Iterable[str] = ()) -> Iterator[str]:
    """What must be so together. A key that one element demands is not absent to another one."""
    wanted = [(one, holds) for one, holds in zip(elements, term, strict=True) if holds is not None]
    there = frozenset([*carried, *(key for one, holds in wanted for key in _demanded(one, holds))])
    return (_phrase(one, holds, there) for one, holds in wanted)


def _demanded(one: Open, holds: bool) -> Iterator[str]:
    """The keys without which it could not come out so."""
    if isinstance(one, Condition) and one.holds({}) is not holds:
        key = one.key.lower()
        yield key
        if key == _MFA_KEY:
            yield "aws:tokenissuetime"  # both come with temporary credentials
        if _phrase(one, holds, frozenset([key])) == _MFA[True, False]:
            yield "aws:multifactorauthage"  # it comes with a code


def _phrase(one: Open, holds: bool, there: frozenset[str]) -> str:
    """One open element in words, or its opposite; ``there`` are keys that are not absent."""
    if isinstance(one, Covered):
        patterns = one.statement.resources or one.statement.not_resources
        return (
            f"where {_listed(patterns)} {'covers' if holds is bool(one.statement.resources) else 'does not cover'} it"
        )
    base = take_apart(one.operator)[1]
    key = one.key.lower()
    if base == NULL:
        lacking = ("true" in {text.lower() for text in one.values}) is holds
        return _KEYS_KIND[lacking] if key in _TEMPORARY else f"{'without' if lacking else 'with'} {one.key}"
    # Whether it comes out so for a request without the key as well (COND-03, COND-10, COND-11).
    lacking = key not in there and one.holds({}) is holds
    if base == "Bool":
        true = ({text.lower() for text in one.values} == {"true"}) is holds
        if key == _MFA_KEY:
            return _MFA[true, lacking]
        return f"when {one.key} is {'true' if true else 'false'}" + (" or is absent" if lacking else "")
    if base.startswith("Date") and key in ("aws:currenttime", "aws:epochtime"):
        return _time(base, one.values, holds)
    if base.endswith("IpAddress"):
        inside = holds is not OPERATORS[base].negated
        said, absent = f"{'from' if inside else 'from outside'} {_listed(one.values)}", f"without {one.key}"
    else:
        said, absent = f"when {_compared(one, holds)}", "is absent"
    return f"{said} or {_ABSENT.get(key, absent)}" if lacking else said


def _compared(one: Condition, holds: bool) -> str:
    """What the key's values are, or are not: ``each of the keys of the tags is team``."""
    qualifier, base, _ = take_apart(one.operator)
    named = _KEYS.get(one.key.lower()) or _named(one.key)
    if qualifier and not _multivalued(one.key):
        qualifier = ""
    if base in _COMPARISONS:
        return f"{named} is {_COMPARISONS[base][holds]} {_listed(one.values)}"
    negated = OPERATORS[base].negated
    # What does not hold for each value is denied of some, and the other way round (COND-11).
    several = _EACH[qualifier] if holds else _NOT_EACH[qualifier, negated]
    is_not = holds is negated and (holds or not qualifier)
    how = "like " if "Like" in base or (base.startswith("Arn") and _wild(one.values)) else ""
    return f"{several}{named} is {'not ' if is_not else ''}{how}{_listed(one.values)}"


def _multivalued(key: str) -> bool:
    """Whether the key may have several values: of one there is no each."""
    try:
        return find_key(key).multivalued
    except IamlabError:
        return True


_MFA_KEY: Final = "aws:multifactorauthpresent"
_TEMPORARY: Final = (_MFA_KEY, "aws:tokenissuetime")
"""Keys that come with temporary credentials alone (COND-20)."""
_MFA: Final = {
    (True, False): "with MFA",
    (True, True): "with MFA or with long-term keys",
    (False, False): "with temporary credentials without MFA",
    (False, True): "without MFA",
}
"""By what the key says, and whether a request that does not carry it will do: long-term keys never do (COND-25)."""
_KEYS_KIND: Final = {True: "with long-term keys", False: "with temporary credentials"}
"""By whether the key is absent."""
_ABSENT: Final = {
    "aws:multifactorauthage": "without MFA",
    "aws:tokenissuetime": "with long-term keys",
    "aws:sourceip": "through a VPC endpoint",
    "aws:tagkeys": "there are none",
}
"""What a request is that does not carry the key (COND-20)."""
_EACH: Final = {"": "", ALL: "each of ", SOME: "one of "}
_NOT_EACH: Final = {
    **dict.fromkeys([("", False), ("", True)], ""),
    (ALL, False): "not each of ",
    (ALL, True): "one of ",
    (SOME, False): "none of ",
    (SOME, True): "each of ",
}
"""The opposite, by the qualifier and whether the operator is negated; what is said of the values is then positive."""
_KEYS: Final = {
    "sts:externalid": "the external ID",
    "sts:rolesessionname": "the session name",
    "sts:sourceidentity": "the source identity",
    "aws:sourceidentity": "the source identity",
    "aws:multifactorauthage": "the time since MFA, in seconds,",
    "aws:tokenissuetime": "the moment at which the credentials were issued",
    "aws:sourcevpc": "the VPC",
    "aws:sourcevpce": "the VPC endpoint",
    "s3:prefix": "the prefix that is listed",
    "iam:passedtoservice": "the service that gets the role",
    "iam:policyarn": "the policy",
    "aws:tagkeys": "the keys of the tags",
}
_COMPARISONS: Final = {
    f"{kind}{name}": words
    for kind, less, more in (("Numeric", "less than", "more than"), ("Date", "before", "after"))
    for name, words in {
        "LessThan": {True: less, False: f"not {less}"},
        "LessThanEquals": {True: f"not {more}", False: more},
        "GreaterThan": {True: more, False: f"not {more}"},
        "GreaterThanEquals": {True: f"not {less}", False: less},
    }.items()
}


def _named(key: str) -> str:
    kind, slash, tag = key.partition("/")
    what = {"aws:requesttag": "the new tag", "aws:principaltag": "the caller's tag"}.get(kind.lower())
    if is_resource_tag(key):
        what = "the resource's tag"
    return f"{what} {tag}" if slash and what else key


def _wild(texts: Iterable[str]) -> bool:
    return any("*" in one or "?" in one for one in texts)


def _time(base: str, values: Sequence[str], holds: bool) -> str:
    """``until`` and ``from``: the moments themselves belong to the one or to the other."""
    until = {"LessThan": "before", "LessThanEquals": "until", "GreaterThan": "after", "GreaterThanEquals": "from"}
    opposite = {"before": "from", "until": "after", "after": "until", "from": "before"}
    word = until.get(base.removeprefix("Date"))
    if word is None:
        at = holds is not OPERATORS[base].negated
        return f"{'at' if at else 'not at'} {_listed(map(_moment, values))}"
    return f"{word if holds else opposite[word]} {_listed(map(_moment, values))}"


def _moment(text: str) -> str:
    """``2026-11-02T17:00:00Z`` as people write it."""
    date, t, time = text.partition("T")
    return f"{date} {time.removesuffix('Z').removesuffix(':00')} UTC" if t and time.endswith("Z") else text


def _listed(texts: Iterable[str]) -> str:
    return listed((one or '""' for one in texts), "or") or "nothing"
