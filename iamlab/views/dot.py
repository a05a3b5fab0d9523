"""Graphs as DOT, the language of Graphviz, in the one visual language."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import graphviz

from iamlab.views import language
from iamlab.views.graph import Edge, Graph, Node, edge_key, node_key

WRAP = 32
"""Characters in a line of a label."""
LONG_ARN = 40
"""Characters of an ARN that still stands in one line."""
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f\ufffe\uffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What is to be known of a whole graph to draw a part of it."""

    keys: Mapping[Node, str]
    here: Node | None
    keyed: bool

    def classed(self, key: str) -> dict[str, str]:
        """The class of a part of the drawing, where it is wanted."""
        return {"class": key} if self.keyed else {}


def dot(graph: Graph, *, keyed: bool = False) -> str:
    """The graph as DOT text; every name is escaped, so that none of it is taken for markup.

    ``keyed`` gives each node and edge its key (``n0``, ``e0``, in the graph's order) as a class of the drawing.
    """
    drawing = graphviz.Digraph(
        graph_attr={
            "rankdir": "LR",
            "bgcolor": "white",
            "pad": "0.25",
            "nodesep": "0.3",
            "ranksep": "0.6",
            "fontname": "Helvetica",
        },
        node_attr={
            "fontname": "Helvetica",
            "fontsize": "12",
            "style": "filled",
            "color": "#333333",
            "margin": "0.14,0.08",
        },
        edge_attr={"fontname": "Helvetica", "fontsize": "10"},
    )
    keys = {node: node_key(index) for index, node in enumerate(graph.nodes)}
    style = Drawn(keys=keys, here=graph.here, keyed=keyed)
    for number, (account, nodes) in enumerate(groupby(sorted(graph.nodes, key=_account), key=_account)):
        if account:
            with drawing.subgraph(name=f"cluster_{number}") as box:
                box.attr(label=_text(f"account {account}"), style="rounded", color="#777777", fontsize="11")
                _add_nodes(box, nodes, style)
        else:
            _add_nodes(drawing, nodes, style)
    for index, edge in enumerate(graph.edges):
        _add_edge(drawing, edge, style, edge_key(index))
    return str(drawing.source)


def _account(node: Node) -> str:
    return node.account


def _add_nodes(drawing: Any, nodes: Iterable[Node], style: Drawn) -> None:
    for node in nodes:
        look = language.NODES[node.kind]
        label = f"{'you are here: ' if node == style.here else ''}{node.kind}\n{_in_lines(node.name)}"
        mark = {"penwidth": language.HERE_WIDTH, "peripheries": "2"} if node == style.here else {}
        key = style.keys[node]
        drawing.node(key, _text(label), shape=look.shape, fillcolor=look.fill, **mark, **style.classed(key))


def _add_edge(drawing: Any, edge: Edge, style: Drawn, key: str) -> None:
    look = language.EDGES[edge.relation]
    drawing.edge(
        style.keys[edge.source],
        style.keys[edge.target],
        label=_text(_wrapped(edge.label)),
        style="bold" if edge.deciding and look.style == "solid" else look.style,
        arrowhead=look.arrowhead,
        color=look.colour,
        fontcolor=look.colour,
        penwidth=language.DECIDING_WIDTH if edge.deciding else look.width,
        **style.classed(key),
    )


def _in_lines(name: str) -> str:
    """The name of a node; what a long ARN is about stands in a line of its own, after its account."""
    parts = name.split(":", 5)
    if len(name) > LONG_ARN and name.startswith("arn:") and len(parts) == 6:
        return "\n".join((":".join(parts[:5]) + ":", _wrapped(parts[5])))
    return _wrapped(name)


def _wrapped(text: str) -> str:
    return "\n".join(textwrap.wrap(text, WRAP, break_on_hyphens=False, break_long_words=False)) or text


def _text(text: str) -> str:
    """The text as Graphviz shall show it: no markup, no entity and no escape in it, but for the line breaks."""
    visible = _CONTROL.sub("\ufffd", text)  # Graphviz reads no further than a NUL, and SVG knows no control character
    plain = visible.replace("&", "&amp;").replace("\\", "\\\\").replace("\n", "\\n")
    return graphviz.nohtml(plain)  # type: ignore[no-any-return]
