"""The filters of an access explorer: which callers and which actions are looked at, and whether the table is turned."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from ipywidgets import Button, Checkbox, Dropdown, HBox, Layout, Text

from iamlab import catalog
from iamlab.analysis.access import AccessMatrix
from iamlab.core.errors import IamlabError
from iamlab.views.access_grid import KINDS, Column, Filter
from iamlab.widgets.fields import offer
from iamlab.world.account import Account

ROWS: Final = (("a row for each caller", False), ("a row for each action", True))
EVERY: Final = ""


class Filters(HBox):  # type: ignore[misc]
    """Controls for all that a ``Filter`` says; those with nothing to choose between are not shown.

    ``changed`` and ``clear`` belong to them and stand elsewhere.
    """

    def __init__(self, turned: bool) -> None:
        self.kind, self.account = _choice("Callers"), _choice("Of account")
        self.service, self.level = _choice("Service"), _choice("Access level")
        self.who = _words("Find callers", "words, such as: dana")
        self.what = _words("Find actions", "words, such as: put object")
        self.rows = Dropdown(description="Table", options=ROWS, value=turned, layout=_wide(), style=_LABEL)
        self.changed = Checkbox(description="Only what changed", indent=False, layout=Layout(width="auto"))
        self.clear = Button(description="Show everything again", layout=Layout(width="auto"))
        self._filling = False
        self._changed: Callable[[], None] = lambda: None
        self._choices = (self.kind, self.account, self.service, self.level)
        super().__init__([*self._choices, self.who, self.what, self.rows], layout=Layout(flex_flow="row wrap"))
        for one in (*self._choices, self.who, self.what, self.rows, self.changed):
            one.observe(self._moved, names="value")
        self.clear.on_click(self._clear)

    def on_change(self, changed: Callable[[], None]) -> None:
        """Call this whenever something else is to be looked at."""
        self._changed = changed

    def begin_with(self, kind: str) -> None:
        """Choose a kind of callers.

        Raises IamlabError (``InvalidInput``) when there are none of it.
        """
        kinds = [value for _, value in self.kind.options]
        if kind not in kinds:
            near = difflib.get_close_matches(f"{kind}", [*kinds[1:]], n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise IamlabError(
                f"There is no kind of caller {kind!r} here, but {', '.join(kinds[1:])}.{hint}", code="InvalidInput"
            )
        self.kind.value = kind

    def offer(self, matrix: AccessMatrix, columns: Sequence[Column], accounts: Iterable[Account]) -> None:
        """What there is to choose from now; what was chosen stays chosen where it still is there."""
        kinds = Counter(one.kind for one in matrix.subjects)
        owners = {one.account for one in matrix.subjects}
        levels = Counter(one.level for one in columns)
        services = dict.fromkeys(one.service for one in columns)
        offered: tuple[tuple[Dropdown, str, list[tuple[str, str]]], ...] = (
            (
                self.kind,
                f"every kind ({len(matrix.subjects):,})",
                [(f"{KINDS[one]} ({kinds[one]:,})", one) for one in KINDS if one in kinds],
            ),
            (
                self.account,
                "every account",
                [(f"{one.name} ({one.id})", one.id) for one in accounts if one.id in owners],
            ),
            (self.service, "every service", [(one, one) for one in services]),
            (self.level, "every level", [(f"{one} ({levels[one]:,})", one) for one in catalog.LEVELS if one in levels]),
        )
        self._filling = True
        for control, every, options in offered:
            offer(control, [(every, EVERY), *options])
            control.layout.display = None if len(options) > 1 else "none"
        self._filling = False

    @property
    def asked(self) -> Filter:
        """What is looked at."""
        return Filter(
            kind=self.kind.value,
            account=self.account.value,
            service=self.service.value,
            level=self.level.value,
            who=self.who.value,
            what=self.what.value,
            changed=self.changed.value,
        )

    @property
    def turned(self) -> bool:
        """Whether there is a row for each action."""
        value: bool = self.rows.value
        return value

    @property
    def nothing_left(self) -> str:
        """What is said when nothing fits."""
        given = [f"{one.description}: {one.label}" for one in self._choices if one.value]
        given += [f"{one.description}: {one.value}" for one in (self.who, self.what) if one.value.strip()]
        given += [self.changed.description] if self.changed.value else []
        return (
            f"Nothing is left to show of “{'”, “'.join(given)}”. The button “{self.clear.description}” brings all back."
        )

    def _moved(self, _: Any) -> None:
        if not self._filling:
            self._changed()

    def _clear(self, _: Any) -> None:
        self._filling = True
        for one in self._choices:
            one.value = EVERY
        self.who.value = self.what.value = ""
        self.changed.value = False
        self._filling = False
        self._changed()


_LABEL: Final = {"description_width": "6rem"}


def _wide() -> Layout:
    return Layout(width="18.5rem", margin="2px 16px 2px 0")


def _choice(words: str) -> Dropdown:
    return Dropdown(description=words, options=[("", EVERY)], value=EVERY, layout=_wide(), style=_LABEL)


def _words(words: str, example: str) -> Text:
    return Text(description=words, placeholder=example, layout=_wide(), style=_LABEL)
