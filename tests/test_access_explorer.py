"""The access explorer without a browser: each answer shown is the engine's, now and before; filters; how it follows."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ipywidgets import Widget
from test_access import ACTIONS, documents, worlds

from iamlab import IamlabError, Lab, allow, deny
from iamlab.analysis.access import Access
from iamlab.analysis.difference import Turn
from iamlab.core.evaluation import Decision
from iamlab.core.request import ANONYMOUS
from iamlab.lessons import story
from iamlab.lessons.named_worlds import WORLDS
from iamlab.views.access_changes import TURNS, Mark
from iamlab.views.access_grid import MOST, Filter, cell_words, column_key, resource_words
from iamlab.views.access_html import SIGNS
from iamlab.views.access_said import MEANINGS
from iamlab.views.access_why import why_html
from iamlab.widgets import AccessExplorer
from iamlab.widgets.access_explorer import STATIC

DEV = "111111111111"
STAGING, PROD = f"arn:aws:iam::{DEV}:role/StagingRole", f"arn:aws:iam::{DEV}:role/ProdRole"
PHOTO = "arn:aws:s3:::acme-photos/1.jpg"


@pytest.fixture
def lab() -> Lab:
    """Two roles; all developers may assume one, one user with MFA the other (SCN-03)."""
    return story.staging_and_production()


@pytest.fixture
def explorer(lab: Lab) -> AccessExplorer:
    """Who may assume which role."""
    return AccessExplorer(lab, actions=["sts:AssumeRole"])


def _said(explorer: AccessExplorer) -> dict[tuple[str, str], str]:
    """What the drawn table says, by the words of its rows and the keys of its columns."""
    grid = explorer.table.grid
    keys = [one["key"] for one in grid["columns"]]
    return {
        (row["words"], key): cell["words"] for row in grid["rows"] for key, cell in zip(keys, row["cells"], strict=True)
    }


def _marks(explorer: AccessExplorer) -> dict[tuple[str, str], str]:
    grid = explorer.table.grid
    return {
        (row["words"], head["key"]): cell["mark"]
        for row in grid["rows"]
        for head, cell in zip(grid["columns"], row["cells"], strict=True)
        if "mark" in cell
    }


def _rows(explorer: AccessExplorer) -> list[str]:
    return [one["words"] for one in explorer.table.grid["rows"]]


def _text(markup: str) -> str:
    """What is read of a page."""
    return unescape(re.sub(r"<wbr>", "", re.sub(r"<[^>w][^>]*>", "", markup.partition("</style>")[2])))


def _choose(explorer: AccessExplorer, row: str, column: int = 0) -> str:
    explorer.choose(_rows(explorer).index(row), column)
    return _text(explorer.why.value)


def _user(lab: Lab, name: str) -> Any:
    return next(one for one in lab.callers if one.name == name)


# Every cell is the engine's


def test_who_may_assume_which_role(explorer: AccessExplorer) -> None:
    """SCN-03: developers assume StagingRole, oscar ProdRole with MFA (EVAL-16); root assumes nothing (STS-12).

    Nobody does so unsigned (STS-26).
    """
    no, refused = "denied implicitly", "refused"
    expected = {
        "user dana": ("allowed", no),
        "user erin": (no, no),
        "user oscar": (no, "depends: only with MFA"),
        "role StagingRole": (no, no),
        "role ProdRole": (no, no),
        f"root user of {DEV}": (refused, refused),
        "anonymous caller": (refused, refused),
    }
    columns = [f"sts:AssumeRole {STAGING}", f"sts:AssumeRole {PROD}"]
    said = _said(explorer)
    assert {row: tuple(said[row, column] for column in columns) for row in expected} == expected
    assert len(said) == 14
    assert [one["words"] for one in explorer.table.grid["groups"]] == ["role StagingRole", "role ProdRole"]


VERDICTS = {
    Decision.ALLOW: "allowed",
    Decision.EXPLICIT_DENY: "denied explicitly",
    Decision.IMPLICIT_DENY: "denied implicitly",
}


@pytest.mark.parametrize("name", WORLDS)
def test_every_cell_is_what_the_engine_says(name: str) -> None:
    """In each world of the story: the single request asked by itself, for one that depends in the context shown."""
    lab = WORLDS[name]()
    explorer = AccessExplorer(lab)
    callers = {caller.caller: caller for caller in lab.callers}
    columns = {column_key(one): one for one in explorer.shown.columns}
    matrix = lab.access_matrix(None, sorted({one.action for one in columns.values()}))
    subjects = {one.words: one for one in matrix.subjects}
    said = _said(explorer)
    assert len(said) == len(subjects) * len(columns) > 0
    for (row, key), words in said.items():
        column, subject = columns[key], subjects[row]
        cell = matrix.cell(subject, column.action, column.resource)
        assert words == cell_words(cell)
        resource = None if column.resource == "*" else column.resource
        caller = callers.get(subject.caller, ANONYMOUS if subject.kind == "caller" else subject.name)
        if words == "refused":
            with pytest.raises(IamlabError):
                lab.evaluate(caller, column.action, resource)
        elif words.startswith("depends"):
            assert lab.evaluate(caller, column.action, resource, cell.example).allowed
        else:
            assert words == VERDICTS[lab.evaluate(caller, column.action, resource).decision]


def test_a_consultant_reads_and_changes_nothing() -> None:
    """SCN-05: ReadOnlyAccess reads the objects as well, lists all, and changes nothing, by access level."""
    explorer = AccessExplorer("consultant", actions=["s3:*"], kind="role", turned=True)
    said = {action.split(" ", 1)[0]: words for (action, _), words in _said(explorer).items()}
    assert list(dict.fromkeys(_said(explorer).values())) == ["allowed", "denied implicitly"]
    assert said["s3:GetObject"] == said["s3:ListBucket"] == "allowed"
    assert said["s3:PutObject"] == said["s3:PutBucketPolicy"] == said["s3:PutObjectTagging"] == "denied implicitly"
    text = _text(explorer.summary.value)
    for level in ("Write", "Tagging", "Permissions management"):
        assert re.search(rf"{level} 0 of \d+", text)
    listing = re.search(r"List (\d+) of (\d+)", text)
    assert listing is not None
    assert listing[1] == listing[2]
    levels = [one["note"].partition(",")[0] for one in explorer.table.grid["rows"] if "bucket" in one["note"]]
    assert list(dict.fromkeys(levels)) == ["List", "Read", "Write", "Tagging", "Permissions management"]


def test_a_table_turned_says_the_same(explorer: AccessExplorer) -> None:
    """A row for each action, and the same cell stays chosen."""
    said = _said(explorer)
    why = _choose(explorer, "user oscar", 1)
    oscar = explorer.table.grid["rows"][2]["key"]
    explorer.filters.rows.value = True
    columns = {one["key"]: one["words"] for one in explorer.table.grid["columns"]}
    keys = {one["key"] for one in explorer.table.grid["rows"]}
    assert keys == {column for _, column in said}
    turned = {
        (columns[head["key"]], row["key"]): cell["words"]
        for row in explorer.table.grid["rows"]
        for head, cell in zip(explorer.table.grid["columns"], row["cells"], strict=True)
    }
    assert turned == said
    assert explorer.table.chosen == [f"sts:AssumeRole {PROD}", oscar]
    assert _text(explorer.why.value) == why


def test_a_pattern_of_resources_is_answered_in_parts() -> None:
    """Dana's group lets her into her own home alone (SCN-02); the cell says where, the explanation lists all parts."""
    lab = story.developer_group()
    explorer = AccessExplorer(lab, "s3:PutObject", "arn:aws:s3:::acme-*/*")
    cell = lab.access_matrix(None, "s3:PutObject", "arn:aws:s3:::acme-*/*")
    (dana,) = (one for one in cell.subjects if one.name == "dana")
    parts = cell.parts(dana, "s3:PutObject", "arn:aws:s3:::acme-*/*")
    assert len(parts) > 1
    why = _choose(explorer, "user dana")
    assert _said(explorer)["user dana", "s3:PutObject arn:aws:s3:::acme-*/*"].startswith("depends: only on")
    for one in parts:
        assert one.portion is not None
        assert f"{one.portion.words}: {one}" in why


# Why


def test_why_it_is_allowed_names_the_statements(explorer: AccessExplorer) -> None:
    """The explanation is the engine's for this very request."""
    why = _choose(explorer, "user dana")
    assert f"user dana, sts:AssumeRole on {STAGING}: ✔ allowed" in why
    assert "Statement 1 of AssumeStaging of the group Developers" in why
    assert "Rule EVAL-16" in why
    assert f"lab.who_can('sts:AssumeRole', '{STAGING}')" in why


def test_why_it_depends_says_in_which_context(explorer: AccessExplorer) -> None:
    """Without MFA the trust policy is silent; with it the request goes through."""
    why = _choose(explorer, "user oscar", 1)
    assert "It is allowed only with MFA." in why
    assert "A request that says nothing of it: Denied, implicitly" in why
    assert "aws:MultiFactorAuthPresent is true" in why
    assert "✔ Allowed" in why


def test_why_it_is_refused_or_denied(explorer: AccessExplorer) -> None:
    """The sentence that AWS answers; and that no policy allows it."""
    assert "Roles may not be assumed by root accounts." in _choose(explorer, f"root user of {DEV}")
    why = _choose(explorer, "user erin")
    assert "○ denied implicitly" in why
    assert "because no identity-based policy allows the sts:AssumeRole action" in why


def test_only_what_aws_asks_about_is_a_column() -> None:
    """Listing is about buckets, reading about objects; about the other two AWS never asks, and the reason says so."""
    lab = story.developer_group()
    arns = ["arn:aws:s3:::acme-dev", "arn:aws:s3:::acme-dev/*"]
    explorer = AccessExplorer(lab, ["s3:ListBucket", "s3:GetObject"], arns)
    assert [(one.action, one.resource) for one in explorer.shown.columns] == [
        ("s3:ListBucket", arns[0]),
        ("s3:GetObject", arns[1]),
    ]
    never = explorer.matrix.cell(explorer.matrix.subjects[0], "s3:GetObject", arns[0])
    why = _text(why_html(explorer.matrix, never))
    assert "– not asked" in why
    assert "AWS never asks about s3:GetObject on arn:aws:s3:::acme-dev." in why


# Filters


def test_each_filter_leaves_what_it_says(explorer: AccessExplorer) -> None:
    """By kind, by words of names; each word must be there."""
    explorer.filters.kind.value = "role"
    assert _rows(explorer) == ["role StagingRole", "role ProdRole"]
    explorer.filters.kind.value = ""
    explorer.filters.who.value = "DAN user"
    assert _rows(explorer) == ["user dana"]
    explorer.filters.who.value = ""
    explorer.filters.what.value = "prod"
    assert [one["key"] for one in explorer.table.grid["columns"]] == [f"sts:AssumeRole {PROD}"]
    assert "2 of" not in _text(explorer.summary.value)
    assert "1 of 7 answers" in _text(explorer.summary.value)


def test_filters_of_account_service_and_level() -> None:
    """Offered where there is something to choose between."""
    explorer = AccessExplorer("two_accounts")
    assert [value for _, value in explorer.filters.account.options] == ["", DEV, "999999999999", "333333333333"]
    explorer.filters.account.value = "333333333333"
    assert _rows(explorer) == ["user Frank", "root user of 333333333333"]
    explorer.filters.account.value = ""
    explorer.filters.service.value = "sts"
    assert {one.service for one in explorer.shown.columns} == {"sts"}
    explorer.filters.service.value = ""
    explorer.filters.level.value = "Write"
    assert {one.action for one in explorer.shown.columns} == {"s3:PutObject", "sts:AssumeRole"}
    single = AccessExplorer("staging_and_production", actions=["sts:AssumeRole"])
    for control in (single.filters.account, single.filters.service, single.filters.level):
        assert control.layout.display == "none"


def test_a_filter_that_leaves_nothing_says_how_to_get_back(explorer: AccessExplorer) -> None:
    """And one button brings everything back."""
    everything = _said(explorer)
    explorer.filters.kind.value = "role"
    explorer.filters.who.value = "nobody of that name"
    assert explorer.table.grid["rows"] == []
    text = _text(explorer.summary.value)
    assert "Nothing is left" in text
    assert "Callers: roles (2)" in text
    assert "nobody of that name" in text
    assert explorer.filters.clear.description in text
    explorer.filters.clear.click()
    assert _said(explorer) == everything


def test_a_filter_as_a_value_is_all_or_part() -> None:
    """An empty filter fits everybody."""
    explorer = AccessExplorer("two_accounts")
    assert all(Filter().fits_caller(one) for one in explorer.matrix.subjects)
    assert all(Filter().fits_column(one) for one in explorer.shown.columns)


# Before and after


def test_what_was_gained_and_lost_is_marked(lab: Lab, explorer: AccessExplorer) -> None:
    """Erin joins and dana leaves: two cells are others, and the sentences are those of the difference."""
    before = lab.snapshot()
    group = lab.accounts[0].groups[0]
    group.add(_user(lab, "erin"))
    group.remove(_user(lab, "dana"))
    column = f"sts:AssumeRole {STAGING}"
    assert _marks(explorer) == {("user dana", column): "▼ lost", ("user erin", column): "▲ gained"}
    assert "Since this table was made: 1 gained, 1 lost." in _text(explorer.summary.value)
    sentences = lab.difference(before).sentences
    assert len(sentences) == 2
    for name in ("user dana", "user erin"):
        (sentence,) = (one for one in sentences if one.startswith(name))
        assert sentence in _choose(explorer, name)
    explorer.filters.changed.value = True
    assert _rows(explorer) == ["user dana", "user erin"]
    assert [one["key"] for one in explorer.table.grid["columns"]] == [column]


def test_conditions_that_come_and_go_are_marked(lab: Lab) -> None:
    """Allowed always, then with MFA, then from an address; and a denial that has another reason."""
    dana = _user(lab, "dana")
    dana.put_policy("Own", allow("s3:GetObject", on="*"))
    explorer = AccessExplorer(lab, "s3:GetObject", "arn:aws:s3:::acme-prod/1.jpg")

    def only(condition: dict[str, Any]) -> str | None:
        statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": condition}
        dana.put_policy("Own", {"Version": "2012-10-17", "Statement": statement})
        return _marks(explorer).get(("user dana", "s3:GetObject arn:aws:s3:::acme-prod/1.jpg"))

    mfa, address = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}, {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
    assert only(mfa) == "● now with a condition"
    explorer.compare.click()
    assert _marks(explorer) == {}
    assert only(address) == "● under another condition"
    explorer.compare.click()
    assert only({}) == "● now without a condition"
    explorer.compare.click()
    _user(lab, "erin").put_policy("No", deny("s3:*"))
    assert _marks(explorer) == {("user erin", "s3:GetObject arn:aws:s3:::acme-prod/1.jpg"): "● for another reason"}
    assert "Before, it was denied implicitly." in _choose(explorer, "user erin")


def test_a_snapshot_can_be_given(lab: Lab) -> None:
    """Then the comparison begins there; nothing changed is said as well."""
    before = lab.snapshot()
    lab.accounts[0].groups[0].remove(_user(lab, "dana"))
    explorer = AccessExplorer(lab, ["sts:AssumeRole"], before=before)
    assert "Since the snapshot that was given: 1 lost." in _text(explorer.summary.value)
    explorer.compare.click()
    assert "no answer here has changed" in _text(explorer.summary.value)
    explorer.filters.changed.value = True
    assert "Only what changed" in _text(explorer.summary.value)
    assert explorer.table.grid["rows"] == []


MARKS = {turn: mark for mark, turn in TURNS.items()}


@settings(max_examples=25, deadline=None)
@given(worlds(), st.lists(st.tuples(st.sampled_from(("ann", "Worker", "Team", "gone")), documents()), max_size=3))
def test_marks_are_those_of_the_difference_and_cells_stay_the_engines(lab: Lab, changes: Any) -> None:
    """Policies for a user, a role or a group, or a user deleted: each gain and loss is marked, and nothing else is."""
    dev = lab.accounts[0]
    spare = dev.create_user("spare")
    spare.put_policy("own", allow("s3:*", "sts:*"))
    before = lab.snapshot()
    explorer = AccessExplorer(lab, ACTIONS)
    for number, (whose, document) in enumerate(changes):
        if whose == "gone" and spare in dev.users:
            spare.delete_policy("own")
            spare.delete()
            continue
        holder = dev.groups[0] if whose in ("Team", "gone") else _user(lab, whose)
        holder.put_policy(f"new-{number}", document)
    expected = {
        (one.subject.caller, action, one.resource): MARKS[one.turn]
        for one in lab.difference(before, actions=ACTIONS).changes
        if one.subject in explorer.matrix.subjects and one.resource in explorer.matrix.resources  # not of who is gone
        for action in one.actions
    }
    found = {(one.caller, action, arn): mark for (one, action, arn), mark in explorer.shown.marks.items()}
    assert {place: mark for place, mark in found.items() if mark in TURNS} == expected
    fresh = lab.access_matrix(None, ACTIONS, explorer.matrix.resources)
    for row, subject in zip(explorer.table.grid["rows"], fresh.subjects, strict=True):
        for cell, column in zip(row["cells"], explorer.shown.columns, strict=True):
            assert cell["words"] == cell_words(fresh.cell(subject, column.action, column.resource))


def test_every_turn_has_a_mark() -> None:
    """A new kind of change would have to be shown."""
    assert set(TURNS.values()) == set(Turn)
    assert set(TURNS) < set(Mark)


# Following the lab


def test_it_follows_its_lab(lab: Lab, explorer: AccessExplorer) -> None:
    """Who comes is a row that says so; who goes is none any more; and the answers are those of now."""
    dev = lab.accounts[0]
    nina = dev.create_user("nina")
    row = explorer.table.grid["rows"][_rows(explorer).index("user nina")]
    assert (row["mark"], row["cells"][0]["words"]) == ("new", "denied implicitly")
    dev.groups[0].add(nina)
    assert _said(explorer)["user nina", f"sts:AssumeRole {STAGING}"] == "allowed"
    dev.groups[0].remove(nina)
    nina.delete()
    assert "user nina" not in _rows(explorer)
    erin = _user(lab, "erin")
    erin.delete()
    assert "No longer there: user erin." in _text(explorer.summary.value)


def test_what_is_chosen_is_said_anew_and_let_go(lab: Lab, explorer: AccessExplorer) -> None:
    """After a change the explanation is that of now; when its caller is gone, a sentence says so."""
    dev = lab.accounts[0]
    assert "○ denied implicitly" in _choose(explorer, "user erin")
    dev.groups[0].add(_user(lab, "erin"))
    assert "✔ allowed" in _text(explorer.why.value)
    explorer.as_graph.click()
    assert explorer.as_graph.description == "Back to the table"
    dev.groups[0].remove(_user(lab, "erin"))
    _user(lab, "erin").delete()
    assert "not there any more" in _text(explorer.why.value)
    assert explorer.cell is None
    assert explorer.table.chosen == []
    assert explorer.as_graph.description == "Show as graph"


def test_a_resource_that_goes_takes_its_column_along(lab: Lab) -> None:
    """Of everything there is, and of what was asked about by name; a role that comes is a column."""
    every, named = (
        AccessExplorer(lab),
        AccessExplorer(lab, "s3:ListBucket", ["arn:aws:s3:::acme-staging", "arn:aws:s3:::acme-prod"]),
    )
    dev = lab.accounts[0]
    bucket = next(one for one in dev.resources if one.arn.endswith("acme-prod"))
    named.choose(0, 1)
    bucket.delete()
    for explorer in (every, named):
        assert not any("acme-prod" in one["key"] for one in explorer.table.grid["columns"])
        assert any("acme-staging" in one["key"] for one in explorer.table.grid["columns"])
    assert "Asked about, and not there: arn:aws:s3:::acme-prod." in _text(named.summary.value)
    assert "not there any more" in _text(named.why.value)
    dev.create_role("Auditor", trust=story.trust(AWS=story.account(DEV)))
    assert any(one["key"].endswith("role/Auditor") for one in every.table.grid["columns"])


def test_a_world_that_grows_is_asked_about_more() -> None:
    """Made in an empty account, it asks about what comes."""
    lab = Lab()
    dev = lab.create_account("Development", DEV)
    explorer = AccessExplorer(lab)
    assert [one.action for one in explorer.shown.columns] == ["iam:ListUsers"]
    dev.create_user("ana").put_policy("Read", allow("s3:GetObject"))
    dev.create_bucket("acme-photos")
    assert _said(explorer)["user ana", f"s3:GetObject {PHOTO}"] == "allowed"


def test_calls_that_change_nothing_draw_nothing(lab: Lab, explorer: AccessExplorer) -> None:
    """What stands on the trail alone makes no other answer."""
    compared = explorer.matrix
    with lab.signed_in(_user(lab, "dana")):
        lab.call("sts:GetCallerIdentity")
    assert explorer.matrix is compared
    lab.restore(lab.snapshot())
    assert explorer.matrix is compared


def test_what_cannot_be_asked_leaves_no_answer_standing(
    lab: Lab, explorer: AccessExplorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error while following is a sentence in the widget, and none in the learner's own call."""
    _choose(explorer, "user dana")
    before = lab.snapshot()

    def fail(*_: Any) -> None:
        raise IamlabError("The policies divide it into too many parts.", code="TooLarge")

    with monkeypatch.context() as patched:
        patched.setattr(explorer.question, "asked", fail)
        lab.accounts[0].groups[0].remove(_user(lab, "dana"))
        assert "too many parts" in _text(explorer.summary.value)
        assert (explorer.table.grid["rows"], explorer.why.value) == ([], "")
        explorer.filters.kind.value = "user"
        assert explorer.table.grid["rows"] == []
    lab.restore(before)
    assert _said(explorer)["user dana", f"sts:AssumeRole {STAGING}"] == "allowed"


# The graph


def test_a_cell_is_shown_as_the_graph_of_its_question(lab: Lab, explorer: AccessExplorer) -> None:
    """The same question, everybody's answers, in sentences; and back."""
    explorer.as_graph.click()
    assert "Choose a cell in the table first" in _text(explorer.why.value)
    _choose(explorer, "user erin")
    explorer.as_graph.click()
    _, view = explorer._graph_box.children
    assert view.drawing.graph["sentences"] == list(lab.graph(lab.who_can("sts:AssumeRole", STAGING)).sentences)
    lab.accounts[0].groups[0].add(_user(lab, "erin"))
    assert any("erin" in one for one in view.drawing.graph["sentences"])
    assert explorer._table_box.layout.display == "none"
    explorer.as_graph.click()
    assert explorer._graph_box.children == ()
    assert explorer._table_box.layout.display is None
    none = AccessExplorer(lab, "iam:ListUsers")
    none.choose(0, 0)
    none.as_graph.click()
    assert "iam:ListUsers" in none._graph_box.children[1].drawing.graph["title"]


def test_a_graph_that_is_closed_leaves_nothing_behind(explorer: AccessExplorer) -> None:
    """However often one goes there and back, kernel and page hold the widgets that are shown."""
    _choose(explorer, "user erin")
    before = set(Widget.get_manager_state()["state"])
    for _ in range(3):
        explorer.as_graph.click()
        explorer.as_graph.click()
    assert set(Widget.get_manager_state()["state"]) == before


# Large worlds, and what is no question


@pytest.fixture(scope="module")
def crowd() -> Lab:
    """Sixty users and ten buckets."""
    lab = Lab()
    dev = lab.create_account("Development", DEV)
    for number in range(60):
        dev.create_user(f"user-{number:02}")
    for number in range(10):
        dev.create_bucket(f"acme-{number}")
    return lab


def test_a_large_table_is_bounded(crowd: Lab) -> None:
    """At most 2,000 cells are drawn; how many more there are is said, and filters lead to them."""
    explorer = AccessExplorer(crowd, ["s3:GetObject", "s3:PutObject", "s3:ListBucket", "s3:DeleteObject"])
    grid = explorer.table.grid
    rows, columns = len(grid["rows"]), len(grid["columns"])
    assert rows * columns <= MOST
    assert (rows, columns) == (50, 40)
    assert grid["note"].startswith("And 12 more callers: ")
    assert "user user-59" not in _rows(explorer)
    assert "40 of 2,480 answers" in _text(explorer.summary.value), "those of the root user"
    explorer.filters.who.value = "user-59"
    assert _rows(explorer) == ["user user-59"]
    assert explorer.table.grid["note"] == ""


def test_a_change_beyond_the_bound_is_found(crowd: Lab) -> None:
    """Only what changed: the last user, who is not drawn otherwise."""
    explorer = AccessExplorer(crowd, ["s3:GetObject", "s3:PutObject", "s3:ListBucket", "s3:DeleteObject"])
    before = crowd.snapshot()
    _user(crowd, "user-59").put_policy("Read", allow("s3:GetObject"))
    assert "10 gained" in _text(explorer.summary.value)
    explorer.filters.changed.value = True
    assert _rows(explorer) == ["user user-59"]
    assert set(_said(explorer).values()) == {"allowed"}
    crowd.restore(before)


def test_what_is_too_much_to_count_says_so(crowd: Lab) -> None:
    """More than 100,000 answers: the beginning is drawn, nothing is claimed of the rest."""
    explorer = AccessExplorer(crowd, ["s3:*", "iam:*"])
    assert explorer.shown.size > 100_000
    assert "too much to count" in _text(explorer.summary.value)
    assert len(explorer.table.grid["rows"]) * len(explorer.table.grid["columns"]) <= MOST
    explorer.filters.service.value, explorer.filters.level.value = "s3", "List"
    assert "too much" not in _text(explorer.summary.value)


@pytest.mark.parametrize(
    ("given", "code", "words"),
    [
        ({"lab": "atlantis"}, "InvalidInput", "two_accounts"),
        ({"lab": 3}, "InvalidInput", "neither a lab nor"),
        ({"actions": ["s3:GetObjekt"]}, "InvalidAction", "Did you mean s3:GetObject"),
        ({"actions": "s4:Get*"}, "InvalidAction", "There is no service 's4'"),
        ({"actions": []}, "InvalidAction", "No action is named"),
        ({"actions": [3]}, "InvalidAction", "not 3"),
        ({"actions": 3}, "InvalidInput", "not 3"),
        ({"actions": "Lists"}, "InvalidAction", "Permissions management"),
        ({"resources": "acme-prod"}, "InvalidResource", "Did you mean arn:aws:s3:::acme-prod"),
        ({"resources": 3}, "InvalidResource", "no ARN"),
        ({"actions": "s3:GetObject", "resources": "arn:aws:s3:::gone/x"}, "NoSuchBucket", "gone"),
        ({"actions": "s3:GetObject", "resources": PROD}, "InvalidResource", "AWS never asks about s3:GetObject"),
        ({"actions": "iam:ListUsers", "resources": PROD}, "InvalidResource", "takes no resource"),
        ({"resources": []}, "InvalidResource", "never asks"),
        ({"before": "yesterday"}, "InvalidInput", "lab.snapshot()"),
        ({"kind": "roles"}, "InvalidInput", "Did you mean 'role'?"),
        ({"kind": "service"}, "InvalidInput", "user, role, root, caller"),
    ],
)
def test_what_is_no_question_is_an_error(given: dict[str, Any], code: str, words: str) -> None:
    """With AWS's code, and the nearest that there is."""
    asked: dict[str, Any] = {"lab": "staging_and_production", **given}
    with pytest.raises(IamlabError) as raised:
        AccessExplorer(**asked)
    assert raised.value.code == code
    assert words in raised.value.message


def test_a_world_in_which_nothing_is_asked_about_says_so() -> None:
    """No bucket, no answers about buckets."""
    lab = Lab()
    lab.create_account("Development", DEV)
    explorer = AccessExplorer(lab, "s3:ListBucket")
    assert "There is nothing in this world that AWS asks about s3:ListBucket." in _text(explorer.summary.value)
    assert "There is nothing" in explorer._repr_mimebundle_()["text/html"]


# What others see


def test_without_a_kernel_there_is_the_matrix_and_plain_python() -> None:
    """Text that is the same every time; the page holds the matrix as of when the cell ran."""
    made = [AccessExplorer("staging_and_production", ["sts:AssumeRole"])._repr_mimebundle_() for _ in range(2)]
    assert made[0]["text/plain"] == made[1]["text/plain"]
    assert made[0]["text/html"] == made[1]["text/html"]
    text = made[0]["text/plain"]
    assert "0x" not in text
    assert "lab.access_matrix(actions=['sts:AssumeRole']).frame()" in text
    assert f"lab.who_can('sts:AssumeRole', '{STAGING}')" in text
    page = _text(made[0]["text/html"])
    assert "◐ depends: only with MFA" in page
    assert page.count("denied implicitly") == 8
    assert repr(AccessExplorer("first_day")) == "<Who can do what>"


def test_the_plain_python_can_be_run(lab: Lab) -> None:
    """What the static answer says to type works."""
    explorer = AccessExplorer(lab)
    expressions = explorer.static_answer().partition("In plain Python: ")[2].removesuffix(".")
    found = eval(f"({expressions})", {"lab": lab})
    assert len(found) == 2


def test_names_are_text_wherever_they_stand() -> None:
    """What the page shows as HTML is escaped; the table gets plain text."""
    lab = Lab()
    dev = lab.create_account("Development", DEV)
    bucket = dev.create_bucket("acme-photos")
    text = "<img src=x onerror=alert(1)>"
    dev.create_user("ana").put_policy("Own", allow("s3:GetObject", on=f"{bucket.arn}/{text}"))
    explorer = AccessExplorer(lab, "s3:GetObject", f"{bucket.arn}/{text}")
    explorer.choose(0, 0)
    for value in (explorer.why.value, explorer.summary.value, explorer._repr_mimebundle_()["text/html"]):
        assert "<img" not in value
    assert text in explorer.table.grid["groups"][0]["words"]
    explorer.filters.who.value = text
    assert "<img" not in explorer.summary.value
    assert text in _text(explorer.summary.value)


def test_the_script_is_small_and_writes_no_markup() -> None:
    """One module without a bundler, which puts text in place and nothing else."""
    script = (STATIC / "access_explorer.js").read_text(encoding="utf-8")
    assert len(script.encode()) < 8_000
    for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert word not in script


@pytest.mark.parametrize(
    ("arn", "words"),
    [
        ("*", "no resource in particular"),
        ("arn:aws:s3:::acme", "bucket acme"),
        ("arn:aws:s3:::acme/a/b", "object acme/a/b"),
        ("arn:aws:s3:::acme/*", "acme/*"),
        (STAGING, "role StagingRole"),
        ("arn:aws:sqs:us-east-1:111111111111:jobs", "sqs jobs"),
        ("arn:aws:lambda:us-east-1:111111111111:function:resize", "function resize"),
        ("arn:aws:kms:us-east-1:111111111111:key/abc", "key abc"),
    ],
)
def test_resources_are_named_shortly(arn: str, words: str) -> None:
    """The whole ARN stands below."""
    assert resource_words(arn) == words


def test_every_kind_of_answer_is_said_in_words() -> None:
    """Signs and meanings for all of them."""
    assert set(SIGNS) == set(MEANINGS) == set(Access)
