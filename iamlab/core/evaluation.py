"""The decision: an explicit deny wins, otherwise one allow suffices, otherwise deny (EVAL-01 to EVAL-08)."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from iamlab.core.errors import IamlabError
from iamlab.core.matching import NamedPolicy, StatementMatch, applies, match
from iamlab.core.policy import Effect
from iamlab.core.request import PrincipalType, Request
from iamlab.core.rules import RULES, Rule

FREE_ACTIONS: Final = frozenset({"sts:getcalleridentity", "sts:getsessiontoken"})
"""They need no permission, and no policy has an effect on them (EVAL-24)."""


JSON_SERVICES: Final = ("dynamodb", "ecr", "ecs", "kms", "lambda", "logs", "organizations", "secretsmanager", "ssm")
ERROR_CODES: Final = {"ec2": "UnauthorizedOperation", **dict.fromkeys(JSON_SERVICES, "AccessDeniedException")}
"""Where it is not AccessDenied (STS-18); of the JSON services those that a learner meets."""


class Decision(Enum):
    """The three outcomes (EVAL-01); only an allow is truthy."""

    ALLOW = "allowed"
    EXPLICIT_DENY = "explicit deny"
    IMPLICIT_DENY = "implicit deny"

    def __bool__(self) -> bool:
        return self is Decision.ALLOW  # every plain Enum member is truthy


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicySet:
    """The policies that may have a say, by their type."""

    identity: tuple[NamedPolicy, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """What one type of policy says by itself, and every statement of it."""

    name: str
    decision: Decision
    matches: tuple[StatementMatch, ...]

    @property
    def deciding(self) -> tuple[StatementMatch, ...]:
        """The statements behind the layer's decision: the denies, or else the allows, or else none."""
        effects = {Decision.EXPLICIT_DENY: Effect.DENY, Decision.ALLOW: Effect.ALLOW}
        wanted = effects.get(self.decision)
        return tuple(one for one in self.matches if one.applies and one.statement.effect is wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """A decision and, for whoever looks, the whole of its reasons."""

    request: Request
    policies: PolicySet
    decision: Decision
    _layers: list[Layer] = field(default_factory=list, init=False, repr=False, compare=False)

    @property
    def allowed(self) -> bool:
        """Whether the request goes through."""
        return bool(self.decision)

    @property
    def layers(self) -> tuple[Layer, ...]:
        """One layer per type of policy that applies; made when first looked at. None for root and free actions."""
        if not self._layers and not _needs_no_policy(self.request):
            self._layers.append(_identity_layer(self.request, self.policies))
        return tuple(self._layers)

    @property
    def deciding(self) -> tuple[StatementMatch, ...]:
        """The statements that settled it; empty when nothing applied or nothing was needed."""
        return tuple(one for layer in self.layers for one in layer.deciding)

    @property
    def rule(self) -> Rule:
        """The rule that settled it."""
        return RULES[self._rule_id()]

    def _rule_id(self) -> str:
        if self.request.action.lower() in FREE_ACTIONS:
            return "EVAL-24"
        if self.request.principal.type is PrincipalType.ROOT:
            return "EVAL-14"
        if self.decision is Decision.EXPLICIT_DENY:
            return "EVAL-03"
        if self.decision is Decision.ALLOW:
            return "EVAL-08"
        return "EVAL-02" if self.policies.identity else "ENT-08"

    @property
    def error_message(self) -> str:
        """AWS's own sentence for a denial (STS-18); empty when allowed."""
        if self.allowed:
            return ""
        request = self.request
        asked = f"User: {request.principal.arn} is not authorized to perform: {request.action}"
        on = "" if request.resource == "*" else f" on resource: {request.resource}"
        if self.decision is Decision.EXPLICIT_DENY:
            arn = next((one.source.arn for one in self.deciding), "")
            return f"{asked}{on} with an explicit deny in an identity-based policy" + (f": {arn}" if arn else "")
        return f"{asked}{on} because no identity-based policy allows the {request.action} action"

    @property
    def error_code(self) -> str:
        """The code that AWS gives a denial; services differ (STS-18). Empty when allowed."""
        service = self.request.action.partition(":")[0].lower()
        return "" if self.allowed else ERROR_CODES.get(service, "AccessDenied")

    @property
    def simulate_command(self) -> str:
        """The AWS CLI command that asks AWS the same of a real account; empty where no policy decides."""
        principal = self.request.principal
        if _needs_no_policy(self.request):
            return ""
        source = principal.arn
        if principal.type is PrincipalType.ROLE_SESSION:
            source = self.request.context.get("aws:PrincipalArn", principal.role_arn)
        words = ["aws", "iam", "simulate-principal-policy", "--policy-source-arn", source]
        words += ["--action-names", self.request.action]
        if self.request.resource != "*":
            words += ["--resource-arns", self.request.resource]
        return shlex.join(words)

    def as_case(self) -> dict[str, Any]:
        """This evaluation as a test case, for a bug report: ready for ``json.dumps``."""
        request = self.request
        return {
            "name": f"{request.principal.name} asks for {request.action}",
            "rule": self.rule.id,
            "request": {
                "principal": request.principal.arn,
                "action": request.action,
                "resource": request.resource,
                "resource_account": request.resource_account,
                **({"context": dict(request.context)} if request.context else {}),
            },
            "policies": {"identity": [_policy_case(one) for one in self.policies.identity]},
            "expect": {"decision": self.decision.value, "by": self.by},
        }

    @property
    def by(self) -> list[str]:
        """What decided, as cases write it: ``identity/DevAccess/NoProd``, or the layer that was silent."""
        if _needs_no_policy(self.request):
            return []
        return [f"identity/{one.label}" for one in self.deciding] or ["identity"]

    def __repr__(self) -> str:
        request = self.request
        by = ", ".join(one.label for one in self.deciding)
        reason = f"by {by}" if by else "no statement applies" if not self.allowed else "no policy needed"
        text = (
            f"<{self.decision.value}: {request.principal.name} {request.action} on {request.resource}; "
            f"{reason} ({self.rule.id})>"
        )
        # One line, whatever stands in a name: the key of an object may hold a line break.
        return "".join(one if one.isprintable() else repr(one)[1:-1] for one in text)


def _policy_case(one: NamedPolicy) -> dict[str, Any]:
    optional = {"via": one.via, "arn": one.arn}
    given = {name: value for name, value in optional.items() if value}
    return {"name": one.name, **given, "document": json.loads(one.policy.to_json())}


def evaluate(request: Request, policies: PolicySet) -> Evaluation:
    """Decide one request over the policies that may have a say.

    Raises IamlabError (``NotModelled``) for what this engine cannot judge: it never guesses.
    """
    _require_modelled(request)
    return Evaluation(request=request, policies=policies, decision=decide(request, policies))


def decide(request: Request, policies: PolicySet) -> Decision:
    """The bare decision: an explicit deny wins; otherwise one allow suffices; otherwise deny."""
    if _needs_no_policy(request):
        return Decision.ALLOW
    decision = Decision.IMPLICIT_DENY
    for source in policies.identity:
        for statement in source.policy.statements:
            if statement.effect is Effect.ALLOW and decision is Decision.ALLOW:
                continue  # one is enough; only a deny can still change it
            if applies(statement, request):
                if statement.effect is Effect.DENY:
                    return Decision.EXPLICIT_DENY
                decision = Decision.ALLOW
    return decision


def combine(matches: Iterable[StatementMatch]) -> Decision:
    """The same rule over explained matches: deny beats allow beats nothing (EVAL-03)."""
    effects = {one.statement.effect for one in matches if one.applies}
    if Effect.DENY in effects:
        return Decision.EXPLICIT_DENY
    return Decision.ALLOW if Effect.ALLOW in effects else Decision.IMPLICIT_DENY


def _identity_layer(request: Request, policies: PolicySet) -> Layer:
    matches = tuple(
        match(source, statement, request) for source in policies.identity for statement in source.policy.statements
    )
    return Layer(name="identity", decision=combine(matches), matches=matches)


def _needs_no_policy(request: Request) -> bool:
    return request.action.lower() in FREE_ACTIONS or request.principal.type is PrincipalType.ROOT


TRUST_ACTIONS: Final = ("sts:assumero", "sts:tagsession", "sts:setsourceidentity", "sts:setcontext")


LONG_TERM_ONLY: Final = ("sts:getsessiontoken", "sts:getfederationtoken")
"""What role sessions may not call (STS-16)."""


def _require_modelled(request: Request) -> None:
    """Refuse what AWS refuses before any policy is read, and what needs a type of policy that is not read yet."""
    action = request.action.lower()
    if action in LONG_TERM_ONLY and request.principal.type is PrincipalType.ROLE_SESSION:
        name = request.action.partition(":")[2]
        raise IamlabError(f"A role session cannot call {name}; long-term keys can.", code="AccessDenied")
    if action == "sts:assumerole" and request.principal.type is PrincipalType.ROOT:
        raise IamlabError("Roles may not be assumed by root accounts.", code="AccessDenied")
    reason = ""
    if request.principal.account != request.resource_account:
        reason = "The resource belongs to another account, so its own policy has a say as well"
    elif action.startswith(TRUST_ACTIONS):
        reason = "Whether a role may be assumed rests on its trust policy"
    elif action.startswith("kms:") and request.resource != "*":
        reason = "A KMS key is governed by its key policy first"
    if reason:
        raise IamlabError(
            f"{reason}; this version of iamlab reads identity policies alone and does not guess.",
            code="NotModelled",
        )
