"""The answers of a widget: the places where they stand, its own sentences, and the button that shows one."""

from __future__ import annotations

from typing import TypeVar

from ipywidgets import HTML, Button, DOMWidget, Layout

from iamlab.views.html import element, page

Shown = TypeVar("Shown", bound=DOMWidget)


def live(value: str = "") -> HTML:
    """A place for answers: what changes in it is read out by screen readers."""
    made = HTML(value)
    made.add_class("iamlab-live")
    return made


def fleeting(shown: Shown) -> Shown:
    """The same widget, marked as showing what a kernel has found out.

    Without the kernel that may be stale, and is hidden, as a place for answers is.
    """
    shown.add_class("iamlab-fleeting")
    return shown


def notice(text: str, label: str) -> str:
    """A sentence of the widget itself, as an answer."""
    return page(element("p", text, cls="iamlab-rule"), label=label)


def reveal_button(words: str) -> Button:
    """The button that shows an answer."""
    button = Button(description=words, layout=Layout(width="auto"))
    button.add_class("iamlab-reveal")
    return button
