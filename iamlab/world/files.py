"""Files that are whole or not there: written beside their place, then moved into it."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path


def replace_whole(path: Path, data: bytes, *, still: Callable[[], bool] = lambda: True) -> bool:
    """Put ``data`` at ``path`` at once, over what is there: a reader sees the old file or the new, no part.

    ``still`` is asked last, when the new file is ready to be moved: if it says no, nothing happens and the
    answer is False. Raises OSError when the place cannot be written; what was there is then untouched.
    """
    with _written_beside(path, data) as temporary:
        if not still():
            return False
        os.replace(temporary, path)
    return True


def create_whole(path: Path, data: bytes) -> None:
    """Put ``data`` at ``path`` at once, where nothing is: FileExistsError otherwise, OSError as above."""
    with _written_beside(path, data) as temporary:
        try:
            os.link(temporary, path)
        except FileExistsError:
            raise
        except (OSError, AttributeError):
            # Not every file system (nor every Python) has hard links: look first, then move.
            if os.path.lexists(path):
                raise FileExistsError(f"{path} exists already") from None
            os.replace(temporary, path)


def create_next(path_for: Callable[[int], Path], data: bytes) -> Path:
    """Put ``data`` at the first free one of ``path_for(1)``, ``path_for(2)``, ... and say which it was."""
    for number in count(1):
        path = path_for(number)
        if os.path.lexists(path):
            continue
        with suppress(FileExistsError):
            create_whole(path, data)
            return path
    raise AssertionError("count() never ends")


def put_aside(path: Path) -> Path:
    """Rename a file to the first free one of ``NAME.damaged``, ``NAME.damaged-2``, ...; OSError if not."""
    for number in count(1):
        aside = path.with_name(f"{path.name}.damaged" + (f"-{number}" if number > 1 else ""))
        if not os.path.lexists(aside):
            os.replace(path, aside)
            return aside
    raise AssertionError("count() never ends")


@contextmanager
def _written_beside(path: Path, data: bytes) -> Iterator[Path]:
    """A finished file with ``data`` in the folder of ``path``; gone afterwards unless it was moved."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Opened by hand and not by tempfile, whose files nobody but the owner may read.
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        yield temporary
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
