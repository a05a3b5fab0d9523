"""Progress: what came of each exercise, one small file each, so that no damage reaches further than one.

The files lie in ``.iamlab/progress`` of the learner's home: ``$IAMLAB_HOME``, or else the current folder, for
a notebook the folder it is in.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from iamlab.core.errors import IamlabError
from iamlab.lessons.course import EXERCISE_ID
from iamlab.world.files import create_whole, put_aside, replace_whole

NOT_ATTEMPTED: Final = "not attempted"
NOT_YET: Final = "not yet"
CORRECT: Final = "correct"

HOME_VARIABLE: Final = "IAMLAB_HOME"

# What a check can answer, and what of that is remembered; an answer that is no valid policy was an attempt.
REMEMBERED: Final = {NOT_ATTEMPTED: NOT_ATTEMPTED, "not valid": NOT_YET, NOT_YET: NOT_YET, CORRECT: CORRECT}
_FORMAT: Final = 1
_LARGEST: Final = 4096  # bytes; ours have about 60


def home_dir(default: Path | None = None) -> Path:
    """The folder that keeps the progress: ``$IAMLAB_HOME``, else ``default``, else the current folder.

    A current folder that was removed under a running kernel is ``.``, where nothing can be written.
    """
    named = os.environ.get(HOME_VARIABLE)
    try:
        if named:
            return Path(os.path.abspath(os.path.expanduser(named)))
        return Path.cwd() if default is None else default
    except FileNotFoundError:
        return Path()


def status(exercise_id: str, *, home: Path | None = None) -> str:
    """What is known of the exercise: ``"not attempted"``, ``"not yet"`` or ``"correct"``.

    ``home`` is the folder to look in (default: ``home_dir()``). A damaged file counts as not attempted and is
    put aside as ``*.damaged``. Raises IamlabError only for an ``exercise_id`` that is none.
    """
    _require_exercise(exercise_id)
    try:
        return _read(_path(exercise_id, home))
    except OSError:
        return NOT_ATTEMPTED


def record(exercise_id: str, outcome: str, *, home: Path | None = None) -> bool:
    """Remember what a check answered (a key of ``REMEMBERED``); what was once correct stays correct.

    True when it is remembered; False when it could not be written, so that the caller can say so. Raises
    IamlabError only for an ``exercise_id`` or an ``outcome`` that is none.
    """
    _require_exercise(exercise_id)
    if outcome not in REMEMBERED:
        raise IamlabError(f"{outcome!r} is no outcome; expected one of {list(REMEMBERED)}.", code="ValidationError")
    wanted = REMEMBERED[outcome]
    try:
        path = _path(exercise_id, home)
        if wanted == NOT_ATTEMPTED or _read(path) in (wanted, CORRECT):
            return True
        data = json.dumps({"format": _FORMAT, "exercise": exercise_id, "status": wanted}).encode() + b"\n"
        if wanted == CORRECT:
            return replace_whole(path, data)
        # Created and never replaced: another notebook may have written "correct" since we looked.
        with suppress(FileExistsError):
            create_whole(path, data)
        return _read(path) != NOT_ATTEMPTED
    except OSError:
        return False


def _require_exercise(exercise_id: object) -> None:
    """The id becomes a file's name, so nothing but digits and one dot goes through."""
    if not isinstance(exercise_id, str) or not EXERCISE_ID.fullmatch(exercise_id):
        raise IamlabError(f"{exercise_id!r} is no exercise; expected an id like '01.2'.", code="ValidationError")


def _path(exercise_id: str, home: Path | None) -> Path:
    return (home_dir() if home is None else home) / ".iamlab" / "progress" / f"{exercise_id}.json"


def _read(path: Path) -> str:
    """The status in the file; OSError when there is a file that cannot be read, or one of a newer version."""
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except FileNotFoundError:
        return NOT_ATTEMPTED
    found = _parse(data, path.stem)
    if found is None:
        with suppress(OSError):
            put_aside(path)
        return NOT_ATTEMPTED
    return found


def _parse(data: bytes, exercise_id: str) -> str | None:
    """The status in such a file's text, or None when this is not what ``record`` writes.

    Raises OSError for what a newer version has written: it is not damaged, and means what that version says.
    """
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        return None
    if not isinstance(content, dict) or content.get("exercise") != exercise_id:
        return None
    refuse_newer(content, _FORMAT)
    return content["status"] if content.get("status") in (NOT_YET, CORRECT) else None


def refuse_newer(content: Mapping[str, object], format_: int) -> None:
    """Raises OSError when the content of a file says that it is of a later format than this one."""
    found = content.get("format")
    if isinstance(found, int) and found > format_:
        raise OSError(f"format {found} is of a newer version of iamlab")


def met(misconception: int, *, home: Path | None = None) -> None:
    """Remember that an answer showed this one of ``MISCONCEPTIONS``; nothing is said when it cannot be."""
    folder = _met_folder(home)
    with suppress(OSError):  # FileExistsError included: it was met before
        create_whole(folder / f"{misconception:02}", b"")


def misconceptions(*, home: Path | None = None) -> tuple[int, ...]:
    """The numbers of the misconceptions that answers have shown so far, ascending."""
    try:
        names = [one.name for one in _met_folder(home).iterdir()]
    except OSError:
        return ()
    return tuple(sorted(int(name) for name in names if re.fullmatch("[0-9]{2}", name)))


def _met_folder(home: Path | None) -> Path:
    return (home_dir() if home is None else home) / ".iamlab" / "met"
