"""The lesson linter: every notebook of the course passes, and each rule finds what was made for it, and that alone."""

from __future__ import annotations

import json
import subprocess
import sys
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from iamlab import Lab
from iamlab.views.display import graph_html

ROOT = Path(__file__).resolve().parent.parent
LINTER = ROOT / "notebooks" / "lint.py"
FOLDER = Path("/course")


sys.path.insert(0, str(LINTER.parent))
import lint  # noqa: E402
import reading  # noqa: E402

Json = dict[str, Any]


def prose(text: str) -> Json:
    return {"cell_type": "markdown", "source": text, "metadata": {}}


def code(text: str, *outputs: Json) -> Json:
    return {"cell_type": "code", "source": text, "metadata": {}, "execution_count": 1, "outputs": list(outputs)}


def shown(plain: str, html: str = "") -> Json:
    data = {"text/plain": plain, **({"text/html": html} if html else {})}
    return {"output_type": "execute_result", "data": data, "metadata": {}, "execution_count": 1}


def printed(text: str, name: str = "stdout") -> Json:
    return {"output_type": "stream", "name": name, "text": text}


HEADER = """# 9 · Find out why

**After this lesson you can**

- say why,
- say why not.

**You need:** [lesson 1](01-first.ipynb). **Time:** about 20 minutes."""
FOOTER = """## What you can do now

- You can say why, and
  also when.
- You can say why not.

**Looking back:** who was alice?

**Next:** the last lesson."""
REVEAL = "prediction = ...\nreveal(prediction, lab.evaluate(ana, 's3:GetObject'))"
CHECK = 'check("09.1", ...)'


def lesson(*cells: Json, header: str = HEADER, footer: str = FOOTER) -> Json:
    """A lesson in which everything is right, with these cells in the middle; cells 1 and 2 are its exercise."""
    exercise = (prose("## Exercise 09.1: say it\n\nWrite it."), code(CHECK, shown("09.1: not attempted.")))
    return notebook(prose(header), *exercise, *cells, prose(footer))


def notebook(*cells: Json, exercises: tuple[str, ...] = ("09.1",)) -> Json:
    about = {"lesson": "09", "title": "Why", "minutes": 20, "exercises": list(exercises)}
    numbered = [{**deepcopy(cell), "id": f"cell-{at:02}"} for at, cell in enumerate(cells)]
    return {"cells": numbered, "metadata": {"iamlab": about}, "nbformat": 4, "nbformat_minor": 5}


def found(content: Json, name: str = "09-why.ipynb") -> list[str]:
    """The problems as lines, of a course with these notebooks."""
    names = ("00-start.ipynb", "01-first.ipynb", "09-why.ipynb", "solutions/09-why.ipynb", "solutions/01-first.ipynb")
    return [str(one) for one in lint.problems(FOLDER / name, content, [FOLDER / one for one in names])]


def many(count: int) -> str:
    return " ".join(["word"] * count)


def lines(count: int, last: str = "x = 1") -> str:
    return "\n\n".join(["x = 1"] * (count - 1) + [last])


def graph(users: int) -> tuple[str, str]:
    """A graph of so many users, as text and as HTML with its drawing."""
    lab = Lab()
    account = lab.create_account("Development", "111111111111")
    for number in range(users):
        account.create_user(f"user-{number}")
    return repr(lab.graph()), graph_html(lab.graph())


def undrawn(plain: str) -> tuple[str, str]:
    """A graph as a saved notebook has it: in words."""
    items = "".join(f"<li>{line[2:]}</li>" for line in plain.splitlines()[1:])
    return plain, f"<section><details open><summary>The same in words</summary><ul>{items}</ul></details></section>"


def team(members: int) -> str:
    said = [f"- User u{number} is a member of group Team." for number in range(members)]
    said += ["- Group Team has attached policy P.", "- Policy P allows s3:GetObject on resource arn:aws:s3:::b."]
    return "\n".join(["The world:", *said])


TODAY = f"{datetime.now(UTC):%Y-%m-%d}"
VERDICT = "Denied, implicitly: no statement allows it."
MESSAGE = "User: ana is not authorized to perform: s3:GetObject because no policy allows it"
ASKED = prose("**Predict.** May she?")

# Name: a notebook with one problem, the words that its line has, and a neighbour that has none.
PAIRS: dict[str, tuple[Json, str, Json]] = {
    "no title": (
        lesson(header=HEADER.replace("# 9 · ", "# ")),
        "cell-00: the title is missing; begin with '# 9 · '",
        lesson(header=HEADER.replace("out why", "out what and why")),
    ),
    "another lesson's number": (lesson(header=HEADER.replace("# 9", "# 8")), "cell-00: the title is missing", lesson()),
    "a topic for a title": (
        lesson(header=HEADER.replace("Find out why", "Explanations")),
        "cell-00: the title 'Explanations' names a topic",
        lesson(),
    ),
    "no objectives": (
        lesson(
            header=HEADER.replace("- say why,\n- say why not.\n", ""),
            footer=FOOTER.replace("- You can say why, and\n  also when.\n- You can say why not.\n", ""),
        ),
        "cell-00: there are 0 objectives",
        lesson(
            header=HEADER.replace("- say why,\n", ""),
            footer=FOOTER.replace("- You can say why, and\n  also when.\n", ""),
        ),
    ),
    "four objectives": (
        lesson(
            header=HEADER.replace("- say why,", "- say why,\n- say when,\n- say who,"),
            footer=FOOTER.replace("- You can say why not.", "- Not.\n- When.\n- Who."),
        ),
        "cell-00: there are 4 objectives",
        lesson(
            header=HEADER.replace("- say why,", "- say why,\n- say when,"),
            footer=FOOTER.replace("- You can say why not.", "- Not.\n- When."),
        ),
    ),
    "nothing needed": (
        lesson(header=HEADER.replace("**You need:**", "See")),
        "cell-00: it does not say what is needed",
        lesson(header=HEADER.replace("[lesson 1](01-first.ipynb)", "nothing")),
    ),
    "no time": (
        lesson(header=HEADER.replace("**Time:**", "It takes")),
        "cell-00: it does not say how long",
        lesson(),
    ),
    "another time": (
        lesson(header=HEADER.replace("20 minutes", "25 minutes")),
        "cell-00: the text says 25 minutes, the metadata 20",
        lesson(),
    ),
    "no recap": (lesson(footer="The end."), "cell-03: there is no recap", lesson()),
    "a recap with a point less": (
        lesson(footer=FOOTER.replace("- You can say why not.\n", "")),
        "cell-03: the recap has 1 points for 2 objectives",
        lesson(),
    ),
    "no look back": (
        lesson(footer=FOOTER.replace("**Looking back:** ", "")),
        "cell-03: there is no question from an earlier",
        lesson(footer=FOOTER.replace("**Looking back:**", "**Looking back** at lesson 1.")),
    ),
    "no next": (
        lesson(footer=FOOTER.replace("**Next:** ", "")),
        "cell-03: it does not say what is next",
        lesson(footer=FOOTER.replace("**Next:**", "**Next** is")),
    ),
    "long prose": (
        lesson(prose(many(91))),
        "cell-03: 91 words of prose, more than 90",
        lesson(prose(many(90) + "\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```\na b\n```")),
    ),
    "a long list": (
        lesson(prose(f"- {many(46)}\n- {many(46)}")),
        "cell-03: 92 words of prose",
        lesson(prose(f"- {many(40)}\n- `a = b` {many(40)} – a - [link - it](01-first.ipynb)")),
    ),
    "long code": (
        lesson(code(lines(13))),
        "cell-03: 13 lines of code, more than 12",
        lesson(code(lines(12))),
    ),
    "a long set-up": (
        lesson(code(lines(17, "lab = Lab()"))),
        "cell-03: 17 lines of code, more than 16",
        lesson(code(lines(16, "lab = Lab()"))),
    ),
    "a verdict as text": (
        lesson(code("x", shown(VERDICT))),
        "cell-03: it shows a verdict ('Denied, implicitly')",
        lesson(code("x", shown("A verdict is 'allowed', 'implicit deny' or 'explicit deny'."))),
    ),
    "a verdict as HTML": (
        lesson(code("x", shown("x", "<td><b>✔ Allowed</b></td>"))),
        "cell-03: it shows a verdict ('✔ Allowed')",
        lesson(code("x", shown("x", "<p>must be <b>allowed</b></p>"))),
    ),
    "a printed evaluation": (
        lesson(code("x", printed("<implicit deny: ana s3:GetObject on b; no statement applies (EVAL-02)>"))),
        "cell-03: it shows a verdict ('<implicit deny:')",
        lesson(code("x", printed("<access of 2 principals to 3 actions on 4 resources>"))),
    ),
    "an escaped evaluation": (
        lesson(code("x", shown("x", "<p>&lt;allowed: ana s3:GetObject on b&gt;</p>"))),
        "cell-03: it shows a verdict ('<allowed:')",
        lesson(code("x", shown("x", "<p>&lt;script&gt;</p>"))),
    ),
    "a message nobody asked for": (
        lesson(code("try_it()", printed(MESSAGE))),
        "cell-03: it shows a verdict ('is not authorized to perform')",
        lesson(code("print(lab.evaluate(ana, 's3:GetObject').error_message)", printed(MESSAGE))),
    ),
    "a verdict beside a message": (
        lesson(code("print(it, it.error_message)", printed(f"{MESSAGE}\n{VERDICT}"))),
        "cell-03: it shows a verdict ('Denied, implicitly')",
        lesson(code("print(it.error_message)", printed(f"AccessDenied: {MESSAGE}"))),
    ),
    "a code that is no choice": (
        lesson(code("try_it()", printed("AccessDenied"))),
        "cell-03: it shows a verdict ('AccessDenied')",
        lesson(code("look(it)", printed("09.1: not attempted. Still open: a. The choices are 'AccessDenied', 'b'."))),
    ),
    "a bare evaluation": (
        lesson(code("lab.evaluate(ana, 's3:GetObject')", shown(VERDICT))),
        "cell-03: its last line shows an evaluation",
        lesson(code("found = lab.evaluate(ana, 's3:GetObject')")),
    ),
    "a prediction given": (
        lesson(
            ASKED, code(REVEAL.replace("...", '"allowed"'), shown(f"You predicted 'allowed', so it is.\n{VERDICT}"))
        ),
        "cell-04: reveal(...) is given a prediction",
        lesson(ASKED, code(REVEAL, shown("Predict first: replace the dots."))),
    ),
    "a prediction given at once": (
        lesson(ASKED, code('reveal("allowed", it)')),
        "cell-04: reveal(...) is given a prediction",
        lesson(ASKED, code("reveal(..., it)")),
    ),
    "an old prediction": (
        lesson(code('prediction = "allowed"'), ASKED, code("reveal(prediction, it)")),
        "cell-05: reveal(...) is given a prediction",
        lesson(code('prediction = "allowed"'), ASKED, code(REVEAL)),
    ),
    "a prediction not asked for": (
        lesson(prose("Look:"), code(REVEAL)),
        "cell-04: nothing asks for this prediction",
        lesson(prose("**Predict, then try:** may she?"), code("x = 1"), code(REVEAL)),
    ),
    "one question for two predictions": (
        lesson(ASKED, code(REVEAL), code(REVEAL)),
        "cell-05: nothing asks for this prediction",
        lesson(ASKED, code(REVEAL), ASKED, code(REVEAL)),
    ),
    "a drawing without its words": (
        lesson(code("x", shown("a drawing", "<section><svg></svg></section>"))),
        "cell-03: a graph without its sentences",
        lesson(code("x", shown(*graph(2)))),
    ),
    "a sentence lost": (
        lesson(code("x", shown("The world:\n- User u is alone.\n- User v is alone.", "<li>User u is alone.</li>"))),
        "cell-03: a graph without its sentences",
        lesson(code("x", shown("The world:\n- User u is <alone>.", "<li>User u is &lt;alone&gt;.</li>"))),
    ),
    "a large drawing": (
        lesson(code("x", shown(*graph(13)))),
        "cell-03: a graph of 13 nodes, more than 12",
        lesson(code("x", shown(*graph(12)))),
    ),
    "a large graph in words": (
        lesson(code("x", shown(*undrawn(team(10))))),
        "cell-03: a graph of 13 nodes, more than 12",
        lesson(code("x", shown(*undrawn(team(9))))),
    ),
    "a link to no notebook": (
        lesson(prose("[This](07-none.ipynb).")),
        "cell-03: the link to '07-none.ipynb' leads to no notebook",
        lesson(prose("[This](00-start.ipynb#your-course), not `x[0](07-none.ipynb)`.")),
    ),
    "an absolute link": (
        lesson(prose("[This](/course/00-start.ipynb).")),
        "cell-03: the link to '/course/00-start.ipynb' is an absolute path",
        lesson(prose("[This](#here).")),
    ),
    "an address without encryption": (
        lesson(prose("[AWS](http://docs.aws.amazon.com/IAM/).")),
        "cell-03: the link to 'http://docs.aws.amazon.com/IAM/' is no https address",
        lesson(prose("[AWS](https://docs.aws.amazon.com/IAM/latest/UserGuide/id.html#root).")),
    ),
    "a link in what is shown": (
        lesson(code("x", shown("x", '<a href="https:/docs.aws.amazon.com">AWS</a>'))),
        "cell-03: the link to 'https:/docs.aws.amazon.com' is no https address",
        lesson(code("x", shown("x", '<a href="https://docs.aws.amazon.com/?a=1&amp;b=2">AWS</a>'))),
    ),
    "a path": (
        lesson(code("x", printed("in /home/ana/lessons"))),
        "cell-03: it shows an absolute path ('/home/ana')",
        lesson(code("x", printed("arn:aws:iam::111111111111:user/home/ana or arn:aws:s3:::b/tmp/x or */tmp/y"))),
    ),
    "an address in memory": (
        lesson(code("x", shown("<Lab at 0x7f3a5c0d1e90>"))),
        "cell-03: it shows a memory address ('0x7f3a5c0d1e90')",
        lesson(code("x", shown("<Lab: Development 111111111111>"))),
    ),
    "a time measured": (
        lesson(code("%%time\nx", printed("Wall time: 3 ms"))),
        "cell-03: it shows a time measured",
        lesson(code("%%time\nx", printed("2026-11-02 09:00:00"))),
    ),
    "today": (
        lesson(code("x", printed(f"It is {TODAY}."))),
        f"cell-03: it shows the date of today ('{TODAY}')",
        lesson(code(f"x = '{TODAY}'", printed(f"It is {TODAY}."))),
    ),
    "an error": (
        lesson(code("x", {"output_type": "error", "ename": "NameError", "evalue": "x", "traceback": []})),
        "cell-03: it ends in an error (NameError: x)",
        lesson(code("x", printed("NameError: x"))),
    ),
    "a warning": (
        lesson(code("x", printed("Old.\nVery.", "stderr"))),
        "cell-03: it warns ('Old.')",
        lesson(code("x", printed("Old."))),
    ),
    "no heading": (
        notebook(prose(HEADER), prose("## Exercise 09.2: say it"), code(CHECK), prose(FOOTER)),
        "cell-02: exercise 09.1 has no heading",
        lesson(),
    ),
    "no check": (
        notebook(prose(HEADER), prose("## Exercise 09.1: say it"), code("# check('09.1', ...)"), prose(FOOTER)),
        "cell-00: no cell checks exercise 09.1",
        lesson(code("# check('09.1', ...)")),
    ),
    "two checks": (
        lesson(code(CHECK)),
        "cell-03: a second cell checks exercise 09.1",
        lesson(prose('Or `check("09.1", workbench)`.')),
    ),
    "a check of nothing": (
        lesson(code('check("09.2", ...)')),
        "cell-03: it checks 09.2, which the metadata do not have",
        lesson(),
    ),
    "exercises in another order": (
        notebook(
            prose(HEADER),
            prose("## Exercise 09.2: b"),
            code('check("09.2")'),
            prose("## Exercise 09.1: a"),
            code('check("09.1")'),
            prose(FOOTER),
            exercises=("09.1", "09.2"),
        ),
        "cell-02: exercise 09.2 comes before the one with the lower number",
        notebook(
            prose(HEADER),
            prose("## Exercise 09.1: a"),
            code('check("09.1")'),
            prose("## Exercise 09.2: b"),
            code('check("09.2")'),
            prose(FOOTER),
            exercises=("09.1", "09.2"),
        ),
    ),
    "ids in another order": (
        notebook(
            prose(HEADER),
            prose("## Exercise 09.10: j"),
            code('check("09.10")'),
            prose("## Exercise 09.9: i"),
            code('check("09.9")'),
            prose(FOOTER),
            exercises=("09.10", "09.9"),
        ),
        "cell-00: the exercises 09.10, 09.9 are not in order",
        notebook(
            prose(HEADER),
            prose("## Exercise 09.9: i"),
            code('check("09.9")'),
            prose("## Exercise 09.10: j"),
            code('check("09.10")'),
            prose(FOOTER),
            exercises=("09.9", "09.10"),
        ),
    ),
    "a word": (
        lesson(prose("This is *Simply*\ndone.")),
        "cell-03: the word 'Simply'",
        lesson(prose("Simplicity, `simply`, [it](https://docs.aws.amazon.com/simply/easy.html), easier.")),
    ),
    "a word over two lines": (
        lesson(prose("So of\ncourse.")),
        "cell-03: the word 'of course'",
        lesson(prose("A course.")),
    ),
    "just": (
        lesson(prose("Just run it.")),
        "cell-03: the word 'Just'",
        lesson(prose("You have\njust built a cloud; it is adjusted.")),
    ),
    "terms": (
        lesson(prose("Every permission check counts.")),
        "cell-03: the word 'permission check'",
        lesson(prose("Every permission and its check count.")),
    ),
}


@pytest.mark.parametrize(("bad", "line", "good"), PAIRS.values(), ids=PAIRS)
def test_a_rule_finds_what_was_made_for_it_and_nothing_else(bad: Json, line: str, good: Json) -> None:
    """One problem, in one line with file, cell and remedy; the neighbour has none."""
    (one,) = found(bad)
    assert one.startswith(f"{FOLDER}/09-why.ipynb, {line}")
    assert "; " in one
    assert found(good) == []


def solved(*cells: Json, answer: str = "09.1: correct. Well.", header: str = "lesson 1](01-first.ipynb)") -> Json:
    made = lesson(*cells, header=HEADER.replace("lesson 1](01-first.ipynb)", header))
    made["cells"][2]["outputs"] = [shown(answer)]
    return made


def test_solutions_may_show_verdicts_and_must_be_correct() -> None:
    """Predictions are answered there, and one exercise may be solved in two ways."""
    name = "solutions/09-why.ipynb"
    answered = code(REVEAL.replace("...", "'allowed'"), shown(VERDICT))
    assert found(solved(answered, code(CHECK)), name) == []
    (wrong,) = found(solved(answer="09.1: not yet. No."), name)
    assert "cell-02: the solution of 09.1 is not correct" in wrong


def test_links_of_solutions_are_read_from_their_folder() -> None:
    """The start page has no solutions, so from there it is one folder up."""
    name = "solutions/09-why.ipynb"
    assert found(solved(header="start](../00-start.ipynb)"), name) == []
    (wrong,) = found(solved(header="start](00-start.ipynb)"), name)
    assert "cell-00: the link to '00-start.ipynb' leads to no notebook" in wrong


def test_an_exercise_without_solutions_is_found() -> None:
    """The learner's notebook has no counterpart."""
    (wrong,) = lint.problems(FOLDER / "09-why.ipynb", lesson(), [FOLDER / "01-first.ipynb"])
    assert "exercise 09.1 has no solution" in str(wrong)


@pytest.mark.parametrize("name", ["00-start.ipynb", "gallery.ipynb"])
def test_start_page_and_gallery_need_neither_header_nor_footer(name: str) -> None:
    """They are no lessons; the other rules hold for them as well."""
    assert found(notebook(prose("# Hello"), exercises=()), name) == []
    (wrong,) = found(notebook(prose("# Hello"), prose(many(91)), exercises=()), name)
    assert "cell-01: 91 words" in wrong


def test_the_gallery_may_show_a_whole_world() -> None:
    """A graph's limit is that of a lesson."""
    content = notebook(prose("# Hello"), code("x", shown(*graph(13))), exercises=())
    assert found(content, "gallery.ipynb") == []
    assert len(found(content, "00-start.ipynb")) == 1


def test_names_of_user_and_machine_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """As whole words, unless they are the lesson's own or everybody's."""
    monkeypatch.setattr("getpass.getuser", lambda: "dana")
    monkeypatch.setattr("socket.gethostname", lambda: "box-7")
    (wrong,) = found(lesson(code("x", printed("danas: dana"))))
    assert "it shows a name of this machine ('dana')" in wrong
    assert found(lesson(code("dana = 1", printed("dana in box-77")))) == []
    assert len(found(lesson(code("x", printed("box-7."))))) == 1
    monkeypatch.setattr("getpass.getuser", lambda: "root")
    assert found(lesson(code("x", printed("the root user")))) == []


@pytest.mark.parametrize("path", lint.lessons(), ids=lambda path: str(path.relative_to(ROOT / "notebooks")))
def test_a_notebook_of_the_course_has_no_problem(path: Path) -> None:
    """Learners' notebooks, solutions and the gallery."""
    assert [str(one) for one in lint.problems(path, json.loads(path.read_text(encoding="utf-8")))] == []


def test_the_command_prints_a_line_for_each_problem(tmp_path: Path) -> None:
    """Exit code 1, and 0 for a notebook without any."""
    bad, good = tmp_path / "09-bad.ipynb", tmp_path / "00-good.ipynb"
    bad.write_text(json.dumps(notebook(prose("# x"), exercises=())), encoding="utf-8")
    good.write_text(json.dumps(notebook(prose("# x"), exercises=())), encoding="utf-8")
    done = [
        subprocess.run([sys.executable, LINTER, path], capture_output=True, text=True, check=False)
        for path in (bad, good)
    ]
    assert [one.returncode for one in done] == [1, 0]
    assert f"{bad}, cell-00: the title is missing; begin with" in done[0].stdout
    assert done[1].stdout == ""


def test_a_lesson_with_a_problem_is_not_built(tmp_path: Path) -> None:
    """The build names source, notebook and cell, and how that cell begins."""
    path = tmp_path / "09_bad.py"
    about = ("jupyter:", "  iamlab:", '    lesson: "09"', "    title: T", "    minutes: 5", "    exercises: []")
    head = "".join(f"# {line}\n" for line in ("---", *about, "---"))
    body = "".join(
        f"# {line}\n".replace("# \n", "#\n") for line in HEADER.replace("20 minutes", "5 minutes").split("\n")
    )
    back = "".join(f"# {line}\n".replace("# \n", "#\n") for line in FOOTER.split("\n"))
    text = f"{head}# %% [markdown]\n{body.replace('01-first', '00-start')}\n# %% [markdown]\n# Just run it.\n\n"
    path.write_text(f"{text}# %% [markdown]\n{back}", encoding="utf-8")
    build = ROOT / "notebooks" / "build.py"
    done = subprocess.run([sys.executable, build, "--check", path], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    lines = [line for line in done.stderr.splitlines() if "09_bad" in line]
    assert len(lines) == 1
    assert "09_bad.py: notebooks/09-bad.ipynb, cell-01: the word 'Just'; leave it out" in lines[0]
    assert "(the cell begins 'Just run it.')" in lines[0]


def test_the_linters_own_examples() -> None:
    """Its doctests."""
    import doctest

    assert doctest.testmod(lint).failed == doctest.testmod(reading).failed == 0
    assert doctest.testmod(reading).attempted > 1


@pytest.mark.parametrize("content", [None, "{", "[]", '{"cells": []}'])
def test_what_is_no_notebook_is_refused_by_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | None
) -> None:
    """A path that is not there, and files that hold something else."""
    path = tmp_path / "01-x.ipynb"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(SystemExit) as left:
        lint.main([str(path)])
    assert left.value.code == 2
    assert str(path) in capsys.readouterr().err
