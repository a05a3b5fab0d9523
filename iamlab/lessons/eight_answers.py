"""The answers to the eight requests: read, and kept in two files.

They lie in ``.iamlab/eight`` of the learner's home, ``before.json`` and ``after.json``. Those from before are
written once and stay; those from after are replaced when they are given anew.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from iamlab.lessons.eight_questions import ALLOWED, CHOICES, DENIED, QUESTIONS
from iamlab.lessons.progress import home_dir, refuse_newer
from iamlab.lessons.said import Said
from iamlab.lessons.sorted_answers import as_decision, chosen_of
from iamlab.world.files import create_whole, put_aside, replace_whole

BEFORE: Final = "before"
AFTER: Final = "after"
PHASES: Final = (BEFORE, AFTER)
_FORMAT: Final = 1
_LARGEST: Final = 4096  # bytes; ours have about 200

Answers = dict[str, str]

_unwritten: dict[Path, Answers] = {}
"""Answers for which there was no room on the disk: kept until the kernel stops."""


_BLANKS: Final = ", ".join(f'"{key}": ...' for key in QUESTIONS)
HOW_TO_ANSWER: Final = f'Answer each with "allowed", "denied" or "no idea": record_eight("before", {{{_BLANKS}}}).'


@dataclass(frozen=True, slots=True, repr=False)
class Recorded(Said):
    """What came of recording; ``recorded`` says whether these answers are in."""

    recorded: bool = False


def record_eight(phase: str, answers: Mapping[str, str] | None = None, *, home: Path | None = None) -> Recorded:
    """Record the answers of a phase, ``"before"`` or ``"after"``. Reveals nothing, and never raises.

    ``answers`` has ``"allowed"``, ``"denied"`` or ``"no idea"`` for each of the eight. What was recorded before the
    course stays; answers from after it can be given anew.
    """
    found = phase_of(phase)
    if found is None:
        return Recorded(
            text=f"{str(phase)[:40]!r} is no phase. There are 'before' and 'after': before the course, and after it."
        )
    try:
        given, problem = _read_answers(answers)
    except Exception as error:  # whatever was given, it is answered with a sentence
        given, problem = {}, f"The answers could not be read ({type(error).__name__}). {HOW_TO_ANSWER}"
    if problem:
        return Recorded(text=f"{problem} Nothing was recorded, and what was recorded before is untouched.")
    return _record(found, given, home)


def phase_of(phase: object) -> str | None:
    """The phase that is meant; letter case and blanks do not matter.

    >>> phase_of(" Before ")
    'before'
    """
    plain = phase.strip().lower() if isinstance(phase, str) else ""
    return plain if plain in PHASES else None


def _read_answers(answers: object) -> tuple[Answers, str]:
    """The choice for each request, and what is wrong with what was given."""
    if not isinstance(answers, Mapping):
        what = "nothing yet" if answers is None or answers is ... else f"of type {type(answers).__name__}"
        return {}, f"The answers are a dict; what was given is {what}. {HOW_TO_ANSWER}"
    unknown = [str(key)[:40] for key in answers if key not in QUESTIONS]
    if unknown:
        return {}, f"There is no request {unknown[0]!r}. The eight are {', '.join(QUESTIONS)}."
    open_ = [key for key in QUESTIONS if answers.get(key, ...) in (..., None, "")]
    if open_:
        still = ", ".join(open_)
        return {}, f'Still open: {still}. If you do not know one, "no idea" is an answer as well.'
    given = {key: choice_of(answers[key]) for key in QUESTIONS}
    wrong = [key for key, choice in given.items() if choice is None]
    if wrong:
        said = f"{str(answers[wrong[0]])[:40]!r} for {wrong[0]} is none of the answers"
        return {}, f'{said}, which are "allowed", "denied" and "no idea".'
    return {key: choice for key, choice in given.items() if choice is not None}, ""


def choice_of(word: Any) -> str | None:
    """The choice that a word means, or None; either kind of denial is a denial.

    >>> choice_of("Implicit deny"), choice_of("No-Idea")
    ('denied', 'no idea')
    """
    decision = as_decision(word)
    if decision is not None:
        return ALLOWED if decision else DENIED
    return chosen_of(CHOICES, word)


def _record(phase: str, given: Answers, home: Path | None) -> Recorded:
    path = _path(phase, home)
    if phase == BEFORE:
        if recorded(AFTER, home=home):
            return Recorded(
                text="The answers from after the course are in and the truth has been shown, so answers from before it "
                "can no longer be given. See compare_eight()."
            )
        if path in _unwritten:
            given = _unwritten[path]  # the first answers are the ones to keep, now that there may be room for them
        elif recorded(BEFORE, home=home):
            return Recorded(text=STAY)
    data = json.dumps({"format": _FORMAT, "phase": phase, "answers": given}).encode() + b"\n"
    try:
        # Created and never replaced: another notebook may have written its own since we looked.
        (create_whole if phase == BEFORE else replace_whole)(path, data)
    except FileExistsError:
        return Recorded(text=STAY if recorded(BEFORE, home=home) else UNREADABLE)
    except OSError:
        _unwritten[path] = given
        return Recorded(text=f"{_THANKS[phase]} {UNWRITTEN}", recorded=True)
    _unwritten.pop(path, None)
    return Recorded(text=_THANKS[phase], recorded=True)


STAY: Final = "Your answers from before the course are recorded already. They stay as they are, for the comparison."
UNREADABLE: Final = (
    "Your answers could not be recorded: something that cannot be read is in the place of .iamlab/eight/before.json."
)
UNWRITTEN: Final = "(They could not be written to the disk, and are kept only until the kernel stops.)"
_THANKS: Final = {
    BEFORE: "Your answers are recorded. Nothing is revealed yet: the course comes first, then the same eight again.",
    AFTER: "Your answers are recorded. compare_eight() shows them beside the first ones and the truth.",
}


def recorded(phase: str, *, home: Path | None = None) -> Answers:
    """What was answered in that phase; empty when nothing is recorded. Never raises.

    A damaged file is put aside; one of a newer version stays where it is.
    """
    path = _path(phase, home)
    if path in _unwritten:
        return dict(_unwritten[path])
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
        found = _parse(data, phase)
    except OSError:
        return {}
    if not found:
        with suppress(OSError):
            put_aside(path)
    return found


def _parse(data: bytes, phase: str) -> Answers:
    """The answers in such a file's text; empty when this is not what ``record_eight`` writes.

    Raises OSError for what a newer version has written.
    """
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(content, dict) or content.get("phase") != phase:
        return {}
    refuse_newer(content, _FORMAT)
    answers = content.get("answers")
    if not isinstance(answers, dict):
        return {}
    return {key: answers[key] for key in QUESTIONS if answers.get(key) in CHOICES}


def _path(phase: str, home: Path | None) -> Path:
    return (home_dir() if home is None else home) / ".iamlab" / "eight" / f"{phase}.json"


def damaged(*, home: Path | None = None) -> str:
    """What is to be said of answers that could not be read and were put aside; empty when there are none."""
    lost = [
        phase
        for phase in PHASES
        if not recorded(phase, home=home) and _path(phase, home).with_name(f"{phase}.json.damaged").exists()
    ]
    if not lost:
        return ""
    return f" (The file with your answers from {lost[0]} was damaged; it was put aside as {lost[0]}.json.damaged.)"
