"""The engine's verdicts for many actions at once: what one caller may do to one resource, as sets of bits.

Each statement is matched once; how layers come together is the engine's own ``applicable`` and ``settle``, asked once
for each situation that differs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from iamlab.analysis.actions import Actions
from iamlab.analysis.fields import keys_of, may_cover
from iamlab.analysis.known_callers import KnownCaller
from iamlab.analysis.layers import Group, Layers, Matched, Piece, decide
from iamlab.analysis.own import LEFT, Elements
from iamlab.analysis.situation import Situation, carried
from iamlab.analysis.statements import Level, Part, Prepared, Statements
from iamlab.analysis.things import Thing
from iamlab.analysis.unknowns import Covered, Open, Outcome, Outcomes, Overlay
from iamlab.core.errors import IamlabError
from iamlab.core.layers import RESCUE, applicable, rcps_reach
from iamlab.core.policy import Statement
from iamlab.core.policy_set import PolicySet
from iamlab.core.refusals import check_possible, takes_unsigned
from iamlab.core.request import Request
from iamlab.core.settlement import FREE_ACTIONS, SET_SOURCE_IDENTITY, target
from iamlab.core.variables import Values
from iamlab.world.authorization import Asked, check_session, policy_set, request
from iamlab.world.callers import Signer
from iamlab.world.state import State


class Verdicts(NamedTuple):
    """Sets of actions. ``allowed`` and ``explicit`` say what the engine decides; the others are denied implicitly.

    ``depends`` are those that open conditions turn from allowed to denied or back; ``refused`` those that AWS refuses
    before it reads a policy. ``ways`` has each outcome of the open elements, keys that bring it about, and what it
    allows.
    """

    allowed: int
    explicit: int
    depends: int = 0
    refused: int = 0
    elements: tuple[Open, ...] = ()
    ways: tuple[tuple[Outcome, Overlay, int], ...] = ()


class Row:
    """One caller as one question sees it."""

    def __init__(self, who: KnownCaller, refused: int) -> None:
        self.who = who
        self.refused = refused
        self.prepared: dict[tuple[bool, bool], list[tuple[str, Prepared]]] = {}
        self.decided: dict[tuple[Any, ...], tuple[int, int]] = {}


class Judge:
    """Decides for callers and things of one state of the world, over one set of actions, and remembers."""

    def __init__(
        self,
        state: State,
        actions: Actions,
        elements: Elements,
        context: Mapping[str, Any],
        varying: Iterable[str],
    ) -> None:
        """``elements`` are those of the callers that will be asked about. ``context`` holds the keys that the question
        gives; ``varying`` those, in lower case, that things bring.
        """
        self.state = state
        self.actions = actions
        self.context = context
        self.given = frozenset(key.lower() for key in context)
        self._statements = Statements(actions, elements, frozenset({*varying, "aws:resourceaccount"} - self.given))
        self._traits = actions.groups(_trait)
        self._groups: dict[tuple[object, ...], tuple[Group, ...]] = {}
        self._outcomes: dict[tuple[Any, ...], Mapping[Outcome, Overlay]] = {}
        self._refused: dict[tuple[Any, ...], int] = {}
        self._decided: dict[tuple[Any, ...], tuple[int, int]] = {}
        self._matched_at: dict[str, dict[int, tuple[Matched, ...]]] = {}

    # One caller and one thing

    def verdicts(self, row: Row, thing: Thing) -> Verdicts:
        """What the caller may do to the thing."""
        mask, refused = thing.mask & ~row.refused, thing.mask & row.refused
        if row.who.partition and thing.partition not in ("", row.who.partition):
            return Verdicts(0, 0, 0, thing.mask)  # credentials of one partition are unknown in another (ENT-01)
        layers, pieces = self._matching(row, thing)
        groups = self._alike(row, thing)
        if not pieces:
            return Verdicts(*self._settled(row, groups, mask, layers), 0, refused)
        elements = tuple(dict.fromkeys(one for piece in pieces for one in piece.open))
        if not elements:
            return Verdicts(*decide(groups, mask, layers, {}), 0, refused)
        ways = []
        for outcome, overlay in self._possible(row, thing, elements).items():
            holding = dict(zip(elements, outcome, strict=True))
            ways.append((outcome, overlay, *decide(groups, mask, layers, holding)))
        always, ever = mask, 0
        for _, _, allowed, _ in ways:
            always &= allowed
            ever |= allowed
        _, _, allowed, explicit = ways[0]
        found = tuple(way[:3] for way in ways)
        return Verdicts(allowed, explicit, ever & ~always, refused, elements, found)

    def _settled(self, row: Row, groups: tuple[Group, ...], mask: int, layers: Layers) -> tuple[int, int]:
        """What layers come to in which nothing is open and nobody named, worked out once.

        Of few actions for all callers; of many for this one, to whom things often look alike.
        """
        decided = self._decided if mask.bit_length() <= FEW else row.decided
        asked = id(groups), mask, tuple([levels for _, levels in layers])
        found = decided.get(asked)
        if found is None:
            found = decided[asked] = decide(groups, mask, layers, {})
        return found

    def _possible(self, row: Row, thing: Thing, elements: tuple[Open, ...]) -> Mapping[Outcome, Overlay]:
        values = self.values(row, thing)
        keys = frozenset(key for one in elements for key in one.keys)
        situation = self.situation(row, thing)
        open_keys = frozenset(key for key in keys if situation.leaves_open(key))
        there = carried(situation.signer)
        asked = elements, open_keys, there, situation.unknown, tuple((key, values.get(key)) for key in sorted(keys))
        found = self._outcomes.get(asked)
        if found is None:
            outcomes = Outcomes(elements, values, open_keys, situation.unknown, there)
            found = self._outcomes[asked] = outcomes.possible()
        return found

    def values(self, row: Row, thing: Thing) -> Values:
        """The values of the request's keys, put together as a Request does."""
        brought = {key: value for key, value in thing.values.items() if key not in self.given}
        owner = {"aws:resourceaccount": thing.asked.owner} if thing.asked.resource != "*" else {}
        return {**owner, **row.who.values, **brought}

    def situation(self, row: Row, thing: Thing) -> Situation:
        """What decides which keys are open."""
        return row.who.situation(known=thing.known, resource=thing.asked.resource != "*")

    def dividing(self, row: Row, thing: Thing) -> Iterator[tuple[str, bool]]:
        """The Resource and NotResource of all statements that can matter, and whether they have variables."""
        for level in (level for _, prepared in self._layers(row, thing) for level in prepared.levels):
            for statement in self._statements.of(level):
                yield from ((one, statement.variables) for one in statement.resources or statement.not_resources)

    # Which statements match the thing

    def _matching(self, row: Row, thing: Thing) -> tuple[Layers, list[Piece]]:
        """What of each layer matches, and all pieces that are in it."""
        known = self._matched_at.get(thing.asked.resource)
        if known is None:
            known = self._matched_at[thing.asked.resource] = {}
        layers, pieces = [], []
        for name, prepared in self._layers(row, thing):
            found = known.get(prepared.number)
            if found is None:
                found = tuple([self._matched(row, thing, level) for level in prepared.levels])
                if prepared.number == LEFT:
                    pieces += [piece for level in found for piece in level.pieces]
                else:
                    known[prepared.number] = found
            layers.append((name, found))
        return layers, pieces

    def _matched(self, row: Row, thing: Thing, level: Level) -> Matched:
        resource = thing.asked.resource
        applying = self._statements.applying
        pieces = tuple([piece for part in level.parts for piece in self._pieces(row, thing, part)])
        return Matched(applying(level.denies, resource), applying(level.allows, resource), pieces)

    def _pieces(self, row: Row, thing: Thing, part: Part) -> Iterator[Piece]:
        """The part as a piece, if it matches."""
        values = self.values(row, thing) if part.fixed or part.variables else None
        if values is not None and not all(one.holds(values) for one in part.fixed):
            return
        if part.uncovered:
            covered = self._covered(row, thing, part.statement)
            yield Piece(part.deny, part.mask, (*part.open, covered), part.naming)
        elif mask := self._statements.cover(part, thing.asked.resource, values):
            yield Piece(part.deny, mask, part.open, part.naming)

    def _covered(self, row: Row, thing: Thing, statement: Statement) -> Covered:
        """Many resources are covered in part when open variables alone make the difference."""
        resource, some = thing.asked.resource, False
        if thing.many:
            values, situation = self.values(row, thing), self.situation(row, thing)
            for text in statement.resources or statement.not_resources:
                opened = {key for key in keys_of(text, statement.variables) if situation.leaves_open(key)}
                if may_cover(text, statement.variables, resource, values, opened):
                    if not opened:
                        return Covered(statement, resource)
                    some = True
        return Covered(statement, resource, some)

    def _layers(self, row: Row, thing: Thing) -> list[tuple[str, Prepared]]:
        """The caller's own layers, prepared once, and those that the thing brings."""
        shape = thing.known, thing.asked.resource != "*"
        own = row.prepared.get(shape)
        policy, rcps = thing.asked.policy, thing.asked.rcps
        if own is None:
            situation, prepared = self.situation(row, thing), self._statements.own
            own = row.prepared[shape] = [
                (name, prepared(levels, situation, lambda: self.values(row, thing))) for name, levels in row.who.own
            ]
        if policy is None and not rcps:
            return own
        values, situation = self.values(row, thing), self.situation(row, thing)
        brought = (("rcps", rcps or ()), ("resource", () if policy is None else (policy,)))
        there = [(name, levels) for name, levels in brought if levels]
        named, brings = row.who.named, self._statements.prepared
        return [*((name, brings(levels, situation, values, named)) for name, levels in there), *own]

    # What the engine says of a situation

    def _alike(self, row: Row, thing: Thing) -> tuple[Group, ...]:
        """Worked out once for each owner and kind of resource, and for callers that are alike."""
        key = row.who.alike, thing.alike
        found = self._groups.get(key)
        if found is None:
            policies = policy_set(row.who.by, thing.asked)
            found = self._groups[key] = tuple(self._grouped(row, thing.asked, policies))
        return found

    def _grouped(self, row: Row, asked: Asked, policies: PolicySet) -> Iterator[Group]:
        merged: dict[tuple[Any, ...], Group] = {}
        for mask in self._traits.values():
            action = next(self.actions.named(mask))
            asking = request(row.who.by, asked, action, self.state.now, self.context)
            layers = tuple(name for name, _ in applicable(asking, policies))
            alike = layers, action.lower() in FREE_ACTIONS, target(asking), action.lower() == SET_SOURCE_IDENTITY
            if alike in merged:
                merged[alike].mask |= mask
            else:
                merged[alike] = Group(mask=mask, layers=layers, free=alike[1], request=asking, policies=policies)
        yield from merged.values()

    def row(self, who: KnownCaller) -> Row:
        """The caller's row."""
        return Row(who, self._refused_to(who))

    def _refused_to(self, who: KnownCaller) -> int:
        """The actions that this caller's credentials cannot be used for, whatever the policies say."""
        found = self._refused.get(who.credentials)
        if found is None:
            names = (name for name in self.actions.names if name.partition(":")[0] in ("iam", "sts"))
            found = self.actions.mask(name.lower() for name in names if self._is_refused(who, name))
            if who.caller.signer is Signer.NOBODY:
                found |= self.actions.every & ~self.actions.groups(takes_unsigned).get(True, 0)
            self._refused[who.credentials] = found
        return found

    def _is_refused(self, who: KnownCaller, action: str) -> bool:
        try:
            check_session(self.state, who.caller, action)
            check_possible(Request(principal=who.base.principal, action=action, resource="*", resource_account=""))
        except IamlabError:
            return True
        return False


FEW: Final = 64
"""Actions of which it is remembered for all callers what layers come to: those of a question, not of a catalogue."""


def _trait(action: str) -> tuple[object, ...]:
    """All that ``applicable`` and ``settle`` look at of an action; actions that agree in it are alike to them."""
    lower = action.lower()
    service = lower.partition(":")[0]
    prefix = service if service in ("sts", "kms") else ""
    return lower in FREE_ACTIONS, rcps_reach(lower), lower in RESCUE, prefix, lower == SET_SOURCE_IDENTITY
