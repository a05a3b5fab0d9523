"""A class: names with progress codes in, who is where and which misconceptions are common out."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from iamlab.core.errors import IamlabError
from iamlab.lessons import progress
from iamlab.lessons.misconceptions import MISCONCEPTIONS
from iamlab.lessons.progress_codes import ORDER, STATES, Progress, decode

LARGEST: Final = 1_000_000  # bytes; a line has about 60
COMMON: Final = 5
"""Misconceptions and exercises that are named; a teacher has time for no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Learner:
    """One of the class, and what the code says."""

    name: str
    said: Progress

    def solved(self, lesson: str) -> int:
        """How many exercises of a lesson (``"03"``) are solved."""
        return sum(state == progress.CORRECT for id_, state in self.said.states.items() if id_[:2] == lesson)

    def begun(self, lesson: str) -> bool:
        """Whether an exercise of a lesson has been tried."""
        return any(id_[:2] == lesson for id_ in self.said.states)


@dataclass(frozen=True, slots=True, kw_only=True)
class Classroom:
    """All learners by name, and what could not be read, line by line."""

    learners: tuple[Learner, ...]
    problems: tuple[str, ...] = ()

    def __repr__(self) -> str:
        parts = (_table(self.learners), _stuck(self.learners), _common(self.learners), _said(self.problems))
        return "\n\n".join(part for part in parts if part)

    def csv(self) -> str:
        """The table for a spreadsheet: a row for each learner, a column for each exercise, then misconceptions."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(("name", *ORDER, "misconceptions"))
        for one in self.learners:
            states = (one.said.states.get(id_, progress.NOT_ATTEMPTED) for id_ in ORDER)
            writer.writerow((_plain(one.name), *states, " ".join(map(str, one.said.misconceptions))))
        return text.getvalue()


def read_class(path: str | Path) -> Classroom:
    """The class in a file with a name and a progress code on each line; lines that are no such are named.

    Between name and code there is a comma, a semicolon, a tab or a blank; empty lines and those that begin with ``#``
    are passed over, and so is a line of titles before the first learner. Raises IamlabError (``NoSuchFile``,
    ``TooLarge``).
    """
    try:
        with Path(path).open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise IamlabError(
            f"{str(path) or repr('')} cannot be read: {error.strerror or error}.", code="NoSuchFile"
        ) from None
    if len(data) > LARGEST:
        raise IamlabError(
            f"{path} is larger than {LARGEST:,} bytes; that is no list of names and codes.", code="TooLarge"
        )
    return classroom(_text(data).splitlines())


def classroom(lines: Iterable[str]) -> Classroom:
    """The class that these lines are; never raises.

    >>> print(classroom(["Ana, oops"]))
    Nobody could be read. A line is a name and a progress code: Ana, AEOA-....
    <BLANKLINE>
    Worth a look:
      line 1 (Ana): 'oops' is no progress code: a letter is missing or mistyped somewhere.
    """
    found: dict[str, tuple[int, Learner]] = {}
    problems: list[str] = []
    for number, line in enumerate(lines, 1):
        name, code = _parts(line)
        if (not name and not code) or (not found and not problems and code.lower() in TITLES):
            continue
        if not name:
            problems.append(f"line {number}: there is no name before {code[:40]!r}")
            continue
        try:
            said = decode(code)
        except IamlabError as error:
            why = error.message.rstrip(".") if code else "there is no code after the name"
            problems.append(f"line {number} ({name}): {why}")
            continue
        key = " ".join(name.casefold().split())
        if key in found:
            first, before = found[key]
            problems.append(f"line {number} ({name}): line {first} has that name too; both codes are counted as one")
            name, said, number = before.name, _both(before.said, said), first
        found[key] = (number, Learner(name=name, said=said))
    return Classroom(learners=tuple(learner for _, learner in found.values()), problems=tuple(problems))


TITLES: Final = ("code", "progress", "progress code", "progress_code")


def _text(data: bytes) -> str:
    """What spreadsheets write: UTF-8, UTF-16 with its mark, or the old Western encoding."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _parts(line: str) -> tuple[str, str]:
    """Name and code of a line; both empty for one that says nothing."""
    line = "".join(one if one.isprintable() or one == "\t" else " " for one in line).strip()
    if not line or line.startswith("#"):
        return "", ""
    found = re.fullmatch(r"(.*?)\s*[,;\t]\s*([^,;\t]*?)[\s,;]*", line) or re.fullmatch(r"(.*?)\s+(\S+)", line)
    name, code = (found[1], found[2]) if found else (line, "")
    return name.strip(' "'), code.strip(' "')


def _both(first: Progress, second: Progress) -> Progress:
    """What either of two codes says, the better of the two for each exercise."""
    states = {
        id_: max(first.states.get(id_, STATES[0]), second.states.get(id_, STATES[0]), key=STATES.index)
        for id_ in ORDER
        if id_ in first.states or id_ in second.states
    }
    return Progress(states=states, misconceptions=tuple(sorted({*first.misconceptions, *second.misconceptions})))


def _lessons() -> dict[str, int]:
    """The lessons that have exercises, with their number."""
    return dict(Counter(id_[:2] for id_ in ORDER))


def _table(learners: tuple[Learner, ...]) -> str:
    if not learners:
        return "Nobody could be read. A line is a name and a progress code: Ana, AEOA-...."
    width = min(max(len(one.name) for one in learners), 30)
    number = _lessons()
    lines = [f"{'name':<{width}}  {'  '.join(f' {lesson} ' for lesson in number)}  solved"]
    for one in learners:
        cells = (f"{_cell(one, lesson, many):^4}" for lesson, many in number.items())
        total = sum(one.solved(lesson) for lesson in number)
        lines.append(f"{one.name[:width]:<{width}}  {'  '.join(cells)}  {total:>2} of {len(ORDER)}")
    return "\n".join(line.rstrip() for line in lines)


def _cell(one: Learner, lesson: str, many: int) -> str:
    if not one.begun(lesson):
        return "-"
    return "done" if one.solved(lesson) == many else f"{one.solved(lesson)}/{many}"


def _stuck(learners: tuple[Learner, ...]) -> str:
    """The exercises that most have tried without success so far."""
    tried = Counter(
        id_ for one in learners for id_, state in one.said.states.items() if state == progress.NOT_YET
    ).most_common(COMMON)
    if not tried:
        return ""
    return "\n".join(("Tried, not solved yet:", *(f"  {id_}: {_learners(many)}" for id_, many in tried)))


def _common(learners: tuple[Learner, ...]) -> str:
    met = Counter(number for one in learners for number in one.said.misconceptions).most_common(COMMON)
    if not met:
        return ""
    return "\n".join(("What was believed:", *(line for number, many in met for line in _belief(number, many))))


def _belief(number: int, many: int) -> Iterator[str]:
    found = MISCONCEPTIONS.get(number)
    if found is None:
        yield f"  {number}: {_learners(many)}"
        return
    lessons = " and ".join(map(str, found.lessons))
    yield f"  {number:>2} {found.believed} ({_learners(many)}; lesson {lessons})"
    yield f"     {found.truth}"


def _said(problems: tuple[str, ...]) -> str:
    return "\n".join(("Worth a look:", *(f"  {one}." for one in problems))) if problems else ""


def _learners(many: int) -> str:
    return f"{many} learner{'' if many == 1 else 's'}"


def _plain(name: str) -> str:
    """A name that no spreadsheet takes for a formula."""
    return f"'{name}" if name.startswith(("=", "+", "-", "@")) else name
