"""The answers of one caller about one resource, as sets of actions: to count and to compare without making cells."""

from __future__ import annotations

from collections.abc import Mapping
from operator import or_

from iamlab.analysis.access import ANSWERED, Access, AccessMatrix, answered
from iamlab.analysis.actions import shared
from iamlab.analysis.fields import is_pattern
from iamlab.analysis.subjects import Subject


def kinds(matrix: AccessMatrix, subject: Subject, resource: str) -> Mapping[Access, int]:
    """For each kind of answer the actions that are answered so, one bit each, as ``matrix.cell`` does one by one.

    Actions in none of them are not asked about.
    """
    if is_pattern(resource):
        return _of_pattern(matrix, subject, resource)
    masks = [0] * len(ANSWERED)
    for thing, found in matrix.seen(subject, resource):
        masks = list(map(or_, masks, answered(thing.mask, found)))
    return dict(zip(ANSWERED, masks, strict=True))


def _of_pattern(matrix: AccessMatrix, subject: Subject, resource: str) -> Mapping[Access, int]:
    bit = shared(matrix.actions).bit
    found = dict.fromkeys(ANSWERED, 0)
    for action in matrix.actions:
        access = matrix.cell(subject, action, resource).access
        if access is not Access.NOT_ASKED:
            found[access] |= bit(action)
    return found
