"""Judging a changed world: what may be done in it now, and whether more has changed than was asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from iamlab.core.errors import IamlabError
from iamlab.lab import Lab
from iamlab.lessons import result
from iamlab.lessons.exercise import Attempt, WorldExercise
from iamlab.lessons.probing import counterexample, failures, recognized
from iamlab.lessons.result import Result


def judge(exercise: WorldExercise, answer: Any) -> Result:
    """The result of a changed lab, or of a function that changes the one it is given."""
    begin = f'lab = begin("{exercise.id}")'
    if answer is None or answer is ...:
        return result.not_attempted(exercise, f"Take the exercise's world with {begin}, change it, and give the lab.")
    fresh = exercise.world()
    if callable(answer) and not isinstance(answer, Lab):
        answer, problem = _worked(answer, exercise.world())
        if problem:
            return result.not_valid(exercise, f"Your function ended with {problem}")
    if not isinstance(answer, Lab):
        said = f"The answer is the changed lab, not {type(answer).__name__}. Take the world with {begin}."
        return result.not_valid(exercise, said)
    if missing := _missing(fresh, answer):
        said = f"This is not the world of {exercise.id}: there is no {missing} in it. Take a fresh one with {begin}."
        return result.not_valid(exercise, said)
    if answer.snapshot() == fresh.snapshot():
        return result.not_attempted(exercise, f"Nothing has been changed in this world yet. {_how(exercise)}")
    return _judge_changed(exercise, fresh, answer)


def _judge_changed(exercise: WorldExercise, fresh: Lab, lab: Lab) -> Result:
    try:
        attempt = Attempt(lab=lab, failures=failures(exercise.probes, lab))
    except IamlabError as error:
        return result.not_valid(exercise, f"Something that the exercise asks about is gone. {error}")
    known = recognized(exercise.misconceptions, attempt)
    said, number = (known.message, known.number) if known else ("", 0)
    if attempt.failures:
        worst = attempt.failures[0]
        words = " ".join(part for part in (said, counterexample(worst)) if part)
        return result.not_yet(exercise, words, worst.evaluation, number)
    changes = fresh.difference(fresh.snapshot(), lab.snapshot()).changes
    excess = next((one for one in changes if not exercise.may_change(one)), None)
    if excess:
        words = " ".join(part for part in (said, f"More has changed than was asked for: {excess.words}") if part)
        return result.not_yet(exercise, words, misconception=number)
    if known:
        return result.not_yet(exercise, said, misconception=number)
    return result.correct(exercise)


def _how(exercise: WorldExercise) -> str:
    return f"Change it, then run the check again. {result.see_hints(exercise)}"


def _worked(change: Callable[[Lab], Any], lab: Lab) -> tuple[Lab, str]:
    """The lab after the learner's function, and what went wrong in it."""
    try:
        change(lab)
    except Exception as error:  # whatever a learner's code does, it is answered with a sentence
        return lab, f"{type(error).__name__}: {str(error)[:500]}"
    return lab, ""


def _missing(fresh: Lab, lab: Lab) -> str:
    """An account, or somebody in it, that the exercise's world begins with and this one has never had."""
    there = {one.id: one for one in lab.accounts}
    for account in fresh.accounts:
        if account.id not in there:
            return f"account {account.name}"
        serial = lab.snapshot().entities
        for one in (*account.principals, *account.groups):
            named = {other.name for other in (*there[account.id].principals, *there[account.id].groups)}
            if one.name not in named and one.id not in serial:
                return f"{one.kind} {one.name}"
    return ""
