"""For every test, notebooks included: progress is kept in a folder of its own, never in the checkout."""

import os
import tempfile
from pathlib import Path

import nbval.kernel
import pytest
from jupyter_client.manager import KernelManager

_home = tempfile.TemporaryDirectory(prefix="iamlab-test-home-")  # removed when the run ends
os.environ["IAMLAB_HOME"] = _home.name


def _without_ports(**options: object) -> KernelManager:
    """A kernel that is spoken to through files: of two that look for ports at the same moment, both may find one."""
    return KernelManager(transport="ipc", ip=str(Path(tempfile.mkdtemp(dir=_home.name), "kernel")), **options)


if os.name == "posix":
    nbval.kernel.KernelManager = _without_ports


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """What is solved in one notebook is not solved in another, whichever runs first."""
    own = (item.path.parent.name, item.path.stem) if item.path.suffix == ".ipynb" else ()
    os.environ["IAMLAB_HOME"] = str(Path(_home.name, *own))


def pytest_terminal_summary(terminalreporter) -> None:
    """Say in one line which package is missing when the browser tests were skipped."""
    skipped = [str(report.longrepr) for report in terminalreporter.stats.get("skipped", [])]
    if any("no Chromium" in reason for reason in skipped):
        terminalreporter.write_line(
            "Browser tests skipped: no Chromium. Install Debian's package chromium to run them."
        )
