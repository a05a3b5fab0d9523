"""The access explorer: who can do what, as a matrix; why each cell says what it says; what a change did to it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import anywidget
import traitlets
from ipywidgets import HTML, Button, HBox, Layout, VBox

from iamlab.analysis.access import AccessMatrix, Cell
from iamlab.analysis.answers import title_of
from iamlab.core.errors import IamlabError
from iamlab.lab import Lab, ResourceLike
from iamlab.lessons.named_worlds import lab_of
from iamlab.views.access_changes import Comparison
from iamlab.views.access_grid import Grid, caller_key, column_key, drawn, grid
from iamlab.views.access_html import matrix_html
from iamlab.views.access_said import meanings, sentences
from iamlab.views.access_why import why_html
from iamlab.views.html import Markup, breakable, element, join, page
from iamlab.widgets.access_filters import Filters
from iamlab.widgets.access_question import Question
from iamlab.widgets.answers import fleeting, live, notice
from iamlab.widgets.frame import STATIC, FramedBox, discard
from iamlab.widgets.graph_view import GraphView
from iamlab.world.state import State

TITLE: Final = "Who can do what"
HINT: Final = "To read why: click a cell; or Tab into the table, go with the arrow keys, Home and End, and press Enter."


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
        if before is not None and not isinstance(before, State):
            raise IamlabError(f"{before!r} is no snapshot: before = lab.snapshot().", code="InvalidInput")
        self._lab = lab_of(lab)
        self.question = Question(self._lab, actions, resources)
        self._since = "this table was made" if before is None else "the snapshot that was given"
        self._problem = ""
        self._compared: Comparison = self.question.asked(self._lab.snapshot() if before is None else before)
        self._chosen: tuple[str, str] | None = None
        self._graph: GraphView | None = None
        self.filters = Filters(turned)
        self.compare = Button(description="Compare from here", layout=Layout(width="auto"))
        self.as_graph = Button(description=_AS_GRAPH, layout=Layout(width="auto"))
        self.table, self.meanings = Matrix(), HTML()
        self.summary, self.why = live(), live()
        self._table_box, self._graph_box = fleeting(VBox([self.table, self.meanings])), VBox()
        since = HBox([self.compare, self.filters.changed, self.filters.clear], layout=Layout(flex_flow="row wrap"))
        since.add_class("iamlab-access-since")
        above, below = [self.filters, self.summary, since], [HBox([self.as_graph]), self.why]
        super().__init__(TITLE, [*above, self._table_box, self._graph_box, *below])
        self._offer()
        if kind:
            self.filters.begin_with(kind)
        self._draw()
        self._listen()

    def _listen(self) -> None:
        self.filters.on_change(self._draw)
        self.compare.on_click(self._compare_from_here)
        self.as_graph.on_click(self._switch)
        self.table.observe(self._cell_chosen, names="chosen")
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
        return (
            f"{TITLE}: a table to look through, to ask why, and to compare with an earlier moment. "
            f"In plain Python: {self.question.python}, {self.question.python_of(self._columns)}."
        )

    def static_html(self) -> str:
        """The same, with the matrix as of when the cell ran."""
        if self._problem or not self._grid.size:
            return join(element("p", self.static_answer()), element("p", self._problem or self._nothing()))
        resources = dict.fromkeys(one.resource for one in self._grid.columns)
        actions = dict.fromkeys(one.action for one in self._grid.columns)
        asked = AccessMatrix(self.matrix.state, self._grid.subjects, tuple(actions), tuple(resources))
        return join(element("p", self.static_answer()), Markup(matrix_html(asked)))

    # What is asked

    def _ask(self, before: State) -> None:
        """Ask again, about now and about the moment to compare with."""
        self._compared = self.question.asked(before, self._compared)
        self._offer()

    def _offer(self) -> None:
        self._columns = self.question.columns(self._compared.now)
        self.filters.offer(self._compared.now, self._columns, self._lab.accounts)

    def _ask_again(self, before: State) -> None:
        """The same, and show it; what cannot be asked any more leaves no answer standing."""
        try:
            self._ask(before)
            self._problem = ""
        except IamlabError as error:
            self._problem, self._chosen, self.why.value = f"{error}", None, ""
            self._close_graph()
        self._draw()
        self._explain()

    def _compare_from_here(self, _: Any) -> None:
        self._since = "you pressed “Compare from here”"
        self._ask_again(self._lab.snapshot())

    def _world_changed(self) -> None:
        # What differs in the trail alone is the same world.
        if self._problem or self._lab.snapshot() != self._compared.now.state:
            self._ask_again(self._compared.before.state)

    # What is shown

    def _draw(self) -> None:
        if self._problem:
            self._show({"rows": [], "columns": [], "groups": [], "corner": "", "note": ""}, [self._problem])
            return
        self._grid = grid(self._compared, self.filters.asked, self._columns)
        several = len({one.account for one in self.matrix.subjects if one.account}) > 1
        names = {one.id: one.name for one in self._lab.accounts} if several else {}
        said = list(sentences(self._grid, self._since)) if self._grid.size else [self._nothing()]
        if self.question.missing:
            said.append(f"Asked about, and not there: {', '.join(self.question.missing)}.")
        self._show(drawn(self._grid, names, turned=self.filters.turned), said)

    def _show(self, shown: dict[str, Any], said: Iterable[str]) -> None:
        self.table.grid = {"title": TITLE, **shown}
        self.table.chosen = self._placed()
        self.summary.value = page(join(*(element("p", one) for one in said)), label=TITLE)
        words = [element("li", one) for one in meanings(shown)]
        listed = element("ul", join(*words), cls="iamlab-access-meanings")
        self.meanings.value = page(listed, label="What the words mean") if words else ""

    def _placed(self) -> list[str]:
        """The keys of the chosen cell as the table has them."""
        keys = list(self._chosen or ())
        return keys[::-1] if self.filters.turned else keys

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
            asked = element("p", element("strong", breakable(title_of((action,), cell.resource))))
            self._graph_box.children = [HTML(page(asked, label="Question of the graph")), self._graph]
            self._table_box.layout.display = "none"
            self.as_graph.description = _AS_TABLE

    def _close_graph(self) -> None:
        if self._graph is not None:
            shown, self._graph_box.children = self._graph_box.children, ()
            discard(*shown)
            self._graph = None
        self._table_box.layout.display = None
        self.as_graph.description = _AS_GRAPH


_AS_GRAPH: Final = "Show as graph"
_AS_TABLE: Final = "Back to the table"
