"""The question widgets: choose, predict, sort. What was answered stays when the cell is run again."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from ipywidgets import HTML, Dropdown, HBox, Layout, RadioButtons, VBox

from iamlab.core.errors import IamlabError
from iamlab.core.evaluation import Decision, Evaluation
from iamlab.lab import CallerLike, Lab, ResourceLike
from iamlab.lessons import checks, predict, progress, result
from iamlab.lessons.exercise import SortExercise
from iamlab.lessons.named_worlds import lab_of
from iamlab.views.display import graph_html
from iamlab.views.html import element, join, page
from iamlab.views.question_graph import question_graph
from iamlab.widgets import memory
from iamlab.widgets.answers import live, notice, reveal_button
from iamlab.widgets.fields import OPEN, wide
from iamlab.widgets.frame import FramedBox

PREDICTIONS: Final = (
    ("Allowed", Decision.ALLOW),
    ("Denied: something is missing (implicit deny)", Decision.IMPLICIT_DENY),
    ("Denied: something forbids it (explicit deny)", Decision.EXPLICIT_DENY),
)


class Choice(FramedBox):
    """One question with several answers, each with its own feedback.

    ``options`` maps each answer to what is said to it; ``right`` is the right one. ``beliefs`` gives wrong answers that
    show a misconception its number, which is remembered. Raises IamlabError (``ValidationError``) when the right answer
    or one of those is not among the options.
    """

    def __init__(
        self, question: str, options: Mapping[str, str], *, right: str, beliefs: Mapping[str, int] | None = None
    ) -> None:
        self._beliefs = dict(beliefs or {})
        for one in (right, *self._beliefs):
            if one not in options:
                raise IamlabError(f"The answer {one!r} is none of {list(options)}.", code="ValidationError")
        self._question, self._options, self._right = question, dict(options), right
        kept = memory.recall("choice", question)
        self.chosen = RadioButtons(options=list(options), value=kept if kept in options else None, layout=wide())
        self.button = reveal_button("Check my answer")
        self.feedback = live()
        asked = HTML(page(element("p", element("strong", question)), label="Question"))
        super().__init__(f"Question: {question}", [asked, self.chosen, HBox([self.button]), self.feedback])
        self.chosen.observe(self._hide, names="value")
        self.button.on_click(self._check)
        if self.chosen.value is not None:
            self._check()

    @property
    def answer(self) -> str | None:
        """What is chosen now."""
        value: str | None = self.chosen.value
        return value

    @property
    def correct(self) -> bool:
        """Whether the right answer is chosen."""
        return self.answer == self._right

    def static_answer(self) -> str:
        """The question and its answers, in words."""
        return f"Question: {self._question} Choose one: {'; '.join(self._options)}."

    def _hide(self, _: Any = None) -> None:
        self.feedback.value = ""

    def _check(self, _: Any = None) -> None:
        if self.answer is None:
            self.feedback.value = notice("Choose an answer first.", "Choose first")
            return
        memory.keep("choice", self._question, self.answer)
        if self.answer in self._beliefs:
            progress.met(self._beliefs[self.answer])
        headline = element("strong", "✔ Right." if self.correct else "✖ Not quite.")
        self.feedback.value = page(
            element("p", join(headline, " ", self._options[self.answer]), cls="iamlab-rule"), label="Feedback"
        )


class VerdictQuestion(VBox):  # type: ignore[misc]
    """Three verdicts to choose from, a button, and the explained verdict once one of them is chosen.

    ``ask`` gives the evaluation, anew each time; ``revealed`` is told when it is shown, and None when it is hidden.
    """

    def __init__(self, ask: Callable[[], Evaluation], revealed: Callable[[Evaluation | None], None]) -> None:
        self._ask, self._revealed = ask, revealed
        self.prediction = RadioButtons(
            description="I predict", options=PREDICTIONS, value=None, layout=wide(), style={"description_width": "6rem"}
        )
        self.button = reveal_button("Reveal the verdict")
        self.answer = live()
        super().__init__([self.prediction, HBox([self.button]), self.answer])
        self.prediction.observe(self._hide, names="value")
        self.button.on_click(self.reveal)

    def ask_anew(self) -> None:
        """Another question: neither prediction nor verdict stand any more."""
        self.prediction.value = None
        self._hide()

    def _hide(self, _: Any = None) -> None:
        if self.answer.value:
            self.answer.value = ""
        self._revealed(None)

    def reveal(self, _: Any = None) -> None:
        """Show the verdict to whoever has predicted one."""
        try:
            shown = predict.reveal(self.prediction.value, self._ask())
        except IamlabError as error:
            self.answer.value = notice(str(error), "Error")
            return
        if shown.predicted is None:
            self.answer.value = notice("Predict first: choose one of the three above, then reveal.", "Predict first")
            return
        self.answer.value = join(predict.html(shown), graph_html(question_graph(shown.evaluation)))
        self._revealed(shown.evaluation)


class Predict(FramedBox):
    """One request whose verdict is predicted before it is seen; it follows its lab.

    ``principal``, ``action``, ``resource`` and ``context`` as in ``lab.evaluate``, which is asked at once, so that a
    mistake in them shows here and not to a learner. Raises IamlabError as it does.
    """

    def __init__(
        self,
        lab: Lab | str,
        principal: CallerLike,
        action: str,
        resource: ResourceLike | None = None,
        context: Mapping[str, Any] | None = None,
    ) -> None:
        lab = lab_of(lab)

        def ask() -> Evaluation:
            return lab.evaluate(principal, action, resource, context)

        evaluation = ask()
        asked = evaluation.request
        on = f" on {asked.resource}" if asked.resource != "*" else ""
        given = f", with {', '.join(f'{key} = {value}' for key, value in context.items())}" if context else ""
        self._words = f"{asked.principal.name} asks for {asked.action}{on}{given}"
        self.question = VerdictQuestion(ask, self._remember)
        heading = HTML(page(element("p", element("strong", f"{self._words}. What will AWS say?")), label="Question"))
        super().__init__(f"Predict: {self._words}", [heading, self.question])
        if (kept := memory.recall("predict", _same_question(evaluation))) is not None:
            self.question.prediction.value = kept
            self.question.reveal()
        lab.world.observe(self._world_changed)

    def static_answer(self) -> str:
        """The request, and how to ask it without the widget."""
        return (
            f"Predict: {self._words}. Is it allowed, an implicit deny or an explicit deny? "
            'In plain Python: reveal("implicit deny", lab.evaluate(...)).'
        )

    def _remember(self, evaluation: Evaluation | None) -> None:
        if evaluation is not None:
            memory.keep("predict", _same_question(evaluation), self.question.prediction.value)

    def _world_changed(self) -> None:
        self.question.ask_anew()


def _same_question(evaluation: Evaluation) -> str:
    """What two predictions have in common that answer one question: the same request, put to the same policies."""
    return json.dumps(evaluation.as_case(), sort_keys=True)


class Sort(FramedBox):
    """An exercise in which each item is given one of the choices; ``check`` judges it and remembers.

    Raises IamlabError (``ValidationError``) for an exercise that is no such one.
    """

    def __init__(self, exercise_id: str) -> None:
        exercise = checks.EXERCISES.get(exercise_id)
        if not isinstance(exercise, SortExercise):
            raise IamlabError(f"{exercise_id!r} is no exercise in which things are sorted.", code="ValidationError")
        self._exercise = exercise
        kept = memory.recall("sort", exercise.id) or {}
        self.choices = {key: self._dropdown(key, kept.get(key)) for key in exercise.items}
        self.button = reveal_button("Check my answers")
        self.feedback = live()
        heading = HTML(page(element("p", element("strong", f"{exercise.id}: {exercise.title}")), label="Exercise"))
        children = [heading, *self.choices.values(), HBox([self.button]), self.feedback]
        super().__init__(f"Exercise {exercise.id}: {exercise.title}", children)
        self.add_class("iamlab-sort")
        self.button.on_click(self._check)

    def _dropdown(self, key: str, kept: str | None) -> Dropdown:
        choices = self._exercise.choices_of(key)
        made = Dropdown(
            description=f"{self._exercise.items[key].words}",
            options=[(OPEN, ""), *((one, one) for one in choices)],
            value=kept if kept in choices else "",
            layout=Layout(width="auto"),
            style={"description_width": "62%"},
        )
        made.observe(self._changed, names="value")
        return made

    @property
    def answer(self) -> dict[str, str]:
        """What has been chosen so far, by the items' keys."""
        return {key: one.value for key, one in self.choices.items() if one.value}

    def static_answer(self) -> str:
        """The items, and how to answer without the widget."""
        items = "; ".join(f"{key}: {item.words}" for key, item in self._exercise.items.items())
        return f"Exercise {self._exercise.id}: {items}. In plain Python: check({self._exercise.id!r}, {{...}})."

    def _changed(self, _: Any) -> None:
        memory.keep("sort", self._exercise.id, self.answer)
        self.feedback.value = ""

    def _check(self, _: Any = None) -> None:
        self.feedback.value = result.html(checks.check(self._exercise.id, self.answer))
