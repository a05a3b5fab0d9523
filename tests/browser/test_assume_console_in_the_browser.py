"""The assume console in JupyterLab: by mouse, by keyboard alone, in both themes, and with hostile names."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from drive import Notebook, press_until_focused
from pages import lab_with
from payloads import PAYLOADS
from playwright.sync_api import Locator, Page, expect

CONSOLE = (
    # The tests share a kernel, which remembers what was typed.
    "from iamlab.lessons import story\nfrom iamlab.widgets import AssumeConsole, memory\nmemory._kept.clear()\n"
    "lab = story.staging_and_production()",
    "AssumeConsole(lab, who='dana', role='StagingRole')",
    "AssumeConsole(lab, who='oscar', role='ProdRole')",
)
# Every payload in every place that takes a text from outside; what AWS refuses is refused here as well.
HOSTILE = (
    """
from payloads import PAYLOADS
from iamlab import IamlabError, Lab, allow
from iamlab.widgets import AssumeConsole
lab = Lab()
dev = lab.create_account("<script>window.__ran=1</script>", "111111111111")
ana = dev.create_user("ana", path="/<img/src=x/onerror=window.__ran=1>/")
ana.put_policy("Assume", allow("sts:AssumeRole"))
bucket = dev.create_bucket("acme-photos")
for number, text in enumerate(PAYLOADS):
    trust = {"Version": "2012-10-17", "Statement": {"Sid": "", "Effect": "Allow", "Principal": {"AWS": "111111111111"},
        "Action": "sts:AssumeRole", "Condition": {"StringNotEquals": {"aws:UserAgent": text}}}}
    for make in (
        lambda: dev.create_role(f"role-{number:02}", trust=trust, description=text),
        lambda: dev.role(f"role-{number:02}").put_policy("P", allow("s3:GetObject", on=f"{bucket.arn}/{text}")),
        lambda: dev.create_role(f"role-{number:02}{text}", trust=trust),
        lambda: lab.sts.assume_role(ana, dev.role(f"role-{number:02}"), text),
        lambda: lab.sts.assume_role(ana, dev.role(f"role-{number:02}"), f"s{number}", tags={"team": text}),
        lambda: lab.sts.assume_role(ana, dev.role(f"role-{number:02}"), f"s{number}", source_identity=text),
    ):
        try:
            make()
        except IamlabError:
            pass
asked = []
for text in PAYLOADS:
    try:
        lab.evaluate(ana, "s3:GetObject", f"{bucket.arn}/{text}")
    except IamlabError:
        continue
    asked.append(("s3:GetObject", f"{bucket.arn}/{text}"))
""",
    "AssumeConsole(lab, ana, requests=asked)",
)


@pytest.fixture(scope="module")
def pages_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A lab with a page of two consoles, and one with hostile names."""
    with lab_with(tmp_path_factory.mktemp("console"), console=CONSOLE, hostile=HOSTILE) as url:
        yield url


@pytest.fixture
def notebook(page: Page, pages_url: str) -> Notebook:
    """Two consoles on one lab, run from the top."""
    page.set_viewport_size({"width": 1400, "height": 1000})
    opened = Notebook(page, pages_url).open("console.ipynb")
    opened.run_all()
    expect(opened.panel.locator(".iamlab-widget[data-ready]")).to_have_count(2)
    return opened


def _box(notebook: Notebook, number: int = 0) -> Locator:
    return notebook.widget("Assume console", number)


def _column(box: Locator, number: int) -> Locator:
    """The cells of one column of the table: 1 before, 2 in the role, 3 after."""
    return box.get_by_role("group", name="Permissions side by side").locator(f"tbody td:nth-child({number + 1})")


def _move(box: Locator, by: str) -> None:
    box.get_by_label("Move on by").fill(by)
    box.get_by_role("button", name="Move", exact=True).click()


def test_a_session_lasts_to_the_second_by_mouse(notebook: Notebook) -> None:
    """Assumed for fifteen minutes: allowed at 14:59, expired one second later; dropped, one is dana again."""
    box = _box(notebook)
    expect(box).to_contain_text("arn:aws:iam::111111111111:user/dana")
    box.get_by_label("Duration (seconds)").fill("900")
    box.get_by_role("button", name="Assume the role").click()
    expect(box).to_contain_text("From now on you act with this session")
    expect(box.get_by_label("Acting as")).to_have_value(re.compile("session dana-session of role StagingRole.*✔ open"))
    expect(_column(box, 1).first).to_have_text("○ Denied, implicitly")
    expect(_column(box, 2).first).to_have_text("✔ Allowed")
    _move(box, "14:59")
    expect(box).to_contain_text("✔ open, 1 second left")
    box.get_by_role("button", name="Try it").click()
    expect(box.locator(".iamlab-verdict")).to_have_text("✔ Allowed")
    _move(box, "1s")
    expect(box).to_contain_text("⊘ expired at 09:15:00")
    expect(box.locator(".iamlab-verdict")).to_have_count(0)
    expect(_column(box, 2).first).to_have_text("⊘ ExpiredToken")
    expect(box).to_contain_text("ExpiredToken: The security token included in the request is expired.")
    box.get_by_role("button", name="Try it").click()
    expect(box).to_contain_text("ExpiredToken: The provided token has expired.")
    box.get_by_role("button", name="Drop the session").click()
    expect(box.get_by_label("Acting as")).to_have_value("user dana")
    notebook.clean()


def test_a_revoked_session_is_denied_and_both_consoles_say_so(notebook: Notebook) -> None:
    """The second console on the same lab has heard of all of it."""
    box, other = _box(notebook), _box(notebook, 1)
    box.get_by_role("button", name="Assume the role").click()
    expect(box).to_contain_text("From now on you act with this session")
    expect(other).to_contain_text("✔ open, 1 hour left")
    box.get_by_role("button", name="Revoke the role's sessions").click()
    expect(box).to_contain_text("inline policy AWSRevokeOlderSessions")
    expect(_column(box, 2).first).to_have_text("✖ Denied, explicitly")
    expect(box.get_by_label("Acting as")).to_have_value(re.compile("✖ revoked"))
    expect(other).to_contain_text("✖ revoked: every request is denied; 1 hour left")
    _move(other, "31s")
    expect(box).to_contain_text("09:00:31 UTC")
    box.get_by_label("Session name").fill("later")
    box.get_by_label("Acting as").select_option(label="user dana")
    box.get_by_role("button", name="Assume the role").click()
    expect(box.get_by_label("Acting as")).to_have_value(re.compile("session later of role StagingRole.*✔ open"))
    expect(_column(box, 2).first).to_have_text("✔ Allowed")
    notebook.clean()


def test_the_same_by_keyboard_alone(notebook: Notebook) -> None:
    """From the clock to the trail with Tab, arrows, typing and Enter; the focus stays where it was."""
    box, page = _box(notebook), notebook.page
    keyboard = page.keyboard
    cells = notebook.panel.locator(".jp-Cell").count()
    by, slider = box.get_by_label("Move on by"), box.get_by_role("slider", name="Time passed")
    assume = box.get_by_role("button", name="Assume the role")

    slider.focus()
    press_until_focused(page, by, "Tab")
    for label in ("Move", "+1 min", "+15 min", "+1 h"):
        keyboard.press("Tab")
        expect(box.get_by_role("button", name=label, exact=True)).to_be_focused()
    acting = box.get_by_label("Acting as")
    keyboard.press("Tab")
    expect(acting).to_be_focused()
    keyboard.press("ArrowDown")
    expect(box).to_contain_text("arn:aws:iam::111111111111:user/erin")
    keyboard.press("ArrowUp")
    expect(box).to_contain_text("arn:aws:iam::111111111111:user/dana")
    expect(acting).to_be_focused()
    keyboard.press("Tab")
    expect(box.get_by_label("Role", exact=True)).to_be_focused()
    press_until_focused(page, box.get_by_label("Duration (seconds)"), "Tab")
    keyboard.press("Control+a")
    keyboard.type("900")
    press_until_focused(page, assume, "Tab")
    keyboard.press("Enter")
    expect(box).to_contain_text("From now on you act with this session")
    expect(assume).to_be_focused()

    press_until_focused(page, by, "Shift+Tab")
    keyboard.type("14:59")
    keyboard.press("Enter")
    expect(box).to_contain_text("✔ open, 1 second left")
    expect(by).to_be_focused()
    expect(_column(box, 2).first).to_have_text("✔ Allowed")
    keyboard.press("Shift+Tab")
    expect(slider).to_be_focused()
    expect(slider).to_have_attribute("aria-valuetext", "14 min")
    keyboard.press("ArrowLeft")
    expect(box).to_contain_text("The clock never goes back")
    expect(slider).to_have_attribute("aria-valuetext", "14 min")
    expect(slider).to_be_focused()
    keyboard.press("ArrowRight")
    expect(box).to_contain_text("⊘ expired at 09:15:00")
    expect(slider).to_have_attribute("aria-valuetext", "15 min")
    expect(slider).to_be_focused()

    drop = box.get_by_role("button", name="Drop the session")
    press_until_focused(page, drop, "Tab")
    keyboard.press("Enter")
    expect(acting).to_have_value("user dana")
    expect(drop).to_be_focused()
    press_until_focused(page, box.get_by_role("button", name="Try it"), "Tab")
    keyboard.press("Enter")
    expect(box.locator(".iamlab-verdict")).to_have_text("○ Denied, implicitly")
    press_until_focused(page, box.get_by_role("group", name="The last calls"), "Tab")
    expect(box.get_by_role("group", name="The last calls")).to_contain_text("s3.list_objects_v2(Bucket='acme-staging')")
    assert notebook.panel.locator(".jp-Cell").count() == cells
    notebook.clean()


def test_typing_stays_in_the_widget_and_is_there_again(notebook: Notebook) -> None:
    """JupyterLab's shortcuts are kept out, and running the cell again keeps what was typed."""
    box, keyboard = _box(notebook), notebook.page.keyboard
    cells = notebook.panel.locator(".jp-Cell").count()
    policy = box.get_by_label("Session policy")
    policy.click()
    keyboard.type("b a x dd")
    box.get_by_label("External ID").click()
    keyboard.type("bad id")
    box.get_by_role("button", name="Assume the role").click()
    expect(box).to_contain_text("ValidationError")
    expect(box).to_contain_text("Write 2 to 1224 letters")
    assert notebook.panel.locator(".jp-Cell").count() == cells
    notebook.code_cells.nth(1).locator(".jp-InputArea-editor").click()
    keyboard.press("Control+Enter")
    expect(box.locator("section[aria-label='Refused']")).to_have_count(0)
    expect(box.get_by_label("External ID")).to_have_value("bad id")
    expect(box.get_by_label("Session policy")).to_have_value("b a x dd")
    notebook.clean()


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_it_is_accessible(notebook: Notebook, theme: str) -> None:
    """No serious or critical violation with a refusal, a session and a verdict shown; answers are announced."""
    notebook.use_theme(theme)
    box, other = _box(notebook), _box(notebook, 1)
    other.get_by_role("button", name="Assume the role").click()
    other.get_by_text("Why, statement by statement").click()
    expect(other.locator(".iamlab-verdict")).to_be_visible()
    box.get_by_role("button", name="Assume the role").click()
    expect(box).to_contain_text("From now on you act with this session")
    box.get_by_role("button", name="Revoke the role's sessions").click()
    box.get_by_role("button", name="Try it").click()
    expect(box.locator(".iamlab-verdict")).to_have_text("✖ Denied, explicitly")
    assert box.locator(".iamlab-live[aria-live=polite]").count() == 5
    expect(box.get_by_role("heading")).to_have_count(7)
    notebook.accessible()


def test_no_text_becomes_markup(page: Page, pages_url: str) -> None:
    """Payloads as descriptions, paths, requests, and typed into every field: nothing runs, nothing is drawn."""
    page.set_viewport_size({"width": 1400, "height": 1000})
    notebook = Notebook(page, pages_url).open("hostile.ipynb")
    notebook.run_all()
    expect(notebook.panel.locator(".iamlab-widget[data-ready]")).to_have_count(1)
    box = _box(notebook)
    roles = box.get_by_label("Role", exact=True)
    expect(roles.locator("option")).not_to_have_count(0)
    said = box.locator("section[aria-label='About the role']")
    for number, text in list(enumerate(PAYLOADS))[:8]:
        roles.select_option(label=f"role role-{number:02}")
        expect(said).to_contain_text(text)
        _type_everywhere(box, text)
    roles.select_option(label="role role-00")
    for label, value in (
        ("Session name", "ana"),
        ("Duration (seconds)", "900"),
        ("External ID", ""),
        ("Session policy", ""),
    ):
        box.get_by_label(label).fill(value)
    box.get_by_role("button", name="Assume the role").click()
    expect(box).to_contain_text("From now on you act with this session")
    box.get_by_label("Request", exact=True).select_option(index=0)
    box.get_by_role("button", name="Try it").click()
    expect(box.locator(".iamlab-verdict")).to_be_visible()
    notebook.inert()
    assert notebook.panel.locator(".iamlab-widget svg").count() == 0


def _type_everywhere(box: Locator, text: str) -> None:
    """One payload in every field, and every button that reads one of them."""
    line = text.replace("\n", " ")
    _move(box, line)
    expect(box.locator("section[aria-label='The clock']")).to_contain_text("no length of time")
    for label in ("Session name", "Duration (seconds)", "External ID", "Session policy"):
        box.get_by_label(label).fill(line)
    box.get_by_role("button", name="Assume the role").click()
    expect(box).to_contain_text("✖ Refused. AWS says")
    box.get_by_label("Action", exact=True).fill(line)
    box.get_by_label("Resource", exact=True).fill(line)
    box.get_by_role("button", name="Try it").click()
    expect(box).to_contain_text("✖ Refused, before any policy was read")
