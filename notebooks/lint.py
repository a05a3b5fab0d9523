"""Holds the built notebooks to what a lesson here is like; one line for each problem, exit code 1 when there is one.

``python notebooks/lint.py [notebooks...]`` looks at all lessons and solutions, or at those named. ``build.py`` asks
the same of what it builds. Each rule is a function in ``RULES``; its limits and words are the data above it.
"""

from __future__ import annotations

import argparse
import ast
import getpass
import json
import re
import socket
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fnmatch import fnmatch
from html import unescape
from itertools import pairwise
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from reading import (
    GALLERY,
    HERE,
    OBJECTIVES,
    RECAP,
    Cell,
    Notebook,
    Output,
    course,
    points,
    read,
    with_links,
    without_code,
    words,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong in which cell, and what to do about it."""

    file: str
    cell: str
    wrong: str
    remedy: str
    begins: str = field(default="", compare=False)
    """The cell's first line, for whoever does not have the notebook before them."""

    def __str__(self) -> str:
        return f"{self.file}, {self.cell}: {self.wrong}; {self.remedy}"


Found = Iterator[tuple[Cell, str, str]]
"""What a rule yields: the cell, what is wrong in it, what to do."""


# 1. The header says what one will be able to do, and the footer what one can do.

NO_LESSONS: Final = ("00-*.ipynb", GALLERY)
"""The start page and the gallery are no lessons: neither header nor footer is asked of them."""
MOST_OBJECTIVES: Final = 3
SHORTEST_TITLE: Final = 3
"""Words in a title: an outcome is a verb with its object, and a topic ("Groups") is no outcome."""


def header(notebook: Notebook) -> Found:
    """Title, objectives, what is needed, and the minutes that the metadata say."""
    if _no_lesson(notebook):
        return
    first = notebook.cells[0]
    number, minutes = str(notebook.about.get("lesson", "")).lstrip("0"), notebook.about.get("minutes")
    title = re.match(r"# ([0-9]+) · (.+)", first.source)
    if title is None or title[1] != number:
        yield first, "the title is missing", f"begin with '# {number} · ' and what one can do after the lesson"
    elif len(title[2].split()) < SHORTEST_TITLE:
        yield first, f"the title {title[2]!r} names a topic", "say what one can do after the lesson"
    objectives = len(points(first.source, OBJECTIVES))
    if not 1 <= objectives <= MOST_OBJECTIVES:
        yield first, f"there are {objectives} objectives", f"list one to three after '{OBJECTIVES}'"
    if "**You need:**" not in first.source:
        yield first, "it does not say what is needed", "add '**You need:** ...'"
    time = re.search(r"\*\*Time:\*\* about ([0-9]+) minutes", first.source)
    if time is None:
        yield first, "it does not say how long it takes", f"add '**Time:** about {minutes} minutes'"
    elif int(time[1]) != minutes:
        wrong = f"the text says {time[1]} minutes, the metadata {minutes}"
        yield first, wrong, "make them the same"


def footer(notebook: Notebook) -> Found:
    """A recap with a point for each objective, then a look back, then what is next."""
    if _no_lesson(notebook):
        return
    last = notebook.cells[-1]
    recap = next((at for at, cell in enumerate(notebook.cells) if not cell.code and RECAP in cell.source), None)
    if recap is None:
        yield last, "there is no recap", f"end with '{RECAP}'"
        return
    cell, objectives = notebook.cells[recap], len(points(notebook.cells[0].source, OBJECTIVES))
    said = len(points(cell.source, RECAP))
    if said != objectives:
        yield cell, f"the recap has {said} points for {objectives} objectives", "write one point for each objective"
    after = "\n".join(one.source for one in notebook.cells[recap:] if not one.code).partition(RECAP)[2]
    back, then = after.find("**Looking back"), after.find("**Next")
    if back < 0:
        yield last, "there is no question from an earlier lesson", "add '**Looking back** ...' after the recap"
    if then < max(back, 0):
        yield last, "it does not say what is next", "end with '**Next:** ...'"


def _no_lesson(notebook: Notebook) -> bool:
    return not notebook.cells or any(fnmatch(notebook.path.name, pattern) for pattern in NO_LESSONS)


# 2. A cell is read, or written, in one go.

MOST_WORDS: Final = 90
"""About 60 words are the aim: twenty seconds of reading. Half as much again leaves room for an explanation that would
be worse in two pieces; beyond that, a cell and what it is about no longer stand on one screen."""
MOST_LINES: Final = 12
MOST_LINES_OF: Final = {r"\b(Lab|begin|create_account)\(": 16, r"\bcheck\(": 16}
"""A world's set-up, and an exercise with its stub or solution: a whole world, or a whole policy, is one thing."""


def prose_size(notebook: Notebook) -> Found:
    """Words of running text; see ``words``."""
    for cell in notebook.prose:
        count = words(cell.source)
        if count > MOST_WORDS:
            yield cell, f"{count} words of prose, more than {MOST_WORDS}", "shorten it to about 60, or split the cell"


def code_size(notebook: Notebook) -> Found:
    """Lines that are not empty."""
    for cell in notebook.code:
        most = max([MOST_LINES, *(lines for what, lines in MOST_LINES_OF.items() if re.search(what, cell.source))])
        if cell.lines > most:
            yield cell, f"{cell.lines} lines of code, more than {most}", "split the cell, or leave something out"


# 3. No verdict before a prediction.

MESSAGES: Final = ("AccessDenied", "is not authorized to perform")
VERDICT: Final = re.compile(
    r"Denied, (im|ex)plicitly|[✔✖○] (Allowed|Denied)|^\s*Allowed:|<(allowed|implicit deny|explicit deny): "
    rf"|{'|'.join(MESSAGES)}",
    re.MULTILINE,
)
ASKED_FOR: Final = ".error_message"
"""A cell that shows AWS's message by this name gives it to be read: that it is a denial is told, not hidden."""
UNATTEMPTED: Final = ": not attempted. "
"""A check without an answer lists the choices that there are; AWS's codes may be among them."""
REVEALED: Final = "You predicted "
ASKS: Final = ("**Predict", "**Looking back")
"""How a prose cell asks for a prediction; the review question of the footer is one as well."""


def no_verdict_shown(notebook: Notebook) -> Found:
    """No output of a learner's notebook holds a verdict, unless somebody has predicted it."""
    for cell in () if notebook.solutions else notebook.code:
        hidden = [output.text for output in cell.outputs if REVEALED not in output.text]
        shown = [found[0].strip() for text in hidden for found in VERDICT.finditer(text)]
        if ASKED_FOR in cell.source or any(UNATTEMPTED in text for text in hidden):
            shown = [one for one in shown if one not in MESSAGES]
        if shown and not _shown_bare(cell):  # the cause has a rule of its own
            yield cell, f"it shows a verdict ({shown[0]!r})", "let learners predict first: reveal(prediction, ...)"


def no_bare_evaluation(notebook: Notebook) -> Found:
    """``lab.evaluate(...)`` as a cell's last line would show its verdict at once."""
    for cell in () if notebook.solutions else notebook.code:
        if _shown_bare(cell):
            yield cell, "its last line shows an evaluation", "put it into reveal(prediction, ...)"


def _shown_bare(cell: Cell) -> bool:
    last = cell.tree.body[-1] if cell.tree.body and not cell.source.rstrip().endswith(";") else None
    shown = last.value if isinstance(last, ast.Expr) else None
    return isinstance(shown, ast.Call) and isinstance(shown.func, ast.Attribute) and shown.func.attr == "evaluate"


def prediction_open(notebook: Notebook) -> Found:
    """In a learner's notebook, dots stand where ``reveal`` wants the prediction."""
    given: dict[str, ast.expr] = {}
    for cell in () if notebook.solutions else notebook.code:
        for node in _in_order(cell.tree):
            if isinstance(node, ast.Assign):
                given.update({one.id: node.value for one in node.targets if isinstance(one, ast.Name)})
            elif _called(node) == "reveal":
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Name):
                    first = given.get(first.id)
                if not (isinstance(first, ast.Constant) and first.value is ...):
                    yield cell, "reveal(...) is given a prediction", "leave the prediction to the learner: write dots"


def prediction_asked(notebook: Notebook) -> Found:
    """The prose before each ``reveal`` asks for the prediction; one question for each."""
    asked = False
    for cell in () if notebook.solutions else notebook.cells:
        if not cell.code:
            asked = any(words in cell.source for words in ASKS)
        elif any(_called(node) == "reveal" for node in ast.walk(cell.tree)):
            if not asked:
                yield cell, "nothing asks for this prediction", "begin a paragraph before it with '**Predict.**'"
            asked = False


def _in_order(tree: ast.AST) -> list[Any]:
    return sorted(
        (one for one in ast.walk(tree) if hasattr(one, "lineno")), key=lambda one: (one.lineno, one.col_offset)
    )


def _called(node: ast.AST) -> str:
    """The name of the function that is called here, if this is such a call."""
    return node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""


# 4. A graph is for everybody, and small.

MOST_NODES: Final = 12
"""Of a lesson's graph; the gallery shows a story's whole world."""
SAME: Final = "The same in words"
RELATIONS: Final = re.compile(
    r" (?:(?:allows|denies|says nothing about|gained|lost|needs no policy for|has no policy that allows) .+? on"
    r"|is a (?:member|session) of|has (?:attached|embedded|the)|is limited by|is named in the|holds|runs with|trusts"
    r"|may assume) "
)
"""The verbs between the two nodes of a sentence, for graphs whose drawing was left out."""
ALONE: Final = re.compile(r" (?:stands? |is related to nothing|can change nothing|is part of the question)")


def graph_in_words(notebook: Notebook) -> Found:
    """Each drawing, and each list of sentences, has the sentences in the same output."""
    for cell, output in _outputs(notebook):
        listed, drawn = _list_items(output.html), output.drawing and _drawn_sentences(output)
        lost = [one for one in _sentences(output) if output.html and one not in listed]
        if (output.drawing and not drawn) or lost:
            yield cell, "a graph without its sentences", f"show the graph itself: it brings '{SAME}' with it"


def graph_size(notebook: Notebook) -> Found:
    """Nodes of the drawing; without one, those of its sentences."""
    for cell, output in () if notebook.path.name == GALLERY else _outputs(notebook):
        nodes = output.html.count('class="node"') if output.drawing else len(_nodes(output))
        if nodes > MOST_NODES:
            yield cell, f"a graph of {nodes} nodes, more than {MOST_NODES}", "ask about less, or build a smaller world"


def _outputs(notebook: Notebook) -> Iterator[tuple[Cell, Output]]:
    return ((cell, output) for cell in notebook.code for output in cell.outputs)


def _sentences(output: Output) -> list[str]:
    """What a graph, or another answer over a world, says as text: a title, then one sentence a line."""
    title, *lines = output.plain.splitlines() or [""]
    return [line[2:] for line in lines] if title.endswith(":") and all(one.startswith("- ") for one in lines) else []


def _drawn_sentences(output: Output) -> list[str]:
    return _list_items(output.html.rpartition("</svg>")[2].partition(SAME)[2])


def _list_items(html: str) -> list[str]:
    return [unescape(one) for one in re.findall(r"(?s)<li>(.*?)</li>", html)]


def _nodes(output: Output) -> set[str]:
    """The nodes that a graph's sentences name; one whose verb is unknown counts as one."""
    if SAME not in output.html:
        return set()
    ends = (end for one in _list_items(output.html) for end in RELATIONS.split(ALONE.split(one.rstrip("."))[0], 1))
    return {end[:1].lower() + end[1:] for end in ends}


# 5. A link leads somewhere.

LINK: Final = re.compile(r"\]\(\s*<?([^)\s>]*)>?[^)]*\)|<a\s[^>]*?href=[\"']([^\"']*)")
HOSTS: Final = re.compile(r"([a-z0-9-]+\.)+[a-z]{2,}")


def links(notebook: Notebook) -> Found:
    """Links in prose and in what cells show: to notebooks that there are, or to well-formed https addresses."""
    shown = ((cell, output.html) for cell, output in _outputs(notebook))
    for cell, text in (*((cell, with_links(cell.source)) for cell in notebook.prose), *shown):
        for target in dict.fromkeys(unescape(one or other) for one, other in LINK.findall(text)):
            wrong = _wrong_link(notebook, target)
            if wrong:
                yield cell, f"the link to {target!r} {wrong[0]}", wrong[1]


def _wrong_link(notebook: Notebook, target: str) -> tuple[str, str] | None:
    address = urlsplit(target)
    if address.scheme or target.startswith("//"):
        good = address.scheme == "https" and HOSTS.fullmatch(address.netloc) and "*" not in target
        return None if good else ("is no https address", "write it as https://host/path")
    if target.startswith(("/", "~")) or "\\" in target:
        return "is an absolute path", "write it relative to this notebook"
    if not address.path:
        return None if address.fragment else ("leads nowhere", "say where")
    if (notebook.path.parent / address.path).resolve() in notebook.there:
        return None
    return "leads to no notebook", "correct the name, or leave the link out until that lesson is there"


# 6. Outputs are the same on every machine and every day.

MACHINE: Final = {
    "an absolute path": re.compile(
        r"(?<![\w/:.*$}-])/(?:home|root|tmp|usr|opt|var|etc|mnt|srv|work|private|Users|Library|workspaces?)/[\w.-]+"
        r"|\b[A-Z]:\\\w+|file://\S+|site-packages"
    ),
    "a memory address": re.compile(r"\b0x[0-9a-fA-F]{6,}\b"),
    "a time measured": re.compile(r"Wall time: .*|CPU times: .*"),
}
NAMES_OF_NOBODY: Final = {"root", "user", "admin", "runner", "localhost"}
"""Names of accounts and hosts that are words of the course, or of every machine."""
FACTS: Final = HERE.parent / "iamlab" / "data" / "provenance.json"
"""The course's own dates: the start page shows them, whatever day it is."""


def no_machine(notebook: Notebook) -> Found:
    """No path, address, measured time, date of today, or name of the machine or its user."""
    facts = FACTS.read_text(encoding="utf-8") if FACTS.exists() else ""
    typed = facts + "".join(cell.source for cell in notebook.cells)
    today = [one for one in _today() if one not in typed]
    whoami = [one for one in _whoami() if not _as_a_word(one, typed)]
    for cell, output in _outputs(notebook):
        said = [(what, hit[0]) for what, pattern in MACHINE.items() if (hit := pattern.search(output.text))]
        said += [("the date of today", one) for one in today if one in output.text]
        said += [("a name of this machine", one) for one in whoami if _as_a_word(one, output.text)]
        for what, text in said:
            yield cell, f"it shows {what} ({text!r})", "show what is the same on every machine and every day"


def _as_a_word(name: str, text: str) -> bool:
    return bool(re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text))


def _today() -> set[str]:
    days = (datetime.now(UTC), datetime.now())
    return {
        form
        for day in days
        for form in (f"{day:%Y-%m-%d}", f"{day.day} {day:%B %Y}", f"{day:%B} {day.day}, {day.year}")
    }


def _whoami() -> set[str]:
    try:
        user = getpass.getuser()
    except (OSError, KeyError):  # a user ID without a name
        user = ""
    return {one for one in (user, socket.gethostname()) if len(one) > 1} - NAMES_OF_NOBODY


def no_trouble(notebook: Notebook) -> Found:
    """No cell ends in an error or warns."""
    for cell, output in _outputs(notebook):
        if output.trouble:
            yield cell, output.trouble, "mend the cell; an error that belongs here is caught and printed"


# 7. The exercises are those that the metadata say.


def exercises(notebook: Notebook) -> Found:
    """Ids in order; for each its heading, one cell that checks it, and a solution."""
    if not notebook.cells:
        return
    first, wanted = notebook.cells[0], [str(one) for one in notebook.about.get("exercises", [])]
    if [*wanted] != sorted(set(wanted), key=_by_number):
        yield first, f"the exercises {', '.join(wanted)} are not in order", "number them as they come"
    checks = [(id_, cell) for cell in notebook.code for id_ in _checked(cell)]
    for id_, cell in checks:
        if id_ not in wanted:
            yield cell, f"it checks {id_}, which the metadata do not have", "add it to 'exercises' in the header"
    for id_ in wanted:
        yield from _exercise(notebook, id_, [cell for other, cell in checks if other == id_])
    places = [next((at for at, (id_, _) in enumerate(checks) if id_ == one), -1) for one in wanted]
    for one, (before, after) in zip(wanted[1:], pairwise(places), strict=False):
        if -1 < after < before:
            yield checks[after][1], f"exercise {one} comes before the one with the lower number", "put them in order"


def _exercise(notebook: Notebook, id_: str, cells: list[Cell]) -> Found:
    heading = re.compile(rf"(?m)^## Exercise {re.escape(id_)}: \S")
    if not any(heading.search(cell.source) for cell in notebook.prose):
        wrong = f"exercise {id_} has no heading"
        yield (cells or notebook.cells)[0], wrong, f"add '## Exercise {id_}: ...' before it"
    if not cells:
        yield notebook.cells[0], f"no cell checks exercise {id_}", f'add one with check("{id_}", ...)'
    elif not notebook.solutions and len(cells) > 1:
        yield cells[1], f"a second cell checks exercise {id_}", "check it in one cell; name other ways in the prose"
    if (
        not notebook.solutions
        and (notebook.path.parent / "solutions" / notebook.path.name).resolve() not in notebook.there
    ):
        yield (cells or notebook.cells)[0], f"exercise {id_} has no solution", "add a cell tagged 'solution', and build"
    shown = "".join(output.plain for cell in cells for output in cell.outputs)
    if notebook.solutions and cells and f"{id_}: correct" not in shown:
        yield cells[0], f"the solution of {id_} is not correct", "give an answer that the check takes"


def _checked(cell: Cell) -> list[str]:
    calls = (
        node for node in ast.walk(cell.tree) if isinstance(node, ast.Call) and _called(node) == "check" and node.args
    )
    return [str(one.args[0].value) for one in calls if isinstance(one.args[0], ast.Constant)]


def _by_number(id_: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall("[0-9]+", id_))


# 8. The words of the house.

AVOIDED: Final = {
    r"simply|obviously|easy|easily|trivial|trivially|of course|needless to say": "leave it out: it is not so for all",
    r"(?<!have )(?<!has )(?<!had )just": "leave it out ('have just ...' of time may stay)",
    r"rule engines?|permission checks?": "use AWS's terms: evaluation, authorization, policy",
}
"""Words, and what to do. ``just`` belittles what one does ("just run it"); "you have just built a cloud" does not."""


def house_words(notebook: Notebook) -> Found:
    """Words that the course avoids, as whole words in prose, whatever their case; code is not looked at."""
    for cell in notebook.prose:
        text = re.sub(r"\s+", " ", without_code(cell.source))
        for pattern, remedy in AVOIDED.items():
            for found in re.findall(rf"(?i)\b(?:{pattern})\b", text):
                yield cell, f"the word {found!r}", remedy


RULES: Final[Mapping[str, Callable[[Notebook], Found]]] = {
    "header": header,
    "footer": footer,
    "prose size": prose_size,
    "code size": code_size,
    "no verdict shown": no_verdict_shown,
    "no bare evaluation": no_bare_evaluation,
    "prediction open": prediction_open,
    "prediction asked": prediction_asked,
    "graph in words": graph_in_words,
    "graph size": graph_size,
    "links": links,
    "no machine": no_machine,
    "no trouble": no_trouble,
    "exercises": exercises,
    "house words": house_words,
}


def problems(path: Path, content: Mapping[str, Any], there: Iterable[Path] | None = None) -> list[Problem]:
    """All that is wrong with one notebook, read from JSON or by nbformat, in the order of its cells.

    ``there`` are the notebooks that links may lead to (default: those that the course has once it is built).
    """
    notebook = read(path, content, course() if there is None else there)
    order = {cell.id: at for at, cell in enumerate(notebook.cells)}
    found = [(cell, wrong, remedy) for rule in RULES.values() for cell, wrong, remedy in rule(notebook)]
    return [
        Problem(file=_shown_path(path), cell=cell.id, wrong=wrong, remedy=remedy, begins=cell.source.partition("\n")[0])
        for cell, wrong, remedy in sorted(found, key=lambda one: order[one[0].id])
    ]


def _shown_path(path: Path) -> str:
    root = HERE.parent
    return str(path.resolve().relative_to(root)) if path.resolve().is_relative_to(root) else str(path)


def lessons() -> list[Path]:
    """All notebooks of the course: lessons, gallery, solutions."""
    return sorted(
        path for pattern in ("[0-9][0-9]-*.ipynb", GALLERY, "solutions/*.ipynb") for path in HERE.glob(pattern)
    )


def main(arguments: list[str] | None = None) -> int:
    """One line for each problem; the exit code is 1 when there is one."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="*", type=Path, help="notebooks to look at (default: all of the course)")
    paths = parser.parse_args(arguments).notebooks or lessons()
    found: list[Problem] = []
    for path in paths:
        try:
            found += problems(path, json.loads(path.read_text(encoding="utf-8")))
        except OSError as error:
            parser.error(f"{path} cannot be read: {error.strerror}")
        except (ValueError, KeyError, TypeError, AttributeError):
            parser.error(f"{path} is no notebook of format 4")
    for problem in found:
        print(problem)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
