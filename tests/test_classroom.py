"""The teacher's table: what can be read is shown, what cannot is named by its line."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from iamlab import app
from iamlab.core.errors import IamlabError
from iamlab.lessons.checks import EXERCISES
from iamlab.lessons.classroom import classroom, read_class
from iamlab.lessons.exercise import SortExercise
from iamlab.lessons.misconceptions import MISCONCEPTIONS
from iamlab.lessons.progress_codes import MOST_MISCONCEPTIONS, ORDER, Progress, encode

ANA = encode(Progress(states={"01.1": "correct", "01.2": "correct", "01.3": "correct"}, misconceptions=(1,)))
BOB = encode(Progress(states={"01.1": "correct", "03.2": "not yet"}, misconceptions=(1, 13)))

# What a version with nine exercises gave to somebody who had solved the last of them, put together by hand: version 1,
# nine exercises, "correct" (2) at place 8 of two bits each, no misconception, and the checksum of these bytes.
OLDER = "AEEQ-AAAC-AAAA-BMCJ"


def test_each_learner_has_a_line_with_each_lesson() -> None:
    """Done, some of them, or not begun; and how many in all."""
    lines = repr(classroom([f"Ana,{ANA}", f"Bob {BOB}"])).splitlines()
    assert lines[0].split() == ["name", *[f"{lesson:02}" for lesson in range(1, 10)], "solved"]
    assert lines[1].split() == ["Ana", "done", *["-"] * 8, "3", "of", str(len(ORDER))]
    assert lines[2].split() == ["Bob", "1/3", "-", "0/3", *["-"] * 6, "1", "of", str(len(ORDER))]


def test_what_is_common_is_said_with_the_truth() -> None:
    """Two of two believed that a new user can look around."""
    said = repr(classroom([f"Ana,{ANA}", f"Bob,{BOB}"]))
    assert "1 A new user can look around. (2 learners; lesson 1)" in said
    assert MISCONCEPTIONS[1].truth in said
    assert "03.2: 1 learner" in said


@pytest.mark.parametrize("between", [",", ";", "\t", " ", " , ", '", "'])
def test_names_and_codes_are_separated_in_several_ways(between: str) -> None:
    """As spreadsheets, forms and people write them; a name may have several words."""
    (one,) = classroom([f"Ana María{between}{ANA.lower()}"]).learners
    assert one.name == "Ana María"
    assert one.solved("01") == 3


def test_what_cannot_be_read_is_named_and_the_rest_is_shown() -> None:
    """A damaged code, a missing one, a missing name; titles, comments and empty lines are no problem."""
    found = classroom(["name,code", f"Ana,{ANA}", "", "# Tuesday", f"Bob,{BOB[:-2]}", "Chen", f",{ANA}", "Dora,code"])
    assert [one.name for one in found.learners] == ["Ana"]
    assert [one.partition(":")[0] for one in found.problems] == [
        "line 5 (Bob)",
        "line 6 (Chen)",
        "line 7",
        "line 8 (Dora)",
    ]
    assert "mistyped" in found.problems[0]


def test_a_line_of_titles_may_come_after_a_comment_and_not_after_a_learner() -> None:
    """After somebody, it is somebody whose code is wrong."""
    assert not classroom(["# Tuesday", "", "name,code", f"Ana,{ANA}"]).problems
    assert classroom([f"Ana,{ANA}", "name,code"]).problems


def test_the_example_of_a_code_begins_as_codes_do() -> None:
    """A teacher compares the lines with it."""
    assert f"Ana, {encode(Progress(states={}))[:5]}" in repr(classroom([]))


def test_two_codes_under_one_name_count_as_one() -> None:
    """What either says is solved is solved; the line is named."""
    found = classroom([f"Ana,{BOB}", f"ANA,{ANA}"])
    (one,) = found.learners
    assert one.name == "Ana"
    assert (one.solved("01"), one.said.states["03.2"], one.said.misconceptions) == (3, "not yet", (1, 13))
    assert "line 2 (ANA): line 1 has that name too" in found.problems[0]


def test_a_code_of_an_older_version_is_read() -> None:
    """It says nothing of the exercises that came later."""
    (one,) = classroom([f"Ana,{OLDER}"]).learners
    assert one.said.states == {"03.3": "correct"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_files_of_spreadsheets_are_read(tmp_path: Path, encoding: str) -> None:
    """Whatever encoding they chose."""
    path = tmp_path / "class.csv"
    path.write_bytes(f"name;code\r\nJosé Müller;{ANA}\r\n".encode(encoding))
    assert [one.name for one in read_class(path).learners] == ["José Müller"]


def test_rubbish_is_no_class_and_raises_nothing() -> None:
    """Control characters, markup, formulas: text, shown as such or left out."""
    found = classroom(["\x00\x1b[31m", "<script>alert(1)</script>", f"=1+1,{ANA}", "x" * 10_000])
    assert "\x1b" not in repr(found)
    assert [one.name for one in found.learners] == ["=1+1"]
    assert found.csv().splitlines()[1].startswith("'=1+1,")


def test_a_file_that_is_none_gets_a_sentence(tmp_path: Path) -> None:
    """Missing, a folder, or far too large."""
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(IamlabError, match="cannot be read"):
            read_class(path)
    (tmp_path / "large").write_bytes(b"x" * 1_000_001)
    with pytest.raises(IamlabError, match="larger than"):
        read_class(tmp_path / "large")


def test_the_command_prints_the_table_and_says_by_its_exit_code_that_a_line_was_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A line for each learner; as CSV the sentences go elsewhere."""
    path = tmp_path / "class.txt"
    path.write_text(f"Ana {ANA}\n")
    assert app.main(["class", str(path)]) == 0
    assert "Ana  done" in capsys.readouterr().out
    path.write_text(f"Ana {ANA}\nBob nothing\n")
    assert app.main(["class", str(path), "--csv"]) == 1
    shown = capsys.readouterr()
    rows = list(csv.DictReader(io.StringIO(shown.out)))
    assert [(row["name"], row["01.1"], row["misconceptions"]) for row in rows] == [("Ana", "correct", "1")]
    assert "line 2 (Bob)" in shown.err
    assert app.main(["class", str(tmp_path / "none")]) == 2


def test_every_misconception_that_an_exercise_knows_is_in_the_list() -> None:
    """And its number fits into a code."""
    known = {wrong.number for one in EXERCISES.values() for wrong in getattr(one, "misconceptions", ())}
    sorted_ = [one for one in EXERCISES.values() if isinstance(one, SortExercise)]
    known |= {number for one in sorted_ for item in one.items.values() for number in item.numbers.values()}
    assert known - {0} <= set(MISCONCEPTIONS)
    assert max(MISCONCEPTIONS) <= MOST_MISCONCEPTIONS
