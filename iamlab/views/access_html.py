"""Answers over a whole world as HTML: the matrix with a word and a sign in each cell, and lists of sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

from iamlab.analysis.access import Access, AccessMatrix, Cell
from iamlab.views.html import Markup, breakable, element, join, page

SIGNS: Final = {
    Access.ALLOWED: "✔",
    Access.DEPENDS: "◐",
    Access.EXPLICIT: "✖",
    Access.IMPLICIT: "○",
    Access.REFUSED: "⊘",
    Access.NOT_ASKED: "–",
}
"""A sign beside each word, so that a column can be read at a glance; the word says it."""
MOST: Final = 2_000
"""Cells that are shown; a table beyond that is no picture any more."""

STYLE: Final = """
.iamlab-matrix { max-height: 32rem; overflow: auto; border: 1px solid var(--jp-border-color1, #bbb); }
.iamlab.iamlab .iamlab-matrix table { margin: 0; border-collapse: separate; border-spacing: 0; }
.iamlab.iamlab .iamlab-matrix table th { background: var(--jp-layout-color2, #f0f0f0); position: sticky; }
.iamlab.iamlab .iamlab-matrix table thead th { top: 0; z-index: 1; }
.iamlab.iamlab .iamlab-matrix table tbody th { left: 0; }
.iamlab.iamlab .iamlab-matrix table thead th:first-child { left: 0; z-index: 2; }
.iamlab.iamlab .iamlab-matrix .iamlab-allowed, .iamlab.iamlab .iamlab-matrix .iamlab-depends { font-weight: bold; }
.iamlab.iamlab .iamlab-matrix .iamlab-not-asked { opacity: 0.75; }
"""


def matrix_html(matrix: AccessMatrix) -> str:
    """A row for each caller, a column for each action on each resource that AWS asks it about."""
    columns = [(resource, action) for resource in matrix.resources for action in matrix.asked(resource)]
    size = len(columns) * len(matrix.subjects)
    label = "Who can do what"
    if not size or size > MOST:
        counts = ", ".join(f"{number:,} {access.value}" for access, number in matrix.counts().items())
        advice = (
            f"{matrix!r}: {counts}. Ask about fewer to see them as a table (up to {MOST:,} cells), or take .frame()."
        )
        return page(element("p", advice), label=label)
    head = element("tr", join(element("th", "who", scope="col"), *(_head(*one) for one in columns)))
    rows = (
        element(
            "tr",
            join(
                element("th", _who(matrix, at), scope="row"),
                *(_cell(matrix.cell(subject, action, resource)) for resource, action in columns),
            ),
        )
        for at, subject in enumerate(matrix.subjects)
    )
    table = element("table", join(element("thead", head), element("tbody", join(*rows))))
    # A region that scrolls must be reached by keyboard.
    framed = element("div", table, cls="iamlab-matrix", tabindex="0", role="group", aria_label=label)
    return page(join(Markup(f"<style>{STYLE}</style>"), framed), label=label)


def _who(matrix: AccessMatrix, at: int) -> str:
    subject = matrix.subjects[at]
    several = len({one.account for one in matrix.subjects if one.account}) > 1
    where = f" in {subject.account}" if several and subject.account and subject.kind != "root" else ""
    return f"{subject.words}{where}"


def _head(resource: str, action: str) -> Markup:
    on = join(Markup("<br>"), breakable(resource)) if resource != "*" else Markup()
    return element("th", join(action, on), scope="col")


def _cell(cell: Cell) -> Markup:
    return element("td", f"{SIGNS[cell.access]} {cell}", cls=f"iamlab-{cell.access.name.lower().replace('_', '-')}")


class Said(Protocol):
    """An answer that is a title and sentences."""

    @property
    def title(self) -> str:
        """What was asked."""
        ...

    @property
    def sentences(self) -> Sequence[str]:
        """What the answer is."""
        ...


def sentences_html(said: Said) -> str:
    """The answer as a list under its question."""
    listed = element("ul", join(*(element("li", breakable(one)) for one in said.sentences[:MOST])))
    return page(join(element("p", element("strong", breakable(said.title))), listed), label=said.title)
