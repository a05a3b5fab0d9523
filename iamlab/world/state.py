"""The state of a world at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, TypeVar

from iamlab.world.credentials import AccessKeyRecord, MfaDeviceRecord, SessionRecord
from iamlab.world.entities import (
    AccountRecord,
    EntityRecord,
    InstanceProfileRecord,
    PolicyRecord,
    ProviderRecord,
    UserRecord,
)
from iamlab.world.organization_records import OrganizationRecord
from iamlab.world.resources import ResourceRecord
from iamlab.world.trail import TrailEntry

START: Final = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
"""When a world begins, unless it is told otherwise: a Monday morning."""

R = TypeVar("R", bound=EntityRecord)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Everything there is at one moment. Never changed: a change makes a new one.

    ``entities``, ``policies`` and ``profiles`` are keyed by unique ID, ``keys`` and ``sessions`` by access key ID,
    ``devices``, ``providers`` and ``resources`` by ARN. The trail tells of attempts as well, so two states that differ
    in it alone are equal.
    """

    now: datetime = START
    accounts: Mapping[str, AccountRecord] = field(default_factory=dict)
    entities: Mapping[str, EntityRecord] = field(default_factory=dict)
    policies: Mapping[str, PolicyRecord] = field(default_factory=dict)
    profiles: Mapping[str, InstanceProfileRecord] = field(default_factory=dict)
    providers: Mapping[str, ProviderRecord] = field(default_factory=dict)
    keys: Mapping[str, AccessKeyRecord] = field(default_factory=dict)
    devices: Mapping[str, MfaDeviceRecord] = field(default_factory=dict)
    sessions: Mapping[str, SessionRecord] = field(default_factory=dict)
    resources: Mapping[str, ResourceRecord] = field(default_factory=dict)
    organizations: Mapping[str, OrganizationRecord] = field(default_factory=dict)
    trail: tuple[TrailEntry, ...] = field(default=(), compare=False)
    _at: dict[str, EntityRecord] = field(default_factory=dict, init=False, repr=False, compare=False)  # by ARN

    def of_kind(self, kind: type[R], account: str | None = None) -> tuple[R, ...]:
        """The users, groups or roles of one account, or of all, in order of creation."""
        return tuple(one for one in self.entities.values() if isinstance(one, kind) and account in (None, one.account))

    def members(self, group_id: str) -> tuple[UserRecord, ...]:
        """The users in a group."""
        return tuple(user for user in self.of_kind(UserRecord) if group_id in user.groups)

    def entity_at(self, arn: str) -> EntityRecord | None:
        """The user, group or role of that ARN, letter case included."""
        if not self._at:  # made when first asked for: a state never changes
            self._at.update((one.arn, one) for one in self.entities.values())
        return self._at.get(arn)

    def policy_at(self, arn: str) -> PolicyRecord | None:
        """The customer managed policy of that ARN."""
        return next((one for one in self.policies.values() if one.arn == arn), None)

    def holders_of(self, arn: str) -> tuple[EntityRecord, ...]:
        """Whom a managed policy is attached to."""
        return tuple(one for one in self.entities.values() if arn in one.attached)

    def keys_of(self, owner: str) -> tuple[AccessKeyRecord, ...]:
        """The access keys of a user's unique ID, or of an account's number."""
        return tuple(one for one in self.keys.values() if one.owner == owner)

    def devices_of(self, owner: str) -> tuple[MfaDeviceRecord, ...]:
        """The MFA devices of a user's unique ID, or of an account's number."""
        return tuple(one for one in self.devices.values() if one.owner == owner)

    def organization_of(self, account: str) -> OrganizationRecord | None:
        """The organization that an account is in."""
        return next((one for one in self.organizations.values() if account in one.parents), None)
