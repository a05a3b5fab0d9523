"""The ``iamlab`` command: bring the lessons into the learner's folder, open them in JupyterLab, list them.

Standard library only, and JupyterLab is started as its own program: the command answers at once.
"""

from __future__ import annotations

import argparse
import importlib.util
import io
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NoReturn

from iamlab import __version__
from iamlab.core.errors import IamlabError
from iamlab.lessons import progress
from iamlab.lessons.classroom import read_class
from iamlab.lessons.course import START_PAGE, Lesson, lessons, notebooks_dir
from iamlab.lessons.folder import Delivery, What, deliver, reset

DEFAULT_FOLDER: Final = "iamlab-lessons"
FOLDER_VARIABLE: Final = "IAMLAB_FOLDER"
SOLUTIONS: Final = "solutions"
PAGE_SETTINGS: Final = Path(__file__).parent / "data" / "jupyter"
COMMANDS: Final = ("lab", "lessons", "class")

# Browser and server ask nothing of the world outside: no news, no update notice, no extension shop.
LAB_OPTIONS: Final = (
    f"--LabApp.default_url=/lab/tree/{START_PAGE}",
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
)

_HELP: Final = f"""\
usage: iamlab [--folder DIR] [lab] [option for JupyterLab ...]
       iamlab [--folder DIR] lessons [--copy | --reset NN | --solutions]
       iamlab class FILE [--csv]
       iamlab --version

iamlab lab                 bring the lessons into your folder and open them in JupyterLab;
                           other options go to JupyterLab: iamlab lab --no-browser --port 8899
iamlab lessons             list the lessons: number, title, minutes, your progress
iamlab lessons --copy      bring the lessons into your folder and do no more
iamlab lessons --reset NN  a fresh copy of lesson NN; yours is kept as a backup
iamlab lessons --solutions bring the solutions too, into the folder solutions in yours
iamlab class FILE          who of a class is where; FILE has a name and a progress code on each line

--folder DIR               your folder (default: ${FOLDER_VARIABLE}, or ./{DEFAULT_FOLDER})
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; 0 when all went well, 2 after one sentence on stderr."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a title must not fail on a terminal without its letters
    try:
        code = _run(list(sys.argv[1:] if argv is None else argv))
        sys.stdout.flush()
        return code
    except IamlabError as error:
        print(f"iamlab: {error.message}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # The reader (`head`, `less`) has seen enough; Python must not complain of it once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def lab_command(folder: Path, extra: Sequence[str], *, as_root: bool) -> list[str]:
    """The command for JupyterLab in ``folder`` on its start page; options in ``extra`` replace ours."""
    # JupyterLab refuses an option that is given twice.
    given = {argument.partition("=")[0] for argument in extra}
    ours = [f"--ServerApp.root_dir={folder}", *LAB_OPTIONS, *(["--allow-root"] if as_root else [])]
    kept = [option for option in ours if option.partition("=")[0] not in given]
    return [sys.executable, "-m", "jupyterlab", *kept, *extra]


def lab_environment(folder: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """``environment`` for JupyterLab: the progress's place, absolute, and our page settings, which ask for no news."""
    settings = (str(PAGE_SETTINGS), environment.get("JUPYTER_CONFIG_PATH", ""))
    return {
        **environment,
        progress.HOME_VARIABLE: str(progress.home_dir(folder)),
        "JUPYTER_CONFIG_PATH": os.pathsep.join(filter(None, settings)),
    }


def lesson_table(course: Sequence[Lesson], home: Path) -> str:
    """The lessons as aligned lines: number, title, minutes, and the progress kept in ``home``."""
    width = max((len(lesson.title) for lesson in course), default=0)
    lines = (
        f"{lesson.number}  {lesson.title:<{width}}  {lesson.minutes:>3} min  {_progress(lesson, home)}"
        for lesson in course
    )
    return "\n".join(line.rstrip() for line in lines)


def _run(argv: list[str]) -> int:
    common = _Parser(add_help=False, allow_abbrev=False)
    common.add_argument("--folder", default=os.environ.get(FOLDER_VARIABLE) or DEFAULT_FOLDER)
    common.add_argument("--version", action="store_true")
    common.add_argument("-h", "--help", action="store_true")
    options, rest = common.parse_known_args(argv)
    if options.help:
        print(_HELP, end="")
        return 0
    if options.version:
        print(f"iamlab {__version__}")
        return 0
    command = rest.pop(0) if rest and not rest[0].startswith("-") else "lab"
    if command not in COMMANDS:
        raise _usage(f"there is no command {command!r}; the commands are {', '.join(COMMANDS[:-1])} and {COMMANDS[-1]}")
    if command == "class":
        return _class(rest)
    folder = _folder(options.folder)
    return _lab(folder, rest) if command == "lab" else _lessons(folder, rest)


def _lab(folder: Path, extra: list[str]) -> int:
    """Bring the lessons and start JupyterLab; on POSIX this process becomes JupyterLab and never returns."""
    if importlib.util.find_spec("jupyterlab") is None:
        raise IamlabError(
            f"JupyterLab is missing; install it with: {sys.executable} -m pip install jupyterlab",
            code="JupyterLabMissing",
        )
    _print_deliveries(deliver(folder, notebooks_dir()))
    print(f"Your lessons: {folder}")
    command = lab_command(folder, extra, as_root=hasattr(os, "geteuid") and os.geteuid() == 0)
    environment = lab_environment(folder, os.environ)
    sys.stdout.flush()
    if _becomes_another_program():
        os.execve(command[0], command, environment)
    try:
        return subprocess.run(command, env=environment, check=False).returncode
    except KeyboardInterrupt:
        return 0  # how one leaves JupyterLab; it has got the same signal and shuts down


def _becomes_another_program() -> bool:
    """Can this process become JupyterLab? Windows would start another one and return to the prompt."""
    return os.name == "posix"


def _lessons(folder: Path, argv: list[str]) -> int:
    """List the lessons, or bring them, or reset one."""
    parser = _Parser(add_help=False, allow_abbrev=False)
    either = parser.add_mutually_exclusive_group()
    either.add_argument("--copy", action="store_true")
    either.add_argument("--reset", metavar="NN")
    either.add_argument("--solutions", action="store_true")
    options = parser.parse_args(argv)
    source = notebooks_dir()
    if options.reset is not None:
        _print_deliveries([reset(folder, source, options.reset)])
    elif options.solutions:
        # A folder like the learner's own, so an edited solution is kept as an edited lesson is.
        done = deliver(folder / SOLUTIONS, source / SOLUTIONS, outputs=True)
        _print_deliveries(done)
        print(f"The solutions: {folder / SOLUTIONS}")
    elif options.copy:
        done = deliver(folder, source)
        _print_deliveries(done)
        print(f"Your lessons: {folder}")
    else:
        print(lesson_table(lessons(source), progress.home_dir(folder)))
    return 0


def _class(argv: list[str]) -> int:
    """Who of a class is where; 1 when some line could not be read, which is named."""
    parser = _Parser(add_help=False, allow_abbrev=False)
    parser.add_argument("file", metavar="FILE")
    parser.add_argument("--csv", action="store_true")
    options = parser.parse_args(argv)
    found = read_class(options.file)
    print(found.csv() if options.csv else found, end="" if options.csv else "\n")
    if options.csv:  # whatever reads the table must not get sentences between its rows
        for problem in found.problems:
            print(f"iamlab: {problem}", file=sys.stderr)
    return 1 if found.problems else 0


def _progress(lesson: Lesson, home: Path) -> str:
    """What the learner has done of a lesson, in a few words; nothing for a page without exercises."""
    if not lesson.exercises:
        return ""
    known = [progress.status(exercise, home=home) for exercise in lesson.exercises]
    correct = known.count(progress.CORRECT)
    if correct == len(known):
        return "done"
    if set(known) == {progress.NOT_ATTEMPTED}:
        return "not started"
    return f"{correct} of {len(known)} exercises"


def _print_deliveries(done: Sequence[Delivery]) -> None:
    """One line for each thing that the learner should know of."""
    for one in done:
        if one.what in (What.UNCHANGED, What.KEPT):
            continue
        note = {
            What.BESIDE: f": {one.other}",
            What.HELD: f": iamlab lessons --reset {one.name[:2]}",
            What.RESET: f"; yours is now {one.other}" if one.other else "",
            What.ASIDE: f": {one.other}",
        }.get(one.what, "")
        print(f"{one.name}: {one.what.value}{note}")


def _folder(given: str) -> Path:
    """The learner's folder as an absolute path; a link to it stays a link."""
    if not given.strip():
        raise _usage("--folder is empty; give the folder for your lessons")
    return Path(os.path.abspath(os.path.expanduser(given)))


def _usage(problem: str) -> IamlabError:
    return IamlabError(f"{problem}. See: iamlab --help", code="Usage")


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in the words and with the exit code of every other error."""

    def error(self, message: str) -> NoReturn:
        raise _usage(message)
