"""What is installed is complete: the wheel, in an environment that knows no clone, has the lessons."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from iamlab import __version__

ROOT = Path(__file__).resolve().parents[1]
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]


def run(*command: str | Path, **options: object) -> str:
    """Run a program, without what pytest's own environment would add; its output. Fails with what it said."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "IAMLAB"))}
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, check=False, env=environment, **options
    )  # type: ignore[call-overload]
    assert done.returncode == 0, done.stdout + done.stderr
    return str(done.stdout)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as it would be published."""
    place = tmp_path_factory.mktemp("wheel")
    run(*PIP, "wheel", ROOT, "--no-deps", "--no-build-isolation", "--wheel-dir", place)
    (built,) = place.glob("*.whl")
    return built


def test_the_wheel_has_all_lessons_and_nothing_of_their_making(wheel: Path) -> None:
    """Every notebook with its solutions, but no sources, build script or tests; and every file of the package."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert wheel.name.startswith(f"iamlab-{__version__}-")
    folder = ROOT / "notebooks"
    made = (*folder.glob("[0-9][0-9]-*.ipynb"), *folder.glob("solutions/[0-9][0-9]-*.ipynb"))
    notebooks = {path.relative_to(folder).as_posix() for path in made}
    assert {"00-start.ipynb", "01-first-permission.ipynb", "solutions/01-first-permission.ipynb"} < notebooks
    assert {name.removeprefix("iamlab/notebooks/") for name in names if name.endswith(".ipynb")} == notebooks
    assert {name.split("/")[0] for name in names} == {"iamlab", f"iamlab-{__version__}.dist-info"}
    assert not [name for name in names if re.search(r"(^|/)(src|tests|build\.py|\.iamlab)(/|$)", name)]
    package = {path.relative_to(ROOT).as_posix() for path in (ROOT / "iamlab").rglob("*") if path.is_file()}
    assert {name for name in package if not re.search(r"__pycache__|\.ipynb_checkpoints|/\.", name)} <= set(names)


def test_the_installed_command_finds_the_lessons(wheel: Path, tmp_path: Path) -> None:
    """In an empty environment that borrows the dependencies, but not iamlab itself, from this one."""
    venv.create(tmp_path / "venv", with_pip=False)
    python = next((tmp_path / "venv").glob("[bS]*/python*"))
    run(*PIP, "--python", python, "install", "--no-deps", "--no-index", wheel)
    packages = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
    # A folder named in a .pth file is looked into last, and .pth files in it (an editable iamlab) not at all.
    (packages / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    place = run(python, "-c", "import iamlab; print(iamlab.__file__)", cwd=tmp_path).strip()
    assert Path(place).is_relative_to(packages)
    listed = run(python, "-m", "iamlab", "lessons", cwd=tmp_path).splitlines()
    assert [line[:2] for line in listed] == sorted(path.name[:2] for path in (ROOT / "notebooks").glob("[0-9]*.ipynb"))
    run(python, "-m", "iamlab", "lessons", "--copy", cwd=tmp_path)
    assert (tmp_path / "iamlab-lessons" / "00-start.ipynb").is_file()
