"""The matrix as something to look through: filtered, bounded, turned, and compared with an earlier moment."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from iamlab import catalog
from iamlab.analysis.access import MOST_CELLS, Access, AccessMatrix, Cell
from iamlab.analysis.actions import shared
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
    return tuple(
        Column(action=action, resource=resource) for resource in matrix.resources for action in matrix.asked(resource)
    )


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
    whole: bool = True
    """Whether all of it was looked at; of more than can be looked at, what is drawn."""

    @property
    def size(self) -> int:
        """How many cells there are."""
        return len(self.subjects) * len(self.columns)

    def tally(self) -> Counter[tuple[str, Access]]:
        """How many answers of each kind there are to actions of each access level."""
        total: Counter[tuple[str, Access]] = Counter()
        bit = shared(self.compared.now.actions).bit
        masks: dict[tuple[str, str], int] = {}
        for one in self.columns:
            masks[one.resource, one.level] = masks.get((one.resource, one.level), 0) | bit(one.action)
        for subject in self.subjects:
            answers = {
                one: self.compared.kinds(subject, one) for one in dict.fromkeys(resource for resource, _ in masks)
            }
            for (resource, level), mask in masks.items():
                for access, found in answers[resource].items():
                    if number := (found & mask).bit_count():
                        total[level, access] += number
        return total

    @property
    def drawn(self) -> tuple[tuple[Subject, ...], tuple[Column, ...]]:
        """The callers and columns that are drawn."""
        return _bounded(self.subjects, self.columns)


def _bounded(subjects: tuple[Subject, ...], kept: tuple[Column, ...]) -> tuple[tuple[Subject, ...], tuple[Column, ...]]:
    if len(subjects) * len(kept) <= MOST:
        return subjects, kept
    wide = min(len(kept), max(WIDEST, MOST // len(subjects)))
    return subjects[: MOST // wide], kept[:wide]


def grid(compared: Comparison, asked: Filter, every: Sequence[Column]) -> Grid:
    """What of the matrix fits the filter; ``every`` are its columns."""
    subjects = tuple(one for one in compared.now.subjects if asked.fits_caller(one))
    kept = tuple(one for one in every if asked.fits_column(one))
    whole = len(subjects) * len(kept) <= MOST_CELLS
    rows, wide = (subjects, kept) if whole else _bounded(subjects, kept)
    marks = compared.marks(rows, _by_resource(wide))
    if asked.changed:
        touched = {subject for subject, _, _ in marks}
        places = {(action, resource) for _, action, resource in marks}
        subjects = tuple(one for one in subjects if one in touched)
        kept = tuple(one for one in kept if (one.action, one.resource) in places)
    return Grid(compared=compared, subjects=subjects, columns=kept, marks=marks, whole=whole)


def _by_resource(several: Sequence[Column]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in several:
        found.setdefault(one.resource, []).append(one.action)
    return found


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
    subjects, kept = shown.drawn
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
        "note": _note(shown, len(subjects), len(kept)),
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
    return [
        {"words": resource_words(arn), "note": "" if arn == "*" else arn, "span": len(actions)}
        for arn, actions in _by_resource(kept).items()
    ]


def _cell(shown: Grid, subject: Subject, column: Column) -> dict[str, str]:
    place = subject, column.action, column.resource
    cell, said = shown.compared.cell(place), shown.marks.get(place)
    made = {"sign": SIGNS[cell.access], "words": cell_words(cell), "cls": cell.access.name.lower()}
    if said is not None:
        made |= {"mark": f"{MARK_SIGNS.get(said, '●')} {said.value}", "turn": said.name.lower()}
    return made


def cell_words(cell: Cell) -> str:
    """What a cell says; a condition that is longer than a cell can hold ends in dots."""
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
