"""Why a cell of the matrix says what it says: the engine's own explanation, and in which context it is allowed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from iamlab import catalog
from iamlab.analysis.access import Access, AccessMatrix, Cell
from iamlab.analysis.words import value_words
from iamlab.core.errors import IamlabError
from iamlab.core.evaluation import Evaluation
from iamlab.views import explain
from iamlab.views.access_html import SIGNS
from iamlab.views.html import Markup, breakable, code, element, join, page
from iamlab.world.authorization import judge
from iamlab.world.calls import Check

MOST: Final = 12
"""Portions of a pattern that are listed."""


def why_html(matrix: AccessMatrix, cell: Cell, change: str = "") -> str:
    """The answer, what became of it since an earlier moment (``change``), and the explanation behind it."""
    title = f"{cell.subject.words}, {cell.action}" + ("" if cell.resource == "*" else f" on {cell.resource}")
    parts: list[str] = [
        element("p", join(element("strong", breakable(f"{title}: ")), f"{SIGNS[cell.access]} {cell.access.value}"))
    ]
    if change:
        parts.append(element("p", join(element("b", "Since then: "), breakable(change)), cls="iamlab-rule"))
    try:
        parts += _explained(matrix, cell)
    except IamlabError as error:  # refused, or never asked about
        parts.append(element("p", f"{error}"))
    parts.append(element("p", join("In plain Python: ", code(_python(cell)))))
    return page(join(*parts), label=f"Why: {title}")


def _explained(matrix: AccessMatrix, cell: Cell) -> Iterator[str]:
    if cell.portion is not None and not cell.portion.whole:
        yield _portions(matrix, cell)
    evaluation = matrix.explain(cell)
    if cell.access is Access.DEPENDS:
        yield from _context(matrix, cell, evaluation)
    elif cell.subject.kind == "role":
        yield element("p", "A role makes no requests by itself: this is what any session of it may do.")
    yield explain.body(evaluation)


def _portions(matrix: AccessMatrix, cell: Cell) -> Markup:
    """What is said of each part of a pattern."""
    found = matrix.parts(cell.subject, cell.action, cell.resource)
    said = (
        element("li", breakable(f"{one.portion.words if one.portion else one.resource}: {one}")) for one in found[:MOST]
    )
    more = element("li", f"and {len(found) - MOST} more") if len(found) > MOST else ""
    about = breakable(f"Explained below, of all that {cell.resource} can be: {cell.asked[0]}")
    return join(element("ul", join(*said, more)), element("p", about))


def _context(matrix: AccessMatrix, cell: Cell, evaluation: Evaluation) -> Iterator[str]:
    """In which context it is allowed, and what is said without one."""
    if cell.when and cell.portion is None:
        yield element("p", f"It is allowed {cell.when}.")
    keys = [join(code(_key(key)), " is ", code(value_words(value))) for key, value in (cell.example or {}).items()]
    given = element("ul", join(*(element("li", one) for one in keys)))
    bare = judge(
        matrix.state,
        cell.subject.caller,
        Check(action=cell.action, resource=cell.asked[0], context=matrix.context),
    )
    yield element("p", join("A request that says nothing of it: ", element("b", explain.verdict(bare))))
    if keys and evaluation.decision is not bare.decision:
        yield join(element("p", "A request that says this, for example:"), given)
    elif keys:
        yield join(element("p", "The same is said of a request with:"), given)


def _key(key: str) -> str:
    """The key as AWS writes it; of one that is named after a tag, with the tag."""
    _, slash, tag = key.partition("/")
    try:
        return f"{catalog.find_key(key).name.partition('/')[0]}{slash}{tag}"
    except IamlabError:
        return key


def _python(cell: Cell) -> str:
    on = "" if cell.resource == "*" else f", {cell.resource!r}"
    return f"lab.who_can({cell.action!r}{on})"
