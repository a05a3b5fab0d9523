"""Progress is remembered, never lost by a later answer, and never an error in a learner's cell."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from iamlab.core.errors import IamlabError
from iamlab.lessons import check, compare_eight, eight_answers, progress, record_eight, restore_progress
from iamlab.lessons.checks import EXERCISES
from iamlab.lessons.eight_questions import QUESTIONS
from iamlab.lessons.progress import home_dir, misconceptions, record, status
from iamlab.lessons.progress_codes import Progress, encode
from iamlab.world import files


def stored(home: Path, exercise: str) -> Path:
    """Where the progress of an exercise is."""
    return home / ".iamlab" / "progress" / f"{exercise}.json"


def fail(*_args: object) -> None:
    """An operation on a disk that is full."""
    raise OSError(28, "No space left on device")


@pytest.fixture(autouse=True)
def _no_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("IAMLAB_HOME", raising=False)


def test_nothing_is_attempted_at_first(tmp_path: Path) -> None:
    """Asking makes no files."""
    assert status("01.1", home=tmp_path) == "not attempted"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        (["not attempted"], "not attempted"),
        (["not valid"], "not yet"),
        (["not yet"], "not yet"),
        (["not yet", "not attempted"], "not yet"),
        (["not yet", "correct"], "correct"),
        (["correct", "not yet"], "correct"),
        (["correct", "not valid", "not attempted", "not yet"], "correct"),
    ],
)
def test_the_best_answer_is_remembered(tmp_path: Path, outcomes: list[str], expected: str) -> None:
    """What was once correct stays correct; every other answer was an attempt."""
    for outcome in outcomes:
        assert record("03.2", outcome, home=tmp_path)
    assert status("03.2", home=tmp_path) == expected
    assert status("03.1", home=tmp_path) == "not attempted"


def test_an_attempt_never_overwrites_a_correct_answer_of_another_notebook(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other notebook writes between our look and our writing."""
    real = progress.create_whole

    def late(path: Path, data: bytes) -> None:
        assert record("01.1", "correct", home=tmp_path)
        real(path, data)

    monkeypatch.setattr(progress, "create_whole", late)
    assert record("01.1", "not yet", home=tmp_path)
    assert status("01.1", home=tmp_path) == "correct"


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{",
        b"null",
        b"\xff\x00",
        b"[" * 4000,
        b"x" * 1_000_000,
        b'{"exercise": "01.2", "status": "correct"}',
        b'{"exercise": "01.1", "status": "perfect"}',
        b'{"exercise": "01.1", "status": ["correct"]}',
    ],
)
def test_a_damaged_file_is_put_aside_and_harms_no_other(tmp_path: Path, damage: bytes) -> None:
    """It counts as not attempted, is kept for whoever wants to look, and can be recorded again."""
    record("01.2", "correct", home=tmp_path)
    path = stored(tmp_path, "01.1")
    for _ in range(2):
        path.write_bytes(damage)
        assert status("01.1", home=tmp_path) == "not attempted"
    assert sorted(file.name for file in path.parent.glob("*.damaged*")) == [
        "01.1.json.damaged",
        "01.1.json.damaged-2",
    ]
    assert record("01.1", "not yet", home=tmp_path)
    assert status("01.1", home=tmp_path) == "not yet"
    assert status("01.2", home=tmp_path) == "correct"


def test_a_file_of_a_newer_version_is_neither_read_nor_touched(tmp_path: Path) -> None:
    """What it says may mean something else there, and it is not damaged."""
    record("01.1", "correct", home=tmp_path)
    path = stored(tmp_path, "01.1")
    newer = path.read_bytes().replace(b'"format": 1', b'"format": 2')
    path.write_bytes(newer)
    assert status("01.1", home=tmp_path) == "not attempted"
    assert not record("01.1", "not yet", home=tmp_path)
    assert not record("01.1", "correct", home=tmp_path)
    assert [one.name for one in path.parent.iterdir()] == ["01.1.json"]
    assert path.read_bytes() == newer


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps a folder that is in use")
def test_nothing_raises_when_the_current_folder_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was renamed or removed under a running kernel: answers are judged, and not remembered."""
    monkeypatch.delenv("IAMLAB_HOME", raising=False)
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    monkeypatch.setattr(eight_answers, "_unwritten", {})
    wrong = EXERCISES["01.2"].misconceptions[0].answer  # type: ignore[union-attr]
    known = EXERCISES["05.1"].misconceptions[-2]  # type: ignore[union-attr]
    assert check("01.2", wrong).status == "not yet"
    assert "could not be written" in repr(check("01.2", EXERCISES["01.2"].reference))
    assert check("05.1", known.answer).misconception == known.number != 0
    assert "could not be written" in repr(restore_progress(encode(Progress(states={"01.1": "correct"}))))
    assert "could not be written" in repr(record_eight("before", dict.fromkeys(QUESTIONS, "no idea")))
    assert "before the course are kept" in repr(compare_eight())
    assert status("01.2") == "not attempted"
    assert misconceptions() == ()
    monkeypatch.setenv("IAMLAB_HOME", "relative")
    assert not record("01.1", "correct")


def test_a_disk_that_cannot_be_written_gives_false(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not an error in the cell: the caller can say so. Nothing half is left."""
    record("01.1", "not yet", home=tmp_path)
    monkeypatch.setattr(files.os, "replace", fail)
    monkeypatch.setattr(files.os, "link", fail)
    assert record("01.1", "correct", home=tmp_path) is False
    assert record("01.2", "not yet", home=tmp_path) is False
    assert status("01.1", home=tmp_path) == "not yet"
    assert [file.name for file in stored(tmp_path, "01.1").parent.iterdir()] == ["01.1.json"]


def test_damage_that_cannot_be_put_aside_gives_false(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A damaged file in a folder that cannot be written is not attempted, again and again."""
    record("01.1", "correct", home=tmp_path)
    stored(tmp_path, "01.1").write_text("{")
    monkeypatch.setattr(files.os, "replace", fail)
    assert status("01.1", home=tmp_path) == "not attempted"
    assert record("01.1", "not yet", home=tmp_path) is False


def test_a_file_in_the_place_of_the_folder_gives_false(tmp_path: Path) -> None:
    """Neither a file called .iamlab nor a folder called like an exercise's file is an error."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / ".iamlab").write_text("a file")
    assert record("01.1", "correct", home=tmp_path / "a") is False
    assert status("01.1", home=tmp_path / "a") == "not attempted"
    stored(tmp_path, "01.1").mkdir(parents=True)
    assert record("01.1", "correct", home=tmp_path) is False
    assert status("01.1", home=tmp_path) == "not attempted"


def test_no_hard_links_are_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some file systems have none."""
    monkeypatch.setattr(files.os, "link", fail)
    assert record("01.1", "not yet", home=tmp_path)
    assert record("01.1", "not yet", home=tmp_path)
    assert status("01.1", home=tmp_path) == "not yet"


@pytest.mark.parametrize(
    "bad", ["", "1.1", "01", "../01.1", "01.1/..", "01.1\n", "٠١.1", "01.1.json", "01.123", None, 1.1]
)
def test_only_ids_of_exercises_become_file_names(tmp_path: Path, bad: object) -> None:
    """Anything else is refused before a file is touched."""
    with pytest.raises(IamlabError, match="is no exercise"):
        status(bad, home=tmp_path)  # type: ignore[arg-type]
    with pytest.raises(IamlabError, match="is no exercise"):
        record(bad, "correct", home=tmp_path)  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_outcome_is_refused(tmp_path: Path) -> None:
    """A slip in a check must not be remembered as something."""
    with pytest.raises(IamlabError, match="'Correct' is no outcome"):
        record("01.1", "Correct", home=tmp_path)


def test_home_is_the_variable_else_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command and a notebook opened without it agree; an empty variable is none."""
    monkeypatch.chdir(tmp_path)
    assert home_dir() == Path.cwd()
    assert home_dir(tmp_path / "given") == tmp_path / "given"
    monkeypatch.setenv("IAMLAB_HOME", "")
    assert home_dir() == Path.cwd()
    monkeypatch.setenv("IAMLAB_HOME", str(tmp_path / "home é"))
    assert home_dir(tmp_path / "given") == tmp_path / "home é"
    assert record("01.1", "correct")
    assert json.loads(stored(tmp_path / "home é", "01.1").read_bytes())["status"] == "correct"
    assert status("01.1") == "correct"


def test_progress_can_be_read_by_others(tmp_path: Path) -> None:
    """The files have the permissions that any new file gets, not those of a temporary one."""
    record("01.1", "correct", home=tmp_path)
    plain = tmp_path / "plain"
    plain.touch()
    assert os.stat(stored(tmp_path, "01.1")).st_mode == plain.stat().st_mode
