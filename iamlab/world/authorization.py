"""May this caller do this? The world's answer: the request with all that the world knows of it, and every policy
that has a say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from iamlab import catalog
from iamlab.core import messages
from iamlab.core.arn import Arn
from iamlab.core.errors import IamlabError
from iamlab.core.evaluation import Evaluation, evaluate
from iamlab.core.matching import NamedPolicy
from iamlab.core.policy import PolicyKind
from iamlab.core.policy_set import Level, PolicySet
from iamlab.core.request import Request
from iamlab.world import documents
from iamlab.world.callers import Caller, Identification, Signer, identify, instant
from iamlab.world.calls import Check
from iamlab.world.entities import EntityRecord, RoleRecord, Tags
from iamlab.world.organization_records import OrganizationRecord
from iamlab.world.resources import REGION, ResourceRecord
from iamlab.world.state import State

TRUST_POLICY: Final = "trust policy"


class AccessDeniedError(IamlabError):
    """A call that was not allowed; ``evaluation`` says why.

    The code is that of the service that was called: iam:PassRole is a permission and no call (STS-18, STS-19).
    """

    def __init__(self, evaluation: Evaluation, service: str) -> None:
        super().__init__(evaluation.error_message, code=messages.error_code(service))
        self.evaluation = evaluation


def judge(state: State, caller: Caller, check: Check) -> Evaluation:
    """Decide one check for a caller, by everything that is in force at this moment.

    Raises IamlabError for credentials that do not count (STS-26), and for what AWS refuses before it reads a policy.
    """
    who = identify(state, caller, check.action)
    check_session(state, caller, check.action)
    by = asker(state, who)
    of = asked(state, check, check.account or owner_of(state, check) or who.principal.account)
    return evaluate(request(by, of, check.action, state.now, check.context), policy_set(by, of))


def authorize(state: State, caller: Caller, check: Check, service: str) -> Evaluation:
    """Decide, and raise AccessDeniedError unless it is allowed; ``service`` is the one that was called."""
    evaluation = judge(state, caller, check)
    if not evaluation.allowed:
        raise AccessDeniedError(evaluation, service)
    return evaluation


def check_session(state: State, caller: Caller, action: str) -> None:
    """What the credentials of GetSessionToken may not call (STS-14); raises IamlabError (``AccessDenied``)."""
    record = state.sessions.get(caller.id) if caller.signer is Signer.SESSION else None
    if record is None or record.kind != "user":
        return
    service, _, name = action.lower().partition(":")
    if service == "iam" and not record.mfa:
        raise denied(f"Credentials of GetSessionToken cannot call IAM, here {action}, unless MFA was given for them.")
    if service == "sts" and name not in ("assumerole", "getcalleridentity", "tagsession", "setsourceidentity"):
        raise denied(f"Credentials of GetSessionToken cannot call {action}; of STS, AssumeRole and GetCallerIdentity.")


def denied(message: str) -> IamlabError:
    """What AWS refuses before it reads a policy, in words of ours."""
    return IamlabError(message, code="AccessDenied")


# The two sides of a request, each with the policies that it brings


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """The caller's side: who it is, and the control policies above its account."""

    who: Identification
    scps: tuple[Level, ...] | None
    organization: OrganizationRecord | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The resource's side: its owner, the keys that it brings, its policy, and the control policies above its account.

    ``resource`` is an ARN or ``*``.
    """

    resource: str
    owner: str
    keys: Mapping[str, Any]
    policy: Level | None
    rcps: tuple[Level, ...] | None
    organization: OrganizationRecord | None


def asker(state: State, who: Identification) -> Asker:
    """The caller's side of every request that it makes."""
    account = who.principal.account
    organization = state.organization_of(account)
    scps = organization.levels(PolicyKind.SCP, account) if organization else None
    return Asker(who=who, scps=scps, organization=organization)


def asked(state: State, check: Check, owner: str) -> Asked:
    """The resource's side of a check; ``owner`` is the account that it belongs to."""
    organization = state.organization_of(owner)
    return Asked(
        resource=check.resource,
        owner=owner,
        keys=_resource_keys(state, check, owner, organization),
        policy=_resource_policy(state, check),
        rcps=organization.levels(PolicyKind.RCP, owner) if organization else None,
        organization=organization,
    )


def policy_set(by: Asker, of: Asked) -> PolicySet:
    """Every policy that has a say when the one asks about the other."""
    rcps, theirs = of.rcps, of.organization
    if theirs and theirs is not by.organization and of.owner == theirs.management_account:
        rcps = None  # PolicySet names one management account, the caller's (EVAL-05)
    management = by.organization or theirs
    return PolicySet(
        identity=by.who.identity,
        boundary=by.who.boundary,
        session=by.who.session,
        resource=of.policy,
        scps=by.scps,
        rcps=rcps,
        management_account=management.management_account if management else "",
    )


def request(by: Asker, of: Asked, action: str, now: datetime, context: Mapping[str, Any]) -> Request:
    """The request, with all that the world knows of it; ``context`` adds to that and goes before it."""
    known = _context(by.who, of.keys, now)
    said = {key.lower() for key in context}
    return Request(
        principal=by.who.principal,
        action=action,
        resource=of.resource,
        resource_account=of.owner,
        context={**{key: value for key, value in known.items() if key.lower() not in said}, **context},
    )


def _resource_policy(state: State, check: Check) -> tuple[NamedPolicy, ...] | None:
    """The policy on the resource: for calls of STS a role's trust policy, otherwise its own or its bucket's."""
    if check.action.lower().startswith("sts:"):
        role = state.entity_at(check.resource)
        if not isinstance(role, RoleRecord):
            return None
        return (NamedPolicy(name=TRUST_POLICY, policy=documents.current(state, role.trust)),)
    record = resource_with_policy(state, check.resource)
    if record is None or record.policy is None:
        return None
    name = f"{record.kind} policy"
    return (NamedPolicy(name=name, policy=documents.current(state, record.policy)),)


def resource_with_policy(state: State, arn: str) -> ResourceRecord | None:
    """What a request about that ARN is judged by: an object by its bucket, an index by its table."""
    found = state.resources.get(arn)
    if found is not None and found.kind != "object":
        return found
    if arn.startswith("arn:aws:s3:::"):
        return state.resources.get(arn.partition("/")[0])
    if ":table/" in arn:
        return state.resources.get("/".join(arn.split("/")[:2]))
    return None


def owner_of(state: State, check: Check) -> str:
    """The account that a resource belongs to; empty when neither its ARN nor the world says.

    Raises IamlabError (``NoSuchBucket``) for a bucket that is not in this world: nobody could say whose it is.
    """
    if check.resource == "*":
        return ""
    parsed = Arn.parse(check.resource)
    if parsed.account == "aws":
        return ""  # the policies that AWS made are in no account, and every account asks for itself
    if parsed.service != "s3" or parsed.account:
        return parsed.account
    bucket = resource_with_policy(state, check.resource)
    if bucket is None and check.action != "s3:CreateBucket":
        raise IamlabError(
            f"There is no bucket {parsed.kind} in this lab. Make it with account.create_bucket({parsed.kind!r}).",
            code="NoSuchBucket",
        )
    return bucket.account if bucket else ""


# What the world knows of a request


def _context(who: Identification, keys: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The condition keys that the world can fill in (COND-20)."""
    known: dict[str, Any] = {
        **who.context,
        "aws:SecureTransport": "true",
        "aws:ViaAWSService": "false",
        "aws:CurrentTime": instant(now),
        "aws:EpochTime": str(int(now.timestamp())),
        **keys,
    }
    if who.principal.arn.startswith("arn:"):
        known.setdefault("aws:PrincipalArn", who.principal.arn)
    return known


def _region(resource: str) -> str:
    return (Arn.parse(resource).region if resource.startswith("arn:") else "") or REGION


def _resource_keys(state: State, check: Check, owner: str, organization: OrganizationRecord | None) -> dict[str, Any]:
    found: dict[str, Any] = {"aws:RequestedRegion": _region(check.resource)}
    if organization and check.resource != "*":
        found["aws:ResourceOrgID"] = organization.id
        found["aws:ResourceOrgPaths"] = [organization.path_to(owner)]
    found.update(_resource_tags(state, check))
    target = state.entity_at(check.resource)
    if target is not None and target.boundary and check.action.lower() in BOUNDARY_ACTIONS.get(target.kind, ()):
        found["iam:PermissionsBoundary"] = target.boundary
    return found


def _resource_tags(state: State, check: Check) -> dict[str, Any]:
    """The resource's tags, under every key for tags that the catalogue gives the action."""
    return shown_tags(check.action, tags_of(state, check.resource))


def shown_tags(action: str, tags: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """A resource's tags as the action's condition keys."""
    found = _by_key(tags)
    return {f"{prefix}/{key}": value for prefix in _tag_keys(action) for key, value in found.items()} if found else {}


def _by_key(tags: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Tags as condition keys see them: one that is written in two letter cases is one key with two values (ENT-19)."""
    found: dict[str, tuple[str, list[Any]]] = {}
    for key, value in tags:
        found.setdefault(key.lower(), (key, []))[1].append(value)
    return {key: values if len(values) > 1 else values[0] for key, values in found.values()}


def _tag_keys(action: str) -> tuple[str, ...]:
    shown = TAG_KEYS if not action.lower().startswith("s3:") else ("s3:ExistingObjectTag",)
    prefixes = (key.partition("/")[0] for key in catalog.find(action).condition_keys if "/" in key)
    return tuple(dict.fromkeys(prefix for prefix in prefixes if prefix in shown))


def sort_of(action: str) -> tuple[object, ...]:
    """What of an action the resource's side depends on: actions that agree in this share it."""
    lower = action.lower()
    return lower.startswith("sts:"), _tag_keys(action), tuple(lower in calls for calls in BOUNDARY_ACTIONS.values())


TAG_KEYS: Final = ("aws:ResourceTag", "iam:ResourceTag", "ec2:ResourceTag", "s3:ExistingObjectTag")
"""The keys under which a service shows a resource's tags. S3 shows a bucket's only once that is turned on for it,
which is not modelled."""

_ON_BOTH: Final = ("attach{}policy", "detach{}policy", "put{}policy", "delete{}policy")
_BOUNDARY: Final = ("create{}", "put{}permissionsboundary", "delete{}permissionsboundary")
_ROLE_ALONE: Final = ("deleterole", "getrole", "updaterole", "updateroledescription", "updateassumerolepolicy")
BOUNDARY_ACTIONS: Final = {
    "user": frozenset(f"iam:{one.format('user')}" for one in (*_ON_BOTH, *_BOUNDARY)),
    "role": frozenset(f"iam:{one.format('role')}" for one in (*_ON_BOTH, *_BOUNDARY, *_ROLE_ALONE)),
}
"""Calls in which ``iam:PermissionsBoundary`` says what boundary the target has (COND-21)."""


def tags_of(state: State, arn: str) -> Tags:
    """The tags of whatever has that ARN."""
    resource = state.resources.get(arn)
    if resource is not None:
        return resource.tags
    entity: EntityRecord | None = state.entity_at(arn)
    if entity is not None:
        return entity.tags
    others: tuple[Any, ...] = (
        *state.policies.values(),
        *state.profiles.values(),
        *state.providers.values(),
        *state.devices.values(),
    )
    return next((one.tags for one in others if one.arn == arn), ())


def request_tags(tags: Mapping[str, str]) -> dict[str, Any]:
    """The condition keys of a call that passes tags; of one that passes none, none."""
    if not tags:
        return {}
    keys = {f"aws:RequestTag/{key}": value for key, value in _by_key(tags.items()).items()}
    return {**keys, "aws:TagKeys": list(tags)}
