"""An evaluation as a test case: plain values that say all that the decision rests on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from iamlab.core.matching import NamedPolicy
from iamlab.core.policy_set import LEVELLED, ORDER, PolicySet

if TYPE_CHECKING:
    from iamlab.core.evaluation import Evaluation


def as_case(evaluation: Evaluation) -> dict[str, Any]:
    """The evaluation as a case, with its decision and reason as what is expected."""
    request = evaluation.request
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
        "rule": evaluation.rule.id,
        "request": asked,
        "policies": _policies(evaluation.policies),
        "expect": {"decision": evaluation.decision.value, "by": evaluation.by},
    }


def _plain(context: Mapping[str, Any]) -> dict[str, Any]:
    return {key: list(value) if isinstance(value, tuple | set | frozenset) else value for key, value in context.items()}


def _policies(policies: PolicySet) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in ORDER:
        levels = getattr(policies, name)
        if levels is not None:
            found[name] = (
                [[_policy(one) for one in level] for level in levels]
                if name in LEVELLED
                else [_policy(one) for one in levels]
            )
    if policies.management_account:
        found["management_account"] = policies.management_account
    return found


def _policy(one: NamedPolicy) -> dict[str, Any]:
    optional = {"via": one.via, "arn": one.arn}
    given = {name: value for name, value in optional.items() if value}
    return {"name": one.name, **given, "document": one.policy.document}
