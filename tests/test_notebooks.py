"""The notebooks: they are what their sources make, and a change by hand to one output is noticed."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"
sys.path.insert(0, str(NOTEBOOKS))
import build  # noqa: E402

LEARNER = sorted(NOTEBOOKS.glob("[0-9][0-9]-*.ipynb"))
LESSON = NOTEBOOKS / "01-first-permission.ipynb"


def _nbval(notebook: Path) -> subprocess.CompletedProcess[str]:
    options = ["--nbval", "--nbval-current-env", f"--nbval-sanitize-with={ROOT / 'tests' / 'nbval_sanitize.cfg'}"]
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-o",
        "addopts=",
        *options,
        notebook.name,
    ]
    return subprocess.run(command, cwd=notebook.parent, capture_output=True, text=True, check=False)


def _build(folder: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, folder / "build.py", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_notebooks_are_what_their_sources_make(capsys: pytest.CaptureFixture[str]) -> None:
    """Cell by cell; what the cells show is compared by nbval, which runs each of them."""
    assert build.main(["--check", "--unexecuted"]) == 0, capsys.readouterr().err


def test_one_changed_word_in_a_source_is_noticed(tmp_path: Path) -> None:
    """Also without running anything; the notebooks made from it are named."""
    copy = tmp_path / "notebooks"
    shutil.copytree(NOTEBOOKS, copy)
    source = copy / "src" / "01_first_permission.py"
    source.write_text(
        source.read_text(encoding="utf-8").replace("## The first day", "## The last day"), encoding="utf-8"
    )
    done = _build(copy, "--check", "--unexecuted")
    assert done.returncode == 1
    assert done.stderr.count("is not what its source makes") == 2
    assert "notebooks/solutions/01-first-permission.ipynb" in done.stderr


def test_one_output_changed_by_hand_fails(tmp_path: Path) -> None:
    """Strict means strict: one word in one output is enough. An unchanged copy beside them passes, in any folder."""
    _begins(tmp_path / "unchanged.ipynb", "text/html", "alice")
    _begins(tmp_path / "text.ipynb", "text/plain", "mallory")
    _begins(tmp_path / "html.ipynb", "text/html", "mallory")
    done = _nbval(tmp_path)
    assert done.returncode == 1, done.stdout
    assert "2 failed" in done.stdout
    assert [one.split("::")[0].split("/")[-1] for one in done.stdout.splitlines() if one.startswith("FAILED")] == [
        "html.ipynb",
        "text.ipynb",
    ]


def _begins(copy: Path, mime: str, name: str) -> None:
    """The lesson up to the first output of that kind, with that name for alice in it."""
    notebook = json.loads(LESSON.read_text(encoding="utf-8"))
    place, data = next(
        (at, output["data"])
        for at, cell in enumerate(notebook["cells"])
        for output in cell.get("outputs", [])
        if mime in output["data"]
    )
    assert "alice" in "".join(data[mime])
    data[mime] = "".join(data[mime]).replace("alice", name, 1)
    copy.write_text(json.dumps({**notebook, "cells": notebook["cells"][: place + 1]}), encoding="utf-8")


@pytest.mark.parametrize("path", LEARNER, ids=lambda path: path.name)
def test_a_learners_notebook_reveals_no_verdict(path: Path) -> None:
    """It is saved with every prediction still open: no rule that settled a request stands in an output."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    outputs = json.dumps([cell.get("outputs", []) for cell in notebook["cells"]])
    assert not re.search(r"Rule (ENT|EVAL|POL)-", outputs)


@pytest.mark.parametrize("path", [*LEARNER, *sorted((NOTEBOOKS / "solutions").glob("*.ipynb"))], ids=lambda p: p.name)
def test_no_output_holds_what_differs_between_machines(path: Path) -> None:
    """No memory address, no absolute path, no widget state."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    assert "widgets" not in notebook["metadata"]
    outputs = json.dumps([cell.get("outputs", []) for cell in notebook["cells"]])
    assert not re.search(r"0x[0-9a-f]{6,}|/home/|/root/|/tmp/|site-packages", outputs)


def test_the_solutions_solve_every_exercise() -> None:
    """In each solutions notebook every check says correct."""
    for path in (NOTEBOOKS / "solutions").glob("*.ipynb"):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            found = re.search(r'^check\("([0-9.]+)"', "".join(cell["source"]), re.MULTILINE)
            if found:
                assert f"{found[1]}: correct" in json.dumps(cell["outputs"])


BAD_SOURCES = {
    "no header": ("# %%\n1\n", "the header is missing"),
    "minutes as text": (
        '# ---\n# jupyter:\n#   iamlab:\n#     lesson: "09"\n#     title: T\n#     minutes: "5"\n'
        "#     exercises: []\n# ---\n# %%\n1\n",
        "the header's minutes",
    ),
    "failing cell": (
        '# ---\n# jupyter:\n#   iamlab:\n#     lesson: "09"\n#     title: T\n#     minutes: 5\n'
        "#     exercises: []\n# ---\n# %%\n1\n\n# %%\n1 / 0\n",
        "cell-01",
    ),
    "unknown tag": (
        '# ---\n# jupyter:\n#   iamlab:\n#     lesson: "09"\n#     title: T\n#     minutes: 5\n'
        '#     exercises: []\n# ---\n# %% tags=["solutoin"]\n1\n',
        "unknown tag solutoin",
    ),
    "minutes as a yes": (
        '# ---\n# jupyter:\n#   iamlab:\n#     lesson: "09"\n#     title: T\n#     minutes: true\n'
        "#     exercises: []\n# ---\n# %%\n1\n",
        "the header's minutes",
    ),
    "code as a conclusion": (
        '# ---\n# jupyter:\n#   iamlab:\n#     lesson: "09"\n#     title: T\n#     minutes: 5\n'
        '#     exercises: []\n# ---\n# %% tags=["conclusion"]\n1\n',
        "cell 0: text is tagged conclusion",
    ),
}


@pytest.mark.parametrize(("source", "expected"), BAD_SOURCES.values(), ids=BAD_SOURCES)
def test_a_bad_source_is_named_with_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], source: str, expected: str
) -> None:
    """The build stops with file and cell, and writes nothing."""
    monkeypatch.setenv("IAMLAB_HOME", str(tmp_path))  # the build has its own, and leaves it set
    path = tmp_path / "09_bad.py"
    path.write_text(source, encoding="utf-8")
    assert build.main(["--check", str(path)]) == 1
    said = capsys.readouterr().err
    assert "09_bad.py" in said
    assert expected in said
    assert not (NOTEBOOKS / "09-bad.ipynb").exists()


def test_a_build_that_fails_leaves_everything_as_it_was(tmp_path: Path) -> None:
    """Of a new lesson nothing is there; a lesson with another title keeps what it showed."""
    copy = tmp_path / "notebooks"
    shutil.copytree(NOTEBOOKS, copy)
    source, lesson = copy / "src" / "01_first_permission.py", copy / "01-first-permission.ipynb"
    text, before = source.read_text(encoding="utf-8"), lesson.read_bytes()
    source.write_text(text.replace("title: The", "title: A") + "\n# %%\n1 / 0\n", encoding="utf-8")
    new = copy / "src" / "10_new.py"
    new.write_text(text.replace('lesson: "01"', 'lesson: "10"') + "\n# %%\n1 / 0\n", encoding="utf-8")
    assert _build(copy, source, new).returncode == 1
    assert lesson.read_bytes() == before
    assert not (copy / "10-new.ipynb").exists()


@pytest.mark.parametrize(
    ("arguments", "words"), [(["--unexecuted"], "goes with --check"), (["src/10_nothing.py"], "there is no")]
)
def test_arguments_that_make_no_sense_are_refused(
    capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    """In a sentence, before anything is built."""
    with pytest.raises(SystemExit) as left:
        build.main(arguments)
    assert left.value.code == 2
    assert words in capsys.readouterr().err


def test_a_conclusion_is_folded_up_and_stands_open_in_the_solutions() -> None:
    """So nobody reads what comes out before having predicted it."""
    for folder, begins in ((NOTEBOOKS, "<details>"), (NOTEBOOKS / "solutions", "<details open>")):
        cells = json.loads((folder / LESSON.name).read_text(encoding="utf-8"))["cells"]
        texts = ["".join(cell["source"]) for cell in cells]
        (folded,) = [text for text in texts if "So there are two ways to be denied" in text]
        assert folded.startswith(begins)
        assert folded.endswith("</details>")
