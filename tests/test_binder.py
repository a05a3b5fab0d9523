"""Binder, badge and command agree on one page in one folder, and everything stands in one place."""

from __future__ import annotations

import os
import re
import runpy
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from iamlab.app import DEFAULT_FOLDER, LAB_OPTIONS
from iamlab.lessons.course import START_PAGE

ROOT = Path(__file__).resolve().parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def script() -> dict[str, Any]:
    """The names in the script that makes the badge."""
    return runpy.run_path(str(ROOT / "tests" / "readme_badge.py"))


def test_readme_has_the_badge_as_it_is_made(script: dict[str, Any]) -> None:
    """When this fails: `make readme`."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert script["with_badge"](readme, script["badge"]()) == readme


def test_badge_binder_and_command_open_the_same_page(script: dict[str, Any]) -> None:
    """The folder that postBuild fills is the one the badge opens and the command's own; so is the page."""
    post_build = (ROOT / "binder" / "postBuild").read_text(encoding="utf-8")
    assert f"iamlab lessons --copy --folder {DEFAULT_FOLDER}\n" in post_build
    assert script["badge"]().endswith(f"/HEAD?urlpath=lab%2Ftree%2F{DEFAULT_FOLDER}%2F{START_PAGE})")
    assert f"--LabApp.default_url=/lab/tree/{START_PAGE}" in LAB_OPTIONS
    assert (ROOT / "notebooks" / START_PAGE).is_file()


def test_binder_installs_this_repository_with_a_python_it_supports() -> None:
    """One requirement, the dot; a Python that pyproject.toml allows; a postBuild that can be run."""
    lines = (ROOT / "binder" / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == ["."]
    runtime = (ROOT / "binder" / "runtime.txt").read_text(encoding="utf-8").strip()
    version = re.fullmatch(r"python-(3)\.(\d+)", runtime)
    lowest = re.fullmatch(r">=3\.(\d+)", PYPROJECT["project"]["requires-python"])
    assert version is not None
    assert lowest is not None
    assert int(version[2]) >= int(lowest[1])
    if os.name == "posix":
        assert os.access(ROOT / "binder" / "postBuild", os.X_OK)


def test_the_address_stands_in_one_place() -> None:
    """Only in pyproject.toml; the badge in README.md is made from it, and no other file repeats it."""
    address = PYPROJECT["project"]["urls"]["Repository"].removeprefix("https://")
    owner_and_name = address.partition("/")[2]
    folders = ("iamlab", "binder", "notebooks", "tests")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file()]
    files += [path for path in ROOT.iterdir() if path.is_file() and path.name not in ("pyproject.toml", "README.md")]
    texts = [path for path in files if path.suffix not in (".png", ".pyc", ".woff2")]
    assert [path for path in texts if owner_and_name in path.read_text(encoding="utf-8", errors="replace")] == []


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("https://github.com/someone/some-course", "gh/someone/some-course/HEAD"),
        ("https://github.com/someone/some-course.git", "gh/someone/some-course/HEAD"),
        ("https://github.com/someone/some-course/", "gh/someone/some-course/HEAD"),
        ("https://git.example.org/a/b", "git/https%3A%2F%2Fgit.example.org%2Fa%2Fb/HEAD"),
    ],
)
def test_the_badge_follows_the_address(script: dict[str, Any], tmp_path: Path, address: str, source: str) -> None:
    """A fork changes one line, wherever it lives."""
    pyproject = tmp_path / "pyproject.toml"
    pyproject.write_text(f'[project.urls]\nRepository = "{address}"\n')
    assert f"https://mybinder.org/v2/{source}?" in script["badge"](pyproject)


def test_the_badge_goes_between_its_markers(script: dict[str, Any]) -> None:
    """What stood there is replaced, the rest is the same; without both markers nothing is written."""
    with_badge: Callable[[str, str], str] = script["with_badge"]
    start, end = script["START"], script["END"]
    assert with_badge(f"# a\n{start}old{end}\nb\n", "new") == f"# a\n{start}\nnew\n{end}\nb\n"
    for readme in ("", start, f"{end}{start}", f"{start}{start}{end}", f"{start}{end}{end}"):
        with pytest.raises(ValueError, match="once each"):
            with_badge(readme, "new")
