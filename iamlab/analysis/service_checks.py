"""Findings about what a service does not know: tags in conditions, and in its own policies what is another service's.

And about keys that say enough only together with another one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Final

from iamlab import catalog
from iamlab.analysis.finding import Advice, Examined, Found, Level
from iamlab.core import wildcard
from iamlab.core.policy import Effect, Policy, PolicyKind

FOREIGN_ACTION: Final = "UNSUPPORTED_ACTION_IN_POLICY"
ADVICE: Final[Mapping[str, Advice]] = {
    "DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE": Advice(
        id="VAL-41",
        level=Level.SECURITY,
        why="Its requests never have the key, so the condition does not hold and nothing of it is denied.",
        remedy="Deny the actions of that service in a statement of their own, by their resources.",
    ),
    "MISSING_PAIRED_CONDITION_KEYS": Advice(
        id="VAL-42",
        level=Level.SECURITY,
        why="Private addresses are used over and over: the same ones may be somebody else's, in another VPC.",
        remedy="Add a condition that names the VPC.",
    ),
    FOREIGN_ACTION: Advice(
        id="VAL-53",
        level=Level.ERROR,
        why="A resource policy is read for requests to its own service alone.",
        remedy="Keep to actions of that service.",
    ),
    "UNSUPPORTED_RESOURCE_ARN_IN_POLICY": Advice(
        id="VAL-53",
        level=Level.ERROR,
        why="A resource policy is about the resource that has it, and about nothing else.",
        remedy="Name the resource that has the policy, or what is in it.",
    ),
}

PAIRED: Final[Mapping[str, tuple[str, ...]]] = {
    "aws:vpcsourceip": ("aws:SourceVpc", "aws:SourceVpce"),
    "aws:ec2instancesourceprivateipv4": ("aws:Ec2InstanceSourceVpc",),
}
"""Keys whose values are not unique in themselves, and those that say what they are of."""
OWN_POLICY: Final = frozenset({"s3", "kms", "sqs", "sns", "lambda", "dynamodb", "secretsmanager"})
"""Services whose resources have policies, in which nothing but their own actions and ARNs is to be found."""


def check(examined: Examined) -> Found:
    """Findings of one statement, place and sentence for each."""
    yield from _tags(examined)
    yield from _pairs(examined)
    if examined.kind is PolicyKind.RESOURCE:
        yield from _foreign(examined)


def _tags(examined: Examined) -> Found:
    """A Deny that never takes effect for a service, as a request without the key does not fit the condition."""
    if examined.statement.effect is not Effect.DENY:
        return
    services = sorted(_services(examined.statement.actions))
    for condition in examined.statement.conditions:
        key = condition.key.lower()
        stem = f"{key.partition('/')[0]}/" if "/" in key else key
        if stem not in catalog.OF_THE_ACTION or condition.holds({}):
            continue
        ignoring = [one for one in services if not _supports(one, stem)]
        if ignoring:
            place = examined.at("Condition", condition.operator, condition.key)
            problem = f"No action of {' or '.join(ignoring)} supports {condition.key}."
            yield "DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE", place, problem


@cache
def _supports(service: str, key: str) -> bool:
    """Whether any action of a service supports the key; of a service that does not exist there is nothing to say."""
    actions = catalog.service_actions(service)
    return not actions or any(key in catalog.supported_keys(f"{service}:{one}") for one in actions)


def _services(actions: Iterable[str]) -> set[str]:
    """The services of actions, where they are written out."""
    return {service for one in actions if not wildcard.has_wildcard(service := one.partition(":")[0].lower())}


def _pairs(examined: Examined) -> Found:
    """An Allow for addresses that may be anybody's; what one Deny leaves open, another may close."""
    if examined.statement.effect is not Effect.ALLOW:
        return
    there = {one.key.lower() for one in examined.statement.conditions}
    for condition in examined.statement.conditions:
        others = PAIRED.get(condition.key.lower(), ())
        if others and not there & {one.lower() for one in others}:
            place = examined.at("Condition", condition.operator, condition.key)
            problem = f"{condition.key} stands without {' or '.join(others)}."
            yield "MISSING_PAIRED_CONDITION_KEYS", place, problem


def _foreign(examined: Examined) -> Found:
    """Actions and ARNs of other services, where it is known whose policy this is."""
    own = examined.service or _guessed(examined.policy)
    if own not in OWN_POLICY:
        return
    for element in ("Action", "NotAction"):
        actions = examined.statement.actions if element == "Action" else examined.statement.not_actions
        for index, action in enumerate(actions):
            if _services([action]) - {own}:
                problem = f"{action} stands in the policy of a resource of {own}."
                yield FOREIGN_ACTION, examined.value_at(element, index), problem
    for element in ("Resource", "NotResource"):
        arns = examined.statement.resources if element == "Resource" else examined.statement.not_resources
        for index, arn in enumerate(arns):
            if _of_arns([arn]) - {own}:
                problem = f"{arn} stands in the policy of a resource of {own}."
                yield "UNSUPPORTED_RESOURCE_ARN_IN_POLICY", examined.value_at(element, index), problem


def _of_arns(arns: Iterable[str]) -> set[str]:
    """The services of ARNs, where they are written out."""
    services = (one.split(":")[2] for one in arns if one.startswith("arn:") and one.count(":") >= 5)
    return {one.lower() for one in services if one and not wildcard.has_wildcard(one) and "$" not in one}


def _guessed(policy: Policy) -> str:
    """The service of a resource policy that is looked at by itself: the only one that its actions and ARNs have in
    common, or that either of them names.
    """
    statements = policy.statements
    actions = _services(action for one in statements for action in (*one.actions, *one.not_actions))
    arns = _of_arns(arn for one in statements for arn in (*one.resources, *one.not_resources))
    found = (actions & arns) or arns or actions
    return next(iter(found)) if len(found) == 1 else ""
