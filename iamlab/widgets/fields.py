"""Fields in which something is typed, and lists from which something is chosen: what they have in common."""

from __future__ import annotations

from typing import Any, Final

import anywidget
import traitlets
from ipywidgets import Dropdown, Layout, Select, Text

from iamlab.widgets.frame import STATIC

LABEL: Final = {"description_width": "9rem"}
"""Labels of one width, so that the fields of all parts stand below each other."""
INDENT: Final = "2px 0 2px calc(9rem + 8px)"
"""Where buttons begin, below the fields."""
OPEN: Final = "choose ..."
"""The entry of a list from which nothing has been chosen yet."""
ANOTHER: Final = "another: type its ARN"
"""The entry for something that is not in the list."""


def wide() -> Layout:
    """As wide as the widget, and no wider than can be read."""
    return Layout(width="auto", max_width="44rem")  # 100% would be too wide, by the margin


def offer(control: Dropdown | Select, options: list[tuple[str, Any]], *, by_label: bool = False) -> None:
    """New options for a control; what was chosen stays chosen where it is still among them, else the first is.

    ``by_label`` goes by the words of what was chosen, where a thing that is made anew is to count as the same.
    """
    if by_label:
        chosen, labels = control.label, [label for label, _ in options]
        with control.hold_sync():  # the page gets options and choice at once
            control.options = options
            control.index = labels.index(chosen) if chosen in labels else 0 if labels else None
    elif list(control.options) != options:
        chosen, values = control.value, [value for _, value in options]
        with control.hold_sync():
            control.options = options
            control.value = chosen if chosen in values else next(iter(values), None)


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
