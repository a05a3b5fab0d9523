"""A decision explained: in plain text, and as HTML that reads like a teacher."""

from __future__ import annotations

import re
from typing import Final

from iamlab.core.arn import Arn
from iamlab.core.evaluation import Decision, Evaluation
from iamlab.core.matching import ElementMatch, StatementMatch
from iamlab.core.request import PrincipalType
from iamlab.views.html import Markup, code, element, join, page
from iamlab.views.language import VERDICTS


def verdict(evaluation: Evaluation) -> str:
    """The verdict in words: ``Denied, implicitly: no statement allows it.``"""
    look = VERDICTS[evaluation.decision]
    return f"{look.word}: {_meaning(evaluation)}."


def _meaning(evaluation: Evaluation) -> str:
    if evaluation.allowed and not evaluation.layers:
        if evaluation.rule.id == "EVAL-14":
            return "the root user needs no policy in its own account"
        return "this action needs no permission"
    if not evaluation.policies.identity and not evaluation.allowed:
        return f"no policy at all reaches {_caller(evaluation)}"
    deciding = evaluation.deciding
    if deciding:
        verb = "allows" if evaluation.allowed else "forbids"
        return f"{_statement(deciding[0])} {verb} it"
    return f"{_count(evaluation)}, and none allows it"


def _caller(evaluation: Evaluation) -> str:
    principal = evaluation.request.principal
    if principal.type is PrincipalType.ROLE_SESSION:
        return f"this session of {Arn.parse(principal.role_arn).name}"
    return principal.name


def _count(evaluation: Evaluation) -> str:
    total = sum(len(layer.matches) for layer in evaluation.layers)
    return f"{total} statement{'s' if total > 1 else ''} reach{'' if total > 1 else 'es'} the caller"


def _statement(match: StatementMatch) -> str:
    """``statement NoProd of the policy DevAccess, through the group Developers``."""
    name = match.statement.sid or str(match.statement.position)
    via = f", through the group {match.source.via}," if match.source.via else ""
    return f"statement {name} of the policy {match.source.name}{via}"


def why(check: ElementMatch) -> str:
    """One element against the request, in a sentence."""
    listed = _listed(check.patterns)
    negated = check.element.startswith("Not")
    if check.matched is not None:
        fits = (
            f"{check.value} is {check.matched}"
            if check.value == check.matched
            else f"{check.value} fits {check.matched}"
        )
        return f"{fits}, which {check.element} leaves out" if negated else fits
    if negated:
        return f"{check.value} is not among {listed}"
    return f"{check.value} does not fit {listed}{_hint(check)}"


def _listed(patterns: tuple[str, ...]) -> str:
    shown = " or ".join(patterns[:3])
    return shown + (f" or {len(patterns) - 3} more" if len(patterns) > 3 else "")


def _hint(check: ElementMatch) -> str:
    """What a near miss is about (POL-11, POL-15)."""
    if check.element != "Resource":
        return ""
    if check.value == "*":
        return ": the action takes no resource, so write *"
    if not check.value.startswith("arn:aws:s3:::"):
        return ""
    if f"{check.value}/*" in check.patterns:
        return ": the pattern covers what is in the bucket, and the bucket itself is another resource"
    if any(check.value.startswith(f"{pattern}/") for pattern in check.patterns):
        return ": the pattern names the bucket, and an object in it is another resource"
    return ""


def text(evaluation: Evaluation) -> str:
    """The whole explanation as plain text, one line each."""
    request = evaluation.request
    lines = [
        f"{request.principal.arn} asks for {request.action} on {request.resource}",
        verdict(evaluation),
        "",
    ]
    for match in _ordered(evaluation):
        lines.append(f"{_capital(_statement(match))} ({match.statement.effect.value}) {_outcome(match)}")
        lines += [f"  {check.element}: {_mark(check)} {why(check)}" for check in match.elements]
    left = sum(len(layer.matches) for layer in evaluation.layers) - SHOWN
    if left > 0:
        lines.append(f"and {left} more statements that do not decide.")
    lines.append(f"Rule {evaluation.rule.id}: {evaluation.rule.sentence}")
    if evaluation.error_message:
        lines.append(f"AWS says: {evaluation.error_message}")
    return "\n".join(_CONTROL.sub("\ufffd", line) for line in lines)


SHOWN = 8
"""Statements in an explanation; those that decide come first, the rest are counted."""


# A line break inside a name must not look like a line of the explanation.
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")


def _ordered(evaluation: Evaluation) -> list[StatementMatch]:
    """The deciding statements, then the near misses, then the rest."""
    matches = [one for layer in evaluation.layers for one in layer.matches]
    deciding = evaluation.deciding

    def distance(one: StatementMatch) -> tuple[bool, int]:
        return one not in deciding, sum(not check.applies for check in one.elements)

    return sorted(matches, key=distance)[:SHOWN]


def _outcome(match: StatementMatch) -> str:
    return "applies:" if match.applies else "does not apply:"


def _mark(check: ElementMatch) -> str:
    return "yes," if check.applies else "no,"


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def html(evaluation: Evaluation) -> str:
    """The whole explanation as a finished piece of HTML."""
    return page(body(evaluation), label=f"Explanation: {VERDICTS[evaluation.decision].word}")


def body(evaluation: Evaluation) -> Markup:
    """The explanation, to be put into a page; every value is escaped."""
    request = evaluation.request
    look = VERDICTS[evaluation.decision]
    question = join(code(request.principal.arn), " asks for ", code(request.action), _on(request.resource))
    parts = [
        element("p", question, cls="iamlab-question"),
        element(
            "p",
            join(
                element(
                    "strong",
                    f"{look.sign} {look.word}",
                    cls="iamlab-verdict",
                    style=f"background: {look.colour}",
                ),
                f" {_capital(_meaning(evaluation))}.",
            ),
        ),
        _steps(evaluation),
        _message(evaluation),
        _rule_card(evaluation),
    ]
    return join(*parts)


def _on(resource: str) -> str:
    return join(" on ", code(resource)) if resource != "*" else join(" (an action that takes no resource)")


def _steps(evaluation: Evaluation) -> str:
    matches = _ordered(evaluation)
    if not matches:
        return ""
    rows = join(*(_row(match, match in evaluation.deciding) for match in matches))
    head = element(
        "tr",
        join(
            *(element("th", title, scope="col") for title in ("Statement", "Effect", "Action", "Resource", "Applies?"))
        ),
    )
    total = sum(len(layer.matches) for layer in evaluation.layers)
    more = element("p", f"and {total - SHOWN} more statements that do not decide.") if total > SHOWN else ""
    return join(element("table", join(element("thead", head), element("tbody", rows))), more)


def _row(match: StatementMatch, decides: bool) -> str:
    cells = [element("th", join(_capital(_statement(match)).rstrip(",")), scope="row")]
    cells.append(element("td", match.statement.effect.value))
    cells += [element("td", f"{'✔' if check.applies else '✖'} {why(check)}") for check in match.elements]
    cells.append(element("td", ("yes, and decides" if decides else "yes") if match.applies else "no"))
    return element("tr", join(*cells), cls="iamlab-decides" if decides else "")


def _message(evaluation: Evaluation) -> str:
    if not evaluation.error_message:
        return ""
    return join(
        element("p", "AWS would answer:"), element("pre", f"{evaluation.error_code}: {evaluation.error_message}")
    )


def _rule_card(evaluation: Evaluation) -> str:
    rule = evaluation.rule
    link = element("a", "AWS's page on it", href=rule.link, target="_blank", rel="noopener")
    return element("p", join(element("b", f"Rule {rule.id}."), f" {rule.sentence} ", link), cls="iamlab-rule")


def summary(decision: Decision) -> str:
    """A verdict's word with its sign, for tables: ``✔ Allowed``."""
    look = VERDICTS[decision]
    return f"{look.sign} {look.word}"
