"""Two moments of a world compared over callers and resources of one's choice, be they in the lab or imagined."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from iamlab import catalog
from iamlab.analysis.access import AccessMatrix
from iamlab.analysis.answers import action_words
from iamlab.analysis.difference import Change, Side, Turn
from iamlab.analysis.subjects import Subject
from iamlab.core.errors import IamlabError
from iamlab.core.policy import Policy
from iamlab.world.authorization import owner_of
from iamlab.world.callers import Signer
from iamlab.world.calls import Check
from iamlab.world.entities import RoleRecord
from iamlab.world.state import State

Masks = dict[tuple[Subject, str], tuple[int, int]]
"""By caller and resource, the actions that are possible, and those of them that depend."""


def changes(
    before: State,
    after: State,
    subjects: Iterable[Subject],
    resources: Iterable[str],
    turns: Sequence[Turn] = tuple(Turn),
    *,
    parts: bool = False,
) -> Iterator[Change]:
    """What each of the callers may do differently to each of the resources, among all actions; these turns alone.

    With ``parts`` among those alone that AWS judges on several resources at once: each resource is then one of these.
    """
    callers, arns = list(dict.fromkeys(subjects)), list(dict.fromkeys(resources))
    sides = tuple(_side(state, callers, arns, parts=parts) for state in (before, after))
    then, now = (_masks(one) for one in sides)
    for subject in callers:
        for arn in arns:
            could, conditional = then.get((subject, arn), (0, 0))
            can, depending = now.get((subject, arn), (0, 0))
            if (could, conditional) == (can, depending):
                continue
            found = {
                Turn.GAINED: can & ~could,
                Turn.LOST: could & ~can,
                Turn.LOOSENED: could & can & conditional & ~depending,
                Turn.TIGHTENED: could & can & depending & ~conditional,
            }
            for turn in turns:
                if names := tuple(sides[1].matrix.named(found[turn])):
                    yield Change(
                        subject=subject, resource=arn, turn=turn, actions=names, before=sides[0], after=sides[1]
                    )


def spoken_anew(before: State, after: State) -> Iterator[tuple[str, Policy]]:
    """The roles and resources with another policy of their own than before, each with the policy."""
    for role in after.of_kind(RoleRecord):
        old = before.entities.get(role.id)
        if not isinstance(old, RoleRecord) or old.trust != role.trust:
            yield role.arn, role.trust.policy
    for arn, one in after.resources.items():
        known = before.resources.get(arn)
        if one.policy and (known is None or known.policy != one.policy):
            yield arn, one.policy.policy


def told(change: Change, *given: str) -> str:
    """The change as a sentence, without those of the statements behind it that were only taken as ``given``."""
    if change.turn is not Turn.GAINED:
        return change.words
    by = [one for one in change.by if not any(words in one for words in given)]
    on = "" if change.resource == "*" else f" on {change.resource}"
    parts = (f"{change.subject.words} gained {action_words(change.actions)}{on}", change.when)
    through = (f"through {' and '.join(by)}",) if by else ()
    return f"{', '.join(one for one in (*parts, *through) if one)}."


def _side(state: State, subjects: Sequence[Subject], resources: Sequence[str], *, parts: bool) -> Side:
    """One moment, over those who were there then, and what could be asked about."""
    there = [one for one in subjects if _is_there(state, one)]
    known = [one for one in resources if _can_be_asked_about(state, one)]
    return Side(AccessMatrix(state, there, _on_several() if parts else every_action(), known, parts=parts))


@cache
def every_action() -> tuple[str, ...]:
    """All actions that AWS has."""
    return catalog.expand("*")


@cache
def _on_several() -> tuple[str, ...]:
    """Those that AWS judges on several resources at once (EVAL-25)."""
    return tuple(one for one in every_action() if catalog.find(one).asks_several)


def _can_be_asked_about(state: State, arn: str) -> bool:
    """Whether somebody owns it: a bucket's name does not say who."""
    try:
        owner_of(state, Check(action="s3:GetObject", resource=arn))
    except IamlabError:
        return False
    return True


def _is_there(state: State, subject: Subject) -> bool:
    where = {Signer.USER: state.entities, Signer.ROLE: state.entities, Signer.SESSION: state.sessions}
    known = where.get(subject.caller.signer)
    return known is None or subject.caller.id in known


def _masks(side: Side) -> Masks:
    found: Masks = {}
    for subject in side.matrix.subjects:
        for arn, seen in zip(side.matrix.resources, side.matrix.row(subject), strict=True):
            possible = depends = 0
            for _, verdicts in seen:
                possible |= verdicts.allowed | verdicts.depends
                depends |= verdicts.depends
            found[subject, arn] = possible, depends
    return found
