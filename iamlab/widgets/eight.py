"""The eight requests of the start page: answered before the course and after it, compared once both are in."""

from __future__ import annotations

from typing import Any, Final

from ipywidgets import HTML, Dropdown, HBox, VBox

from iamlab.core.errors import IamlabError
from iamlab.lessons import eight, eight_answers
from iamlab.lessons.eight_questions import CHOICES, QUESTIONS, Question
from iamlab.views.html import element, join, page
from iamlab.widgets import memory
from iamlab.widgets.answers import live, notice, reveal_button
from iamlab.widgets.fields import OPEN, wide
from iamlab.widgets.frame import FramedBox

TITLES: Final = {
    eight_answers.BEFORE: "Eight requests, before the course",
    eight_answers.AFTER: "The same eight requests, after the course",
}


class EightRequests(FramedBox):
    """Eight requests to be answered ``"before"`` the course, and the same ones ``"after"`` it.

    What is right is shown with the answers from after, never earlier; those from before are recorded once.
    Raises IamlabError (``ValidationError``) for another phase.
    """

    def __init__(self, phase: str) -> None:
        found = eight_answers.phase_of(phase)
        if found is None:
            raise IamlabError(
                f"{phase!r} is no phase: EightRequests('before') or EightRequests('after').", code="ValidationError"
            )
        self.phase = found
        recorded = eight_answers.recorded(found)
        kept = recorded or memory.recall("eight", found) or {}
        self.choices = {key: _dropdown(at, key, kept.get(key, "")) for at, key in enumerate(QUESTIONS, 1)}
        self.button = reveal_button("Record my answers")
        self.feedback = live()
        asked = [VBox([_words(at, one), self.choices[key]]) for at, (key, one) in enumerate(QUESTIONS.items(), 1)]
        heading = HTML(page(element("p", element("strong", TITLES[found])), label="Eight requests"))
        super().__init__(TITLES[found], [heading, *asked, HBox([self.button]), self.feedback])
        for one in self.choices.values():
            one.observe(self._changed, names="value")
        self.button.on_click(self._record)
        if recorded:
            self._show(eight_answers.STAY)
        elif aside := eight_answers.damaged():
            self.feedback.value = notice(aside, "Damaged")

    @property
    def answer(self) -> dict[str, str]:
        """What has been chosen so far, by who asks."""
        return {key: one.value for key, one in self.choices.items() if one.value}

    def static_answer(self) -> str:
        """What this is, and how to do it without the widget."""
        return (
            f"{TITLES[self.phase]}: allowed, denied, or no idea? In plain Python: eight_requests() lists them, "
            f"record_eight({self.phase!r}, {{...}}) records your answers, compare_eight() compares them."
        )

    def _changed(self, _: Any) -> None:
        memory.keep("eight", self.phase, self.answer)
        self.feedback.value = ""

    def _record(self, _: Any = None) -> None:
        done = eight_answers.record_eight(self.phase, self.answer)
        if done.recorded:
            self._show(done.text)
        else:
            self.feedback.value = notice(done.text, "Not recorded")

    def _show(self, said: str) -> None:
        """What is recorded: from before, that it is, for good; from after, the comparison."""
        if self.phase == eight_answers.BEFORE:
            for control in (*self.choices.values(), self.button):
                control.disabled = True
            self.feedback.value = notice(f"✔ {said}", "Recorded")
        else:
            unwritten = notice(said, "Recorded") if eight_answers.UNWRITTEN in said else ""
            self.feedback.value = unwritten + eight.comparison_html(eight.compare_eight())


def _words(at: int, question: Question) -> HTML:
    return HTML(page(element("p", join(element("strong", f"{at}. "), question.words)), label=f"Request {at}"))


def _dropdown(at: int, key: str, kept: str) -> Dropdown:
    return Dropdown(
        description=f"My answer to {at} ({key})",
        options=[(OPEN, ""), *((one, one) for one in CHOICES)],
        value=kept if kept in CHOICES else "",
        layout=wide(),
        style={"description_width": "12rem"},
    )
