"""The course: which lessons there are, as their own notebooks say it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from iamlab.core.errors import IamlabError

START_PAGE: Final = "00-start.ipynb"
EXERCISE_ID: Final = re.compile(r"[0-9]{2}\.[0-9]{1,2}")
# No second dot: a learner's copies (`.backup-1.ipynb`, `.new.ipynb`) and scratch files are no lessons.
LESSON_FILE: Final = re.compile(r"(?P<number>[0-9]{2})-[a-z0-9]+(-[a-z0-9]+)*\.ipynb")


class CourseError(IamlabError):
    """The course's own notebooks are missing or not what the build makes; nothing a learner did."""

    def __init__(self, message: str, *, code: str = "CourseNotReadable") -> None:
        super().__init__(message, code=code)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """One lesson: what its notebook says about itself, and where that notebook is."""

    number: str
    slug: str
    title: str
    minutes: int
    exercises: tuple[str, ...]
    path: Path


def notebooks_dir(package: Path | None = None) -> Path:
    """The folder with the course's notebooks; ``package`` is the folder of the package (default: this one).

    An installed package carries them inside; a clone, also when installed editable, has them beside it.
    Raises CourseError when there are none in either place.
    """
    package = package or Path(__file__).resolve().parents[1]
    places = (package / "notebooks", package.parent / "notebooks")
    for place in places:
        if (place / START_PAGE).is_file():
            return place
    raise CourseError(
        f"The lessons are missing: there is no {START_PAGE} in {' or '.join(map(str, places))}. "
        "Install iamlab again, or run `make notebooks` in a clone."
    )


def lessons(source: Path | None = None) -> tuple[Lesson, ...]:
    """All lessons in the folder ``source`` (default: the course's own), by number.

    Raises CourseError, naming the file, when a notebook there is damaged, says nothing about itself, or has
    the number of another.
    """
    folder = notebooks_dir() if source is None else source
    try:
        paths = sorted(path for path in folder.iterdir() if LESSON_FILE.fullmatch(path.name))
    except OSError as error:
        raise CourseError(f"The lessons in {folder} cannot be read: {error.strerror}.") from error
    found = tuple(read_lesson(path) for path in paths)
    for first, second in pairwise(found):
        if first.number == second.number:
            raise CourseError(f"{first.path.name} and {second.path.name} have the same number; rename one of them.")
    return found


def read_lesson(path: Path) -> Lesson:
    """The lesson in the notebook at ``path``, from its ``metadata.iamlab``; CourseError if that is wrong."""
    try:
        about = json.loads(path.read_bytes())["metadata"]["iamlab"]
    except OSError as error:
        raise CourseError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise CourseError(f"{path} is not a lesson's notebook; build it again with `make notebooks`.") from error
    wrong = _wrong_metadata(about, number=path.name[:2])
    if wrong:
        raise CourseError(f"{path}: metadata.iamlab.{wrong}; correct it in notebooks/src and run `make notebooks`.")
    return Lesson(
        number=about["lesson"],
        slug=path.name.removesuffix(".ipynb"),
        title=about["title"],
        minutes=about["minutes"],
        exercises=tuple(about["exercises"]),
        path=path,
    )


def _wrong_metadata(about: Any, *, number: str) -> str:
    """What is wrong in ``metadata.iamlab`` as ``member is value, expected ...``; empty when all is well."""
    if not isinstance(about, Mapping):
        return f"* is {about!r}, expected lesson, title, minutes and exercises"
    lesson, title = about.get("lesson"), about.get("title")
    minutes, exercises = about.get("minutes"), about.get("exercises")
    if lesson != number:
        return f"lesson is {lesson!r}, expected {number!r} as in the file's name"
    if not isinstance(title, str) or not title.strip():
        return f"title is {title!r}, expected a text"
    if isinstance(minutes, bool) or not isinstance(minutes, int) or minutes < 0:
        return f"minutes is {minutes!r}, expected a whole number"
    if not isinstance(exercises, list) or not all(_is_exercise(item, number) for item in exercises):
        return f"exercises is {exercises!r}, expected a list of ids like '{number}.1'"
    return ""


def _is_exercise(item: object, number: str) -> bool:
    """Is this the id of an exercise of that lesson?"""
    return isinstance(item, str) and bool(EXERCISE_ID.fullmatch(item)) and item.startswith(f"{number}.")
