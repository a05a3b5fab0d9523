"""Who can do this, and what can this one do: the answers that allow something, with how and when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from iamlab.analysis.access import Access, AccessMatrix, Cell
from iamlab.analysis.fields import is_pattern
from iamlab.analysis.subjects import Subject, everybody
from iamlab.analysis.words import listed
from iamlab.core.errors import IamlabError
from iamlab.core.evaluation import Evaluation
from iamlab.core.matching import NamedPolicy, StatementMatch
from iamlab.core.policy import PolicyKind
from iamlab.world.state import State

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One caller and what it may do: actions that it may do on the same resource, under one condition.

    About a pattern of resources there is one for each portion of it of which another thing is said.
    """

    matrix: AccessMatrix = field(repr=False, compare=False)
    cells: tuple[Cell, ...]

    @property
    def subject(self) -> Subject:
        """Who."""
        return self.cells[0].subject

    @property
    def actions(self) -> tuple[str, ...]:
        """What."""
        return tuple(cell.action for cell in self.cells)

    @property
    def resource(self) -> str:
        """On which resource, or on what of a pattern, in words; ``*`` for actions that take none."""
        portion = self.cells[0].portion
        return portion.words if portion else self.cells[0].resource

    @property
    def part(self) -> str:
        """What of the pattern that was asked about, in words, or ``all``; empty when a single resource was."""
        portion = self.cells[0].portion
        return "" if portion is None else "all" if portion.whole else portion.words

    def covers(self, arn: str) -> bool:
        """Whether the answer is about the resource of that ARN."""
        portion = self.cells[0].portion
        return portion.covers(arn) if portion else arn == self.cells[0].resource

    @property
    def access(self) -> Access:
        """Allowed, or depending."""
        return self.cells[0].access

    @property
    def when(self) -> str:
        """Under which condition, in words; empty without one."""
        return self.cells[0].when

    @property
    def through(self) -> tuple[str, ...]:
        """The statements that allow it, in words; worked out when it is looked at."""
        found = (label for cell in self.cells for one in self.matrix.explained(cell) for label in labels(one))
        return tuple(dict.fromkeys(found))

    @property
    def words(self) -> str:
        """The answer as a sentence."""
        what = action_words(self.actions)
        on = "" if self.resource == "*" else f" on {self.resource}"
        when = f", {self.when}" if self.when else ""
        by = f" (through {listed(self.through)})" if self.through else ""
        return f"{self.subject.words} may do {what}{on}{when}{by}."


@dataclass(frozen=True, slots=True)
class Answers:
    """All answers to one question; what is in none of them is denied."""

    title: str
    matrix: AccessMatrix
    found: tuple[Answer, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """One sentence for each answer; one that says so when there is none."""
        return tuple(one.words for one in self.found) or ("Nobody may." if self.matrix.size else "Nothing was asked.",)

    def frame(self) -> pd.DataFrame:
        """One row for each answer; ``actions`` is their number, ``access`` a categorical dtype.

        ``resource`` is what was asked about, ``part`` what of it is meant when that was a pattern.
        """
        import pandas as pd  # here, so that importing iamlab stays cheap

        columns = ["account", "principal", "action", "actions", "resource", "part", "access", "when", "through"]
        rows = [
            (
                one.subject.account,
                one.subject.words,
                one.actions[0] if len(one.actions) == 1 else ", ".join(one.actions[:20]),
                len(one.actions),
                one.cells[0].resource,
                one.part,
                one.access.value,
                one.when,
                ", ".join(one.through),
            )
            for one in self.found
        ]
        frame = pd.DataFrame(rows, columns=columns).astype("string")
        access = pd.CategoricalDtype([Access.ALLOWED.value, Access.DEPENDS.value])
        return frame.astype({"actions": "int64", "access": access})

    def __len__(self) -> int:
        return len(self.found)

    def __repr__(self) -> str:
        return "\n".join((f"{self.title}:", *(f"- {one}" for one in self.sentences)))


def answers(title: str, matrix: AccessMatrix) -> Answers:
    """What the matrix allows, cells together that are alike."""
    alike: dict[tuple[Subject, str, str, Access, str], list[Cell]] = {}
    for cell in matrix.possible():
        part = cell.portion.words if cell.portion else ""
        alike.setdefault((cell.subject, cell.resource, part, cell.access, cell.when), []).append(cell)
    return Answers(title, matrix, tuple(Answer(matrix=matrix, cells=tuple(cells)) for cells in alike.values()))


def at(state: State, asked: Answers) -> Answers:
    """The same question, answered by another moment of the same world.

    Of one that was asked of everybody, everybody of then is asked; what was not there yet nobody could do. Raises
    IamlabError (``InvalidInput``) for a pattern of resources: at each moment the policies divide it into other parts.
    """
    now = asked.matrix
    pattern = next(filter(is_pattern, now.resources), "")
    if pattern:
        raise IamlabError(
            f"{pattern} is a pattern, and at each moment policies divide it into other parts. Ask about one resource.",
            code="InvalidInput",
        )
    everyone = everybody(state)
    if now.subjects != everybody(now.state):
        callers = {one.caller for one in now.subjects}
        everyone = tuple(one for one in everyone if one.caller in callers)
    try:
        return answers(asked.title, AccessMatrix(state, everyone, now.actions, now.resources, now.context))
    except IamlabError as error:
        if error.code != "NoSuchBucket":
            raise
        return answers(asked.title, AccessMatrix(state, (), now.actions, now.resources, now.context))


def labels(evaluation: Evaluation) -> tuple[str, ...]:
    """The statements that decided, in words."""
    return tuple(dict.fromkeys(map(statement_words, evaluation.deciding)))


def statement_words(match: StatementMatch) -> str:
    """One statement, as people read of it everywhere: ``statement 1 of the trust policy``.

    ``statement NoProd of DevAccess of the group Developers``: by its Sid where it has one, and with what the policy
    comes through.
    """
    name = match.statement.sid or str(match.statement.position)
    # A policy that is no entity goes by what it is: a trust policy, a bucket policy. No policy's name holds a blank.
    source = f"the {match.source.name}" if match.source.name.endswith(" policy") else match.source.name
    return f"statement {name} of {source}{_through(match.source)}"


def _through(source: NamedPolicy) -> str:
    """What a policy comes through: a group, or the level of the organization that it is attached to."""
    if not source.via:
        return ""
    if source.policy.kind in (PolicyKind.SCP, PolicyKind.RCP):
        return f" attached to {'the account ' if source.via.isdigit() else ''}{source.via}"
    return f" of the group {source.via}"


def action_words(actions: Sequence[str]) -> str:
    """The names of a few actions; of many, the first and a number."""
    if len(actions) <= 4:
        return ", ".join(actions)
    return f"{', '.join(actions[:3])} and {len(actions) - 3:,} more actions"


def title_of(actions: Iterable[str], resource: str) -> str:
    """``Who can do s3:GetObject on arn:aws:s3:::acme-dev/1.jpg``."""
    return f"Who can do {', '.join(actions)}" + ("" if resource == "*" else f" on {resource}")
