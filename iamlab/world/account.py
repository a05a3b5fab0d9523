"""An AWS account: where users, groups, roles, policies and the resources of the services are made."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final, TypeVar

from iamlab.core.arn import root_arn
from iamlab.core.errors import IamlabError
from iamlab.core.policy import Policy, PolicyKind, PolicySource
from iamlab.world import documents, managed_policies, names
from iamlab.world.authorization import judge
from iamlab.world.callers import Caller, Signer
from iamlab.world.calls import Check
from iamlab.world.credentials import MfaDeviceRecord
from iamlab.world.delivery import deliver
from iamlab.world.entities import (
    EntityRecord,
    GroupRecord,
    InlinePolicy,
    InstanceProfileRecord,
    PolicyRecord,
    PolicyVersion,
    ProviderRecord,
    RoleRecord,
    SavedPolicy,
    UserRecord,
)
from iamlab.world.handles import Handle, check_no_text, of_another_lab
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
from iamlab.world.operations import call, pass_role, passed, tag_list
from iamlab.world.policies import ManagedPolicy
from iamlab.world.profiles import InstanceProfile
from iamlab.world.providers import Provider
from iamlab.world.quotas import size
from iamlab.world.resources import REGION, ResourceRecord
from iamlab.world.services import EC2, LAMBDA, SERVICES, key_tags
from iamlab.world.state import State
from iamlab.world.things import (
    Bucket,
    Function,
    Instance,
    Key,
    Queue,
    Resource,
    Secret,
    Table,
    Topic,
    arn_of,
    handle,
    with_resource,
)
from iamlab.world.trail import CONSOLE
from iamlab.world.world import World, with_entity

E = TypeVar("E", User, Group, Role)
Tags = Mapping[str, str] | None


class Account(Handle):
    """One account of a world. Names are unique in it, ignoring letter case and path (ENT-05)."""

    def __init__(self, world: World, id_: str) -> None:
        super().__init__(world, id_)
        self.id = id_

    @property
    def name(self) -> str:
        """The account's name. Raises IamlabError (``NoSuchEntity``) when the account is not in the lab any more."""
        record = self._world.state.accounts.get(self.id)
        if record is None:
            raise IamlabError(f"The account {self.id} cannot be found.", code="NoSuchEntity")
        return record.name

    @property
    def arn(self) -> str:
        """The account as a principal of a policy: all of it, not its root user alone."""
        return root_arn(self.id)

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

    @property
    def resources(self) -> tuple[Resource, ...]:
        """The resources of the services, objects in buckets included, in order of creation."""
        found = (one for one in self._world.state.resources.values() if one.account == self.id)
        return tuple(handle(self._world, one) for one in found)

    @property
    def buckets(self) -> tuple[Bucket, ...]:
        """The S3 buckets that the account owns."""
        return tuple(one for one in self.resources if isinstance(one, Bucket))

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

    # Resources of the services

    def create_bucket(self, name: str, *, policy: PolicySource | None = None, tags: Tags = None) -> Bucket:
        """Create an S3 bucket; bucket names are unique in all the world.

        Raises IamlabError (``InvalidBucketName``, ``BucketAlreadyExists``, ``BucketAlreadyOwnedByYou``), or
        PolicyError for the policy, which comes by a call of its own.
        """
        try:
            names.BUCKET_NAME.check(name)
        except IamlabError as error:
            raise IamlabError(f"The specified bucket is not valid. {error.message}", code="InvalidBucketName") from None
        bucket = Bucket(self._world, arn_of("bucket", self.id, name))
        with self._world.together():
            self._make(bucket, name, {"Bucket": name}, blocks_public=True)
            if tags:
                bucket.tag(tags)
            if policy is not None:
                bucket.put_policy(policy)
        return bucket

    def create_key(self, *, policy: PolicySource | None = None, tags: Tags = None) -> Key:
        """Create a KMS key; without a policy it gets the usual one, which lets identity policies decide (EVAL-17).

        Raises PolicyError, or IamlabError (``ValidationError``).
        """
        own = {
            "Sid": "Enable IAM User Permissions",
            "Effect": "Allow",
            "Principal": {"AWS": self.arn},
            "Action": "kms:*",
            "Resource": "*",
        }
        document = policy if policy is not None else {"Version": "2012-10-17", "Statement": [own]}
        code = SERVICES["key"].malformed
        parsed = documents.as_code(code, lambda: Policy.parse(document, PolicyKind.RESOURCE))
        checked = names.check_tags(tags)
        id_ = self._world.next_hexadecimal(32)
        name = "-".join((id_[:8], id_[8:12], id_[12:16], id_[16:20], id_[20:]))
        key = Key(self._world, arn_of("key", self.id, name))
        given = {**passed(Policy=None if policy is None else parsed.document), **key_tags(checked)}
        self._make(key, name, given, policy=parsed, tags=checked, asked="*")
        return key

    def create_queue(self, name: str, *, policy: PolicySource | None = None, tags: Tags = None) -> Queue:
        """Create an SQS queue. Raises IamlabError (``ValidationError``, ``QueueNameExists``), or PolicyError."""
        queue = Queue(self._world, arn_of("queue", self.id, name))
        checked = names.check_tags(tags)
        with self._world.together():
            self._make(queue, name, {"QueueName": name, **({"tags": checked} if checked else {})}, tags=checked)
            if policy is not None:
                queue.put_policy(policy)
        return queue

    def create_topic(self, name: str, *, policy: PolicySource | None = None, tags: Tags = None) -> Topic:
        """Create an SNS topic. Raises IamlabError (``ValidationError``, ``InvalidParameter``), or PolicyError."""
        topic = Topic(self._world, arn_of("topic", self.id, name))
        checked = names.check_tags(tags)
        with self._world.together():
            self._make(topic, name, {"Name": name, **tag_list(checked)}, tags=checked)
            if policy is not None:
                topic.put_policy(policy)
        return topic

    def create_table(self, name: str, *, tags: Tags = None) -> Table:
        """Create a DynamoDB table. Raises IamlabError (``ValidationError``, ``ResourceInUseException``)."""
        table = Table(self._world, arn_of("table", self.id, name))
        checked = names.check_tags(tags)
        given = {
            "TableName": name,
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "BillingMode": "PAY_PER_REQUEST",
            **tag_list(checked),
        }
        self._make(table, name, given, tags=checked)
        return table

    def create_secret(self, name: str, *, tags: Tags = None) -> Secret:
        """Create a secret; its ARN ends in six characters of Secrets Manager's own.

        Raises IamlabError (``ValidationError``, ``ResourceExistsException``).
        """
        names.SECRET_NAME.check(name)
        checked = names.check_tags(tags)
        taken = [one for one in self._world.state.resources.values() if one.kind == "secret" and one.account == self.id]
        exists = name in [one.name for one in taken]
        arn = arn_of("secret", self.id, f"{name}-{self._world.next_id('', 6)}")
        secret = Secret(self._world, next((one.arn for one in taken if one.name == name), arn) if exists else arn)
        given = {"Name": name, "SecretString": "(a secret)", **tag_list(checked)}
        self._make(secret, name, given, tags=checked)
        return secret

    def create_function(self, name: str, *, role: Role, tags: Tags = None) -> Function:
        """Create a Lambda function that runs as a role; the caller needs iam:PassRole on it (STS-19).

        Raises IamlabError (``ValidationError``, ``ResourceConflictException``, ``InvalidParameterValueException``
        when the role does not trust Lambda).
        """
        record = self._check_role(role)
        checked = names.check_tags(tags)
        function = Function(self._world, arn_of("function", self.id, name))
        given = {
            "FunctionName": name,
            "Role": record.arn,
            "Runtime": "python3.13",
            "Handler": "app.handler",
            "Code": {"ZipFile": "(the code)"},
            **({"Tags": checked} if checked else {}),
        }

        def trusted(state: State) -> None:
            check = Check(action="sts:AssumeRole", resource=record.arn)
            if not judge(state, Caller(Signer.SERVICE, LAMBDA), check).allowed:
                raise IamlabError(
                    "The role defined for the function cannot be assumed by Lambda.",
                    code="InvalidParameterValueException",
                )

        more = (pass_role(record.arn, LAMBDA, function.arn),)
        self._make(function, name, given, tags=checked, more=more, role=record.id, check=trusted)
        return function

    def run_instance(self, *, profile: InstanceProfile | None = None, tags: Tags = None) -> Instance:
        """Start an EC2 instance; with a profile, programs on it get the credentials of the role in it (STS-23).

        The caller needs ec2:RunInstances on everything that an instance is made of (EVAL-25), and iam:PassRole on the
        role. Raises IamlabError (``ValidationError``, ``InvalidParameterValue``).
        """
        if profile is not None:
            self._check_profile(profile)
        checked = names.check_tags(tags)
        name = "i-" + self._world.next_hexadecimal(17)
        instance = Instance(self._world, arn_of("instance", self.id, name))
        given: dict[str, Any] = {"ImageId": IMAGE, "MinCount": 1, "MaxCount": 1}
        role = profile.role if profile else None
        if profile:
            given["IamInstanceProfile"] = {"Name": profile.name}
        if checked:
            given["TagSpecifications"] = [{"ResourceType": "instance", **tag_list(checked)}]
        new, *others = instance_parts(self.id)
        parts = [Check(action="ec2:RunInstances", resource=one, account=self.id) for one in others]
        more = (*parts, *((pass_role(role.arn, EC2),) if role else ()))
        self._make(
            instance,
            name,
            given,
            tags=checked,
            more=more,
            asked=new,
            profile=profile.id if profile else "",
            after=lambda state: deliver(self._world, state, instance.arn),
        )
        return instance

    def _make(
        self,
        resource: Resource,
        name: str,
        given: Mapping[str, Any],
        *,
        tags: Mapping[str, str] | None = None,
        policy: Policy | None = None,
        more: tuple[Check, ...] = (),
        asked: str = "",
        check: Any = None,
        after: Any = None,
        **parts: Any,
    ) -> None:
        """Create a resource; ``asked`` is what the service is asked about, if not the new ARN itself."""
        service = SERVICES[resource.kind]
        if resource.kind != "bucket":
            service.rule.check(name)

        def created(state: State) -> State:
            if check:
                check(state)
            there = state.resources.get(resource.arn)
            if there is not None:
                raise _taken(resource.kind, name, there.account == self.id, service.exists)
            saved = _saved(state, policy, service.malformed) if policy else None
            record = ResourceRecord(
                arn=resource.arn,
                kind=resource.kind,
                account=self.id,
                name=name,
                created=state.now,
                tags=tuple((tags or {}).items()),
                policy=saved,
                **parts,
            )
            made = with_resource(state, record)
            return after(made) if after else made

        operation = f"{service.prefix}:{service.create}"
        made = call(operation, asked or resource.arn, given, account=self.id, tags=tags, more=more)
        self._world.perform(made, created)

    def _check_profile(self, profile: object) -> None:
        own = [one.name for one in self.instance_profiles]
        if profile in own:
            check_no_text(profile, "profile", "profile={}", f"account.instance_profiles[{own.index(str(profile))}]")
        if not (
            isinstance(profile, InstanceProfile) and profile.exists_in(self._world) and profile.account_id == self.id
        ):
            raise IamlabError(
                f"Value ({profile!r}) for parameter iamInstanceProfile is invalid. EC2 is given an instance profile "
                "of the account, not the role itself: account.create_instance_profile(name).add_role(role)."
                + of_another_lab(profile, self._world),
                code="InvalidParameterValue",
            )

    def _check_role(self, role: object) -> RoleRecord:
        check_no_text(role, "role", "role={}", "account.role({})", (one.name for one in self.roles))
        if not isinstance(role, Role):
            raise IamlabError(f"{role!r} is no role. Take one with account.role(name).", code="InvalidInput")
        if not role.exists_in(self._world) or role.account_id != self.id:
            why = of_another_lab(role, self._world)
            raise IamlabError(f"Cross-account pass role is not allowed.{why}", code="AccessDeniedException")
        return self._world.entity(role.id, RoleRecord)

    # What creating identities has in common

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


SEED_LENGTH: Final = 32
IMAGE: Final = "ami-0abcdef1234567890"
PARTS: Final = (
    f"image/{IMAGE}",
    "network-interface/*",
    "security-group/sg-0abcdef1234567890",
    "subnet/subnet-0abcdef1234567890",
    "volume/*",
)
"""What an instance is made of besides itself: RunInstances is judged on each (EVAL-25)."""


def instance_parts(account: str) -> tuple[str, ...]:
    """All that RunInstances is judged on in an account: the new instance first, then what it is made of."""
    owned = (f"arn:aws:ec2:{REGION}:{'' if one.startswith('image/') else account}:{one}" for one in PARTS)
    return (f"arn:aws:ec2:{REGION}:{account}:instance/*", *owned)


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


def _inline(name: str, policy: PolicySource) -> Any:
    return (InlinePolicy(name=name, policy=Policy.parse(policy)),)


def _saved(state: State, policy: Policy, code: str) -> SavedPolicy:
    return documents.as_code(code, lambda: documents.save(state, policy, PolicyKind.RESOURCE))


def _taken(kind: str, name: str, mine: bool, code: str) -> IamlabError:
    if kind == "bucket":
        return IamlabError(
            f"The bucket {name} already exists" + (" and you own it." if mine else ". Choose another name."),
            code="BucketAlreadyOwnedByYou" if mine else "BucketAlreadyExists",
        )
    return IamlabError(f"The {kind} {name} already exists.", code=code)
