"""The course is read from the notebooks' own metadata, and from nowhere else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from small_course import notebook, put

from iamlab.lessons.course import START_PAGE, CourseError, lessons, notebooks_dir, read_lesson


def test_lessons_are_sorted_by_number_and_say_everything(tmp_path: Path) -> None:
    """Number, slug, title, minutes, exercises and place come from name and metadata."""
    put(tmp_path, "02-root-and-admin.ipynb", "1")
    put(
        tmp_path,
        "01-first-permission.ipynb",
        "1",
        exercises=["01.1", "01.2"],
        title="A “new” user",
        minutes=25,
    )
    first, second = lessons(tmp_path)
    assert (first.number, first.slug, first.title, first.minutes) == (
        "01",
        "01-first-permission",
        "A “new” user",
        25,
    )
    assert first.exercises == ("01.1", "01.2")
    assert first.path == tmp_path / "01-first-permission.ipynb"
    assert second.number == "02"


def test_copies_and_strangers_are_no_lessons(tmp_path: Path) -> None:
    """Backups, new versions, scratch notebooks and folders in the same place are passed over."""
    put(tmp_path, "01-one.ipynb", "1")
    for name in ("01-one.backup-1.ipynb", "01-one.new.ipynb", "Untitled.ipynb", "build.py", "1-one.ipynb"):
        (tmp_path / name).write_text("no lesson")
    put(tmp_path / "solutions", "01-one.ipynb", "1")
    assert [lesson.slug for lesson in lessons(tmp_path)] == ["01-one"]


def test_two_lessons_with_one_number_are_an_error(tmp_path: Path) -> None:
    """A number names one lesson; the error names both files."""
    put(tmp_path, "01-one.ipynb", "1")
    put(tmp_path, "01-other.ipynb", "1")
    with pytest.raises(CourseError, match=r"01-one\.ipynb and 01-other\.ipynb"):
        lessons(tmp_path)


@pytest.mark.parametrize(
    ("about", "named"),
    [
        ({"lesson": "02"}, "lesson is '02', expected '01'"),
        ({"title": " "}, "title is ' '"),
        ({"title": None}, "title is None"),
        ({"minutes": "20"}, "minutes is '20'"),
        ({"minutes": True}, "minutes is True"),
        ({"exercises": ["02.1"]}, "exercises is"),
        ({"exercises": ["01.1/../x"]}, "exercises is"),
        ({"exercises": "01.1"}, "exercises is"),
    ],
)
def test_wrong_metadata_is_named(tmp_path: Path, about: dict[str, Any], named: str) -> None:
    """A lesson whose metadata is wrong is an error that gives file, member and value."""
    path = tmp_path / "01-one.ipynb"
    path.write_bytes(notebook("01", "1", **({"exercises": ["01.1"]} | about)))
    with pytest.raises(CourseError) as error:
        read_lesson(path)
    assert str(path) in error.value.message
    assert named in error.value.message


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{",
        '{"metadata": 3}',
        '{"metadata": {}}',
        "\x00",
        "[" * 20_000,
        '{"metadata": {"iamlab": []}}',
    ],
)
def test_a_damaged_notebook_is_an_error_that_names_it(tmp_path: Path, content: str) -> None:
    """Whatever a file holds, the answer is a CourseError with its name."""
    path = tmp_path / "01-one.ipynb"
    path.write_text(content)
    with pytest.raises(CourseError, match=r"01-one\.ipynb"):
        lessons(tmp_path)


def test_bytes_that_are_no_text_are_an_error(tmp_path: Path) -> None:
    """Neither is a file that is not UTF-8 a traceback."""
    (tmp_path / "01-one.ipynb").write_bytes(b"\xff\xfe{\xff")
    with pytest.raises(CourseError):
        lessons(tmp_path)


def test_the_package_is_looked_into_before_its_neighbour(tmp_path: Path) -> None:
    """An installed package has its own notebooks; a clone has them beside the package."""
    package = tmp_path / "iamlab"
    beside = put(tmp_path / "notebooks", START_PAGE, "1").parent
    assert notebooks_dir(package) == beside
    inside = put(package / "notebooks", START_PAGE, "1").parent
    assert notebooks_dir(package) == inside


def test_missing_notebooks_are_said_with_a_remedy(tmp_path: Path) -> None:
    """A folder that happens to be called notebooks is not taken for the course."""
    put(tmp_path / "notebooks", "05-mine.ipynb", "1")
    with pytest.raises(CourseError, match="Install iamlab again"):
        notebooks_dir(tmp_path / "iamlab")
    with pytest.raises(CourseError, match="cannot be read"):
        lessons(tmp_path / "nowhere")


def test_metadata_may_say_more(tmp_path: Path) -> None:
    """A member that this version does not know does no harm."""
    path = put(tmp_path, "01-one.ipynb", "1", widget="RequestExplorer")
    assert json.loads(path.read_bytes())["metadata"]["iamlab"]["widget"]
    assert read_lesson(path).title == "Lesson 01"
