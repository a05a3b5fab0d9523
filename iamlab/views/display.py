"""Rich display in notebooks: one formatter for each type, registered when IPython is there."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any

from iamlab.analysis.access import AccessMatrix
from iamlab.analysis.answers import Answers
from iamlab.analysis.difference import Difference
from iamlab.analysis.reach import Paths
from iamlab.core.errors import IamlabError
from iamlab.core.evaluation import Evaluation
from iamlab.views import access_html, explain
from iamlab.views.graph import Graph
from iamlab.views.html import Markup, element, join, page


def register(formatters: Mapping[type, Callable[[Any], str]] | None = None) -> None:
    """Teach the running IPython to show values as HTML, iamlab's own by default; outside IPython nothing happens."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is None:
        return
    formatter = shell.display_formatter.formatters["text/html"]
    for type_, show in (FORMATTERS if formatters is None else formatters).items():
        formatter.for_type(type_, show)
    # A learner's mistake is answered with a sentence, not with the inside of this package.
    IamlabError._render_traceback_ = lambda error: [str(error)]  # type: ignore[attr-defined]


def graph_html(graph: Graph) -> str:
    """The picture, and below it the same in sentences."""
    from iamlab.views.svg import svg  # here, so that importing iamlab stays cheap

    sentences = element("ul", join(*(element("li", one) for one in graph.sentences)))
    words = element("details", join(element("summary", "The same in words"), sentences))
    return page(join(Markup(svg(graph)), words), label=graph.title)


FORMATTERS: dict[type, Callable[[Any], str]] = {
    Evaluation: explain.html,
    Graph: graph_html,
    AccessMatrix: access_html.matrix_html,
    Answers: access_html.sentences_html,
    Paths: access_html.sentences_html,
    Difference: access_html.sentences_html,
}
