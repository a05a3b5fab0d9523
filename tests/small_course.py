"""Small made-up lessons, for tests of everything that handles notebooks without running them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def notebook(number: str, *sources: str, exercises: Sequence[str] = (), **about: Any) -> bytes:
    """A notebook as the build makes it: code cells with these sources, and what the lesson says of itself."""
    says = {
        "lesson": number,
        "title": f"Lesson {number}",
        "minutes": 20,
        "exercises": list(exercises),
        **about,
    }
    cells = [
        {
            "cell_type": "code",
            "id": f"cell-{index:02}",
            "metadata": {},
            "execution_count": None,
            "outputs": [],
            "source": source.splitlines(keepends=True),
        }
        for index, source in enumerate(sources)
    ]
    return json.dumps({"cells": cells, "metadata": {"iamlab": says}, "nbformat": 4, "nbformat_minor": 5}).encode()


def put(folder: Path, name: str, *sources: str, **about: Any) -> Path:
    """Write such a notebook as ``name`` into ``folder`` (made if need be)."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(notebook(name[:2], *sources, **about))
    return path


def edit(path: Path, source: str) -> bytes:
    """What a learner does: write into the first cell and save. Returns what is in the file then."""
    content = json.loads(path.read_bytes())
    content["cells"][0]["source"] = source
    path.write_text(json.dumps(content))
    return path.read_bytes()


def source_of(path: Path) -> str:
    """The source of the first cell."""
    return "".join(json.loads(path.read_bytes())["cells"][0]["source"])
