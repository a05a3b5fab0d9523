"""The access explorer in JupyterLab: by mouse, by keyboard alone, in both themes, beside a change, hostile names."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from drive import Notebook, press_until_focused
from pages import lab_with
from payloads import PAYLOADS
from playwright.sync_api import Locator, Page, expect

from iamlab import Lab
from iamlab.core.evaluation import Evaluation
from iamlab.lessons import story
from iamlab.views.language import VERDICTS

STAGING, PROD = (f"arn:aws:iam::{story.DEVELOPMENT}:role/{name}" for name in ("StagingRole", "ProdRole"))
# Beside the explorer stand buttons that change its world from elsewhere.
CELLS = (
    "from ipywidgets import Button, HBox\nfrom iamlab.lessons import story\n"
    "from iamlab.widgets import AccessExplorer\nlab = story.staging_and_production()\ndev = lab.accounts[0]",
    "def changing(words, change):\n    button = Button(description=words)\n"
    "    button.on_click(lambda _: change())\n    return button\n"
    "HBox([changing('erin joins', lambda: dev.groups[0].add(dev.user('erin'))),"
    " changing('erin goes', lambda: (dev.groups[0].remove(dev.user('erin')), dev.user('erin').delete()))])",
    "AccessExplorer(lab, actions=['sts:AssumeRole'])",
)
# Every payload as an object's key, and in a condition that is said in words.
HOSTILE = (
    """
from payloads import PAYLOADS
from iamlab import IamlabError, Lab
from iamlab.widgets import AccessExplorer
from iamlab.world.quotas import Quotas
lab = Lab(quotas=Quotas(InlineSizePerUser=100_000))
dev = lab.create_account("Development", "111111111111")
ana = dev.create_user("ana")
bucket = dev.create_bucket("acme-photos")
def policy(**statement):
    return {"Version": "2012-10-17", "Statement": {"Effect": "Allow", **statement}}
asked = []
for number, text in enumerate(PAYLOADS):
    when = {"StringEquals": {"aws:UserAgent": text}}
    on = f"{bucket.arn}/{number}/*"
    try:
        ana.put_policy(f"own-{number}", policy(Action="s3:GetObject", Resource=on, Condition=when))
        lab.access_matrix([ana], "s3:GetObject", f"{bucket.arn}/{text}").counts()
    except IamlabError:  # no condition or no ARN that there can be
        continue
    asked += [f"{bucket.arn}/{text}", f"{bucket.arn}/{number}/1.jpg"]
external = {"StringEquals": {"sts:ExternalId": list(PAYLOADS[:4])}}
dev.create_role("Hostile", trust=policy(Principal={"AWS": ana.arn}, Action="sts:AssumeRole", Condition=external))
""",
    "AccessExplorer(lab, 's3:GetObject', asked)",
    "AccessExplorer(lab, 'sts:AssumeRole')",
)


@pytest.fixture(scope="module")
def pages_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A lab with a page of the explorer and what changes its world, and a page of payloads."""
    with lab_with(tmp_path_factory.mktemp("access"), access=CELLS, hostile=HOSTILE) as url:
        yield url


@pytest.fixture
def notebook(page: Page, pages_url: str) -> Notebook:
    """The explorer's page, run from the top."""
    page.set_viewport_size({"width": 1400, "height": 1100})
    opened = Notebook(page, pages_url).open("access.ipynb")
    opened.run_all()
    expect(opened.panel.locator(".iamlab-widget[data-ready]")).to_have_count(1)
    expect(_box(opened).get_by_role("gridcell")).to_have_count(14)
    return opened


def _box(notebook: Notebook, number: int = 0) -> Locator:
    return notebook.widget("Who can do what", number)


def _cell(box: Locator, row: str, column: int = 0) -> Locator:
    heading = box.page.get_by_role("rowheader", name=row)
    return box.get_by_role("row").filter(has=heading).get_by_role("gridcell").nth(column)


def _from_elsewhere(notebook: Notebook, words: str) -> None:
    """Press a button without a mouse and without taking the focus."""
    notebook.panel.get_by_role("button", name=words).evaluate("button => button.click()")


def _asked(name: str, role: str, *, joined: bool = False, context: dict[str, str] | None = None) -> Evaluation:
    """What the engine says, in a world of the same kind."""
    lab: Lab = story.staging_and_production()
    user = lab.accounts[0].user(name)
    if joined:
        lab.accounts[0].groups[0].add(user)
    return lab.evaluate(user, "sts:AssumeRole", role, context)


def _verdict(box: Locator) -> Locator:
    return box.locator(".iamlab-verdict")


def _words(evaluation: Evaluation) -> str:
    look = VERDICTS[evaluation.decision]
    return f"{look.sign} {look.word}"


def test_a_cell_is_explained_and_drawn_by_mouse(notebook: Notebook) -> None:
    """The verdict in the page is the engine's; for one that depends, in the context that is shown; then the graph."""
    box = _box(notebook)
    _cell(box, "user dana", 1).click()
    expect(_verdict(box)).to_have_text(_words(_asked("dana", PROD)))
    expect(_cell(box, "user dana", 1)).to_have_attribute("aria-selected", "true")
    _cell(box, "user oscar", 1).click()
    with_mfa = {"aws:MultiFactorAuthPresent": "true"}
    expect(_verdict(box)).to_have_text(_words(_asked("oscar", PROD, context=with_mfa)))
    assert _asked("oscar", PROD, context=with_mfa).allowed
    expect(box).to_contain_text("It is allowed only with MFA.")
    expect(box.get_by_role("gridcell", selected=True)).to_have_count(1)
    _cell(box, f"root user of {story.DEVELOPMENT}").click()
    expect(box).to_contain_text("Roles may not be assumed by root accounts.")
    _cell(box, "user dana").click()
    box.get_by_role("button", name="Show as graph").click()
    graph = box.get_by_role("group", name="Graph: Who can do sts:AssumeRole")
    graph.get_by_role("tab", name="Sentences").click()
    expect(graph).to_contain_text("User dana may do sts:AssumeRole")
    expect(box.get_by_role("grid")).to_have_count(0)
    box.get_by_role("button", name="Back to the table").click()
    expect(box.get_by_role("gridcell")).to_have_count(14)
    expect(_cell(box, "user dana")).to_have_attribute("aria-selected", "true")
    notebook.clean()


def test_the_whole_task_by_keyboard_alone(notebook: Notebook) -> None:
    """Into the table with Tab, through it with arrows, Home and End; choose, see the graph, filter, and come back."""
    box, keyboard, page = _box(notebook), notebook.page.keyboard, notebook.page
    cells = notebook.panel.locator(".jp-Cell").count()
    box.get_by_role("button", name="Show everything again").focus()
    press_until_focused(page, _cell(box, "user dana"), "Tab")
    assert box.locator("td[tabindex='0']").count() == 1, "the table is one stop of the Tab key"
    for key, row, column in (
        ("ArrowRight", "user dana", 1),
        ("ArrowRight", "user dana", 1),
        ("ArrowDown", "user erin", 1),
        ("ArrowDown", "user oscar", 1),
        ("Home", "user oscar", 0),
        ("End", "user oscar", 1),
        ("Control+End", "anonymous caller", 1),
        ("ArrowDown", "anonymous caller", 1),
        ("Control+Home", "user dana", 0),
        ("ArrowUp", "user dana", 0),
        ("PageDown", "anonymous caller", 0),
        ("PageUp", "user dana", 0),
    ):
        keyboard.press(key)
        expect(_cell(box, row, column)).to_be_focused()
    keyboard.press("Enter")
    expect(_verdict(box)).to_have_text(_words(_asked("dana", STAGING)))
    keyboard.press("ArrowDown")
    keyboard.press(" ")
    expect(_verdict(box)).to_have_text(_words(_asked("erin", STAGING)))
    expect(_cell(box, "user erin")).to_be_focused()
    show = box.get_by_role("button", name="Show as graph")
    keyboard.press("Tab")
    expect(show).to_be_focused()
    keyboard.press("Enter")
    back = box.get_by_role("button", name="Back to the table")
    expect(back).to_be_focused()
    expect(box.get_by_role("tab", name="Picture")).to_be_visible()
    keyboard.press("Enter")
    expect(box.get_by_role("button", name="Show as graph")).to_be_focused()
    keyboard.press("Shift+Tab")
    expect(_cell(box, "user erin")).to_be_focused()
    words = box.get_by_label("Find callers")
    words.focus()
    keyboard.type("bob")
    expect(box).to_contain_text("Nothing is left to show")
    expect(box.get_by_role("grid")).to_have_count(0)
    press_until_focused(page, box.get_by_role("button", name="Show everything again"), "Tab")
    keyboard.press("Enter")
    expect(box.get_by_role("gridcell")).to_have_count(14)
    expect(box.get_by_role("button", name="Show everything again")).to_be_focused()
    assert notebook.panel.locator(".jp-Cell").count() == cells
    notebook.clean()


def test_it_follows_and_the_focus_stays(notebook: Notebook) -> None:
    """A change from elsewhere is marked with a word and explained anew; whoever is gone is let go of."""
    box, keyboard = _box(notebook), notebook.page.keyboard
    erin = _cell(box, "user erin")
    erin.click()
    expect(_verdict(box)).to_have_text(_words(_asked("erin", STAGING)))
    _from_elsewhere(notebook, "erin joins")
    expect(erin).to_contain_text("gained")
    expect(erin).to_contain_text("allowed")
    expect(erin).to_be_focused()
    expect(_verdict(box)).to_have_text(_words(_asked("erin", STAGING, joined=True)))
    expect(box).to_contain_text("Since this table was made: 1 gained.")
    box.get_by_label("Only what changed").check()
    expect(box.get_by_role("gridcell")).to_have_count(1)
    box.get_by_role("button", name="Compare from here").click()
    expect(box).to_contain_text("Nothing is left to show")
    box.get_by_role("button", name="Show everything again").click()
    expect(box.get_by_role("gridcell")).to_have_count(14)
    _cell(box, "user erin").focus()
    keyboard.press("Enter")
    _from_elsewhere(notebook, "erin goes")
    expect(box.get_by_role("gridcell")).to_have_count(12)
    expect(box).to_contain_text("No longer there: user erin.")
    expect(box).to_contain_text("What you had chosen is not there any more.")
    expect(_verdict(box)).to_have_count(0)
    expect(_cell(box, "user oscar")).to_be_focused()
    notebook.clean()


def test_after_a_restart_no_table_is_shown_as_current(notebook: Notebook) -> None:
    """Without its kernel the widget says so and shows no answer."""
    box = _box(notebook)
    _cell(box, "user dana").click()
    expect(_verdict(box)).to_be_visible()
    notebook.restart()
    expect(box.locator(".iamlab-notice")).to_have_text("Not connected: run the cell again.")
    expect(box.locator(".iamlab-access")).not_to_be_visible()
    expect(_verdict(box)).not_to_be_visible()


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_it_is_accessible(notebook: Notebook, theme: str) -> None:
    """With marks, an explanation and a chosen cell, and as a graph: no serious or critical violation."""
    notebook.use_theme(theme)
    box = _box(notebook)
    _cell(box, "user oscar", 1).click()
    _from_elsewhere(notebook, "erin joins")
    expect(_cell(box, "user erin")).to_contain_text("gained")
    notebook.accessible()
    box.get_by_role("button", name="Show as graph").click()
    expect(box.get_by_role("tab", name="Picture")).to_be_visible()
    notebook.accessible()


def test_no_name_becomes_markup(page: Page, pages_url: str) -> None:
    """Payloads as names of objects and in conditions: in heads, cells, explanation, graph and filter they are text."""
    page.set_viewport_size({"width": 1400, "height": 1100})
    notebook = Notebook(page, pages_url).open("hostile.ipynb")
    notebook.run_all()
    objects, roles = _box(notebook, 0), _box(notebook, 1)
    expect(objects.get_by_role("columnheader").filter(has_text=PAYLOADS[0]).first).to_be_attached()
    assert objects.get_by_role("columnheader").count() > len(PAYLOADS)
    expect(_cell(objects, "user ana", 1)).to_contain_text(PAYLOADS[0])
    for box in (objects, roles):
        for column in (0, 1) if box is objects else (0,):
            _cell(box, "user ana", column).click()
            expect(_verdict(box)).to_be_visible()
        box.get_by_role("button", name="Show as graph").click()
        expect(box.get_by_role("tab", name="Picture")).to_be_visible()
        box.get_by_label("Find callers").fill(PAYLOADS[1])
        expect(box).to_contain_text(f"Find callers: {PAYLOADS[1]}")
    notebook.inert()
