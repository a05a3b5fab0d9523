"""Users, groups and roles, as the learner holds them: a name for a record that the world keeps."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar, Generic, TypeVar

from iamlab.core.errors import IamlabError
from iamlab.core.matching import NamedPolicy
from iamlab.core.policy import Policy, PolicySource
from iamlab.core.request import Principal
from iamlab.world import managed_policies, names
from iamlab.world.entities import EntityRecord, GroupRecord, InlinePolicy, RoleRecord, UserRecord
from iamlab.world.policies import ManagedPolicy
from iamlab.world.state import State, World
from iamlab.world.trail import Step

R = TypeVar("R", bound=EntityRecord)


class Identity(Generic[R]):
    """What users, groups and roles have in common: a name, and policies that say what they may do."""

    kind: ClassVar[str]
    record_type: ClassVar[type[EntityRecord]]

    def __init__(self, world: World, id_: str) -> None:
        self._world = world
        self.id = id_

    @property
    def _record(self) -> R:
        return self._world.entity(self.id, self.record_type)  # type: ignore[return-value]

    @property
    def name(self) -> str:
        """The name, without its path."""
        return self._record.name

    @property
    def arn(self) -> str:
        """The ARN, path included (ENT-02)."""
        return self._record.arn

    @property
    def account_id(self) -> str:
        """The twelve digits of its account."""
        return self._record.account

    @property
    def policies(self) -> tuple[NamedPolicy, ...]:
        """Its own policies, inline and attached; for a user, those of all its groups as well (EVAL-08)."""
        return identity_policies(self._world.state, self._record)

    def attach(self, policy: ManagedPolicy) -> None:
        """Attach a managed policy; attaching it again changes nothing.

        Raises IamlabError (``InvalidInput``: no managed policy; ``NoSuchEntity``: of another account).
        """
        arn = self._check_policy(policy)
        record = self._record
        attached = record.attached if arn in record.attached else (*record.attached, arn)
        self._world.put(self._step("Attach{}Policy", PolicyArn=arn), replace(record, attached=attached))

    def detach(self, policy: ManagedPolicy) -> None:
        """Take an attached managed policy off.

        Raises IamlabError (``NoSuchEntity``) when it is not attached.
        """
        arn = self._check_policy(policy)
        record = self._record
        if arn not in record.attached:
            raise IamlabError(f"Policy {arn} was not found.", code="NoSuchEntity")
        attached = tuple(one for one in record.attached if one != arn)
        self._world.put(self._step("Detach{}Policy", PolicyArn=arn), replace(record, attached=attached))

    def put_policy(self, name: str, policy: PolicySource) -> None:
        """Embed an inline policy; one of the same name is replaced (ENT-12).

        Raises PolicyError, or IamlabError (``ValidationError``) for the name.
        """
        names.POLICY_NAME.check(name)
        parsed = Policy.parse(policy)
        record = self._record
        others = tuple(one for one in record.inline if one.name != name)
        step = self._step("Put{}Policy", PolicyName=name, PolicyDocument=parsed.document)
        self._world.put(step, replace(record, inline=(*others, InlinePolicy(name=name, policy=parsed))))

    def delete_policy(self, name: str) -> None:
        """Delete an inline policy.

        Raises IamlabError (``NoSuchEntity``) when there is none of that name.
        """
        record = self._record
        if name not in [one.name for one in record.inline]:
            raise IamlabError(f"The {self.kind} policy with name {name} cannot be found.", code="NoSuchEntity")
        others = tuple(one for one in record.inline if one.name != name)
        self._world.put(self._step("Delete{}Policy", PolicyName=name), replace(record, inline=others))

    def exists_in(self, world: World) -> bool:
        """Whether it is of that world, and still there."""
        return self._world is world and self.id in world.state.entities

    def _check_policy(self, policy: object) -> str:
        if not isinstance(policy, ManagedPolicy):
            raise IamlabError(
                f"{policy!r} is no managed policy. Take one with account.managed_policy(name), make one with "
                "account.create_policy(name, document), or embed a document with put_policy(name, document).",
                code="InvalidInput",
            )
        if policy.owner not in ("aws", self.account_id):
            raise IamlabError(
                f"Policy {policy.arn} does not exist or is not attachable: it belongs to another account.",
                code="NoSuchEntity",
            )
        if policy.owner != "aws" and policy.arn not in [one.arn for one in self._world.state.policies.values()]:
            raise IamlabError(f"Policy {policy.arn} does not exist or is not attachable.", code="NoSuchEntity")
        return policy.arn

    def _step(self, operation: str, **parameters: Any) -> Step:
        word = self.kind.capitalize()
        return Step(
            service="iam",
            operation=operation.format(word),
            parameters={f"{word}Name": self.name, **parameters},
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Identity) and (self._world, self.id) == (other._world, other.id)

    def __hash__(self) -> int:
        return hash(self.id)

    def __repr__(self) -> str:
        record = self._world.state.entities.get(self.id)
        return f"<{self.kind} {record.name} in {record.account}>" if record else f"<deleted {self.kind} {self.id}>"


class User(Identity[UserRecord]):
    """An IAM user: makes requests with long-term credentials of its own."""

    kind = "user"
    record_type = UserRecord

    @property
    def principal(self) -> Principal:
        """The caller that this user is."""
        return Principal(self.arn)

    @property
    def groups(self) -> tuple[Group, ...]:
        """The groups it is a member of, in order of joining."""
        return tuple(Group(self._world, id_) for id_ in self._record.groups)


class Group(Identity[GroupRecord]):
    """An IAM group: passes its policies on to its members, and is no principal itself (ENT-07)."""

    kind = "group"
    record_type = GroupRecord

    @property
    def members(self) -> tuple[User, ...]:
        """The users in it."""
        return tuple(User(self._world, record.id) for record in self._world.state.members(self.id))

    def add(self, user: User) -> None:
        """Make a user a member; adding it again changes nothing.

        Raises IamlabError (``InvalidInput`` when it is no user: groups do not nest; ``NoSuchEntity`` when it is of
        another account).
        """
        record = self._member(user)
        groups = record.groups if self.id in record.groups else (*record.groups, self.id)
        self._world.put(self._step("AddUserToGroup", UserName=record.name), replace(record, groups=groups))

    def remove(self, user: User) -> None:
        """End a membership.

        Raises IamlabError (``NoSuchEntity``) when the user is no member.
        """
        record = self._member(user)
        if self.id not in record.groups:
            raise IamlabError(f"The user {record.name} is not in the group {self.name}.", code="NoSuchEntity")
        groups = tuple(one for one in record.groups if one != self.id)
        self._world.put(self._step("RemoveUserFromGroup", UserName=record.name), replace(record, groups=groups))

    def _member(self, user: object) -> UserRecord:
        if not isinstance(user, User):
            raise IamlabError(
                f"{user!r} cannot be a member: a group holds users only, no groups and no roles.",
                code="InvalidInput",
            )
        if user._world is not self._world or user.account_id != self.account_id:
            raise IamlabError(f"The user with name {user.name} cannot be found.", code="NoSuchEntity")
        return user._record


class Role(Identity[RoleRecord]):
    """An IAM role: has permissions and a trust policy, belongs to nobody, and is assumed for a session."""

    kind = "role"
    record_type = RoleRecord

    @property
    def trust(self) -> Policy:
        """Who may assume it."""
        return self._record.trust

    @property
    def principal(self) -> Principal:
        """A session of this role: a role makes no request by itself, whoever has assumed it does."""
        return Principal(f"arn:aws:sts::{self.account_id}:assumed-role/{self.name}/any-session")


class Root:
    """The root user of an account: no policies of its own, allowed everything there (ENT-06, EVAL-14)."""

    kind = "root"
    name = "root"
    policies: tuple[NamedPolicy, ...] = ()

    def __init__(self, account_id: str) -> None:
        self.account_id = account_id

    @property
    def arn(self) -> str:
        """The ARN of the account's root user."""
        return f"arn:aws:iam::{self.account_id}:root"

    def exists_in(self, world: World) -> bool:
        """Whether its account is in that world."""
        return self.account_id in world.state.accounts

    @property
    def principal(self) -> Principal:
        """The caller that the root user is."""
        return Principal(self.arn)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Root) and self.account_id == other.account_id

    def __hash__(self) -> int:
        return hash(self.arn)

    def __repr__(self) -> str:
        return f"<root user of {self.account_id}>"


def identity_policies(state: State, record: EntityRecord) -> tuple[NamedPolicy, ...]:
    """Inline and attached policies of an identity, and for a user those of its groups, each saying which."""
    own = _own_policies(state, record, via="")
    if not isinstance(record, UserRecord):
        return own
    groups = (state.entities[id_] for id_ in record.groups)
    return own + tuple(policy for group in groups for policy in _own_policies(state, group, via=group.name))


def _own_policies(state: State, record: EntityRecord, via: str) -> tuple[NamedPolicy, ...]:
    inline = tuple(NamedPolicy(name=one.name, policy=one.policy, via=via) for one in record.inline)
    return inline + tuple(_attached(state, arn, via) for arn in record.attached)


def _attached(state: State, arn: str, via: str) -> NamedPolicy:
    if arn.startswith("arn:aws:iam::aws:"):
        name, _ = managed_policies.find(arn)
        return NamedPolicy(name=name, policy=managed_policies.document(name), via=via, arn=arn)
    record = next(one for one in state.policies.values() if one.arn == arn)
    return NamedPolicy(name=record.name, policy=record.policy, via=via, arn=arn)
