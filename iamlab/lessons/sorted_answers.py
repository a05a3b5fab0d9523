"""Judging what was sorted, predicted or chosen: one choice for each item, the engine's where it is a verdict."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from iamlab.core.evaluation import Decision, Evaluation
from iamlab.lab import Lab
from iamlab.lessons import result
from iamlab.lessons.exercise import VERDICTS, Item, SortExercise
from iamlab.lessons.result import Result


def judge(exercise: SortExercise, answer: Any) -> Result:
    """The result of a dict with a choice for each item."""
    keys = list(exercise.items)
    wanted = "a verdict" if exercise.choices == VERDICTS else "a choice"
    if answer is None or answer is ...:
        return result.not_attempted(exercise, f"Give a dict with {wanted} for each of {', '.join(keys)}.")
    if not isinstance(answer, Mapping):
        message = f"The answer is a dict with {wanted} for each of {', '.join(keys)}, not {type(answer).__name__}."
        return result.not_valid(exercise, message)
    open_ = [key for key in keys if answer.get(key, ...) in (..., None)]
    parts_open = {_part(key) for key in open_}
    whole = [key for key in keys if exercise.part and _part(key) not in parts_open]
    if open_ and not whole:
        asked = (*_begun(exercise, open_), *open_)[0]
        message = f"Still open: {_open_words(exercise, open_)}. {_choices_words(exercise, asked)}"
        return result.not_attempted(exercise, message)
    judged = _judge(exercise, answer, whole or keys)
    if open_ and judged.correct:
        return result.not_yet(exercise, _so_far(exercise, whole, open_))
    return judged


def _judge(exercise: SortExercise, answer: Mapping[Any, Any], keys: Sequence[str]) -> Result:
    """The result of these items, all of which have an answer."""
    lab = exercise.world()
    for key in keys:
        item = exercise.items[key]
        choices = exercise.choices_of(key)
        chosen = chosen_of(choices, answer[key])
        if chosen is None:
            return result.not_valid(
                exercise, f"{answer[key]!r} for {key} is none of the choices. {_choices_words(exercise, key)}"
            )
        right, evaluation = truth(item, lab)
        if chosen != right:
            said = f"{key}: {item.words}{'' if item.words.endswith('?') else '.'} {item.messages[chosen]}"
            return result.not_yet(exercise, said, evaluation, item.numbers.get(chosen, 0))
    return result.correct(exercise)


def _part(key: str) -> str:
    return key.partition(":")[0]


def _so_far(exercise: SortExercise, whole: Sequence[str], open_: Sequence[str]) -> str:
    """How many parts are answered and right, and what is open."""
    right = list(dict.fromkeys(map(_part, whole)))
    total = len({_part(key) for key in exercise.items})
    answered = f"{_numbered(exercise.part, right)} ({len(right)} of {total})"
    return f"Answered and right: {answered}. Still open: {_open_words(exercise, open_)}."


def _open_words(exercise: SortExercise, open_: Sequence[str]) -> str:
    """What is open; a part of which nothing is answered by its number alone."""
    if not exercise.part:
        return ", ".join(open_)
    begun = _begun(exercise, open_)
    untouched = list(dict.fromkeys(_part(key) for key in open_ if key not in begun))
    return ", ".join([*begun, *([_numbered(exercise.part, untouched)] if untouched else [])])


def _begun(exercise: SortExercise, open_: Sequence[str]) -> list[str]:
    """What is open of a part of which something is answered."""
    every, there = Counter(map(_part, exercise.items)), Counter(map(_part, open_))
    return [key for key in open_ if exercise.part and there[_part(key)] < every[_part(key)]]


def _numbered(part: str, numbers: Sequence[str]) -> str:
    """``ticket 1``, ``tickets 1, 2``."""
    return f"{part}{'s' if len(numbers) > 1 else ''} {', '.join(numbers)}"


def truth(item: Item, lab: Lab) -> tuple[str, Evaluation | None]:
    """What is right for the item, and the evaluation that says so where it is a verdict; the lab stays as it is."""
    if item.happens is not None:
        return item.happens(lab.copy()), None
    if item.ask is None:
        return item.right, None
    evaluation = item.ask(lab)
    return evaluation.decision.value, evaluation


def _choices_words(exercise: SortExercise, key: str) -> str:
    choices = exercise.choices_of(key)
    if choices == VERDICTS:
        return VERDICT_WORDS
    which = f" for {key!r}" if exercise.items[key].choices else ""
    return f"The choices{which} are {', '.join(map(repr, choices))}."


VERDICT_WORDS: Final = (
    "A verdict is 'allowed', 'implicit deny' (something is missing) or 'explicit deny' (something forbids)."
)


def chosen_of(choices: Sequence[str], word: Any) -> str | None:
    """The choice that a learner's word means, or None: letter case, blanks and dashes do not matter.

    >>> chosen_of(("root user", "administrator"), "Root-User")
    'root user'
    """
    if choices == VERDICTS:
        decision = as_decision(word)
        return None if decision is None else decision.value  # a denial is falsy
    plain = _plain(word) if isinstance(word, str) and len(word) < 200 else ""
    return next((one for one in choices if _plain(one) == plain), None)


def as_decision(word: Any) -> Decision | None:
    """The decision that a learner's word means, or None: letter case and a dash do not matter.

    >>> as_decision("Implicit-Deny")
    <Decision.IMPLICIT_DENY: 'implicit deny'>
    """
    if isinstance(word, Decision):
        return word
    plain = _plain(word) if isinstance(word, str) else ""
    return next((one for one in Decision if plain in (_plain(one.value), one.name.lower())), None)


def _plain(word: str) -> str:
    return re.sub("[^a-z0-9:]", "", word.lower())
