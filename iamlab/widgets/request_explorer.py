"""The request explorer: choose who asks for what, predict, and see the verdict with its reasons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from ipywidgets import HTML, Button, Dropdown, HBox, Layout, RadioButtons

from iamlab import catalog
from iamlab.core.errors import IamlabError
from iamlab.core.evaluation import Decision, Evaluation
from iamlab.lab import Identity, Lab
from iamlab.lessons import predict
from iamlab.views.display import graph_html
from iamlab.views.graph import question_graph
from iamlab.views.html import element, join, page
from iamlab.widgets.frame import FramedBox

ACTIONS: Final = (
    "s3:ListAllMyBuckets",
    "s3:ListBucket",
    "s3:GetObject",
    "s3:PutObject",
    "s3:DeleteBucket",
    "iam:ListUsers",
    "iam:GetUser",
    "iam:CreateUser",
    "ec2:DescribeInstances",
    "sts:GetCallerIdentity",
)
"""Real actions to begin with: some take a resource, some take none, one needs no permission."""

PREDICTIONS: Final = (
    ("Allowed", Decision.ALLOW),
    ("Denied: something is missing (implicit deny)", Decision.IMPLICIT_DENY),
    ("Denied: something forbids it (explicit deny)", Decision.EXPLICIT_DENY),
)

NO_RESOURCE: Final = "(this action takes no resource)"


class RequestExplorer(FramedBox):
    """Ask a lab one request at a time; the verdict stays hidden until it has been predicted.

    ``actions`` are the actions on offer. The explorer follows its lab: after any change the old verdict is gone.
    Raises IamlabError (``InvalidAction``) for an action that does not exist.
    """

    def __init__(self, lab: Lab, actions: Sequence[str] = ACTIONS) -> None:
        self._lab = lab
        self._actions = {name: catalog.find(name) for name in actions}
        wide = Layout(width="100%", max_width="44rem")
        self.who = Dropdown(description="Who asks", layout=wide, style=_LABEL)
        self.action = Dropdown(
            description="Action",
            options=[(f"{one.name}  ({one.access_level})", name) for name, one in self._actions.items()],
            layout=wide,
            style=_LABEL,
        )
        self.resource = Dropdown(description="Resource", layout=wide, style=_LABEL)
        self.prediction = RadioButtons(
            description="I predict", options=PREDICTIONS, value=None, layout=wide, style=_LABEL
        )
        self.button = Button(description="Reveal the verdict", layout=Layout(width="auto"))
        self.button.add_class("iamlab-reveal")
        self.answer = HTML()
        self.answer.add_class("iamlab-live")
        controls = [self.who, self.action, self.resource, self.prediction, HBox([self.button])]
        super().__init__("Request explorer", [*controls, self.answer])
        self._fill()
        for control in (self.who, self.action, self.resource):
            control.observe(self._asked_anew, names="value")
        self.prediction.observe(self._hide, names="value")
        self.button.on_click(self._reveal)
        lab.world.observe(self._world_changed)

    @property
    def evaluation(self) -> Evaluation:
        """What the engine says to the request as chosen now."""
        if self.who.value is None:
            raise IamlabError("There is nobody who could ask. Create a user first.", code="InvalidInput")
        return self._lab.evaluate(self.who.value, self.action.value, self.resource.value)

    def static_answer(self) -> str:
        """How to ask the same without the widget."""
        return (
            "Request explorer: choose who asks, the action and the resource, predict, then reveal. "
            'In plain Python: reveal("implicit deny", lab.evaluate(alice, "s3:ListAllMyBuckets")).'
        )

    def _fill(self) -> None:
        """Offer the callers and resources that the world has now, and keep what was chosen where it still is there."""
        several = len(self._lab.accounts) > 1
        self._offer(self.who, [(_caller_words(caller, several), caller) for caller in self._lab.callers])
        self._offer_resources()
        self._hide()

    def _offer_resources(self) -> None:
        action = self._actions[self.action.value]
        if action.wildcard_only:
            self._offer(self.resource, [(NO_RESOURCE, "*")])
        else:
            self._offer(self.resource, [(arn, arn) for arn in self._lab.resources if action.takes(arn)])
        self.resource.disabled = action.wildcard_only

    def _offer(self, control: Dropdown, options: list[tuple[str, Any]]) -> None:
        chosen = control.value
        values = [value for _, value in options]
        control.options = options
        control.value = chosen if chosen in values else next(iter(values), None)

    def _asked_anew(self, change: Any) -> None:
        if change.owner is self.action:
            self._offer_resources()
        self.prediction.value = None
        self._hide()

    def _world_changed(self) -> None:
        self._fill()
        self.prediction.value = None

    def _hide(self, _: Any = None) -> None:
        self.answer.value = ""

    def _reveal(self, _: Any = None) -> None:
        try:
            shown = predict.reveal(self.prediction.value, self.evaluation)
        except IamlabError as error:
            self.answer.value = page(element("p", str(error), cls="iamlab-rule"), label="Error")
            return
        if shown.predicted is None:
            text = "Predict first: choose one of the three above, then reveal."
            self.answer.value = page(element("p", text, cls="iamlab-rule"), label="Predict first")
            return
        self.answer.value = join(predict.html(shown), graph_html(question_graph(shown.evaluation)))


_LABEL: Final = {"description_width": "6rem"}


def _caller_words(caller: Identity, several_accounts: bool) -> str:
    words = {
        "user": f"user {caller.name}",
        "role": f"a session of role {caller.name}",
        "root": "the root user",
    }
    return words[caller.kind] + (f" of account {caller.account_id}" if several_accounts else "")
