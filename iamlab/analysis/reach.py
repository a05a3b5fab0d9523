"""How somebody gets to an action: by itself, through roles that it assumes, and through services it passes roles to."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from iamlab.analysis.access import AccessMatrix, Cell
from iamlab.analysis.profiles import Profiles
from iamlab.analysis.subjects import Subject, everybody, services_in, subject
from iamlab.world.callers import Caller, Signer
from iamlab.world.entities import RoleRecord
from iamlab.world.state import State

if TYPE_CHECKING:
    import pandas as pd

ASSUME: Final = "sts:AssumeRole"
PASS: Final = "iam:PassRole"
LONGEST: Final = 5
"""Roles in one path. Nobody builds longer chains, and nobody could follow one."""
MOST: Final = 100
"""Paths from one caller to one action."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """From one caller to the next: it assumes the role, or passes it to a service, which then assumes it.

    ``cell`` is the answer that lets it; ``service`` the service in between, empty when the role is assumed. Passing a
    role goes with a call that starts something there, such as ec2:RunInstances; whether that is allowed is a question
    of its own.
    """

    source: Subject
    target: Subject
    cell: Cell
    service: str = ""

    @property
    def words(self) -> str:
        """``assumes role Deploy, only with MFA``."""
        how = f"passes {self.target.words} to {self.service}" if self.service else f"assumes {self.target.words}"
        return f"{how}, {self.cell.when}" if self.cell.when else how


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
        return f"{' '.join(parts)} {end}" + (f", {self.cell.when}." if self.cell.when else ".")

    @property
    def conditions(self) -> tuple[str, ...]:
        """All that is asked for on the way, in words."""
        found = (*(step.cell.when for step in self.steps), self.cell.when)
        return tuple(one for one in found if one)


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

    def __init__(self, state: State, profiles: Profiles | None = None) -> None:
        self.state = state
        self._profiles = profiles or Profiles(state)
        self._steps: dict[Subject, tuple[Step, ...]] = {}
        self._roles = {one.arn: _role(state, one) for one in state.of_kind(RoleRecord)}

    def paths(self, starts: Sequence[Subject], action: str, resource: str) -> tuple[tuple[Path, ...], bool]:
        """Every simple path from each start to the action, the shortest first, and whether that is all of them."""
        everyone = tuple(dict.fromkeys((*starts, *self._roles.values())))
        goal = AccessMatrix(self.state, everyone, [action], [resource], None, self._profiles)
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
        single = AccessMatrix(self.state, [source], [ASSUME, PASS], list(self._roles), None, self._profiles)
        for arn, role in self._roles.items():
            cell = single.cell(source, ASSUME, arn)
            if cell.access.possible:
                yield Step(source=source, target=role, cell=cell)
        for arn, role in self._roles.items():
            if not single.cell(source, PASS, arn).access.possible:
                continue
            for service in self._trusted.get(arn, ()):
                given = AccessMatrix(self.state, [source], [PASS], [arn], {"iam:PassedToService": service})
                cell = given.cell(source, PASS, arn)
                if cell.access.possible:
                    yield Step(source=source, target=role, cell=cell, service=service)

    @cached_property
    def _trusted(self) -> dict[str, tuple[str, ...]]:
        """For each role the services that may assume it."""
        services = trusted_services(self.state)
        if not services:
            return {}
        matrix = AccessMatrix(self.state, services, [ASSUME], list(self._roles), None, self._profiles)
        return {
            arn: tuple(one.name for one in services if matrix.cell(one, ASSUME, arn).access.possible)
            for arn in self._roles
        }


def _role(state: State, record: RoleRecord) -> Subject:
    return subject(state, Caller(Signer.ROLE, record.id))


def starts(state: State) -> tuple[Subject, ...]:
    """Everybody with whom a path may begin: all callers but roles, and the services that roles trust."""
    callers = (one for one in everybody(state) if one.kind != "role")
    return tuple(dict.fromkeys((*callers, *trusted_services(state))))


def trusted_services(state: State) -> tuple[Subject, ...]:
    """The services that the trust policies of this world name."""
    return services_in(state, (record.trust.policy for record in state.of_kind(RoleRecord)))
