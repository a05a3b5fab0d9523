"""Users, groups and roles, as the learner holds them: a name for a record that the world keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar, Final, Generic, TypeVar

from iamlab.core.arn import root_arn
from iamlab.core.errors import IamlabError
from iamlab.core.matching import NamedPolicy
from iamlab.core.policy import Policy, PolicyKind, PolicySource
from iamlab.core.request import Principal
from iamlab.world import documents, managed_policies, names
from iamlab.world.access_keys import AccessKey, create_key
from iamlab.world.callers import ANY_SESSION, Caller, Signer, identity_policies, instant, merged
from iamlab.world.entities import EntityRecord, GroupRecord, InlinePolicy, RoleRecord, UserRecord
from iamlab.world.handles import Handle, as_variable, check_no_text, check_of_this_lab, of_another_lab
from iamlab.world.mfa_devices import MfaDevice
from iamlab.world.operations import call, tag_list
from iamlab.world.policies import AWS, ManagedPolicy
from iamlab.world.quotas import size
from iamlab.world.state import State
from iamlab.world.world import World, with_entity

R = TypeVar("R", bound=EntityRecord)
Edit = Callable[[State, Any], EntityRecord]

EXISTS: Final = "EntityAlreadyExists"
DEFAULT_SESSION: Final = 3600
SESSION_MAXIMA: Final = (DEFAULT_SESSION, 43200)
"""What MaxSessionDuration may be, in seconds, and what it is unless it is set (ENT-10)."""


class Identity(Handle, Generic[R]):
    """What users, groups and roles have in common: a name, and policies that say what they may do."""

    kind: ClassVar[str]
    record_type: ClassVar[type[EntityRecord]]

    def __init__(self, world: World, id_: str) -> None:
        super().__init__(world, id_)
        self.id = id_

    @property
    def _record(self) -> R:
        return self._world.entity(self.id, self.record_type)  # type: ignore[return-value]

    @property
    def name(self) -> str:
        """The name, without its path."""
        return self._record.name

    @property
    def path(self) -> str:
        """The path, ``/`` unless another was given."""
        return self._record.path

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

    @property
    def tags(self) -> dict[str, str]:
        """The tags; a group never has any (ENT-19)."""
        return dict(self._record.tags)

    def attach(self, policy: ManagedPolicy) -> None:
        """Attach a managed policy; attaching it again changes nothing.

        Raises IamlabError (``InvalidInput``: no managed policy; ``NoSuchEntity``: of another account, or deleted;
        ``LimitExceeded``).
        """
        arn = check_policy(policy, "attach({})", self._world)
        word = self.kind.capitalize()

        def attached(state: State, record: R) -> EntityRecord:
            check_attachable(state, arn, record.account)
            if arn in record.attached:
                return record
            self._world.quotas.check(f"PoliciesPer{word}", len(record.attached) + 1)
            return replace(record, attached=(*record.attached, arn))

        self._change(f"Attach{word}Policy", attached, PolicyArn=arn)

    def detach(self, policy: ManagedPolicy) -> None:
        """Take an attached managed policy off.

        Raises IamlabError (``NoSuchEntity``) when it is not attached.
        """
        arn = check_policy(policy, "detach({})", self._world)

        def detached(state: State, record: R) -> EntityRecord:
            if arn not in record.attached:
                raise IamlabError(f"Policy {arn} was not found.", code="NoSuchEntity")
            return replace(record, attached=tuple(one for one in record.attached if one != arn))

        self._change(f"Detach{self.kind.capitalize()}Policy", detached, PolicyArn=arn)

    def put_policy(self, name: str, policy: PolicySource) -> None:
        """Embed an inline policy; one of the same name is replaced (ENT-12).

        Raises PolicyError, or IamlabError (``ValidationError`` for the name, ``LimitExceeded``).
        """
        names.POLICY_NAME.check(name)
        parsed = Policy.parse(policy)

        def put(state: State, record: R) -> EntityRecord:
            others = tuple(one for one in record.inline if one.name != name)
            self._world.quotas.check_inline(self.kind, record.name, (parsed, *(one.policy for one in others)))
            return replace(record, inline=(*others, InlinePolicy(name=name, policy=parsed)))

        operation = f"Put{self.kind.capitalize()}Policy"
        self._change(operation, put, PolicyName=name, PolicyDocument=parsed.document)

    def delete_policy(self, name: str) -> None:
        """Delete an inline policy.

        Raises IamlabError (``NoSuchEntity``) when there is none of that name.
        """
        names.POLICY_NAME.check(name)

        def deleted(state: State, record: R) -> EntityRecord:
            if name not in [one.name for one in record.inline]:
                raise IamlabError(f"The {self.kind} policy with name {name} cannot be found.", code="NoSuchEntity")
            return replace(record, inline=tuple(one for one in record.inline if one.name != name))

        self._change(f"Delete{self.kind.capitalize()}Policy", deleted, PolicyName=name)

    def exists_in(self, world: World) -> bool:
        """Whether it is of that world, and still there."""
        return self._world is world and self.id in world.state.entities

    def _change(self, operation: str, edit: Edit, **parameters: Any) -> None:
        """One operation of IAM on this identity: what ``edit`` makes of its record takes the record's place."""
        record = self._record
        given = {f"{self.kind.capitalize()}Name": record.name, **parameters}
        self._world.perform(
            call(f"iam:{operation}", record.arn, given),
            lambda state: with_entity(state, edit(state, state.entities[self.id])),
        )

    def _delete(self, operation: str, check: Callable[[State, Any], None]) -> None:
        record = self._record

        def deleted(state: State) -> State:
            check(state, state.entities[self.id])
            return replace(state, entities={id_: one for id_, one in state.entities.items() if id_ != self.id})

        given = {f"{self.kind.capitalize()}Name": record.name}
        self._world.perform(call(f"iam:{operation}", record.arn, given), deleted)

    def __repr__(self) -> str:
        record = self._world.state.entities.get(self.id)
        return f"<{self.kind} {record.name} in {record.account}>" if record else f"<deleted {self.kind} {self.id}>"


class Bounded(Identity[R]):
    """What users and roles have, and groups have not: tags and a permissions boundary (ENT-18, ENT-19)."""

    @property
    def boundary(self) -> str:
        """The ARN of the managed policy that bounds it, empty without one."""
        return self._record.boundary

    def put_boundary(self, policy: ManagedPolicy) -> None:
        """Bound it by a managed policy; one that was set before is replaced.

        Raises IamlabError (``InvalidInput``, ``NoSuchEntity``) as ``attach`` does.
        """
        arn = check_policy(policy, "put_boundary({})", self._world)

        def bounded(state: State, record: R) -> EntityRecord:
            check_attachable(state, arn, record.account)
            return replace(record, boundary=arn)

        self._change(f"Put{self.kind.capitalize()}PermissionsBoundary", bounded, PermissionsBoundary=arn)

    def delete_boundary(self) -> None:
        """Take the boundary away.

        Raises IamlabError (``NoSuchEntity``) when there is none.
        """

        def unbounded(state: State, record: R) -> EntityRecord:
            if not record.boundary:
                raise IamlabError(f"The {self.kind} {record.name} has no permissions boundary.", code="NoSuchEntity")
            return replace(record, boundary="")

        self._change(f"Delete{self.kind.capitalize()}PermissionsBoundary", unbounded)

    def tag(self, tags: Mapping[str, str]) -> None:
        """Set tags; keys that are there, in whatever letter case, are replaced (ENT-19).

        Raises IamlabError (``ValidationError``, ``LimitExceeded``).
        """
        checked = names.check_tags(tags, ignoring_case=True)

        def tagged(state: State, record: R) -> EntityRecord:
            found = merged(record.tags, tuple(checked.items()))
            self._world.quotas.check("TagsPerResource", len(found))
            return replace(record, tags=found)

        self._change(f"Tag{self.kind.capitalize()}", tagged, **tag_list(checked))

    def untag(self, *keys: str) -> None:
        """Take tags off; keys that are not there change nothing.

        Raises IamlabError (``ValidationError``).
        """
        gone = {names.TAG_KEY.check(key).lower() for key in keys}

        def untagged(state: State, record: R) -> EntityRecord:
            return replace(record, tags=tuple(pair for pair in record.tags if pair[0].lower() not in gone))

        self._change(f"Untag{self.kind.capitalize()}", untagged, TagKeys=list(keys))


class User(Bounded[UserRecord]):
    """An IAM user: makes requests with long-term credentials of its own."""

    kind = "user"
    record_type = UserRecord

    @property
    def principal(self) -> Principal:
        """The caller that this user is."""
        return Principal(self.arn)

    @property
    def caller(self) -> Caller:
        """The user with its long-term keys."""
        return Caller(Signer.USER, self.id)

    @property
    def groups(self) -> tuple[Group, ...]:
        """The groups it is a member of, in order of joining."""
        return tuple(Group(self._world, id_) for id_ in self._record.groups)

    @property
    def access_keys(self) -> tuple[AccessKey, ...]:
        """Its access keys, without their secrets."""
        return tuple(AccessKey(self._world, one.id) for one in self._world.state.keys_of(self.id))

    @property
    def mfa_devices(self) -> tuple[MfaDevice, ...]:
        """The MFA devices enabled for it."""
        return tuple(MfaDevice(self._world, one.arn) for one in self._world.state.devices_of(self.id))

    @property
    def has_password(self) -> bool:
        """Whether it may sign in to the console."""
        return self._record.console

    def rename(self, name: str | None = None, *, path: str | None = None) -> None:
        """Give it another name or path; its ID, memberships and attachments stay (ENT-05).

        The caller needs permission on the old and the new ARN. Raises IamlabError (``ValidationError``,
        ``EntityAlreadyExists``).
        """
        rename(self._world, self._record, names.USER_NAME, name, path)

    def create_access_key(self) -> AccessKey:
        """Make a long-term key; ``credentials.reveal()`` of what comes back shows the secret, once (ENT-09).

        Raises IamlabError (``LimitExceeded``) for a third one.
        """
        record = self._record
        return create_key(self._world, record.id, record.arn, {"UserName": record.name})

    def create_login_profile(self) -> None:
        """Give it a password for the console; which one does not matter here.

        Raises IamlabError (``EntityAlreadyExists``).
        """

        def created(state: State, record: UserRecord) -> EntityRecord:
            if record.console:
                raise IamlabError(f"Login Profile for user {record.name} already exists.", code=EXISTS)
            return replace(record, console=True)

        self._change("CreateLoginProfile", created, Password="(a password)")

    def delete_login_profile(self) -> None:
        """Take the password away.

        Raises IamlabError (``NoSuchEntity``).
        """

        def deleted(state: State, record: UserRecord) -> EntityRecord:
            if not record.console:
                raise IamlabError(f"Login Profile for User {record.name} cannot be found.", code="NoSuchEntity")
            return replace(record, console=False)

        self._change("DeleteLoginProfile", deleted)

    def delete(self) -> None:
        """Delete it.

        Raises IamlabError (``DeleteConflict``) while it has a password, keys, devices, policies or groups (ENT-16).
        """
        self._delete("DeleteUser", _check_user_free)


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
        another account; ``LimitExceeded``).
        """

        def joined(record: UserRecord) -> UserRecord:
            if self.id in record.groups:
                return record
            self._world.quotas.check("GroupsPerUser", len(record.groups) + 1)
            return replace(record, groups=(*record.groups, self.id))

        self._membership("AddUserToGroup", "add", user, joined)

    def remove(self, user: User) -> None:
        """End a membership.

        Raises IamlabError (``NoSuchEntity``) when the user is no member.
        """

        def left(record: UserRecord) -> UserRecord:
            if self.id not in record.groups:
                raise IamlabError(f"The user {record.name} is not in the group {self.name}.", code="NoSuchEntity")
            return replace(record, groups=tuple(one for one in record.groups if one != self.id))

        self._membership("RemoveUserFromGroup", "remove", user, left)

    def _membership(self, operation: str, verb: str, user: object, edit: Callable[[UserRecord], UserRecord]) -> None:
        record, member = self._record, self._member(user, verb)
        given = {"GroupName": record.name, "UserName": member.name}
        self._world.perform(call(f"iam:{operation}", record.arn, given), lambda state: with_entity(state, edit(member)))

    def _member(self, user: object, verb: str) -> UserRecord:
        record = self._record
        users = (one.name for one in self._world.state.of_kind(UserRecord, record.account))
        written = f"{as_variable(record.name, 'group')}.{verb}({{}})"
        check_no_text(user, "user", written, "account.user({})", users)
        if not isinstance(user, User):
            raise IamlabError(
                f"{user!r} cannot be a member: a group holds users only, no groups and no roles.",
                code="InvalidInput",
            )
        if user._world is not self._world or user.account_id != record.account:
            why = of_another_lab(user, self._world) or f" It is a user of the account {user.account_id}."
            raise IamlabError(f"The user with name {user.name} cannot be found.{why}", code="NoSuchEntity")
        return user._record

    def rename(self, name: str | None = None, *, path: str | None = None) -> None:
        """Give it another name or path; members and attachments stay (ENT-05).

        Raises IamlabError (``ValidationError``, ``EntityAlreadyExists``).
        """
        rename(self._world, self._record, names.GROUP_NAME, name, path)

    def delete(self) -> None:
        """Delete it.

        Raises IamlabError (``DeleteConflict``) while it has members or policies (ENT-16).
        """
        self._delete("DeleteGroup", _check_group_free)


class Role(Bounded[RoleRecord]):
    """An IAM role: has permissions and a trust policy, belongs to nobody, and is assumed for a session."""

    kind = "role"
    record_type = RoleRecord

    @property
    def trust(self) -> Policy:
        """Who may assume it; users and roles that have been deleted show as their unique IDs (STS-22)."""
        return documents.current(self._world.state, self._record.trust)

    @property
    def max_session_duration(self) -> int:
        """The longest session that may be asked for, in seconds."""
        return self._record.max_session_duration

    @property
    def description(self) -> str:
        """What it is for, in its maker's words."""
        return self._record.description

    @property
    def service_linked(self) -> bool:
        """Whether it belongs to a service, which alone may change it (EVAL-21)."""
        return bool(self._record.service)

    @property
    def principal(self) -> Principal:
        """A session of this role: a role makes no request by itself, whoever has assumed it does."""
        return Principal(f"arn:aws:sts::{self.account_id}:assumed-role/{self.name}/{ANY_SESSION}")

    @property
    def caller(self) -> Caller:
        """Any session of this role."""
        return Caller(Signer.ROLE, self.id)

    def update_trust(self, trust: PolicySource) -> None:
        """Replace the trust policy; whoever is named in it must exist (POL-23).

        Raises PolicyError, or IamlabError (``LimitExceeded``, ``UnmodifiableEntity``).
        """
        parsed = Policy.parse(trust, PolicyKind.TRUST)

        def trusted(state: State, record: RoleRecord) -> EntityRecord:
            saved = documents.save(state, parsed, PolicyKind.TRUST)
            self._world.quotas.check("ACLSizePerRole", size(parsed))
            return replace(record, trust=saved)

        self._change("UpdateAssumeRolePolicy", trusted, PolicyDocument=parsed.document)

    def update(self, *, max_session_duration: int | None = None, description: str | None = None) -> None:
        """Change the longest session, in seconds, or the description.

        Raises IamlabError (``ValidationError``, ``UnmodifiableEntity``).
        """
        changes: dict[str, Any] = {}
        if max_session_duration is not None:
            changes["max_session_duration"] = names.check_number(
                "maxSessionDuration", max_session_duration, *SESSION_MAXIMA
            )
        if description is not None:
            changes["description"] = names.DESCRIPTION.check(description)
        words = {"max_session_duration": "MaxSessionDuration", "description": "Description"}
        given = {words[name]: value for name, value in changes.items()}
        self._change("UpdateRole", lambda state, record: replace(record, **changes), **given)

    def revoke_sessions(self) -> None:
        """Deny everything to the sessions that there are, as the console's button does (STS-20).

        It puts the inline policy AWSRevokeOlderSessions, which denies whatever was issued up to thirty seconds from
        now: move the clock by 31 seconds before the role is assumed again. Raises IamlabError
        (``UnmodifiableEntity``) for a service-linked role.
        """
        until = instant(self._world.state.now + REVOKED_AHEAD)
        statement = {
            "Effect": "Deny",
            "Action": "*",
            "Resource": "*",
            "Condition": {"DateLessThan": {"aws:TokenIssueTime": until}},
        }
        self.put_policy(REVOKED, {"Version": "2012-10-17", "Statement": [statement]})

    def delete(self) -> None:
        """Delete it; its sessions are refused from then on.

        Raises IamlabError (``DeleteConflict``) while it has policies or is in an instance profile (ENT-16).
        """
        operation = "DeleteServiceLinkedRole" if self._record.service else "DeleteRole"
        self._delete(operation, _check_role_free)

    def _change(self, operation: str, edit: Edit, **parameters: Any) -> None:
        def checked(state: State, record: RoleRecord) -> EntityRecord:
            if record.service and operation not in ("TagRole", "UntagRole") and set(parameters) != {"Description"}:
                raise IamlabError(
                    f"Cannot perform the operation on the protected role {record.name!r}: it belongs to the service "
                    f"{record.service}, which alone may change it. Its description may be changed.",
                    code="UnmodifiableEntity",
                )
            return edit(state, record)

        super()._change(operation, checked, **parameters)


REVOKED: Final = "AWSRevokeOlderSessions"
REVOKED_AHEAD: Final = timedelta(seconds=30)


class Root(Handle):
    """The root user of an account: no policies of its own, allowed everything there (ENT-06, EVAL-14)."""

    kind = "root"
    name = "root"
    policies: tuple[NamedPolicy, ...] = ()

    def __init__(self, world: World, account_id: str) -> None:
        super().__init__(world, account_id)
        self.account_id = account_id

    @property
    def arn(self) -> str:
        """The ARN of the account's root user."""
        return root_arn(self.account_id)

    def exists_in(self, world: World) -> bool:
        """Whether its account is in that world."""
        return self._world is world and self.account_id in world.state.accounts

    @property
    def principal(self) -> Principal:
        """The caller that the root user is."""
        return Principal(self.arn)

    @property
    def caller(self) -> Caller:
        """The root user with long-term keys."""
        return Caller(Signer.ROOT, self.account_id)

    @property
    def access_keys(self) -> tuple[AccessKey, ...]:
        """Its access keys, without their secrets."""
        return tuple(AccessKey(self._world, one.id) for one in self._world.state.keys_of(self.account_id))

    def create_access_key(self) -> AccessKey:
        """Make a long-term key, as for a user; AWS advises against it.

        Raises IamlabError (``LimitExceeded``) for a third one.
        """
        return create_key(self._world, self.account_id, self.arn, {})

    def __repr__(self) -> str:
        return f"<root user of {self.account_id}>"


def check_policy(policy: object, written: str, world: World) -> str:
    """The ARN of a managed policy; ``written`` is the operation that takes it, as one writes it.

    Raises IamlabError (``InvalidInput``) for anything else, and (``NoSuchEntity``) for a customer's policy of another
    lab, which may have a namesake in this one; AWS's own are the same in all of them.
    """
    check_no_text(policy, "policy", written, "account.managed_policy({})")
    if not isinstance(policy, ManagedPolicy):
        raise IamlabError(
            f"{policy!r} is no managed policy. Take one with account.managed_policy(name), make one with "
            "account.create_policy(name, document), or embed a document with put_policy(name, document).",
            code="InvalidInput",
        )
    if policy.owner != AWS:
        check_of_this_lab(policy, world)
    return policy.arn


def check_attachable(state: State, arn: str, account: str) -> None:
    """Refuse a managed policy that is not there, or is another account's (``NoSuchEntity``)."""
    if managed_policies.is_aws(arn):
        return
    record = state.policy_at(arn)
    if record is None or record.account != account:
        why = ": it belongs to another account" if record else ": there is none of that ARN in this lab"
        raise IamlabError(f"Policy {arn} does not exist or is not attachable{why}.", code="NoSuchEntity")


def check_free_name(taken: Iterable[Any], word: str, name: str, apart_from: str = "") -> None:
    """Refuse a name that is taken, whatever its letter case and path (``EntityAlreadyExists``, ENT-05)."""
    if name.lower() in {one.name.lower() for one in taken if one.id != apart_from}:
        raise IamlabError(f"{word} with name {name} already exists.", code=EXISTS)


def rename(world: World, record: EntityRecord, rule: names.NameRule, name: str | None, path: str | None) -> None:
    """UpdateUser and UpdateGroup: authorized on the old ARN and on the new one (ENT-05)."""
    word = record.kind.capitalize()
    changes: dict[str, Any] = {}
    given = {f"{word}Name": record.name}
    if path is not None:
        changes["path"] = given["NewPath"] = names.PATH.check(path)
    if name is not None:
        changes["name"] = given[f"New{word}Name"] = rule.check(name)
    renamed = replace(record, **changes)
    operation = f"iam:Update{word}"

    def changed(state: State) -> State:
        check_free_name(state.of_kind(type(record), record.account), word, renamed.name, record.id)
        return with_entity(state, renamed)

    more = call(operation, renamed.arn, {}).checks if renamed.arn != record.arn else ()
    world.perform(call(operation, record.arn, given, more=more), changed)


# What must be gone before a deletion (ENT-16)


def _check_user_free(state: State, record: UserRecord) -> None:
    _check_free(
        (record.console, "delete login profile first."),
        (state.keys_of(record.id), "delete access keys first."),
        (state.devices_of(record.id), "delete MFA device first."),
        (record.inline, "delete policies first."),
        (record.attached, "detach all policies first."),
        (record.groups, "remove users from group first."),
    )


def _check_group_free(state: State, record: GroupRecord) -> None:
    _check_free(
        (state.members(record.id), "remove users from group first."),
        (record.inline, "delete policies first."),
        (record.attached, "detach all policies first."),
    )


def _check_role_free(state: State, record: RoleRecord) -> None:
    in_profiles = [one for one in state.profiles.values() if one.role == record.id]
    used = [one for one in state.resources.values() if one.role == record.id] if record.service else []
    _check_free(
        (not record.service and record.inline, "delete policies first."),
        (not record.service and record.attached, "detach all policies first."),
        (in_profiles, "remove roles from instance profile first."),
        (used, "delete what uses the role first."),
    )


def _check_free(*conditions: tuple[object, str]) -> None:
    for present, text in conditions:
        if present:
            raise IamlabError(f"Cannot delete entity, must {text}", code="DeleteConflict")
