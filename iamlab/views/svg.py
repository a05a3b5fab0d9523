"""DOT drawn as inline SVG. The one seam to a layout engine: without one, a graph is its sentences and table."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from html import escape

from iamlab.views.dot import dot
from iamlab.views.graph import Graph, node_key


def marked_svg(graph: Graph) -> str:
    """The graph as an ``<svg>`` element whose nodes and edges carry their keys (``n0``, ``e0``) as classes.

    For a view that makes them choosable; empty when nothing can lay it out.
    """
    return _titled(graph, _layout(dot(graph, keyed=True)))


def svg(graph: Graph) -> str:
    """The graph as an ``<svg>`` element with a label that says it in words; empty when nothing can lay it out."""
    drawn = _layout(dot(graph))
    if not drawn:
        return ""
    label = escape(f"{graph.title}. {' '.join(graph.sentences)}")
    opening = f'<svg role="img" aria-label="{label}" style="max-width: 100%; height: auto; border-radius: 6px;"'
    return _titled(graph, drawn).replace("<svg", opening, 1)


def _titled(graph: Graph, drawn: str) -> str:
    words = {node_key(index): node.words for index, node in enumerate(graph.nodes)}
    return re.sub(r"<title>(.*?)</title>", lambda found: _title(found.group(1), words), drawn, flags=re.DOTALL)


def _title(text: str, words: dict[str, str]) -> str:
    """A tooltip in words: ``user alice`` for a node, nothing for the rest, whose labels say all."""
    return f"<title>{escape(words[text])}</title>" if text in words else ""


def _layout(source: str) -> str:
    try:
        import pygraphviz  # here, so that importing iamlab stays cheap
    except ImportError:
        return ""
    _warm_up()
    drawn: bytes = pygraphviz.AGraph(source).draw(format="svg", prog="dot")
    text = drawn.decode("utf-8")
    return re.sub(r"<!--.*?-->\s*", "", text[text.index("<svg") :], flags=re.DOTALL).strip()


@cache
def _warm_up() -> None:
    """The first layout lets the bundled fontconfig write a warning straight to file descriptor 2; nobody needs it."""
    import pygraphviz

    with _silent_stderr():
        pygraphviz.AGraph("digraph { a }").draw(format="svg", prog="dot")


@contextmanager
def _silent_stderr() -> Iterator[None]:
    kept = os.dup(2)
    null = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(null, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(null)
