"""Who can do what: many callers, actions and resources at once, decided exactly as the engine decides one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from operator import add
from typing import TYPE_CHECKING, Any, Final

from iamlab.analysis.actions import shared
from iamlab.analysis.fields import fields, is_pattern
from iamlab.analysis.known_callers import KnownCallers
from iamlab.analysis.patterns import Cutter, Places, Seen, portions
from iamlab.analysis.portions import Portion
from iamlab.analysis.situation import carried
from iamlab.analysis.subjects import Subject
from iamlab.analysis.things import Thing, Things
from iamlab.analysis.unknowns import Overlay
from iamlab.analysis.verdicts import Judge, Row, Verdicts
from iamlab.analysis.wording import condition_words
from iamlab.core.errors import IamlabError
from iamlab.core.evaluation import Evaluation
from iamlab.world.authorization import judge
from iamlab.world.calls import Check
from iamlab.world.state import State

if TYPE_CHECKING:
    import pandas as pd


class Access(Enum):
    """What a cell says, in words."""

    ALLOWED = "allowed"
    DEPENDS = "depends"  # on keys that the question does not give
    EXPLICIT = "denied explicitly"
    IMPLICIT = "denied implicitly"
    REFUSED = "refused"  # before any policy is read: these credentials cannot make the call
    NOT_ASKED = "not asked"  # AWS never asks about this action on such a resource, or on several at once

    @property
    def possible(self) -> bool:
        """Whether there is any request that goes through."""
        return self in (Access.ALLOWED, Access.DEPENDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One answer; of one that depends, ``when`` it is allowed, in words, and a context as ``example``.

    About a pattern of resources ``portion`` is what of it is meant; where the pattern has several answers, the cell
    depends, ``when`` says on what, and ``portion`` is the first that is allowed or depends.
    """

    subject: Subject
    action: str
    resource: str
    access: Access
    when: str = ""
    example: Mapping[str, Any] | None = None
    portion: Portion | None = None

    def __str__(self) -> str:
        return f"{self.access.value}: {self.when}" if self.when else self.access.value

    @property
    def asked(self) -> tuple[str, ...]:
        """The ARNs that were asked about: of a pattern one for each way in which the answer comes about."""
        return self.portion.examples if self.portion else (self.resource,)


MOST_CELLS: Final = 100_000
"""What a table may have; nobody reads more, and pandas would take long over it."""


class AccessMatrix:
    """The answers for callers, actions and resources; each row is worked out when it is first looked at.

    ``resources`` are ARNs, patterns of them, or ``*`` for actions that take none. ``context`` holds the condition keys
    that every request is given; ``known`` are the callers of the same state, from a question before. With ``parts``
    each resource is, as it stands, one of several that AWS judges a call on. Iterating gives every cell.
    """

    def __init__(
        self,
        state: State,
        subjects: Sequence[Subject],
        actions: Sequence[str],
        resources: Sequence[str],
        context: Mapping[str, Any] | None = None,
        known: KnownCallers | None = None,
        *,
        parts: bool = False,
    ) -> None:
        self.state = state
        self._known = known or KnownCallers(state)
        self.subjects = tuple(subjects)
        self.resources = tuple(dict.fromkeys(resources))
        self.context = dict(context or {})
        self._bits = shared(tuple(actions))
        self._things = Things(state, self._bits, parts=parts)
        patterns = (one for one in self.resources if is_pattern(one) and not parts)
        self._fields = {one: fields(state, self._things, one) for one in patterns}
        varying = {key for thing in self._everything for key in thing.values}
        self._judge = Judge(state, self._bits, self._known.elements, self.context, varying)
        self._cutter = Cutter(self._judge, self._things)
        self._rows: dict[Subject, list[Seen]] = {}
        self._places: dict[tuple[Subject, str], tuple[Places, ...]] = {}

    @property
    def actions(self) -> tuple[str, ...]:
        """The actions that are asked about."""
        return self._bits.names

    @property
    def size(self) -> int:
        """How many cells there are."""
        return len(self.subjects) * len(self.actions) * len(self.resources)

    @property
    def asks_nothing(self) -> bool:
        """Whether AWS never asks about any of these actions on any of these resources."""
        return not any(thing.mask for thing in self._everything)

    @property
    def _everything(self) -> Iterator[Thing]:
        """All that is asked about, of patterns what is known to be in them."""
        accounts = dict.fromkeys(one.account for one in self.subjects)
        for arn in self.resources:
            several = self._fields.get(arn)
            arns = (arn,) if several is None else (one for field in several for one in (*field.examples, *field.points))
            yield from (thing for one in arns for account in accounts for thing in self._things.at(one, account))

    def row(self, subject: Subject) -> list[Seen]:
        """For each resource, as each sort of action sees it: what the caller may do, as sets of actions.

        A pattern is seen at all of its parts.
        """
        found = self._rows.get(subject)
        if found is None:
            row = self._judge.row(self._known.of(subject.caller, self.context))
            found = self._rows[subject] = [self._looked_at(row, subject, arn) for arn in self.resources]
        return found

    def seen(self, subject: Subject, resource: str) -> Seen:
        """One place of the caller's row, by the name of the resource."""
        return self.row(subject)[self.resources.index(resource)]

    def asked(self, resource: str) -> tuple[str, ...]:
        """The actions that AWS asks about there, in order.

        What of a pattern is asked about hangs on the caller; of one resource it is the same for all.
        """
        mask = 0
        for subject in self.subjects if is_pattern(resource) else self.subjects[:1]:
            for thing, _ in self.seen(subject, resource):
                mask |= thing.mask
        return tuple(self.named(mask))

    def _looked_at(self, row: Row, subject: Subject, arn: str) -> Seen:
        several = self._fields.get(arn)
        if several is None:
            return tuple((thing, self._judge.verdicts(row, thing)) for thing in self._things.at(arn, subject.account))
        places = self._places[subject, arn] = self._cutter.places(row, subject.account, several)
        return tuple(pair for one in places for place in one.found for pair in place.seen)

    def cell(self, subject: Subject, action: str, resource: str) -> Cell:
        """One answer, by the names of its row, action and resource; of a pattern, what its parts come to together."""
        if resource in self._fields:
            return _together(self.parts(subject, action, resource)) or Cell(
                subject=subject, action=action, resource=resource, access=Access.NOT_ASKED
            )
        return self._cell(subject, action, resource, self.seen(subject, resource))

    def parts(self, subject: Subject, action: str, resource: str) -> tuple[Cell, ...]:
        """The answers to one question: of a pattern, one for each portion of it of which another thing is said."""
        seen = self.seen(subject, resource)
        if resource not in self._fields:
            return (self._cell(subject, action, resource, seen),)
        cells: dict[tuple[Access, str], Cell] = {}

        def said(there: Seen) -> tuple[Access, str] | None:
            cell = self._cell(subject, action, resource, there)
            cells.setdefault((cell.access, cell.when), cell)
            return None if cell.access is Access.NOT_ASKED else (cell.access, cell.when)

        found = portions(resource, self._places[subject, resource], said)
        return tuple(self._with_example(replace(cells[answer], portion=one)) for answer, one in found.items())

    def _with_example(self, cell: Cell) -> Cell:
        """The cell with an example for the first ARN that was asked about, not for all that it stands for."""
        if cell.access is not Access.DEPENDS:
            return cell
        row = self._judge.row(self._known.of(cell.subject.caller, self.context))
        seen = self._looked_at(row, cell.subject, cell.asked[0])
        return replace(cell, example=self._cell(cell.subject, cell.action, cell.resource, seen).example)

    def _cell(self, subject: Subject, action: str, resource: str, seen: Seen) -> Cell:
        bit = self._bits.bit(action)
        thing, verdicts = next((one for one in seen if one[0].mask & bit), (None, None))
        if verdicts is None or thing is None:
            return Cell(subject=subject, action=action, resource=resource, access=Access.NOT_ASKED)
        access = _access(verdicts, bit)
        when, example = "", None
        if access is Access.DEPENDS:
            ways = {way: bool(may & bit) for way, _, may in verdicts.ways}
            when = condition_words(verdicts.elements, ways, carried(subject.caller.signer))
            allowed = (self._carried(keys, bit) for _, keys, may in verdicts.ways if may & bit)
            example = next((keys for keys in allowed if None not in keys.values()), None)
        return Cell(subject=subject, action=action, resource=resource, access=access, when=when, example=example)

    def _carried(self, keys: Overlay, bit: int) -> Overlay:
        """Those of the keys that a request for the action can carry."""
        return {key: value for key, value in keys.items() if self._bits.supporting(key) & bit}

    def explain(self, cell: Cell) -> Evaluation:
        """The engine's own evaluation behind a cell; for one that depends, in a context in which it is allowed.

        Of a pattern, at the first ARN that was asked about. Raises IamlabError for a cell that is refused or not asked,
        as asking for it by itself would.
        """
        return next(self.explained(cell))

    def explained(self, cell: Cell) -> Iterator[Evaluation]:
        """The evaluations behind a cell: of a pattern, one for each way in which the answer comes about."""
        if cell.access is Access.NOT_ASKED:
            raise IamlabError(f"AWS never asks about {cell.action} on {cell.resource}.", code="InvalidResource")
        context = {**(cell.example or {}), **self.context}
        for arn in cell.asked:
            yield judge(self.state, cell.subject.caller, Check(action=cell.action, resource=arn, context=context))

    def __iter__(self) -> Iterator[Cell]:
        for subject in self.subjects:
            for resource in self.resources:
                for action in self.actions:
                    yield self.cell(subject, action, resource)

    def possible(self) -> Iterator[Cell]:
        """The cells that are allowed or depend; of a pattern, one for each portion."""
        for subject in self.subjects:
            for resource, seen in zip(self.resources, self.row(subject), strict=True):
                may = 0
                for _, found in seen:
                    may |= found.allowed | found.depends
                for action in self.named(may):
                    yield from (one for one in self.parts(subject, action, resource) if one.access.possible)

    def named(self, mask: int) -> Iterator[str]:
        """The actions in a set of bits, in order."""
        return self._bits.named(mask)

    def counts(self) -> Counter[Access]:
        """How many cells there are of each kind, without making a single one."""
        total: Counter[Access] = Counter()
        sums = [0] * len(ANSWERED)
        for subject in self.subjects:
            for resource, seen in zip(self.resources, self.row(subject), strict=True):
                if resource in self._fields:
                    answers = (self.cell(subject, action, resource).access for action in self.actions)
                    total.update(one for one in answers if one is not Access.NOT_ASKED)
                    continue
                for thing, found in seen:
                    sums = list(map(add, sums, map(int.bit_count, answered(thing.mask, found))))
        total.update(dict(zip(ANSWERED, sums, strict=True)))
        total[Access.NOT_ASKED] = self.size - total.total()
        return +total

    def frame(self) -> pd.DataFrame:
        """The answers as a table: a row for each caller under its account, a column for each action under its resource.

        The values are of one categorical dtype, in the words of ``Access``. Raises IamlabError (``TooLarge``) for more
        than 100,000 cells.
        """
        import pandas as pd  # here, so that importing iamlab stays cheap

        if self.size > MOST_CELLS:
            raise IamlabError(
                f"A table of {self.size:,} cells ({len(self.subjects):,} principals, {len(self.actions):,} actions, "
                f"{len(self.resources):,} resources) is more than anybody reads. Ask about fewer, for example "
                "actions='s3:*/Write', or take .counts() or .possible().",
                code="TooLarge",
            )
        dtype = pd.CategoricalDtype([one.value for one in Access], ordered=False)
        index = pd.MultiIndex.from_tuples(
            [(one.account, one.words) for one in self.subjects], names=["account", "principal"]
        )
        columns = pd.MultiIndex.from_product([self.resources, self.actions], names=["resource", "action"])
        values = [
            [self.cell(subject, action, resource).access.value for resource, action in columns]
            for subject in self.subjects
        ]
        return pd.DataFrame(values, index=index, columns=columns).astype(dtype)

    def __repr__(self) -> str:
        return (
            f"<access of {len(self.subjects):,} principals to {len(self.actions):,} actions on "
            f"{len(self.resources):,} resources>"
        )


def _together(parts: Sequence[Cell]) -> Cell | None:
    """What the answers for portions of a pattern come to; nothing when AWS asks about none."""
    if len(parts) < 2:
        return parts[0] if parts else None
    possible = [one for one in parts if one.access.possible]
    if not possible:
        return next((one for one in parts if one.access is Access.IMPLICIT), parts[0])
    words = (f"on {one.portion.words if one.portion else one.resource}" for one in possible)
    told = (f"{where}, {one.when}" if one.when else where for where, one in zip(words, possible, strict=True))
    return replace(possible[0], access=Access.DEPENDS, when=f"only {'; or '.join(told)}")


def _access(found: Verdicts, bit: int) -> Access:
    if found.refused & bit:
        return Access.REFUSED
    if found.depends & bit:
        return Access.DEPENDS
    if found.allowed & bit:
        return Access.ALLOWED
    return Access.EXPLICIT if found.explicit & bit else Access.IMPLICIT


ANSWERED: Final = (Access.REFUSED, Access.DEPENDS, Access.ALLOWED, Access.EXPLICIT, Access.IMPLICIT)
"""The kinds of answers to what is asked."""


def answered(mask: int, found: Verdicts) -> tuple[int, ...]:
    """The actions of each kind, in the order of ``ANSWERED``, one bit each; together they are the mask."""
    settled = mask & ~found.refused & ~found.depends
    allowed, explicit = settled & found.allowed, settled & found.explicit
    return found.refused, found.depends, allowed, explicit, settled & ~allowed & ~explicit
