"""An AWS account: where users, groups, roles, policies and all else that IAM keeps are made."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final, TypeVar

from iamlab.core.errors import IamlabError
from iamlab.core.policy import Policy, PolicyKind, PolicySource
from iamlab.world import documents, managed_policies, names
from iamlab.world.account_resources import MakesResources, Tags
from iamlab.world.credentials import MfaDeviceRecord
from iamlab.world.entities import (
    EntityRecord,
    GroupRecord,
    InlinePolicy,
    InstanceProfileRecord,
    PolicyRecord,
    PolicyVersion,
    ProviderRecord,
    RoleRecord,
    UserRecord,
)
from iamlab.world.identities import (
    DEFAULT_SESSION,
    EXISTS,
    SESSION_MAXIMA,
    Group,
    Role,
    Root,
    User,
    check_attachable,
    check_free_name,
    check_policy,
)
from iamlab.world.mfa_devices import MfaDevice
from iamlab.world.operations import call, passed, tag_list
from iamlab.world.policies import ManagedPolicy
from iamlab.world.profiles import InstanceProfile
from iamlab.world.providers import Provider
from iamlab.world.quotas import size
from iamlab.world.state import State
from iamlab.world.trail import CONSOLE
from iamlab.world.world import with_entity

E = TypeVar("E", User, Group, Role)
SEED_LENGTH: Final = 32
"""Characters of the seed of an MFA device."""


class Account(MakesResources):
    """One account of a world. Names are unique in it, ignoring letter case and path (ENT-05)."""

    @property
    def name(self) -> str:
        """The account's name. Raises IamlabError (``NoSuchEntity``) when the account is not in the lab any more."""
        record = self._world.state.accounts.get(self.id)
        if record is None:
            raise IamlabError(f"The account {self.id} cannot be found.", code="NoSuchEntity")
        return record.name

    @property
    def root(self) -> Root:
        """The root user; every account has one from the start (ENT-06)."""
        return Root(self._world, self.id)

    # What there is

    @property
    def users(self) -> tuple[User, ...]:
        """The users, in order of creation."""
        return tuple(User(self._world, one.id) for one in self._world.state.of_kind(UserRecord, self.id))

    @property
    def groups(self) -> tuple[Group, ...]:
        """The groups, in order of creation."""
        return tuple(Group(self._world, one.id) for one in self._world.state.of_kind(GroupRecord, self.id))

    @property
    def roles(self) -> tuple[Role, ...]:
        """The roles, in order of creation."""
        return tuple(Role(self._world, one.id) for one in self._world.state.of_kind(RoleRecord, self.id))

    @property
    def principals(self) -> tuple[User | Role, ...]:
        """The users and the roles: who may be given policies and have requests made."""
        found: list[User | Role] = [*self.users, *self.roles]
        return tuple(found)

    @property
    def policies(self) -> tuple[ManagedPolicy, ...]:
        """The customer managed policies, in order of creation."""
        found = (one for one in self._world.state.policies.values() if one.account == self.id)
        return tuple(self._managed(one) for one in found)

    @property
    def instance_profiles(self) -> tuple[InstanceProfile, ...]:
        """The instance profiles, in order of creation."""
        found = (one for one in self._world.state.profiles.values() if one.account == self.id)
        return tuple(InstanceProfile(self._world, one.id) for one in found)

    def user(self, name: str) -> User:
        """The user of that name. Raises IamlabError (``NoSuchEntity``)."""
        return _named(self.users, "user", name)

    def group(self, name: str) -> Group:
        """The group of that name. Raises IamlabError (``NoSuchEntity``)."""
        return _named(self.groups, "group", name)

    def role(self, name: str) -> Role:
        """The role of that name. Raises IamlabError (``NoSuchEntity``)."""
        return _named(self.roles, "role", name)

    # Identities

    def create_user(
        self, name: str, *, path: str = "/", tags: Tags = None, boundary: ManagedPolicy | None = None
    ) -> User:
        """Create a user, who can do nothing yet (ENT-08).

        Raises IamlabError (``ValidationError``, ``EntityAlreadyExists``, ``LimitExceeded``).
        """
        common = self._new(names.USER_NAME, name, path, tags, boundary)
        given = {**_given(path, "UserName", name), **self._said(common)}
        id_ = self._create(UserRecord, "AIDA", "CreateUser", given, common)
        return User(self._world, id_)

    def create_group(self, name: str, *, path: str = "/") -> Group:
        """Create a group without members and policies.

        Raises IamlabError (``ValidationError``, ``EntityAlreadyExists``, ``LimitExceeded``).
        """
        common = self._new(names.GROUP_NAME, name, path, None, None)
        id_ = self._create(GroupRecord, "AGPA", "CreateGroup", _given(path, "GroupName", name), common)
        return Group(self._world, id_)

    def create_role(
        self,
        name: str,
        *,
        trust: PolicySource,
        path: str = "/",
        description: str = "",
        max_session_duration: int = DEFAULT_SESSION,
        tags: Tags = None,
        boundary: ManagedPolicy | None = None,
    ) -> Role:
        """Create a role that the principals in ``trust`` may assume, and that may do nothing yet.

        ``max_session_duration`` is in seconds. Raises IamlabError (``ValidationError``, ``EntityAlreadyExists``,
        ``LimitExceeded``), or PolicyError for the trust policy.
        """
        common = self._new(names.ROLE_NAME, name, path, tags, boundary)
        common["description"] = names.DESCRIPTION.check(description)
        common["max_session_duration"] = names.check_number("maxSessionDuration", max_session_duration, *SESSION_MAXIMA)
        parsed = Policy.parse(trust, PolicyKind.TRUST)
        lasts = None if max_session_duration == DEFAULT_SESSION else max_session_duration
        given = {
            **_given(path, "RoleName", name),
            "AssumeRolePolicyDocument": parsed.document,
            **self._said(common),
            **passed(Description=description, MaxSessionDuration=lasts),
        }
        return Role(self._world, self._create(RoleRecord, "AROA", "CreateRole", given, common, parsed))

    def create_service_linked_role(self, service: str, name: str, policy: PolicySource) -> Role:
        """Create the role that belongs to a service: it alone is trusted, and it alone may change the role (EVAL-21).

        ``service`` is the service's name (``autoscaling.amazonaws.com``), ``name`` the end of the role's name, and
        ``policy`` what the service has made the role for: in AWS the service says, here you do. Raises IamlabError
        (``ValidationError``, ``EntityAlreadyExists``), or PolicyError.
        """
        if not isinstance(service, str) or not service.endswith(".amazonaws.com"):
            raise IamlabError(
                f"{service!r} is no service's name. Write for example autoscaling.amazonaws.com.",
                code="ValidationError",
            )
        full = f"AWSServiceRoleFor{name}"
        common = self._new(names.ROLE_NAME, full, f"/aws-service-role/{service}/", None, None)
        trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
        parsed = Policy.parse({"Version": "2012-10-17", "Statement": [trust]}, PolicyKind.TRUST)
        common["service"] = service
        common["inline"] = _inline(f"{full}Policy", policy)
        made = self._create(RoleRecord, "AROA", "CreateServiceLinkedRole", {"AWSServiceName": service}, common, parsed)
        return Role(self._world, made)

    def create_policy(
        self, name: str, document: PolicySource, *, path: str = "/", description: str = "", tags: Tags = None
    ) -> ManagedPolicy:
        """Create a customer managed policy, ready to be attached.

        Raises IamlabError (``ValidationError``, ``EntityAlreadyExists``, ``LimitExceeded``), or PolicyError.
        """
        names.POLICY_NAME.check(name)
        names.POLICY_PATH.check(path)
        names.DESCRIPTION.check(description)
        checked = names.check_tags(tags)
        parsed = Policy.parse(document, PolicyKind.MANAGED)
        given = {
            **_given(path, "PolicyName", name),
            **passed(PolicyDocument=parsed.document, Description=description),
            **tag_list(checked),
        }

        def created(state: State) -> tuple[State, PolicyRecord]:
            own = [one for one in state.policies.values() if one.account == self.id]
            if name.lower() in {one.name.lower() for one in own}:
                raise IamlabError(
                    f"A policy called {name} already exists. Duplicate names are not allowed.", code=EXISTS
                )
            quotas = self._world.quotas
            quotas.check("PolicySize", size(parsed))
            quotas.check("PoliciesPerAccount", len(own) + 1)
            quotas.check("TagsPerResource", len(checked))
            record = PolicyRecord(
                id=self._world.next_id("ANPA"),
                account=self.id,
                path=path,
                name=name,
                created=state.now,
                versions=(PolicyVersion(id="v1", policy=parsed, created=state.now),),
                description=description,
                tags=tuple(checked.items()),
            )
            return replace(state, policies={**state.policies, record.id: record}), record

        arn = f"arn:aws:iam::{self.id}:policy{path}{name}"
        return self._managed(self._world.make(call("iam:CreatePolicy", arn, given), created))

    def managed_policy(self, name: str) -> ManagedPolicy:
        """A managed policy by name or ARN: the account's own first, then AWS's.

        Raises IamlabError (``NoSuchEntity`` with the nearest names, ``InvalidInput`` when it is no text).
        """
        if not isinstance(name, str):
            raise IamlabError(f"Give the name or the ARN of a managed policy, not {name!r}.", code="InvalidInput")
        own = (one for one in self._world.state.policies.values() if one.account == self.id)
        record = next((one for one in own if one.name.lower() == name.lower() or one.arn == name), None)
        if record is not None:
            return self._managed(record)
        found, arn = managed_policies.find(name)
        return ManagedPolicy(self._world, name=found, arn=arn, owner="aws")

    def create_instance_profile(self, name: str, *, path: str = "/", tags: Tags = None) -> InstanceProfile:
        """Create an instance profile, empty; put a role into it with ``add_role`` (ENT-17).

        Raises IamlabError (``ValidationError``, ``EntityAlreadyExists``, ``LimitExceeded``).
        """
        names.PROFILE_NAME.check(name)
        names.PATH.check(path)
        checked = names.check_tags(tags)

        def created(state: State) -> tuple[State, str]:
            own = [one for one in state.profiles.values() if one.account == self.id]
            check_free_name(own, "Instance Profile", name)
            self._world.quotas.check("InstanceProfilesPerAccount", len(own) + 1)
            self._world.quotas.check("TagsPerResource", len(checked))
            record = InstanceProfileRecord(
                id=self._world.next_id("AIPA"),
                account=self.id,
                path=path,
                name=name,
                created=state.now,
                tags=tuple(checked.items()),
            )
            return replace(state, profiles={**state.profiles, record.id: record}), record.id

        arn = f"arn:aws:iam::{self.id}:instance-profile{path}{name}"
        given = {**_given(path, "InstanceProfileName", name), **tag_list(checked)}
        return InstanceProfile(self._world, self._world.make(call("iam:CreateInstanceProfile", arn, given), created))

    def create_mfa_device(self, name: str, *, path: str = "/", passkey: bool = False) -> MfaDevice:
        """Create a virtual MFA device, or a passkey; ``device.enable(user)`` gives it to somebody (ENT-20).

        A passkey signs in to the console and shows no codes; it is registered there, by no call. Raises IamlabError
        (``ValidationError``, ``EntityAlreadyExists``).
        """
        names.DEVICE_NAME.check(name)
        names.PATH.check(path)
        arn = f"arn:aws:iam::{self.id}:{'u2f' if passkey else 'mfa'}{path}{name}"

        def created(state: State) -> State:
            if arn in state.devices:
                raise IamlabError("MFADevice entity at the same path and name already exists.", code=EXISTS)
            seed = self._world.next_id("", SEED_LENGTH)
            record = MfaDeviceRecord(
                arn=arn, account=self.id, name=name, created=state.now, seed=seed, passkey=bool(passkey)
            )
            return replace(state, devices={**state.devices, arn: record})

        made = call("iam:CreateVirtualMFADevice", arn, _given(path, "VirtualMFADeviceName", name))
        if passkey:
            made = replace(made, service=CONSOLE, operation="RegisterPasskey", parameters={})
        self._world.perform(made, created)
        return MfaDevice(self._world, arn)

    def create_saml_provider(self, name: str) -> Provider:
        """Trust a SAML identity provider; its metadata does not matter here.

        Raises IamlabError (``ValidationError``, ``EntityAlreadyExists``).
        """
        names.SAML_NAME.check(name)
        given = {"Name": name, "SAMLMetadataDocument": "(the provider's metadata)"}
        return self._provider("CreateSAMLProvider", "saml-provider", name, given, ())

    def create_oidc_provider(self, url: str, audiences: list[str]) -> Provider:
        """Trust an OIDC identity provider: its https address, and the audiences (client IDs) it may speak for.

        Raises IamlabError (``ValidationError``, ``EntityAlreadyExists``).
        """
        host = url.removeprefix("https://").rstrip("/") if isinstance(url, str) else ""
        if not host or not str(url).startswith("https://"):
            raise IamlabError(
                f"The address of an OIDC provider begins with https://; this is {url!r}.", code=names.VALIDATION_ERROR
            )
        if not names.check_texts("clientIDList", audiences):
            raise IamlabError('Give the audiences as a list, ["sts.amazonaws.com"].', code=names.VALIDATION_ERROR)
        given = {"Url": url, "ClientIDList": list(audiences)}
        return self._provider("CreateOpenIDConnectProvider", "oidc-provider", host, given, tuple(audiences))

    def _provider(
        self, operation: str, kind: str, name: str, given: dict[str, Any], audiences: tuple[str, ...]
    ) -> Provider:
        arn = f"arn:aws:iam::{self.id}:{kind}/{name}"

        def created(state: State) -> State:
            if arn in state.providers:
                raise IamlabError(f"Provider with name {name} already exists.", code=EXISTS)
            record = ProviderRecord(arn=arn, account=self.id, name=name, created=state.now, audiences=audiences)
            return replace(state, providers={**state.providers, arn: record})

        self._world.perform(call(f"iam:{operation}", arn, given), created)
        return Provider(self._world, arn)

    def _new(
        self, rule: names.NameRule, name: str, path: str, tags: Tags, boundary: ManagedPolicy | None
    ) -> dict[str, Any]:
        """What a new identity is made of, checked."""
        checked = names.check_tags(tags, ignoring_case=True)
        return {
            "name": rule.check(name),
            "path": names.PATH.check(path),
            "tags": tuple(checked.items()),
            "boundary": check_policy(boundary, "boundary={}", self._world) if boundary is not None else "",
        }

    def _said(self, common: Mapping[str, Any]) -> dict[str, Any]:
        return {**passed(PermissionsBoundary=common["boundary"]), **tag_list(dict(common["tags"]))}

    def _create(
        self,
        kind: type[EntityRecord],
        prefix: str,
        operation: str,
        given: Mapping[str, Any],
        common: dict[str, Any],
        trust: Policy | None = None,
    ) -> str:
        """Create a user, group or role; its unique ID comes back."""
        word = kind.kind.capitalize()

        def created(state: State) -> tuple[State, str]:
            own = state.of_kind(kind, self.id)
            _check_free(own, word, common)
            self._world.quotas.check(f"{word}sPerAccount", len(own) + 1)
            self._world.quotas.check("TagsPerResource", len(common["tags"]))
            parts = dict(common)
            if common["boundary"]:
                check_attachable(state, common["boundary"], self.id)
            if trust is not None:
                self._world.quotas.check("ACLSizePerRole", size(trust))
                parts["trust"] = documents.save(state, trust, PolicyKind.TRUST)
            record = kind(id=self._world.next_id(prefix), account=self.id, created=state.now, **parts)
            return with_entity(state, record), record.id

        arn = f"arn:aws:iam::{self.id}:{kind.kind}{common['path']}{common['name']}"
        return self._world.make(call(f"iam:{operation}", arn, given), created)

    def _managed(self, record: PolicyRecord) -> ManagedPolicy:
        return ManagedPolicy(self._world, name=record.name, arn=record.arn, owner=record.account, id_=record.id)

    def __repr__(self) -> str:
        record = self._world.state.accounts.get(self.id)
        return f"<account {record.name} {self.id}>" if record else f"<unknown account {self.id}>"


def _check_free(own: Iterable[EntityRecord], word: str, common: Mapping[str, Any]) -> None:
    """Refuse a name that is taken; for a service-linked role in words of its own."""
    try:
        check_free_name(own, word, common["name"])
    except IamlabError:
        if not common.get("service"):
            raise
        raise IamlabError(
            f"Service role name {common['name']} has been taken in this account, please try a different suffix.",
            code="InvalidInput",
        ) from None


def _given(path: str, field: str, name: str) -> dict[str, Any]:
    """The parameters that name something; the path stands in them only when it is not the default."""
    return {field: name, **passed(Path=path if path != "/" else None)}


def _named(found: tuple[E, ...], word: str, name: str) -> E:
    one = next((one for one in found if one.name.lower() == str(name).lower()), None)
    if one is None:
        near = difflib.get_close_matches(str(name), [other.name for other in found], n=2, cutoff=0.5)
        hint = f" Did you mean {' or '.join(near)}?" if near else ""
        raise IamlabError(f"The {word} with name {name} cannot be found.{hint}", code="NoSuchEntity")
    return one


def _inline(name: str, policy: PolicySource) -> tuple[InlinePolicy, ...]:
    return (InlinePolicy(name=name, policy=Policy.parse(policy)),)
