"""The examples in docstrings are true."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import iamlab

MODULES = [name for _, name, _ in pkgutil.walk_packages(iamlab.__path__, "iamlab.") if not name.endswith("__main__")]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    """Each example in the module prints what it says it prints."""
    assert doctest.testmod(importlib.import_module(name)).failed == 0
