"""Who calls, and what AWS knows of the caller: principal, condition keys and policies, as of the moment of the call.

Policies are read when a request is made; session policies and tags were frozen when the credentials were issued
(STS-20).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from itertools import count
from typing import Any, Final, TypeVar

from iamlab.core.arn import Arn, root_arn
from iamlab.core.errors import IamlabError
from iamlab.core.matching import NamedPolicy
from iamlab.core.messages import JSON_SERVICES
from iamlab.core.policy import Policy, allow
from iamlab.core.request import Principal, PrincipalType
from iamlab.world import managed_policies
from iamlab.world.credentials import ACTIVE, SessionRecord
from iamlab.world.entities import EntityRecord, RoleRecord, Tags, UserRecord
from iamlab.world.state import State

R = TypeVar("R", bound=EntityRecord)


class Signer(Enum):
    """What a request is signed with; the ID beside it says which one."""

    USER = "the long-term keys of a user"  # its unique ID
    ROOT = "the long-term keys of a root user"  # the account's number
    KEY = "one access key"  # its ID
    SESSION = "temporary credentials"  # the ID of the access key
    ROLE = "any session of a role"  # the role's unique ID
    SERVICE = "a service"  # its name; of an identity provider, its ARN or host
    OUTSIDE = "an identity of an account that is not in this world"  # its ARN; a root user's for any, * for anybody
    NOBODY = "nothing"  # an anonymous request


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose request it is."""

    signer: Signer
    id: str

    def __hash__(self) -> int:
        return hash(self.id)  # callers are looked up by the thousand, and their IDs alone tell nearly all apart


ANY_SESSION: Final = "any-session"
"""The session name of a role that is asked about without being assumed."""
ANY_IDENTITY: Final = "any-identity"
"""The name of whoever an account outside of this world may have meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identification:
    """What the caller is to the engine; ``None`` for a type of policy that it has none of.

    ``issuer`` is the ARN behind a session, for the trail.
    """

    principal: Principal
    context: Mapping[str, Any] = field(default_factory=dict)
    identity: tuple[NamedPolicy, ...] = ()
    boundary: tuple[NamedPolicy, ...] | None = None
    session: tuple[NamedPolicy, ...] | None = None
    issuer: str = ""
    source_identity: str = ""


def identify(state: State, caller: Caller, action: str = "") -> Identification:
    """Authenticate a caller and say what AWS knows of it; ``action`` decides how its service words a refusal.

    Raises IamlabError with the code and text of STS-26 for credentials that have expired, are inactive or are gone.
    """
    if caller.signer is Signer.KEY:
        key = state.keys.get(caller.id)
        if key is None or key.status != ACTIVE:
            raise invalid(action)
        caller = Caller(Signer.USER if key.owner in state.entities else Signer.ROOT, key.owner)
    if caller.signer is Signer.USER:
        return _user(state, _entity(state, caller.id, UserRecord, action))
    if caller.signer is Signer.ROOT:
        return _root(state, caller.id, action)
    if caller.signer is Signer.ROLE:
        return _role(state, _entity(state, caller.id, RoleRecord, action), ANY_SESSION, (), {}, state.now)
    if caller.signer is Signer.SESSION:
        return _session(state, caller.id, action)
    if caller.signer is Signer.OUTSIDE:
        return _outside(state, caller.id)
    principal = Principal(caller.id)
    oidc = principal.type is PrincipalType.PROVIDER and ":saml-provider/" not in caller.id
    return Identification(principal=principal, context={"aws:FederatedProvider": caller.id} if oidc else {})


def _outside(state: State, id_: str) -> Identification:
    """Somebody of whom nothing is known but the ARN, at best: whatever its account can allow, it allows."""
    arn = id_
    if id_ == "*":
        arn = root_arn(next(f"{one:012}" for one in count() if f"{one:012}" not in state.accounts))
    parsed = Arn.parse(arn)
    context = {}
    if parsed.kind == "root":
        arn = f"{arn.removesuffix('root')}user/{ANY_IDENTITY}"
    elif parsed.kind == "role":
        context = {"aws:PrincipalArn": arn}
        arn = f"arn:{parsed.partition}:sts::{parsed.account}:assumed-role/{parsed.name}/{ANY_SESSION}"
    allowed = (NamedPolicy(name=f"what account {parsed.account} allows", policy=_everything()),)
    session = allowed if parsed.kind == "federated-user" else None  # without one it could do nothing (EVAL-22)
    return Identification(principal=Principal(arn), context=context, identity=allowed, session=session)


def _user(state: State, record: UserRecord) -> Identification:
    context = {"aws:userid": record.id, **_tags(record.tags), **_organization(state, record.account)}
    return Identification(
        principal=Principal(record.arn),
        context=context,
        identity=identity_policies(state, record),
        boundary=_boundary(state, record),
    )


def _root(state: State, account: str, action: str) -> Identification:
    if account not in state.accounts:
        raise invalid(action)
    return Identification(principal=Principal(root_arn(account)), context=_organization(state, account))


def _role(
    state: State, record: RoleRecord, name: str, tags: Tags, facts: Mapping[str, Any], issued: datetime
) -> Identification:
    arn = f"arn:aws:sts::{record.account}:assumed-role/{record.name}/{name}"
    context = {
        "aws:PrincipalArn": record.arn,  # a session's own ARN leaves out the role's path (EVAL-26)
        "aws:userid": f"{record.id}:{name}",
        "aws:TokenIssueTime": instant(issued),
        "aws:MultiFactorAuthPresent": "false",
        **_tags(merged(record.tags, tags)),
        **_organization(state, record.account),
        **facts,
    }
    return Identification(
        principal=Principal(arn),
        context=context,
        identity=identity_policies(state, record),
        boundary=_boundary(state, record),
        issuer=record.arn,
    )


def _session(state: State, id_: str, action: str) -> Identification:
    record = state.sessions.get(id_)
    if record is None:
        raise invalid(action)
    if state.now >= record.expires:
        raise expired(action)
    facts = {**dict(record.facts), **dict(_session_facts(state, record))}
    owner = state.entities.get(record.entity)
    if record.kind == "role":
        role = _entity(state, record.entity, RoleRecord, action)
        found = _role(state, role, record.name, record.tags, facts, record.issued)
        if record.mfa is None:
            found = replace(found, context=_without(found.context, "aws:MultiFactorAuthPresent"))
        return replace(found, session=record.policies, source_identity=record.source_identity)
    if isinstance(owner, UserRecord):
        found = _user(state, replace(owner, tags=merged(owner.tags, record.tags)))
    else:
        found = _root(state, record.entity, action)
        if record.kind == "federated":  # the root user's own permissions, which no policy states
            found = replace(found, identity=(NamedPolicy(name="root user", policy=_everything()),))
    issued = {**found.context, "aws:TokenIssueTime": instant(record.issued), **facts}
    if record.kind != "federated":
        return replace(found, context=issued)
    issuer = found.principal
    tags = _tags(record.tags)  # a user's are there already, those of the session before them
    arn = f"arn:aws:sts::{issuer.account}:federated-user/{record.name}"
    return replace(
        found,
        principal=Principal(arn, issuer=issuer.arn),
        context=_without({**issued, **tags}, "aws:userid", "aws:MultiFactorAuthPresent"),
        session=record.policies or (),
        issuer=issuer.arn,
    )


def _session_facts(state: State, record: SessionRecord) -> Iterator[tuple[str, Any]]:
    """The keys that come from the credentials themselves (COND-24, COND-25)."""
    if record.mfa is not None:
        yield "aws:MultiFactorAuthPresent", "true" if record.mfa else "false"
    if record.mfa and record.mfa_at is not None:
        yield "aws:MultiFactorAuthAge", str(int((state.now - record.mfa_at).total_seconds()))
    if record.source_identity:
        yield "aws:SourceIdentity", record.source_identity
    if record.instance:
        yield "ec2:SourceInstanceArn", record.instance


def _without(context: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in context.items() if name not in names}


def _everything() -> Policy:
    return allow("*", on="*")


def _entity(state: State, id_: str, kind: type[R], action: str) -> R:
    record = state.entities.get(id_)
    if not isinstance(record, kind):
        raise invalid(action)
    return record


def _tags(tags: Tags) -> dict[str, Any]:
    return {f"aws:PrincipalTag/{key}": value for key, value in tags}


def merged(below: Tags, above: Tags) -> Tags:
    """Both sets of tags; those above replace a key of the same letters, whatever their case (STS-09)."""
    replaced = {key.lower() for key, _ in above}
    return (*((key, value) for key, value in below if key.lower() not in replaced), *above)


def _organization(state: State, account: str) -> dict[str, Any]:
    found = state.organization_of(account)
    if found is None:
        return {}
    return {"aws:PrincipalOrgID": found.id, "aws:PrincipalOrgPaths": [found.path_to(account)]}


def instant(moment: datetime) -> str:
    """A moment as condition keys and AWS's answers give it: ISO 8601, UTC, to the second."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


# The policies of an identity


def identity_policies(state: State, record: EntityRecord) -> tuple[NamedPolicy, ...]:
    """Inline and attached policies of an identity, and for a user those of its groups, each saying which (EVAL-08)."""
    own = _own_policies(state, record, via="")
    if not isinstance(record, UserRecord):
        return own
    groups = (state.entities[id_] for id_ in record.groups)
    return own + tuple(policy for group in groups for policy in _own_policies(state, group, via=group.name))


def _own_policies(state: State, record: EntityRecord, via: str) -> tuple[NamedPolicy, ...]:
    inline = tuple(NamedPolicy(name=one.name, policy=one.policy, via=via) for one in record.inline)
    return inline + tuple(managed(state, arn, via) for arn in record.attached)


def _boundary(state: State, record: EntityRecord) -> tuple[NamedPolicy, ...] | None:
    return (managed(state, record.boundary),) if record.boundary else None


def managed(state: State, arn: str, via: str = "") -> NamedPolicy:
    """The version in force of a managed policy.

    Raises IamlabError (``NoSuchEntity``) when there is none of that ARN.
    """
    if managed_policies.is_aws(arn):
        name, _ = managed_policies.find(arn)
        return NamedPolicy(name=name, policy=managed_policies.document(name), via=via, arn=arn)
    record = state.policy_at(arn)
    if record is None:
        raise IamlabError(f"Policy {arn} does not exist or is not attachable.", code="NoSuchEntity")
    return NamedPolicy(name=record.name, policy=record.policy, via=via, arn=arn)


# Credentials that do not count: refused before any policy is read (STS-26)


def expired(action: str) -> IamlabError:
    """Temporary credentials after their time."""
    service = action.partition(":")[0].lower()
    remedy = " Ask for new credentials."
    if service == "ec2":
        return IamlabError("Request has expired." + remedy, code="RequestExpired")
    if service == "s3":
        return IamlabError("The provided token has expired." + remedy, code="ExpiredToken")
    code = "ExpiredTokenException" if service in JSON_SERVICES else "ExpiredToken"
    return IamlabError("The security token included in the request is expired." + remedy, code=code)


GONE: Final = "The credentials are unknown, inactive or deleted, or what they belong to is gone."


def invalid(action: str, why: str = GONE) -> IamlabError:
    """A key that is inactive, deleted or unknown, or temporary credentials without their token (STS-26)."""
    service, remedy = action.partition(":")[0].lower(), f" {why}"
    if service == "ec2":
        return IamlabError("AWS was not able to validate the provided access credentials." + remedy, code="AuthFailure")
    if service == "s3":
        message = "The AWS Access Key Id you provided does not exist in our records."
        return IamlabError(message + remedy, code="InvalidAccessKeyId")
    code = "UnrecognizedClientException" if service in JSON_SERVICES else "InvalidClientTokenId"
    return IamlabError("The security token included in the request is invalid." + remedy, code=code)
