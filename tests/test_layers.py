"""The house keeps its walls: imports run one way, and what a learner imports stays light."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# Too slow, or not there where the course will one day run in the browser alone.
HEAVY = {
    "IPython",
    "anywidget",
    "graphviz",
    "ipykernel",
    "ipywidgets",
    "matplotlib",
    "nbclient",
    "nbconvert",
    "nbformat",
    "notebook",
    "numpy",
    "pandas",
    "pygraphviz",
    "tornado",
    "traitlets",
}


def test_each_layer_imports_only_from_those_below() -> None:
    """The contract stands in pyproject.toml; a break is shown with the chain of imports."""
    script = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("module", ["iamlab", "iamlab.app"])
def test_importing_it_loads_nothing_heavy(module: str) -> None:
    """Neither Jupyter nor pandas nor Graphviz, by whatever way."""
    script = f"import {module}, sys; print(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    loaded = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert "iamlab" in loaded
    assert [name for name in loaded if name in HEAVY or name.startswith("jupyter")] == []
