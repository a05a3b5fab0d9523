"""Predict, then see: a verdict stays hidden until somebody has said what it will be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from iamlab.core.evaluation import Decision, Evaluation
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
        return f"You predicted {self.predicted.value!r}; it is {actual.value!r}. {DIFFERENCES[self.predicted, actual]}"

    def __repr__(self) -> str:
        if self.predicted is None:
            return self.feedback
        return f"{self.feedback}\n{explain.text(self.evaluation)}"


_MISSING = "Nothing forbids it; no statement allows it, and that is enough."
_FORBIDDEN = "It is denied because a statement forbids it, not because something is missing."

DIFFERENCES = {
    (Decision.ALLOW, Decision.IMPLICIT_DENY): _MISSING,
    (Decision.EXPLICIT_DENY, Decision.IMPLICIT_DENY): _MISSING,
    (Decision.ALLOW, Decision.EXPLICIT_DENY): "An explicit Deny wins over every Allow.",
    (Decision.IMPLICIT_DENY, Decision.EXPLICIT_DENY): _FORBIDDEN,
    (Decision.IMPLICIT_DENY, Decision.ALLOW): "Something does allow it; see which.",
    (Decision.EXPLICIT_DENY, Decision.ALLOW): "Nothing forbids it, and something allows it; see which.",
}


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
