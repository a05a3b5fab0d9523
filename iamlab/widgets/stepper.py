"""Stepping through a decision: one type of policy at a time, with the flow graph saying where one is."""

from __future__ import annotations

from typing import Any, Final

from ipywidgets import HTML, Button, HBox, Layout, ToggleButton, VBox

from iamlab.core.evaluation import Evaluation
from iamlab.views.display import graph_html
from iamlab.views.html import element, join, page
from iamlab.views.steps import Step, flow_graph, step_html, steps
from iamlab.widgets.answers import fleeting, live

OPEN: Final = "Step through the decision"
CLOSE: Final = "Close the steps"


class Stepper(VBox):  # type: ignore[misc]
    """Hidden until it is given an evaluation; then a button opens it, and one goes back and forward through its steps.

    It stays open for the evaluations that follow.
    """

    def __init__(self) -> None:
        self.opener = ToggleButton(description=OPEN, value=False, layout=Layout(width="auto"))
        self.back = Button(description="◀ Step back", layout=Layout(width="auto"))
        self.forward = Button(description="Step forward ▶", layout=Layout(width="auto"))
        self.where = live()
        self.flow = fleeting(HTML())
        self._evaluation: Evaluation | None = None
        self._steps: tuple[Step, ...] = ()
        self._at = 0
        self._opened = VBox([HBox([self.back, self.forward]), self.where, self.flow])
        super().__init__([HBox([self.opener]), self._opened])
        self.opener.observe(self._turned, names="value")
        self.back.on_click(self._step_back)
        self.forward.on_click(self._step_forward)
        self.show(None)

    def show(self, evaluation: Evaluation | None) -> None:
        """Begin with the first step of this evaluation; without one there is nothing to see."""
        self._evaluation, self._at = evaluation, 0
        self._steps = steps(evaluation) if evaluation is not None else ()
        self.layout.display = None if evaluation is not None else "none"
        self._turned()
        self._draw()

    @property
    def step(self) -> Step | None:
        """The step one is at."""
        return self._steps[self._at] if self._steps else None

    def _turned(self, _: Any = None) -> None:
        self.opener.description = CLOSE if self.opener.value else OPEN
        self._opened.layout.display = None if self.opener.value else "none"

    def _step_back(self, _: Any) -> None:
        self._at = max(self._at - 1, 0)
        self._draw()

    def _step_forward(self, _: Any) -> None:
        self._at = min(self._at + 1, len(self._steps) - 1)
        self._draw()

    def _draw(self) -> None:
        if self._evaluation is None or self.step is None:
            self.where.value = self.flow.value = ""
            return
        number = f"Step {self._at + 1} of {len(self._steps)}: {self.step.name}"
        shown = join(element("p", number), step_html(self._evaluation, self.step))
        self.where.value = page(shown, label=number)
        self.flow.value = graph_html(flow_graph(self._evaluation, self._at))
