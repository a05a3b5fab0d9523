"""Eight requests before and after the course: asked, and compared once the answers of both are in."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from iamlab.core.evaluation import Evaluation
from iamlab.lessons.course import CourseError, lessons
from iamlab.lessons.eight_answers import AFTER, BEFORE, HOW_TO_ANSWER, damaged, recorded
from iamlab.lessons.eight_questions import ALLOWED, DENIED, QUESTIONS, Question
from iamlab.views import explain
from iamlab.views.html import element, join, page


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """The eight requests, to be read and answered; nothing of their verdicts."""

    questions: tuple[tuple[str, str], ...]

    def __repr__(self) -> str:
        lines = [f"{at}. {key}: {words}" for at, (key, words) in enumerate(self.questions, 1)]
        return "\n".join((*lines, HOW_TO_ANSWER))


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One request in the comparison: what was answered before and after ("" for nothing), and the truth."""

    key: str
    question: Question
    before: str
    after: str
    evaluation: Evaluation

    @property
    def right(self) -> str:
        """The truth, as one of the choices."""
        return ALLOWED if self.evaluation.allowed else DENIED


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Both answers to each request beside the truth; without answers from after there are no rows, only ``said``."""

    rows: tuple[Compared, ...] = ()
    said: str = ""

    def __repr__(self) -> str:
        return "\n".join((self.said, *map(_row_text, self.rows)))


def eight_requests() -> Questions:
    """The eight requests; answer them with ``record_eight`` before the course, and again after it."""
    return Questions(questions=tuple((key, one.words) for key, one in QUESTIONS.items()))


def compare_eight(*, home: Path | None = None) -> Comparison:
    """What you answered before and after, beside the truth; nothing is shown before both are in. Never raises."""
    before, after = recorded(BEFORE, home=home), recorded(AFTER, home=home)
    aside = damaged(home=home)
    if not after:
        return Comparison(said=f"{NOT_YET[bool(before)]}{aside}")
    rows = tuple(
        Compared(key=key, question=one, before=before.get(key, ""), after=after.get(key, ""), evaluation=one.ask())
        for key, one in QUESTIONS.items()
    )
    first = f"Before the course {_count(rows, 'before')} of 8 were right, after it" if before else NO_FIRST
    return Comparison(rows=rows, said=f"{first} {_count(rows, 'after')} of 8.{aside}")


NOT_YET: Final = {
    False: 'Nothing is recorded yet. Begin with EightRequests("before"), or with eight_requests() in plain Python.',
    True: 'Your answers from before the course are kept. What is right is shown once those of "after" are in.',
}
NO_FIRST: Final = "There are no answers from before the course; after it were right"


def _count(rows: tuple[Compared, ...], phase: str) -> int:
    return sum(getattr(one, phase) == one.right for one in rows)


def _row_text(row: Compared) -> str:
    return "\n".join(
        (
            f"{row.key}: {row.question.words}",
            f"    before: {_answered(row.before, row)}; after: {_answered(row.after, row)}. {_truth(row)}",
            f"    {_learned(row)}",
        )
    )


def _answered(answer: str, row: Compared) -> str:
    if not answer:
        return "no answer"
    return f"{answer} {'✔' if answer == row.right else '✖'}"


def _truth(row: Compared) -> str:
    return f"It is {row.evaluation.decision.value}."


def _learned(row: Compared) -> str:
    news = ""
    if row.after != row.right:
        news = "Worth another look. "
    elif row.before and row.before != row.right:
        news = "Learned. "
    return f"{news}{row.question.learned} {_lesson(row.question.lesson)}"


def _lesson(number: str) -> str:
    """Where it is told; a lesson that this version does not have yet is named as such."""
    there: set[str] = set()
    with suppress(CourseError):
        there = {one.number for one in lessons()}
    return f"(Lesson {int(number)}{'' if number in there else ', still to come'})"


def questions_html(shown: Questions) -> str:
    """The eight requests as a list."""
    items = (element("li", join(element("strong", key), f": {words}")) for key, words in shown.questions)
    return page(join(element("ol", join(*items)), element("p", HOW_TO_ANSWER)), label="Eight requests")


def comparison_html(shown: Comparison) -> str:
    """The comparison as a table, with the whole explanation of each verdict to be opened."""
    said = element("p", element("strong", shown.said), cls="iamlab-rule")
    if not shown.rows:
        return page(said, label="Eight requests")
    titles = ("Request", "Before", "After", "The truth", "What to know")
    head = element("tr", join(*(element("th", title, scope="col") for title in titles)))
    body = join(*map(_row_html, shown.rows))
    table = element("table", join(element("thead", head), element("tbody", body)))
    return page(join(said, table), label="Eight requests, before and after")


def _row_html(row: Compared) -> str:
    why = element("details", join(element("summary", "Why?"), explain.body(row.evaluation)))
    cells = (_answered(row.before, row), _answered(row.after, row), row.evaluation.decision.value)
    return element(
        "tr",
        join(
            element("th", row.question.words, scope="row"),
            *(element("td", one) for one in cells),
            element("td", join(_learned(row), why)),
        ),
    )
