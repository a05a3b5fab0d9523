"""What each lesson's exercises must say to which answer, derived by hand: one module for each lesson.

``RIGHT``: of an exercise that sorts, the right choices. ``OTHER_CORRECT``: at least two more correct answers, written
differently. ``TOO_MUCH``: policies that allow more than was asked for. ``MORE_CHANGED``: worlds in which more has
changed. ``TOO_FEW``: worlds in which less was done than was asked for, or something too wide was done for it.
``FORBIDS``: answers that do what was asked and forbid more. ``FOR_OTHERS``: policies that allow more, to others than
the caller who is looked at first. ``LESS``: policies that leave out something that no probe asks for. ``NOT_SAID``: a
wrong answer, and the words of a message that would not be true of it.
"""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType
from typing import Any

_MODULES = [
    importlib.import_module(f"{__name__}.{one.name}")
    for one in pkgutil.iter_modules(__path__)
    if one.name.startswith("lesson_")
]


def _all(name: str) -> dict[str, Any]:
    return {key: value for module in _MODULES for key, value in _of(module, name).items()}


def _of(module: ModuleType, name: str) -> dict[str, Any]:
    return getattr(module, name, {})


RIGHT = _all("RIGHT")
OTHER_CORRECT = _all("OTHER_CORRECT")
TOO_MUCH = _all("TOO_MUCH")
MORE_CHANGED = _all("MORE_CHANGED")
TOO_FEW = _all("TOO_FEW")
FORBIDS = _all("FORBIDS")
LESS = _all("LESS")
FOR_OTHERS = _all("FOR_OTHERS")
NOT_SAID = _all("NOT_SAID")
