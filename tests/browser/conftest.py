"""The real thing: ``iamlab lab`` with its JupyterLab, driven in Chromium."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from server import CHROMIUM, FLAGS, MISSING, running_lab


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict:
    """The machine's own Chromium; nothing is downloaded."""
    if CHROMIUM is None:
        if os.environ.get("IAMLAB_BROWSER") == "required":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    return {"executable_path": CHROMIUM, "headless": True, "args": FLAGS}


@pytest.fixture(scope="session")
def learner(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of the one lab that all browser tests share; its folder ``lessons`` is the learner's."""
    return tmp_path_factory.mktemp("learner")


@pytest.fixture(scope="session")
def lab_url(learner: Path, browser_type_launch_args: dict) -> Iterator[str]:
    """The address of that lab."""
    with running_lab(learner) as url:
        yield url
