"""One request decided, and the whole of its reasons (EVAL-01 to EVAL-31)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from iamlab.core import messages
from iamlab.core.errors import printable
from iamlab.core.layers import (
    NAMING,
    Decision,
    Exemption,
    Layer,
    Verdict,
    applicable,
    caller,
    combine,
    exemptions,
    explained,
    verdict,
)
from iamlab.core.matching import NamedPolicy, StatementMatch
from iamlab.core.naming import Naming
from iamlab.core.policy import Effect
from iamlab.core.policy_set import LEVELLED, ORDER, PolicySet
from iamlab.core.refusals import check_possible
from iamlab.core.request import PrincipalType, Request
from iamlab.core.rules import RULES, Rule
from iamlab.core.settlement import FREE_ACTIONS, Paths, Reason, both_sides, paths, settle, target


def evaluate(request: Request, policies: PolicySet) -> Evaluation:
    """Decide one request over the policies that may have a say.

    Raises IamlabError for a request that AWS refuses before it reads any policy (``AccessDenied``,
    ``InvalidClientTokenId``).
    """
    check_possible(request)
    return Evaluation(request=request, policies=policies, decision=decide(request, policies))


def decide(request: Request, policies: PolicySet) -> Decision:
    """The bare decision, at the first statement that settles each layer."""
    if request.action.lower() in FREE_ACTIONS:
        return Decision.ALLOW
    who = None
    said: dict[str, Verdict] = {}
    for name, levels in applicable(request, policies):
        if name in NAMING and who is None:
            who = caller(request, policies)
        said[name] = found = verdict(name, levels, request, policies, who if name in NAMING else None)
        if found.decision is Decision.EXPLICIT_DENY:
            return Decision.EXPLICIT_DENY  # whatever else allows (EVAL-03)
    return settle(request, policies, said).decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """A decision and, for whoever looks, the whole of its reasons."""

    request: Request
    policies: PolicySet
    decision: Decision
    _layers: list[tuple[Layer, ...]] = field(default_factory=list, init=False, repr=False, compare=False)

    @property
    def allowed(self) -> bool:
        """Whether the request goes through."""
        return bool(self.decision)

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The types of policy that have a say, in AWS's order, each with every statement; made when first looked at.

        None for actions that need no permission.
        """
        if not self._layers:
            self._layers.append(() if self._free else self._explained())
        return self._layers[0]

    def _explained(self) -> tuple[Layer, ...]:
        who = caller(self.request, self.policies)
        return tuple(
            explained(name, levels, self.request, self.policies, who if name in NAMING else None)
            for name, levels in applicable(self.request, self.policies)
        )

    @property
    def _free(self) -> bool:
        return self.request.action.lower() in FREE_ACTIONS

    @property
    def exempt(self) -> tuple[Exemption, ...]:
        """The types of policy that are there and have no say in this request."""
        return () if self._free else exemptions(self.request, self.policies)

    @property
    def reason(self) -> Reason:
        """How the layers' verdicts came to the decision."""
        return Reason.FREE if self._free else settle(self.request, self.policies, _said(self.layers))

    @property
    def silent(self) -> str:
        """The name of the layer that should have allowed and did not; empty unless the decision is an implicit deny."""
        return self.reason.silent

    @property
    def deciding(self) -> tuple[StatementMatch, ...]:
        """The statements that settled it: all denies, or the allows that grant; empty when nothing applied."""
        if self.decision is Decision.EXPLICIT_DENY:
            denied = (layer for layer in self.layers if layer.decision is Decision.EXPLICIT_DENY)
            return tuple(one for layer in denied for one in layer.deciding)
        return tuple(one for layer in self.layers for one in self._granting(layer)) if self.allowed else ()

    def _granting(self, layer: Layer) -> tuple[StatementMatch, ...]:
        """The allows of a layer that are needed or enough; limits such as a boundary grant nothing."""
        if layer.name == "resource":
            return tuple(one for one in layer.deciding if one.naming & self._sufficient)
        both_accounts = not self.request.same_account
        grants = layer.name == "identity" and (both_accounts or (self._paths.identity and self._paths.limits))
        return layer.deciding if grants else ()

    @property
    def _paths(self) -> Paths:
        return paths(self.request, self.policies, _said(self.layers))

    @property
    def _sufficient(self) -> Naming:
        """In which ways a statement of the resource policy must name the caller to have part in an allow."""
        everything = ~Naming.NOT_AT_ALL
        type_ = self.request.principal.type
        if type_ is PrincipalType.PROVIDER:
            return Naming.DIRECTLY
        if type_ in (PrincipalType.SERVICE, PrincipalType.ANONYMOUS) or not self.request.same_account:
            return everything
        kind = target(self.request)
        if type_ is PrincipalType.ROOT:
            return everything if kind == "key" else Naming.NOT_AT_ALL
        found = self._paths
        naming = Naming.EVERYONE | Naming.DIRECTLY if found.direct else Naming.NOT_AT_ALL
        if found.behind and found.limits:
            naming |= Naming.BEHIND | Naming.DIRECTLY
        if kind and found.identity and found.limits:
            naming |= Naming.ACCOUNT if not both_sides(self.request) else everything
        return naming

    @property
    def rule(self) -> Rule:
        """The rule that settled it."""
        if self.reason is Reason.DENIED and self.deciding[0].statement.not_principals:
            return RULES["EVAL-18"]
        return RULES[self.reason.rule]

    @property
    def doubts(self) -> tuple[str, ...]:
        """The UNSURE entries on which the decision rests: under the other reading it would be another one."""
        if self._free:
            return ()
        noted = dict.fromkeys(
            doubt
            for layer in self.layers
            for one in layer.matches
            for element in one.elements
            for doubt in element.doubts
        )
        found = [doubt for doubt in noted if self._other_reading(doubt) is not self.decision]
        return tuple(sorted({*found, *self._combination_doubts()}, key=_number))

    def _other_reading(self, doubt: str) -> Decision:
        """The decision if every element that used this default had come out the other way."""
        said = {}
        for layer in self.layers:
            levels = tuple(tuple(_flipped(one, doubt) for one in level) for level in layer.levels)
            said[layer.name] = combine(layer.name, levels)
        return settle(self.request, self.policies, said).decision

    def _combination_doubts(self) -> list[str]:
        """Those about how layers come together (UNSURE-20, -21, -22, -29, -31)."""
        said = _said(self.layers)
        named = said["resource"].naming if "resource" in said else Naming.NOT_AT_ALL
        found = []
        if self._session_policies_disagree(said):
            found.append("UNSURE-20")
        type_ = self.request.principal.type
        if not self.request.same_account or self.decision is Decision.EXPLICIT_DENY or not named:
            return found
        ways = self._paths
        trust = target(self.request) == "trust"
        if trust and type_ is PrincipalType.ROLE_SESSION and self.allowed and not (ways.direct or ways.identity):
            found.append("UNSURE-21")
        if trust and type_ is PrincipalType.USER and Naming.DIRECTLY in named and self.silent == "boundary":
            found.append("UNSURE-22")
        by_star_alone = Naming.EVERYONE in named and Naming.DIRECTLY not in named and not ways.limits
        entity = type_ in (PrincipalType.USER, PrincipalType.ROLE_SESSION)
        if by_star_alone and entity and self.allowed and not any(map(_says_who, self.deciding)):
            found.append("UNSURE-29")
        if by_star_alone and type_ is PrincipalType.FEDERATED_USER and self.silent and self.policies.session is None:
            found.append("UNSURE-31")
        return found

    def _session_policies_disagree(self, said: Mapping[str, Verdict]) -> bool:
        """Whether the request passes because one session policy allows what another is silent about."""
        policies = self.policies.session or ()
        if not self.allowed or len(policies) < 2 or "session" not in said:
            return False
        matches = next(layer.matches for layer in self.layers if layer.name == "session")
        allowing = {id(one.source) for one in matches if one.applies and one.statement.effect is Effect.ALLOW}
        silenced = {**said, "session": Verdict(Decision.IMPLICIT_DENY)}
        return len(allowing) < len(policies) and not settle(self.request, self.policies, silenced).decision

    @property
    def missing(self) -> tuple[str, ...]:
        """Context keys that were asked for and are not in the request: by statements that otherwise could apply."""
        return tuple(
            dict.fromkeys(
                key
                for layer in self.layers
                for one in layer.matches
                if all(element.applies or element.missing for element in one.elements if element.element != "Condition")
                for element in one.elements
                for key in element.missing
            )
        )

    @property
    def error_message(self) -> str:
        """AWS's own sentence for a denial (STS-18); empty when allowed."""
        if self.allowed:
            return ""
        if self.decision is Decision.IMPLICIT_DENY:
            return messages.implicit(self.request, self.silent)
        denied = next(layer for layer in self.layers if layer.decision is Decision.EXPLICIT_DENY)
        return messages.explicit(self.request, denied)

    @property
    def error_code(self) -> str:
        """The code that the action's service gives a denial; services differ (STS-18). Empty when allowed."""
        return "" if self.allowed else messages.error_code(self.request.action.partition(":")[0])

    @property
    def simulate_command(self) -> str:
        """The AWS CLI command that asks AWS the same of a real account; empty where its simulator cannot answer."""
        return messages.simulate_command(self.request, self.policies)

    def as_case(self) -> dict[str, Any]:
        """This evaluation as a test case, for a bug report: ready for ``json.dumps``."""
        request = self.request
        optional = {"issuer": request.principal.issuer, "context": _plain(request.context)}
        asked = {
            "principal": request.principal.arn,
            "action": request.action,
            "resource": request.resource,
            "resource_account": request.resource_account,
            **{name: value for name, value in optional.items() if value},
        }
        return {
            "name": f"{request.principal.name} asks for {request.action}",
            "rule": self.rule.id,
            "request": asked,
            "policies": _policies_case(self.policies),
            "expect": {"decision": self.decision.value, "by": self.by},
        }

    @property
    def by(self) -> list[str]:
        """What decided, as cases write it: ``identity/DevAccess/NoProd``, or the layer that was silent."""
        if self.decision is Decision.IMPLICIT_DENY:
            return [self.silent]
        decided = {id(one): layer.name for layer in self.layers for one in layer.matches}
        return [f"{decided[id(one)]}/{one.label}" for one in self.deciding]

    def __repr__(self) -> str:
        request = self.request
        by = ", ".join(one.label for one in self.deciding)
        if by:
            reason = f"by {by}"
        elif self.allowed:
            reason = "no policy needed"
        else:
            reason = "no statement applies" if self.silent == "identity" else f"{self.silent} silent"
        return printable(
            f"<{self.decision.value}: {request.principal.name} {request.action} on {request.resource}; "
            f"{reason} ({self.rule.id})>"
        )


def _said(layers: tuple[Layer, ...]) -> dict[str, Verdict]:
    return {layer.name: layer.verdict for layer in layers}


_SAYING: Final = ("ArnEquals", "ArnLike", "StringEquals", "StringLike")


def _says_who(one: StatementMatch) -> bool:
    """Whether a statement for everyone asks for aws:PrincipalArn besides: of those AWS says what they do (EVAL-10)."""
    return any(line.key.lower() == "aws:principalarn" and line.operator in _SAYING for line in one.statement.conditions)


def _flipped(one: StatementMatch, doubt: str) -> StatementMatch:
    if not any(doubt in element.doubts for element in one.elements):
        return one
    # Under its other reading an unresolved variable makes the statement invalid; any other doubt turns the outcome.
    elements = tuple(
        element._replace(applies=not element.applies and doubt != "UNSURE-32") if doubt in element.doubts else element
        for element in one.elements
    )
    return one._replace(elements=elements)


def _number(doubt: str) -> int:
    return int(doubt.rpartition("-")[2])


def _plain(context: Mapping[str, Any]) -> dict[str, Any]:
    return {key: list(value) if isinstance(value, tuple | set | frozenset) else value for key, value in context.items()}


def _policies_case(policies: PolicySet) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in ORDER:
        levels = getattr(policies, name)
        if levels is not None:
            found[name] = (
                [[_policy_case(one) for one in level] for level in levels]
                if name in LEVELLED
                else [_policy_case(one) for one in levels]
            )
    if policies.management_account:
        found["management_account"] = policies.management_account
    return found


def _policy_case(one: NamedPolicy) -> dict[str, Any]:
    optional = {"via": one.via, "arn": one.arn}
    given = {name: value for name, value in optional.items() if value}
    return {"name": one.name, **given, "document": one.policy.document}


__all__ = ["Decision", "Evaluation", "decide", "evaluate"]
