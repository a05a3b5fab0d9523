"""Layers as sets of actions: what each type of policy says of all of them, and what that comes to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from iamlab.analysis.unknowns import Open
from iamlab.core.layers import GRANTED, NAMING, SILENT, Decision, Verdict
from iamlab.core.naming import Naming
from iamlab.core.policy_set import PolicySet
from iamlab.core.request import Request
from iamlab.core.settlement import settle


class Piece(NamedTuple):
    """A part that matches the resource."""

    deny: bool
    mask: int
    open: tuple[Open, ...]
    naming: Naming


class Matched(NamedTuple):
    """What of one level matches the resource: the actions that it denies and grants to all, and the pieces beside."""

    denied: int
    granted: int
    pieces: Sequence[Piece]


Layers = Sequence[tuple[str, Sequence[Matched]]]
"""The types of policy by their names, each level by level."""


@dataclass(slots=True, kw_only=True)
class Group:
    """Actions that are alike to the engine in one situation, and what it said of them."""

    mask: int
    layers: tuple[str, ...]
    free: bool
    request: Request
    policies: PolicySet
    settled: dict[tuple[Verdict, ...], Decision] = field(default_factory=dict)

    def decision(self, said: tuple[Verdict, ...]) -> Decision:
        """What the layers' verdicts come to."""
        found = self.settled.get(said)
        if found is None:
            layers = dict(zip(self.layers, said, strict=True))
            found = self.settled[said] = settle(self.request, self.policies, layers).decision
        return found


def decide(groups: Iterable[Group], mask: int, layers: Layers, holding: Mapping[Open, bool]) -> tuple[int, int]:
    """The actions that are allowed, and those that are denied explicitly."""
    denied: dict[str, int] = {}
    granted: dict[str, list[tuple[Naming, int]]] = {}
    for name, levels in layers:
        there = [_holding(one, holding) for one in levels]
        denied[name] = _union(one.denied for one in there)
        granted[name] = [] if name == "rcps" else _granted(name, there)
    allowed = explicit = 0
    for group in groups:
        asked = group.mask & mask
        if group.free:
            allowed |= asked
            continue
        forbidden = asked & _union(denied.get(name, 0) for name in group.layers)
        explicit |= forbidden
        for rest, said in _divided(asked & ~forbidden, group.layers, granted):
            if group.decision(said):
                allowed |= rest
    return allowed, explicit


def _holding(level: Matched, holding: Mapping[Open, bool]) -> Matched:
    """The level, with those of its pieces alone whose open elements hold; what they deny is denied."""
    if not level.pieces:
        return level
    there = [one for one in level.pieces if all(holding[element] for element in one.open)]
    return Matched(level.denied | _union(one.mask for one in there if one.deny), level.granted, there)


def _granted(name: str, levels: Sequence[Matched]) -> list[tuple[Naming, int]]:
    """What a layer allows; in layers that name callers, by how they name them."""
    if name in NAMING:
        by_naming: dict[Naming, int] = {}
        for one in levels[0].pieces:
            if not one.deny:
                by_naming[one.naming] = by_naming.get(one.naming, 0) | one.mask
        return list(by_naming.items())
    found = -1
    for level in levels:
        found &= level.granted | _union(one.mask for one in level.pieces if not one.deny)
    return [(Naming.NOT_AT_ALL, found)]


def _divided(
    asked: int, names: tuple[str, ...], granted: Mapping[str, list[tuple[Naming, int]]]
) -> list[tuple[int, tuple[Verdict, ...]]]:
    """The actions, cut into those about which all layers say the same."""
    pieces: list[tuple[int, tuple[Verdict, ...]]] = [(asked, ())] if asked else []
    for name in names:
        if name == "rcps":  # RCPFullAWSAccess is always attached (EVAL-05)
            pieces = [(rest, (*said, GRANTED)) for rest, said in pieces]
        else:
            cut = _by_naming(granted.get(name, []))
            pieces = [(rest & mask, (*said, what)) for rest, said in pieces for mask, what in cut if rest & mask]
    return pieces


def _by_naming(granted: list[tuple[Naming, int]]) -> list[tuple[int, Verdict]]:
    """Every set of actions with what the layer says of it."""
    if len(granted) == 1 and not granted[0][0]:  # a layer that names nobody
        mask = granted[0][1]
        return [(mask, GRANTED), (~mask, SILENT)]
    cut: list[tuple[int, Verdict]] = [(-1, SILENT)]
    for naming, mask in granted:
        cut = [
            piece
            for rest, said in cut
            for piece in ((rest & mask, Verdict(Decision.ALLOW, said.naming | naming)), (rest & ~mask, said))
            if piece[0]
        ]
    return cut


def _union(masks: Iterable[int]) -> int:
    found = 0
    for mask in masks:
        found |= mask
    return found
