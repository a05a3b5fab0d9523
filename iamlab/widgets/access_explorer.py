"""The access explorer: who can do what, as a matrix; why each cell says what it says; what a change did to it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import anywidget
import traitlets
from ipywidgets import Button, HBox, Layout, VBox

from iamlab.analysis.access import AccessMatrix, Cell
from iamlab.core.errors import IamlabError
from iamlab.lab import Lab, ResourceLike
from iamlab.views.access_changes import Mark
from iamlab.views.access_grid import LEGEND, Grid, caller_key, column_key, drawn, grid
from iamlab.views.access_html import SIGNS, matrix_html
from iamlab.views.access_why import why_html
from iamlab.views.html import Markup, element, join, page
from iamlab.widgets.access_filters import Filters
from iamlab.widgets.access_question import Question
from iamlab.widgets.frame import STATIC, FramedBox, lab_of, live
from iamlab.widgets.graph_view import GraphView
from iamlab.widgets.questions import notice
from iamlab.world.state import State

TITLE: Final = "Who can do what"
HINT: Final = "To read why: click a cell; or Tab into the table, go with the arrow keys, Home and End, and press Enter."
COUNTED: Final = 20_000
"""Cells whose answers are counted in the sentence above the table."""


class Matrix(anywidget.AnyWidget):
    """The drawn table; ``grid`` holds all that it shows, ``chosen`` the keys of the chosen cell's row and column."""

    _esm = STATIC / "access_explorer.js"
    _css = STATIC / "access_explorer.css"
    grid = traitlets.Dict().tag(sync=True)
    chosen = traitlets.List(trait=traitlets.Unicode()).tag(sync=True)
    hint = traitlets.Unicode(HINT).tag(sync=True)

    def __repr__(self) -> str:
        return f"<table of {len(self.grid.get('rows', ()))} rows>"


class AccessExplorer(FramedBox):
    """Who can do what in a lab: a row for each caller, a column for each action on each resource.

    ``lab`` is a lab or the name of a story's world. ``actions`` and ``resources`` as in ``lab.access_matrix``; without
    them a few actions for what is there, and everything there is that they are asked about. ``before`` is a snapshot to
    compare with, else the moment when the widget is made. ``kind`` ("role") is the kind of callers to begin with;
    ``turned`` makes a row of each action. The explorer follows its lab.
    Raises IamlabError as ``lab.access_matrix`` does; and ``InvalidInput`` for what is no lab, no snapshot, no kind of
    caller here, ``InvalidResource`` when AWS asks about none of it.
    """

    def __init__(
        self,
        lab: Lab | str,
        actions: str | Iterable[str] | None = None,
        resources: ResourceLike | Iterable[ResourceLike] | None = None,
        before: State | None = None,
        *,
        kind: str = "",
        turned: bool = False,
    ) -> None:
        self._lab = lab_of(lab)
        self.question = Question(self._lab, actions, resources)
        if before is not None and not isinstance(before, State):
            raise IamlabError(f"{before!r} is no snapshot: before = lab.snapshot().", code="InvalidInput")
        self._since = "the snapshot that was given" if before is not None else "this table was made"
        self._chosen: tuple[str, str] | None = None
        self._graph: GraphView | None = None
        self.filters = Filters(turned)
        self.compare = Button(description="Compare from here", layout=Layout(width="auto"))
        self.summary, self.why = live(), live()
        self.table = Matrix()
        self.as_graph = Button(description=_AS_GRAPH, layout=Layout(width="auto"))
        self._graph_box = VBox()
        below = [HBox([self.as_graph, self.compare]), self._graph_box, self.why]
        super().__init__(TITLE, [self.filters, self.summary, self.table, *below])
        self._ask(self._lab.snapshot() if before is None else before)
        if kind:
            self.filters.begin_with(kind)
        self._draw()
        self.filters.on_change(self._draw)
        self.compare.on_click(self._compare_from_here)
        self.table.observe(self._cell_chosen, names="chosen")
        self.as_graph.on_click(self._switch)
        self._lab.world.observe(self._world_changed)

    @property
    def matrix(self) -> AccessMatrix:
        """All answers of now, filtered or not."""
        return self._compared.now

    @property
    def shown(self) -> Grid:
        """What fits the filters."""
        return self._grid

    @property
    def cell(self) -> Cell | None:
        """The chosen cell's answer."""
        if self._chosen is None:
            return None
        caller, column = self._chosen
        subject = next((one for one in self.matrix.subjects if caller_key(one) == caller), None)
        place = next((one for one in self._columns if column_key(one) == column), None)
        if subject is None or place is None:
            return None
        return self.matrix.cell(subject, place.action, place.resource)

    def choose(self, row: int, column: int) -> None:
        """Choose a cell of the table by its numbers, from zero, as a click does."""
        rows, columns = self.table.grid["rows"], self.table.grid["columns"]
        self.table.chosen = [rows[row]["key"], columns[column]["key"]]

    def static_answer(self) -> str:
        """What it shows, and how to ask the same without it."""
        return f"{TITLE}: a table to filter, to ask why, and to compare. In plain Python: {self.question.python}."

    def static_html(self) -> str:
        """The same, with the matrix as of when the cell ran."""
        resources = tuple(dict.fromkeys(one.resource for one in self._grid.columns))
        actions = tuple(dict.fromkeys(one.action for one in self._grid.columns))
        if not self._grid.size:
            return join(element("p", self.static_answer()), element("p", self._nothing()))
        asked = AccessMatrix(self.matrix.state, self._grid.subjects, actions, resources)
        return join(element("p", self.static_answer()), Markup(matrix_html(asked)))

    # What is asked

    def _ask(self, before: State) -> None:
        """Ask again, about now and about the moment to compare with."""
        self._compared = self.question.asked(before)
        self._columns = self.question.columns(self._compared.now)
        self.filters.offer(self._compared.now, self._columns, self._lab.accounts)

    def _compare_from_here(self, _: Any) -> None:
        self._since = "you pressed the button “Compare from here”"
        self._ask(self._lab.snapshot())
        self._draw()
        self._explain()

    def _world_changed(self) -> None:
        if self._lab.snapshot() == self._compared.now.state:  # the trail alone is another one
            return
        self._ask(self._compared.before.state)
        self._draw()
        self._explain()

    # What is shown

    def _draw(self) -> None:
        self._grid = grid(self._compared, self.filters.asked, self._columns)
        names = {one.id: f"{one.name} ({one.id})" for one in self._lab.accounts}
        several = len({one.account for one in self.matrix.subjects if one.account}) > 1
        made = drawn(self._grid, names if several else {}, turned=self.filters.turned)
        self.table.grid = {"title": TITLE, **made}
        self.table.chosen = self._placed()
        self.summary.value = page(self._said() if self._grid.size else element("p", self._nothing()), label=TITLE)

    def _placed(self) -> list[str]:
        """The keys of the chosen cell as the table has them."""
        keys = list(self._chosen or ())
        return keys[::-1] if self.filters.turned else keys

    def _said(self) -> str:
        """What the table comes to, in sentences."""
        parts = [self._counted(), self._changes(), self._legend()]
        return join(*(element("p", one) for one in parts))

    def _counted(self) -> str:
        total: dict[str, list[int]] = {}
        if self._grid.size > COUNTED:
            return f"{self._grid.size:,} answers."
        for column, cell in self._grid.cells():
            count = total.setdefault(column.level, [0, 0])
            count[0] += cell.access.possible
            count[1] += 1
        possible = sum(one for one, _ in total.values())
        said = f"{possible:,} of {self._grid.size:,} answers are allowed or depend on the request"
        if len(total) == 1:
            return f"{said}."
        return f"{said}: " + ", ".join(f"{level} {one:,} of {of:,}" for level, (one, of) in total.items()) + "."

    def _changes(self) -> str:
        marks = list(self._grid.marks.values())
        counts = {one: marks.count(one) for one in Mark}
        said = ", ".join(f"{number:,} {one.value}" for one, number in counts.items() if number)
        gone = self._compared.gone
        since = f"Since {self._since}"
        if gone:
            some = ", ".join(gone[:5]) + (f" and {len(gone) - 5} more" if len(gone) > 5 else "")
            return f"{since}: {said or 'no answer here is another one'}. No longer there: {some}."
        return f"{since}: {said}." if said else f"{since}, no answer here has changed."

    def _legend(self) -> str:
        found = {cell.access for _, cell in self._grid.cells()} if self._grid.size <= COUNTED else set(LEGEND)
        return "; ".join(f"{SIGNS[one]} {one.value}: {words}" for one, words in LEGEND.items() if one in found) + "."

    def _nothing(self) -> str:
        return self.filters.nothing_left if self._columns else self.question.nothing

    # Why

    def _cell_chosen(self, change: Any) -> None:
        keys = change.new[::-1] if self.filters.turned else change.new
        if len(keys) != 2 or tuple(keys) == self._chosen:
            return
        self._chosen = (keys[0], keys[1])
        self._explain()

    def _explain(self) -> None:
        """Say again why the chosen cell says what it says; let it go when it is there no more."""
        if self._chosen is None:
            return
        cell = self.cell
        if cell is None:
            self._chosen = None
            self.table.chosen = []
            self._close_graph()
            self.why.value = notice("What you had chosen is not there any more. Choose another cell.", "Choose again")
            return
        place = cell.subject, cell.action, cell.resource
        self.why.value = why_html(self.matrix, cell, self._compared.sentence(place))

    def _switch(self, _: Any) -> None:
        if self._graph is not None:
            self._close_graph()
        elif (cell := self.cell) is None:
            self.why.value = notice("Choose a cell in the table first: its question becomes the graph.", "Choose first")
        else:
            action, resource = cell.action, None if cell.resource == "*" else cell.resource
            self._graph = GraphView(self._lab, lambda lab: lab.who_can(action, resource))
            self._graph_box.children = [self._graph]
            self.table.layout.display = "none"
            self.as_graph.description = _AS_TABLE

    def _close_graph(self) -> None:
        if self._graph is not None:
            self._graph_box.children = []
            self._graph.close()
            self._graph = None
        self.table.layout.display = None
        self.as_graph.description = _AS_GRAPH


_AS_GRAPH: Final = "Show as graph"
_AS_TABLE: Final = "Back to the table"
