"""What happens to notebooks in real life: a paste too large, a kernel restarted, two tabs, a cell run twice."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from central import CENTRAL
from drive import Notebook
from playwright.sync_api import Locator, Page, expect

VERDICT = re.compile(r"allowed|denied|[✔✖]|Taken back", re.IGNORECASE)
"""Words of what a kernel has found out."""
GALLERY = Path(__file__).resolve().parents[2] / "notebooks" / "gallery.ipynb"


@pytest.fixture
def gallery(page: Page, lab_url: str, learner: Path) -> Notebook:
    """The gallery, run from the top."""
    shutil.copy(GALLERY, learner / "lessons")
    page.set_viewport_size({"width": 1400, "height": 1000})
    return _run(Notebook(page, lab_url))


def _run(notebook: Notebook) -> Notebook:
    notebook.open("gallery.ipynb").run_all()
    expect(notebook.panel.locator(".iamlab-widget[data-ready]").first).to_be_attached()
    return notebook


def _revealed(box: Locator) -> Locator:
    box.get_by_label("Allowed", exact=True).click()
    box.get_by_role("button", name="Reveal the verdict").click()
    verdict = box.locator(".iamlab-verdict")
    expect(verdict).to_be_visible()
    return verdict


def test_a_paste_of_a_megabyte_is_answered_and_can_be_taken_away(gallery: Notebook) -> None:
    """A sentence, no verdict of an earlier text, and the editor goes on working."""
    box = gallery.widget("Policy workbench")
    area = box.get_by_role("textbox")
    area.click()
    gallery.page.keyboard.press("Control+a")
    gallery.page.keyboard.insert_text("x" * 1_000_000)
    expect(box).to_contain_text("131072 characters")
    expect(box).not_to_contain_text("requests come out as they must")
    gallery.page.keyboard.press("Control+a")
    gallery.page.keyboard.insert_text(
        '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}'
    )
    expect(box).to_contain_text("AWS would store this policy")
    assert gallery.errors == []


def _answer(box: Locator) -> None:
    box.get_by_label("dana", exact=True).click()
    box.get_by_role("button", name="Check my answer").click()


def _sort(box: Locator) -> None:
    for one in box.locator("select").all():
        one.select_option(index=1)
    box.get_by_role("button", name="Check my answers").click()


def _try(box: Locator) -> None:
    CENTRAL["04"][1](box)
    box.get_by_role("button", name="Try it").click()


def _close_ticket(box: Locator) -> None:
    for one in box.locator("select").all():
        one.select_option(index=1)
    box.get_by_role("button", name="Check this ticket").click()


DEEDS = {
    "World editor": CENTRAL["03"][1],  # first: it changes the lab that others show
    "Request explorer": CENTRAL["09"][1],
    "Policy workbench": lambda box: None,  # judges by itself
    "Graph": lambda box: None,
    "Predict": CENTRAL["01"][1],
    "Question": _answer,
    "Exercise 01.1": _sort,
    "Assume console": _try,
    "Who can do what": CENTRAL["05"][1],
    "Both sides": CENTRAL["08"][1],
    "Ticket board": _close_ticket,
}
"""For each widget of the gallery, what makes it show all that it can."""


def _found_out(box: Locator) -> list[str]:
    """What can be seen in a widget that a kernel has found out: words of verdicts, and drawings."""
    # Not the inner text: of what is scrolled out of view the browser says that it is empty.
    pages = box.locator(".iamlab, .iamlab-access").filter(visible=True).all_text_contents()
    drawings = box.locator("svg").filter(visible=True).count()
    return [one for one in pages if VERDICT.search(one)] + ["a drawing"] * drawings


def test_after_a_restart_no_widget_shows_a_verdict_as_current(gallery: Notebook) -> None:
    """Each says that it is not connected, and hides what it had found out."""
    boxes = {label: gallery.widget(label) for label in DEEDS}
    for label, deed in DEEDS.items():
        deed(boxes[label])
        expect(boxes[label].locator(".iamlab-live:not(:empty), svg").filter(visible=True).first).to_be_visible()
    gallery.settle()
    assert [label for label, box in boxes.items() if not _found_out(box)] == []
    every = gallery.panel.locator(".iamlab-widget")
    gallery.restart()
    expect(every.locator(".iamlab-notice")).to_have_text(["Not connected: run the cell again."] * every.count())
    assert {label: found for label, box in boxes.items() if (found := _found_out(box))} == {}
    assert every.count() == len(boxes)


def test_two_tabs_on_one_kernel_do_not_disturb_each_other(gallery: Notebook) -> None:
    """The second tab runs everything anew; the first one's widgets answer as before, each with its own lab."""
    box = gallery.widget("Request explorer")
    verdict = _revealed(box)
    said = verdict.inner_text()
    second = _run(Notebook(gallery.page.context.new_page(), gallery.url))
    editor = second.widget("World editor")
    editor.get_by_label("Facts").select_option(label="user dana is a member of group Developers")
    editor.get_by_role("button", name="Remove the chosen fact").click()
    expect(editor).to_contain_text("user dana lost")
    gallery.page.bring_to_front()
    assert verdict.inner_text() == said
    box.get_by_label("Who asks").select_option(label="user dana")
    _revealed(box)
    assert gallery.errors == second.errors == []


def test_a_cell_that_is_run_twice_leaves_one_widget_with_what_was_chosen(gallery: Notebook) -> None:
    """The question is answered as before, and the old widget is gone."""
    box = gallery.widget("Question")
    box.get_by_label("dana", exact=True).click()
    box.get_by_role("button").click()
    expect(box).to_contain_text("Right.")
    many = gallery.panel.locator(".iamlab-widget").count()
    box.locator("xpath=ancestor::div[contains(@class, 'jp-CodeCell')]").locator(".cm-content").click()
    gallery.page.keyboard.press("Control+Enter")
    expect(gallery.widget("Question")).to_contain_text("Right.")
    expect(gallery.panel.locator(".iamlab-widget")).to_have_count(many)
    assert gallery.errors == []


CUT_OFF = """labels => labels
  .filter(one => one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1)
  .map(one => one.textContent)"""
"""The words of labels that do not fit into their box."""


def test_on_a_narrow_page_no_words_are_cut_off(gallery: Notebook) -> None:
    """Questions, answers and the names of fields go on in the next line."""
    gallery.page.keyboard.press("Control+b")  # the side bar
    gallery.page.set_viewport_size({"width": 640, "height": 1000})
    labels = ".widget-label, .widget-label-basic, .widget-radio-box label"
    cut = {}
    for label in DEEDS:
        box = gallery.widget(label)
        gallery.page.wait_for_timeout(200)  # what was out of view is laid out now
        cut[label] = box.locator(labels).filter(visible=True).evaluate_all(CUT_OFF)
    assert {label: words for label, words in cut.items() if words} == {}


CHOOSE_TWICE_AND_PRESS = """box => {
  const list = [...box.querySelectorAll('label')].find(one => one.textContent.trim() === 'Who')
    .parentElement.querySelector('select');
  for (const index of [1, 0, list.options.length - 1]) {
    list.selectedIndex = index;
    list.dispatchEvent(new Event('change', {bubbles: true}));
  }
  [...box.querySelectorAll('button')].find(one => one.textContent.trim() === 'Add the fact').click();
  return list.options[list.selectedIndex].textContent;
}"""


def test_a_click_does_not_overtake_what_was_chosen_just_before(gallery: Notebook) -> None:
    """However quickly somebody goes through a list and presses the button: it is about what stands in the list."""
    editor = gallery.widget("World editor")
    editor.get_by_label("New fact").select_option(label="has attached")
    expect(editor.get_by_label("What", exact=True)).to_contain_text("policy DevAccess")
    gallery.settle()
    assert editor.evaluate(CHOOSE_TWICE_AND_PRESS).replace("\u00a0", " ") == "group Developers"
    expect(editor).to_contain_text("to group Developers.")
    expect(editor).not_to_contain_text("to user dana.")
    assert gallery.errors == []
