"""What came of checking an answer, as text and as HTML."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from iamlab.core.evaluation import Evaluation
from iamlab.lessons import progress
from iamlab.lessons.exercise import Exercise
from iamlab.views import explain
from iamlab.views.html import element, join, page

NOT_VALID: Final = "not valid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of a check: ``status`` is not attempted, not valid, not yet or correct.

    ``counterexample`` is the request that came out wrong, with its reasons; ``misconception`` the number, in
    ``misconceptions.MISCONCEPTIONS``, of what the answer shows, or 0.
    """

    exercise: str
    status: str
    message: str
    counterexample: Evaluation | None = None
    misconception: int = 0
    remembered: bool = True

    @property
    def correct(self) -> bool:
        """Whether the exercise is solved."""
        return self.status == progress.CORRECT

    def __repr__(self) -> str:
        lines = [f"{self.exercise}: {self.status}. {self.message}"]
        if not self.remembered:
            lines.append(UNREMEMBERED)
        return "\n".join(lines)


UNREMEMBERED: Final = "(Your progress could not be written to the disk; the answer counts all the same.)"


def not_attempted(exercise: Exercise, message: str) -> Result:
    """Nothing was given that could be judged, and nothing is remembered."""
    return Result(exercise=exercise.id, status=progress.NOT_ATTEMPTED, message=message)


def not_valid(exercise: Exercise, message: str, misconception: int = 0) -> Result:
    """Something was given that is no answer to this."""
    return Result(exercise=exercise.id, status=NOT_VALID, message=message, misconception=misconception)


def not_yet(exercise: Exercise, said: str, counterexample: Evaluation | None = None, misconception: int = 0) -> Result:
    """An answer that does not do what was asked, with where to find help."""
    return Result(
        exercise=exercise.id,
        status=progress.NOT_YET,
        message=f"{said} {see_hints(exercise)}",
        counterexample=counterexample,
        misconception=misconception,
    )


def correct(exercise: Exercise, more: str = "") -> Result:
    """Solved, with what there is to notice."""
    return Result(exercise=exercise.id, status=progress.CORRECT, message=exercise.explanation + more)


def see_hints(exercise: Exercise) -> str:
    """Where to find help."""
    return f'Stuck? hint("{exercise.id}") helps.'


SIGNS: Final = {progress.CORRECT: "✔", progress.NOT_YET: "✖", NOT_VALID: "✖", progress.NOT_ATTEMPTED: "…"}


def html(result: Result) -> str:
    """The result as HTML; the counterexample's whole explanation can be opened below."""
    headline = element("strong", f"{SIGNS[result.status]} {result.exercise}: {result.status}")
    parts = [element("p", join(headline, ". ", result.message), cls="iamlab-rule")]
    if not result.remembered:
        parts.append(element("p", UNREMEMBERED))
    if result.counterexample is not None and result.status == progress.NOT_YET:
        parts.append(
            element(
                "details",
                join(element("summary", "Why? The whole evaluation"), explain.body(result.counterexample)),
            )
        )
    return page(join(*parts), label=f"Exercise {result.exercise}: {result.status}")
