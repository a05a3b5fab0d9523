"""Exercises as data: what is asked, what a right answer must do, and what the likely wrong ones get wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from iamlab.core.evaluation import Decision, Evaluation
from iamlab.core.policy import Policy
from iamlab.core.request import Principal
from iamlab.lab import Lab
from iamlab.lessons.excess import Wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One request that an answer is judged by: ``ask`` puts it to a world; ``allowed`` is what must come out."""

    words: str
    ask: Callable[[Lab], Evaluation]
    allowed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A probe that came out wrong, with the evaluation that shows it."""

    probe: Probe
    evaluation: Evaluation


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A valid policy that was given as an answer, and the probes that it fails."""

    policy: Policy
    failures: tuple[Failure, ...]

    def fails(self, words: str) -> bool:
        """Whether the probe of these words came out wrong."""
        return any(words == failure.probe.words for failure in self.failures)


@dataclass(frozen=True, slots=True, kw_only=True)
class Misconception:
    """A likely wrong answer: an example of it, how to know it again by what it does, and what to say to it."""

    answer: Any
    message: str
    known_by: Callable[[Attempt], bool] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyExercise:
    """Write a policy: ``apply`` puts it into a fresh ``world``, and the probes are asked there.

    ``only`` names all that ``caller`` may be allowed, as pairs of action and resource pattern: whatever else the policy
    allows, among all actions that AWS has, is too much.
    """

    id: str
    title: str
    world: Callable[[], Lab]
    caller: Callable[[Lab], Principal]
    apply: Callable[[Lab, Policy], None]
    only: Wanted
    probes: tuple[Probe, ...]
    hints: tuple[str, str, str]
    reference: Mapping[str, Any]
    explanation: str
    misconceptions: tuple[Misconception, ...]
    untouched: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One verdict to predict; ``messages`` answers each wrong prediction."""

    words: str
    ask: Callable[[Lab], Evaluation]
    messages: Mapping[Decision, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictionExercise:
    """Predict verdicts: the answer maps each question's key to one of the three verdicts in words."""

    id: str
    title: str
    world: Callable[[], Lab]
    questions: Mapping[str, Question]
    hints: tuple[str, str, str]
    explanation: str


Exercise = PolicyExercise | PredictionExercise
