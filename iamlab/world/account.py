"""An AWS account: where users, groups, roles, policies and buckets are made."""

from __future__ import annotations

from iamlab.core.errors import IamlabError, PolicyError
from iamlab.core.policy import Policy, PolicyKind, PolicySource
from iamlab.world import managed_policies, names
from iamlab.world.entities import (
    BucketRecord,
    EntityRecord,
    GroupRecord,
    PolicyRecord,
    RoleRecord,
    UserRecord,
)
from iamlab.world.identities import Group, Role, Root, User
from iamlab.world.policies import ManagedPolicy
from iamlab.world.resources import Bucket
from iamlab.world.state import World
from iamlab.world.trail import Step


class Account:
    """One account of a world. Names are unique in it, ignoring letter case and path (ENT-05)."""

    def __init__(self, world: World, id_: str) -> None:
        self._world = world
        self.id = id_

    @property
    def name(self) -> str:
        """The account's name."""
        return self._world.state.accounts[self.id].name

    @property
    def root(self) -> Root:
        """The root user; every account has one from the start (ENT-06)."""
        return Root(self.id)

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
    def buckets(self) -> tuple[Bucket, ...]:
        """The S3 buckets that the account owns."""
        found = (one for one in self._world.state.buckets.values() if one.account == self.id)
        return tuple(Bucket(name=one.name, account_id=one.account) for one in found)

    def create_user(self, name: str, *, path: str = "/") -> User:
        """Create a user, who can do nothing yet (ENT-08).

        Raises IamlabError (``ValidationError``, ``EntityAlreadyExists``).
        """
        self._check_new(UserRecord, names.USER_NAME, name, path)
        record = UserRecord(id=self._world.next_id("AIDA"), account=self.id, path=path, name=name)
        self._world.add(_step("CreateUser", path, UserName=name), record)
        return User(self._world, record.id)

    def create_group(self, name: str, *, path: str = "/") -> Group:
        """Create a group without members and policies.

        Raises IamlabError (``ValidationError``, ``EntityAlreadyExists``).
        """
        self._check_new(GroupRecord, names.GROUP_NAME, name, path)
        record = GroupRecord(id=self._world.next_id("AGPA"), account=self.id, path=path, name=name)
        self._world.add(_step("CreateGroup", path, GroupName=name), record)
        return Group(self._world, record.id)

    def create_role(self, name: str, *, trust: PolicySource, path: str = "/") -> Role:
        """Create a role that the principals in ``trust`` may assume, and that may do nothing yet.

        Raises IamlabError (``ValidationError``, ``EntityAlreadyExists``), or PolicyError for the trust policy.
        """
        self._check_new(RoleRecord, names.ROLE_NAME, name, path)
        parsed = Policy.parse(trust, PolicyKind.TRUST)
        self._check_principals(parsed)
        record = RoleRecord(id=self._world.next_id("AROA"), account=self.id, path=path, name=name, trust=parsed)
        step = _step("CreateRole", path, RoleName=name, AssumeRolePolicyDocument=parsed.document)
        self._world.add(step, record)
        return Role(self._world, record.id)

    def create_policy(self, name: str, document: PolicySource, *, path: str = "/") -> ManagedPolicy:
        """Create a customer managed policy, ready to be attached.

        Raises IamlabError (``ValidationError``, ``EntityAlreadyExists``), or PolicyError for the document.
        """
        names.POLICY_NAME.check(name)
        names.POLICY_PATH.check(path)
        parsed = Policy.parse(document, PolicyKind.MANAGED)
        if self._own_policy(name) is not None:
            raise IamlabError(f"A policy called {name} already exists. Duplicate names are not allowed.", code=EXISTS)
        record = PolicyRecord(id=self._world.next_id("ANPA"), account=self.id, path=path, name=name, policy=parsed)
        self._world.add(_step("CreatePolicy", path, PolicyName=name, PolicyDocument=parsed.document), record)
        return _managed(record)

    def managed_policy(self, name: str) -> ManagedPolicy:
        """A managed policy by name or ARN: the account's own first, then AWS's.

        Raises IamlabError (``NoSuchEntity`` with the nearest names, ``InvalidInput`` when it is no text).
        """
        if not isinstance(name, str):
            raise IamlabError(f"Give the name or the ARN of a managed policy, not {name!r}.", code="InvalidInput")
        own = self._own_policy(name)
        if own is not None:
            return _managed(own)
        found, arn = managed_policies.find(name)
        return ManagedPolicy(name=found, arn=arn, owner="aws", policy=managed_policies.document(found))

    def create_bucket(self, name: str) -> Bucket:
        """Create an S3 bucket; bucket names are unique in all the world.

        Raises IamlabError (``InvalidBucketName``, ``BucketAlreadyExists``, ``BucketAlreadyOwnedByYou``).
        """
        try:
            names.BUCKET_NAME.check(name)
        except IamlabError as error:
            raise IamlabError(f"The specified bucket is not valid. {error.message}", code="InvalidBucketName") from None
        owner = self._world.state.buckets.get(name)
        if owner is not None:
            mine = owner.account == self.id
            raise IamlabError(
                f"The bucket {name} already exists" + (" and you own it." if mine else ". Choose another name."),
                code="BucketAlreadyOwnedByYou" if mine else "BucketAlreadyExists",
            )
        record = BucketRecord(name=name, account=self.id)
        step = Step(service="s3", operation="CreateBucket", parameters={"Bucket": name})
        self._world.commit(step, buckets={**self._world.state.buckets, name: record})
        return Bucket(name=name, account_id=self.id)

    def _check_new(self, kind: type[EntityRecord], rule: names.NameRule, name: str, path: str) -> None:
        rule.check(name)
        names.PATH.check(path)
        taken = {one.name.lower() for one in self._world.state.of_kind(kind, self.id)}
        if name.lower() in taken:
            word = kind.kind.capitalize()
            raise IamlabError(f"{word} with name {name} already exists.", code=EXISTS)

    def _check_principals(self, trust: Policy) -> None:
        """Users and roles that a trust policy names must exist, where the world knows their account (POL-23)."""
        state = self._world.state
        existing = {one.arn for one in state.of_kind(UserRecord)} | {one.arn for one in state.of_kind(RoleRecord)}
        for kind, name in (pair for statement in trust.statements for pair in statement.principals):
            known_account = any(f"::{account}:" in name for account in state.accounts)
            if kind == "AWS" and known_account and (":user/" in name or ":role/" in name) and name not in existing:
                raise PolicyError(
                    f'Invalid principal in policy: "{kind}":"{name}"',
                    problem=f"there is no {name.rpartition(':')[2]} in that account.",
                    remedy="Create it first; a role cannot name itself before it exists.",
                    path="Statement",
                    value=name,
                )

    def _own_policy(self, name: str) -> PolicyRecord | None:
        own = (one for one in self._world.state.policies.values() if one.account == self.id)
        return next((one for one in own if one.name.lower() == name.lower() or one.arn == name), None)

    def __repr__(self) -> str:
        return f"<account {self.name} {self.id}>"


EXISTS = "EntityAlreadyExists"


def _managed(record: PolicyRecord) -> ManagedPolicy:
    return ManagedPolicy(name=record.name, arn=record.arn, owner=record.account, policy=record.policy)


def _step(operation: str, path: str, **parameters: object) -> Step:
    """A step of IAM; the path stands in it only when it is not the default."""
    given = {"Path": path} if path != "/" else {}
    return Step(service="iam", operation=operation, parameters={**parameters, **given})
