"""A change made by a widget, and what it did: who gained and who lost what, and the AWS CLI command for it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from threading import Thread
from typing import Any, Final

from iamlab import catalog
from iamlab.analysis.actions import shared
from iamlab.core.errors import IamlabError
from iamlab.lab import Lab
from iamlab.views.display import graph_html
from iamlab.views.html import Markup, element, join, page
from iamlab.widgets.answers import notice
from iamlab.widgets.undo import history
from iamlab.world.state import State

MOST_SENTENCES: Final = 10


@cache
def prepare() -> None:
    """Read up on all of AWS's actions in the background, which the first change would otherwise wait a second for."""
    Thread(target=lambda: shared(tuple(catalog.expand("*"))).forms, daemon=True).start()


def changed(lab: Lab, words: str, change: Callable[[], Any]) -> tuple[bool, str]:
    """Make a change that can be undone; whether it was made, and what is to be said of it, as finished HTML."""
    before = lab.snapshot()
    calls = len(lab.trail)
    try:
        history(lab).do(lab, words, change)
    except IamlabError as error:
        return False, notice(f"✖ Nothing has changed. {error}", "Error")
    commands = "\n".join(one.cli() for one in lab.trail[calls:])
    said = [element("p", f"✔ Done: {words}."), *_what_it_did(lab, before), element("p", "As a command:")]
    return True, page(join(*said, element("pre", commands)), label="What the change did")


def undone(lab: Lab) -> str:
    """Take back the last change that a widget made, and say which; as finished HTML."""
    before = lab.snapshot()
    words = history(lab).undo(lab)
    if not words:
        return notice("There is nothing to undo.", "Undo")
    return page(join(element("p", f"Taken back: {words}."), *_what_it_did(lab, before)), label="Undo")


def _what_it_did(lab: Lab, before: State) -> list[Markup]:
    difference = lab.difference(before)
    sentences = difference.sentences
    items = [element("li", one) for one in sentences[:MOST_SENTENCES]]
    if len(sentences) > MOST_SENTENCES:
        items.append(element("li", f"and {len(sentences) - MOST_SENTENCES} more."))
    graph = [Markup(graph_html(lab.graph(difference)))] if len(difference) else []
    return [element("ul", join(*items)), *graph]
