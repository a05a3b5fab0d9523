"""Notebooks made for a test, in the folder of a lab of their own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import nbformat
from server import running_lab

LESSONS = "lessons"


def write_notebook(path: Path, sources: Sequence[str]) -> None:
    """A notebook of code cells that have not been run."""
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)


@contextmanager
def lab_with(home: Path, **notebooks: Sequence[str]) -> Iterator[str]:
    """The address of a lab with these notebooks, by their names, and the payloads for their cells to import."""
    with running_lab(home) as url:
        shutil.copy(Path(__file__).with_name("payloads.py"), home / LESSONS)
        for name, sources in notebooks.items():
            write_notebook(home / LESSONS / f"{name}.ipynb", sources)
        yield url
