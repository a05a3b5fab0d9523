"""The graph view: choose a part of a graph, and read what leads there and what follows from there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import anywidget
import traitlets

from iamlab.core.errors import IamlabError
from iamlab.lab import Lab
from iamlab.lessons.named_worlds import lab_of
from iamlab.views.display import graph_html
from iamlab.views.graph import Graph, edge_key, node_key
from iamlab.views.html import Markup, element, join
from iamlab.views.svg import marked_svg
from iamlab.views.trace import traces
from iamlab.widgets.answers import fleeting
from iamlab.widgets.frame import STATIC, FramedBox


class Drawing(anywidget.AnyWidget):
    """The drawing with its tabs; ``graph`` holds all that it shows."""

    _esm = STATIC / "graph_view.js"
    _css = STATIC / "graph_view.css"
    graph = traitlets.Dict().tag(sync=True)

    def __repr__(self) -> str:
        return f"<drawing of {self.graph.get('title', 'nothing')}>"


class GraphView(FramedBox):
    """A graph in which a node or an edge can be chosen, by click, Tab or arrows; as sentences and table on other tabs.

    ``shown`` is a graph, a lab or the name of a story's world. Of a lab, its world is shown, or what ``question`` asks
    of it: ``lambda lab: lab.who_can("s3:GetObject", arn)``; the view then follows the lab. Raises IamlabError
    (``InvalidInput``) for anything else.
    """

    def __init__(self, shown: Graph | Lab | str, question: Callable[[Lab], Any] | None = None) -> None:
        self._lab = None if isinstance(shown, Graph) else lab_of(shown)
        self._question = question
        self._graph = shown if isinstance(shown, Graph) else self._asked()
        self.drawing = fleeting(Drawing(graph=_shown(self._graph)))
        super().__init__(f"Graph: {self._graph.title}", [self.drawing])
        if self._lab is not None:
            self._lab.world.observe(self._world_changed)

    def _asked(self) -> Graph:
        assert self._lab is not None
        if self._question is None:
            return self._lab.graph()
        answer = self._question(self._lab)
        return answer if isinstance(answer, Graph) else self._lab.graph(answer)

    def static_answer(self) -> str:
        """The graph in words."""
        return f"{self._graph!r}"

    def static_html(self) -> str:
        """The graph as a picture, with its sentences."""
        words = element("p", "A graph to look at part by part; run the cell to do so.")
        return join(words, Markup(graph_html(self._graph)))

    def _world_changed(self) -> None:
        try:
            self._graph = self._asked()
        except IamlabError as error:  # what the question is about is gone
            self._graph = Graph(title=f"{error}", nodes=(), edges=())
        self.drawing.graph = _shown(self._graph)


def _shown(graph: Graph) -> dict[str, Any]:
    """All that the drawing shows, as plain values."""
    keys = {node: node_key(index) for index, node in enumerate(graph.nodes)}
    return {
        "title": graph.title,
        "svg": marked_svg(graph),
        "sentences": list(graph.sentences),
        "columns": ["From", "Relation", "To"],
        "rows": [[one.source.words, one.label, one.target.words] for one in graph.edges],
        "edges": [
            {"key": edge_key(index), "source": keys[one.source], "target": keys[one.target]}
            for index, one in enumerate(graph.edges)
        ],
        "traces": [asdict(one) for one in traces(graph)],
    }
