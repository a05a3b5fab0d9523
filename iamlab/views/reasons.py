"""Why an element of a statement matches a request or not, in a sentence, with a hint where it is a near miss."""

from __future__ import annotations

from collections.abc import Sequence

from iamlab.core.conditions import ConditionMatch
from iamlab.core.matching import ElementMatch, Match, StatementMatch
from iamlab.core.policy import Effect
from iamlab.core.wildcard import has_wildcard


def why(check: Match, match: StatementMatch | None = None) -> str:
    """One element against the request, in a sentence; of a near miss with a hint, if the rest of ``match`` fits it."""
    if isinstance(check, ConditionMatch):
        return _why_condition(check)
    if check.element.endswith("Principal"):
        return _why_principal(check)
    return _why_pattern(check) + (_hint(check, match) if match is None or names_action(match) else "")


def _why_condition(check: ConditionMatch) -> str:
    asked = f"{check.operator} {_listed(check.wanted) if check.wanted else 'nothing'}"
    if check.actual is None or check.actual == ():
        return f"the request has no {check.key}; without it {asked} {'holds' if check.applies else 'does not hold'}"
    actual = check.actual if isinstance(check.actual, str) else "{" + ", ".join(check.actual) + "}"
    filled = _filled(check.wanted, check.resolved)
    return f"{check.key} is {actual or 'empty'}, {'and' if check.applies else 'but'} the condition is {asked}{filled}"


def _filled(values: tuple[str, ...], resolved: Sequence[tuple[str, str | None]]) -> str:
    """What those of the values that hold variables came to."""
    told = (
        f" ({'which' if len(values) == 1 else text} {f'is {value}' if value is not None else 'has no value'} here)"
        for text, value in resolved[:3]
    )
    return "".join(told)


def _why_principal(check: ElementMatch) -> str:
    listed = _listed(check.patterns)
    if check.element == "NotPrincipal":
        return f"{check.value} is {'not ' if check.applies else ''}left out by {listed}"
    if not check.matched:
        return f"{check.value} is not {listed}"
    # The commonest misreading: this is no root user.
    whole = ", which stands for the whole account" if check.matched.endswith(":root") else ""
    return f"{check.value} is named by {check.matched}{whole}"


def _why_pattern(check: ElementMatch) -> str:
    listed = _listed(check.patterns)
    negated = check.element.startswith("Not")
    filled = _filled(check.patterns, check.resolved)
    if check.matched is not None:
        fits = (
            f"{check.value} is {check.matched}"
            if check.value == check.matched
            else f"{check.value} fits {check.matched}"
        )
        return f"{fits}{filled}, which {check.element} leaves out" if negated else f"{fits}{filled}"
    if negated:
        return f"{check.value} is not among {listed}{filled}"
    unfilled = f" (the request has no {', no '.join(check.missing)})" if check.missing else ""
    return f"{check.value} does not fit {listed}{unfilled}{filled}"


def _listed(patterns: tuple[str, ...]) -> str:
    shown = " or ".join(patterns[:3])
    return shown + (f" or {len(patterns) - 3} more" if len(patterns) > 3 else "")


def _hint(check: ElementMatch, match: StatementMatch | None) -> str:
    """What a near miss is about (POL-11, POL-15)."""
    if check.element != "Resource" or check.applies:
        return ""
    if check.value == "*":
        return f": the action takes no resource, {_star(match)}"
    if not check.value.startswith("arn:aws:s3:::"):
        return ""
    if f"{check.value}/*" in check.patterns:
        covers = _pattern(check, f"{check.value}/*")
        return f": {covers} covers what is in the bucket, and the bucket itself is another resource"
    bucket = next((one for one in check.patterns if "/" not in one and check.value.startswith(f"{one}/")), "")
    if bucket:
        return f": {_pattern(check, bucket)} names the bucket, and an object in it is another resource"
    return ""


def _star(match: StatementMatch | None) -> str:
    """What to do about an action that takes no resource, so that nothing else is opened by it."""
    if match is None or match.statement.effect is not Effect.ALLOW:
        return "and only * covers that"
    alone = len(match.statement.actions) == 1 and not has_wildcard(match.statement.actions[0])
    return "so write *" if alone else "so it needs a statement of its own, with *"


def _pattern(check: ElementMatch, one: str) -> str:
    """The pattern of which something is said; its text, where there are several."""
    return "the pattern" if len(check.patterns) == 1 else one


def names_action(match: StatementMatch) -> bool:
    """Whether the statement is about the action of the request."""
    return any(one.element.endswith("Action") and one.applies for one in match.elements)
