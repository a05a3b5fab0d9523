"""The world's clock as a widget: what it says, and three ways to move it on. It never goes back."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any, Final

import anywidget
import traitlets
from ipywidgets import HTML, Button, HBox, Layout, VBox

from iamlab.core.errors import IamlabError
from iamlab.lab import Lab
from iamlab.views.sessions import time_words
from iamlab.views.sessions_html import clock_html, shortened
from iamlab.widgets.answers import live, notice
from iamlab.widgets.fields import EntryField
from iamlab.widgets.frame import STATIC

LONGEST: Final = 12 * 60
"""Minutes that the slider reaches: as long as any session of a role lasts."""
STEPS: Final = {"+1 min": 1, "+15 min": 15, "+1 h": 60}
REMEDY: Final = (
    "Write minutes and seconds (14:59), hours, minutes and seconds (1:00:00), or a number with a unit (90s)."
)
BACK: Final = "The clock never goes back, and nothing has changed. To go back, restore a snapshot: lab.restore(before)."

_CLOCK: Final = re.compile(r"(?:(\d{1,6}):(?=[0-5]?\d:))?(\d{1,6}):([0-5]\d)", re.ASCII)
_UNIT: Final = re.compile(r"(\d{1,9}) ?(s|sec|seconds?|m|min|minutes?|h|hours?|d|days?)", re.ASCII)
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def seconds_in(text: str) -> int:
    """The seconds that a typed length of time has.

    >>> seconds_in("14:59"), seconds_in("1:00:00"), seconds_in("90s")
    (899, 3600, 90)

    Raises IamlabError (``InvalidInput``) for anything else, with what to write instead.
    """
    text = text.strip()
    if text.startswith(("-", "−")):
        raise IamlabError(BACK, code="InvalidInput")
    seconds = 0
    if found := _CLOCK.fullmatch(text):
        seconds = sum(int(one or 0) * unit for one, unit in zip(found.groups(), (3600, 60, 1), strict=True))
    elif found := _UNIT.fullmatch(text):
        seconds = int(found[1]) * _SECONDS[found[2][0]]
    if not seconds:
        what = f"{shortened(text)!r} is no length of time" if text else "There is no length of time yet"
        raise IamlabError(f"{what}. {REMEDY}", code="InvalidInput")
    return seconds


class TimeSlider(anywidget.AnyWidget):
    """A slider over minutes. A drag counts when it ends: on its way there would be no way back."""

    _esm = STATIC / "time_slider.js"
    _css = STATIC / "clock.css"
    label = traitlets.Unicode().tag(sync=True)
    max = traitlets.Int().tag(sync=True)
    value = traitlets.Int().tag(sync=True)

    def __repr__(self) -> str:
        return f"<slider of {self.label}>"


class ClockControl(VBox):  # type: ignore[misc]
    """The time of a lab, a slider, three buttons and a field; it follows the lab, whoever moves its clock."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._since = lab.clock.now
        self._following = False
        self.shown = HTML()
        self.slider = TimeSlider(label="Time passed", max=LONGEST)
        self.steps = {words: Button(description=words, layout=Layout(width="auto")) for words in STEPS}
        self.by = EntryField(label="Move on by", placeholder="such as 14:59")
        self.move = Button(description="Move", layout=Layout(width="auto"))
        self.result = live()
        moves = HBox([self.by, self.move, *self.steps.values()], layout=Layout(flex_flow="row wrap"))
        super().__init__([self.shown, self.slider, moves, self.result])
        self.slider.observe(self._slid, names="value")
        for words, button in self.steps.items():
            button.on_click(lambda _, minutes=STEPS[words]: self.advance(minutes * 60))
        self.move.on_click(self._move)
        self.by.observe(self._move, names="entered")
        self.follow()

    def follow(self) -> None:
        """Show the time that it is now."""
        now = self._lab.clock.now
        # A snapshot from before this widget was made: it counts from there.
        self._since = min(self._since, now)
        self.shown.value = clock_html(now, self._since)
        self._following = True
        self.slider.value = min(self._minutes(), LONGEST)
        self._following = False

    def say(self, answer: str) -> None:
        """Put an answer below the clock."""
        self.result.value = answer

    def advance(self, seconds: float) -> None:
        """Move the clock on, and say so, or why not."""
        try:
            self._lab.clock.advance(seconds=seconds)
        except IamlabError as error:
            self._refuse(error)
            return
        self.say(notice(f"✔ The clock was moved on by {time_words(timedelta(seconds=seconds))}.", "The clock"))

    def _minutes(self) -> int:
        return int((self._lab.clock.now - self._since).total_seconds()) // 60

    def _slid(self, change: Any) -> None:
        if self._following or change.new == min(self._minutes(), LONGEST):
            return
        if change.new < self._minutes():
            self.follow()
            self.say(notice(f"✖ {BACK}", "The clock"))
            return
        passed = (self._lab.clock.now - self._since).total_seconds()
        self.advance(change.new * 60 - passed)

    def _move(self, _: Any = None) -> None:
        try:
            seconds = seconds_in(self.by.value)
        except IamlabError as error:
            self._refuse(error)
            return
        self.advance(seconds)

    def _refuse(self, error: IamlabError) -> None:
        self.follow()
        self.say(notice(f"✖ {error.message}", "The clock"))
