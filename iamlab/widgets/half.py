"""One half of a request: a policy as text to be edited, with what is wrong in it, and what this side says."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ipywidgets import HTML, GridBox, Layout, VBox, Widget

from iamlab.core.errors import IamlabError, PolicyError
from iamlab.views.both_sides import Side
from iamlab.views.both_sides_html import side_html
from iamlab.views.html import element, join, page
from iamlab.widgets import memory
from iamlab.widgets.answers import live, notice
from iamlab.widgets.editor import Editor
from iamlab.widgets.side_policies import Written

KIND = "both sides"


class Half(VBox):  # type: ignore[misc]
    """The text of one policy. What was typed and is not in the world yet stays, whatever happens to the world."""

    def __init__(self, label: str, key: str, above: Sequence[Widget] = ()) -> None:
        self._label, self._key = label, key
        self._world: str | None = None  # the text as it is in the world
        self.policy: Written | None = None
        self.title = HTML()
        self.editor = Editor("", label=f"{label}: text of the policy")
        self.editor.rows = 14
        self.status = live()
        self.said = live()
        super().__init__([self.title, VBox(list(above)), self.editor, self.status, self.said], layout=_rows())
        self.editor.observe(self._edited, names="text")

    @property
    def text(self) -> str:
        """What stands in the editor."""
        found: str = self.editor.text
        return found

    @property
    def typed(self) -> bool:
        """Whether something stands there that is not in the world."""
        if self.policy is None or self.text == self._world:
            return False
        return bool(self.text.strip()) or self.policy.policy is not None

    def draft(self, policy: Written) -> str | None:
        """What was typed for a policy and is not in the world."""
        kept = memory.recall(KIND, f"{self._key} {policy.words}")
        return kept if isinstance(kept, str) and not same_document(kept, policy.text) else None

    def show(self, policy: Written | None, draft: str | None = None) -> None:
        """Show a policy as it is in the world now, or what was typed for it.

        Of the policy that is there already, what was typed stays.
        """
        switched = policy is None or self.policy is None or policy.words != self.policy.words
        follows = switched or not self.typed
        self.policy = policy
        self.editor.layout.display = None if policy is not None else "none"
        self._world = None if policy is None else policy.text
        if policy is not None and switched and draft is not None:
            self._load(draft)
        elif policy is not None and same_document(self.text, policy.text):
            self._world = self.text  # the same policy, as it was typed
        elif policy is not None and follows:
            self._load(policy.text)
        self._judge()

    def hold(self) -> None:
        """Take what stands in the editor for typed: the world is about to be another one."""
        self._world = None

    def keep_for(self, policy: Written) -> None:
        """Remember what stands in the editor as what was typed for another policy."""
        memory.keep(KIND, f"{self._key} {policy.words}", self.text)

    def start_over(self) -> None:
        """Put in place what is in the world."""
        if self.policy is not None:
            self._world = self.policy.text
            self._load(self._world)
            self._judge()

    @property
    def doing(self) -> str:
        """What putting the text into the world does, in words."""
        assert self.policy is not None
        if self.policy.policy is None:
            return f"wrote {self.policy.words}"
        return f"{'changed' if self.text.strip() else 'took away'} the {self.policy.words}"

    def put(self) -> None:
        """Put the text into the world.

        Raises what the operation raises.
        """
        assert self.policy is not None
        if not self.text.strip() and self.policy.delete is not None:
            self.policy.delete()
        else:
            self.policy.put(self.text)

    def refused(self, error: IamlabError) -> None:
        """Say beside the text why it could not be put into the world."""
        self.editor.mark(error if isinstance(error, PolicyError) else None)
        self.status.value = notice(f"✖ AWS refuses it. {error}", "Error in the policy")

    def entitle(self, account: str, policy: str) -> None:
        """Say above the text whose side this is, and which policy it is."""
        words = (element("p", element("strong", f"{self._label}: {account}")), element("p", policy))
        self.title.value = page(join(*words), label=self._label)

    def say(self, side: Side | None) -> None:
        """Show what this side says; without it, nothing."""
        self.said.value = "" if side is None else page(side_html(side), label=f"{side.name} {side.says.value}")

    def _load(self, text: str) -> None:
        if self.text != text:
            self.editor.load(text)

    def _edited(self, _: Any) -> None:
        if self.policy is not None:
            memory.keep(KIND, f"{self._key} {self.policy.words}", self.text if self.typed else None)
        self._judge()

    def _judge(self) -> None:
        """Say whether the text is valid, and whether it is in the world."""
        self.editor.mark(None)
        if self.policy is None:
            self.status.value = notice("There is no policy to be written on this side.", "No policy")
        elif not self.typed:
            there = self.policy.policy is not None
            words = "This is how it is in the world." if there else "There is none yet. Write its first statement."
            self.status.value = notice(words, "In the world")
        elif not self.text.strip() and self.policy.delete is not None:
            self.status.value = notice("Empty: applied like this, the policy is taken away.", "Not applied yet")
        else:
            self._check(self.policy)

    def _check(self, policy: Written) -> None:
        try:
            policy.check(self.text)
        except IamlabError as error:
            self.editor.mark(error if isinstance(error, PolicyError) else None)
            self.status.value = notice(f"✖ Not valid yet. {error}", "Error in the policy")
        else:
            self.status.value = notice("✔ Valid. It is not in the world before you apply it.", "Not applied yet")


def columns(halves: list[Half]) -> GridBox:
    """Both halves in two columns, their texts at one height; in one column where there is no place for two."""
    template = "repeat(auto-fit, minmax(min(100%, 22rem), 1fr))"
    return GridBox(halves, layout=Layout(grid_template_columns=template, grid_gap="0 1rem", width="100%"))


def _rows() -> Layout:
    """Rows that both halves share: title, choice, text, status, verdict."""
    return Layout(display="grid", grid_area="span 5", grid_template_rows="subgrid", min_width="0", width="auto")


def same_document(one: str, other: str) -> bool:
    """Whether two texts are the same policy, but for blanks and line breaks."""
    if one == other:
        return True
    try:
        return bool(json.loads(one) == json.loads(other))
    except (ValueError, RecursionError):
        return False
