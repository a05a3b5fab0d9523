"""One request decided, and the whole of its reasons (EVAL-01 to EVAL-31)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from iamlab.core import cases, doubts, messages
from iamlab.core.errors import printable
from iamlab.core.layers import (
    NAMING,
    Decision,
    Exemption,
    Layer,
    Verdict,
    applicable,
    caller,
    exemptions,
    explained,
    said_by,
    verdict,
)
from iamlab.core.matching import StatementMatch
from iamlab.core.naming import Naming
from iamlab.core.policy_set import PolicySet
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
        return Reason.FREE if self._free else settle(self.request, self.policies, said_by(self.layers))

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
        return paths(self.request, self.policies, said_by(self.layers))

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
        return () if self._free else doubts.rested_on(self)

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
        return cases.as_case(self)

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


__all__ = ["Decision", "Evaluation", "decide", "evaluate"]
