"""Code in hints: typed into the learner's notebook, with the dots filled as the hint says, it solves the exercise.

The names in it are those of the exercise's own cells: what the lesson made before is of another world, and is not
overwritten.
"""

from __future__ import annotations

import ast
import builtins
import json
import re
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from iamlab.lessons import check, hint, progress
from iamlab.lessons.checks import EXERCISES, code
from iamlab.lessons.exercise import WorldExercise
from iamlab.world.world import World

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
WORLD = [one for one in EXERCISES.values() if isinstance(one, WorldExercise)]
RULE = re.compile(r"\b(?:ENT|POL|COND|EVAL|STS|VAL|SCN)-[0-9]+")
INLINE = re.compile(r"""(?<![\w.:"'/-])([a-z_]\w*)(?:\.[a-z_]\w*)*[(\[]""")
"""Something that is called, in a sentence."""

FILLED = {
    "03.1": ['acme.user("fay")'],
    "03.2": ['acme.managed_policy("DevAccess")'],
    "04.2": ['allow("s3:GetObject", on="arn:aws:s3:::acme-dev/*")'],
    "05.1": ['acme.role("ProdRole").arn'],
    "06.1": ['"SecurityAudit"'],
    "06.2": ["3600", '"2026-11-04T12:00:00Z"'],
    "08.2": ["role_arn"],
    "08.3": ['{"AWS": development.user("David").arn}'],
    "09.3": ['"sqs:*"'],
}
"""What stands in the place of the dots of each world exercise's last hint, one after the other."""


@cache
def _cells(lesson: str) -> list[tuple[str, str]]:
    """Type and text of the cells of a learner's notebook."""
    (path,) = NOTEBOOKS.glob(f"{lesson}-*.ipynb")
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [(one["cell_type"], "".join(one["source"])) for one in cells]


def _place(id_: str) -> tuple[int, int]:
    """The cell with the exercise's heading, and its last one: the one that checks."""
    cells = _cells(id_[:2])
    begin = next(number for number, (_, text) in enumerate(cells) if f"## Exercise {id_}:" in text)
    end = max(number for number, (kind, text) in enumerate(cells) if kind == "code" and f'check("{id_}"' in text)
    return begin, end


def _code(id_: str, begin: int, end: int) -> list[str]:
    return [text for kind, text in _cells(id_[:2])[begin:end] if kind == "code"]


def _own(id_: str) -> list[str]:
    """The code of the exercise's own cells, the check left out."""
    begin, end = _place(id_)
    return [*_code(id_, begin, end), _cells(id_[:2])[end][1].partition(f'check("{id_}"')[0]]


def _bound(codes: Iterable[str]) -> set[str]:
    names = (node for text in codes for node in ast.walk(ast.parse(text)))
    return {one.id for one in names if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}


def _imported(codes: Iterable[str]) -> set[str]:
    imports = (node for text in codes for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom))
    return {alias.asname or alias.name for one in imports for alias in one.names}


def _used(text: str) -> set[str]:
    return {one.id for one in ast.walk(ast.parse(text)) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)}


def _filled(text: str, fills: Sequence[str]) -> str:
    parts = text.split("...")
    assert len(parts) == len(fills) + 1
    return "".join(part + fill for part, fill in zip(parts, [*fills, ""], strict=True))


HINTS = [(one.id, text) for one in EXERCISES.values() for text in one.hints]


@pytest.fixture
def notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs the cells of a lesson before an exercise's check, once, and hands out what they have bound."""
    monkeypatch.setenv(progress.HOME_VARIABLE, str(tmp_path))

    def run(id_: str) -> dict[str, Any]:
        begin, _ = _place(id_)
        names: dict[str, Any] = {}
        for text in (*_code(id_, 0, begin), *_own(id_)):
            exec(text, names)
        return names

    return run


@pytest.mark.parametrize("exercise", WORLD, ids=lambda one: one.id)
def test_the_last_hint_typed_in_solves_the_exercise(exercise: WorldExercise, notebook: Any) -> None:
    """Before it is typed in, the check says how to come to the world; and by that way one does."""
    names = notebook(exercise.id)
    world = names[exercise.reach.partition(".")[0]]
    before = check(exercise.id, world)
    assert before.status == "not attempted"
    assert f"begin with {exercise.reach}" in before.message
    reached = eval(exercise.reach, names)[0]
    assert next(one for one in vars(reached).values() if isinstance(one, World)) is world.world
    exec(_filled(code(exercise.hints[2]), FILLED[exercise.id]), names)
    assert check(exercise.id, world).correct


@pytest.mark.parametrize(("id_", "text"), [one for one in HINTS if code(one[1])], ids=lambda one: one[:8])
def test_a_hints_code_names_what_the_exercises_own_cells_have_bound(id_: str, text: str) -> None:
    """And binds nothing that the lesson uses elsewhere."""
    begin, end = _place(id_)
    lesson = [one for kind, one in _cells(id_[:2]) if kind == "code"]
    own, made = _bound(_own(id_)), _bound([code(text)])
    assert _used(code(text)) <= own | made | _imported(lesson)
    elsewhere = _bound([*_code(id_, 0, begin), *_code(id_, end + 1, len(_cells(id_[:2])))])
    assert not (made - own) & elsewhere


@pytest.mark.parametrize(("id_", "text"), HINTS, ids=lambda one: one[:8])
def test_what_a_hint_calls_in_a_sentence_is_there(id_: str, text: str) -> None:
    """A name is the exercise's own, one that the lesson imports, or Python's; an import may stand before it."""
    prose = "\n".join(line for line in text.splitlines() if not line.startswith("    "))
    there = _bound(_own(id_)) | _imported(one for kind, one in _cells(id_[:2]) if kind == "code") | set(dir(builtins))
    there |= _bound([code(text)]) | set(re.findall(r"import (\w+)", prose))
    assert set(INLINE.findall(prose)) <= there


def test_every_world_exercise_has_code_to_be_typed_in() -> None:
    """So that the law above holds for all of them."""
    assert {one.id for one in WORLD} == {one.id for one in WORLD if code(one.hints[2])} == set(FILLED)


@pytest.mark.parametrize("id_", EXERCISES)
def test_no_hint_cites_a_rule_that_a_learner_cannot_look_up(id_: str) -> None:
    """The rule's sentence says it; its name is for authors, in ``rules``."""
    said = EXERCISES[id_]
    assert not RULE.search(" ".join((*said.hints, said.explanation)))
    assert said.rules or id_ in ("01.2", "01.3", "03.2")


def test_the_last_hint_says_how_to_come_back_to_the_first() -> None:
    """Behind its code in a line of its own, so that the code can be copied."""
    assert repr(hint("01.2", 3)).endswith(" (The first: hint('01.2', 1).)")
    assert repr(hint("03.1", 3)).endswith(".add(...)\n(The first: hint('03.1', 1).)")
