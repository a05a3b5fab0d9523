"""Without a Chromium the browser tests are skipped in one clear line, or fail where a browser is required."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def _run(**environment: str) -> subprocess.CompletedProcess[str]:
    """One browser test on a machine whose PATH holds no browser."""
    command = [sys.executable, "-m", "pytest", "-q", "tests/browser/test_lesson_01.py", "-k", "start_page_opens"]
    without = {name: value for name, value in os.environ.items() if name != "IAMLAB_BROWSER"}
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**without, "PATH": os.devnull, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_a_browser_the_tests_are_skipped_and_the_package_is_named() -> None:
    """One line says what to install."""
    done = _run()
    assert done.returncode == 0
    assert "1 skipped" in done.stdout
    assert done.stdout.count("Install Debian's package chromium") == 1


@pytest.mark.parametrize("value", ["required"])
def test_where_a_browser_is_required_its_absence_is_a_failure(value: str) -> None:
    """What CI sets is honoured."""
    done = _run(IAMLAB_BROWSER=value)
    assert done.returncode == 1
    assert "chromium" in done.stdout
