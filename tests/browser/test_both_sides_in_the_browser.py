"""Both sides of a request, and roles in the world editor: mouse, keyboard alone, both themes, hostile texts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from drive import Notebook, arrow_to, press_until_focused
from pages import lab_with
from payloads import PAYLOADS
from playwright.sync_api import Locator, Page, expect

from iamlab import Lab
from iamlab.core.evaluation import Evaluation
from iamlab.lessons import story
from iamlab.views.language import VERDICTS

UPDATE_APP = f"arn:aws:iam::{story.PRODUCTION}:role/UpdateApp"
MAY_ASSUME = json.dumps(story.may_assume(UPDATE_APP).document)
CELLS = (
    "from iamlab.lessons import story\nfrom iamlab.widgets import BothSides, WorldEditor\nlab = story.two_accounts()",
    f"BothSides(lab, 'Ned', 'sts:AssumeRole', '{UPDATE_APP}')",
    "WorldEditor(lab)",
)
# Payloads in the conditions of a trust policy, which are in words then, and each of them in the request's context.
HOSTILE = (
    "from payloads import PAYLOADS\n" + CELLS[0],
    "ned = lab.accounts[0].user('Ned').arn\n"
    "several = [{'Effect': 'Allow', 'Principal': {'AWS': ned}, 'Action': 'sts:AssumeRole',"
    " 'Condition': {'StringEquals': {'sts:ExternalId': list(PAYLOADS[start:start + 4])}}} for start in (0, 4, 8, 12)]\n"
    "lab.accounts[1].role('UpdateApp').update_trust(story.document(*several))\n"
    "tags = {f'aws:RequestTag/key{number}': text for number, text in enumerate(PAYLOADS)}",
    f"BothSides(lab, 'Ned', 'sts:AssumeRole', '{UPDATE_APP}', tags)",
    "WorldEditor(lab)",
)


@pytest.fixture(scope="module")
def pages_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A lab with a page of the two widgets on one world, and a page of payloads."""
    with lab_with(tmp_path_factory.mktemp("sides"), sides=CELLS, hostile=HOSTILE) as url:
        yield url


@pytest.fixture
def notebook(page: Page, pages_url: str) -> Notebook:
    """The page of the two widgets, run from the top."""
    page.set_viewport_size({"width": 1400, "height": 1200})
    made = Notebook(page, pages_url).open("sides.ipynb")
    made.run_all()
    expect(made.panel.locator(".iamlab-widget[data-ready]")).to_have_count(2)
    return made


def _asked(lab: Lab) -> Evaluation:
    return lab.evaluate(lab.accounts[0].user("Ned"), "sts:AssumeRole", UPDATE_APP)


def _reads(box: Locator, evaluation: Evaluation, caller: str, other: str) -> None:
    """The verdicts in the page are the engine's."""
    look = VERDICTS[evaluation.decision]
    expect(box.locator(".iamlab-verdict")).to_have_text(
        [
            re.compile(f"The caller's side {caller}$"),
            re.compile(f"The other side {other}$"),
            f"{look.sign} {look.word}",
        ],
        timeout=20_000,
    )
    expect(box).to_contain_text(f"Rule {evaluation.rule.id}.")
    if evaluation.error_message:
        expect(box.locator("pre").filter(has_text=evaluation.error_message)).to_be_visible()


def test_both_halves_are_judged_edited_applied_and_taken_back(notebook: Notebook) -> None:
    """No verdict before the button; then those of the engine, after each change, also one that another widget makes."""
    box = notebook.widget("Both sides")
    lab = story.two_accounts()
    expect(box).to_contain_text("Two accounts")
    expect(box.locator(".iamlab-verdict")).to_have_count(0)
    box.get_by_role("button", name="Judge both sides").click()
    _reads(box, _asked(lab), "is silent", "says yes")
    box.get_by_role("textbox", name="The caller's side").fill(MAY_ASSUME)
    expect(box).to_contain_text("It is not in the world before you apply it.")
    box.get_by_role("button", name="Apply to the world").click()
    lab.accounts[0].user("Ned").put_policy("NewPolicy", MAY_ASSUME)
    _reads(box, _asked(lab), "says yes", "says yes")
    expect(box).to_contain_text(f"user Ned gained sts:AssumeRole on {UPDATE_APP}")
    expect(box).to_contain_text("aws iam put-user-policy --user-name Ned")
    editor = notebook.widget("World editor")
    editor.get_by_label("Facts").select_option(label="user Ned has embedded policy NewPolicy (Development)")
    editor.get_by_role("button", name="Remove the chosen fact").click()
    _reads(box, _asked(story.two_accounts()), "is silent", "says yes")
    box.get_by_role("button", name="Undo").click()
    _reads(box, _asked(lab), "says yes", "says yes")
    notebook.clean()


def test_both_sides_by_keyboard_alone(notebook: Notebook) -> None:
    """Choose, type, leave the editors, apply and judge; errors have their line; no cell is inserted, focus stays."""
    box, keyboard, page = notebook.widget("Both sides"), notebook.page.keyboard, notebook.page
    cells = notebook.panel.locator(".jp-Cell").count()
    left = box.get_by_role("textbox", name="The caller's side")
    right = box.get_by_role("textbox", name="The other side")
    box.get_by_label("Policy", exact=True).focus()
    press_until_focused(page, box.get_by_label("Its name"), "Tab")
    keyboard.press("Control+a")
    keyboard.type("bab")
    press_until_focused(page, left, "Tab")
    keyboard.press("Control+a")
    keyboard.insert_text('{"Version": "2012-10-17",\n"Statement": [{"Efect": "Allow"}]}')
    expect(box).to_contain_text("line 2")
    expect(left).to_have_attribute("aria-invalid", "true")
    expect(right).to_have_attribute("aria-invalid", "false")
    keyboard.press("Control+a")
    keyboard.insert_text(MAY_ASSUME)
    expect(left).to_have_attribute("aria-invalid", "false")
    keyboard.press("Escape")
    keyboard.press("Tab")
    expect(right).to_be_focused()
    keyboard.press("Escape")
    keyboard.press("Tab")
    judge = box.get_by_role("button", name="Judge both sides")
    expect(judge).to_be_focused()
    keyboard.press("Enter")
    expect(box).to_contain_text("The caller's half is missing: the identity policies must allow it.")
    expect(judge).to_be_focused()
    keyboard.press("Tab")
    keyboard.press("Enter")
    expect(box).to_contain_text("--policy-name bab")
    expect(box).to_contain_text("Both halves are needed here, and both say yes.")
    expect(box.get_by_role("button", name="Apply to the world")).to_be_focused()
    expect(left).to_have_value(MAY_ASSUME)
    assert notebook.panel.locator(".jp-Cell").count() == cells
    notebook.clean()


def test_trust_is_changed_by_keyboard_alone(notebook: Notebook) -> None:
    """The role card appears with the statement; the last trust statement stays, and another one is added."""
    box, keyboard, page = notebook.widget("World editor"), notebook.page.keyboard, notebook.page
    listed = box.get_by_label("Facts")
    listed.focus()
    arrow_to(page, listed, "role UpdateApp (")
    expect(listed).to_have_value("role UpdateApp (Production) trusts the whole account Development")
    expect(box).to_contain_text("Who may become it: the trust policy")
    expect(box).to_contain_text("It trusts the whole account Development.")
    expect(box).to_contain_text("What it may do then: its permissions policies")
    keyboard.press("Tab")
    keyboard.press("Enter")
    expect(box).to_contain_text("A role always has a trust policy: let somebody else in first, or delete the role.")
    press_until_focused(page, box.get_by_role("region", name="trust policy of UpdateApp"), "Tab")
    account = box.get_by_label("In account")
    press_until_focused(page, account, "Tab")
    keyboard.press("ArrowDown")
    expect(account).to_have_value("Production (999999999999)")
    kind = box.get_by_label("New fact")
    press_until_focused(page, kind, "Tab")
    arrow_to(page, kind, "trusts")
    expect(box.get_by_label("Who", exact=True)).to_have_value("role UpdateApp (Production)")
    whom = box.get_by_label("Whom")
    press_until_focused(page, whom, "Tab")
    arrow_to(page, whom, "user Ned")
    press_until_focused(page, box.get_by_role("button", name="Add the fact"), "Tab")
    keyboard.press("Enter")
    expect(box).to_contain_text("let role UpdateApp trust user Ned (Development)")
    expect(listed).to_contain_text("role UpdateApp (Production) trusts user Ned (Development)")
    notebook.clean()


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_it_is_accessible(notebook: Notebook, theme: str) -> None:
    """No serious or critical violation with verdicts, an error and a role's card shown; answers are announced."""
    notebook.use_theme(theme)
    sides, editor = notebook.widget("Both sides"), notebook.widget("World editor")
    sides.get_by_role("textbox", name="The other side").fill("{")
    sides.get_by_role("button", name="Judge both sides").click()
    expect(sides.locator(".iamlab-verdict")).to_have_count(3)
    editor.get_by_label("Facts").select_option(
        label="role UpdateApp has attached policy read-write-app-bucket (Production)"
    )
    expect(editor).to_contain_text("Who may become it")
    for box, least in ((sides, 6), (editor, 1)):
        assert box.locator("[aria-live=polite]").count() >= least
    notebook.accessible()


def test_no_text_becomes_markup(page: Page, pages_url: str) -> None:
    """Each of the payloads as condition, as value of the request, as text of a policy, as somebody to trust."""
    assert len(PAYLOADS) >= 30
    page.set_viewport_size({"width": 1400, "height": 1200})
    notebook = Notebook(page, pages_url).open("hostile.ipynb")
    notebook.run_all()
    expect(notebook.panel.locator(".iamlab-widget[data-ready]")).to_have_count(2)
    box = notebook.widget("Both sides")
    expect(box).to_contain_text(PAYLOADS[-1])
    box.get_by_role("button", name="Judge both sides").click()
    expect(box).to_contain_text("would, but for its condition")
    for text in PAYLOADS:
        box.get_by_role("textbox", name="The caller's side").fill(text)
        box.get_by_role("button", name="Apply to the world").click()
    expect(box).to_contain_text("Nothing has changed")
    editor = notebook.widget("World editor")
    statements = editor.get_by_label("Facts")
    statements.focus()
    arrow_to(page, statements, "role UpdateApp (")
    expect(statements).to_have_value(re.compile("only when the external ID is <script>"))
    expect(editor).to_contain_text("Who may become it")
    editor.get_by_label("In account").select_option(label="Production (999999999999)")
    editor.get_by_label("New fact").select_option(label="trusts (may be assumed by)")
    editor.get_by_label("Whom").select_option(label="another: type it")
    for text in PAYLOADS[:8]:
        editor.get_by_label("Its ARN or name").fill(text)
        editor.get_by_role("button", name="Add the fact").click()
        expect(editor).to_contain_text("Nothing has changed")
    notebook.inert()
