"""The circumstances under which a request can be made: with MFA or without, from where, when, with which parameters.

An answer is judged by requests as they are, and what it must not allow it must not allow in any other circumstances
either: a condition that somebody can meet is no fence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import Final

from iamlab.analysis.situation import Situation, carried
from iamlab.analysis.unknowns import Covered, Open, Outcome, Outcomes, Overlay
from iamlab.analysis.wording import condition_words
from iamlab.core.evaluation import Evaluation, decide
from iamlab.core.policy import Statement
from iamlab.core.policy_set import PolicySet
from iamlab.core.request import PrincipalType, Request
from iamlab.core.variables import Value
from iamlab.lessons.imagined import said_in, sample, spoken_of
from iamlab.world.callers import Signer, instant

MOST: Final = 1024
"""Circumstances that are tried of one request."""


def variants(request: Request, policies: PolicySet, fixed: Iterable[str] = ()) -> Iterator[Request]:
    """The request as it is, and then in all other circumstances that make a difference to the policies.

    Who asks for what stays the same, and so do the condition keys that are ``fixed``. The sessions of a caller may be
    of any age, with MFA and with tags.
    """
    yield request
    open_ = _Open(request, fixed)
    for overlay in _ways(request, _elements(request, policies, open_), open_).values():
        if overlay:
            yield _under(request, overlay)


def allowed_somehow(request: Request, policies: PolicySet, fixed: Iterable[str] = ()) -> Evaluation | None:
    """The request as it is allowed in some circumstances, or None."""
    for one in variants(request, policies, fixed):
        if decision := decide(one, policies):
            return Evaluation(request=one, policies=policies, decision=decision)
    return None


def in_any_case(evaluation: Evaluation, *fixed: str) -> Evaluation:
    """The evaluation in circumstances in which it is allowed, if there are any; or as it is."""
    return allowed_somehow(evaluation.request, evaluation.policies, fixed) or evaluation


def with_another(evaluation: Evaluation, key: str, is_right: Callable[[str], bool], *others: str) -> Evaluation:
    """The evaluation with a value of a key that is not right, with which it is allowed; or as it is.

    Tried are ``others``, and whatever the policies compare the key with: a star as some word, and as nothing; a policy
    variable as it is written, and as what the request has for it.
    """
    policies, values = evaluation.policies, evaluation.request.values
    every = (one.policy for _, levels in policies.present for level in levels for one in level)
    patterns = (one for text in spoken_of(every, key) for one in (text, said_in(text, values)))
    tried = (one for pattern in patterns for one in (sample(pattern), sample(pattern, star="")))
    for text in dict.fromkeys((*others, *tried)):
        if not is_right(text):
            found = allowed_somehow(_under(evaluation.request, {key.lower(): text}), policies, (key,))
            if found:
                return found
    return evaluation


def condition(request: Request, policies: PolicySet) -> str:
    """When a request of that caller, action and resource is allowed, in words: ``only with MFA``; always: nothing."""
    open_ = _Open(request)
    elements = _elements(request, policies, open_)
    ways = {
        outcome: bool(decide(_under(request, overlay), policies))
        for outcome, overlay in _ways(request, elements, open_).items()
    }
    return "" if all(ways.values()) else condition_words(elements, ways, _carried(request))


def condition_beside(one: Evaluation, other: Evaluation, fixed: Iterable[str] = ()) -> str:
    """When the other request is allowed, in words, wherever the one is: what they have in common is not said."""
    open_, elements = _both(one, other, fixed)
    ways = {
        outcome: _decided(other, overlay).allowed
        for outcome, overlay in _ways(one.request, elements, open_).items()
        if _decided(one, overlay).allowed
    }
    return "" if all(ways.values()) else condition_words(elements, ways, _carried(one.request))


def from_now_on(request: Request, policies: PolicySet, now: datetime) -> set[bool]:
    """What comes out of the request, in whatever circumstances, at this moment or later: no request is made before."""
    moment: Overlay = {"aws:currenttime": instant(now), "aws:epochtime": str(int(now.timestamp()))}
    asked = _under(request, moment)
    open_ = _Open(asked)
    base, *others = _ways(asked, _elements(asked, policies, open_), open_).values()
    if not all(others):  # too many of them: which can come about together is not known
        return {True, False}
    return {bool(decide(_under(asked, overlay), policies)) for overlay in (base, *others)}


def told_apart(
    one: Evaluation, other: Evaluation, fixed: Iterable[str] = ()
) -> Iterator[tuple[Evaluation, Evaluation]]:
    """The circumstances in which one request is allowed and the other denied, each as the pair of evaluations.

    Both are the same request, with other policies. Tried is whatever makes a difference to one of the two, at the
    moment of the first or later; the condition keys that are ``fixed`` stay as they are.
    """
    open_, elements = _both(one, other, fixed)
    for overlay in _ways(one.request, elements, open_).values():
        pair = (_decided(one, overlay), _decided(other, overlay))
        if pair[0].allowed is not pair[1].allowed:
            yield pair


def _both(one: Evaluation, other: Evaluation, fixed: Iterable[str]) -> tuple[_Open, tuple[Open, ...]]:
    """What the circumstances of either leave open."""
    open_ = _Open(one.request, fixed, _SIGNERS.get(one.request.principal.type, Signer.SESSION))
    asked = (*_elements(one.request, one.policies, open_), *_elements(other.request, other.policies, open_))
    return open_, tuple(dict.fromkeys(asked))


def _decided(evaluation: Evaluation, overlay: Overlay) -> Evaluation:
    request = _under(evaluation.request, overlay)
    decision = decide(request, evaluation.policies)
    return Evaluation(request=request, policies=evaluation.policies, decision=decision)


_SIGNERS: Final = {
    PrincipalType.SERVICE: Signer.SERVICE,
    PrincipalType.USER: Signer.USER,
    PrincipalType.ROOT: Signer.ROOT,
    PrincipalType.ROLE_SESSION: Signer.ROLE,
}


class _Open:
    """Which keys a request may carry with one value or another.

    Of a role's sessions nearly all are open, and a user may make requests with temporary credentials too, and be given
    tags; unless it is said who signs.
    """

    def __init__(self, request: Request, fixed: Iterable[str] = (), signer: Signer | None = None) -> None:
        service = request.principal.type is PrincipalType.SERVICE
        self._situation = Situation(
            signer or (Signer.SERVICE if service else Signer.ROLE),
            passes_tags=True,
            known_resource=False,
            has_resource=request.resource != "*",
            given=frozenset(key.lower() for key in fixed),
        )

    def __contains__(self, key: str) -> bool:
        return self._situation.leaves_open(key) or key == "aws:requestedregion"


def _elements(request: Request, policies: PolicySet, open_: _Open) -> tuple[Open, ...]:
    """Whatever of the statements about the action hangs on circumstances."""
    found: dict[Open, None] = {}
    for layer, levels in policies.present:
        for number, level in enumerate(levels):
            denies, allows = policies.about(layer, number, level, request.action.lower())
            for statement in (*denies, *allows):
                if _may_be_about(statement, request.resource):
                    found.update(dict.fromkeys(_hanging(statement, request.resource, open_)))
    return tuple(found)


def _may_be_about(statement: Statement, resource: str) -> bool:
    """Whether its Resource can cover the resource, whatever the circumstances."""
    if resource == "*" or not statement.covers or statement.resource_keys:
        return True
    return any(cover(resource, {}) for cover in statement.covers) is bool(statement.resources)


def _hanging(statement: Statement, resource: str, open_: _Open) -> Iterator[Open]:
    yield from (one for one in statement.conditions if any(key in open_ for key in one.keys))
    if any(key in open_ for key in statement.resource_keys):
        yield Covered(statement, resource)


def _ways(request: Request, elements: tuple[Open, ...], open_: _Open) -> Mapping[Outcome, Overlay]:
    """The ways in which they can come out, at the moment of the request or later: nobody asks in the past."""
    keys = {key for one in elements for key in one.keys}
    values = tuple((key, request.values[key]) for key in sorted(keys) if key in request.values)
    since = str(request.values.get("aws:currenttime", ""))
    return _possible(elements, values, frozenset(key for key in keys if key in open_), _carried(request), since)


def _carried(request: Request) -> frozenset[str]:
    """The open keys that every such request has, with whatever value (COND-20, COND-24)."""
    of_a_role = request.principal.type is PrincipalType.ROLE_SESSION
    return ALWAYS | carried(Signer.ROLE) if of_a_role else ALWAYS


ALWAYS: Final = frozenset({"aws:requestedregion"})


@lru_cache(maxsize=1024)
def _possible(
    elements: tuple[Open, ...],
    values: tuple[tuple[str, Value], ...],
    open_keys: frozenset[str],
    carried: frozenset[str],
    since: str,
) -> Mapping[Outcome, Overlay]:
    found = Outcomes(elements, dict(values), open_keys, carried=carried, since=since).possible()
    return dict(islice(found.items(), MOST))


def _under(request: Request, overlay: Overlay) -> Request:
    """The request with other values of some keys; None for a key that it does not carry."""
    kept = {key: value for key, value in request.context.items() if key.lower() not in overlay}
    return replace(request, context={**kept, **{key: value for key, value in overlay.items() if value is not None}})
