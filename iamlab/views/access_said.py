"""What a matrix comes to, in sentences: how much is allowed, what has changed, and what the words in it mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from iamlab import catalog
from iamlab.analysis.access import Access
from iamlab.analysis.words import first_of
from iamlab.views.access_changes import Mark
from iamlab.views.access_grid import Grid
from iamlab.views.access_html import SIGNS

NAMED: Final = 5
"""What is gone, by name."""

MEANINGS: Final = {
    Access.ALLOWED: "goes through, whatever else the request says",
    Access.DEPENDS: "allowed under a condition",
    Access.IMPLICIT: "nothing allows it",
    Access.EXPLICIT: "a statement forbids it",
    Access.REFUSED: "whoever signs in like this cannot make the call at all",
    Access.NOT_ASKED: "AWS never asks about this action there",
}
"""What each word of a cell means."""


def sentences(grid: Grid, since: str) -> tuple[str, ...]:
    """How much is allowed, and what is another answer since that moment; or that there is too much to look at."""
    if not grid.whole:
        return ("This is too much to count and to compare: choose or look for fewer. Drawn is the beginning.",)
    return _counted(grid.tally(), grid.size), _changes(grid, since)


def _counted(tally: Counter[tuple[str, Access]], size: int) -> str:
    """How many answers are allowed or depend; by access level, if there are several."""
    levels = [one for one in catalog.LEVELS if any(level == one for level, _ in tally)]
    possible = {level: sum(tally[level, one] for one in Access if one.possible) for level in levels}
    said = f"{sum(possible.values()):,} of {size:,} answers are “allowed” or “depends”"
    if len(levels) < 2:
        return f"{said}."
    total = {level: sum(tally[level, one] for one in Access) for level in levels}
    return f"{said}: {', '.join(f'{one} {possible[one]:,} of {total[one]:,}' for one in levels)}."


def _changes(grid: Grid, since: str) -> str:
    """How many answers are others than before, which way they went, and what is there no more."""
    counts = Counter(grid.marks.values())
    said = ", ".join(f"{counts[one]:,} {one.value}" for one in Mark if counts[one])
    gone = grid.compared.gone
    left = f" No longer there: {first_of(gone, NAMED)}." if gone else ""
    return f"Since {since}: {said}.{left}" if said else f"Since {since}, no answer here has changed.{left}"


def meanings(drawn: Mapping[str, Any]) -> tuple[str, ...]:
    """The words in the cells that are drawn, each with its sign and what it means."""
    found = {cell["cls"] for row in drawn["rows"] for cell in row["cells"]}
    return tuple(f"{SIGNS[one]} {one.value}: {words}" for one, words in MEANINGS.items() if one.name.lower() in found)
