"""AWS's quotas (ENT-13): how many there may be of each, and how long a policy."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from iamlab.core.errors import IamlabError
from iamlab.core.policy import Policy, PolicyKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotas:
    """The quotas of every account of a world; AWS's defaults unless a lab is made with others.

    Those for policies are characters, white space between the parts of the JSON not counted (ENT-14, UNSURE-1). A
    target of SCPs and RCPs is a root, a unit or an account.
    """

    UsersPerAccount: int = 5000
    GroupsPerAccount: int = 300
    RolesPerAccount: int = 1000
    PoliciesPerAccount: int = 1500
    InstanceProfilesPerAccount: int = 1000
    PoliciesPerUser: int = 10
    PoliciesPerRole: int = 20
    PoliciesPerGroup: int = 10
    GroupsPerUser: int = 10
    AccessKeysPerUser: int = 2
    MFADevicesPerUser: int = 8
    TagsPerResource: int = 50
    VersionsPerPolicy: int = 5
    SCPsPerTarget: int = 10
    RCPsPerTarget: int = 5
    PolicySize: int = 6144
    ACLSizePerRole: int = 2048
    InlineSizePerUser: int = 2048
    InlineSizePerRole: int = 10240
    InlineSizePerGroup: int = 5120
    ServiceControlPolicySize: int = 10240
    ResourceControlPolicySize: int = 5120

    def check(self, name: str, amount: int) -> None:
        """Refuse an amount above the quota of that name.

        Raises IamlabError (``LimitExceeded``) with AWS's text (ENT-15).
        """
        quota = getattr(self, name)
        if amount > quota:
            raise IamlabError(f"Cannot exceed quota for {name}: {quota}", code="LimitExceeded")

    def check_inline(self, kind: str, name: str, policies: Iterable[Policy]) -> None:
        """The inline policies of one user, group or role count together."""
        quota = getattr(self, f"InlineSizePer{kind.capitalize()}")
        if sum(map(size, policies)) > quota:
            raise IamlabError(f"Maximum policy size of {quota} bytes exceeded for {kind} {name}", code="LimitExceeded")

    def control_policy_size(self, kind: PolicyKind) -> int:
        """The longest SCP or RCP, white space included (ENT-14)."""
        return self.ServiceControlPolicySize if kind is PolicyKind.SCP else self.ResourceControlPolicySize

    def control_policies(self, kind: PolicyKind) -> int:
        """How many SCPs or RCPs there may be on one root, unit or account."""
        return self.SCPsPerTarget if kind is PolicyKind.SCP else self.RCPsPerTarget


def size(policy: Policy) -> int:
    """The characters of a document that count: white space inside strings does, other white space does not."""
    return len(json.dumps(policy.document, separators=(",", ":"), ensure_ascii=False))
