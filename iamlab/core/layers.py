"""Which types of policy have a say in a request, and what each says by itself (EVAL-04 to EVAL-06)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final, NamedTuple

from iamlab.core.matching import CallerNames, StatementMatch, match, rest_applies
from iamlab.core.naming import Naming, names
from iamlab.core.policy import Effect, Statement
from iamlab.core.policy_set import Level, PolicySet
from iamlab.core.request import PrincipalType, Request

NAMING: Final = ("resource", "endpoint", "rcps")
"""Layers whose statements say whom they are about."""

RCP_SERVICES: Final = frozenset({"s3", "sts", "kms", "sqs", "secretsmanager", "dynamodb", "ecr", "logs", "lambda"})
"""Those of the services that RCPs reach which the facts name; the list grows (EVAL-05)."""
RESCUE: Final = frozenset({"s3:getbucketpolicy", "s3:putbucketpolicy", "s3:deletebucketpolicy"})
"""What no bucket policy can take from the root user of the bucket's owner (EVAL-14)."""


class Decision(Enum):
    """The three outcomes (EVAL-01); only an allow is truthy."""

    ALLOW = "allowed"
    EXPLICIT_DENY = "explicit deny"
    IMPLICIT_DENY = "implicit deny"

    def __bool__(self) -> bool:
        return self is Decision.ALLOW  # every plain Enum member is truthy


class Verdict(NamedTuple):
    """What one type of policy says by itself; ``naming`` is how its applying Allows name the caller."""

    decision: Decision
    naming: Naming = Naming.NOT_AT_ALL


SILENT: Final = Verdict(Decision.IMPLICIT_DENY)
DENIED: Final = Verdict(Decision.EXPLICIT_DENY)
GRANTED: Final = Verdict(Decision.ALLOW)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One type of policy: every statement of it, level by level, and what they say together.

    Most types have one level; SCPs and RCPs have one for the root, each OU and the account.
    """

    name: str
    levels: tuple[tuple[StatementMatch, ...], ...]
    verdict: Verdict

    @property
    def decision(self) -> Decision:
        """What the layer says by itself."""
        return self.verdict.decision

    @property
    def matches(self) -> tuple[StatementMatch, ...]:
        """Every statement of every level."""
        return tuple(one for level in self.levels for one in level)

    @property
    def deciding(self) -> tuple[StatementMatch, ...]:
        """The statements behind the layer's decision: the denies, or else the allows, or else none."""
        effects = {Decision.EXPLICIT_DENY: Effect.DENY, Decision.ALLOW: Effect.ALLOW}
        wanted = effects.get(self.decision)
        return tuple(one for one in self.matches if one.applies and one.statement.effect is wanted)


@dataclass(frozen=True, slots=True)
class Exemption:
    """A type of policy that is there and has no say, with the rule and the reason in words."""

    layer: str
    rule: str
    reason: str


def caller(request: Request, policies: PolicySet) -> CallerNames:
    """The caller as Principal elements see it."""
    return CallerNames(request.principal.type, names(request), policies.boundary is not None)


def applicable(request: Request, policies: PolicySet) -> Iterator[tuple[str, tuple[Level, ...]]]:
    """The types of policy that have a say, in order, with their levels."""
    for name, levels in policies.present:
        if not _exempt(name, request, policies):
            yield name, levels


def exemptions(request: Request, policies: PolicySet) -> tuple[Exemption, ...]:
    """The types that are there and have no say."""
    there = (name for name, levels in policies.present if any(levels))
    found = ((name, _exempt(name, request, policies)) for name in there)
    return tuple(Exemption(name, *why) for name, why in found if why)


OWN: Final = (PrincipalType.USER, PrincipalType.ROLE_SESSION, PrincipalType.FEDERATED_USER)
"""Callers with identity policies, boundaries and session policies."""


def _exempt(name: str, request: Request, policies: PolicySet) -> tuple[str, str] | None:
    """The rule by which a type of policy has no say in this request, and why; None when it has one."""
    type_ = request.principal.type
    if name == "identity" or name == "boundary" or name == "session":
        return None if type_ in OWN else _not_own(type_)
    if name == "scps":
        return _scp_exempt(request, policies)
    if name == "rcps":
        return _rcp_exempt(request, policies)
    if name == "resource" and type_ is PrincipalType.ROOT and request.action.lower() in RESCUE and request.same_account:
        return "EVAL-14", "no bucket policy can keep the owner's root user from mending it"
    return None


def _not_own(type_: PrincipalType) -> tuple[str, str]:
    if type_ is PrincipalType.ROOT:
        return "EVAL-14", "the root user is not subject to it"
    return "EVAL-20" if type_ is PrincipalType.SERVICE else "EVAL-19", "this caller has none of its own"


def _scp_exempt(request: Request, policies: PolicySet) -> tuple[str, str] | None:
    type_ = request.principal.type
    if type_ not in (*OWN, PrincipalType.ROOT):
        return "EVAL-06", "service control policies bind the users, roles and root users of an account"
    if policies.management_account and request.principal.account == policies.management_account:
        return "EVAL-06", "service control policies do not bind the management account"
    if service_linked(request):
        return "EVAL-21", "service control policies do not bind service-linked roles"
    return None


def _rcp_exempt(request: Request, policies: PolicySet) -> tuple[str, str] | None:
    if not rcps_reach(request.action):
        return "EVAL-05", f"resource control policies do not reach {request.action}"
    if policies.management_account and request.resource_account == policies.management_account:
        return "EVAL-05", "resource control policies do not bind the management account's resources"
    if service_linked(request):
        return "EVAL-21", "resource control policies do not bind service-linked roles"
    aliases = request.values.get("kms:resourcealiases", ())
    if any(one.startswith("alias/aws/") for one in ((aliases,) if isinstance(aliases, str) else aliases)):
        return "EVAL-05", "resource control policies do not bind the KMS keys that AWS manages"
    return None


def rcps_reach(action: str) -> bool:
    """Whether resource control policies can have a say about the action, in whatever letter case (EVAL-05)."""
    lower = action.lower()
    return lower.partition(":")[0] in RCP_SERVICES and lower != "kms:retiregrant"


def service_linked(request: Request) -> bool:
    """Whether the caller is a service-linked role, which no control policy binds (EVAL-21)."""
    return request.principal.type is PrincipalType.ROLE_SESSION and ":role/aws-service-role/" in request.role_arn


# Two walks over the same matcher: one stops early, the other visits everything


def verdict(
    name: str, levels: tuple[Level, ...], request: Request, policies: PolicySet, who: CallerNames | None
) -> Verdict:
    """What one layer says, at the first statement that settles it."""
    action = request.action.lower()
    found = [policies.about(name, index, level, action) for index, level in enumerate(levels)]
    for denies, _ in found:
        for statement in denies:
            if (who is None or who.naming(statement)) and rest_applies(statement, request):
                return DENIED
    if name == "rcps":
        return GRANTED  # RCPFullAWSAccess is always attached (EVAL-05)
    if who is not None:
        return _granted_to(who, found[0][1], request)
    for _, allows in found:
        for statement in allows:
            if rest_applies(statement, request):
                break
        else:
            return SILENT
    return GRANTED


def _granted_to(who: CallerNames, allows: tuple[Statement, ...], request: Request) -> Verdict:
    naming = Naming.NOT_AT_ALL
    for statement in allows:
        named = who.naming(statement)
        if named & ~naming and rest_applies(statement, request):
            naming |= named
    return Verdict(Decision.ALLOW, naming) if naming else SILENT


def explained(
    name: str, levels: tuple[Level, ...], request: Request, policies: PolicySet, who: CallerNames | None
) -> Layer:
    """One layer with every element of every statement."""
    matches = tuple(
        tuple(match(source, statement, request, who) for source in level for statement in source.policy.statements)
        for level in levels
    )
    return Layer(name=name, levels=matches, verdict=combine(name, matches))


def said_by(layers: tuple[Layer, ...]) -> dict[str, Verdict]:
    """What each layer says, by its name."""
    return {layer.name: layer.verdict for layer in layers}


def combine(name: str, levels: tuple[tuple[StatementMatch, ...], ...]) -> Verdict:
    """Over explained matches: a deny beats every allow, and each level must allow (EVAL-03, EVAL-06)."""
    applying = [[one for one in level if one.applies] for level in levels]
    if any(one.statement.effect is Effect.DENY for level in applying for one in level):
        return DENIED
    if name == "rcps":
        return GRANTED
    if not all(applying):
        return SILENT
    naming = Naming.NOT_AT_ALL
    for level in applying:
        for one in level:
            naming |= one.naming
    return Verdict(Decision.ALLOW, naming)
