"""The examples in docstrings are true."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
from pathlib import Path

import pytest

import iamlab

MODULES = [name for _, name, _ in pkgutil.walk_packages(iamlab.__path__, "iamlab.") if not name.endswith("__main__")]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    """Each example in the module prints what it says it prints."""
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_the_examples_of_readme() -> None:
    """What README shows in plain Python is what happens."""
    readme = Path(__file__).resolve().parent.parent / "README.md"
    assert doctest.testfile(str(readme), module_relative=False).failed == 0
