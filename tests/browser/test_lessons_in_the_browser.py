"""Every lesson as a learner has it: from top to bottom, its widget operated, its exercises solved by typing."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from central import CENTRAL
from drive import Notebook
from playwright.sync_api import Page, expect

from iamlab.lessons import progress
from iamlab.lessons.course import Lesson, lessons

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
LESSONS = [one for one in lessons() if one.exercises]


def _solutions(lesson: Lesson) -> dict[str, str]:
    """The code that solves each exercise, from the solutions notebook."""
    content = json.loads((NOTEBOOKS / "solutions" / lesson.path.name).read_text(encoding="utf-8"))
    sources = ["".join(cell["source"]) for cell in content["cells"] if cell["cell_type"] == "code"]
    return {id_: next(one for one in sources if _checks(id_, one)) for id_ in lesson.exercises}


def _checks(exercise: str, source: str) -> bool:
    """Whether a cell gives an answer of its own to the exercise, and not a widget's."""
    return re.search(rf'(?m)^check\("{exercise}", ', source) is not None


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda one: one.number)
def test_a_lesson_runs_its_widget_answers_and_its_exercises_are_solved_by_typing(
    page: Page, lab_url: str, learner: Path, lesson: Lesson
) -> None:
    """No error on the way, nothing asked of the world outside; what is solved is remembered, and on the start page."""
    page.set_viewport_size({"width": 1400, "height": 1000})
    notebook = Notebook(page, lab_url).open(lesson.path.name)
    notebook.run_all()
    expect(notebook.panel.locator("[data-mime-type='application/vnd.jupyter.stderr']")).to_have_count(0)
    label, operate = CENTRAL[lesson.number]
    operate(notebook.widget(label))
    for exercise, source in _solutions(lesson).items():
        notebook.answer(exercise, source)
    assert {progress.status(one, home=learner / "lessons") for one in lesson.exercises} == {progress.CORRECT}
    if lesson is LESSONS[-1]:  # one look at the page is enough: it reads what was remembered
        notebook.open("00-start.ipynb").run_all()
        course = notebook.panel.locator("section[aria-label='Your course']")
        expect(course).to_contain_text("all exercises solved")
    notebook.clean()
