"""Lessons are brought and updated, and nothing that a learner wrote is ever lost."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from small_course import edit, notebook, put, source_of

from iamlab.lessons import folder
from iamlab.lessons.course import CourseError
from iamlab.lessons.folder import Delivery, FolderError, What, deliver, reset
from iamlab.lessons.manifest import fingerprint, manifest_path
from iamlab.world import files

ONE, NEW = "01-one.ipynb", "01-one.new.ipynb"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A course of two lessons."""
    put(tmp_path / "course", ONE, "version 1")
    return put(tmp_path / "course", "02-two.ipynb", "version 1").parent


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A learner's folder with a difficult name, not made yet."""
    return tmp_path / "my lessons é’"


def what(done: tuple[Delivery, ...], name: str = ONE) -> What:
    """What happened to one file."""
    return next(one.what for one in done if one.name == name)


def names(place: Path) -> list[str]:
    """The notebooks in a folder."""
    return sorted(path.name for path in place.glob("*.ipynb"))


def no_litter(place: Path) -> bool:
    """Are there no temporary files?"""
    return not list(place.rglob("*.tmp"))


def test_lessons_are_added_once(source: Path, mine: Path) -> None:
    """The first time all come, the second time nothing happens."""
    assert [one.what for one in deliver(mine, source)] == [What.ADDED, What.ADDED]
    before = {path: path.stat().st_mtime_ns for path in mine.rglob("*")}
    assert [one.what for one in deliver(mine, source)] == [What.UNCHANGED, What.UNCHANGED]
    assert {path: path.stat().st_mtime_ns for path in mine.rglob("*")} == before
    assert (mine / ONE).read_bytes() == (source / ONE).read_bytes()
    assert no_litter(mine)


def test_only_lessons_are_delivered(source: Path, mine: Path) -> None:
    """Sources, solutions and the build script stay where they are."""
    put(source / "solutions", ONE, "the answer")
    (source / "build.py").write_text("")
    deliver(mine, source)
    assert sorted(path.name for path in mine.iterdir()) == [".iamlab", ONE, "02-two.ipynb"]


def test_an_unedited_lesson_is_updated(source: Path, mine: Path) -> None:
    """Twice in a row, each time to the newest version."""
    deliver(mine, source)
    for version in ("version 2", "version 3"):
        put(source, ONE, version)
        done = deliver(mine, source)
        assert what(done) is What.UPDATED
        assert what(done, "02-two.ipynb") is What.UNCHANGED
        assert source_of(mine / ONE) == version
    assert names(mine) == [ONE, "02-two.ipynb"]


def test_running_a_lesson_is_no_edit(source: Path, mine: Path) -> None:
    """Outputs, counts, metadata, source as one text, and the empty cell that JupyterLab adds at the end."""
    put(source, ONE, "a\nb")
    deliver(mine, source)
    content = json.loads((mine / ONE).read_bytes())
    cell = content["cells"][0]
    cell |= {
        "outputs": [{"output_type": "stream"}],
        "execution_count": 7,
        "metadata": {"x": 1},
        "source": "a\nb",
    }
    content["metadata"]["widgets"] = {}
    content["cells"].append({"cell_type": "code", "source": [], "metadata": {}, "outputs": []})
    (mine / ONE).write_text(json.dumps(content, indent=4))
    put(source, ONE, "version 2")
    assert what(deliver(mine, source)) is What.UPDATED


def test_an_edited_lesson_is_kept_and_the_new_one_put_beside(source: Path, mine: Path) -> None:
    """The learner's file is the same to the byte; what is beside it is the new version, once."""
    deliver(mine, source)
    edited = edit(mine / ONE, "my answer")
    assert what(deliver(mine, source)) is What.KEPT
    assert names(mine) == [ONE, "02-two.ipynb"]
    put(source, ONE, "version 2")
    done = deliver(mine, source)
    assert Delivery(name=ONE, what=What.BESIDE, other=NEW) in done
    assert (mine / ONE).read_bytes() == edited
    assert source_of(mine / NEW) == "version 2"
    assert what(deliver(mine, source)) is What.KEPT


def test_the_new_one_beside_is_refreshed(source: Path, mine: Path) -> None:
    """A later version takes the place of an unedited earlier one."""
    deliver(mine, source)
    edited = edit(mine / ONE, "my answer")
    for version in ("version 2", "version 3"):
        put(source, ONE, version)
        assert what(deliver(mine, source)) is What.BESIDE
        assert source_of(mine / NEW) == version
    assert (mine / ONE).read_bytes() == edited


def test_an_edited_new_one_is_kept_too(source: Path, mine: Path) -> None:
    """Both files of the learner stay; the learner is told that a newer version waits, until it is fetched."""
    deliver(mine, source)
    edit(mine / ONE, "my answer")
    put(source, ONE, "version 2")
    deliver(mine, source)
    beside = edit(mine / NEW, "my second answer")
    assert what(deliver(mine, source)) is What.KEPT
    put(source, ONE, "version 3")
    assert Delivery(name=ONE, what=What.HELD, other=NEW) in deliver(mine, source)
    assert what(deliver(mine, source)) is What.HELD
    assert (mine / NEW).read_bytes() == beside
    assert source_of(mine / ONE) == "my answer"


def test_a_new_one_that_was_thrown_away_stays_away_until_the_next_version(source: Path, mine: Path) -> None:
    """It is not pressed on a learner who has seen it."""
    deliver(mine, source)
    edit(mine / ONE, "my answer")
    put(source, ONE, "version 2")
    deliver(mine, source)
    (mine / NEW).unlink()
    assert what(deliver(mine, source)) is What.KEPT
    assert not (mine / NEW).exists()
    put(source, ONE, "version 3")
    assert what(deliver(mine, source)) is What.BESIDE


def test_a_new_one_put_in_the_lessons_place_is_the_lesson(source: Path, mine: Path) -> None:
    """Renaming it over the edited one is how a learner takes the update; later ones come by themselves."""
    deliver(mine, source)
    edit(mine / ONE, "my answer")
    put(source, ONE, "version 2")
    deliver(mine, source)
    (mine / NEW).replace(mine / ONE)
    assert what(deliver(mine, source)) is What.UNCHANGED
    put(source, ONE, "version 3")
    assert what(deliver(mine, source)) is What.UPDATED
    assert not (mine / NEW).exists()


def test_the_new_one_is_never_older_than_the_lesson(source: Path, mine: Path) -> None:
    """One that was left lying is refreshed together with the lesson."""
    deliver(mine, source)
    edit(mine / ONE, "my answer")
    put(source, ONE, "version 2")
    deliver(mine, source)
    edit(mine / ONE, "version 2")
    put(source, ONE, "version 3")
    assert what(deliver(mine, source)) is What.UPDATED
    assert source_of(mine / ONE) == source_of(mine / NEW) == "version 3"


def test_an_edit_taken_back_is_no_edit(source: Path, mine: Path) -> None:
    """What counts is what is there, not what happened."""
    deliver(mine, source)
    edit(mine / ONE, "my answer")
    deliver(mine, source)
    edit(mine / ONE, "version 1")
    put(source, ONE, "version 2")
    assert what(deliver(mine, source)) is What.UPDATED


def test_a_deleted_lesson_comes_back(source: Path, mine: Path) -> None:
    """And a lesson that is new in the course comes too."""
    deliver(mine, source)
    (mine / ONE).unlink()
    put(source, "03-three.ipynb", "version 1")
    done = deliver(mine, source)
    assert [one.what for one in done] == [What.ADDED, What.UNCHANGED, What.ADDED]
    assert names(mine) == [ONE, "02-two.ipynb", "03-three.ipynb"]


def test_a_notebook_of_unknown_origin_is_kept(source: Path, mine: Path) -> None:
    """A file that has a lesson's name, and that we never delivered, is the learner's."""
    path = put(mine, ONE, "my own notebook")
    own = path.read_bytes()
    assert what(deliver(mine, source)) is What.BESIDE
    assert path.read_bytes() == own
    put(source, ONE, "version 2")
    assert what(deliver(mine, source)) is What.BESIDE
    assert path.read_bytes() == own


DAMAGE = [
    b"",
    b"{",
    b"[]",
    b'{"cells": 3}',
    b'{"cells": [{"source": "x"}]}',
    b"\xff\xff",
    b"[" * 20_000,
    b"\x00" * 9,
]


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_lesson_counts_as_edited(source: Path, mine: Path, damage: bytes) -> None:
    """It may be all that is left of a learner's work."""
    deliver(mine, source)
    (mine / ONE).write_bytes(damage)
    put(source, ONE, "version 2")
    assert what(deliver(mine, source)) is What.BESIDE
    assert (mine / ONE).read_bytes() == damage
    assert source_of(mine / NEW) == "version 2"


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{",
        b"[]",
        b'{"format": 1}',
        b'{"format": 2, "delivered": {}}',
        b'{"format": 1, "delivered": {"a": 1}}',
    ],
)
def test_a_damaged_manifest_makes_no_edit_look_unedited(source: Path, mine: Path, damage: bytes) -> None:
    """It is put aside; edited lessons are kept; those as delivered are known again and updated as before."""
    deliver(mine, source)
    edited = edit(mine / ONE, "my answer")
    manifest_path(mine).write_bytes(damage)
    done = deliver(mine, source)
    assert done[0] == Delivery(name="manifest.json", what=What.ASIDE, other="manifest.json.damaged")
    assert what(done) is What.BESIDE
    assert (mine / ONE).read_bytes() == edited
    assert (mine / ".iamlab" / "manifest.json.damaged").read_bytes() == damage
    put(source, "02-two.ipynb", "version 2")
    assert what(deliver(mine, source), "02-two.ipynb") is What.UPDATED


def test_a_manifest_that_is_gone_makes_no_edit_look_unedited(source: Path, mine: Path) -> None:
    """As when a learner copies only the notebooks to another machine; even when the course has moved on."""
    deliver(mine, source)
    edited = edit(mine / ONE, "my answer")
    manifest_path(mine).unlink()
    put(source, ONE, "version 2")
    put(source, "02-two.ipynb", "version 2")
    done = deliver(mine, source)
    assert what(done) is What.BESIDE
    assert what(done, "02-two.ipynb") is What.BESIDE
    assert (mine / ONE).read_bytes() == edited


def test_a_save_in_the_middle_of_an_update_wins(source: Path, mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """JupyterLab saves by itself; what it saves while the new version is being written is kept."""
    deliver(mine, source)
    put(source, ONE, "version 2")
    real = files.os.fsync
    saved: list[bytes] = []

    def save_now(handle: int) -> None:
        real(handle)
        if not saved:
            saved.append(edit(mine / ONE, "saved just now"))

    monkeypatch.setattr(files.os, "fsync", save_now)
    assert what(deliver(mine, source)) is What.BESIDE
    assert (mine / ONE).read_bytes() == saved[0]
    assert source_of(mine / NEW) == "version 2"
    assert no_litter(mine)


def test_a_file_that_appears_in_the_middle_is_kept(source: Path, mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lesson that was missing when we looked and is there when we write is not overwritten."""
    real = folder.create_whole

    def late(path: Path, data: bytes) -> None:
        if path.name == ONE:
            put(mine, ONE, "saved just now")
        real(path, data)

    monkeypatch.setattr(folder, "create_whole", late)
    assert what(deliver(mine, source)) is What.BESIDE
    assert source_of(mine / ONE) == "saved just now"


def breaks_after(calls: int, real: Callable[..., None]) -> Callable[..., None]:
    """``real``, until the disk is full."""
    left = iter(range(calls))

    def operation(*arguments: object) -> None:
        if next(left, None) is None:
            raise OSError(28, "No space left on device", str(arguments[0]))
        real(*arguments)

    return operation


@pytest.mark.parametrize("calls", range(3))
def test_a_disk_that_fills_up_loses_nothing(
    source: Path, mine: Path, monkeypatch: pytest.MonkeyPatch, calls: int
) -> None:
    """Wherever an update breaks off, the edit stays, all files are whole, and the next try completes it."""
    deliver(mine, source)
    edited = edit(mine / ONE, "my answer")
    put(source, ONE, "version 2")
    put(source, "02-two.ipynb", "version 2")
    with monkeypatch.context() as broken:
        broken.setattr(files.os, "replace", breaks_after(calls, os.replace))
        broken.setattr(files.os, "link", breaks_after(calls, os.link))
        with pytest.raises(FolderError, match="No space left on device") as error:
            deliver(mine, source)
        assert ".tmp" not in error.value.message
    assert (mine / ONE).read_bytes() == edited
    assert all(fingerprint(path.read_bytes()) for path in mine.glob("*.ipynb"))
    assert no_litter(mine)
    deliver(mine, source)
    assert (mine / ONE).read_bytes() == edited
    assert source_of(mine / NEW) == "version 2"
    assert source_of(mine / "02-two.ipynb") == "version 2"


def test_a_folder_that_cannot_be_made_is_said_with_a_remedy(source: Path, tmp_path: Path) -> None:
    """A file in the place of the folder, of its parent or of ours in it; each error names it."""
    (tmp_path / "file").write_text("")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / ".iamlab").write_text("")
    for place in (tmp_path / "file", tmp_path / "file" / "below", tmp_path / "mine"):
        with pytest.raises(
            FolderError, match=r"is not a folder; rename it, or choose another one with --folder"
        ) as error:
            deliver(place, source)
        assert str(tmp_path) in error.value.message
    assert (tmp_path / "file").read_text() == ""


def test_an_unreadable_manifest_stops_before_anything_is_touched(source: Path, mine: Path) -> None:
    """Without knowing what was delivered nothing may be updated; the error names the file."""
    deliver(mine, source)
    manifest_path(mine).unlink()
    manifest_path(mine).mkdir()
    put(source, ONE, "version 2")
    with pytest.raises(FolderError, match=r"manifest\.json cannot be used"):
        deliver(mine, source)
    assert source_of(mine / ONE) == "version 1"


def test_links_are_followed_for_the_folder_and_replaced_for_a_lesson(source: Path, tmp_path: Path) -> None:
    """A learner's folder may be a link; a lesson that is a link is updated, and what it points to is not."""
    (tmp_path / "real").mkdir()
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "real")
    deliver(link, source)
    assert link.is_symlink()
    (tmp_path / "kept.ipynb").write_bytes((link / ONE).read_bytes())
    (link / ONE).unlink()
    (link / ONE).symlink_to(tmp_path / "kept.ipynb")
    put(source, ONE, "version 2")
    assert what(deliver(link, source)) is What.UPDATED
    assert source_of(tmp_path / "kept.ipynb") == "version 1"
    assert source_of(link / ONE) == "version 2"


def test_links_to_nowhere_are_left_alone(source: Path, mine: Path, tmp_path: Path) -> None:
    """As the folder: an error in words. As a lesson: it is not ours, so the lesson is put beside it."""
    mine.mkdir()
    (mine / ONE).symlink_to(tmp_path / "nowhere")
    assert what(deliver(mine, source)) is What.BESIDE
    assert (mine / ONE).is_symlink()
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(FolderError):
        deliver(tmp_path / "link", source)


def test_the_courses_own_folder_is_refused(source: Path) -> None:
    """Lessons are not delivered onto themselves, by whatever name."""
    with pytest.raises(FolderError, match="the course's own notebooks"):
        deliver(source / ".." / "course", source)
    with pytest.raises(FolderError, match="the course's own notebooks"):
        reset(source, source, "01")
    assert not (source / ".iamlab").exists()


def test_a_course_that_is_not_in_order_delivers_nothing(source: Path, mine: Path) -> None:
    """It is read to its end before the first file is written."""
    (source / "03-three.ipynb").write_text("{")
    with pytest.raises(CourseError):
        deliver(mine, source)
    assert not mine.exists()


def test_reset_gives_a_fresh_copy_and_keeps_the_old(source: Path, mine: Path) -> None:
    """Again and again, each time under the next free name; the fresh copy counts as unedited."""
    deliver(mine, source)
    for number in (1, 2):
        edited = edit(mine / ONE, f"my answer {number}")
        done = reset(mine, source, "01")
        assert done == Delivery(name=ONE, what=What.RESET, other=f"01-one.backup-{number}.ipynb")
        assert (mine / f"01-one.backup-{number}.ipynb").read_bytes() == edited
        assert source_of(mine / ONE) == "version 1"
    put(source, ONE, "version 2")
    assert what(deliver(mine, source)) is What.UPDATED


def test_reset_brings_a_lesson_that_is_not_there(source: Path, mine: Path) -> None:
    """Also into a folder that is not there; the number may be written short."""
    assert reset(mine, source, "1") == Delivery(name=ONE, what=What.RESET)
    assert names(mine) == [ONE]


@pytest.mark.parametrize("number", ["42", "", "one", "../01", "01-one", "001"])
def test_reset_of_an_unknown_lesson_names_the_known(source: Path, mine: Path, number: str) -> None:
    """And makes nothing."""
    with pytest.raises(FolderError, match=r"There is no lesson '.*'; the lessons are 01, 02\.") as error:
        reset(mine, source, number)
    assert error.value.code == "NoSuchLesson"
    assert not mine.exists()


def test_reset_keeps_what_is_saved_meanwhile(source: Path, mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A save between backup and fresh copy stops the reset; nothing is lost."""
    deliver(mine, source)
    edit(mine / ONE, "my answer")
    real = folder.create_next

    def save_after(*arguments: object) -> Path:
        made = real(*arguments)  # type: ignore[arg-type]
        edit(mine / ONE, "saved just now")
        return made

    monkeypatch.setattr(folder, "create_next", save_after)
    with pytest.raises(FolderError, match="was saved just now"):
        reset(mine, source, "01")
    assert source_of(mine / ONE) == "saved just now"


def test_a_fingerprint_sees_what_a_person_writes() -> None:
    """Text and kind of a cell and their order; not how the file spells them."""
    base = fingerprint(notebook("01", "a", "b"))
    assert fingerprint(notebook("01", "a", "", "b", " \n")) == base
    assert fingerprint(notebook("02", "a", "b", minutes=1)) == base
    assert fingerprint(notebook("01", "b", "a")) != base
    assert fingerprint(notebook("01", "ab")) != base
    assert fingerprint(notebook("01", "a", "b").replace(b'"code"', b'"markdown"', 1)) != base
    assert fingerprint(notebook("01", "\ud800")) is not None


def test_a_lesson_is_brought_as_nobody_has_run_it_and_a_solution_as_it_was_run(tmp_path: Path) -> None:
    """What a learner sees is what the learner has run; solutions are there to be read."""
    source, mine = tmp_path / "course", tmp_path / "mine"
    path = put(source, "01-one.ipynb", "print(1)")
    content = json.loads(path.read_bytes())
    content["cells"][0] |= {"execution_count": 1, "outputs": [{"output_type": "stream", "name": "stdout", "text": "1"}]}
    path.write_text(json.dumps(content))
    deliver(mine, source)
    (cell,) = json.loads((mine / path.name).read_bytes())["cells"]
    assert (cell["outputs"], cell["execution_count"], cell["source"]) == ([], None, ["print(1)"])
    assert [one.what for one in deliver(mine, source)] == [What.UNCHANGED]
    deliver(mine / "solutions", source, outputs=True)
    assert (mine / "solutions" / path.name).read_bytes() == path.read_bytes()
