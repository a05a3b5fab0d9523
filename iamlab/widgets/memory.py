"""What learners have answered and typed since the kernel started: it is there again when a cell is run again."""

from __future__ import annotations

from typing import Any

_kept: dict[tuple[str, str], Any] = {}


def keep(widget: str, key: str, value: Any) -> None:
    """Remember what was answered to one question of one kind of widget."""
    _kept[widget, key] = value


def recall(widget: str, key: str) -> Any:
    """What was answered, or None."""
    return _kept.get((widget, key))
