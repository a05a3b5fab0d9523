"""Judging a changed world: what may be done in it now, and whether more has changed than was asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import chain
from typing import Any, Final

from iamlab.analysis.difference import Change, Turn
from iamlab.core.errors import IamlabError
from iamlab.core.settlement import FREE_ACTIONS
from iamlab.lab import Lab
from iamlab.lessons import foreseen, newcomers, result, shortfall
from iamlab.lessons.exercise import Attempt, WorldExercise
from iamlab.lessons.joiners import is_any_member
from iamlab.lessons.probing import counterexample, disagreement, disagrees, failures, is_roots, recognized
from iamlab.lessons.result import Result
from iamlab.world.state import State


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
    if more := _more(exercise, fresh, lab):
        return result.not_yet(exercise, " ".join(part for part in (said, more) if part), misconception=number)
    if known:
        return result.not_yet(exercise, said, misconception=number)
    reference = exercise.world()
    exercise.reference(reference)
    if otherwise := disagreement(exercise.probes, reference, lab):
        return result.not_yet(exercise, disagrees(otherwise), otherwise.evaluation)
    if less := _less(exercise, reference, lab):
        return result.not_yet(exercise, shortfall.said(less), shortfall.shown(less))
    return result.correct(exercise)


def _more(exercise: WorldExercise, fresh: Lab, lab: Lab) -> str:
    """The first change that was not asked for, as a sentence; nothing if there is none.

    Sessions that were opened to try something have what their role or user has, and are left out; and what time it
    has become by then does not matter.
    """
    before, now = (replace(one.snapshot(), sessions={}) for one in (fresh, lab))
    after = replace(now, now=before.now)
    several: tuple[tuple[str, Callable[[], Iterable[Change]], Callable[[Change], str]], ...] = (
        (f"{MORE}:", lambda: fresh.difference(before, after).changes, lambda one: one.words),
        ("It does what was asked and lets in more:", lambda: newcomers.let_in(before, after), newcomers.announced),
        (
            f"{MORE}.",
            lambda: chain(foreseen.foreseen(before, after), _joined(before, after)),
            lambda one: foreseen.announced(one, after),
        ),
    )
    for said, found, words in several:
        doubtful = (kept for one in found() for kept in _permitted(one) if not _may_change(exercise, kept))
        lasting = (later for one in doubtful for later in shortfall.lasting(one))
        if excess := next((one for one in lasting if not exercise.may_change(one)), None):
            return f"{said} {words(_unasked(exercise, excess))}"
    return ""


def _joined(before: State, after: State) -> Iterator[Change]:
    """What who joins gains, other than as anybody in a group."""
    found = foreseen.of_joiners(before, after)
    return (one for one in found if one.turn in shortfall.MORE and not is_any_member(one))


def _may_change(exercise: WorldExercise, change: Change) -> bool:
    """Whether it was asked for, whatever becomes of it from now on."""
    return all(exercise.may_change(replace(change, turn=turn)) for turn in shortfall.outcomes(change.turn))


def _permitted(change: Change) -> Iterator[Change]:
    """The change without those of its actions that nobody needs a permission for (EVAL-24)."""
    actions = tuple(one for one in change.actions if one.lower() not in FREE_ACTIONS)
    if actions:
        yield replace(change, actions=actions)


def _unasked(exercise: WorldExercise, change: Change) -> Change:
    """The change without those of its actions that were asked for."""
    alone = ((one, replace(change, actions=(one,))) for one in change.actions)
    actions = tuple(action for action, of_it in alone if not exercise.may_change(of_it))
    return replace(change, actions=actions or change.actions)


def _less(exercise: WorldExercise, reference: Lab, lab: Lab) -> Change | None:
    """What was asked for and the answer does not give, or a Deny of its own takes away besides: one example."""

    def concerns(change: Change) -> bool:
        return shortfall.is_forbidden(change) or _was_wanted(exercise, change)

    return next(shortfall.shortfalls(reference, lab, exercise.spared, concerns=concerns), None)


def _was_wanted(exercise: WorldExercise, change: Change) -> bool:
    """Whether somebody was to gain it."""
    return not exercise.choice and not is_roots(change) and exercise.may_change(replace(change, turn=Turn.GAINED))


MORE: Final = "More has changed than was asked for"


def _how(exercise: WorldExercise) -> str:
    """How to change it: what a widget only tries is not in it, and variables from before are of another world."""
    put = f'In the widget, press "{exercise.button}". ' if exercise.button else ""
    begins = f"In Python, begin with {exercise.reach}: what the lesson made before is of another world."
    return f"{put}{begins} {result.see_hints(exercise)}"


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
