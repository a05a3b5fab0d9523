"""Lesson 01 as a learner has it: JupyterLab, Chromium, mouse, keyboard."""

from __future__ import annotations

import json
import re

import pytest
from drive import Notebook, press_until_focused
from playwright.sync_api import Locator, Page, expect

from iamlab import Decision
from iamlab.lessons import worlds
from iamlab.views.language import VERDICTS
from iamlab.widgets.request_explorer import ACTIONS

LESSON = "01-first-permission.ipynb"


@pytest.fixture
def notebook(page: Page, lab_url: str) -> Notebook:
    """A page on the lab, as large as a laptop's."""
    page.set_viewport_size({"width": 1400, "height": 1000})
    return Notebook(page, lab_url)


@pytest.fixture
def explorer(notebook: Notebook) -> Locator:
    """The request explorer of lesson 01, run from the top."""
    notebook.open(LESSON).run_all()
    box = notebook.widget("Request explorer")
    expect(box).to_have_attribute("data-ready", "true")
    return box


def _verdict_of_engine(who: str, action: str, resource: str | None = None) -> str:
    """The engine's own word, asked outside the page in a world built as the lesson builds it by then."""
    lab = worlds.first_day()
    decision = lab.evaluate(worlds.identity(lab, who), action, resource).decision
    return f"{VERDICTS[decision].sign} {VERDICTS[decision].word}"


def test_the_start_page_opens_and_runs(notebook: Notebook) -> None:
    """A plain visit leads to the start page; it runs, shows the map, and asks nothing of the world outside."""
    notebook._watch()
    notebook.page.goto(notebook.url)
    notebook.page.wait_for_url(re.compile(r"/lab/tree/00-start\.ipynb"))
    notebook.panel.wait_for()
    notebook.settle()
    notebook.run_all()
    expect(notebook.panel.locator("section[aria-label='Your course']")).to_contain_text("0 of 3 exercises solved")
    expect(notebook.panel.locator("svg[role=img]")).to_have_attribute("aria-label", re.compile("User alice"))
    notebook.clean()


def test_the_lesson_runs_and_the_explorer_answers_the_mouse(notebook: Notebook, explorer: Locator) -> None:
    """From top to bottom without an error; a verdict only after a prediction, and it is the engine's."""
    button = explorer.get_by_role("button", name="Reveal the verdict")
    button.click()
    expect(explorer).to_contain_text("Predict first")
    expect(explorer.locator(".iamlab-verdict")).to_have_count(0)
    explorer.get_by_label("Who asks").select_option(label="user ada")
    explorer.get_by_label("Action", exact=True).select_option(label="s3:DeleteBucket  (Write)")
    explorer.get_by_label("Denied: something is missing (implicit deny)").click()
    button.click()
    expected = _verdict_of_engine("ada", "s3:DeleteBucket", "arn:aws:s3:::acme-photos")
    expect(explorer.locator(".iamlab-verdict")).to_have_text(expected)
    expect(explorer).to_contain_text("You predicted 'implicit deny'; it is 'allowed'.")
    explorer.get_by_label("Who asks").select_option(label="user alice")
    expect(explorer.locator(".iamlab-verdict")).to_have_count(0)
    notebook.clean()


def test_the_explorer_answers_the_keyboard_alone(notebook: Notebook, explorer: Locator) -> None:
    """Tab, arrows and space do it all; the letter b inserts no cell."""
    cells = notebook.panel.locator(".jp-Cell").count()
    keyboard = notebook.page.keyboard
    explorer.get_by_label("Who asks").focus()
    keyboard.press("b")
    keyboard.press("Home")
    keyboard.press("Tab")
    keyboard.press("Tab")  # past the search
    for _ in range(ACTIONS.index("iam:ListUsers")):
        keyboard.press("ArrowDown")
    expect(explorer.get_by_label("Action", exact=True)).to_have_value("iam:ListUsers  (List)")
    press_until_focused(notebook.page, explorer.get_by_label("Allowed", exact=True), "Tab")
    keyboard.press("Space")
    press_until_focused(notebook.page, explorer.get_by_role("button", name="Reveal the verdict"), "Tab")
    keyboard.press("Enter")
    # By the end of the lesson alice has the policy SeeUsers.
    expect(explorer.locator(".iamlab-verdict")).to_have_text(f"{VERDICTS[Decision.ALLOW].sign} Allowed")
    expect(explorer.get_by_role("button", name="Reveal the verdict")).to_be_focused()
    assert notebook.panel.locator(".jp-Cell").count() == cells
    notebook.clean()


def test_the_explorer_says_when_the_kernel_is_gone(notebook: Notebook, explorer: Locator) -> None:
    """After a restart no stale verdict is left standing as if it were current."""
    explorer.get_by_label("Allowed", exact=True).click()
    explorer.get_by_role("button", name="Reveal the verdict").click()
    expect(explorer.locator(".iamlab-verdict")).to_be_visible()
    notebook.restart()
    expect(explorer.locator(".iamlab-notice")).to_have_text("Not connected: run the cell again.")
    expect(explorer.locator(".iamlab-verdict")).to_be_hidden()


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_the_explorer_is_accessible(notebook: Notebook, explorer: Locator, theme: str) -> None:
    """No serious or critical violation in either theme, with a verdict shown."""
    notebook.use_theme(theme)
    explorer.get_by_label("Allowed", exact=True).click()
    explorer.get_by_role("button", name="Reveal the verdict").click()
    expect(explorer.locator(".iamlab-verdict")).to_be_visible()
    notebook.accessible()


def test_an_exercise_is_solved_by_typing(notebook: Notebook) -> None:
    """The learner replaces the dots, runs the cell, reads correct; the start page knows it."""
    notebook.open(LESSON).run_all()
    answer = {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}
    notebook.answer("01.2", f'check("01.2", {{"Statement": {json.dumps(answer)}}})')
    notebook.open("00-start.ipynb").run_all()
    expect(notebook.panel.locator("section[aria-label='Your course']")).to_contain_text("01.2 ✔ correct")
    notebook.clean()
