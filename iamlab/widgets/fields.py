"""Fields in which something is typed and a button then reads: what they have in common."""

from __future__ import annotations

from typing import Any, Final

import anywidget
import traitlets
from ipywidgets import Layout, Text

from iamlab.widgets.frame import STATIC

LABEL: Final = {"description_width": "9rem"}
"""Labels of one width, so that the fields of all parts stand below each other."""
INDENT: Final = "2px 0 2px calc(9rem + 8px)"
"""Where buttons begin, below the fields."""


def text_field(description: str, *, kind: type[Text] = Text, max_width: str | None = None, **more: Any) -> Any:
    """A field that is sent when it is left, as it is then.

    One that sends each key may still have some on the way when a button is pressed, and would be read half-typed.
    """
    layout = Layout(width="auto", max_width=max_width)
    return kind(description=description, continuous_update=False, layout=layout, style=LABEL, **more)


class EntryField(anywidget.AnyWidget):
    """A line of text in which Enter counts: ``entered`` says how often it was pressed, and comes with the text."""

    _esm = STATIC / "entry_field.js"
    _css = STATIC / "clock.css"
    label = traitlets.Unicode().tag(sync=True)
    placeholder = traitlets.Unicode().tag(sync=True)
    value = traitlets.Unicode().tag(sync=True)
    entered = traitlets.Int().tag(sync=True)

    def __repr__(self) -> str:
        return f"<field of {self.label}>"
