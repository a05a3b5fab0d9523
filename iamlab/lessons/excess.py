"""What a policy allows beyond what was asked for: looked for among every action that AWS has."""

from __future__ import annotations

import re
from collections.abc import Iterator

from iamlab import catalog
from iamlab.core.evaluation import FREE_ACTIONS, Evaluation, PolicySet, decide
from iamlab.core.matching import NamedPolicy, action_matches
from iamlab.core.policy import Effect, Policy
from iamlab.core.request import Principal, Request
from iamlab.core.resources import resource_matches

Wanted = tuple[tuple[str, str], ...]
"""Pairs of an action and a resource pattern: all that a policy may allow."""


def first_excess(policy: Policy, caller: Principal, wanted: Wanted, resources: tuple[str, ...]) -> Evaluation | None:
    """A request that the policy allows and nobody asked for, or None.

    Asked are all actions that an Allow reaches, each about the ``resources`` that it takes and about an example of
    each form that its resources have.
    """
    policies = PolicySet(identity=(NamedPolicy(name="Answer", policy=policy),))
    for action in _reached_actions(policy):
        for resource in _resources_of(action, resources, caller.account):
            expected = any(
                action.name == name and (resource_matches(pattern, resource) or pattern == resource)
                for name, pattern in wanted
            )
            request = Request(principal=caller, action=action.name, resource=resource, resource_account=caller.account)
            if not expected and (decision := decide(request, policies)):
                return Evaluation(request=request, policies=policies, decision=decision)
    return None


def _reached_actions(policy: Policy) -> Iterator[catalog.Action]:
    """Every real action that an Allow of the policy matches, those that need no permission left out."""
    allows = [one for one in policy.statements if one.effect is Effect.ALLOW]
    for service in catalog.services():
        if any(_reaches_service(pattern, service) for one in allows for pattern in one.actions) or any(
            one.not_actions for one in allows
        ):
            for name in catalog.service_actions(service):
                full = f"{service}:{name}"
                if full.lower() not in FREE_ACTIONS and any(
                    _allows(one.actions, one.not_actions, full) for one in allows
                ):
                    yield catalog.find(full)


def _reaches_service(pattern: str, service: str) -> bool:
    return action_matches(pattern.partition(":")[0], service)


def _allows(actions: tuple[str, ...], not_actions: tuple[str, ...], name: str) -> bool:
    if actions:
        return any(action_matches(pattern, name) for pattern in actions)
    return not any(action_matches(pattern, name) for pattern in not_actions)


def _resources_of(action: catalog.Action, resources: tuple[str, ...], account: str) -> list[str]:
    if action.wildcard_only:
        return ["*"]
    examples = (_example(form, account) for form in action.resource_forms)
    return [*(one for one in resources if action.takes(one)), *examples]


def _example(form: str, account: str) -> str:
    """An ARN of that form: some thing of the caller's account."""
    named = form.replace("${Partition}", "aws").replace("${Account}", account)
    return re.sub(r"\$\{[A-Za-z0-9]+\}|\*", "example", named)
