"""A decision as two halves: what the caller's side says, what the other side says, and which of them is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from iamlab.analysis.answers import statement_words
from iamlab.analysis.words import capital
from iamlab.core.conditions import ConditionMatch
from iamlab.core.evaluation import Decision, Evaluation
from iamlab.core.layers import GRANTED, OWN, SILENT, Layer, Verdict
from iamlab.core.matching import StatementMatch
from iamlab.core.naming import Naming
from iamlab.core.policy import Effect
from iamlab.core.request import PrincipalType
from iamlab.core.settlement import Reason, settle
from iamlab.views import explain
from iamlab.views.reasons import why

CALLERS: Final = ("scps", "endpoint", "identity", "boundary", "session")
"""The types of policy on the caller's side; the others are on the resource's (EVAL-13)."""
FREE: Final = "This action needs no permission."


class Says(Enum):
    """What a side says by itself, in words."""

    YES = "says yes"
    SILENT = "is silent"
    NO = "says no"
    NOT_ASKED = "is not asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One half of a decision: what it says, and why, line by line."""

    name: str
    says: Says
    lines: tuple[str, ...]


def callers_side(evaluation: Evaluation) -> Side:
    """What the caller's account says: its identity policies, as far as they are not limited."""
    layers = [layer for layer in evaluation.layers if layer.name in CALLERS]
    lines = [_line(evaluation, layer) for layer in layers]
    asked = evaluation.reason is not Reason.FREE and evaluation.request.principal.type in OWN
    if not asked:
        lines.insert(0, _not_asked(evaluation))
    says = _together(layers) if asked or _denies(layers) else Says.NOT_ASKED
    return Side(name="The caller's side", says=says, lines=tuple(lines))


def other_side(evaluation: Evaluation, policy: str) -> Side:
    """What the resource's account says; ``policy`` names the policy that can stand there, and is empty if none can."""
    layers = [layer for layer in evaluation.layers if layer.name not in CALLERS]
    resource = [layer for layer in layers if layer.name == "resource"]
    lines = [_line(evaluation, layer) for layer in layers]
    says = _together(resource) if resource else Says.SILENT
    if evaluation.reason is Reason.FREE:
        says = Says.NOT_ASKED
        lines.append(FREE)
    elif not resource:
        says = says if policy else Says.NOT_ASKED
        lines.append(f"There is no {policy}." if policy else "No policy can stand there.")
    return Side(name="The other side", says=Says.NO if _denies(layers) else says, lines=tuple(lines))


def _denies(layers: list[Layer]) -> bool:
    return any(layer.decision is Decision.EXPLICIT_DENY for layer in layers)


def _together(layers: list[Layer]) -> Says:
    if _denies(layers):
        return Says.NO
    return Says.YES if all(layer.decision is Decision.ALLOW for layer in layers) else Says.SILENT


def _line(evaluation: Evaluation, layer: Layer) -> str:
    """``Identity policies: allow it, by statement 1 of AssumeUpdateApp.``; of a resource policy also whom it names."""
    by = ", ".join(statement_words(one) for one in layer.deciding)
    said = explain.says(evaluation, layer).rstrip(".") + (f", by {by}." if by else ".")
    if layer.decision is Decision.IMPLICIT_DENY:
        return " ".join((said, *(_nearly(one) for one in layer.matches if _lacks_condition(one))))
    return said + (_naming(evaluation, layer) if layer.name == "resource" else "")


def _lacks_condition(one: StatementMatch) -> bool:
    """Whether an Allow fits the request but for its conditions."""
    failing = [check for check in one.elements if not check.applies]
    allows = one.statement.effect is Effect.ALLOW
    return allows and bool(failing) and all(isinstance(check, ConditionMatch) for check in failing)


def _nearly(one: StatementMatch) -> str:
    missing = "; ".join(why(check) for check in one.elements if not check.applies)
    return f"{capital(statement_words(one))} would, but for its condition: {missing}."


def _naming(evaluation: Evaluation, layer: Layer) -> str:
    naming, who = layer.verdict.naming, evaluation.request.principal.name
    if Naming.DIRECTLY in naming:
        return f" It names {who} itself."
    if Naming.EVERYONE in naming:
        return " It names everybody."
    if Naming.BEHIND in naming:
        return f" It names who is behind {who}, and not this session alone."
    if Naming.ACCOUNT in naming:
        return " It names the whole account, and leaves it to that account's own policies."
    return ""


def _not_asked(evaluation: Evaluation) -> str:
    if evaluation.reason is Reason.FREE:
        return FREE
    type_ = evaluation.request.principal.type
    if type_ is PrincipalType.ROOT:
        return "The root user has no identity policies, and is not subject to any."
    return (
        "A service has no identity policies." if type_ is PrincipalType.SERVICE else "Nobody has signed this request."
    )


# The two halves together: the engine's own way of bringing layers together is asked what would be otherwise


def together(evaluation: Evaluation, policy: str) -> str:
    """Which half is missing or forbids, or which of them was enough, in a sentence; ``policy`` as in ``other_side``."""
    if evaluation.reason is Reason.FREE:
        return "Neither half is asked: this action needs no permission."
    if evaluation.reason is Reason.ROOT:
        return "Neither half is needed: this is the root user of the account that the resource is in."
    if evaluation.decision is Decision.EXPLICIT_DENY:
        sides = (callers_side(evaluation), other_side(evaluation, policy))
        no = [one.name for one in sides if one.says is Says.NO]
        if len(no) > 1:
            return "Both sides say no, and one explicit Deny ends the matter."
        return f"{no[0]} says no: an explicit Deny ends the matter, whatever the other half says."
    return _enough(evaluation, policy) if evaluation.allowed else _missing(evaluation, policy)


def _enough(evaluation: Evaluation, policy: str) -> str:
    """Of an allowed request: whether one of the halves could have been silent."""
    without_caller = _outcome(evaluation, caller=SILENT)
    without_other = _outcome(evaluation, other=SILENT)
    if without_caller and without_other:
        return "Either half would be enough here, and both say yes."
    if without_caller:
        return f"The other half is enough here: the {policy} says yes, and the caller's own policies need not."
    if without_other:
        also = f"; no {policy} is needed" if policy else ""
        return f"The caller's half is enough here{also}."
    return "Both halves are needed here, and both say yes."


def _missing(evaluation: Evaluation, policy: str) -> str:
    """Of a request that nothing allows: which half would have to say yes for it to be allowed."""
    who = evaluation.request.principal.name
    mended = _outcome(evaluation, caller=GRANTED)
    named = Verdict(Decision.ALLOW, Naming.DIRECTLY)
    account = Verdict(Decision.ALLOW, Naming.ACCOUNT)
    if mended and policy and _outcome(evaluation, other=named):
        return (
            f"One half is missing: {_callers(evaluation)} must allow it, or the {policy} must name {who} itself; "
            "either is enough here."
        )
    if mended:
        return f"The caller's half is missing: {_callers(evaluation)} must allow it."
    if not policy:
        return "The other half is missing, and no policy can stand there: nobody from another account can be let in."
    if _outcome(evaluation, other=account):
        return f"The other half is missing: the {policy} must let {who} in."
    if _outcome(evaluation, other=named):
        return (
            f"The other half is missing: the {policy} must let {who} in, and by its own name. If it let in the whole "
            "account, the caller's half would be missing as well."
        )
    if _outcome(evaluation, caller=GRANTED, other=named):
        return (
            f"Both halves are missing: {_callers(evaluation)} must allow it, and the {policy} must let {who} in. "
            "AWS's message names one of them."
        )
    return "No half by itself could mend this."


def _callers(evaluation: Evaluation) -> str:
    """What on the caller's side would have to allow, in words."""
    silent = [
        layer.name for layer in evaluation.layers if layer.name in CALLERS and layer.decision is Decision.IMPLICIT_DENY
    ]
    return " and ".join(f"the {explain.layer_words(evaluation, name)}" for name in silent or ["identity"])


def _outcome(evaluation: Evaluation, *, caller: Verdict | None = None, other: Verdict | None = None) -> bool:
    """Whether it would be allowed if a half said this instead; a caller's yes is one within its limits too."""
    said: dict[str, Verdict] = {layer.name: layer.verdict for layer in evaluation.layers}
    if caller is not None:
        said |= dict.fromkeys(_there(said, CALLERS if caller is GRANTED else ("identity",)), caller)
    if other is not None:
        said["resource"] = other
    return bool(settle(evaluation.request, evaluation.policies, said).decision)


def _there(said: Mapping[str, Verdict], names: tuple[str, ...]) -> list[str]:
    return [name for name in names if name in said]
