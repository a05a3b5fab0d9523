"""The engine's verdicts for many actions at once: what one caller may do to one resource, as sets of bits.

Matching is done here, once for each statement; how layers come together is the engine's own ``applicable`` and
``settle``, asked once for each situation that differs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from iamlab.analysis.actions import Actions
from iamlab.analysis.fields import keys_of, may_cover
from iamlab.analysis.things import Thing
from iamlab.analysis.unknowns import Covered, Open, Outcome, Outcomes, Overlay, Situation
from iamlab.core.conditions import Condition
from iamlab.core.errors import IamlabError
from iamlab.core.layers import GRANTED, NAMING, RCP_SERVICES, RESCUE, SILENT, Decision, Verdict, applicable, caller
from iamlab.core.matching import Caller as Named
from iamlab.core.naming import Naming
from iamlab.core.policy import Effect, Policy, Statement
from iamlab.core.policy_set import PolicySet
from iamlab.core.refusals import check_possible
from iamlab.core.request import PrincipalType, Request
from iamlab.core.resources import ALL_BUCKETS
from iamlab.core.settlement import FREE_ACTIONS, settle, target
from iamlab.core.variables import Values
from iamlab.world.authorization import Asked, Asker, asker, check_session, policy_set, request
from iamlab.world.callers import Caller, Signer, identify
from iamlab.world.entities import RoleRecord
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


class Part(NamedTuple):
    """A statement as some of its actions see it: what is settled for the caller, and what is open."""

    statement: Statement
    deny: bool
    mask: int
    fixed: tuple[Condition, ...]  # known, and different from resource to resource
    open: tuple[Open, ...]
    coverage: dict[str, bool]  # whether its Resource covers a resource, as far as known; the same for equal patterns
    variables: bool  # its Resource hangs on the caller
    uncovered: bool  # ... and on an open key
    naming: Naming

    @property
    def alike(self) -> tuple[object, ...]:
        """The same for parts that differ in their actions alone; empty for a part that stands for itself."""
        if self.fixed or self.variables:
            return ()
        return id(self.coverage), bool(self.statement.resources), self.deny, self.open, self.naming


class Piece(NamedTuple):
    """A part that matches the resource."""

    deny: bool
    mask: int
    open: tuple[Open, ...]
    naming: Naming


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


Levels = tuple[tuple[Any, ...], ...]
Prepared = tuple[tuple[Part, ...], ...]


@dataclass(slots=True)
class Known:
    """Statements taken apart for one situation, by their ids."""

    situation: Situation
    parts: dict[int, tuple[Part, ...]] = field(default_factory=dict)
    statements: list[Statement] = field(default_factory=list)


class Profile:
    """One caller, with everything about it that depends on neither action nor resource."""

    def __init__(self, state: State, who: Caller, context: Mapping[str, Any]) -> None:
        self.caller = who
        self.by: Asker = asker(state, identify(state, who))
        principal = self.by.who.principal
        nothing = Asked(resource="*", owner=principal.account, keys={}, policy=None, rcps=None, organization=None)
        self.base = request(self.by, nothing, "sts:GetCallerIdentity", state.now, context)
        self.values = self.base.values
        policies = policy_set(self.by, nothing)
        self.own = tuple((name, policies.levels(name)) for name in _OWN if policies.levels(name))
        self.named: Named = caller(self.base, policies)
        linked = principal.type is PrincipalType.ROLE_SESSION
        self.service_linked = linked and "/aws-service-role/" in self.base.role_arn
        self.passes_tags = _passes_tags(state, who)
        self.partition = principal.arn.split(":", 2)[1] if principal.arn.startswith("arn:") else ""


class Profiles:
    """The callers of one state of the world, each looked at once, whatever is asked of them."""

    def __init__(self, state: State) -> None:
        self.state = state
        self._found: dict[Caller, Profile] = {}

    def of(self, who: Caller, context: Mapping[str, Any]) -> Profile:
        """The caller's profile; only without a context of the question's own is it remembered."""
        if context:
            return Profile(self.state, who, context)
        found = self._found.get(who)
        if found is None:
            found = self._found[who] = Profile(self.state, who, context)
        return found


class Row:
    """One caller as one question sees it."""

    def __init__(self, profile: Profile, refused: int) -> None:
        self.profile = profile
        self.refused = refused
        self.groups: dict[tuple[str, str, bool, bool], tuple[Group, ...]] = {}
        self.prepared: dict[tuple[bool, bool], list[tuple[str, Prepared]]] = {}


class Judge:
    """Decides for callers and things of one state of the world, over one set of actions, and remembers."""

    def __init__(self, state: State, actions: Actions, context: Mapping[str, Any], varying: Iterable[str]) -> None:
        """``context`` holds the keys that the question gives; ``varying`` those, in lower case, that things bring."""
        self.state = state
        self.actions = actions
        self.context = context
        self.given = frozenset(key.lower() for key in context)
        self.varying = {*varying, "aws:resourceaccount"} - self.given
        self._traits = actions.groups(_trait)
        self._kinds: dict[tuple[Any, ...], tuple[Group, ...]] = {}
        self._parts: dict[Situation, Known] = {}
        self._coverage: dict[tuple[tuple[str, ...], bool], dict[str, bool]] = {}
        self._outcomes: dict[tuple[Any, ...], Mapping[Outcome, Overlay]] = {}
        self._refused: dict[tuple[Any, ...], int] = {}
        self._service = actions.only_service
        self._all_buckets = actions.bit(ALL_BUCKETS[0])

    # One caller and one thing

    def verdicts(self, row: Row, thing: Thing) -> Verdicts:
        """What the caller may do to the thing."""
        asked, mask = thing.asked, thing.mask & ~row.refused
        refused = thing.mask & row.refused
        if row.profile.partition and asked.resource != "*" and asked.resource.split(":", 2)[1] != row.profile.partition:
            return Verdicts(0, 0, 0, thing.mask)  # credentials of one partition are unknown in another (ENT-01)
        pieces = self._matching(row, thing)
        groups = self._groups(row, asked)
        elements = tuple(
            dict.fromkeys(one for _, levels in pieces for level in levels for p in level for one in p.open)
        )
        if not elements:
            return Verdicts(*_decide(groups, mask, pieces, {}), 0, refused)
        ways = []
        for outcome, overlay in self._possible(row, thing, elements).items():
            holding = dict(zip(elements, outcome, strict=True))
            ways.append((outcome, overlay, *_decide(groups, mask, pieces, holding)))
        always, ever = mask, 0
        for _, _, allowed, _ in ways:
            always &= allowed
            ever |= allowed
        _, _, allowed, explicit = ways[0]
        found = tuple(way[:3] for way in ways)
        return Verdicts(allowed, explicit, ever & ~always, refused, elements, found)

    def _possible(self, row: Row, thing: Thing, elements: tuple[Open, ...]) -> Mapping[Outcome, Overlay]:
        values = self.values(row, thing)
        keys = frozenset(key for one in elements for key in one.keys)
        situation = self.situation(row, thing)
        open_keys = frozenset(key for key in keys if situation.leaves_open(key))
        asked = elements, open_keys, tuple((key, values.get(key)) for key in sorted(keys))
        found = self._outcomes.get(asked)
        if found is None:
            found = self._outcomes[asked] = Outcomes(elements, values, open_keys).possible()
        return found

    def values(self, row: Row, thing: Thing) -> Values:
        """The values of the request's keys, put together as a Request does."""
        brought = {key: value for key, value in thing.values.items() if key not in self.given}
        owner = {"aws:resourceaccount": thing.asked.owner} if thing.asked.resource != "*" else {}
        return {**owner, **row.profile.values, **brought}

    def situation(self, row: Row, thing: Thing) -> Situation:
        """What decides which keys are open."""
        signer = row.profile.caller.signer if row.profile.caller.signer is not Signer.KEY else Signer.USER
        return Situation(signer, row.profile.passes_tags, thing.known, thing.asked.resource != "*", self.given)

    def dividing(self, row: Row, thing: Thing) -> Iterator[tuple[str, bool]]:
        """The Resource and NotResource of all statements that can matter, and whether they have variables."""
        for _, levels in self._layers(row, thing):
            for part in (part for level in levels for part in level):
                statement = part.statement
                yield from ((one, statement.variables) for one in statement.resources or statement.not_resources)

    # Which statements match the thing

    def _matching(self, row: Row, thing: Thing) -> list[tuple[str, list[list[Piece]]]]:
        values: Values | None = None
        found = []
        for name, levels in self._layers(row, thing):
            matched: list[list[Piece]] = []
            for level in levels:
                here = []
                for part in level:
                    if part.fixed or part.variables:
                        values = values or self.values(row, thing)
                        if not all(one.holds(values) for one in part.fixed):
                            continue
                    if part.uncovered:
                        covered = self._covered(row, thing, part.statement)
                        here.append(Piece(part.deny, part.mask, (*part.open, covered), part.naming))
                    elif mask := self._cover(part, thing.asked.resource, values):
                        here.append(Piece(part.deny, mask, part.open, part.naming))
                matched.append(here)
            found.append((name, matched))
        return found

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

    def _cover(self, part: Part, resource: str, values: Values | None) -> int:
        """The actions for which the statement covers the resource."""
        statement = part.statement
        if not statement.covers:
            return part.mask
        if part.variables:
            covered = any(cover(resource, values or {}) for cover in statement.covers)
        else:
            known = part.coverage.get(resource)
            if known is None:
                known = part.coverage[resource] = any(cover(resource, {}) for cover in statement.covers)
            covered = known
        whole, listing = (part.mask, 0) if covered else (0, part.mask & self._collected(statement, resource))
        return whole | listing if statement.resources else part.mask & ~(whole | listing)

    def _collected(self, statement: Statement, resource: str) -> int:
        """ListAllMyBuckets, where the statement names all buckets (POL-11, UNSURE-30)."""
        named = resource == "*" and ALL_BUCKETS[1] in (statement.resources or statement.not_resources)
        return self._all_buckets if named else 0

    def _layers(self, row: Row, thing: Thing) -> list[tuple[str, Prepared]]:
        """The caller's own layers, prepared once, and those that the thing brings."""
        shape = thing.known, thing.asked.resource != "*"
        own = row.prepared.get(shape)
        policy, rcps = thing.asked.policy, thing.asked.rcps
        if own is not None and policy is None and not rcps:
            return own
        values, situation = self.values(row, thing), self.situation(row, thing)
        known = self._parts.get(situation)
        if known is None:
            known = self._parts[situation] = Known(situation)
        if own is None:
            own = row.prepared[shape] = [
                (name, self._prepared(levels, known, values, None)) for name, levels in row.profile.own
            ]
        brought = (("rcps", rcps or ()), ("resource", () if policy is None else (policy,)))
        there = [(name, levels) for name, levels in brought if levels]
        named = row.profile.named
        return [*((name, self._prepared(levels, known, values, named)) for name, levels in there), *own]

    def _prepared(self, levels: Levels, known: Known, values: Values, named: Named | None) -> Prepared:
        """The parts of each level that can matter to a caller, those together that differ in their actions alone."""
        prepared = []
        for level in levels:
            merged: dict[tuple[object, ...], Part] = {}
            for policy in level:
                for statement in self._statements(policy.policy):
                    taken = known.parts.get(id(statement))
                    if taken is None:
                        taken = known.parts[id(statement)] = tuple(self._split(statement, known.situation))
                        known.statements.append(statement)  # its id is its own as long as it is kept
                    for part in self._of(statement, taken, values, named) if taken else ():
                        alike = part.alike or (len(merged),)
                        same = merged.get(alike)
                        merged[alike] = part if same is None else same._replace(mask=same.mask | part.mask)
            prepared.append(tuple(merged.values()))
        return tuple(prepared)

    def _statements(self, policy: Policy) -> tuple[Statement, ...]:
        """Those that can be about what is asked."""
        service = self._service
        return policy.by_service.get(service, policy.by_service[""]) if service else policy.statements

    def _of(self, statement: Statement, taken: tuple[Part, ...], values: Values, named: Named | None) -> Iterator[Part]:
        """The parts that can matter to a caller: it is named, and what is the same for every resource holds."""
        naming = Naming.NOT_AT_ALL
        if named is not None:
            naming = named.naming(statement)
            if not naming:
                return
        for part in taken:
            if not part.fixed:
                yield part._replace(naming=naming) if naming else part
                continue
            fixed = tuple(one for one in part.fixed if self.varying.intersection(one.keys))
            if all(one.holds(values) for one in part.fixed if one not in fixed):
                yield part._replace(fixed=fixed, naming=naming)

    def _split(self, statement: Statement, situation: Situation) -> Iterator[Part]:
        """A condition is open only for actions whose requests can carry its key."""
        about = self.actions.about(statement)
        if not about:
            return
        deny, variables = statement.effect is Effect.DENY, bool(statement.resource_keys)
        pieces: list[tuple[int, tuple[Open, ...], tuple[Condition, ...]]] = [(about, (), ())]
        for condition in statement.conditions:
            carried = self._carrying(condition.keys, situation)
            opened = [(mask & carried, (*opens, condition), fixed) for mask, opens, fixed in pieces]
            known = [(mask & ~carried, opens, (*fixed, condition)) for mask, opens, fixed in pieces]
            pieces = [piece for piece in opened + known if piece[0]]
        coverage = self._coverage.setdefault((statement.resources or statement.not_resources, statement.variables), {})
        carried = self._carrying(statement.resource_keys, situation)
        for mask, opens, fixed in pieces:
            for uncovered, some in ((True, mask & carried), (False, mask & ~carried)):
                if some:
                    yield Part(statement, deny, some, fixed, opens, coverage, variables, uncovered, Naming.NOT_AT_ALL)

    def _carrying(self, keys: Iterable[str], situation: Situation) -> int:
        """The actions whose requests can carry every one of the keys that are open, if any is."""
        opened = [key for key in keys if situation.leaves_open(key)]
        found = self.actions.every if opened else 0
        for key in opened:
            found &= self.actions.supporting(key)
        return found

    # What the engine says of a situation

    def _groups(self, row: Row, asked: Asked) -> tuple[Group, ...]:
        """Worked out once for each owner and kind of resource, and for callers that are alike."""
        kind = "role" if ":role/" in asked.resource else "key" if ":key/" in asked.resource else ""
        key = asked.owner, kind, asked.policy is None, bool(asked.rcps)
        found = row.groups.get(key)
        if found is None:
            found = row.groups[key] = self._groups_of(row, asked, kind)
        return found

    def _groups_of(self, row: Row, asked: Asked, kind: str) -> tuple[Group, ...]:
        policies = policy_set(row.profile.by, asked)
        principal, management = row.profile.by.who.principal, policies.management_account
        shape = tuple(name for name, _ in policies.present)
        related = principal.account == asked.owner, principal.account == management, asked.owner == management
        aliases = row.profile.values.get("kms:resourcealiases")
        key = principal.type, row.profile.service_linked, kind, shape, related, aliases
        found = self._kinds.get(key)
        if found is None:
            found = self._kinds[key] = tuple(self._grouped(row, asked, policies))
        return found

    def _grouped(self, row: Row, asked: Asked, policies: PolicySet) -> Iterator[Group]:
        merged: dict[tuple[Any, ...], Group] = {}
        for mask in self._traits.values():
            action = next(self.actions.named(mask))
            asking = request(row.profile.by, asked, action, self.state.now, self.context)
            layers = tuple(name for name, _ in applicable(asking, policies))
            alike = layers, action.lower() in FREE_ACTIONS, target(asking), action.lower() == _SOURCE_IDENTITY
            if alike in merged:
                merged[alike].mask |= mask
            else:
                merged[alike] = Group(mask=mask, layers=layers, free=alike[1], request=asking, policies=policies)
        yield from merged.values()

    def row(self, profile: Profile) -> Row:
        """The caller's row."""
        return Row(profile, self._refused_to(profile))

    def _refused_to(self, profile: Profile) -> int:
        """The actions that this caller's credentials cannot be used for, whatever the policies say."""
        base = profile.base
        record = self.state.sessions.get(profile.caller.id)
        key = base.principal.type, record.kind if record else "", record.mfa if record else None
        found = self._refused.get(key)
        if found is None:
            names = (name for name in self.actions.names if name.partition(":")[0] in ("iam", "sts"))
            found = self._refused[key] = self.actions.mask(
                name.lower() for name in names if self._is_refused(profile, name)
            )
        return found

    def _is_refused(self, profile: Profile, action: str) -> bool:
        try:
            check_session(self.state, profile.caller, action)
            check_possible(Request(principal=profile.base.principal, action=action, resource="*", resource_account=""))
        except IamlabError:
            return True
        return False


_SOURCE_IDENTITY: Final = "sts:setsourceidentity"
_OWN: Final = ("scps", "identity", "boundary", "session")
"""The layers that come with the caller, whatever it asks about."""


def _trait(action: str) -> tuple[object, ...]:
    """All that ``applicable`` and ``settle`` look at of an action; actions that agree in it are alike to them."""
    lower = action.lower()
    service = lower.partition(":")[0]
    reached = service in RCP_SERVICES and lower != "kms:retiregrant"
    prefix = service if service in ("sts", "kms") else ""
    return lower in FREE_ACTIONS, reached, lower in RESCUE, prefix, lower == _SOURCE_IDENTITY


def _passes_tags(state: State, who: Caller) -> bool:
    """Whether a session of this role may come with tags: its trust policy speaks of sts:TagSession (STS-09)."""
    role = state.entities.get(who.id)
    if not isinstance(role, RoleRecord):
        return False
    probe = Actions(("sts:TagSession",))
    return any(probe.about(one) for one in role.trust.policy.statements if one.effect is Effect.ALLOW)


# Layers as sets of actions


def _decide(
    groups: Iterable[Group], mask: int, layers: list[tuple[str, list[list[Piece]]]], holding: Mapping[Open, bool]
) -> tuple[int, int]:
    """The actions that are allowed, and those that are denied explicitly."""
    denied: dict[str, int] = {}
    granted: dict[str, list[tuple[Naming, int]]] = {}
    for name, levels in layers:
        there = [[one for one in level if all(holding[element] for element in one.open)] for level in levels]
        denied[name] = _union(one.mask for level in there for one in level if one.deny)
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


def _granted(name: str, levels: list[list[Piece]]) -> list[tuple[Naming, int]]:
    """What a layer allows; in layers that name callers, by how they name them."""
    if name in NAMING:
        by_naming: dict[Naming, int] = {}
        for one in levels[0]:
            if not one.deny:
                by_naming[one.naming] = by_naming.get(one.naming, 0) | one.mask
        return list(by_naming.items())
    found = -1
    for level in levels:
        found &= _union(one.mask for one in level if not one.deny)
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
