"""The teacher's guide agrees with the course: every exercise is in it, the minutes add up, its commands exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from iamlab import app
from iamlab.lessons.checks import EXERCISES
from iamlab.lessons.course import lessons
from iamlab.lessons.progress_codes import decode

GUIDE = (Path(__file__).resolve().parents[1] / "notebooks" / "INSTRUCTOR.md").read_text(encoding="utf-8")


def test_every_exercise_has_its_likely_mistake() -> None:
    """A line that begins with its id; and no line of an exercise that there is not."""
    named = set(re.findall(r"(?m)^- \*\*([0-9]{2}\.[0-9])\*\*", GUIDE))
    assert named == set(EXERCISES)


def test_every_lesson_has_a_section() -> None:
    """By its number."""
    sections = set(re.findall(r"(?m)^### ([0-9]) · ", GUIDE))
    assert sections == {str(int(one.number)) for one in lessons() if one.exercises}


@pytest.mark.parametrize("minutes", [60, 90, 180])
def test_the_minutes_add_up(minutes: int) -> None:
    """Each plan fills its time, and no more."""
    plan = GUIDE.split(f"### {minutes} minutes")[1].split("###")[0]
    assert sum(int(one) for one in re.findall(r"(?m)^\| ([0-9]+) \|", plan)) == minutes


def test_the_codes_in_it_are_codes(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The example of a class can be read as it stands."""
    example = GUIDE.split("```text\n")[1].split("```")[0]
    assert all(decode(line.split()[-1]) for line in example.splitlines())
    path = tmp_path / "class.txt"
    path.write_text(example, encoding="utf-8")
    assert app.main(["class", str(path)]) == 0
    assert "Ana" in capsys.readouterr().out
