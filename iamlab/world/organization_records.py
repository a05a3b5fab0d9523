"""Organizations as the world keeps them: the tree of units, its accounts, and the policies attached to both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from iamlab.core.matching import NamedPolicy
from iamlab.core.policy import Policy, PolicyKind

FULL_ACCESS: Final = "p-FullAWSAccess"
"""The policy that stands at every level once SCPs are in use (EVAL-27); AWS's own, the same everywhere."""
RCP_FULL_ACCESS: Final = "p-RCPFullAWSAccess"
_ALLOW_ALL: Final = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
_RCP_ALL: Final = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlPolicyRecord:
    """A service control policy or resource control policy."""

    id: str
    name: str
    kind: PolicyKind
    policy: Policy
    organization: str = ""  # empty: AWS's own
    management_account: str = ""

    @property
    def arn(self) -> str:
        """The ARN; AWS's own belong to no organization."""
        word = WORDS[self.kind]
        owner = "aws" if not self.organization else self.management_account
        inside = f"/{self.organization}" if self.organization else ""
        return f"arn:aws:organizations::{owner}:policy{inside}/{word}/{self.id}"


WORDS: Final = {PolicyKind.SCP: "service_control_policy", PolicyKind.RCP: "resource_control_policy"}
TYPES: Final = {PolicyKind.SCP: "SERVICE_CONTROL_POLICY", PolicyKind.RCP: "RESOURCE_CONTROL_POLICY"}
"""AWS's words for the two types, in ARNs and in calls."""

AWS_OWN: Final = {
    FULL_ACCESS: ControlPolicyRecord(
        id=FULL_ACCESS,
        name="FullAWSAccess",
        kind=PolicyKind.SCP,
        policy=Policy.parse(_ALLOW_ALL, PolicyKind.SCP),
    ),
    RCP_FULL_ACCESS: ControlPolicyRecord(
        id=RCP_FULL_ACCESS,
        name="RCPFullAWSAccess",
        kind=PolicyKind.RCP,
        policy=Policy.parse(_RCP_ALL, PolicyKind.RCP),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitRecord:
    """An organizational unit; ``parent`` is the ID of the root or of another unit."""

    id: str
    name: str
    parent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizationRecord:
    """One organization.

    ``parents`` says under which root or unit each account is. ``attached`` holds the IDs of control policies by target
    (root, unit, account). A type that is not in ``enabled`` has no say.
    """

    id: str
    root: str
    management_account: str
    units: dict[str, UnitRecord] = field(default_factory=dict)
    parents: dict[str, str] = field(default_factory=dict)
    policies: dict[str, ControlPolicyRecord] = field(default_factory=dict)
    attached: dict[str, tuple[str, ...]] = field(default_factory=dict)
    enabled: tuple[PolicyKind, ...] = ()

    def way_to(self, account: str) -> tuple[str, ...]:
        """The root, the units and the account, from the root down."""
        found = [account]
        while found[-1] != self.root:
            last = found[-1]
            found.append(self.units[last].parent if last in self.units else self.parents[last])
        return tuple(reversed(found))

    def path_to(self, account: str) -> str:
        """What ``aws:PrincipalOrgPaths`` says: ``o-.../r-.../ou-.../``."""
        return "/".join((self.id, *self.way_to(account)[:-1])) + "/"

    def policy(self, id_: str) -> ControlPolicyRecord:
        """A control policy of this organization, or one of AWS's own; KeyError otherwise."""
        return AWS_OWN[id_] if id_ in AWS_OWN else self.policies[id_]

    def levels(self, kind: PolicyKind, account: str) -> tuple[tuple[NamedPolicy, ...], ...] | None:
        """The policies of one type that bind an account, one tuple for each level from the root down (EVAL-06).

        None when the type is not in use.
        """
        if kind not in self.enabled:
            return None
        return tuple(tuple(self._at(target, kind)) for target in self.way_to(account))

    def _at(self, target: str, kind: PolicyKind) -> Iterator[NamedPolicy]:
        for id_ in self.attached.get(target, ()):
            record = self.policy(id_)
            if record.kind is kind:
                yield NamedPolicy(name=record.name, policy=record.policy, via=self.name_of(target), arn=record.arn)

    def name_of(self, target: str) -> str:
        """A level in words: the root, a unit's name, or the account's number."""
        if target == self.root:
            return "Root"
        return self.units[target].name if target in self.units else target
