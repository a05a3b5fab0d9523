"""A decision explained: in plain text, and as HTML that reads like a teacher."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from iamlab.analysis.answers import statement_words
from iamlab.analysis.words import capital, listed
from iamlab.core.arn import Arn
from iamlab.core.conditions import ConditionMatch
from iamlab.core.doubts import DOUBTS
from iamlab.core.evaluation import Decision, Evaluation
from iamlab.core.layers import Layer
from iamlab.core.matching import Match, StatementMatch
from iamlab.core.request import PrincipalType
from iamlab.core.rules import RULES
from iamlab.core.settlement import Reason, target
from iamlab.views.html import Markup, breakable, code, element, join, page
from iamlab.views.language import LAYERS, VERDICTS, LayerWords
from iamlab.views.reasons import names_action, why


def verdict(evaluation: Evaluation) -> str:
    """The verdict in words: ``Denied, implicitly: no statement allows it.``"""
    look = VERDICTS[evaluation.decision]
    return f"{look.word}: {_meaning(evaluation)}."


def _meaning(evaluation: Evaluation) -> str:
    reason = evaluation.reason
    if reason is Reason.ROOT:
        return "the root user needs no policy in its own account"
    if reason is Reason.FREE:
        return "this action needs no permission"
    if reason is Reason.NO_POLICY and not any(layer.matches for layer in evaluation.layers):
        return f"no policy at all reaches {_caller(evaluation)}"
    if evaluation.deciding:
        return _decided(evaluation)
    if evaluation.silent == "identity" and [layer.name for layer in evaluation.layers] == ["identity"]:
        return f"{_count(evaluation)}, and none allows it"
    return _silence(evaluation)


def _decided(evaluation: Evaluation) -> str:
    """The statements that decided, of each type of policy one at least: across accounts both halves must allow."""
    deciding = evaluation.deciding
    kinds = {id(one): layer.name for layer in evaluation.layers for one in layer.matches}
    firsts = {kinds[id(one)]: id(one) for one in reversed(deciding)}.values()
    ordered = sorted(deciding, key=lambda one: id(one) not in firsts)
    words = [statement_words(one) for one in ordered[:NAMED]]
    left = len(ordered) - NAMED
    words += [f"{left} more statement{'s' if left > 1 else ''}"] if left > 0 else []
    verb = "allow" if evaluation.allowed else "forbid"
    return f"{listed(words)} {verb}{'s' if len(words) == 1 else ''} it"


NAMED: Final = 3
"""Statements that a verdict names."""


def _silence(evaluation: Evaluation) -> str:
    """What should have allowed it and did not, among several types of policy."""
    words, who = layer_words(evaluation, evaluation.silent), _caller(evaluation)
    if evaluation.reason is Reason.NO_SESSION_POLICY:
        return f"{who} has no session policy, and without one may do nothing"
    if evaluation.reason is Reason.SCP_MISSING:
        level = (evaluation.policies.scps or ()).index(()) + 1
        return f"no service control policy at all is attached at level {level} of the organization"
    there = any(layer.name == evaluation.silent and layer.matches for layer in evaluation.layers)
    if not there:
        owner = {"resource": "the resource", "identity": who}.get(evaluation.silent, "nobody")
        type_ = _layer(evaluation, evaluation.silent)
        return f"it needs {type_.article} {type_.one}, and {owner} has none"
    verb = "do not" if words.endswith("policies") else "does not"
    return f"the {words} {verb} allow it"


def layer_words(evaluation: Evaluation, layer: str) -> str:
    """A type of policy in words; the resource policy of a role or a key by its own name."""
    return _layer(evaluation, layer).words


def _layer(evaluation: Evaluation, layer: str) -> LayerWords:
    return LAYERS[target(evaluation.request) or layer] if layer == "resource" else LAYERS[layer]


def _caller(evaluation: Evaluation) -> str:
    principal = evaluation.request.principal
    if principal.type is PrincipalType.ROLE_SESSION:
        return f"this session of {Arn.parse(principal.role_arn).name}"
    return principal.name


def _count(evaluation: Evaluation) -> str:
    total = sum(len(layer.matches) for layer in evaluation.layers)
    return f"{total} statement{'s' if total > 1 else ''} reach{'' if total > 1 else 'es'} the caller"


def text(evaluation: Evaluation) -> str:
    """The whole explanation as plain text, one line each."""
    request = evaluation.request
    lines = [
        f"{request.principal.arn} asks for {request.action} on {request.resource}",
        verdict(evaluation),
        "",
    ]
    several = [layer.name for layer in evaluation.layers] != ["identity"]
    for layer in evaluation.layers:
        if several:
            lines.append(says(evaluation, layer))
        for match in _ordered(evaluation, layer):
            lines.append(f"{capital(statement_words(match))} ({match.statement.effect.value}) {_outcome(match)}")
            lines += [f"  {check.element}: {_mark(check)} {why(check, match)}" for check in match.elements]
        left = len(layer.matches) - SHOWN
        if left > 0:
            lines.append(f"and {left} more statements that do not decide.")
    lines += _notes(evaluation)
    lines.append(f"Rule {evaluation.rule.id}: {evaluation.rule.sentence}")
    if evaluation.error_message:
        lines.append(f"AWS says: {evaluation.error_message}")
    return "\n".join(_CONTROL.sub("\ufffd", line) for line in lines)


SHOWN = 8
"""Statements in an explanation; those that decide come first, the rest are counted."""


# A line break inside a name must not look like a line of the explanation.
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")


def says(evaluation: Evaluation, layer: Layer) -> str:
    """One type of policy by itself: ``Service control policies: allow it.``"""
    words = layer_words(evaluation, layer.name)
    plural = words.endswith("policies")
    said = {
        Decision.ALLOW: ("allow it" if plural else "allows it") if layer.name != "rcps" else "deny nothing of it",
        Decision.EXPLICIT_DENY: "deny it" if plural else "denies it",
        Decision.IMPLICIT_DENY: "do not allow it" if plural else "does not allow it",
    }
    return f"{capital(words)}: {said[layer.decision]}."


def asked_keys(evaluation: Evaluation) -> dict[str, str | None]:
    """The condition keys that statements about this action look at, each with its value in this request, or None."""
    found: dict[str, str | None] = {}
    for one in (match for layer in evaluation.layers for match in layer.matches):
        if not names_action(one):
            continue
        for check in one.elements:
            if isinstance(check, ConditionMatch):
                actual = check.actual
                found[check.key] = actual if isinstance(actual, str | None) else ", ".join(actual)
            found.update({key: None for key in check.missing if key not in found})
    return found


def _notes(evaluation: Evaluation) -> list[str]:
    """What has no say, what the request did not say, and what AWS leaves open."""
    lines = [f"{capital(layer_words(evaluation, one.layer))}: no say; {one.reason}." for one in evaluation.exempt]
    if evaluation.missing:
        lines.append(f"Not in the request: {', '.join(evaluation.missing)}.")
    return lines + [f"AWS leaves open: {DOUBTS[doubt]}" for doubt in evaluation.doubts]


def _ordered(evaluation: Evaluation, layer: Layer) -> list[StatementMatch]:
    """The deciding statements, then the near misses, then the rest."""
    deciding = [id(one) for one in (*evaluation.deciding, *layer.deciding)]

    def distance(one: StatementMatch) -> tuple[bool, int]:
        return id(one) not in deciding, sum(not check.applies for check in one.elements)

    return sorted(layer.matches, key=distance)[:SHOWN]


def _outcome(match: StatementMatch) -> str:
    return "applies:" if match.applies else "does not apply:"


def _mark(check: Match) -> str:
    return "yes," if check.applies else "no,"


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
                f" {capital(_meaning(evaluation))}.",
            ),
        ),
        _steps(evaluation),
        message(evaluation),
        rule_card(evaluation),
    ]
    return join(*parts)


def _on(resource: str) -> str:
    return join(" on ", code(resource)) if resource != "*" else join(" (an action that takes no resource)")


def _steps(evaluation: Evaluation) -> str:
    several = [layer.name for layer in evaluation.layers] != ["identity"]
    parts: list[str] = []
    for layer in evaluation.layers:
        if several:
            parts.append(element("p", element("b", says(evaluation, layer))))
        if layer.matches:
            parts.append(layer_table(evaluation, layer))
    parts += [element("p", line) for line in _notes(evaluation)]
    return join(*parts)


COLUMNS: Final = {"Who": "Principal", "Action": "Action", "Resource": "Resource", "Condition": "Condition"}


def layer_table(evaluation: Evaluation, layer: Layer) -> str:
    """Each statement of a type of policy against the request, element by element."""
    matches = _ordered(evaluation, layer)
    kinds = {check.element.removeprefix("Not") for match in matches for check in match.elements}
    columns = {title: kind for title, kind in COLUMNS.items() if kind in kinds}
    titles = ("Statement", "Effect", *columns, "Applies?")
    head = element("tr", join(*(element("th", title, scope="col") for title in titles)))
    decides = {id(one) for one in evaluation.deciding}
    rows = join(*(_row(match, tuple(columns.values()), id(match) in decides) for match in matches))
    table = element("table", join(element("thead", head), element("tbody", rows)))
    left = len(layer.matches) - SHOWN
    return join(table, element("p", f"and {left} more statements that do not decide.") if left > 0 else "")


def _row(match: StatementMatch, columns: tuple[str, ...], decides: bool) -> str:
    cells = [element("th", capital(statement_words(match)), scope="row")]
    cells.append(element("td", match.statement.effect.value))
    for kind in columns:
        checks = [check for check in match.elements if check.element.removeprefix("Not") == kind]
        said = "; ".join(f"{'✔' if check.applies else '✖'} {why(check, match)}" for check in checks)
        rules = {"title": _rules(checks)} if checks else {}
        cells.append(element("td", breakable(said) if said else "any", **rules))
    cells.append(element("td", ("yes, and decides" if decides else "yes") if match.applies else "no"))
    return element("tr", join(*cells), cls="iamlab-decides" if decides else "")


def _rules(checks: Iterable[Match]) -> str:
    """The rules behind a cell of the table, for whoever points at it."""
    return "; ".join(f"{one}: {RULES[one].sentence}" for one in dict.fromkeys(check.rule for check in checks))


def message(evaluation: Evaluation) -> str:
    """What AWS would answer; nothing when it is allowed."""
    if not evaluation.error_message:
        return ""
    return join(
        element("p", "AWS would answer:"), element("pre", f"{evaluation.error_code}: {evaluation.error_message}")
    )


def rule_card(evaluation: Evaluation) -> str:
    """The rule that settled it, with a link to AWS's own page; folded up: it says more than the request asks."""
    rule = evaluation.rule
    link = element("a", "AWS's page on it", href=rule.link, target="_blank", rel="noopener")
    heading = element("summary", join(element("b", f"Rule {rule.id}."), " In a sentence"))
    return element("details", join(heading, f"{rule.sentence} ", link), cls="iamlab-rule")


def summary(decision: Decision) -> str:
    """A verdict's word with its sign, for tables: ``✔ Allowed``."""
    look = VERDICTS[decision]
    return f"{look.sign} {look.word}"
