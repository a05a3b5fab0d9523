"""What a policy allows beyond what was asked for: looked for among every action that AWS has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from iamlab import catalog
from iamlab.core.evaluation import Evaluation
from iamlab.core.matching import NamedPolicy, action_matches
from iamlab.core.policy import Effect, Policy
from iamlab.core.policy_set import PolicySet
from iamlab.core.request import Principal, Request
from iamlab.core.resources import resource_matches
from iamlab.core.settlement import FREE_ACTIONS, target
from iamlab.core.variables import Values
from iamlab.core.wildcard import has_wildcard, matches
from iamlab.lessons.circumstances import allowed_somehow
from iamlab.lessons.imagined import left_to, said_in, sample
from iamlab.world.resources import REGION

Wanted = tuple[tuple[str, str], ...]
"""Pairs of an action and a resource pattern: all that a policy may allow."""


def first_excess(policy: Policy, caller: Principal, wanted: Wanted, resources: tuple[str, ...]) -> Evaluation | None:
    """A request that the policy allows and nobody asked for, or None.

    Asked are all actions that an Allow reaches, each about the ``resources`` that it takes, about an example of each
    form that its resources have, and about one of each pattern in the policy; and in all circumstances that make a
    difference to its conditions. A role or a key leaves it to the account: what a policy allows there does not become
    harmless because nothing trusts the account today.
    """
    identity = (NamedPolicy(name=YOURS, policy=policy),)
    known = (*resources, *instances(policy, caller.account, _values(caller)))
    for action in _reached_actions(policy):
        for resource in _resources_of(action, known, caller.account):
            if _is_wanted(action.name, resource, wanted):
                continue
            owner = (resource.split(":")[4] if resource != "*" else "") or caller.account
            request = Request(
                principal=caller, action=action.name, resource=resource, resource_account=owner, context=ORDINARY
            )
            policies = PolicySet(identity=identity, resource=_left_to(caller.account, request))
            if found := allowed_somehow(request, policies):
                return found
    return None


def _values(caller: Principal) -> Values:
    """What each of its requests says of the caller."""
    asks = Request(principal=caller, action="sts:GetCallerIdentity", resource="*", resource_account=caller.account)
    return asks.values


YOURS: Final = "YourPolicy"
"""How an answer is called where it is tried, and so in what is said about it."""

ORDINARY: Final = {"aws:SecureTransport": "true", "aws:ViaAWSService": "false"}
"""What every request of the lab says."""


def _is_wanted(action: str, resource: str, wanted: Wanted) -> bool:
    return any(
        action == name and (resource_matches(pattern, resource) or pattern == resource) for name, pattern in wanted
    )


def _left_to(account: str, request: Request) -> tuple[NamedPolicy, ...] | None:
    """Of a role or a key, whose own policy must allow as well (EVAL-15), one that leaves it to the caller's account."""
    kind = target(request)
    if not kind:
        return None
    trust, key = left_to(account)
    policy = trust if kind == "trust" else key
    return (NamedPolicy(name=f"{kind} policy", policy=policy),)


def instances(policy: Policy, account: str, values: Values) -> list[str]:
    """Something that each pattern of an Allow fits: of that account, and of another one where the pattern lets it."""
    patterns = (pattern for one in policy.statements if one.effect is Effect.ALLOW for pattern in one.resources)
    return list(dict.fromkeys(found for one in patterns for found in instances_of(one, account, values)))


def instances_of(pattern: str, account: str, values: Values | None = None) -> Iterator[str]:
    """ARNs that fit one pattern; none for what is no ARN. ``values`` are what its policy variables stand for, if known.

    >>> list(instances_of("arn:aws:iam::*:role/Prod*", "111111111111"))
    ['arn:aws:iam::111111111111:role/Prodexample', 'arn:aws:iam::123456789012:role/Prodexample']
    """
    if values and "${" in pattern:
        yield from instances_of(said_in(pattern, values), account)
    parts = pattern.split(":", 5)
    if len(parts) != 6:
        return
    for owner in _owners(_VARIABLE.sub("*", parts[4]), account):
        partition = "aws" if has_wildcard(parts[1]) else parts[1]
        named = ":".join(("arn", partition, *parts[2:4], owner, parts[5]))
        found = sample(said_in(named, {}))
        yield found
        if parts[2] == "s3" and pattern.endswith("*") and "/" not in parts[5]:
            yield f"{found}/example"  # a star goes past the end of a bucket's name


def _owners(pattern: str, account: str) -> list[str]:
    """Accounts that fit what stands in an ARN for one."""
    if not has_wildcard(pattern):
        return [pattern]
    begin, _, end = pattern.replace("?", "0").partition("*")
    digits = begin + "0" * (12 - len(begin + end)) + end
    return [one for one in (account, ELSEWHERE) if matches(pattern, one)] or [digits.replace("*", "")]


_VARIABLE: Final = re.compile(r"\$\{[^}]*\}")


ELSEWHERE: Final = "123456789012"
"""An account of which nobody has spoken."""


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
    examples = (example(form, account) for form in action.resource_forms)
    return [*(one for one in resources if action.takes(one)), *examples]


def example(form: str, account: str) -> str:
    """An ARN of that form: some thing of the caller's account."""
    named = form.replace("${Partition}", "aws").replace("${Account}", account).replace("${Region}", REGION)
    return re.sub(r"\$\{[A-Za-z0-9]+\}|\*", "example", named)
