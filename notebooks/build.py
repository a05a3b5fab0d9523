"""Builds the notebooks from ``src/``: a learner's and a solution of each, executed, outputs kept.

``python notebooks/build.py`` writes them, ``--check`` writes nothing and fails when one differs from its source. With
``--check --unexecuted`` the outputs are not made anew, and left to whoever runs the notebooks, as nbval does.
A cell tagged ``solution`` stands only in the solutions, one tagged ``exercise`` only in the learner's notebook. Text
tagged ``conclusion`` is folded up: it says what comes out of the prediction before it. Code tagged ``folded`` shows its
first line alone: it is run for what it shows.
What breaks a rule of ``lint.py`` is not built.
"""

from __future__ import annotations

import argparse
import configparser
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jupytext
import lint
import nbformat
import reading
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

HERE = reading.HERE
SANITIZER = HERE.parent / "tests" / "nbval_sanitize.cfg"
HEADER = {"lesson": str, "title": str, "minutes": int, "exercises": list}
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


class BuildError(Exception):
    """A source that cannot become a notebook: names file and cell."""


def main(arguments: list[str] | None = None) -> int:
    """Build or check all sources; the exit code is 1 when something differs or fails."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a notebook is not up to date")
    parser.add_argument("--unexecuted", action="store_true", help="with --check: compare the cells, not what they show")
    parser.add_argument("sources", nargs="*", type=Path, help="sources to build (default: all)")
    options = parser.parse_args(arguments)
    if options.unexecuted and not options.check:
        parser.error("--unexecuted goes with --check")
    for source in options.sources:
        if not source.is_file():
            parser.error(f"there is no {source}; the sources are in {HERE / 'src'}")
    sources = options.sources or [*sorted((HERE / "src").glob("[0-9][0-9]_*.py")), HERE / "src" / GALLERY]
    announced: dict[Path, str | None] = {}
    try:
        if options.check and options.unexecuted:
            return _check([pair for source in sources for pair in unexecuted(source)], _cells_differ)
        if not options.check:
            for source in sources:
                announced |= _announce(source)
        built = [pair for source in sources for pair in build(source)]
    except BuildError as error:
        _take_back(announced)
        print(error, file=sys.stderr)
        return 1
    return _check(built) if options.check else _write(built)


def build(source: Path) -> Iterator[tuple[Path, Any]]:
    """The learner's notebook and the solution made from one source, each with the path that it belongs to.

    Raises BuildError.
    """
    built = [(path, _execute(source, made)) for path, made in unexecuted(source)]
    # Before the drawings are left out: of those the nodes can be counted.
    problems = [one for path, notebook in built for one in lint.problems(path, notebook)]
    if problems:
        raise BuildError("\n".join(f"{source.name}: {one} (the cell begins {one.begins!r})" for one in problems))
    for path, notebook in built:
        yield path, _as_read_without_kernel(notebook)


def unexecuted(source: Path) -> list[tuple[Path, Any]]:
    """The same, before anything is run. Raises BuildError."""
    text = jupytext.read(source)
    header = _header(source, text)
    name = reading.notebook_name(source)
    variants = [(HERE / name, "solution")]
    if header["exercises"]:
        variants.append((HERE / "solutions" / name, "exercise"))
    return [(path, _variant(source, text, header, left_out)) for path, left_out in variants]


def _announce(source: Path) -> dict[Path, str | None]:
    """Put a lesson that is new or renamed in place unexecuted, for the start page lists what is there.

    Returns what was there before, by its path: None where there was nothing.
    """
    notebook = jupytext.read(source)
    header = _header(source, notebook)
    path = HERE / reading.notebook_name(source)
    before = path.read_text(encoding="utf-8") if path.exists() else None
    if before is not None and nbformat.reads(before, as_version=4).metadata.get("iamlab") == header:
        return {}
    made = _variant(source, notebook, header, "solution")
    path.write_text(nbformat.writes(made) + "\n", encoding="utf-8")
    return {path: before}


def _take_back(announced: dict[Path, str | None]) -> None:
    """What is not built leaves nothing behind."""
    for path, before in announced.items():
        if before is None:
            path.unlink()
        else:
            path.write_text(before, encoding="utf-8")


def _header(source: Path, notebook: Any) -> dict[str, Any]:
    header = notebook.metadata.get("iamlab")
    if not isinstance(header, dict):
        raise BuildError(f"{source.name}: the header is missing; begin with '# jupyter:' and 'iamlab:' in it.")
    for key, type_ in HEADER.items():
        if not isinstance(header.get(key), type_) or isinstance(header.get(key), bool):
            raise BuildError(f"{source.name}: the header's {key} is {header.get(key)!r}, not a {type_.__name__}.")
    if header["lesson"] != source.name[:2] and source.name != GALLERY:
        raise BuildError(f"{source.name}: the header says lesson {header['lesson']!r}.")
    return dict(header)


GALLERY = reading.GALLERY.replace(".ipynb", ".py")
KNOWN_TAGS = {"exercise", "solution", "conclusion", "folded"}
CONCLUSION = "<details{state}>\n<summary><b>Once you have answered:</b> what it shows</summary>\n\n{text}\n\n</details>"
"""Whoever predicts must not read on the same screen what comes out."""
QUESTION = re.compile(r"(?m)^(Choice|Predict)\(")
"""The code of a question holds its answer: it is folded away, but for its first line, and opened by a click."""


def _variant(source: Path, notebook: Any, header: dict[str, Any], left_out: str) -> Any:
    made = nbformat.v4.new_notebook(metadata={"kernelspec": KERNEL, "iamlab": header})
    for index, cell in enumerate(notebook.cells):
        tags = set(cell.metadata.get("tags", []))
        if tags - KNOWN_TAGS:
            raise BuildError(f"{source.name}, cell {index}: unknown tag {', '.join(tags - KNOWN_TAGS)}.")
        if ("conclusion" if cell.cell_type == "code" else "folded") in tags:
            raise BuildError(f"{source.name}, cell {index}: text is tagged conclusion, code is tagged folded.")
        if left_out not in tags:
            new = nbformat.v4.new_code_cell if cell.cell_type == "code" else nbformat.v4.new_markdown_cell
            text = cell.source if "conclusion" not in tags else _folded(cell.source, solutions=left_out == "exercise")
            made.cells.append(new(_linked_from_solutions(text) if left_out == "exercise" else text))
            if "folded" in tags or (source.name != GALLERY and QUESTION.search(cell.source)):
                made.cells[-1].metadata["jupyter"] = {"source_hidden": True}
    for index, cell in enumerate(made.cells):
        cell.id = f"cell-{index:02}"
    return made


def _folded(text: str, *, solutions: bool) -> str:
    """A conclusion as a fold that is opened by a click; in the solutions it stands open."""
    return CONCLUSION.format(state=" open" if solutions else "", text=text)


def _linked_from_solutions(text: str) -> str:
    """A notebook without exercises has no solutions: from there, a link to it leads one folder up."""
    there = reading.course()

    def target(link: re.Match[str]) -> str:
        return link[0] if (HERE / "solutions" / link[1]).resolve() in there else f"](../{link[1]}"

    return re.sub(r"\]\(([a-z0-9-]+\.ipynb)", target, text)


def _execute(source: Path, notebook: Any) -> Any:
    with tempfile.TemporaryDirectory() as home:
        os.environ["IAMLAB_HOME"] = home
        # On a busy machine a kernel sends what one cell prints in several pieces; they are one output all the same.
        client = NotebookClient(notebook, timeout=120, coalesce_streams=True, resources={"metadata": {"path": home}})
        try:
            client.execute()
        except CellExecutionError as error:
            failed = next(cell for cell in reversed(notebook.cells) if cell.get("outputs"))
            raise BuildError(f"{source.name}, {failed.id}:\n{failed.source}\n{error.evalue}") from None
    notebook.metadata.pop("widgets", None)
    notebook.metadata["language_info"] = {"name": "python"}
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code" and all(line.startswith("#") for line in cell.source.splitlines()):
            raise BuildError(f"{source.name}, {cell.id}: a code cell of comments alone:\n{cell.source}")
    return notebook


def _as_read_without_kernel(notebook: Any) -> Any:
    """Before a cell is run, readers see no widget, and pages and hosts strip drawings: the words take their place."""
    for data in (output.get("data", {}) for cell in notebook.cells for output in cell.get("outputs", [])):
        data.pop("application/vnd.jupyter.widget-view+json", None)
        if "<svg" in data.get("text/html", ""):
            words = re.sub(r"(?s)<svg.*?</svg>", "", data["text/html"])
            data["text/html"] = words.replace("<details>", "<details open>", 1)
    return notebook


def _write(built: list[tuple[Path, Any]]) -> int:
    for path, notebook in built:
        path.parent.mkdir(exist_ok=True)
        path.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")
        print(f"wrote {path.relative_to(HERE.parent)}")
    return 0


def _check(built: list[tuple[Path, Any]], differs: Callable[[Path, Any], bool] | None = None) -> int:
    stale = [path for path, notebook in built if not path.exists() or (differs or _differs)(path, notebook)]
    for path in stale:
        print(
            f"{path.relative_to(HERE.parent)} is not what its source makes: run make notebooks",
            file=sys.stderr,
        )
    return 1 if stale else 0


def _differs(path: Path, notebook: Any) -> bool:
    return sanitized(path.read_text(encoding="utf-8")) != sanitized(nbformat.writes(notebook) + "\n")


def _cells_differ(path: Path, notebook: Any) -> bool:
    there = nbformat.read(path, as_version=4)
    return _written(there) != _written(notebook) or there.metadata.get("iamlab") != notebook.metadata["iamlab"]


def _written(notebook: Any) -> list[tuple[str, str, str, Any]]:
    """What stands in the cells, apart from what they show."""
    return [(cell.id, cell.cell_type, cell.source, dict(cell.metadata)) for cell in notebook.cells]


def sanitized(text: str) -> str:
    """The notebook's text without what may differ from machine to machine: the same rules as nbval's."""
    rules = configparser.RawConfigParser()
    rules.read(SANITIZER, encoding="utf-8")
    for section in rules.sections():
        text = re.sub(rules[section]["regex"], rules[section]["replace"], text)
    return text


if __name__ == "__main__":
    sys.exit(main())
