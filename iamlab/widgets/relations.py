"""A world as a list of statements about it: each can be taken away, and new ones of a few kinds can be made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from iamlab.lab import Lab
from iamlab.world import managed_policies
from iamlab.world.account import Account
from iamlab.world.identities import Group, Role, User
from iamlab.world.policies import ManagedPolicy

Holder = User | Group | Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """One statement about the world, and the operation that makes it untrue."""

    words: str
    remove: Callable[[], Any] = field(compare=False, repr=False)
    removing: str
    """The operation in words, for undo."""


def relations(lab: Lab) -> tuple[Relation, ...]:
    """Everything that can be said and taken away: memberships, attachments, boundaries, then who there is."""
    several = len(lab.accounts) > 1
    found: list[Relation] = []
    for account in lab.accounts:
        where = f" ({account.name})" if several else ""
        found += _memberships(account, where)
        for holder in _everybody(account):
            found += _policies(account, holder, where)
    for account in lab.accounts:
        where = f" ({account.name})" if several else ""
        found += [_existence(one, where) for one in _everybody(account)]
    return tuple(found)


def _everybody(account: Account) -> tuple[Holder, ...]:
    return (*account.users, *account.groups, *account.roles)


def _memberships(account: Account, where: str) -> Iterator[Relation]:
    for user in account.users:
        for group in user.groups:
            yield _relation(
                f"user {user.name} is a member of group {group.name}{where}",
                partial(group.remove, user),
                f"took {user.name} out of {group.name}",
            )


def _policies(account: Account, holder: Holder, where: str) -> Iterator[Relation]:
    whose = f"{holder.kind} {holder.name}"
    for policy in holder.policies:
        if policy.via:
            continue
        if policy.arn:
            yield _relation(
                f"{whose} has attached policy {policy.name}{where}",
                partial(holder.detach, account.managed_policy(policy.arn)),
                f"detached {policy.name} from {whose}",
            )
        else:
            yield _relation(
                f"{whose} has embedded policy {policy.name}{where}",
                partial(holder.delete_policy, policy.name),
                f"deleted {policy.name} from {whose}",
            )
    if isinstance(holder, User | Role) and holder.boundary:
        name = holder.boundary.rpartition("/")[2]
        yield _relation(
            f"{whose} is limited by boundary {name}{where}", holder.delete_boundary, f"took the boundary off {whose}"
        )


def _existence(one: Holder, where: str) -> Relation:
    return _relation(f"there is {one.kind} {one.name}{where}", one.delete, f"deleted {one.kind} {one.name}")


def _relation(words: str, remove: Callable[[], Any], removing: str) -> Relation:
    return Relation(words=words, remove=remove, removing=removing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """A kind of statement that can be made: what to choose for its two sides, and what making it true does.

    A side without ``objects`` is a name to be typed.
    """

    words: str
    subjects: Callable[[Account], list[tuple[str, Any]]]
    objects: Callable[[Account], list[tuple[str, Any]]] | None
    add: Callable[[Account, Any, Any], Any]
    made: Callable[[Any, Any], str]


def _named(several: tuple[Any, ...]) -> list[tuple[str, Any]]:
    return [(f"{one.kind} {one.name}", one) for one in several]


def _holders(account: Account) -> list[tuple[str, Any]]:
    return _named(_everybody(account))


def _managed(account: Account) -> list[tuple[str, Any]]:
    """The account's own policies, then AWS's that are kept here."""
    own = [(f"policy {one.name}", one) for one in account.policies]
    return [*own, *((f"policy {name} (AWS)", name) for name in sorted(managed_policies.names()))]


def _policy(account: Account, chosen: Any) -> ManagedPolicy:
    return account.managed_policy(chosen) if isinstance(chosen, str) else chosen


def _name(one: Any) -> str:
    return one if isinstance(one, str) else str(one.name)


BOUNDARIES: Final = "is limited by boundary"
"""What is offered only where permissions boundaries are the subject."""

ADDITIONS: Final = (
    Addition(
        words="is a member of",
        subjects=lambda account: _named(account.users),
        objects=lambda account: _named(account.groups),
        add=lambda account, user, group: group.add(user),
        made=lambda user, group: f"put {user.name} into {group.name}",
    ),
    Addition(
        words="has attached",
        subjects=_holders,
        objects=_managed,
        add=lambda account, holder, policy: holder.attach(_policy(account, policy)),
        made=lambda holder, policy: f"attached {_name(policy)} to {holder.kind} {holder.name}",
    ),
    Addition(
        words=BOUNDARIES,
        subjects=lambda account: _named((*account.users, *account.roles)),
        objects=_managed,
        add=lambda account, holder, policy: holder.put_boundary(_policy(account, policy)),
        made=lambda holder, policy: f"limited {holder.kind} {holder.name} by {_name(policy)}",
    ),
    Addition(
        words="there is a new user",
        subjects=lambda account: [],
        objects=None,
        add=lambda account, _, name: account.create_user(name),
        made=lambda _, name: f"created user {name}",
    ),
    Addition(
        words="there is a new group",
        subjects=lambda account: [],
        objects=None,
        add=lambda account, _, name: account.create_group(name),
        made=lambda _, name: f"created group {name}",
    ),
)
"""The kinds of statements that can be made."""
