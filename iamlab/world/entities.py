"""What IAM keeps: immutable records, known by their unique IDs and pointing at one another by them.

A record is replaced, never changed, so whoever holds one holds a moment of the world. Instants are in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from iamlab.core.policy import Policy

Tags = tuple[tuple[str, str], ...]
"""Keys and values, in the order in which they were set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InlinePolicy:
    """A policy embedded in one user, group or role (ENT-12)."""

    name: str
    policy: Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRecord:
    """An AWS account: its twelve digits and its name."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityRecord:
    """What users, groups and roles share. ``attached`` holds ARNs of managed policies, in order of attachment.

    ``boundary`` is the ARN of a managed policy, empty without one; ``tags`` and ``boundary`` are never a group's
    (ENT-07, ENT-18).
    """

    id: str
    account: str
    path: str
    name: str
    created: datetime
    inline: tuple[InlinePolicy, ...] = ()
    attached: tuple[str, ...] = ()
    boundary: str = ""
    tags: Tags = ()
    kind: ClassVar[str]

    @property
    def arn(self) -> str:
        """The ARN, path included (ENT-02)."""
        return f"arn:aws:iam::{self.account}:{self.kind}{self.path}{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRecord(EntityRecord):
    """An IAM user; ``groups`` holds the unique IDs of its groups, in order of joining.

    ``console`` says whether it has a login profile, that is, a password for the console.
    """

    kind: ClassVar[str] = "user"
    groups: tuple[str, ...] = ()
    console: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRecord(EntityRecord):
    """An IAM group; who is in it stands with the users (ENT-07)."""

    kind: ClassVar[str] = "group"


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedPolicy:
    """A policy that names principals, as it was saved.

    AWS stores users and roles by their unique IDs, so ``stored`` pairs each such ARN with the ID that it had then:
    a namesake made later is another (STS-22).
    """

    policy: Policy
    stored: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRecord(EntityRecord):
    """An IAM role with its one trust policy (ENT-10); ``service`` is that of a service-linked role (EVAL-21)."""

    kind: ClassVar[str] = "role"
    trust: SavedPolicy
    max_session_duration: int = 3600  # seconds
    description: str = ""
    service: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyVersion:
    """One version of a managed policy; ``id`` is v1, v2, ... and is never given twice (ENT-11)."""

    id: str
    policy: Policy
    created: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRecord:
    """A customer managed policy; only its default version is in force (ENT-11)."""

    id: str
    account: str
    path: str
    name: str
    created: datetime
    versions: tuple[PolicyVersion, ...]
    default: str = "v1"
    latest: int = 1  # the highest number given so far
    description: str = ""
    tags: Tags = ()
    kind: ClassVar[str] = "policy"

    @property
    def arn(self) -> str:
        """Its ARN (ENT-02)."""
        return f"arn:aws:iam::{self.account}:policy{self.path}{self.name}"

    @property
    def policy(self) -> Policy:
        """The document in force."""
        return self.version(self.default).policy

    def version(self, id_: str) -> PolicyVersion:
        """The version of that ID; StopIteration when there is none."""
        return next(one for one in self.versions if one.id == id_)


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceProfileRecord:
    """What EC2 is given: a container for one role, known here by its unique ID (ENT-17)."""

    id: str
    account: str
    path: str
    name: str
    created: datetime
    role: str = ""
    tags: Tags = ()
    kind: ClassVar[str] = "instance-profile"

    @property
    def arn(self) -> str:
        """Its ARN (ENT-02)."""
        return f"arn:aws:iam::{self.account}:instance-profile{self.path}{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderRecord:
    """An identity provider that an account trusts: SAML by its name, OIDC by its host and path (ENT-02)."""

    arn: str
    account: str
    name: str
    created: datetime
    audiences: tuple[str, ...] = ()  # the client IDs of an OIDC provider
    tags: Tags = ()
    kind: ClassVar[str] = "identity provider"
