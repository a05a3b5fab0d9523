"""A world as a list of facts about it, each of which can be taken away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from iamlab.lab import Lab
from iamlab.views.trust import account_words, trusted
from iamlab.widgets import trusting
from iamlab.world.account import Account
from iamlab.world.identities import Group, Role, User
from iamlab.world.profiles import InstanceProfile
from iamlab.world.things import Instance

Holder = User | Group | Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """One fact about the world, and the operation that makes it untrue.

    ``removing`` is the operation in words, for undo; ``role`` the role that it is about, if it is about one.
    """

    words: str
    remove: Callable[[], Any] = field(compare=False, repr=False)
    removing: str
    role: Role | None = None


def relations(lab: Lab) -> tuple[Relation, ...]:
    """Everything that can be said and taken away: who belongs to what and has what, then who there is."""
    found: list[Relation] = []
    for account in lab.accounts:
        where = account_words(lab.world.state, account.id)
        found += _memberships(account, where)
        for holder in everybody(account):
            found += _trust(lab, holder, where) if isinstance(holder, Role) else ()
            found += _policies(account, holder, where)
        found += _carried(account, where)
    for account in lab.accounts:
        where = account_words(lab.world.state, account.id)
        found += [_existence(one, where) for one in (*everybody(account), *account.instance_profiles)]
        found += _instances(account, where)
    return tuple(found)


def everybody(account: Account) -> tuple[Holder, ...]:
    """Who can hold policies: users, groups and roles."""
    return (*account.users, *account.groups, *account.roles)


def _memberships(account: Account, where: str) -> Iterator[Relation]:
    for user in account.users:
        for group in user.groups:
            yield Relation(
                words=f"user {user.name} is a member of group {group.name}{where}",
                remove=partial(group.remove, user),
                removing=f"took {user.name} out of {group.name}",
            )


def _trust(lab: Lab, role: Role, where: str) -> Iterator[Relation]:
    """Each principal of the trust policy: that it is let in, or refused."""
    for one in trusted(lab.world.state, role.trust):
        yield Relation(
            words=f"role {role.name}{where} {one.sentence}",
            remove=partial(trusting.remove, role, one),
            removing=f"took {one.words} out of the trust policy of role {role.name}",
            role=role,
        )


def _policies(account: Account, holder: Holder, where: str) -> Iterator[Relation]:
    whose = f"{holder.kind} {holder.name}"
    role = holder if isinstance(holder, Role) else None
    for policy in holder.policies:
        if policy.via:
            continue
        if policy.arn:
            yield Relation(
                words=f"{whose} has attached policy {policy.name}{where}",
                remove=partial(holder.detach, account.managed_policy(policy.arn)),
                removing=f"detached {policy.name} from {whose}",
                role=role,
            )
        else:
            yield Relation(
                words=f"{whose} has embedded policy {policy.name}{where}",
                remove=partial(holder.delete_policy, policy.name),
                removing=f"deleted {policy.name} from {whose}",
                role=role,
            )
    if isinstance(holder, User | Role) and holder.boundary:
        name = holder.boundary.rpartition("/")[2]
        yield Relation(
            words=f"{whose} is limited by boundary {name}{where}",
            remove=holder.delete_boundary,
            removing=f"took the boundary off {whose}",
            role=role,
        )


def _carried(account: Account, where: str) -> Iterator[Relation]:
    """What is in the instance profiles (ENT-17)."""
    for profile in account.instance_profiles:
        if profile.role is not None:
            yield Relation(
                words=f"instance profile {profile.name} carries role {profile.role.name}{where}",
                remove=partial(profile.remove_role, profile.role),
                removing=f"took role {profile.role.name} out of instance profile {profile.name}",
                role=profile.role,
            )


def _existence(one: Holder | InstanceProfile, where: str) -> Relation:
    whose = f"{'instance profile' if isinstance(one, InstanceProfile) else one.kind} {one.name}"
    role = one if isinstance(one, Role) else None
    return Relation(words=f"there is {whose}{where}", remove=one.delete, removing=f"deleted {whose}", role=role)


def _instances(account: Account, where: str) -> Iterator[Relation]:
    """Instances that run with a profile. Here an instance keeps the profile that it was started with (STS-23)."""
    profiles = {one.id: one for one in account.instance_profiles}
    for one in account.resources:
        profile = profiles.get(one.profile_id) if isinstance(one, Instance) else None
        if profile is not None:
            yield Relation(
                words=f"there is instance {one.name}, which runs with instance profile {profile.name}{where}",
                remove=one.delete,
                removing=f"terminated instance {one.name}",
                role=profile.role,
            )
