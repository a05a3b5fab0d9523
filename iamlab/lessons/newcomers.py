"""Who is not in the lab and is let in: other accounts, services, sessions, and whoever an account permits.

What a trust policy or a resource policy opens does not become harmless because nobody in the lab makes use of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Final

from iamlab.analysis.difference import Change, Turn
from iamlab.analysis.strangers import strangers
from iamlab.analysis.subjects import services_in, subject
from iamlab.analysis.things import EXAMPLE_KEY
from iamlab.core.arn import Arn
from iamlab.core.policy import Effect, Policy
from iamlab.lessons.comparing import changes, spoken_anew, told
from iamlab.lessons.excess import instances_of
from iamlab.lessons.imagined import ITS_OWN, SERVICE, SOMEBODY, TAGGED, names_everybody, role, tags_spoken_of, user
from iamlab.lessons.joiners import called
from iamlab.world.callers import Caller, Signer
from iamlab.world.credentials import SessionRecord
from iamlab.world.entities import EntityRecord, RoleRecord, Tags
from iamlab.world.state import State


def let_in(before: State, after: State) -> Iterator[Change]:
    """What newcomers may do after the change and could not before, or only under a condition.

    Asked are the accounts, services and sessions that a policy names, and in each account of the lab somebody else who
    is permitted everything there (EVAL-13, EVAL-16); about roles and resources with another policy than before.
    """
    changed = dict(spoken_anew(before, after))
    if not changed:
        return
    sessions = {one.id: one for policy in changed.values() for one in _sessions(after, policy)}
    tags = tuple(tags_spoken_of(changed.values()).items())
    new = {one.id: one for account in after.accounts for one in _somebody(account, tags, after, changed.values())}
    then, now = (
        replace(state, entities={**state.entities, **new}, sessions={**state.sessions, **sessions})
        for state in (before, after)
    )
    callers = [
        *(subject(now, Caller(Signer.USER if one.kind == "user" else Signer.ROLE, one.id)) for one in new.values()),
        *(subject(now, one) for one in strangers(now)),
        *services_in(now, changed.values()),
        *(subject(now, Caller(Signer.SERVICE, one)) for one in _unnamed_services(changed.values())),
        *(subject(now, Caller(Signer.SESSION, one)) for one in sessions),
    ]
    arns = (found for arn, policy in changed.items() for found in _about(arn, policy))
    yield from changes(then, now, callers, arns, (Turn.GAINED, Turn.LOOSENED))


def announced(change: Change) -> str:
    """The change as a sentence, with what has to be known of a newcomer; its own permissions were taken for granted."""
    who = change.subject
    said = told(change, ITS_OWN)
    if who.proviso:
        return f"{said.removesuffix('.')}, {who.proviso}."
    if who.caller.id.startswith((_USER, _ROLE)):
        like = {SOMEBODY: "", TAGGED: " with such tags"}.get(who.name, " under such a name")
        return f"{said} ({who.name} stands for anybody{like} of account {who.account} whom that account permits to.)"
    return said


def _about(arn: str, policy: Policy) -> Iterator[str]:
    """What the policy can be asked about: its role or resource, what is in it, and something for each pattern."""
    yield arn
    if arn.startswith("arn:aws:s3:::"):
        yield f"{arn}/{EXAMPLE_KEY}"
        for pattern in (one for statement in policy.statements for one in statement.resources):
            yield from (one for one in instances_of(pattern, "", _ITS_NAME) if one.partition("/")[0] == arn)


def _somebody(account: str, tags: Tags, state: State, policies: Iterable[Policy]) -> Iterator[EntityRecord]:
    """Somebody of the account; if there are tags, somebody who has them; and by the names that conditions speak of."""
    statements = [statement for one in policies for statement in one.statements]
    may = f"{ITS_OWN} {account} allows"
    anybody = user(f"{_USER}{account}", account, may=may)
    yield anybody
    if tags:
        yield user(f"{_USER}{TAGGED}{account}", account, name=TAGGED, tags=tags, may=may)
    for one in (anybody, role(f"{_ROLE}{account}", account, may=may)):
        yield from called(one, statements, state)


_ITS_NAME: Final = {"aws:username": SOMEBODY}
_USER, _ROLE = "AIDANEWCOMER", "AROANEWCOMER"


def _unnamed_services(policies: Iterable[Policy]) -> tuple[str, ...]:
    """A service where everybody is named: services are callers too, of whom conditions may say nothing (COND-20)."""
    return (SERVICE,) if any(names_everybody(one) for one in policies) else ()


def _sessions(state: State, policy: Policy) -> Iterator[SessionRecord]:
    """Those of a role or of a federated user of the lab that an Allow names by their own ARN."""
    for name in (name for one in policy.statements if one.effect is Effect.ALLOW for _, name in one.principals):
        if not name.startswith("arn:aws:sts::"):
            continue
        arn = Arn.parse(name)
        kind, _, rest = arn.resource.partition("/")
        role, _, session = rest.partition("/")
        if kind == "federated-user" and arn.account in state.accounts:
            yield _session("federated", arn.account, rest, state)
        for one in state.of_kind(RoleRecord, arn.account):
            if kind == "assumed-role" and one.name == role:
                yield _session("role", one.id, session, state)


def _session(kind: str, entity: str, name: str, state: State) -> SessionRecord:
    """A session that lasts, whenever the two moments are."""
    return SessionRecord(
        id=f"ASIASOMEBODY{entity}{name}",
        kind=kind,
        entity=entity,
        name=name,
        issued=_LONG_AGO,
        expires=state.now + timedelta(days=365),
        secret="",
        token="",
        mfa=False,
    )


_LONG_AGO: Final = State().now
