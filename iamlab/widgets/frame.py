"""What every widget stands in: its name for screen readers, its style, and protection from JupyterLab's shortcuts."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import anywidget
import traitlets
from ipywidgets import HTML, VBox, Widget

from iamlab.core.errors import IamlabError
from iamlab.lab import Lab
from iamlab.lessons import story, worlds
from iamlab.views.html import element, page

STATIC = Path(__file__).parent / "static"


class Frame(anywidget.AnyWidget):
    """An invisible part of a widget that looks after the box around it."""

    _esm = STATIC / "frame.js"
    _css = STATIC / "frame.css"
    label = traitlets.Unicode().tag(sync=True)
    own_id = traitlets.Unicode().tag(sync=True)

    def __init__(self, label: str) -> None:
        super().__init__(label=label)
        self.own_id = self.model_id

    def __repr__(self) -> str:
        return f"<frame of {self.label}>"


class FramedBox(VBox):  # type: ignore[misc]
    """A widget with a name. Without a kernel, its static answer stands in its place."""

    def __init__(self, label: str, children: list[Widget]) -> None:
        super().__init__([Frame(label=label), *children])
        self.add_class("iamlab-widget")
        self._label = label

    def static_answer(self) -> str:
        """What somebody reads who has no kernel, in one paragraph: what this is, and how to do it in plain Python."""
        raise NotImplementedError

    def static_html(self) -> str:
        """The same for a page: with what the widget showed when the cell ran, where it shows something."""
        return element("p", self.static_answer())

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        bundle = dict(super()._repr_mimebundle_(**kwargs) or {})
        bundle["text/plain"] = self.static_answer()
        bundle["text/html"] = page(self.static_html(), label=self._label)
        return bundle

    def __repr__(self) -> str:
        return f"<{self._label}>"


def live(value: str = "") -> HTML:
    """A place for answers: what changes in it is read out by screen readers."""
    made = HTML(value)
    made.add_class("iamlab-live")
    return made


WORLDS: Final = {
    "first_day": worlds.first_day,
    "administrator": story.administrator,
    "developer_group": story.developer_group,
    "staging_and_production": story.staging_and_production,
    "two_accounts": story.two_accounts,
    "consultant": story.consultant,
    "application_on_ec2": story.application_on_ec2,
}
"""The story's worlds, under the names that a widget takes for them."""


def lab_of(lab: Lab | str) -> Lab:
    """The lab itself, or a fresh world of the story by its name.

    Raises IamlabError (``InvalidInput``) for anything else.
    """
    if isinstance(lab, Lab):
        return lab
    if isinstance(lab, str) and lab in WORLDS:
        return WORLDS[lab]()
    raise IamlabError(
        f"{lab!r} is neither a lab nor one of the story's worlds: {', '.join(WORLDS)}.", code="InvalidInput"
    )
