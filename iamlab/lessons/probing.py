"""Asking a world the requests that an answer is judged by, and saying which came out wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from iamlab.analysis.difference import Change
from iamlab.core.evaluation import Evaluation
from iamlab.core.policy import Policy
from iamlab.core.request import Principal
from iamlab.lab import Lab
from iamlab.lessons import worlds
from iamlab.lessons.circumstances import condition, condition_beside, in_any_case, told_apart
from iamlab.lessons.excess import YOURS
from iamlab.lessons.exercise import Attempt, Failure, Misconception, Probe
from iamlab.views import explain


def asks(
    who: str,
    action: str,
    resource: str | None,
    words: str,
    *,
    allowed: bool = True,
    after: Callable[[Lab], Any] | None = None,
) -> Probe:
    """A probe of one user or role of the Development account, by its name."""

    def ask(lab: Lab) -> Evaluation:
        return lab.evaluate(worlds.identity(lab, who), action, resource)

    return Probe(words=words, ask=ask, allowed=allowed, after=after)


def in_any_circumstances(probe: Probe) -> Probe:
    """The probe, asked in every circumstance that makes a difference to the policies: it must be denied in all."""
    return replace(probe, ask=lambda lab: in_any_case(probe.ask(lab)))


def embedded_in(who: str) -> Callable[[Lab, Policy], None]:
    """Puts an answer into one user or role of the Development account."""
    return lambda lab, policy: worlds.identity(lab, who).put_policy(YOURS, policy)


def calling_as(who: str) -> Callable[[Lab], Principal]:
    """One user or role of the Development account as the caller whose rights are looked at."""
    return lambda lab: worlds.identity(lab, who).principal


def asked(probe: Probe, lab: Lab) -> Evaluation:
    """The probe's evaluation in this world, which stays as it is."""
    if probe.after is None:
        return probe.ask(lab)
    copy = lab.copy()
    probe.after(copy)
    return probe.ask(copy)


def failures(probes: Sequence[Probe], lab: Lab) -> tuple[Failure, ...]:
    """The probes that come out wrong in this world, in order: the first is the one to show."""
    found = ((probe, asked(probe, lab)) for probe in probes)
    return tuple(
        Failure(probe=probe, evaluation=evaluation)
        for probe, evaluation in found
        if evaluation.allowed is not probe.allowed
    )


def disagreement(probes: Sequence[Probe], reference: Lab, answered: Lab) -> Failure | None:
    """A probe that comes out otherwise than with the reference in some circumstances, or None.

    What must be allowed may be allowed in more of them, what must be denied in fewer: that is for others to find.
    """
    for probe in probes:
        pair = asked(probe, reference), asked(probe, answered)
        for right, found in told_apart(*pair, probe.fixed):
            if right.allowed is probe.allowed:
                return Failure(probe=probe, evaluation=found, when=condition_beside(*pair, probe.fixed))
    return None


def wanted(probe: Probe) -> str:
    """What must come out of a probe, in words: ``alice reads 1.jpg must be allowed``."""
    return f"{probe.words} must be {'allowed' if probe.allowed else 'denied'}"


def counterexample(failure: Failure) -> str:
    """The failed probe in words, and what the world says to it."""
    said = f"For example: {wanted(failure.probe)}, and is not. {explain.verdict(failure.evaluation)}"
    when = "" if failure.probe.allowed else condition(failure.evaluation.request, failure.evaluation.policies)
    return f"{said} (It is allowed {when}.)" if when else said


def disagrees(failure: Failure) -> str:
    """A probe that comes out wrong in some circumstances, in words."""
    if not failure.probe.allowed:
        return f"It does what was asked, but not always. {counterexample(failure)}"
    return f"It does less than was asked. For example: {wanted(failure.probe)}, and is allowed {failure.when}."


def is_roots(change: Change) -> bool:
    """Whatever is new in an account, its root user gains: that is no excess."""
    return change.subject.kind == "root"


def recognized(misconceptions: Sequence[Misconception], attempt: Attempt) -> Misconception | None:
    """The first misconception that the attempt shows."""
    return next((one for one in misconceptions if one.known_by(attempt)), None)
