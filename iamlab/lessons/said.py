"""A sentence that a notebook shows as itself: what a function has to say, and nothing to be worked with."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Said:
    """A text, shown without quotes.

    >>> Said("It is done.")
    It is done.
    """

    text: str

    def __repr__(self) -> str:
        return self.text
