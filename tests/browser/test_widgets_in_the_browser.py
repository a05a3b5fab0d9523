"""Every widget in the gallery: by mouse, by keyboard alone, in both themes; and names that try to be markup."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from drive import Notebook, press_until_focused
from pages import LESSONS, lab_with
from payloads import PAYLOADS
from playwright.sync_api import Page, expect

from iamlab.lessons import story
from iamlab.views.language import VERDICTS

GALLERY = Path(__file__).resolve().parents[2] / "notebooks" / "gallery.ipynb"

# What the page of payloads holds: each of them in every place where a text from outside can stand.
HOSTILE = """
from payloads import PAYLOADS
from iamlab import Lab, IamlabError
from iamlab.views.graph import Edge, Graph, Node
from iamlab.widgets import *
lab = Lab()
dev = lab.create_account("Development", "111111111111")
alice = dev.create_user("alice")
refused = []
for number, text in enumerate(PAYLOADS):
    bucket = dev.create_bucket(f"acme-bucket-{number:02}")
    for make in (
        lambda: dev.create_user(text),
        lambda: dev.create_role(f"role-{number}", trust={"Version": "2012-10-17", "Statement": {"Effect": "Allow",
            "Principal": {"AWS": "111111111111"}, "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"sts:ExternalId": text}}}}, description=text),
        lambda: alice.tag({f"key{number}": text}),
        lambda: dev.create_policy(f"policy-{number}", {"Version": "2012-10-17", "Statement": {"Sid": text,
            "Effect": "Allow", "Action": "s3:GetObject", "Resource": f"{bucket.arn}/{text}"}}),
        lambda: bucket.put_policy({"Version": "2012-10-17", "Statement": {"Sid": text, "Effect": "Deny",
            "Principal": "*", "Action": "s3:GetObject", "Resource": f"{bucket.arn}/{text}",
            "Condition": {"StringNotEquals": {"aws:UserAgent": text}}}}),
        lambda: alice.put_policy(f"own-{number}", {"Version": "2012-10-17", "Statement": {"Effect": "Allow",
            "Action": "s3:GetObject", "Resource": f"{bucket.arn}/{text}"}}),
    ):
        try:
            make()
        except IamlabError as error:
            refused.append(error)
nodes = [Node(kind="user", name=text, account=text, detail=text) for text in PAYLOADS]
graph = Graph(title=PAYLOADS[0], nodes=tuple(nodes), edges=tuple(
    Edge(source=nodes[0], target=node, relation="allows", label=node.name) for node in nodes[1:]))
"""
CELLS = (
    HOSTILE,
    "graph",
    "GraphView(graph)",
    "Choice(PAYLOADS[1], {text: text for text in PAYLOADS}, right=PAYLOADS[0])",
    "RequestExplorer(lab, ['s3:GetObject'])",
    "import json\nPolicyWorkbench(lab, on=alice, policy=json.dumps({'Version': '2012-10-17', 'Statement': ["
    "{'Sid': text, 'Effect': text, 'Action': text, 'Resource': text} for text in PAYLOADS]}))",
    "WorldEditor(lab)",
    "from IPython.display import display\nfor text in PAYLOADS:\n    try:\n"
    "        display(lab.evaluate(alice, 's3:GetObject', f'arn:aws:s3:::acme-bucket-00/{text}'))\n"
    "    except IamlabError as error:\n        display(error)",
    "lab.graph(lab.what_can(alice, 's3:GetObject'))",
    "refused[:200]",
)


@pytest.fixture(scope="module")
def gallery_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A lab whose folder holds the gallery, a page of payloads, and one that shows a payload as markup."""
    home = tmp_path_factory.mktemp("gallery")
    alive = ["from IPython.display import HTML\nfrom payloads import PAYLOADS\nHTML(PAYLOADS[1])"]
    with lab_with(home, hostile=CELLS, alive=alive) as url:
        shutil.copy(GALLERY, home / LESSONS)
        yield url


@pytest.fixture
def gallery(page: Page, gallery_url: str) -> Notebook:
    """The gallery, run from the top."""
    page.set_viewport_size({"width": 1400, "height": 1000})
    notebook = Notebook(page, gallery_url).open("gallery.ipynb")
    notebook.run_all()
    expect(notebook.panel.locator(".iamlab-widget[data-ready]")).to_have_count(11)
    return notebook


def test_the_explorer_finds_an_action_and_steps_through_the_layers(gallery: Notebook) -> None:
    """The verdict in the page is the engine's; the graph says where one is."""
    box = gallery.widget("Request explorer")
    box.get_by_label("Who asks").select_option(label="user dana")
    box.get_by_label("Find an action").fill("s3 getobject")
    expect(box.get_by_label("Action", exact=True)).to_have_value(re.compile(r"^s3:GetObject "))
    box.get_by_label("Resource").select_option(label="arn:aws:s3:::acme-prod/1.jpg")
    box.get_by_label("Allowed", exact=True).click()
    box.get_by_role("button", name="Reveal the verdict").click()
    lab = story.developer_group()
    dana = lab.accounts[0].user("dana")
    decision = lab.evaluate(dana, "s3:GetObject", "arn:aws:s3:::acme-prod/1.jpg").decision
    expect(box.locator(".iamlab-verdict")).to_have_text(f"{VERDICTS[decision].sign} {VERDICTS[decision].word}")
    box.get_by_role("button", name="Step through the decision").press("Enter")
    forward = box.get_by_role("button", name="Step forward")
    forward.focus()
    gallery.page.keyboard.press("Enter")
    gallery.page.keyboard.press("Enter")
    expect(box).to_contain_text("Step 3 of 4: identity policies")
    expect(box.locator(".iamlab-marked")).to_contain_text("NoProd")
    expect(forward).to_be_focused()
    gallery.clean()


def test_the_workbench_judges_while_one_types(gallery: Notebook) -> None:
    """Errors with their line, requests judged again, Tab indents, Esc and Tab leave, 200 quick edits end well."""
    box = gallery.widget("Policy workbench")
    area, keyboard = box.get_by_role("textbox"), gallery.page.keyboard
    cells = gallery.panel.locator(".jp-Cell").count()
    area.click()
    keyboard.press("Control+a")
    keyboard.insert_text('{"Version": "2012-10-17",\n"Statement": [{"Efect": "Allow"}]}')
    expect(box).to_contain_text("line 2")
    expect(box.locator(".iamlab-editor-wrong")).to_have_text(re.compile("✖ 2"))
    expect(area).to_have_attribute("aria-invalid", "true")
    keyboard.press("Control+a")
    statement = {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}
    keyboard.insert_text(json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    expect(box).to_contain_text("2 of 2 requests come out as they must.")
    keyboard.press("End")
    for _ in range(100):
        keyboard.press("x")
        keyboard.press("Backspace")
    keyboard.press("Tab")
    keyboard.press("b")
    keyboard.press("Backspace")
    expect(area).to_have_value(re.compile(r"\]\}  $"))
    expect(box).to_contain_text("2 of 2 requests come out as they must.")
    keyboard.press("Escape")
    keyboard.press("Tab")
    expect(area).not_to_be_focused()
    expect(box.get_by_role("button", name="Put it into the world")).to_be_focused()
    keyboard.press("Enter")
    expect(box).to_contain_text("aws iam put-group-policy")
    expect(gallery.widget("World editor").get_by_label("Facts")).to_contain_text("has embedded policy Workbench")
    assert gallery.panel.locator(".jp-Cell").count() == cells
    gallery.clean()


def test_the_world_editor_by_keyboard_alone(gallery: Notebook) -> None:
    """Choose a statement, remove it, read what was lost, take it back; the focus stays where it was."""
    box, keyboard = gallery.widget("World editor"), gallery.page.keyboard
    listed = box.get_by_label("Facts")
    listed.focus()
    keyboard.press("Home")
    keyboard.press("ArrowDown")
    expect(listed).to_have_value("user eric is a member of group Developers")
    keyboard.press("Tab")
    expect(box.get_by_role("button", name="Remove the chosen fact")).to_be_focused()
    keyboard.press("Enter")
    expect(box).to_contain_text("user eric lost")
    expect(box.get_by_role("button", name="Remove the chosen fact")).to_be_focused()
    keyboard.press("Tab")
    keyboard.press("Enter")
    expect(box).to_contain_text("Taken back: took eric out of Developers.")
    expect(box).to_contain_text("user eric gained")
    gallery.clean()


def test_a_graph_is_walked_by_click_tab_and_arrows(gallery: Notebook) -> None:
    """What leads there stands beside it; the other tabs hold sentences and table."""
    box, keyboard = gallery.widget("Graph"), gallery.page.keyboard
    box.locator("g.node", has_text="DevAccess").first.click()
    about = box.locator(".iamlab-graph-about")
    expect(about).to_contain_text("User eric is a member of group Developers.")
    expect(about).to_contain_text('"Sid": "NoProd"')
    keyboard.press("ArrowLeft")
    expect(about.locator(".iamlab-graph-title")).to_have_text("Group Developers has attached policy DevAccess.")
    keyboard.press("ArrowLeft")
    expect(about.locator(".iamlab-graph-title")).to_have_text("group Developers")
    keyboard.press("Escape")
    expect(about).to_be_empty()
    keyboard.press("Tab")
    expect(about).not_to_be_empty()
    box.get_by_role("tab", name="Picture").focus()
    keyboard.press("ArrowRight")
    expect(box.get_by_role("tabpanel", name="Sentences")).to_contain_text("User dana is a member of group Developers.")
    keyboard.press("ArrowRight")
    expect(box.get_by_role("tabpanel", name="Table").get_by_role("row")).to_have_count(
        len(story.developer_group().graph().edges) + 1
    )
    gallery.clean()


def test_the_questions_answer_mouse_and_keyboard(gallery: Notebook) -> None:
    """A choice with its feedback, a prediction with its verdict, a sorting that says what is still open."""
    keyboard = gallery.page.keyboard
    choice = gallery.widget("Question: dana")
    choice.get_by_label("the group").click()
    choice.get_by_role("button").click()
    expect(choice).to_contain_text("Not quite.")
    choice.get_by_label("the group").focus()
    keyboard.press("ArrowUp")
    press_until_focused(gallery.page, choice.get_by_role("button"), "Tab")
    keyboard.press("Enter")
    expect(choice).to_contain_text("✔ Right.")
    predict = gallery.widget("Predict: dana")
    predict.get_by_label("Denied: something forbids it (explicit deny)").click()
    predict.get_by_role("button").click()
    expect(predict).to_contain_text("You predicted 'explicit deny', and so it is.")
    sort = gallery.widget("Exercise 01.1")
    sort.get_by_label("ada, with AWS's policy AdministratorAccess, lists the users").select_option(label="allowed")
    sort.get_by_role("button").click()
    expect(sort).to_contain_text("Still open: alice, dana, Auditor.")
    gallery.clean()


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_every_widget_is_accessible(gallery: Notebook, theme: str) -> None:
    """No serious or critical violation with answers shown, and answers are announced."""
    gallery.use_theme(theme)
    explorer = gallery.widget("Request explorer")
    explorer.get_by_label("Allowed", exact=True).click()
    explorer.get_by_role("button", name="Reveal the verdict").click()
    expect(explorer.locator(".iamlab-verdict")).to_be_visible()
    graph = gallery.widget("Graph")
    graph.locator("g.node", has_text="DevAccess").first.click()
    for number in range(gallery.panel.locator(".iamlab-widget").count()):
        box = gallery.panel.locator(".iamlab-widget").nth(number)
        assert box.locator("[aria-live=polite]").count() >= 1
    gallery.accessible()


def test_no_text_becomes_markup(page: Page, gallery_url: str) -> None:
    """Each of the payloads, in every place that takes a text: no script runs, no dialog opens, nothing is fetched."""
    assert len(PAYLOADS) >= 30
    page.set_viewport_size({"width": 1400, "height": 1000})
    notebook = Notebook(page, gallery_url).open("hostile.ipynb")
    notebook.run_all()
    editor = notebook.widget("World editor")
    editor.get_by_label("New fact").select_option(label="there is a new user")
    for text in PAYLOADS[:8]:
        editor.get_by_label("Name", exact=True).fill(text)
        editor.get_by_role("button", name="Add the fact").click()
    expect(editor).to_contain_text("Nothing has changed")
    choice = notebook.widget("Question")
    choice.get_by_role("radio").first.click()
    choice.get_by_role("button").click()
    graph = notebook.widget("Graph")
    graph.locator("g.node.n0").click()
    expect(graph.locator(".iamlab-graph-title")).to_contain_text("<")
    notebook.inert()


def test_the_battery_notices_a_text_that_became_markup(page: Page, gallery_url: str) -> None:
    """What the test before this one looks for is found where somebody does it wrong."""
    notebook = Notebook(page, gallery_url).open("alive.ipynb")
    notebook.run_all()
    page.wait_for_function("() => window.__ran === 1")
    with pytest.raises(AssertionError):
        notebook.inert()
