"""A short code for all progress, to be pasted into a fresh folder or handed to a teacher.

The code is base32 of: a version, the number of exercises, two bits for each exercise in the order of ``ORDER``, the
misconceptions met (three bytes, one bit each) and two bytes of a checksum. ``ORDER`` only ever grows at its end, so
codes of older versions stay readable.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from iamlab.core.errors import IamlabError
from iamlab.lessons import progress
from iamlab.lessons.said import Said

ORDER: Final = (
    *("01.1", "01.2", "01.3", "02.1", "02.2", "02.3", "03.1", "03.2", "03.3"),
    *("04.1", "04.2", "04.3", "05.1", "05.2", "05.3", "06.1", "06.2", "06.3"),
    *("07.1", "07.2", "07.3", "08.1", "08.2", "08.3", "09.1", "09.2", "09.3", "09.4"),
)
"""Every exercise there has ever been, in the order in which they came: new ones go to the end, none is taken out."""

VERSION: Final = 1
STATES: Final = (progress.NOT_ATTEMPTED, progress.NOT_YET, progress.CORRECT)
MOST_MISCONCEPTIONS: Final = 24
_LONGEST: Final = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What a code says: the state of each exercise that has been attempted, and the misconceptions met."""

    states: Mapping[str, str]
    misconceptions: tuple[int, ...] = ()


def progress_code(*, home: Path | None = None) -> Said:
    """The code of all progress in the learner's folder."""
    states = {id_: progress.status(id_, home=home) for id_ in ORDER}
    return Said(encode(Progress(states=states, misconceptions=progress.misconceptions(home=home))))


def encode(said: Progress) -> str:
    """The code of a progress, in groups of four letters.

    >>> decode(encode(Progress(states={"01.1": "correct"}, misconceptions=(1, 13))))
    Progress(states={'01.1': 'correct'}, misconceptions=(1, 13))
    """
    bits = sum(STATES.index(said.states.get(id_, STATES[0])) << 2 * at for at, id_ in enumerate(ORDER))
    met = sum(1 << number - 1 for number in set(said.misconceptions) if 0 < number <= MOST_MISCONCEPTIONS)
    content = bytes((VERSION, len(ORDER))) + bits.to_bytes(_bytes(len(ORDER)), "little") + met.to_bytes(3, "little")
    text = base64.b32encode(content + _checksum(content)).decode().rstrip("=")
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


def decode(code: object) -> Progress:
    """What a code says; blanks, dashes and letter case do not matter, nor 0 and 1 written for O and I.

    Raises IamlabError (``InvalidCode``) for anything that is no code, and for one of a newer version.
    """
    letters = "".join(str(code)[:_LONGEST].upper().replace("-", "").split()).replace("0", "O").replace("1", "I")
    try:
        data = base64.b32decode(letters + "=" * (-len(letters) % 8))
    except (binascii.Error, ValueError):
        raise _invalid(code, "it is letters A to Z and digits 2 to 7, in groups of four") from None
    content, checksum = data[:-2], data[-2:]
    if len(content) < 5 or _checksum(content) != checksum:
        raise _invalid(code, "a letter is missing or mistyped somewhere")
    version, count = content[0], content[1]
    if version != VERSION or count > len(ORDER):
        raise _invalid(code, "it was made by a newer version of iamlab; update this one")
    if len(content) != 2 + _bytes(count) + 3:
        raise _invalid(code, "it is too long or too short")
    bits, met = int.from_bytes(content[2:-3], "little"), int.from_bytes(content[-3:], "little")
    states = {id_: _state(bits >> 2 * at & 3) for at, id_ in enumerate(ORDER[:count])}
    return Progress(
        states={id_: state for id_, state in states.items() if state != progress.NOT_ATTEMPTED},
        misconceptions=tuple(number for number in range(1, MOST_MISCONCEPTIONS + 1) if met >> number - 1 & 1),
    )


def _state(bits: int) -> str:
    return STATES[bits] if bits < len(STATES) else progress.NOT_ATTEMPTED


def _bytes(count: int) -> int:
    return (2 * count + 7) // 8


def _checksum(content: bytes) -> bytes:
    return binascii.crc_hqx(content, 0xFFFF).to_bytes(2, "big")


def _invalid(code: object, why: str) -> IamlabError:
    return IamlabError(f"{str(code)[:60]!r} is no progress code: {why}.", code="InvalidCode")


def restore_progress(code: str, *, home: Path | None = None) -> Said:
    """Bring the progress of a code into the learner's folder; what is solved there stays solved. Never raises."""
    try:
        said = decode(code)
    except IamlabError as error:
        return Said(f"{error.message} Your progress is as it was.")
    written = [progress.record(id_, state, home=home) for id_, state in said.states.items()]
    for number in said.misconceptions:
        progress.met(number, home=home)
    if not all(written):
        return Said("Some of it could not be written to the disk; what was there before is still there.")
    solved = sum(state == progress.CORRECT for state in said.states.values())
    if not solved:
        return Said("The code holds no solved exercise.")
    several = "exercise of the code is" if solved == 1 else "exercises of the code are"
    return Said(f"{solved} {several} solved on your map now.")
