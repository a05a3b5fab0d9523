"""Try a request as whoever acts: the call is made where it can be, and the engine explains what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from ipywidgets import Dropdown, HBox, Layout, VBox

from iamlab.core.errors import IamlabError
from iamlab.core.evaluation import Evaluation
from iamlab.lab import Lab
from iamlab.views import explain
from iamlab.views.html import Markup, element, join, page
from iamlab.views.sessions_html import shortened
from iamlab.widgets.answers import live, notice, reveal_button
from iamlab.widgets.fields import INDENT, LABEL, text_field, wide
from iamlab.widgets.requests import Request, words
from iamlab.world.authorization import AccessDeniedError

OWN: Final = "another: type it below"


class Trial(VBox):  # type: ignore[misc]
    """An action, a resource and a button; ``acting`` says who asks. A verdict that may be stale is taken away."""

    def __init__(self, lab: Lab, acting: Callable[[], Any], requests: Sequence[Request]) -> None:
        self._lab, self._acting, self._filling = lab, acting, False
        options = [(words(one), one) for one in requests]
        self.request = Dropdown(description="Request", options=[*options, (OWN, OWN)], layout=wide(), style=LABEL)
        self.action = text_field("Action", max_width="44rem", placeholder="s3:GetObject")
        self.resource = text_field(
            "Resource", max_width="44rem", placeholder="none, or an ARN such as arn:aws:s3:::acme-photos/1.jpg"
        )
        self.button = reveal_button("Try it")
        self.result = live()
        super().__init__(
            [self.request, self.action, self.resource, HBox([self.button], layout=Layout(margin=INDENT)), self.result]
        )
        self._chosen()
        self.request.observe(self._chosen, names="value")
        for field in (self.action, self.resource):
            field.observe(self._typed, names="value")
        self.button.on_click(self._try)

    def forget(self, _: Any = None) -> None:
        """What was answered is not known to be so any more."""
        self.result.value = ""

    def _chosen(self, _: Any = None) -> None:
        chosen = self.request.value
        if chosen != OWN:
            self._filling = True
            self.action.value, self.resource.value = chosen[0], chosen[1] or ""
            self._filling = False
        self.forget()

    def _typed(self, _: Any) -> None:
        """Whoever types something of their own asks another request than the chosen one."""
        if not self._filling:
            self.request.value = OWN
            self.forget()

    def _try(self, _: Any) -> None:
        who = self._acting()
        if who is None:
            self.result.value = notice("There is nobody who could ask. Create a user first.", "Nobody")
            return
        action, resource = self.action.value.strip(), self.resource.value.strip() or None
        try:
            evaluation = self._lab.evaluate(who, action, resource)
        except IamlabError as error:
            refused = element("p", "✖ Refused, before any policy was read:")
            self.result.value = page(join(refused, element("pre", shortened(str(error)))), label="Refused")
            return
        evaluation, note = self._call(who, evaluation)
        self.result.value = page(join(explain.body(evaluation), note), label="What came of it")

    def _call(self, who: Any, evaluation: Evaluation) -> tuple[Evaluation, Markup]:
        """Make the call, so that it stands on the trail, and give what decided it."""
        request = evaluation.request
        try:
            with self._lab.signed_in(who):
                self._lab.call(request.action, request.resource)
        except AccessDeniedError as error:
            return error.evaluation, Markup()
        except IamlabError:
            note = "This action changes the world, so it was only asked, not done: it is not on the trail."
            return evaluation, element("p", note)
        return evaluation, Markup()
