"""Checking an answer and giving hints; nothing a learner gives makes either of them raise."""

from __future__ import annotations

import importlib
import pkgutil
import re
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from iamlab.core.errors import IamlabError
from iamlab.lab import Lab
from iamlab.lessons import policy_answers, progress, result, sorted_answers, world_answers
from iamlab.lessons.exercise import Exercise, PolicyExercise, SortExercise, WorldExercise
from iamlab.lessons.result import Result
from iamlab.lessons.said import Said


def _every_lessons() -> dict[str, Exercise]:
    """Those of every module ``lesson_NN`` beside this one, by their ids."""
    folder = str(Path(__file__).parent)
    names = sorted(one.name for one in pkgutil.iter_modules([folder]) if one.name.startswith("lesson_"))
    modules = (importlib.import_module(f"iamlab.lessons.{name}") for name in names)
    return {one.id: one for module in modules for one in module.EXERCISES}


EXERCISES: Final[dict[str, Exercise]] = _every_lessons()


def check(exercise_id: str, answer: Any = ...) -> Result:
    """Judge an answer and remember what came of it. Never raises.

    ``answer`` is what the exercise asks for: a policy as dict, JSON text or Policy; a dict of choices; a changed lab,
    or a function that changes the one it is given; or a widget that holds one of these as its ``answer``.
    """
    exercise = _find(exercise_id)
    if exercise is None:
        return Result(exercise=str(exercise_id)[:40], status=progress.NOT_ATTEMPTED, message=_unknown(exercise_id))
    try:
        found = _judge(exercise, answer)
    except Exception as error:  # whatever an answer may be, Run All stays green and the learner gets a sentence
        message = (
            f"The answer could not be read ({type(error).__name__}: {str(error)[:300]}). {_WANTED[type(exercise)]}"
        )
        found = result.not_valid(exercise, message)
    remembered = progress.record(exercise.id, found.status)
    if found.misconception:
        progress.met(found.misconception)
    return replace(found, remembered=remembered)


_WANTED: Final = {
    PolicyExercise: "Give a dict or JSON text.",
    SortExercise: "Give a dict.",
    WorldExercise: "Give the changed lab.",
}


def _judge(exercise: Exercise, answer: Any) -> Result:
    given = getattr(answer, "answer", answer)  # a widget's
    if isinstance(exercise, SortExercise):
        return sorted_answers.judge(exercise, given)
    if isinstance(exercise, WorldExercise):
        return world_answers.judge(exercise, given)
    return policy_answers.judge(exercise, given)


def begin(exercise_id: str) -> Lab:
    """A fresh copy of an exercise's world, to be changed or looked at.

    Raises IamlabError (``ValidationError``) for an exercise that there is not.
    """
    exercise = _find(exercise_id)
    if exercise is None:
        raise IamlabError(_unknown(exercise_id), code="ValidationError")
    return exercise.world()


def _find(exercise_id: object) -> Exercise | None:
    return EXERCISES.get(exercise_id) if isinstance(exercise_id, str) else None


def _unknown(exercise_id: object) -> str:
    """The id that was meant, or what there is in that lesson, or where they begin and end."""
    text = str(exercise_id)[:40]
    said = f"There is no exercise {text!r}."
    parts = re.fullmatch(r"\D*0*([0-9]{1,2})\D+0*([0-9])\D*", text, re.ASCII)
    lesson = f"{int(parts[1]):02}" if parts else ""
    if parts and f"{lesson}.{parts[2]}" in EXERCISES:
        return f"{said} Did you mean '{lesson}.{parts[2]}'?"
    of_lesson = [one for one in EXERCISES if one.startswith(f"{lesson}.")]
    if of_lesson:
        return f"{said} Lesson {lesson} has {of_lesson[0]} to {of_lesson[-1]}."
    return f"{said} They are named by lesson and number, from {min(EXERCISES)} to {max(EXERCISES)}."


_given: dict[str, int] = {}
"""How many hints have been given of each exercise since the kernel started."""


def hint(exercise_id: str, number: int | None = None) -> Said:
    """The next hint, or one by its number: where to look, which rule, nearly there. Never raises."""
    exercise = _find(exercise_id)
    if exercise is None:
        return Said(_unknown(exercise_id))
    if number is None:
        number = min(_given.get(exercise.id, 0) + 1, 3)
    if type(number) is not int or number not in (1, 2, 3):  # True and 2.0 are equal to one of them, and are none
        return Said(f"There are hints 1, 2 and 3, for example hint({exercise_id!r}, 2).")
    _given[exercise.id] = max(number, _given.get(exercise.id, 0))
    said = exercise.hints[number - 1]
    more = (
        f"For the next one, run hint({exercise_id!r}) again." if number < 3 else f"The first: hint({exercise_id!r}, 1)."
    )
    return Said(f"Hint {number} of 3: {said}{NEWLINE if code(said) else ' '}({more})")


NEWLINE: Final = "\n"


def code(hint: str) -> str:
    """The lines of a hint that can be typed in as they are but for the dots; nothing in most hints."""
    lines = (one for one in hint.splitlines() if one.startswith("    "))
    return "\n".join(one.removeprefix("    ") for one in lines)
