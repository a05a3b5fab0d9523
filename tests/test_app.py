"""The `iamlab` command: what it starts, what it prints, and one sentence for everything that goes wrong."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from small_course import edit, put, source_of

from iamlab import app
from iamlab.lessons import progress

START, ONE = "00-start.ipynb", "01-one.ipynb"


class Started(Exception):
    """JupyterLab would run now, with this command and environment."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        super().__init__(command)
        self.command = command
        self.environment = environment


@pytest.fixture(autouse=True)
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course of a start page and two lessons; an own current folder; nothing set in the environment."""
    source = tmp_path / "course"
    put(source, START, "start", title="Start here", minutes=5)
    put(source, ONE, "version 1", title="A new user can do nothing", exercises=["01.1", "01.2", "01.3"])
    put(source, "02-two.ipynb", "version 1", title="Root", minutes=120, exercises=["02.1"])
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setattr(app, "notebooks_dir", lambda: source)
    for name in ("IAMLAB_HOME", "IAMLAB_FOLDER"):
        monkeypatch.delenv(name, raising=False)
    return source


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """The learner's folder when nobody says otherwise."""
    return tmp_path / "work" / "iamlab-lessons"


def started(monkeypatch: pytest.MonkeyPatch, *arguments: str, user: int = 1000) -> Started:
    """Run the command on POSIX, as far as JupyterLab."""

    def execve(_program: str, command: list[str], environment: dict[str, str]) -> None:
        raise Started(command, environment)

    monkeypatch.setattr(app.os, "execve", execve, raising=False)
    monkeypatch.setattr(app.os, "geteuid", lambda: user, raising=False)
    with pytest.raises(Started) as stop:
        app.main(arguments)
    return stop.value


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run a command that fails: exit code 2, nothing on stdout, one line on stderr, which is the answer."""
    assert app.main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("iamlab: ")
    assert err.count("\n") == 1
    return err


def test_lab_brings_the_lessons_and_opens_the_start_page(
    mine: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the learner's folder, with a token, asking nothing of the world outside."""
    run = started(monkeypatch)
    assert run.command[:3] == [sys.executable, "-m", "jupyterlab"]
    assert f"--ServerApp.root_dir={mine}" in run.command
    assert "--LabApp.default_url=/lab/tree/00-start.ipynb" in run.command
    assert "--LabApp.news_url=None" in run.command
    assert "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate" in run.command
    assert "--LabApp.extension_manager=readonly" in run.command
    assert "token" not in " ".join(run.command)
    assert (mine / ONE).is_file()
    assert f"Your lessons: {mine}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "passed_on"),
    [
        ([], []),
        (["lab"], []),
        (["--no-browser"], ["--no-browser"]),
        (["lab", "--no-browser", "--port", "8899"], ["--no-browser", "--port", "8899"]),
        (["--port", "8899", "--no-browser"], ["--port", "8899", "--no-browser"]),
        (["lab", "--ip=0.0.0.0", "01-one.ipynb"], ["--ip=0.0.0.0", "01-one.ipynb"]),
        (["--fold"], ["--fold"]),
        (["lab", "lessons"], ["lessons"]),
    ],
)
def test_other_options_go_to_jupyterlab(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], passed_on: list[str]
) -> None:
    """In their order, after ours."""
    command = started(monkeypatch, *arguments).command
    assert command[3 + 1 + len(app.LAB_OPTIONS) :] == passed_on


@pytest.mark.parametrize("given", [["--LabApp.news_url=x"], ["--LabApp.news_url", "x"]])
def test_an_option_of_the_learner_replaces_ours(monkeypatch: pytest.MonkeyPatch, given: list[str]) -> None:
    """JupyterLab refuses to start when one is there twice."""
    command = started(monkeypatch, *given, "--allow-root", user=0).command
    assert "--LabApp.news_url=None" not in command
    assert command[-len(given) - 1 :] == [*given, "--allow-root"]
    assert command.count("--allow-root") == 1


@pytest.mark.parametrize("arguments", [["--folder", "x y é"], ["lab", "--folder=x y é"], ["--folder", "x y é", "lab"]])
def test_the_folder_may_be_named_before_or_after_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    """With blanks and letters of any kind; it is not passed on."""
    command = started(monkeypatch, *arguments).command
    assert f"--ServerApp.root_dir={tmp_path / 'work' / 'x y é'}" in command
    assert command[-1] == app.LAB_OPTIONS[-1]
    assert (tmp_path / "work" / "x y é" / ONE).is_file()


def test_the_folder_may_be_named_by_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An option wins over it, an empty variable is none, and ~ is the home folder."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("IAMLAB_FOLDER", "~/named")
    assert app.main(["lessons", "--copy"]) == 0
    assert (tmp_path / "named" / ONE).is_file()
    assert app.main(["lessons", "--copy", "--folder", "given"]) == 0
    assert (tmp_path / "work" / "given" / ONE).is_file()
    monkeypatch.setenv("IAMLAB_FOLDER", "")
    assert app.main(["lessons", "--copy"]) == 0
    assert (tmp_path / "work" / "iamlab-lessons" / ONE).is_file()


def test_only_root_is_let_in_as_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """JupyterLab refuses user id 0 without being told so."""
    assert "--allow-root" in started(monkeypatch, user=0).command
    assert "--allow-root" not in started(monkeypatch, user=1000).command


def test_notebooks_and_command_agree_where_progress_is(
    tmp_path: Path, mine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The learner's folder, unless the environment names another; absolute in either case."""
    assert started(monkeypatch).environment["IAMLAB_HOME"] == str(mine)
    monkeypatch.setenv("IAMLAB_HOME", "elsewhere")
    assert started(monkeypatch).environment["IAMLAB_HOME"] == str(tmp_path / "work" / "elsewhere")


def test_windows_starts_jupyterlab_and_waits(mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There one program cannot become another; its exit code is passed on, and Ctrl+C is a quiet end."""
    calls: list[list[str]] = []

    def run(command: list[str], *, env: dict[str, str], check: bool) -> subprocess.CompletedProcess[bytes]:
        calls.append(command)
        if len(calls) > 1:
            raise KeyboardInterrupt
        return subprocess.CompletedProcess(command, 7)

    monkeypatch.setattr(app, "_becomes_another_program", lambda: False)
    monkeypatch.setattr(app.subprocess, "run", run)
    assert app.main(["--no-browser"]) == 7
    assert app.main([]) == 0
    assert calls[0][-1] == "--no-browser"


def test_lessons_are_listed_with_progress(mine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Number, title, minutes, and how far one is; listing makes no folder."""
    assert app.main(["lessons"]) == 0
    assert not mine.exists()
    assert capsys.readouterr().out.splitlines() == [
        "00  Start here                   5 min",
        "01  A new user can do nothing   20 min  not started",
        "02  Root                       120 min  not started",
    ]
    progress.record("01.1", "not yet", home=mine)
    progress.record("02.1", "correct", home=mine)
    app.main(["lessons"])
    listed = capsys.readouterr().out.splitlines()
    assert [line.split(" min")[1].strip() for line in listed] == ["", "0 of 3 exercises", "done"]
    progress.record("01.1", "correct", home=mine)
    app.main(["lessons"])
    assert "1 of 3 exercises" in capsys.readouterr().out


def test_solutions_are_brought_when_asked_for_and_never_otherwise(course: Path, mine: Path) -> None:
    """Into a folder of their own; one that was edited is kept."""
    put(course / "solutions", ONE, "solved")
    assert app.main(["lessons", "--copy"]) == 0
    assert not (mine / "solutions").exists()
    assert app.main(["lessons", "--solutions"]) == 0
    assert source_of(mine / "solutions" / ONE) == "solved"
    assert source_of(mine / ONE) == "version 1"
    mine_now = edit(mine / "solutions" / ONE, "my own")
    put(course / "solutions", ONE, "solved better")
    assert app.main(["lessons", "--solutions"]) == 0
    assert (mine / "solutions" / ONE).read_bytes() == mine_now


def test_copy_brings_the_lessons_and_starts_nothing(
    course: Path, mine: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What happened is said in a line each, and what did not is not."""
    assert app.main(["lessons", "--copy"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "00-start.ipynb: added",
        "01-one.ipynb: added",
        "02-two.ipynb: added",
        f"Your lessons: {mine}",
    ]
    edit(mine / ONE, "my answer")
    put(course, ONE, "version 2")
    put(course, "02-two.ipynb", "version 2")
    assert app.main(["lessons", "--copy"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "01-one.ipynb: edited by you and kept; the new version is beside it: 01-one.new.ipynb",
        "02-two.ipynb: updated",
        f"Your lessons: {mine}",
    ]
    assert app.main(["lessons", "--copy"]) == 0
    assert capsys.readouterr().out.splitlines() == [f"Your lessons: {mine}"]


def test_reset_says_where_the_old_one_is(mine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The fresh copy is in place, the learner's is the backup, other lessons are not touched."""
    app.main(["lessons", "--copy"])
    edit(mine / ONE, "my answer")
    edit(mine / "02-two.ipynb", "my other answer")
    capsys.readouterr()
    assert app.main(["lessons", "--reset", "1"]) == 0
    assert capsys.readouterr().out == "01-one.ipynb: fresh again; yours is now 01-one.backup-1.ipynb\n"
    assert source_of(mine / ONE) == "version 1"
    assert source_of(mine / "01-one.backup-1.ipynb") == "my answer"
    assert source_of(mine / "02-two.ipynb") == "my other answer"


def test_a_waiting_version_says_how_to_get_it(course: Path, mine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """When both files beside each other are edited, the way to the newest is named."""
    app.main(["lessons", "--copy"])
    for version in (2, 3):
        edit(mine / ONE, "my answer")
        put(course, ONE, f"version {version}")
        app.main(["lessons", "--copy"])
        edit(mine / "01-one.new.ipynb", "my answer")
    put(course, ONE, "version 4")
    capsys.readouterr()
    app.main(["lessons", "--copy"])
    assert "iamlab lessons --reset 01" in capsys.readouterr().out


def test_version_and_help_are_short(capsys: pytest.CaptureFixture[str]) -> None:
    """The version is that of the package; the help names every command and option, also after a command."""
    assert app.main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("iamlab ")
    for arguments in (["--help"], ["-h"], ["lab", "--help"], ["lessons", "-h"]):
        assert app.main(arguments) == 0
        text = capsys.readouterr().out
        for word in (
            "lab",
            "lessons",
            "class",
            "--copy",
            "--reset",
            "--solutions",
            "--folder",
            "--version",
            "iamlab-lessons",
        ):
            assert word in text
        assert max(map(len, text.splitlines())) <= 100


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["lesson"], "there is no command 'lesson'; the commands are lab, lessons and class"),
        (["--folder"], "expected one argument"),
        (["--folder", "", "lessons"], "--folder is empty"),
        (["lessons", "--reset"], "expected one argument"),
        (["lessons", "--reset", "42"], "There is no lesson '42'; the lessons are 00, 01, 02."),
        (["lessons", "--reset", ""], "There is no lesson ''; the lessons are 00, 01, 02."),
        (["lessons", "--reset", "../x"], "There is no lesson '../x'"),
        (["class", ""], "'' cannot be read"),
        (["lessons", "--rest", "01"], "unrecognized arguments: --rest 01"),
        (["lessons", "01"], "unrecognized arguments: 01"),
        (["lessons", "--copy", "--reset", "01"], "not allowed with"),
    ],
)
def test_bad_arguments_are_one_sentence(
    capsys: pytest.CaptureFixture[str], mine: Path, arguments: list[str], said: str
) -> None:
    """Exit code 2, and nothing was made."""
    assert said in refused(capsys, *arguments)
    assert not mine.exists()


def test_a_bad_folder_is_one_sentence(
    mine: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file in its place, a manifest that cannot be read, a disk that cannot be written."""
    mine.write_text("a file")
    for arguments in (
        ["lessons", "--copy"],
        ["lessons", "--reset", "01"],
        ["lab"],
        ["--folder", f"{mine}/below"],
    ):
        assert "is not a folder; rename it, or choose another one with --folder" in refused(capsys, *arguments)
    mine.unlink()
    (mine / ".iamlab" / "manifest.json").mkdir(parents=True)
    assert "manifest.json cannot be used" in refused(capsys, "lab")

    def full(*_paths: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("iamlab.world.files.os.link", full)
    monkeypatch.setattr("iamlab.world.files.os.replace", full)
    assert "(No space left on device)" in refused(capsys, "lessons", "--copy", "--folder", "other")
    assert "File name too long" in refused(capsys, "lessons", "--copy", "--folder", "x" * 5000)


def test_a_list_survives_a_folder_that_is_a_file(mine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a folder there is no progress, and the lessons are still those of the course."""
    mine.write_text("a file")
    assert app.main(["lessons"]) == 0
    assert "not started" in capsys.readouterr().out


def test_a_missing_jupyterlab_is_one_sentence(
    mine: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the command that brings it; nothing is made before."""
    monkeypatch.setattr(app.importlib.util, "find_spec", lambda _name: None)
    assert "pip install jupyterlab" in refused(capsys)
    assert not mine.exists()


def test_missing_lessons_are_one_sentence(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A damaged course is named as such, with what to do."""
    (course / ONE).write_text("{")
    assert "make notebooks" in refused(capsys, "lessons")
    assert "make notebooks" in refused(capsys, "lab")


def test_a_reader_that_has_seen_enough_is_no_error(tmp_path: Path) -> None:
    """`iamlab --help | head -0` ends quietly."""
    script = "import sys; from iamlab.app import main; sys.exit(main(['--help']))"
    run = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert run.stdout is not None
    assert run.stderr is not None
    run.stdout.close()
    assert b"Traceback" not in run.stderr.read()
    run.stderr.close()
    run.wait()


def test_python_m_iamlab_is_the_command(tmp_path: Path) -> None:
    """Without the script's folder on the path; an error goes to stderr with exit code 2."""
    run = subprocess.run([sys.executable, "-m", "iamlab", "nothing"], capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert run.stdout == ""
    assert (
        run.stderr
        == "iamlab: there is no command 'nothing'; the commands are lab, lessons and class. See: iamlab --help\n"
    )
