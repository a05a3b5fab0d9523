"""What the world is made of: immutable records, known by their unique IDs and pointing at one another by them.

A record is replaced, never changed, so whoever holds one holds a moment of the world.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from iamlab.core.policy import Policy


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
    """What users, groups and roles share. ``attached`` holds ARNs of managed policies, in order of attachment."""

    id: str
    account: str
    path: str
    name: str
    inline: tuple[InlinePolicy, ...] = ()
    attached: tuple[str, ...] = ()
    kind: ClassVar[str]

    @property
    def arn(self) -> str:
        """The ARN, path included (ENT-02)."""
        return f"arn:aws:iam::{self.account}:{self.kind}{self.path}{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRecord(EntityRecord):
    """An IAM user; ``groups`` holds the unique IDs of its groups, in order of joining."""

    kind: ClassVar[str] = "user"
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRecord(EntityRecord):
    """An IAM group; who is in it stands with the users (ENT-07)."""

    kind: ClassVar[str] = "group"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRecord(EntityRecord):
    """An IAM role with its one trust policy (ENT-10)."""

    kind: ClassVar[str] = "role"
    trust: Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRecord:
    """A customer managed policy."""

    id: str
    account: str
    path: str
    name: str
    policy: Policy

    @property
    def arn(self) -> str:
        """Its ARN (ENT-02)."""
        return f"arn:aws:iam::{self.account}:policy{self.path}{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketRecord:
    """An S3 bucket: its name, unique in all the world, and the account that owns it."""

    name: str
    account: str

    @property
    def arn(self) -> str:
        """The ARN of the bucket itself."""
        return f"arn:aws:s3:::{self.name}"
