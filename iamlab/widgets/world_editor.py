"""The world editor: a world as a list of facts, to add to and to take from; each change says what it did."""

from __future__ import annotations

from typing import Any, Final

from ipywidgets import HTML, Button, Dropdown, HBox, Layout, Select, Text

from iamlab.lab import Lab
from iamlab.lessons.named_worlds import lab_of
from iamlab.views.html import element, join, page
from iamlab.views.role_card import role_card
from iamlab.widgets import trusting
from iamlab.widgets.additions import ADDITIONS, BOUNDARIES, PROFILES, ROLES, Addition, topics
from iamlab.widgets.answers import live, notice, reveal_button
from iamlab.widgets.changes import changed, prepare, undone
from iamlab.widgets.fields import offer, wide
from iamlab.widgets.frame import FramedBox
from iamlab.widgets.relations import Relation, relations
from iamlab.world.account import Account

MOST: Final = 300
"""Facts in the list; of a larger world, those that hold the words looked for."""
ROWS: Final = 9
CHOOSE_FIRST: Final = "There is something still to be chosen or typed above."


class WorldEditor(FramedBox):
    """Users, groups, roles, memberships, attachments and trust of a lab as facts, with add, remove and undo.

    Each change shows who gained and who lost what, and the AWS CLI command for it; a fact about a role shows its
    trust policy beside its permissions. The editor follows its lab. ``boundaries`` offers permissions boundaries as
    well. ``roles`` offers to make roles and instance profiles; left out, where the world has some.
    """

    def __init__(self, lab: Lab | str, *, boundaries: bool = False, roles: bool | None = None) -> None:
        self._lab = lab_of(lab)
        prepare()
        self._all: tuple[Relation, ...] = ()
        self._follows_topics = roles is None
        self._topics = {"", *((BOUNDARIES,) if boundaries else ()), *((ROLES, PROFILES) if roles else ())}
        self.look = Text(description="Look for", placeholder="words, such as: dana", layout=wide(), style=_LABEL)
        self.listed = Select(description="Facts", rows=ROWS, layout=wide(), style=_LABEL)
        self.remove = Button(description="Remove the chosen fact", layout=Layout(width="auto"))
        self.undo = Button(description="Undo", layout=Layout(width="auto"))
        self.card = HTML()
        self.account = Dropdown(description="In account", layout=wide(), style=_LABEL)
        self.kind = Dropdown(description="New fact", layout=wide(), style=_LABEL)
        self.subject = Dropdown(description="Who", layout=wide(), style=_LABEL)
        self.object = Dropdown(description="What", layout=wide(), style=_LABEL)
        self.typed = Text(
            description="Its ARN or name",
            placeholder="such as: 444455556666, or lambda.amazonaws.com",
            layout=wide(),
            style=_LABEL,
        )
        self.name = Text(description="Name", placeholder="such as: nina", layout=wide(), style=_LABEL)
        self.add = reveal_button("Add the fact")
        self.result = live()
        chosen = [self.look, self.listed, HBox([self.remove, self.undo]), self.card]
        made = [self.account, self.kind, self.name, self.subject, self.object, self.typed, HBox([self.add])]
        super().__init__("World editor", [*chosen, *made, self.result])
        self._world_changed()
        self._begin()
        self.look.observe(self._list, names="value")
        self.listed.observe(self._show_card, names="value")
        for control in (self.account, self.kind):
            control.observe(self._offer, names="value")
        self.object.observe(self._show_fields, names="value")
        self.remove.on_click(self._remove)
        self.add.on_click(self._add)
        self.undo.on_click(self._undo)
        self._lab.world.observe(self._world_changed)

    @property
    def answer(self) -> Lab:
        """The lab as it is now, for ``check``."""
        return self._lab

    def static_answer(self) -> str:
        """How to do the same without the widget."""
        roles = ", role.update_trust(policy), profile.add_role(role)" if ROLES in self._topics else ""
        return (
            "World editor: facts about this world, to add and to remove. "
            f"In plain Python: developers.add(dana), developers.attach(policy), dana.detach(policy){roles}."
        )

    def static_html(self) -> str:
        """The same, with the facts as of when the cell ran."""
        said = element("ul", join(*(element("li", one.words) for one in relations(self._lab)[:MOST])))
        return join(element("p", self.static_answer()), said)

    # What is on offer

    def _world_changed(self) -> None:
        self._all = relations(self._lab)
        if self._follows_topics:  # what was on offer once stays so, also when the last role is gone
            self._topics |= topics(self._lab)
        offer(self.kind, [(one.words, one) for one in ADDITIONS if one.topic in self._topics], by_label=True)
        offer(self.account, [(f"{one.name} ({one.id})", one) for one in self._lab.accounts], by_label=True)
        self.account.layout.display = None if len(self._lab.accounts) > 1 else "none"
        self._list()
        self._offer()

    def _begin(self) -> None:
        """Choose the first kind of fact for which there is something to choose on each of its sides."""
        account: Account | None = self.account.value
        if account is None:
            return
        for _, addition in self.kind.options:
            sides = [
                choose(self._lab, account) for choose in (addition.subjects, addition.objects) if choose is not None
            ]
            if all(sides):
                self.kind.value = addition
                self._offer()
                return

    def _list(self, _: Any = None) -> None:
        words = self.look.value.lower().split()
        found = [one for one in self._all if all(word in one.words.lower() for word in words)]
        offer(self.listed, [(one.words, one) for one in found[:MOST]], by_label=True)
        left = len(found) - MOST
        self.listed.description = f"Facts ({left} more: look for words)" if left > 0 else "Facts"
        self._show_card()

    def _show_card(self, _: Any = None) -> None:
        chosen: Relation | None = self.listed.value
        role = chosen.role if chosen is not None else None
        shown = ""
        if role is not None and role.exists_in(self._lab.world):
            shown = page(role_card(self._lab.world.state, role), label=f"Role {role.name}")
        self.card.value = shown

    def _offer(self, _: Any = None) -> None:
        addition: Addition = self.kind.value
        account: Account | None = self.account.value
        if account is not None:
            if addition.subjects is not None:
                offer(self.subject, addition.subjects(self._lab, account), by_label=True)
            if addition.objects is not None:
                offer(self.object, addition.objects(self._lab, account), by_label=True)
        self._show_fields()

    def _show_fields(self, _: Any = None) -> None:
        addition: Addition = self.kind.value
        self.object.description = addition.object_label
        another = addition.objects is not None and self.object.value == trusting.ANOTHER
        shown = {
            self.subject: addition.subjects is not None,
            self.object: addition.objects is not None,
            self.typed: another,
            self.name: addition.named,
        }
        for control, there in shown.items():
            control.layout.display = None if there else "none"

    # What happens

    def _remove(self, _: Any) -> None:
        chosen: Relation | None = self.listed.value
        if chosen is None:
            self.result.value = notice("Choose a fact in the list first.", "Choose first")
            return
        _, self.result.value = changed(self._lab, chosen.removing, chosen.remove)

    def _add(self, _: Any) -> None:
        addition: Addition = self.kind.value
        account: Account | None = self.account.value
        subject = self.subject.value if addition.subjects is not None else None
        object_ = self.object.value if addition.objects is not None else None
        if object_ == trusting.ANOTHER:
            object_ = trusting.typed(self._lab, self.typed.value) if self.typed.value.strip() else None
        name = self.name.value.strip() if addition.named else ""
        missing = (
            (addition.subjects is not None and subject is None)
            or (addition.objects is not None and object_ is None)
            or (addition.named and not name)
        )
        if account is None or missing:
            self.result.value = notice(CHOOSE_FIRST, "Choose first")
            return
        words = addition.made(subject, object_, name)
        done, self.result.value = changed(self._lab, words, lambda: addition.add(account, subject, object_, name))
        if done:  # what AWS refused stays, to be mended
            self.name.value = self.typed.value = ""

    def _undo(self, _: Any) -> None:
        self.result.value = undone(self._lab)


_LABEL: Final = {"description_width": "8rem"}
