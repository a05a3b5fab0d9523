"""The start page's answers: where the learner is in the course, and how old the facts are."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import resources

from iamlab.lessons import progress
from iamlab.lessons.course import Lesson, lessons
from iamlab.views.html import element, join, page


@dataclass(frozen=True, slots=True)
class CourseMap:
    """The lessons there are, each with its exercises and what came of them."""

    rows: tuple[tuple[Lesson, tuple[str, ...]], ...]

    def __repr__(self) -> str:
        return "\n".join(f"{lesson.number} {lesson.title}: {progress_words(states)}" for lesson, states in self.rows)


def course_map() -> CourseMap:
    """Where the learner is: every lesson that has exercises, with the state of each exercise."""
    found = (lesson for lesson in lessons() if lesson.exercises)
    return CourseMap(tuple((one, tuple(progress.status(id_) for id_ in one.exercises)) for one in found))


def progress_words(states: tuple[str, ...]) -> str:
    """How far a lesson is, in words: ``1 of 3 exercises solved``."""
    solved = states.count(progress.CORRECT)
    return "all exercises solved" if solved == len(states) else f"{solved} of {len(states)} exercises solved"


SIGNS = {progress.CORRECT: "✔", progress.NOT_YET: "✖", progress.NOT_ATTEMPTED: "○"}


def map_html(shown: CourseMap) -> str:
    """The map as a table; signs repeat what the words say."""
    titles = ("Lesson", "Minutes", "Exercises", "Progress")
    head = element("tr", join(*(element("th", title, scope="col") for title in titles)))
    body = join(*(_row(lesson, states) for lesson, states in shown.rows))
    table = element("table", join(element("thead", head), element("tbody", body)))
    return page(table, label="Your course")


def _row(lesson: Lesson, states: tuple[str, ...]) -> str:
    exercises = ", ".join(f"{id_} {SIGNS[state]} {state}" for id_, state in zip(lesson.exercises, states, strict=True))
    name = element("th", f"{int(lesson.number)} · {lesson.title}", scope="row")
    cells = (element("td", text) for text in (str(lesson.minutes), exercises, progress_words(states)))
    return element("tr", join(name, *cells))


@dataclass(frozen=True, slots=True)
class Facts:
    """What the data is, and of which day."""

    entries: tuple[tuple[str, str], ...]

    def __repr__(self) -> str:
        return "\n".join(f"Facts as of {day}: {what}" for what, day in self.entries)


def facts_as_of() -> Facts:
    """The data that iamlab carries, and its date."""
    text = resources.files("iamlab").joinpath("data", "provenance.json").read_text(encoding="utf-8")
    return Facts(tuple((entry["what"], entry["as_of"]) for entry in json.loads(text).values()))
