"""Asking a world the requests that an answer is judged by, and saying which came out wrong."""

from __future__ import annotations

from collections.abc import Sequence

from iamlab.core.evaluation import Evaluation
from iamlab.lab import Lab
from iamlab.lessons.exercise import Attempt, Failure, Misconception, Probe
from iamlab.views import explain


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


def counterexample(failure: Failure) -> str:
    """The failed probe in words, and what the world says to it."""
    wanted = "must be allowed" if failure.probe.allowed else "must be denied"
    return f"For example: {failure.probe.words} {wanted}, and is not. {explain.verdict(failure.evaluation)}"


def recognized(misconceptions: Sequence[Misconception], attempt: Attempt) -> Misconception | None:
    """The first misconception that the attempt shows."""
    return next((one for one in misconceptions if one.known_by(attempt)), None)
