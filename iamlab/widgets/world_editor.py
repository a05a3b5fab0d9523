"""The world editor: a world as a list of statements, to add to and to take from; each change says what it did."""

from __future__ import annotations

from typing import Any, Final

from ipywidgets import Button, Dropdown, HBox, Layout, Select, Text

from iamlab.core.errors import IamlabError
from iamlab.lab import Lab
from iamlab.views.display import graph_html
from iamlab.views.html import element, join, page
from iamlab.widgets.frame import FramedBox, lab_of, live
from iamlab.widgets.questions import notice, reveal_button, wide
from iamlab.widgets.relations import ADDITIONS, BOUNDARIES, Addition, Relation, relations
from iamlab.widgets.undo import history
from iamlab.world.account import Account
from iamlab.world.state import State

MOST: Final = 300
"""Statements in the list; of a larger world, those that hold the words looked for."""
MOST_SENTENCES: Final = 10
ROWS: Final = 9


class WorldEditor(FramedBox):
    """Users, groups, memberships and attachments of a lab as statements, with add, remove and undo.

    Each change shows who gained and who lost what, and the AWS CLI command for it. The editor follows its lab.
    ``boundaries`` offers permissions boundaries as well.
    """

    def __init__(self, lab: Lab | str, *, boundaries: bool = False) -> None:
        self._lab = lab_of(lab)
        self._all: tuple[Relation, ...] = ()
        self.look = Text(description="Look for", placeholder="words, such as: dana", layout=wide(), style=_LABEL)
        self.listed = Select(description="Statements", rows=ROWS, layout=wide(), style=_LABEL)
        self.remove = Button(description="Remove the chosen statement", layout=Layout(width="auto"))
        self.account = Dropdown(description="In account", layout=wide(), style=_LABEL)
        self.kind = Dropdown(
            description="New statement",
            options=[(one.words, one) for one in ADDITIONS if boundaries or one.words != BOUNDARIES],
            layout=wide(),
            style=_LABEL,
        )
        self.subject = Dropdown(description="Who", layout=wide(), style=_LABEL)
        self.object = Dropdown(description="What", layout=wide(), style=_LABEL)
        self.name = Text(description="Name", placeholder="such as: nina", layout=wide(), style=_LABEL)
        self.add = reveal_button("Add the statement")
        self.undo = Button(description="Undo", layout=Layout(width="auto"))
        self.result = live()
        children = [self.look, self.listed, HBox([self.remove, self.undo]), self.account, self.kind]
        super().__init__(
            "World editor", [*children, self.subject, self.object, self.name, HBox([self.add]), self.result]
        )
        self.look.observe(self._list, names="value")
        self.account.observe(self._offer, names="value")
        self.kind.observe(self._offer, names="value")
        self.remove.on_click(self._remove)
        self.add.on_click(self._add)
        self.undo.on_click(self._undo)
        self._lab.world.observe(self._world_changed)
        self._world_changed()

    @property
    def answer(self) -> Lab:
        """The lab as it is now, for ``check``."""
        return self._lab

    def static_answer(self) -> str:
        """How to do the same without the widget."""
        return (
            "World editor: statements about this world, to add and to remove. "
            "In plain Python: developers.add(dana), developers.attach(policy), dana.detach(policy)."
        )

    def static_html(self) -> str:
        """The same, with the statements as of when the cell ran."""
        said = element("ul", join(*(element("li", one.words) for one in relations(self._lab)[:MOST])))
        return join(element("p", self.static_answer()), said)

    # What is on offer

    def _world_changed(self) -> None:
        self._all = relations(self._lab)
        _offer(self.account, [(f"{one.name} ({one.id})", one) for one in self._lab.accounts])
        self.account.layout.display = None if len(self._lab.accounts) > 1 else "none"
        self._list()
        self._offer()

    def _list(self, _: Any = None) -> None:
        words = self.look.value.lower().split()
        found = [one for one in self._all if all(word in one.words.lower() for word in words)]
        _offer(self.listed, [(one.words, one) for one in found[:MOST]])
        left = len(found) - MOST
        self.listed.description = f"Statements ({left} more: look for words)" if left > 0 else "Statements"

    def _offer(self, _: Any = None) -> None:
        addition: Addition = self.kind.value
        account: Account | None = self.account.value
        named = addition.objects is None
        if account is not None and addition.objects is not None:
            _offer(self.subject, addition.subjects(account))
            _offer(self.object, addition.objects(account))
        self.subject.layout.display = self.object.layout.display = "none" if named else None
        self.name.layout.display = None if named else "none"

    # What happens

    def _remove(self, _: Any) -> None:
        chosen: Relation | None = self.listed.value
        if chosen is None:
            self.result.value = notice("Choose a statement in the list first.", "Choose first")
            return
        self._change(chosen.removing, chosen.remove)

    def _add(self, _: Any) -> None:
        addition: Addition = self.kind.value
        account: Account | None = self.account.value
        named = addition.objects is None
        subject, object_ = self.subject.value, self.name.value.strip() if named else self.object.value
        if account is None or not object_ or (not named and subject is None):
            self.result.value = notice("There is something still to be chosen or typed above.", "Choose first")
            return
        self._change(addition.made(subject, object_), lambda: addition.add(account, subject, object_))
        self.name.value = ""

    def _change(self, words: str, change: Any) -> None:
        before = self._lab.snapshot()
        calls = len(self._lab.trail)
        try:
            history(self._lab).do(self._lab, words, change)
        except IamlabError as error:
            self.result.value = notice(f"✖ Nothing has changed. {error}", "Error")
            return
        commands = "\n".join(one.cli() for one in self._lab.trail[calls:])
        said = [element("p", f"✔ Done: {words}."), *self._what_it_did(before), element("p", "As a command:")]
        self.result.value = page(join(*said, element("pre", commands)), label="What the change did")

    def _what_it_did(self, before: State) -> list[str]:
        difference = self._lab.difference(before)
        sentences = difference.sentences
        items = [element("li", one) for one in sentences[:MOST_SENTENCES]]
        if len(sentences) > MOST_SENTENCES:
            items.append(element("li", f"and {len(sentences) - MOST_SENTENCES} more."))
        graph = [graph_html(self._lab.graph(difference))] if len(difference) else []
        return [element("ul", join(*items)), *graph]

    def _undo(self, _: Any) -> None:
        before = self._lab.snapshot()
        words = history(self._lab).undo(self._lab)
        if not words:
            self.result.value = notice("There is nothing to undo.", "Undo")
            return
        said = [element("p", f"Taken back: {words}."), *self._what_it_did(before)]
        self.result.value = page(join(*said), label="Undo")


_LABEL: Final = {"description_width": "8rem"}


def _offer(control: Any, options: list[tuple[str, Any]]) -> None:
    """New options; what was chosen stays chosen where it is still among them."""
    chosen = control.label
    control.options = options
    labels = [label for label, _ in options]
    control.index = labels.index(chosen) if chosen in labels else 0 if labels else None
