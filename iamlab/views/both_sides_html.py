"""The two halves of a decision as a page: the request with its accounts, each side's verdict, and the whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from iamlab.core.evaluation import Decision, Evaluation
from iamlab.core.request import PrincipalType
from iamlab.core.rules import RULES, Rule
from iamlab.core.settlement import Reason, target
from iamlab.views import explain
from iamlab.views.both_sides import Says, Side, together
from iamlab.views.html import Markup, breakable, element, join
from iamlab.views.language import VERDICTS

LOOKS: Final = {
    Says.YES: Decision.ALLOW,
    Says.SILENT: Decision.IMPLICIT_DENY,
    Says.NO: Decision.EXPLICIT_DENY,
    Says.NOT_ASKED: Decision.IMPLICIT_DENY,
}
"""The verdict whose colour and sign each has."""


def request_html(evaluation: Evaluation, given: Mapping[str, Any], accounts: tuple[str, str], policy: str) -> Markup:
    """The request, its one account or two, and the rule for that; ``accounts`` are the caller's and the other's."""
    request = evaluation.request
    on = f" on {request.resource}" if request.resource != "*" else ""
    context = f", with {', '.join(f'{key} = {value}' for key, value in given.items())}" if given else ""
    words = f"{request.principal.name} asks for {request.action}{on}{context}."
    here, there = accounts
    if not request.principal.account:
        where = f"Who asks is in no account; what is asked about is in {there}."
    elif request.same_account:
        where = f"One account: who asks and what is asked about are both in {here}."
    else:
        where = f"Two accounts: who asks is in {here}, what is asked about is in {there}."
    rules = (element("p", f"{one.sentence} ({one.id})", cls="iamlab-rule") for one in meaning(evaluation, policy))
    return join(element("p", element("strong", breakable(words))), element("p", where), *rules)


def meaning(evaluation: Evaluation, policy: str) -> tuple[Rule, ...]:
    """The rules that say what one account or two mean for this request; ``policy`` as in ``other_side``."""
    request = evaluation.request
    type_, kind = request.principal.type, target(request)
    across = not request.same_account and bool(request.principal.account)
    if evaluation.reason is Reason.FREE:
        return (RULES["EVAL-24"],)
    if kind == "trust":
        return (RULES["EVAL-13"], RULES["EVAL-16"]) if across else (RULES["EVAL-16"],)
    if type_ in (PrincipalType.SERVICE, PrincipalType.ANONYMOUS):
        return (RULES["EVAL-20" if type_ is PrincipalType.SERVICE else "EVAL-19"],)
    if across:
        return (RULES["EVAL-13"],)
    if kind == "key":
        return (RULES["EVAL-17"],)
    if type_ is PrincipalType.ROOT:
        return (RULES["EVAL-14"],)
    return (RULES["EVAL-10" if policy else "EVAL-08"],)


def side_html(side: Side) -> Markup:
    """One side's own verdict with its reasons, to be put into a page."""
    look = VERDICTS[LOOKS[side.says]]
    sign = "–" if side.says is Says.NOT_ASKED else look.sign
    head = _verdict(f"{sign} {side.name} {side.says.value}", look.colour)
    return join(element("p", head), element("ul", join(*(element("li", breakable(one)) for one in side.lines))))


def whole_html(evaluation: Evaluation, policy: str) -> Markup:
    """The verdict of the whole: which half is missing, AWS's message, and the rule."""
    look = VERDICTS[evaluation.decision]
    return join(
        element("p", join("Both halves together: ", _verdict(f"{look.sign} {look.word}", look.colour))),
        element("p", element("strong", together(evaluation, policy))),
        element("p", explain.verdict(evaluation)),
        explain.message(evaluation),
        explain.rule_card(evaluation),
    )


def _verdict(words: str, colour: str) -> Markup:
    return element("strong", words, cls="iamlab-verdict", style=f"background: {colour}")
