"""The start page's eight requests: answered before and after, by keyboard, compared; accessible in both themes."""

from __future__ import annotations

import re

import pytest
from drive import Notebook, arrow_to, press_until_focused
from playwright.sync_api import Locator, Page, expect

from iamlab.lessons.eight_questions import QUESTIONS


@pytest.fixture
def start(page: Page, lab_url: str) -> Notebook:
    """The start page, run from the top."""
    page.set_viewport_size({"width": 1400, "height": 1000})
    notebook = Notebook(page, lab_url).open("00-start.ipynb")
    notebook.run_all()
    return notebook


def _answer(notebook: Notebook, box: Locator, choice: str) -> None:
    """Each list by its keys alone, then the button."""
    for number in range(1, len(QUESTIONS) + 1):
        asked = box.get_by_label(re.compile(rf"^My answer to {number} "))
        asked.focus()
        arrow_to(notebook.page, asked, choice)
    button = box.get_by_role("button", name="Record my answers")
    press_until_focused(notebook.page, button, "Tab")
    notebook.page.keyboard.press("Enter")


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_the_start_page_is_accessible(start: Notebook, theme: str) -> None:
    """No serious or critical violation in its widgets and answers."""
    start.use_theme(theme)
    start.accessible()


def test_the_eight_are_answered_before_and_after_and_compared(start: Notebook) -> None:
    """Nothing is revealed before both are in; then each request stands with both answers and the truth."""
    before = start.widget("Eight requests, before the course")
    _answer(start, before, "no idea")
    expect(before).to_contain_text("Your answers are recorded.")
    expect(before).not_to_contain_text("implicit deny")
    after = start.widget("The same eight requests, after the course")
    _answer(start, after, "denied")
    expect(after).to_contain_text("Before the course 0 of 8 were right")
    expect(after.get_by_role("row")).to_have_count(len(QUESTIONS) + 1)
    expect(after).to_contain_text("implicit deny")
    start.clean()
