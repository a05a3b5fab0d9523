"""What every widget stands in: its name for screen readers, its style, and protection from JupyterLab's shortcuts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import traitlets
from ipywidgets import VBox, Widget

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


def discard(*shown: Widget) -> None:
    """Close widgets that are not shown any more, with all their parts: kernel and page would keep them otherwise."""
    for one in shown:
        discard(*getattr(one, "children", ()))
        for part in (getattr(one, "layout", None), getattr(one, "style", None), one):
            if part is not None:
                part.close()
