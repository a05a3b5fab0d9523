"""Predict, then see: a verdict stays hidden until somebody has said what it will be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from iamlab.core.evaluation import Decision, Evaluation
from iamlab.core.layers import Exemption, caller, explained
from iamlab.core.settlement import Reason
from iamlab.lessons.sorted_answers import VERDICT_WORDS, as_decision
from iamlab.views import explain
from iamlab.views.html import element, join, page


@dataclass(frozen=True, slots=True, kw_only=True)
class Reveal:
    """An evaluation beside what was predicted; without a valid prediction it shows nothing of the verdict."""

    evaluation: Evaluation
    predicted: Decision | None
    problem: str = ""

    @property
    def feedback(self) -> str:
        """Whether the prediction was right, and what the difference is when not."""
        actual = self.evaluation.decision
        if self.predicted is None:
            return self.problem
        if self.predicted is actual:
            return f"You predicted {self.predicted.value!r}, and so it is."
        difference = _difference(self.predicted, self.evaluation)
        return f"You predicted {self.predicted.value!r}; it is {actual.value!r}. {difference}"

    def __repr__(self) -> str:
        if self.predicted is None:
            return self.feedback
        return f"{self.feedback}\n{explain.text(self.evaluation)}"


def _difference(predicted: Decision, evaluation: Evaluation) -> str:
    """What the verdict is, beside what was predicted, in words that are true of the way in which it was settled."""
    if evaluation.decision is Decision.EXPLICIT_DENY:
        return _WINS if predicted is Decision.ALLOW else _FORBIDDEN
    if evaluation.decision is Decision.IMPLICIT_DENY:
        return _missing(evaluation)
    return _allowed(predicted, evaluation)


_WINS: Final = "An explicit Deny wins over every Allow."
_FORBIDDEN: Final = "It is denied because a statement forbids it, not because something is missing."
_NEEDLESS: Final = {
    Reason.FREE: "This action needs no permission, and no policy can take it away.",
    Reason.ROOT: "No statement allows it: the root user needs none in its own account.",
}


_UNBOUND: Final = (
    "A Deny in a policy of a user, group or role does not reach the root user, which needs no Allow in its own account."
)


def _missing(evaluation: Evaluation) -> str:
    """Nothing allows it; or only some of what must."""
    allowing = {layer.name for layer in evaluation.layers if layer.deciding}
    if not allowing:
        return "Nothing forbids it; no statement allows it, and that is enough."
    if not allowing & {"identity", "resource"}:
        return "Nothing forbids it; but a policy that only limits gives no permission, and no other allows it."
    words = explain.layer_words(evaluation, evaluation.silent)
    return f"Nothing forbids it, and a statement does allow it; but the {words} must allow it as well."


def _allowed(predicted: Decision, evaluation: Evaluation) -> str:
    """A statement allows it, or none is needed; and a Deny that is there may have no say."""
    aside = _set_aside(evaluation)
    if aside is not None:
        why = _NEEDLESS.get(evaluation.reason, "Something does allow it; see which.")
        return f"A Deny is there that would fit, but {aside.reason}. {why}"
    if evaluation.reason is Reason.ROOT and predicted is Decision.EXPLICIT_DENY:
        return _UNBOUND
    if evaluation.reason in _NEEDLESS:
        return _NEEDLESS[evaluation.reason]
    if predicted is Decision.EXPLICIT_DENY:
        return "Nothing forbids it, and something allows it; see which."
    return "Something does allow it; see which."


def _set_aside(evaluation: Evaluation) -> Exemption | None:
    """The type of policy that would forbid the request, if it had a say in it."""
    request, policies = evaluation.request, evaluation.policies
    who = caller(request, policies)
    for one in evaluation.exempt:
        if explained(one.layer, policies.levels(one.layer), request, policies, who).decision is Decision.EXPLICIT_DENY:
            return one
    return None


def reveal(prediction: Any, evaluation: Evaluation) -> Reveal:
    """Show the verdict to whoever has predicted one: ``'allowed'``, ``'implicit deny'`` or ``'explicit deny'``."""
    if prediction is None or prediction is ...:
        return Reveal(
            evaluation=evaluation, predicted=None, problem=f"Predict first: replace the dots. {VERDICT_WORDS}"
        )
    predicted = as_decision(prediction)
    problem = "" if predicted else f"{prediction!r} is no verdict. {VERDICT_WORDS}"
    return Reveal(evaluation=evaluation, predicted=predicted, problem=problem)


def html(shown: Reveal) -> str:
    """The feedback and, once there is a prediction, the whole explanation."""
    if shown.predicted is None:
        return page(element("p", shown.feedback, cls="iamlab-rule"), label="Predict first")
    feedback = element("p", element("strong", shown.feedback))
    return page(join(feedback, explain.body(shown.evaluation)), label="Prediction and verdict")
