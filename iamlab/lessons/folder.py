"""The learner's folder: lessons are brought there, and nothing that a learner wrote is ever lost.

The rule, per lesson: one that the learner has not edited is updated; an edited one is kept, and a newer
version is put beside it as ``NN-slug.new.ipynb``; one that is gone is brought again. Edited means: its cell
sources are neither those that were last delivered nor those that are to be delivered now. A file of unknown
origin and a damaged one are edited.
"""

from __future__ import annotations

import json
import os
from collections.abc import Container, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from iamlab.core.errors import IamlabError
from iamlab.lessons.course import CourseError, Lesson, lessons
from iamlab.lessons.manifest import fingerprint, manifest_path, read_manifest, write_manifest
from iamlab.world.files import create_next, create_whole, replace_whole


class FolderError(IamlabError):
    """The learner's folder cannot be used as asked; the message says why and what to do instead."""

    def __init__(self, message: str, *, code: str = "FolderNotUsable") -> None:
        super().__init__(message, code=code)


class What(Enum):
    """What became of one file."""

    ADDED = "added"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    KEPT = "edited by you and kept"
    BESIDE = "edited by you and kept; the new version is beside it"
    HELD = "edited by you and kept, and so is the new version beside it; a newer one waits"
    RESET = "fresh again"
    ASIDE = "damaged and put aside; every lesson that may have been edited is kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One thing that happened in the folder: to which file, what, and which other file has to do with it."""

    name: str
    what: What
    other: str | None = None


def deliver(folder: Path, source: Path, *, outputs: bool = False) -> tuple[Delivery, ...]:
    """Bring all lessons of ``source`` into ``folder`` (made if need be) by the rule above; say what happened.

    Without ``outputs`` each lesson is brought as nobody has run it yet: what it shows is what the learner has run.
    Raises CourseError when ``source`` is not in order (then nothing was done) and FolderError when the folder cannot be
    used; lessons delivered before that are whole and remembered.
    """
    course = lessons(source)
    with _usable(folder, source):
        delivered, aside = read_manifest(folder)
        done = [] if aside is None else [Delivery(name=manifest_path(folder).name, what=What.ASIDE, other=aside.name)]
        for lesson in course:
            before = dict(delivered)
            done.append(_deliver_lesson(folder, lesson, _shipped(lesson, outputs), delivered))
            # After each one, and after its file: only fingerprints of what we shipped ever stand in it, so
            # that after a crash a lesson can look edited that is not, but never the other way round.
            if delivered != before:
                write_manifest(folder, delivered)
    return tuple(done)


def reset(folder: Path, source: Path, number: str) -> Delivery:
    """Give a fresh copy of one lesson (``"3"`` or ``"03"``) and keep the old as ``NN-slug.backup-1.ipynb``.

    The answer's ``other`` names the backup, if there was something to keep. Raises FolderError when there is
    no such lesson or the folder cannot be used, CourseError when ``source`` is not in order.
    """
    course = lessons(source)
    wanted = number.strip()
    # An empty number, as of a shell's variable that is not set, means no lesson: not 00, the start page.
    lesson = next((one for one in course if wanted and one.number == wanted.zfill(2)), None)
    if lesson is None:
        known = ", ".join(one.number for one in course)
        raise FolderError(f"There is no lesson {number!r}; the lessons are {known}.", code="NoSuchLesson")
    path = folder / lesson.path.name
    backup = None
    with _usable(folder, source):
        delivered, _ = read_manifest(folder)
        shipped = _shipped(lesson, outputs=False)
        new = _known(shipped, lesson)
        current = path.read_bytes() if path.exists() else None
        if current is not None:
            backup = create_next(lambda n: folder / f"{lesson.slug}.backup-{n}.ipynb", current).name
        if not replace_whole(path, shipped, still=lambda: _read(path) == current):
            raise FolderError(f"{path} was saved just now; close it in JupyterLab and reset it again.")
        delivered[path.name] = new
        write_manifest(folder, delivered)
    return Delivery(name=path.name, what=What.RESET, other=backup)


def _shipped(lesson: Lesson, outputs: bool) -> bytes:
    """The lesson's notebook, with its outputs or as nobody has run it yet."""
    data = lesson.path.read_bytes()
    if outputs:
        return data
    try:
        content = json.loads(data)
        ran = [cell for cell in content["cells"] if cell.get("outputs") or cell.get("execution_count")]
    except (ValueError, TypeError, KeyError, RecursionError):
        return data  # what is wrong with it is said where it is looked into
    for cell in ran:
        cell["outputs"], cell["execution_count"] = [], None
    return json.dumps(content, indent=1, ensure_ascii=False).encode() + b"\n" if ran else data


def _deliver_lesson(folder: Path, lesson: Lesson, shipped: bytes, delivered: dict[str, str]) -> Delivery:
    """Bring one lesson; ``delivered`` is kept up to date."""
    new = _known(shipped, lesson)
    path, beside = folder / lesson.path.name, folder / f"{lesson.slug}.new.ipynb"
    base, seen = delivered.get(path.name), delivered.get(beside.name)
    # Either file may hold either: taking the new version is renaming it over the old.
    ours = {mark for mark in (base, seen) if mark is not None}
    what = _settle(path, shipped, new, delivered, ours)
    if what is not What.KEPT:
        if os.path.lexists(beside):
            # One that was put there earlier must not be older than the lesson.
            _settle(beside, shipped, new, delivered, ours)
        return Delivery(name=path.name, what=what)
    if new in ours and not os.path.lexists(beside):
        # The learner has had this version, here or beside, and has done away with it.
        return Delivery(name=path.name, what=What.KEPT)
    outcome = _settle(beside, shipped, new, delivered, ours)
    if outcome in (What.ADDED, What.UPDATED):
        return Delivery(name=path.name, what=What.BESIDE, other=beside.name)
    if outcome is What.KEPT and new not in ours:
        return Delivery(name=path.name, what=What.HELD, other=beside.name)
    return Delivery(name=path.name, what=What.KEPT)


def _settle(path: Path, shipped: bytes, new: str, delivered: dict[str, str], ours: Container[str]) -> What:
    """Bring one file unless it is edited: ADDED, UPDATED, UNCHANGED; else KEPT, and it is untouched."""
    current = _read(path)
    if current is None:
        try:
            create_whole(path, shipped)
        except FileExistsError:
            return What.KEPT  # it came while we looked, or is a link to nowhere: not ours
        delivered[path.name] = new
        return What.ADDED
    held = fingerprint(current)
    if held == new:
        # Also heals a lost manifest, and a crash between file and manifest: no edit is in it to be lost.
        delivered[path.name] = new
        return What.UNCHANGED
    if held is None or held not in ours:
        return What.KEPT
    if not replace_whole(path, shipped, still=lambda: _read(path) == current):
        return What.KEPT  # saved by the learner while we were at it
    delivered[path.name] = new
    return What.UPDATED


def _read(path: Path) -> bytes | None:
    """The file's content; None when there is none; empty (no notebook, so edited) when it cannot be read."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError:
        return b""


def _known(shipped: bytes, lesson: Lesson) -> str:
    """The fingerprint of a lesson of ours."""
    found = fingerprint(shipped)
    if found is None:
        raise CourseError(f"{lesson.path} has no cells; install iamlab again, or run `make notebooks` in a clone.")
    return found


@contextmanager
def _usable(folder: Path, source: Path) -> Iterator[None]:
    """Make the folder; turn what the operating system says about it into one sentence with a remedy."""
    another = "choose another one with --folder"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if folder.samefile(source):
            raise FolderError(f"{folder} holds the course's own notebooks, which stay as they are; {another}.")
        yield
    except (FileExistsError, NotADirectoryError) as error:
        place = error.filename or folder
        raise FolderError(f"{place} is not a folder; rename it, or {another}.", code="NotAFolder") from error
    except OSError as error:
        raise FolderError(
            f"{_place(error, folder)} cannot be used ({error.strerror or error}); "
            f"make it readable and writable, or {another}."
        ) from error


def _place(error: OSError, folder: Path) -> Path:
    """The file an error is about, by the name a learner knows: not that of our temporary file."""
    place = Path(os.fsdecode(error.filename)) if error.filename else folder
    return place.parent if place.suffix == ".tmp" else place
