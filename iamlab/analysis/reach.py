"""How somebody gets to an action: by itself, through roles that it assumes, and through services it passes roles to.

From within the lab, and from outside: accounts that policies name, identity providers, everybody.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from iamlab.analysis.access import AccessMatrix, Cell
from iamlab.analysis.known_callers import KnownCallers
from iamlab.analysis.passing import calls
from iamlab.analysis.strangers import stranger, strangers
from iamlab.analysis.subjects import Subject, everybody, services_in, subject
from iamlab.world.callers import Caller, Signer
from iamlab.world.entities import RoleRecord
from iamlab.world.state import State

if TYPE_CHECKING:
    import pandas as pd

ASSUME: Final = "sts:AssumeRole"
WITH_SAML: Final = "sts:AssumeRoleWithSAML"
WITH_TOKEN: Final = "sts:AssumeRoleWithWebIdentity"
PASS: Final = "iam:PassRole"
LONGEST: Final = 5
"""Roles in one path. Nobody builds longer chains, and nobody could follow one."""
MOST: Final = 100
"""Paths from one caller to one action."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """From one caller to the next: it assumes the role, or passes it to a service, which then assumes it.

    ``cell`` is the answer that lets it; ``service`` the service in between, empty when the role is assumed. Passing a
    role goes with a call that starts something there, such as ec2:RunInstances: ``others`` are the answers that let the
    caller make it, and the service assume the role. An identity provider's people assume a role with what it says of
    them.
    """

    source: Subject
    target: Subject
    cell: Cell
    service: str = ""
    others: tuple[Cell, ...] = ()

    @property
    def doing(self) -> str:
        """``assumes``, ``passes to ec2.amazonaws.com with ec2:RunInstances``: what stands on an arrow."""
        return f"passes {self._to}" if self.service else self._assumes

    @property
    def words(self) -> str:
        """``assumes role Deploy, only with MFA``."""
        what = self.target.words
        return _with(f"passes {what} {self._to}" if self.service else f"{self._assumes} {what}", self.when)

    @property
    def _to(self) -> str:
        calls = ", ".join(dict.fromkeys(one.action for one in self._own))
        return f"to {self.service}" + (f" with {calls}" if calls else "")

    @property
    def _assumes(self) -> str:
        how = {WITH_SAML: "its SAML assertion", WITH_TOKEN: "its token"}.get(self.cell.action)
        return f"lets people with {how} assume" if how else "assumes"

    @property
    def _own(self) -> tuple[Cell, ...]:
        return tuple(one for one in self.others if one.subject == self.source)

    @property
    def when(self) -> str:
        """All that is asked for on this step, in words; empty without a condition."""
        unknown = f"if a call of {self.service} that takes a role is allowed" if self.service and not self._own else ""
        named = ((one, one.action if one.subject == self.source else one.subject.name) for one in self.others)
        others = (f"{name} {one.when}" for one, name in named if one.when and one.when != self.cell.when)
        found = (self.source.proviso, unknown, self.cell.when, *others)
        return ", ".join(dict.fromkeys(one for one in found if one))


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """The steps from a caller to whoever may do the action, and the answer there."""

    start: Subject
    steps: tuple[Step, ...]
    cell: Cell

    @property
    def words(self) -> str:
        """The path as a sentence."""
        end = f"may do {self.cell.action}" + (f" on {self.cell.resource}" if self.cell.resource != "*" else "")
        parts = [self.start.words, *(f"{step.words}, which" for step in self.steps)]
        return _with(" ".join((*parts, end)), self.when) + "."

    @property
    def when(self) -> str:
        """What is asked for in the end, in words; empty without a condition."""
        return ", ".join(one for one in (self.cell.subject.proviso, self.cell.when) if one)

    @property
    def conditions(self) -> tuple[str, ...]:
        """All that is asked for on the way, in words."""
        found = (*(step.when for step in self.steps), self.when)
        return tuple(one for one in found if one)


def _with(words: str, when: str) -> str:
    return f"{words}, {when}" if when else words


@dataclass(frozen=True, slots=True)
class Paths:
    """All paths that were asked for, the shortest first; ``complete`` is False when there were more than ``MOST``."""

    title: str
    found: tuple[Path, ...]
    complete: bool = True

    @property
    def sentences(self) -> tuple[str, ...]:
        """One sentence for each path; one that says so when there is none."""
        more = () if self.complete else ("There are more paths than are shown.",)
        return (*(one.words for one in self.found), *more) or ("There is no path.",)

    def frame(self) -> pd.DataFrame:
        """One row for each path: ``roles`` is the number of roles on it."""
        import pandas as pd  # here, so that importing iamlab stays cheap

        columns = ["account", "principal", "roles", "path", "conditions"]
        rows = [
            (
                one.start.account,
                one.start.words,
                len(one.steps),
                " → ".join((one.start.words, *(step.target.words for step in one.steps))),
                "; ".join(one.conditions),
            )
            for one in self.found
        ]
        return pd.DataFrame(rows, columns=columns).astype("string").astype({"roles": "int64"})

    def __len__(self) -> int:
        return len(self.found)

    def __repr__(self) -> str:
        return "\n".join((f"{self.title}:", *(f"- {one}" for one in self.sentences)))


class Reach:
    """Who gets from whom to whom, in one state of the world."""

    def __init__(self, state: State, known: KnownCallers | None = None) -> None:
        self.state = state
        self._known = known or KnownCallers(state)
        self._steps: dict[Subject, tuple[Step, ...]] = {}
        self._roles = {one.arn: _role(state, one) for one in state.of_kind(RoleRecord)}

    def paths(self, starts: Sequence[Subject], action: str, resource: str) -> tuple[tuple[Path, ...], bool]:
        """Every simple path from each start to the action, the shortest first, and whether that is all of them."""
        everyone = tuple(dict.fromkeys((*starts, *self._roles.values())))
        goal = AccessMatrix(self.state, everyone, [action], [resource], None, self._known)
        ends = {one: cell for one in everyone if (cell := goal.cell(one, action, resource)).access.possible}
        found, complete = [], True
        for start in starts:
            several = self._from(start, ends)
            some = [path for _, path in zip(range(MOST), several, strict=False)]
            complete = complete and next(several, None) is None
            found += some
        return tuple(sorted(found, key=lambda path: len(path.steps))), complete

    def _from(self, start: Subject, ends: dict[Subject, Cell]) -> Iterator[Path]:
        """Breadth first, so that shorter paths come first; nobody is met twice on one path."""
        waiting: deque[tuple[Step, ...]] = deque([()])
        while waiting:
            steps = waiting.popleft()
            here = steps[-1].target if steps else start
            if here in ends:
                yield Path(start=start, steps=steps, cell=ends[here])
            met = {start, *(step.target for step in steps)}
            if len(steps) < LONGEST:
                waiting.extend((*steps, step) for step in self.steps(here) if step.target not in met)

    def steps(self, source: Subject) -> tuple[Step, ...]:
        """Where a caller gets in one step."""
        found = self._steps.get(source)
        if found is None:
            found = self._steps[source] = tuple(self._next(source))
        return found

    def _next(self, source: Subject) -> Iterator[Step]:
        if not self._roles or source.caller.signer is Signer.NOBODY:  # roles are assumed with signed requests
            return
        action = _assuming(source)
        single = AccessMatrix(self.state, [source], [action, PASS], list(self._roles), None, self._known)
        for arn, role in self._roles.items():
            cell = single.cell(source, action, arn)
            if cell.access.possible:
                yield Step(source=source, target=role, cell=cell)
        for arn, role in self._roles.items():
            if single.cell(source, PASS, arn).access.possible:
                yield from self._passed(source, role, arn)

    def _passed(self, source: Subject, role: Subject, arn: str) -> Iterator[Step]:
        """The role passed to each service that may assume it, with the call that takes it."""
        record = self.state.entities[role.caller.id]
        for trusted in self._trusted.get(arn, ()):
            service = trusted.subject.name
            given = AccessMatrix(self.state, [source], [PASS], [arn], {"iam:PassedToService": service})
            cell = given.cell(source, PASS, arn)
            if not cell.access.possible or not isinstance(record, RoleRecord):
                continue
            made = calls(self._known, source, record, service)
            if made is not None:
                yield Step(source=source, target=role, cell=cell, service=service, others=(*made, trusted))

    @cached_property
    def _trusted(self) -> dict[str, tuple[Cell, ...]]:
        """For each role the services that may assume it, and when."""
        services = trusted_services(self.state)
        if not services:
            return {}
        matrix = AccessMatrix(self.state, services, [ASSUME], list(self._roles), None, self._known)
        cells = {arn: [matrix.cell(one, ASSUME, arn) for one in services] for arn in self._roles}
        return {arn: tuple(one for one in several if one.access.possible) for arn, several in cells.items()}


def _role(state: State, record: RoleRecord) -> Subject:
    return subject(state, Caller(Signer.ROLE, record.id))


def _assuming(source: Subject) -> str:
    """The call by which a caller assumes a role; an identity provider's people do so unsigned (STS-16)."""
    if source.kind != "identity provider":
        return ASSUME
    return WITH_SAML if ":saml-provider/" in source.caller.id else WITH_TOKEN


def starts(state: State) -> tuple[Subject, ...]:
    """Everybody with whom a path may begin: all callers but roles, the services that roles trust, and who is named by
    a policy from outside of the lab.
    """
    callers = (one for one in everybody(state) if one.kind != "role")
    return tuple(dict.fromkeys((*callers, *trusted_services(state), *outsiders(state))))


def outsiders(state: State) -> tuple[Subject, ...]:
    """Accounts outside of the lab, their users and roles, identity providers and everybody, where a policy allows them
    something.
    """
    return tuple(subject(state, one) for one in strangers(state))


def outsider(state: State, who: object) -> Subject | None:
    """Who is meant outside of the lab: by an account's number, an ARN, a provider's ARN or host, or ``*``."""
    if not isinstance(who, str):
        return None
    found = stranger(state, "Federated" if "-provider/" in who else "AWS", who)
    found = found or next((one for one in strangers(state) if one.id == who), None)
    return subject(state, found) if found else None


def trusted_services(state: State) -> tuple[Subject, ...]:
    """The services that the trust policies of this world name."""
    return services_in(state, (record.trust.policy for record in state.of_kind(RoleRecord)))
