"""The kinds of facts about a world that can be made true: what to choose and type for each, and what it does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from iamlab.core.errors import IamlabError
from iamlab.lab import Lab
from iamlab.views.trust import account_words
from iamlab.widgets import trusting
from iamlab.widgets.relations import everybody
from iamlab.world import managed_policies
from iamlab.world.account import Account
from iamlab.world.identities import Role
from iamlab.world.policies import ManagedPolicy
from iamlab.world.profiles import InstanceProfile
from iamlab.world.things import Instance

Choices = list[tuple[str, Any]]
ChooseFrom = Callable[[Lab, Account], Choices]

BOUNDARIES: Final = "boundaries"
ROLES: Final = "roles"
PROFILES: Final = "profiles"


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """A kind of fact: what to choose for its sides, whether a name is typed, and what making it true does.

    ``topic`` says where it is on offer: everywhere without one. ``add`` takes the account, and like ``made``, which
    says it in words, what was chosen on both sides (None where there is no such side) and typed.
    """

    words: str
    add: Callable[[Account, Any, Any, str], Any]
    made: Callable[[Any, Any, str], str]
    subjects: ChooseFrom | None = None
    objects: ChooseFrom | None = None
    named: bool = False
    topic: str = ""
    object_label: str = "What"


def topics(lab: Lab) -> frozenset[str]:
    """What a world is about, beside users and groups: roles, instance profiles."""
    found = set()
    if any(account.roles for account in lab.accounts):
        found.add(ROLES)
        things = [one for account in lab.accounts for one in account.resources]
        if any(account.instance_profiles for account in lab.accounts) or any(
            isinstance(one, Instance) for one in things
        ):
            found.add(PROFILES)
    return frozenset(found)


def _choices(kind: Callable[[Account], tuple[Any, ...]], word: str = "") -> ChooseFrom:
    """Things of the account, each with its kind, and its account where there are several."""

    def choose(lab: Lab, account: Account) -> Choices:
        where = account_words(lab.world.state, account.id)
        return [(f"{word or one.kind} {one.name}{where}", one) for one in kind(account)]

    return choose


def _managed(lab: Lab, account: Account) -> Choices:
    """The account's own policies, then AWS's that are kept here."""
    own = _choices(lambda account: account.policies, "policy")(lab, account)
    return [*own, *((f"policy {name} (AWS)", name) for name in sorted(managed_policies.names()))]


def _policy(account: Account, chosen: Any) -> ManagedPolicy:
    return account.managed_policy(chosen) if isinstance(chosen, str) else chosen


def _name(one: Any) -> str:
    return one if isinstance(one, str) else str(one.name)


def _carry(account: Account, profile: InstanceProfile, role: Role, _: str) -> None:
    """Put a role into a profile; of one that is full, say what to do."""
    try:
        profile.add_role(role)
    except IamlabError as error:
        if profile.role is None:
            raise
        remedy = f"An instance profile carries one role: take {profile.role.name} out of {profile.name} first."
        raise IamlabError(f"{error.message}. {remedy}", code=error.code) from None


_USERS: Final = _choices(lambda account: account.users)
_GROUPS: Final = _choices(lambda account: account.groups)
_ROLES: Final = _choices(lambda account: account.roles)
_PROFILES: Final = _choices(lambda account: account.instance_profiles, "instance profile")

ADDITIONS: Final = (
    Addition(
        words="is a member of",
        subjects=_USERS,
        objects=_GROUPS,
        add=lambda account, user, group, _: group.add(user),
        made=lambda user, group, _: f"put {user.name} into {group.name}",
    ),
    Addition(
        words="has attached",
        subjects=_choices(everybody),
        objects=_managed,
        add=lambda account, holder, policy, _: holder.attach(_policy(account, policy)),
        made=lambda holder, policy, _: f"attached {_name(policy)} to {holder.kind} {holder.name}",
    ),
    Addition(
        words="is limited by boundary",
        topic=BOUNDARIES,
        subjects=_choices(lambda account: account.principals),
        objects=_managed,
        add=lambda account, holder, policy, _: holder.put_boundary(_policy(account, policy)),
        made=lambda holder, policy, _: f"limited {holder.kind} {holder.name} by {_name(policy)}",
    ),
    Addition(
        words="trusts (may be assumed by)",
        topic=ROLES,
        subjects=_ROLES,
        objects=trusting.parties,
        object_label="Whom",
        add=lambda account, role, party, _: trusting.add(role, party),
        made=lambda role, party, _: f"let role {role.name} trust {party.words}",
    ),
    Addition(
        words="carries role",
        topic=PROFILES,
        subjects=_PROFILES,
        objects=_ROLES,
        add=_carry,
        made=lambda profile, role, _: f"put role {role.name} into instance profile {profile.name}",
    ),
    Addition(
        words="there is a new user",
        named=True,
        add=lambda account, _, __, name: account.create_user(name),
        made=lambda _, __, name: f"created user {name}",
    ),
    Addition(
        words="there is a new group",
        named=True,
        add=lambda account, _, __, name: account.create_group(name),
        made=lambda _, __, name: f"created group {name}",
    ),
    Addition(
        words="there is a new role",
        topic=ROLES,
        named=True,
        objects=trusting.parties,
        object_label="Trusting",
        add=lambda account, _, party, name: account.create_role(name, trust=trusting.trust_of(party)),
        made=lambda _, party, name: f"created role {name}, which trusts {party.words}",
    ),
    Addition(
        words="there is a new instance profile",
        topic=PROFILES,
        named=True,
        add=lambda account, _, __, name: account.create_instance_profile(name),
        made=lambda _, __, name: f"created instance profile {name}",
    ),
    Addition(
        words="there is a new instance, which runs with",
        topic=PROFILES,
        objects=_PROFILES,
        add=lambda account, _, profile, __: account.run_instance(profile=profile),
        made=lambda _, profile, __: f"started an instance with instance profile {profile.name}",
    ),
)
"""The kinds of facts that can be made."""
