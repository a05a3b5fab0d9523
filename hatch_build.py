"""Build hook: the learner's notebooks and the solutions go into the wheel, every one without being listed."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class LessonsHook(BuildHookInterface):
    """Puts ``notebooks/NN-*.ipynb`` and the solutions at ``iamlab/notebooks``; sources and build script stay out."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the notebooks to what is built."""
        if version == "editable":
            return  # its copies would grow stale; in a clone the lessons are read where they are built
        folder = Path(self.root, "notebooks")
        notebooks = sorted(folder.glob("[0-9][0-9]-*.ipynb"))
        if not notebooks:
            raise FileNotFoundError("There are no notebooks/NN-*.ipynb; make them with `make notebooks`.")
        for notebook in (*notebooks, *sorted(folder.glob("solutions/[0-9][0-9]-*.ipynb"))):
            build_data["force_include"][str(notebook)] = f"iamlab/notebooks/{notebook.relative_to(folder).as_posix()}"
