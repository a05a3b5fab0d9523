"""What leads to a part of a graph and from it on: for a view in which one node or edge is chosen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from iamlab.views.graph import Edge, Graph, Node, edge_key, node_key, sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One node or edge, in words, with all that leads there and all that it leads to.

    ``related`` are the keys of what to highlight: ``n0`` is the graph's first node, ``e0`` its first edge.
    """

    key: str
    words: str
    leads_here: tuple[str, ...]
    leads_on: tuple[str, ...]
    related: tuple[str, ...]
    detail: str = ""


def traces(graph: Graph) -> tuple[Trace, ...]:
    """A trace for each node, then for each edge, in the graph's order."""
    keys = {node: node_key(index) for index, node in enumerate(graph.nodes)}
    numbered = tuple(enumerate(graph.edges))
    found = [_trace(keys[node], node.words, [node], [node], numbered, keys, node.detail) for node in graph.nodes]
    for index, edge in numbered:
        one = _trace(edge_key(index), sentence(edge), [edge.source], [edge.target], numbered, keys, edge.source.detail)
        found.append(one)
    return tuple(found)


def _trace(
    key: str,
    words: str,
    back_from: Iterable[Node],
    on_from: Iterable[Node],
    edges: tuple[tuple[int, Edge], ...],
    keys: Mapping[Node, str],
    detail: str,
) -> Trace:
    before = _walked(back_from, edges, back=True)
    after = _walked(on_from, edges, back=False)
    ends = {node for _, edge in (*before, *after) for node in (edge.source, edge.target)} | {*back_from, *on_from}
    related = {key, *(edge_key(index) for index, _ in (*before, *after)), *(keys[node] for node in ends)}
    return Trace(
        key=key,
        words=words,
        leads_here=tuple(sentence(edge) for _, edge in before),
        leads_on=tuple(sentence(edge) for _, edge in after),
        related=tuple(sorted(related)),
        detail=detail,
    )


def _walked(starts: Iterable[Node], edges: tuple[tuple[int, Edge], ...], *, back: bool) -> list[tuple[int, Edge]]:
    """Every edge on the way from these nodes, against the arrows or along them; a circle is walked once."""
    seen: dict[int, Edge] = {}
    reached, waiting = set(starts), list(starts)
    while waiting:
        here = waiting.pop(0)
        for index, edge in edges:
            near, far = (edge.target, edge.source) if back else (edge.source, edge.target)
            if near == here and index not in seen:
                seen[index] = edge
                if far not in reached:
                    reached.add(far)
                    waiting.append(far)
    return sorted(seen.items())
