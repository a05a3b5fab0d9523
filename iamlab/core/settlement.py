"""How the layers come together: within one account, across accounts, and for callers of every kind (EVAL-26)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final, NamedTuple

from iamlab.core.layers import Decision, Verdict
from iamlab.core.naming import Naming
from iamlab.core.policy_set import PolicySet
from iamlab.core.request import PrincipalType, Request

FREE_ACTIONS: Final = frozenset({"sts:getcalleridentity", "sts:getsessiontoken"})
"""They need no permission, and no policy has an effect on them (EVAL-24)."""
SET_SOURCE_IDENTITY: Final = "sts:setsourceidentity"


class Reason(Enum):
    """Every way in which a request is settled: the decision, the layer that was silent, and the rule.

    No two are equal in all three: members of an Enum with equal values would be one.
    """

    FREE = (Decision.ALLOW, "", "EVAL-24")
    DENIED = (Decision.EXPLICIT_DENY, "", "EVAL-03")

    SCP_SILENT = (Decision.IMPLICIT_DENY, "scps", "EVAL-06")
    SCP_MISSING = (Decision.IMPLICIT_DENY, "scps", "EVAL-27")
    ENDPOINT_SILENT = (Decision.IMPLICIT_DENY, "endpoint", "EVAL-23")
    TRUST_SILENT = (Decision.IMPLICIT_DENY, "resource", "EVAL-16")
    TRUST_ALONE = (Decision.IMPLICIT_DENY, "identity", "EVAL-16")  # it names the account, and nobody there allows
    KEY_SILENT = (Decision.IMPLICIT_DENY, "resource", "EVAL-17")
    FOREIGN_RESOURCE_SILENT = (Decision.IMPLICIT_DENY, "resource", "EVAL-13")
    SERVICE_SILENT = (Decision.IMPLICIT_DENY, "resource", "EVAL-20")
    ANONYMOUS_SILENT = (Decision.IMPLICIT_DENY, "resource", "EVAL-19")
    NO_POLICY = (Decision.IMPLICIT_DENY, "identity", "ENT-08")
    IDENTITY_SILENT = (Decision.IMPLICIT_DENY, "identity", "EVAL-02")
    FOREIGN_IDENTITY_SILENT = (Decision.IMPLICIT_DENY, "identity", "EVAL-13")
    BOUNDARY_SILENT = (Decision.IMPLICIT_DENY, "boundary", "EVAL-09")
    FOREIGN_BOUNDARY_SILENT = (Decision.IMPLICIT_DENY, "boundary", "EVAL-13")
    SESSION_SILENT = (Decision.IMPLICIT_DENY, "session", "EVAL-09")
    FOREIGN_SESSION_SILENT = (Decision.IMPLICIT_DENY, "session", "EVAL-13")
    NO_SESSION_POLICY = (Decision.IMPLICIT_DENY, "session", "EVAL-22")

    ROOT = (Decision.ALLOW, "", "EVAL-14")
    SERVICE = (Decision.ALLOW, "", "EVAL-20")
    ANONYMOUS = (Decision.ALLOW, "", "EVAL-19")
    TRUST = (Decision.ALLOW, "", "EVAL-16")
    KEY = (Decision.ALLOW, "", "EVAL-17")
    FOREIGN = (Decision.ALLOW, "", "EVAL-13")
    RESOURCE = (Decision.ALLOW, "", "EVAL-10")
    IDENTITY = (Decision.ALLOW, "", "EVAL-08")
    INTERSECTION = (Decision.ALLOW, "", "EVAL-07")

    def __init__(self, decision: Decision, silent: str, rule: str) -> None:
        self.decision = decision
        self.silent = silent
        self.rule = rule


class Paths(NamedTuple):
    """By which ways a request within one account, or across two, can be granted, and which of them are open.

    ``direct``: the resource policy is enough by itself. ``behind``: it names what stands behind the caller, so
    boundary and session policies still limit. ``identity``: identity policies allow, and may. ``limits``: boundary
    and session policies allow.
    """

    direct: bool
    behind: bool
    identity: bool
    limits: bool

    @property
    def open(self) -> bool:
        """Whether one of them is open."""
        return self.direct or ((self.behind or self.identity) and self.limits)


def target(request: Request) -> str:
    """``trust`` for a role to be assumed, ``key`` for a KMS key, whose policies must allow (EVAL-15); else nothing."""
    wanted = _TARGETS.get(request.action[:4].lower())
    return wanted[1] if wanted and kind_of(request.resource) == wanted[0] else ""


_TARGETS: Final = {"sts:": ("role", "trust"), "kms:": ("key", "key")}
"""By the service that is asked: the kind of resource whose own policy must allow, and what that policy is."""


def kind_of(resource: str) -> str:
    """``role`` or ``key`` for an ARN of such a resource, of which ``target`` may speak; else nothing."""
    return "role" if ":role/" in resource else "key" if ":key/" in resource else ""


def paths(request: Request, policies: PolicySet, said: Mapping[str, Verdict]) -> Paths:
    """The ways to an allow within one account (EVAL-10, EVAL-15, EVAL-26)."""
    named = said["resource"].naming if "resource" in said else Naming.NOT_AT_ALL
    identity = _grants(said)
    limits = _allows(said, "boundary") and _allows(said, "session") and not _no_session_policy(request, policies)
    if not named:
        return Paths(False, False, identity and not target(request), limits)
    kind = target(request)
    if kind == "trust" and both_sides(request):
        return Paths(False, False, identity, limits)
    # A user's own ARN in a trust policy is enough only within its boundary (UNSURE-22).
    user_in_trust = kind == "trust" and request.principal.type is PrincipalType.USER
    everyone = Naming.EVERYONE in named and not _no_session_policy(request, policies)  # UNSURE-31
    direct = Naming.DIRECTLY in named
    return Paths(
        direct=everyone or (direct and not user_in_trust),
        behind=Naming.BEHIND in named or (direct and user_in_trust),
        identity=identity and (not kind or Naming.ACCOUNT in named),
        limits=limits,
    )


def _grants(said: Mapping[str, Verdict]) -> bool:
    """Whether the caller's identity policies allow, by themselves."""
    return "identity" in said and said["identity"].decision is Decision.ALLOW


def _allows(said: Mapping[str, Verdict], layer: str) -> bool:
    return layer not in said or said[layer].decision is Decision.ALLOW


def _no_session_policy(request: Request, policies: PolicySet) -> bool:
    """A federated user without a session policy may do nothing of its own (EVAL-22)."""
    return request.principal.type is PrincipalType.FEDERATED_USER and policies.session is None


def both_sides(request: Request) -> bool:
    """Whether a source identity must be allowed by identity and trust policy alike: when chaining (EVAL-16)."""
    setting = request.action.lower() == SET_SOURCE_IDENTITY
    return setting and request.principal.type is PrincipalType.ROLE_SESSION


def settle(request: Request, policies: PolicySet, said: Mapping[str, Verdict]) -> Reason:
    """What the layers' own verdicts come to."""
    if any(verdict.decision is Decision.EXPLICIT_DENY for verdict in said.values()):
        return Reason.DENIED
    if not _allows(said, "scps"):
        return Reason.SCP_SILENT if all(policies.scps or ()) else Reason.SCP_MISSING
    if not _allows(said, "endpoint"):
        return Reason.ENDPOINT_SILENT
    named = said["resource"].naming if "resource" in said else Naming.NOT_AT_ALL
    type_ = request.principal.type
    if type_ in _BY_RESOURCE_ALONE:
        return _by_resource_alone(request, type_, named)
    if not request.same_account:
        return _across_accounts(request, policies, said, named)
    if type_ is PrincipalType.ROOT:
        if target(request) == "key":
            return Reason.KEY if named else Reason.KEY_SILENT
        return Reason.ROOT
    return _within_account(request, policies, said, named)


_BY_RESOURCE_ALONE: Final = (PrincipalType.SERVICE, PrincipalType.PROVIDER, PrincipalType.ANONYMOUS)


def _by_resource_alone(request: Request, type_: PrincipalType, named: Naming) -> Reason:
    """Services, identity providers and anonymous callers (EVAL-16, EVAL-19, EVAL-20)."""
    enough = named if type_ is not PrincipalType.PROVIDER else named & Naming.DIRECTLY
    if target(request) == "trust":
        return Reason.TRUST if enough else Reason.TRUST_SILENT
    if type_ is PrincipalType.ANONYMOUS:
        return Reason.ANONYMOUS if enough else Reason.ANONYMOUS_SILENT
    return Reason.SERVICE if enough else Reason.SERVICE_SILENT


def _within_account(request: Request, policies: PolicySet, said: Mapping[str, Verdict], named: Naming) -> Reason:
    found = paths(request, policies, said)
    kind = target(request)
    if found.open:
        if kind:
            return Reason.TRUST if kind == "trust" else Reason.KEY
        if not (found.identity and found.limits):
            return Reason.RESOURCE
        return Reason.INTERSECTION if "boundary" in said or "session" in said else Reason.IDENTITY
    if kind and not named:
        return Reason.TRUST_SILENT if kind == "trust" else Reason.KEY_SILENT
    if not (_grants(said) or found.behind):  # a key's policy may leave an identity policy without effect
        if kind == "trust":
            return Reason.TRUST_ALONE
        return Reason.IDENTITY_SILENT if policies.identity else Reason.NO_POLICY
    if not _allows(said, "boundary"):
        return Reason.BOUNDARY_SILENT
    return Reason.NO_SESSION_POLICY if _no_session_policy(request, policies) else Reason.SESSION_SILENT


def _across_accounts(request: Request, policies: PolicySet, said: Mapping[str, Verdict], named: Naming) -> Reason:
    """Both accounts must allow, and nothing that the resource's account says goes past the caller's (EVAL-13)."""
    trust = target(request) == "trust"
    if not named:
        return Reason.TRUST_SILENT if trust else Reason.FOREIGN_RESOURCE_SILENT
    if request.principal.type is not PrincipalType.ROOT:
        if not _grants(said):
            return Reason.FOREIGN_IDENTITY_SILENT
        if not _allows(said, "boundary"):
            return Reason.FOREIGN_BOUNDARY_SILENT
        if _no_session_policy(request, policies):
            return Reason.NO_SESSION_POLICY
        if not _allows(said, "session"):
            return Reason.FOREIGN_SESSION_SILENT
    return Reason.TRUST if trust else Reason.FOREIGN
