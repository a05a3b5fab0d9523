"""The answers of one caller about one resource, as sets of actions: to count and to compare without making cells."""

from __future__ import annotations

from collections.abc import Mapping

from iamlab.analysis.access import Access, AccessMatrix
from iamlab.analysis.actions import shared
from iamlab.analysis.subjects import Subject
from iamlab.core import wildcard


def is_pattern(resource: str) -> bool:
    """Whether the resource stands for several; ``*`` stands for none in particular."""
    return resource != "*" and wildcard.has_wildcard(resource)


def kinds(matrix: AccessMatrix, subject: Subject, resource: str) -> Mapping[Access, int]:
    """For each kind of answer the actions that are answered so, one bit each, as ``matrix.cell`` does one by one.

    Actions in none of them are not asked about.
    """
    if is_pattern(resource):
        return _of_pattern(matrix, subject, resource)
    refused = depends = allowed = explicit = asked = 0
    for thing, found in matrix.row(subject)[matrix.resources.index(resource)]:
        asked |= thing.mask
        refused |= found.refused
        depends |= found.depends & ~found.refused
        settled = thing.mask & ~found.refused & ~found.depends
        allowed |= settled & found.allowed
        explicit |= settled & found.explicit & ~found.allowed
    return {
        Access.ALLOWED: allowed,
        Access.DEPENDS: depends,
        Access.EXPLICIT: explicit,
        Access.IMPLICIT: asked & ~(refused | depends | allowed | explicit),
        Access.REFUSED: refused,
    }


def _of_pattern(matrix: AccessMatrix, subject: Subject, resource: str) -> Mapping[Access, int]:
    bit = shared(matrix.actions).bit
    found: dict[Access, int] = {one: 0 for one in Access if one is not Access.NOT_ASKED}
    for action in matrix.actions:
        access = matrix.cell(subject, action, resource).access
        if access is not Access.NOT_ASKED:
            found[access] |= bit(action)
    return found
