"""Who is not there yet: users who join a group, and users and roles of an account, by whatever name they come.

What a policy does to them it does to nobody today, and to somebody tomorrow.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from iamlab.analysis.difference import Change
from iamlab.core.policy import Statement
from iamlab.core.wildcard import matches
from iamlab.lessons.imagined import ITS_OWN, SOMEBODY, role, sample, user
from iamlab.world.entities import EntityRecord, GroupRecord, UserRecord
from iamlab.world.state import State


def joiners(before: State, after: State) -> Iterator[EntityRecord]:
    """A user who joins each group that is there at both moments, and a user and a role of each account.

    Who joins a group has what the group has; those of an account may do everything, as far as it is up to them.
    """
    for group in after.of_kind(GroupRecord):
        if group.id in before.entities:
            yield user(f"{_MEMBER}{group.id}", group.account, groups=(group.id,))
    for account in after.accounts:
        yield user(f"{_USER}{account}", account, may=f"{ITS_OWN} {account} allows")
        yield role(f"{_ROLE}{account}", account, may=f"{ITS_OWN} {account} allows")


_MEMBER, _USER, _ROLE = "AIDAJOINS", "AIDAOF", "AROAOF"


def proviso(change: Change) -> str:
    """Whom one of them stands for, as a sentence in brackets; nothing of who is there."""
    state = change.after.matrix.state
    record = state.entities.get(change.subject.caller.id)
    if record is None or not record.id.startswith((_MEMBER, _USER, _ROLE)):
        return ""
    name = "" if record.name == SOMEBODY else " under such a name"
    if isinstance(record, UserRecord) and record.groups:
        return f" ({record.name} stands for whoever joins {state.entities[record.groups[0]].name}{name}.)"
    return f" ({record.name} stands for any {record.kind} of account {record.account}{name}.)"


def is_any_member(change: Change) -> bool:
    """Whether it is about anybody who joins a group: of what the group is given, its members tell."""
    return change.subject.name == SOMEBODY and change.subject.caller.id.startswith(_MEMBER)


def called(record: EntityRecord, statements: Iterable[Statement], state: State) -> Iterator[EntityRecord]:
    """The same by the names that conditions of the statements speak of; those that are taken are left out."""
    taken = {one.name for one in state.entities.values() if one.account == record.account and one.kind == record.kind}
    for number, (path, name) in enumerate(dict.fromkeys(_names(record, statements))):
        if name not in {*taken, record.name}:
            yield replace(record, id=f"{record.id}{number}", path=path, name=name)


_KINDS: Final = re.compile(r"\b(user|role)/")


def _names(record: EntityRecord, statements: Iterable[Statement]) -> Iterator[tuple[str, str]]:
    """Pairs of path and name."""
    for one in (condition for statement in statements for condition in statement.conditions):
        if one.key.lower() == "aws:username" and record.kind == "user":
            yield from (("/", sample(text)) for text in one.values)
        elif one.key.lower() == "aws:principalarn":
            for text in (text for text in one.values if f"{record.kind}/" in text or not _KINDS.search(text)):
                path, _, name = sample(text).rpartition(f"{record.kind}/")[2].rpartition("/")
                made = replace(record, path=f"/{path}/" if path else "/", name=name)
                if name and matches(text, made.arn):
                    yield made.path, name
