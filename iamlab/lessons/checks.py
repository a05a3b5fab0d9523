"""Checking an answer: what it does is judged, not how it is written; nothing a learner gives makes it raise."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from iamlab import catalog
from iamlab.core.errors import IamlabError, PolicyError
from iamlab.core.evaluation import Decision, Evaluation
from iamlab.core.policy import LATEST, Policy
from iamlab.core.wildcard import has_wildcard
from iamlab.lessons import lesson_01, progress
from iamlab.lessons.excess import first_excess
from iamlab.lessons.exercise import Attempt, Exercise, Failure, PolicyExercise, PredictionExercise
from iamlab.views import explain
from iamlab.views.html import element, join, page

EXERCISES: Final[dict[str, Exercise]] = {one.id: one for one in lesson_01.EXERCISES}

NOT_VALID: Final = "not valid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of a check: ``status`` is not attempted, not valid, not yet or correct.

    ``counterexample`` is the request that came out wrong, with its reasons.
    """

    exercise: str
    status: str
    message: str
    counterexample: Evaluation | None = None
    remembered: bool = True

    @property
    def correct(self) -> bool:
        """Whether the exercise is solved."""
        return self.status == progress.CORRECT

    def __repr__(self) -> str:
        lines = [f"{self.exercise}: {self.status}. {self.message}"]
        if not self.remembered:
            lines.append(UNREMEMBERED)
        return "\n".join(lines)


UNREMEMBERED: Final = "(Your progress could not be written to the disk; the answer counts all the same.)"


def check(exercise_id: str, answer: Any = ...) -> Result:
    """Judge an answer and remember what came of it. Never raises.

    ``answer`` is what the exercise asks for: a policy as dict, JSON text or Policy, or a dict of predictions.
    """
    exercise = EXERCISES.get(exercise_id) if isinstance(exercise_id, str) else None
    if exercise is None:
        known = ", ".join(EXERCISES)
        message = f"There is no exercise {exercise_id!r}. There are {known}."
        return Result(exercise=str(exercise_id), status=progress.NOT_ATTEMPTED, message=message)
    try:
        result = _judge(exercise, answer)
    except Exception as error:  # whatever an answer may be, Run All stays green and the learner gets a sentence
        message = f"The answer could not be read ({type(error).__name__}: {error}). Give a dict or JSON text."
        result = _result(exercise, NOT_VALID, message)
    return replace(result, remembered=progress.record(exercise.id, result.status))


def _judge(exercise: Exercise, answer: Any) -> Result:
    if isinstance(exercise, PredictionExercise):
        return _judge_predictions(exercise, answer)
    return _judge_policy(exercise, answer)


def _result(exercise: Exercise, status: str, message: str, counterexample: Evaluation | None = None) -> Result:
    return Result(exercise=exercise.id, status=status, message=message, counterexample=counterexample)


# Policies


def _judge_policy(exercise: PolicyExercise, answer: Any) -> Result:
    if answer is None or _has_placeholder(answer) or (isinstance(answer, dict) and answer == exercise.untouched):
        message = f"Write your policy where the dots are, or change the one that stands there. {_see_hints(exercise)}"
        return _result(exercise, progress.NOT_ATTEMPTED, message)
    try:
        policy = Policy.parse(answer)
    except PolicyError as error:
        return _result(exercise, NOT_VALID, f"AWS would not store this policy. {error}")
    attempt = Attempt(policy=policy, failures=_failures(exercise, policy))
    if attempt.failures:
        worst = attempt.failures[0]
        said = _known(exercise, attempt)
        message = " ".join(part for part in (said, _counterexample(worst), _see_hints(exercise)) if part)
        return _result(exercise, progress.NOT_YET, message, worst.evaluation)
    lab = exercise.world()
    excess = first_excess(policy, exercise.caller(lab), exercise.only, lab.resources)
    if excess:
        said = f"It does what was asked and allows more: {excess.request.action}{_about(excess)}, for example."
        return _result(exercise, progress.NOT_YET, f"{said} {_see_hints(exercise)}", excess)
    return _result(exercise, progress.CORRECT, f"{exercise.explanation}{_without_version(policy)}")


def _about(evaluation: Evaluation) -> str:
    resource = evaluation.request.resource
    return f" on {resource}" if resource != "*" else ""


def _without_version(policy: Policy) -> str:
    """A correct answer in the old language is correct, and worth a word (POL-02)."""
    if policy.version == LATEST:
        return ""
    return f' (Write "Version": "{LATEST}" as well: without it AWS refuses a managed policy.)'


def _known(exercise: PolicyExercise, attempt: Attempt) -> str:
    """What is to be said to this mistake: to one that any policy may have, or to one of this exercise."""
    if unknown := _unknown_action(attempt.policy):
        return unknown
    worst = attempt.failures[0]
    said = next((one.message for one in exercise.misconceptions if one.known_by(attempt)), "")
    if said or worst.evaluation.decision is not Decision.EXPLICIT_DENY:
        return said
    return "Your own Deny forbids it: an explicit Deny wins over every Allow."


def _unknown_action(policy: Policy) -> str:
    """A name that AWS does not have is stored all the same, and never matches (POL-24, end)."""
    for pattern in (one for statement in policy.statements for one in statement.actions):
        if not has_wildcard(pattern):
            try:
                catalog.find(pattern)
            except IamlabError as error:
                return f"{error.message} AWS stores such a policy, but it matches nothing. {OTHER_NAMES}"
    return ""


OTHER_NAMES: Final = (
    "Not every action is named as the API call: ListBuckets, ListObjectsV2 and HeadObject are allowed by "
    "s3:ListAllMyBuckets, s3:ListBucket and s3:GetObject."
)


def _has_placeholder(answer: Any, depth: int = 0) -> bool:
    """Whether dots still stand somewhere in the answer."""
    if depth > 10:  # deeper than any policy; the parser will say so
        return False
    if isinstance(answer, Mapping):
        return any(_has_placeholder(value, depth + 1) for value in answer.values())
    if isinstance(answer, list | tuple):
        return any(_has_placeholder(value, depth + 1) for value in answer)
    return answer is ...


def _failures(exercise: PolicyExercise, policy: Policy) -> tuple[Failure, ...]:
    lab = exercise.world()
    exercise.apply(lab, policy)
    asked = ((probe, probe.ask(lab)) for probe in exercise.probes)
    return tuple(
        Failure(probe=probe, evaluation=evaluation)
        for probe, evaluation in asked
        if evaluation.allowed is not probe.allowed
    )


def _counterexample(failure: Failure) -> str:
    wanted = "must be allowed" if failure.probe.allowed else "must be denied"
    return f"For example: {failure.probe.words} {wanted}, and is not. {explain.verdict(failure.evaluation)}"


# Predictions


def _judge_predictions(exercise: PredictionExercise, answer: Any) -> Result:
    keys = list(exercise.questions)
    if answer is None or answer is ...:
        return _result(exercise, progress.NOT_ATTEMPTED, f"Give a dict with a verdict for each of {', '.join(keys)}.")
    if not isinstance(answer, Mapping):
        message = f"The answer is a dict with a verdict for each of {', '.join(keys)}, not {type(answer).__name__}."
        return _result(exercise, NOT_VALID, message)
    open_ = [key for key in keys if answer.get(key, ...) is ...]
    if open_:
        return _result(exercise, progress.NOT_ATTEMPTED, f"Predict first: {', '.join(open_)} still open. {WORDS}")
    lab = exercise.world()
    for key, question in exercise.questions.items():
        predicted = as_decision(answer[key])
        if predicted is None:
            return _result(exercise, NOT_VALID, f"{answer[key]!r} for {key} is no verdict. {WORDS}")
        if predicted is not (evaluation := question.ask(lab)).decision:
            message = f"{key}: {question.words}. {question.messages[predicted]} {_see_hints(exercise)}"
            return _result(exercise, progress.NOT_YET, message, evaluation)
    return _result(exercise, progress.CORRECT, exercise.explanation)


WORDS: Final = "A verdict is 'allowed', 'implicit deny' (something is missing) or 'explicit deny' (something forbids)."


def as_decision(word: Any) -> Decision | None:
    """The decision that a learner's word means, or None: letter case and a dash do not matter.

    >>> as_decision("Implicit-Deny")
    <Decision.IMPLICIT_DENY: 'implicit deny'>
    """
    if isinstance(word, Decision):
        return word
    plain = re.sub("[^a-z]", "", word.lower()) if isinstance(word, str) else ""
    return next((one for one in Decision if plain in (one.value.replace(" ", ""), one.name.lower())), None)


# Hints


def _see_hints(exercise: Exercise) -> str:
    return f'Stuck? hint("{exercise.id}") helps.'


@dataclass(frozen=True, slots=True)
class Hint:
    """One hint; shown as a sentence."""

    text: str

    def __repr__(self) -> str:
        return self.text


def hint(exercise_id: str, number: int = 1) -> Hint:
    """The first, second or third hint: where to look, which rule, nearly there. Never raises."""
    exercise = EXERCISES.get(exercise_id) if isinstance(exercise_id, str) else None
    if exercise is None:
        return Hint(f"There is no exercise {exercise_id!r}. There are {', '.join(EXERCISES)}.")
    if number not in (1, 2, 3):
        return Hint(f"There are hints 1, 2 and 3, for example hint({exercise_id!r}, 2).")
    more = f" (More: hint({exercise_id!r}, {number + 1}).)" if number < 3 else ""
    return Hint(f"Hint {number} of 3: {exercise.hints[number - 1]}{more}")


SIGNS: Final = {progress.CORRECT: "✔", progress.NOT_YET: "✖", NOT_VALID: "✖", progress.NOT_ATTEMPTED: "…"}


def html(result: Result) -> str:
    """The result as HTML; the counterexample's whole explanation can be opened below."""
    headline = element("strong", f"{SIGNS[result.status]} {result.exercise}: {result.status}")
    parts = [element("p", join(headline, ". ", result.message), cls="iamlab-rule")]
    if not result.remembered:
        parts.append(element("p", UNREMEMBERED))
    if result.counterexample is not None and result.status == progress.NOT_YET:
        parts.append(
            element(
                "details",
                join(element("summary", "Why? The whole evaluation"), explain.body(result.counterexample)),
            )
        )
    return page(join(*parts), label=f"Exercise {result.exercise}: {result.status}")
