"""The matrix as something to look through: filtered, bounded, turned, and compared with an earlier moment."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from iamlab import catalog
from iamlab.analysis.access import Access, AccessMatrix, Cell
from iamlab.analysis.subjects import Subject
from iamlab.core import wildcard
from iamlab.views.access_changes import SIGNS as MARK_SIGNS
from iamlab.views.access_changes import Comparison, Mark, Place
from iamlab.views.access_html import SIGNS

MOST: Final = 2_000
"""Cells that are drawn; what is beyond is counted."""
WIDEST: Final = 40
"""Columns that are drawn when there are too many cells."""
LONGEST: Final = 90
"""Characters of a condition in a cell; all of it is in the explanation."""

KINDS: Final = {
    "user": "users",
    "role": "roles",
    "session": "sessions",
    "root": "root users",
    "access key": "access keys",
    "service": "services",
    "caller": "anonymous callers",
}
"""The kinds of callers, as many."""

LEGEND: Final = {
    Access.ALLOWED: "always",
    Access.DEPENDS: "on what the request says",
    Access.EXPLICIT: "a statement forbids it",
    Access.IMPLICIT: "no statement allows it",
    Access.REFUSED: "before any policy is read: who asks so cannot make this call",
    Access.NOT_ASKED: "AWS never asks about this action there",
}
"""What each word of a cell means."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One action on one resource."""

    action: str
    resource: str

    @property
    def level(self) -> str:
        """The action's access level."""
        return catalog.find(self.action).access_level

    @property
    def service(self) -> str:
        """The service of the action."""
        return self.action.partition(":")[0]


def columns(matrix: AccessMatrix) -> tuple[Column, ...]:
    """The actions that AWS asks about, resource by resource."""
    accounts = {one.account: one for one in matrix.subjects}
    found: list[Column] = []
    for at, resource in enumerate(matrix.resources):
        # What of a pattern is asked about hangs on the caller; of one resource it is the same for all.
        callers = matrix.subjects if wildcard.has_wildcard(resource) else tuple(accounts.values())
        mask = 0
        for one in callers:
            for thing, _ in matrix.row(one)[at]:
                mask |= thing.mask
        found += (Column(action=action, resource=resource) for action in matrix.named(mask))
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What of a matrix is looked at; empty is everything. ``who`` and ``what`` are words in names."""

    kind: str = ""
    account: str = ""
    service: str = ""
    level: str = ""
    who: str = ""
    what: str = ""
    changed: bool = False

    def fits_caller(self, subject: Subject) -> bool:
        """Whether the caller is looked at."""
        right_sort = (not self.kind or subject.kind == self.kind) and (
            not self.account or subject.account == self.account
        )
        return right_sort and _holds(self.who, subject.words)

    def fits_column(self, column: Column) -> bool:
        """Whether the action on the resource is looked at."""
        right_sort = (not self.service or column.service == self.service) and (
            not self.level or column.level == self.level
        )
        return right_sort and _holds(
            self.what, f"{column.action} {column.resource} {resource_words(column.resource)} {column.level}"
        )


def _holds(words: str, text: str) -> bool:
    return all(word in text.lower() for word in words.lower().split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """What fits a filter: callers, columns, and the answers among them that are others than before."""

    compared: Comparison
    subjects: tuple[Subject, ...]
    columns: tuple[Column, ...]
    marks: Mapping[Place, Mark]

    @property
    def size(self) -> int:
        """How many cells there are."""
        return len(self.subjects) * len(self.columns)

    def cells(self) -> Iterator[tuple[Column, Cell]]:
        """Every cell with its column."""
        for subject in self.subjects:
            for column in self.columns:
                yield column, self.compared.now.cell(subject, column.action, column.resource)

    @property
    def bounds(self) -> tuple[int, int]:
        """How many callers and columns are drawn."""
        rows, wide = len(self.subjects), len(self.columns)
        if rows * wide <= MOST:
            return rows, wide
        wide = min(wide, max(WIDEST, MOST // rows))
        return min(rows, MOST // wide), wide


def grid(compared: Comparison, asked: Filter, every: Sequence[Column]) -> Grid:
    """What of the matrix fits the filter; ``every`` are its columns."""
    subjects = tuple(one for one in compared.now.subjects if asked.fits_caller(one))
    kept = tuple(one for one in every if asked.fits_column(one))
    actions: dict[str, list[str]] = {}
    for one in kept:
        actions.setdefault(one.resource, []).append(one.action)
    marks = compared.marks(subjects, actions)
    if asked.changed:
        touched = {subject for subject, _, _ in marks}
        places = {(action, resource) for _, action, resource in marks}
        subjects = tuple(one for one in subjects if one in touched)
        kept = tuple(one for one in kept if (one.action, one.resource) in places)
    return Grid(compared=compared, subjects=subjects, columns=kept, marks=marks)


# As plain values, to be drawn


def caller_key(subject: Subject) -> str:
    """A caller's key, the same at every moment."""
    return f"{subject.caller.signer.name} {subject.caller.id}"


def column_key(column: Column) -> str:
    """A column's key, the same at every moment."""
    return f"{column.action} {column.resource}"


def drawn(shown: Grid, accounts: Mapping[str, str], *, turned: bool = False) -> dict[str, Any]:
    """All that is drawn, as plain values: heads, cells, and a note about what is left out.

    ``accounts`` has the names of accounts, if there are several. ``turned`` makes a row of each column.
    """
    rows, wide = shown.bounds
    subjects, kept = shown.subjects[:rows], shown.columns[:wide]
    lines = [[_cell(shown, one, column) for column in kept] for one in subjects]
    callers = [_caller(shown, one, accounts) for one in subjects]
    actions = [_action(one, alone=turned) for one in kept]
    if turned:
        callers, actions = actions, callers
        lines = [list(line) for line in zip(*lines, strict=True)]
    return {
        "corner": "Action" if turned else "Caller",
        "groups": [] if turned else _groups(kept),
        "columns": actions,
        "rows": [{**head, "cells": line} for head, line in zip(callers, lines, strict=True)],
        "note": _note(shown, rows, wide),
    }


def _caller(shown: Grid, one: Subject, accounts: Mapping[str, str]) -> dict[str, str]:
    notes = ["any session of it"] if one.kind == "role" else []
    if one.account in accounts:
        notes.append(accounts[one.account])
    new = "new" if shown.compared.is_new(one) else ""
    return {"key": caller_key(one), "words": one.words, "note": ", ".join(notes), "mark": new}


def _action(one: Column, *, alone: bool) -> dict[str, str]:
    note = f"{one.level}, {_on(one.resource)}" if alone else one.level
    return {"key": column_key(one), "words": one.action, "note": note, "mark": ""}


def _on(resource: str) -> str:
    words = resource_words(resource)
    return words if resource == "*" else f"on {words}"


def _groups(kept: Sequence[Column]) -> list[dict[str, Any]]:
    """The resources, each over its actions."""
    found: dict[str, int] = {}
    for one in kept:
        found[one.resource] = found.get(one.resource, 0) + 1
    return [
        {"words": resource_words(arn), "note": "" if arn == "*" else arn, "span": span} for arn, span in found.items()
    ]


def _cell(shown: Grid, subject: Subject, column: Column) -> dict[str, str]:
    cell = shown.compared.now.cell(subject, column.action, column.resource)
    said = shown.marks.get((subject, column.action, column.resource))
    made = {"sign": SIGNS[cell.access], "words": cell_words(cell), "cls": cell.access.name.lower()}
    if said is not None:
        made |= {"mark": f"{MARK_SIGNS.get(said, '●')} {said.value}", "turn": said.name.lower()}
    return made


def cell_words(cell: Cell) -> str:
    """What a cell says, with a long condition cut off.

    A condition that is longer than a cell can hold ends in dots.
    """
    text = f"{cell}"
    return text if len(text) <= LONGEST else f"{text[:LONGEST].rstrip()} ..."


def _note(shown: Grid, rows: int, wide: int) -> str:
    left = {"callers": len(shown.subjects) - rows, "actions on resources": len(shown.columns) - wide}
    said = " and ".join(f"{number:,} more {words}" for words, number in left.items() if number)
    return f"And {said}: choose or look for fewer above to see them." if said else ""


def resource_words(resource: str) -> str:
    """A resource by its kind and name, short enough for the head of a column.

    >>> resource_words("arn:aws:iam::111111111111:role/StagingRole")
    'role StagingRole'
    >>> resource_words("arn:aws:s3:::acme-photos/1.jpg")
    'object acme-photos/1.jpg'
    """
    if resource == "*":
        return "no resource in particular"
    service, name = resource.split(":", 5)[2], resource.split(":", 5)[5]
    if wildcard.has_wildcard(name):
        return name
    if service == "s3":
        return f"{'object' if '/' in name else 'bucket'} {name}"
    kind, *rest = re.split("[/:]", name, maxsplit=1)
    return f"{kind} {rest[0]}" if rest else f"{service} {name}"
