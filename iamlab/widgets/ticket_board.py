"""The ticket board: one denied request at a time, with AWS's message, three questions and an answer to each."""

from __future__ import annotations

from typing import Any, Final

from ipywidgets import HTML, Button, Dropdown, HBox, Layout

from iamlab.core.errors import IamlabError
from iamlab.lessons import checks, help_desk, progress, result, tickets
from iamlab.lessons.exercise import SortExercise
from iamlab.views.html import element, join, page
from iamlab.widgets import memory
from iamlab.widgets.answers import live, notice, reveal_button
from iamlab.widgets.fields import OPEN, wide
from iamlab.widgets.frame import FramedBox

EXERCISE: Final = "09.4"


class TicketBoard(FramedBox):
    """The ten tickets of exercise 09.4, one at a time, each judged by itself; ``check("09.4", board)`` judges all.

    When the last of them is right, the exercise is remembered as solved.
    """

    def __init__(self) -> None:
        exercise = checks.EXERCISES[EXERCISE]
        if not isinstance(exercise, SortExercise):
            raise IamlabError(f"{EXERCISE!r} is no exercise with tickets.", code="ValidationError")
        self._exercise = exercise
        self._posted = help_desk.board(exercise.world())
        self._answers: dict[str, str] = dict(memory.recall("tickets", EXERCISE) or {})
        self._number, self._filling = 1, False
        self.ticket = live()
        self.choices = {asked: self._dropdown(asked) for asked in tickets.ASKED}
        self.button = reveal_button("Check this ticket")
        self.back = Button(description="◀ Ticket before", layout=Layout(width="auto"))
        self.forward = Button(description="Next ticket ▶", layout=Layout(width="auto"))
        self.feedback, self.score = live(), HTML()
        bar = HBox([self.button, self.back, self.forward], layout=Layout(flex_flow="row wrap"))
        super().__init__("Ticket board", [self.ticket, *self.choices.values(), bar, self.feedback, self.score])
        self.button.on_click(self._check)
        self.back.on_click(lambda _: self.show(self._number - 1))
        self.forward.on_click(lambda _: self.show(self._number + 1))
        self.show(1)

    @property
    def answer(self) -> dict[str, str]:
        """What has been chosen so far, by the exercise's keys."""
        return {key: choice for key, choice in self._answers.items() if choice}

    @property
    def number(self) -> int:
        """The ticket that is shown, from 1."""
        return self._number

    def show(self, number: int) -> None:
        """Show a ticket, with what was answered to it before; beyond the last one comes the first."""
        self._number = (number - 1) % len(self._posted) + 1
        posted = self._posted[self._number - 1]
        self._filling = True
        for asked, dropdown in self.choices.items():
            key = f"{self._number}: {asked}"
            dropdown.options = [(OPEN, ""), *self._options(key, posted)]
            kept = self._answers.get(key, "")
            dropdown.value = kept if kept in self._exercise.choices_of(key) else ""
        self._filling = False
        self.ticket.value = page(
            join(
                element("p", element("strong", posted.words)),
                element("p", "AWS says:"),
                element("pre", posted.error_message),
            ),
            label=posted.words,
        )
        self.feedback.value = ""
        self._say_score()

    def static_answer(self) -> str:
        """How to do the same without the widget."""
        return (
            f"Ticket board: {len(self._posted)} denied requests; of each, choose the layer (a type of policy), the "
            f"statement and the cure. In plain Python: check({EXERCISE!r}, {{...}})."
        )

    def _dropdown(self, asked: str) -> Dropdown:
        made = Dropdown(description=asked.capitalize(), layout=wide(), style={"description_width": "8rem"})
        made.observe(self._changed, names="value")
        return made

    def _options(self, key: str, posted: tickets.Posted) -> list[tuple[str, str]]:
        choices = self._exercise.choices_of(key)
        words = posted.cures if key.endswith("cure") else choices
        return list(zip(words, choices, strict=True))

    def _changed(self, _: Any) -> None:
        if self._filling:
            return
        for asked, dropdown in self.choices.items():
            self._answers[f"{self._number}: {asked}"] = dropdown.value or ""
        memory.keep("tickets", EXERCISE, dict(self._answers))
        self.feedback.value = ""
        self._say_score()

    def _check(self, _: Any) -> None:
        judged = tickets.judge(self._exercise, self._number, self._answers)
        if judged.misconception:
            progress.met(judged.misconception)
        self.feedback.value = notice(f"{'✔' if judged.right else '✖'} {judged.message}", "Feedback")
        if judged.right and self._right() == len(self._posted):
            self.feedback.value = result.html(checks.check(EXERCISE, self.answer))
        self._say_score()

    def _right(self) -> int:
        return sum(tickets.judge(self._exercise, one, self._answers).right for one in self._numbers)

    def _say_score(self) -> None:
        """How many have all their answers; whether these are right, the button says."""
        answered = sum(all(self._answers.get(f"{n}: {one}") for one in tickets.ASKED) for n in self._numbers)
        words = f"Ticket {self._number} of {len(self._posted)}; {answered} answered so far."
        self.score.value = page(element("p", words), label="Tickets")

    @property
    def _numbers(self) -> range:
        return range(1, len(self._posted) + 1)
