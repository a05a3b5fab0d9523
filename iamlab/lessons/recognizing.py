"""How a mistake in a policy is known again: what its statements name and cover."""

from __future__ import annotations

from iamlab.core.evaluation import Decision
from iamlab.core.policy import Effect
from iamlab.core.resources import resource_matches
from iamlab.lessons.exercise import Attempt, Probe
from iamlab.lessons.trusting import trusted


def denies_only(attempt: Attempt) -> bool:
    """Whether there is no Allow in the policy."""
    return all(one.effect is Effect.DENY for one in attempt.policy.statements)


def names(attempt: Attempt, *actions: str) -> bool:
    """Whether an Allow lists one of these actions or patterns, letter for letter but for case (POL-09)."""
    wanted = {action.lower() for action in actions}
    return any(
        one.lower() in wanted
        for statement in attempt.policy.statements
        if statement.effect is Effect.ALLOW
        for one in statement.actions
    )


def on(attempt: Attempt, *resources: str) -> bool:
    """Whether an Allow lists one of these resources, letter for letter."""
    return any(
        one in resources
        for statement in attempt.policy.statements
        if statement.effect is Effect.ALLOW
        for one in statement.resources
    )


def covers(attempt: Attempt, arn: str) -> bool:
    """Whether a Resource of an Allow fits the ARN, whatever the action."""
    return any(
        resource_matches(pattern, arn)
        for statement in attempt.policy.statements
        if statement.effect is Effect.ALLOW
        for pattern in statement.resources
    )


def names_objects(attempt: Attempt, bucket: str) -> bool:
    """Whether an Allow names something in the bucket, be it one object."""
    allows = (one for one in attempt.policy.statements if one.effect is Effect.ALLOW)
    named = (one for statement in allows for one in statement.resources)
    return any(one.startswith(f"{bucket}/") and one != f"{bucket}/" for one in named)


def trusts(attempt: Attempt, *named: str) -> bool:
    """Whether an Allow of the trust policy names one of these, letter for letter."""
    return not trusted(attempt.policy).isdisjoint(named)


def silent(attempt: Attempt) -> bool:
    """Whether the first thing that fails is denied for want of an Allow, not by a Deny."""
    return attempt.failures[0].evaluation.decision is Decision.IMPLICIT_DENY


def forbidden(attempt: Attempt, probe: Probe) -> bool:
    """Whether a probe fails because a Deny applies."""
    found = attempt.evaluation(probe)
    return found is not None and found.decision is Decision.EXPLICIT_DENY


def missing(attempt: Attempt, probe: Probe) -> str:
    """The layer that should have allowed a probe that fails, and did not; empty when that is not why, or it passes."""
    found = attempt.evaluation(probe)
    return found.silent if found else ""
