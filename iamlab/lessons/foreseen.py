"""What callers gain or lose on things that are not in the lab: of every kind, and of every name that a pattern fits."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from iamlab.analysis.actions import Actions, shared
from iamlab.analysis.answers import action_words
from iamlab.analysis.difference import Change, Turn
from iamlab.analysis.subjects import Subject, subject
from iamlab.analysis.things import EXAMPLE_KEY
from iamlab.core.arn import Arn
from iamlab.core.matching import NamedPolicy
from iamlab.core.policy import Statement
from iamlab.lessons.comparing import changes, every_action, spoken_anew, told
from iamlab.lessons.excess import ELSEWHERE, example, instances_of
from iamlab.lessons.imagined import ITS_OWN, left_to, values_of
from iamlab.lessons.joiners import called, joiners, proviso
from iamlab.world.authorization import asker
from iamlab.world.callers import Caller, Signer, identify
from iamlab.world.entities import EntityRecord, GroupRecord, RoleRecord, SavedPolicy, UserRecord
from iamlab.world.resources import ResourceRecord
from iamlab.world.state import State


def foreseen(before: State, after: State) -> Iterator[Change]:
    """What users and roles may do differently, through policies that come with them, to things not yet there.

    Asked about are an example of each kind of thing that the changed statements are about, and something for each of
    their patterns. Roles and keys leave it to the accounts, those that are there as well: what a policy allows there
    does not become harmless because they trust nobody today. One whose own policy has changed says itself whom it
    trusts: that is part of the change. Of a bucket whose own policy has changed everybody is asked about what is in it.
    """
    records = [one for one in after.entities.values() if not isinstance(one, GroupRecord)]
    yield from _asked(((one, _changed(before, after, _caller(one))) for one in records), before, after)
    inside = list(dict.fromkeys(_inside(before, after, records)))
    callers = [subject(after, _caller(one)) for one in records]
    yield from changes(before, after, callers if inside else (), inside)


def of_joiners(before: State, after: State) -> Iterator[Change]:
    """What those who are not there yet may do differently, see ``joiners``, to what is there and what is not.

    They come with other policies than before, by the names too that conditions there speak of; members of groups also
    to roles and resources with other policies of their own.
    """
    anew = [statement for _, policy in spoken_anew(before, after) for statement in policy.statements]
    joining: dict[str, tuple[EntityRecord, list[Statement]]] = {}
    for record in joiners(before, after):
        changed = _changed(_with(before, record), _with(after, record), _caller(record))
        if isinstance(record, UserRecord) and record.groups:
            changed += anew
        joining |= {one.id: (one, changed) for one in (record, *called(record, changed, after))}
    those = [one for one, _ in joining.values()]
    yield from _asked(joining.values(), _with(before, *those), _with(after, *those), _there(after))


def _asked(
    several: Iterable[tuple[EntityRecord, list[Statement]]], before: State, after: State, there: Iterable[str] = ()
) -> Iterator[Change]:
    """What each may do differently to what its changed statements are about, if any are, and to what is ``there``."""
    actions, outspoken, present = shared(every_action()), _outspoken(before, after), tuple(there)
    alike: dict[tuple[str, tuple[str, ...]], list[Subject]] = {}
    for record, changed in several:
        if changed:
            arns = tuple(dict.fromkeys((*_things(after, record, changed, actions), *present)))
            alike.setdefault((record.account, arns), []).append(subject(after, _caller(record)))
    for (account, arns), whose in alike.items():
        then, now = (_furnished(state, account, arns, outspoken) for state in (before, after))
        yield from changes(then, now, whose, arns)
        of_several = [one for one in arns if actions.asked_about(one, several=True) & actions.several]
        yield from changes(then, now, whose, of_several, parts=True)


def _with(state: State, *records: EntityRecord) -> State:
    return replace(state, entities={**state.entities, **{one.id: one for one in records}})


def _there(state: State) -> Iterator[str]:
    """What may be asked about in the lab: no resource at all, its things, what is in its buckets."""
    yield "*"
    for arn, one in state.resources.items():
        yield arn
        if one.kind == "bucket":
            yield f"{arn}/{EXAMPLE_KEY}"


def _inside(before: State, after: State, callers: Iterable[EntityRecord]) -> Iterator[str]:
    """In each bucket whose policy has changed, something for each pattern of it, as each caller reads it."""
    for arn, one in after.resources.items():
        known = before.resources.get(arn)
        old, new = known.policy if known else None, one.policy
        if one.kind == "bucket" and old != new:
            for saved in (old, new):
                patterns = (text for said in saved.policy.statements for text in said.resources) if saved else ()
                for text in patterns:
                    whose = map(values_of, callers) if "${" in text else ({},)
                    found = (made for values in whose for made in instances_of(text, one.account, values))
                    yield from (made for made in found if made.startswith(f"{arn}/"))


def announced(change: Change, after: State) -> str:
    """The change in sentences; that a role or a key leaves it to the account was taken for granted.

    One that is there does not: what its own policy keeps somebody from, they have not gained. Of who joins, the account
    was taken to allow everything.
    """
    if new := proviso(change):
        return f"It shows when somebody new comes: {told(change, 'trust policy', 'key policy', ITS_OWN)}{new}"
    if change.turn is Turn.GAINED and _is_there(after, change.resource):
        when = f", {change.when}" if change.when else ""
        what = f"{action_words(change.actions)} on {change.resource}{when}"
        return f"Policies of {change.subject.words} allow {what}; only its own policy does not, today."
    return f"It shows where there is such a thing: {told(change, 'trust policy', 'key policy')}"


def _is_there(state: State, arn: str) -> bool:
    """Whether it is a role or a key of the lab."""
    return any(arn == known for known, _ in _spoken(state))


def _caller(record: EntityRecord) -> Caller:
    return Caller(Signer.ROLE if isinstance(record, RoleRecord) else Signer.USER, record.id)


def _changed(before: State, after: State, who: Caller) -> list[Statement]:
    """The statements that come with the caller at one of the two moments alone; all, if a limit came or went."""
    (limits, then), (other_limits, now) = (_statements(state, who) for state in (before, after))
    if limits != other_limits:
        return [*then.values(), *now.values()]
    return [found[key] for found, other in ((then, now), (now, then)) for key in found if key not in other]


def _statements(state: State, who: Caller) -> tuple[tuple[int, ...], Mapping[tuple[Any, ...], Statement]]:
    """How many limits of each type there are, and the statements by what they say and where they stand."""
    if who.id not in state.entities:
        return (), {}
    by = asker(state, identify(state, who))
    limits = (1 if by.who.boundary is not None else 0, len(by.scps or ()))
    layers: list[tuple[NamedPolicy, ...]] = [by.who.identity, by.who.boundary or (), *(by.scps or ())]
    return limits, {
        (number, *_said(statement)): statement
        for number, layer in enumerate(layers)
        for one in layer
        for statement in one.policy.statements
    }


def _said(one: Statement) -> tuple[Any, ...]:
    return one.effect, one.actions, one.not_actions, one.resources, one.not_resources, one.conditions, one.variables


def _things(state: State, who: EntityRecord, changed: Iterable[Statement], actions: Actions) -> Iterator[str]:
    """What the statements can be about: of each form, and for each pattern; every role and key that there is."""
    mask, account = 0, who.account
    for one in changed:
        mask |= actions.about(one)
        for pattern in (*one.resources, *one.not_resources):
            yield from instances_of(pattern, account, values_of(who))
    for form, about in actions.forms.items():
        if about & mask:
            yield _bucket(example(form, account), account)
            if _is_role(form):
                yield from (example(form, one) for one in (*state.accounts, ELSEWHERE))
    yield from (one.arn for one in state.of_kind(RoleRecord))
    yield from (arn for arn, one in state.resources.items() if one.kind == "key")


def _bucket(arn: str, account: str) -> str:
    """Of a bucket's example one that can belong to the account: names of buckets are given once in the world."""
    return arn.replace("arn:aws:s3:::example", f"arn:aws:s3:::example-{account}")


def _is_role(arn: str) -> bool:
    return ":iam::" in arn and ":role/" in arn


# The things, where a request finds them


def _outspoken(before: State, after: State) -> frozenset[str]:
    """The ARNs of the roles and keys whose own policy is not what it was."""
    then, now = (dict(_spoken(state)) for state in (before, after))
    return frozenset(arn for arn, policy in now.items() if then.get(arn, policy) != policy)


def _spoken(state: State) -> Iterator[tuple[str, SavedPolicy | None]]:
    """The roles and keys, each with its own policy."""
    yield from ((one.arn, one.trust) for one in state.of_kind(RoleRecord))
    yield from ((arn, one.policy) for arn, one in state.resources.items() if one.kind == "key")


def _furnished(state: State, account: str, arns: Iterable[str], outspoken: Container[str]) -> State:
    """The state with those roles, keys and buckets in it; every role and key that is not outspoken leaves it to the
    accounts.
    """
    trust, policy = (SavedPolicy(policy=one) for one in left_to(*state.accounts))
    roles: dict[str, EntityRecord] = {
        one.id: replace(one, trust=trust)
        for one in state.of_kind(RoleRecord)
        if not one.service and one.arn not in outspoken
    }
    things = {
        arn: replace(one, policy=policy)
        for arn, one in state.resources.items()
        if one.kind == "key" and arn not in outspoken
    }
    for number, arn in enumerate(arns):
        if _is_role(arn) and state.entity_at(arn) is None:
            roles[f"AROAFORESEEN{number}"] = _role(arn, number, trust)
        elif arn.startswith("arn:aws:s3:::") and arn.partition("/")[0] not in state.resources:
            bucket = arn.partition("/")[0]
            things[bucket] = _resource(bucket, "bucket", account, None)
        elif ":kms:" in arn and ":key/" in arn and arn not in state.resources:
            things[arn] = _resource(arn, "key", Arn.parse(arn).account, policy)
    return replace(state, entities={**state.entities, **roles}, resources={**state.resources, **things})


def _role(arn: str, number: int, trust: SavedPolicy) -> RoleRecord:
    parsed = Arn.parse(arn)
    path, _, name = parsed.resource.removeprefix("role").rpartition("/")
    return RoleRecord(
        id=f"AROAFORESEEN{number}", account=parsed.account, path=f"{path}/", name=name, created=_THEN, trust=trust
    )


def _resource(arn: str, kind: str, account: str, policy: SavedPolicy | None) -> ResourceRecord:
    return ResourceRecord(
        arn=arn, kind=kind, account=account, name=arn.rpartition(":")[2], created=_THEN, policy=policy
    )


_THEN: Final = State().now
