"""The widgets without a browser: what they judge, what they keep, how they follow a lab and take changes back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ipywidgets import Widget

from iamlab import Decision, IamlabError, Lab, allow
from iamlab.lessons import check, progress, story, worlds
from iamlab.views.graph import Graph, Node
from iamlab.widgets import (
    AssumeConsole,
    BothSides,
    Choice,
    GraphView,
    PolicyWorkbench,
    Predict,
    RequestExplorer,
    Sort,
    WorldEditor,
    memory,
)

PRODUCTION = "arn:aws:s3:::acme-prod/1.jpg"


@pytest.fixture(autouse=True)
def _fresh(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(progress.HOME_VARIABLE, str(tmp_path))
    monkeypatch.setattr(memory, "_kept", {})


@pytest.fixture
def lab() -> Lab:
    """A team with a group."""
    return story.developer_group()


# Questions


def _choice() -> Choice:
    return Choice("Which?", {"this": "Right, because.", "that": "No, because."}, right="this")


def test_each_choice_has_its_feedback_and_stays_when_the_cell_is_run_again() -> None:
    """Nothing chosen, a wrong one, the right one; and a second run shows what was chosen."""
    one = _choice()
    one.button.click()
    assert "Choose an answer first" in one.feedback.value
    one.chosen.value = "that"
    assert one.feedback.value == ""
    one.button.click()
    assert "Not quite" in one.feedback.value
    assert "No, because." in one.feedback.value
    again = _choice()
    assert again.answer == "that"
    assert "No, because." in again.feedback.value
    again.chosen.value = "this"
    again.button.click()
    assert again.correct
    assert "Right, because." in again.feedback.value


def test_a_right_answer_that_is_none_of_the_answers_is_an_error() -> None:
    """An author's mistake shows at once."""
    with pytest.raises(IamlabError, match="none of"):
        Choice("Which?", {"this": ""}, right="other")
    with pytest.raises(IamlabError, match="none of"):
        Choice("Which?", {"this": ""}, right="this", beliefs={"other": 1})


def test_a_choice_that_shows_a_misconception_is_remembered() -> None:
    """For the teacher's table; once it has been given as an answer, not when it is merely clicked."""
    one = Choice("Who?", {"a group": "It cannot.", "a user": "Yes."}, right="a user", beliefs={"a group": 3})
    one.chosen.value = "a group"
    assert progress.misconceptions() == ()
    one.button.click()
    assert progress.misconceptions() == (3,)


def test_a_prediction_reveals_the_engines_verdict(lab: Lab) -> None:
    """Dana is named by the bucket's policy, and her group's Deny wins (EVAL-03)."""
    dana = lab.accounts[0].user("dana")
    one = Predict(lab, dana, "s3:GetObject", PRODUCTION)
    one.question.button.click()
    assert "Predict first" in one.question.answer.value
    one.question.prediction.value = Decision.ALLOW
    one.question.button.click()
    assert "explicit deny" in one.question.answer.value
    again = Predict(lab, dana, "s3:GetObject", PRODUCTION)
    assert "explicit deny" in again.question.answer.value
    lab.accounts[0].create_user("nina")
    assert again.question.answer.value == ""
    assert again.question.prediction.value is None


def _predicted(one: Predict, prediction: Decision = Decision.ALLOW) -> Predict:
    one.question.prediction.value = prediction
    one.question.button.click()
    return one


def test_another_context_is_another_question() -> None:
    """The role wants an external ID: what was predicted without one reveals nothing of the request that has it."""
    lab = story.consultant()
    clara = next(one for one in lab.callers if one.name == "clara")
    role = next(one for one in lab.callers if one.name == "ConsultantRole")
    _predicted(Predict(lab, clara, "sts:AssumeRole", role))
    other = Predict(lab, clara, "sts:AssumeRole", role, {"sts:ExternalId": story.EXTERNAL_ID})
    assert "ConsultantRole, with sts:ExternalId = acme-7f3c." in other.static_answer()
    assert other.question.prediction.value is None
    assert other.question.answer.value == ""


def test_another_lab_is_another_question_although_it_has_changed_as_often(lab: Lab) -> None:
    """Each was changed once, in another way; the one that says the same is the same question."""
    one, other, same = lab.copy(), lab.copy(), lab.copy()
    danas = [each.accounts[0].user("dana") for each in (one, other, same)]
    for dana, action in zip(danas, ("s3:*", "iam:*", "s3:*"), strict=True):
        dana.put_policy("More", allow(action))
    assert one.world.version == other.world.version
    _predicted(Predict(one, danas[0], "iam:ListUsers"))
    assert Predict(other, danas[1], "iam:ListUsers").question.answer.value == ""
    assert "implicit deny" in Predict(same, danas[2], "iam:ListUsers").question.answer.value


def test_a_prediction_made_after_a_change_is_there_when_the_cell_is_run_again(lab: Lab) -> None:
    """It belongs to the world as it was then, and not to that in which the question was first put."""
    dana = lab.accounts[0].user("dana")
    one = _predicted(Predict(lab, dana, "iam:ListUsers"), Decision.IMPLICIT_DENY)
    dana.put_policy("See", allow("iam:ListUsers"))
    assert Predict(lab, dana, "iam:ListUsers").question.answer.value == ""
    _predicted(one)
    again = Predict(lab, dana, "iam:ListUsers")
    assert again.question.prediction.value is Decision.ALLOW
    assert "iamlab-verdict" in again.question.answer.value


def test_sorting_is_checked_and_remembered() -> None:
    """The widget is an answer for check, and its button is the check."""
    one = Sort("01.1")
    one.button.click()
    assert "Still open" in one.feedback.value
    right = {"alice": "implicit deny", "dana": "implicit deny", "Auditor": "implicit deny", "ada": "allowed"}
    for key, value in right.items():
        one.choices[key].value = value
    assert one.answer == right
    assert check("01.1", one).correct
    one.button.click()
    assert "01.1: correct" in one.feedback.value
    assert Sort("01.1").answer == right
    with pytest.raises(IamlabError, match="sorted"):
        Sort("01.2")


# The request explorer


def test_every_action_of_aws_can_be_found_and_asked(lab: Lab) -> None:
    """By words of its name; without words the first offer is back."""
    one = RequestExplorer(lab)
    one.search.value = "kms decrypt"
    assert one.action.value == "kms:Decrypt"
    one.search.value = "no such thing"
    assert "0 actions found" in one.found.value
    one.search.value = ""
    assert one.action.value == "s3:ListAllMyBuckets"


def test_a_typed_arn_is_asked_about(lab: Lab) -> None:
    """And what is no ARN is answered with a sentence."""
    one = RequestExplorer(lab)
    one.action.value = "s3:GetObject"
    one.resource.value = "another: type its ARN"
    one.typed.value = "arn:aws:s3:::acme-dev/home/dana/x"
    assert one.evaluation.allowed
    one.typed.value = "acme-dev"
    one.prediction.value = Decision.ALLOW
    one.button.click()
    assert "InvalidResource" in one.answer.value


def test_condition_keys_that_matter_can_be_filled_in(lab: Lab) -> None:
    """HomeList asks for s3:prefix: without it nothing allows, with it the group's policy does (SCN-02)."""
    one = RequestExplorer(lab)
    one.action.value = "s3:ListBucket"
    one.resource.value = "arn:aws:s3:::acme-dev"
    (field,) = one.context_fields.children
    assert (field.description, field.placeholder) == ("s3:prefix", "not in the request")
    assert one.evaluation.decision is Decision.IMPLICIT_DENY
    field.value = "home/dana/"
    assert one.evaluation.allowed


def test_fields_of_condition_keys_that_are_gone_leave_nothing_behind(lab: Lab) -> None:
    """Another action asks for other keys, and the first one for its own again."""
    one = RequestExplorer(lab)
    one.action.value = "s3:ListAllMyBuckets"
    before = set(Widget.get_manager_state()["state"])
    for _ in range(3):
        one.action.value = "s3:ListBucket"
        assert one.context_fields.children
        one.action.value = "s3:ListAllMyBuckets"
    assert set(Widget.get_manager_state()["state"]) == before


def test_one_steps_through_the_layers_and_back(lab: Lab) -> None:
    """From the request over each type of policy to the verdict, the deciding statement marked in its text."""
    one = RequestExplorer(lab)
    one.action.value = "s3:GetObject"
    one.resource.value = PRODUCTION
    one.prediction.value = Decision.EXPLICIT_DENY
    assert one.stepper.layout.display == "none"
    one.button.click()
    assert one.stepper.layout.display is None
    steps = one.stepper.children[-1]
    assert steps.layout.display == "none"
    one.stepper.opener.value = True
    assert steps.layout.display is None
    seen = []
    for _ in range(6):
        assert one.stepper.step is not None
        seen.append(one.stepper.step.name)
        if one.stepper.step.name == "identity policies":
            assert "◀ decides" in one.stepper.where.value
            assert "NoProd" in one.stepper.where.value
        one.stepper.forward.click()
    assert list(dict.fromkeys(seen)) == ["s3:GetObject", "resource policy", "identity policies", "Denied, explicitly"]
    one.stepper.back.click()
    assert one.stepper.step is not None
    assert one.stepper.step.name == "identity policies"


# The workbench


def test_the_requests_are_judged_at_each_edit(lab: Lab) -> None:
    """Half-typed text, a valid policy that does too little, and the right one."""
    dana = lab.accounts[0].user("dana")
    one = PolicyWorkbench(
        lab, on="Developers", must_allow=[(dana, "s3:ListAllMyBuckets")], must_deny=[("eric", "iam:ListUsers")]
    )
    one.editor.text = '{"Version": "2012-10-17", "Statement": ['
    assert "Not valid yet" in one.status.value
    assert one.editor.error["line"] == 1
    one.editor.text = json.dumps(allow("iam:ListUsers").document)
    assert "0 of 2 requests" in one.judged.value
    one.editor.text = json.dumps(allow("s3:ListAllMyBuckets").document)
    assert "2 of 2 requests" in one.judged.value
    assert one.editor.error == {}
    assert not lab.evaluate(dana, "s3:ListAllMyBuckets").allowed, "nothing is in the world before it is put there"
    one.apply.click()
    assert lab.evaluate(dana, "s3:ListAllMyBuckets").allowed
    assert "aws iam put-group-policy" in one.feedback.value
    one.undo.click()
    assert not lab.evaluate(dana, "s3:ListAllMyBuckets").allowed


def test_what_was_typed_is_there_when_the_cell_is_run_again() -> None:
    """And starting over brings the first text back."""
    one = PolicyWorkbench(exercise="01.3")
    begins = one.text
    one.editor.text = "half-typ"
    assert PolicyWorkbench(exercise="01.3").text == "half-typ"
    one.reset.click()
    assert one.text == begins


def test_a_policy_with_a_name_goes_along_when_it_is_tried_on_somebody_else(lab: Lab) -> None:
    """The text is there again; under no name of its own, each has its own text."""
    text = json.dumps(allow("s3:GetBucketPolicy").document)
    PolicyWorkbench(lab, on="dana", name="Read").editor.text = text
    assert PolicyWorkbench(lab, on="Developers", name="Read").text == text
    PolicyWorkbench(lab, on="dana").editor.text = text
    assert PolicyWorkbench(lab, on="Developers").text != text


def test_the_workbench_is_an_answer() -> None:
    """Untouched it is no attempt; with the reference's text it is correct."""
    one = PolicyWorkbench(exercise="01.3")
    assert check("01.3", one).status == "not attempted"
    one.editor.text = "{"
    assert check("01.3", one).status == "not valid"
    arn = "arn:aws:s3:::acme-photos"
    one.editor.text = json.dumps(allow(["s3:ListBucket", "s3:GetObject"], on=[arn, f"{arn}/*"]).document)
    assert check("01.3", one).correct
    one.check.click()
    assert "01.3: correct" in one.feedback.value


def test_a_policy_that_is_to_be_written_begins_with_dots() -> None:
    """That is no error, and no attempt; the requests that wait for it are there to be read."""
    one = PolicyWorkbench(exercise="03.3")
    assert "Write where the dots are, texts in quotes." in one.status.value
    assert one.editor.error == {}
    assert "dana lists what is in acme-dev (s3:ListBucket) must be allowed." in one.judged.value
    assert check("03.3", one).status == "not attempted"
    one.editor.text = one.text.replace("...", '"*"')
    assert "Not valid yet" in one.status.value


def test_dots_that_a_lesson_begins_with_are_no_error(lab: Lab) -> None:
    """Nor do they go into the world."""
    one = PolicyWorkbench(lab, on="dana", policy='{"Version": "2012-10-17", "Statement": [...]}')
    assert "Not valid yet" not in one.status.value
    assert "Write where the dots are" in one.status.value
    one.apply.click()
    assert "Nothing has changed" in one.feedback.value


@pytest.mark.parametrize(
    "text", ["", "[]", "null", "{" * 5000, "x" * 1_000_000, '{"Statement": []}', "\x00", '{"a": NaN}']
)
def test_whatever_is_pasted_is_answered(lab: Lab, text: str) -> None:
    """A clear state: not valid, with a short reason, and no verdict left standing."""
    one = PolicyWorkbench(lab, on="dana", must_allow=[("dana", "s3:ListAllMyBuckets")])
    one.editor.text = text
    assert "Not valid yet" in one.status.value
    assert "requests come out" not in one.judged.value
    assert len(one.status.value) < 6000
    one.apply.click()
    assert "Nothing has changed" in one.feedback.value


def test_a_workbench_needs_something_to_work_on(lab: Lab) -> None:
    """Nothing, nobody, or an exercise of another kind."""
    for wrong in ({}, {"lab": lab}, {"lab": lab, "on": "nobody"}, {"exercise": "01.1"}, {"lab": "atlantis", "on": "a"}):
        with pytest.raises(IamlabError):
            PolicyWorkbench(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "make",
    [
        lambda lab: PolicyWorkbench(lab, on="dana"),
        lambda lab: PolicyWorkbench(lab, on="Work", must_deny=[("dana", "s3:ListAllMyBuckets")]),
        lambda lab: AssumeConsole(lab, who="dana"),
        lambda lab: BothSides(lab, "dana", "sts:GetCallerIdentity"),
    ],
)
def test_a_name_that_two_accounts_have_is_nobodys(make: Any) -> None:
    """None is taken for the other without a word; given as the user itself, each can be worked on."""
    lab = Lab()
    danas = [lab.create_account(f"Account {one}", one * 12).create_user("dana") for one in "12"]
    lab.accounts[0].create_group("Work")
    with pytest.raises(IamlabError, match="Several are called 'dana': give the user"):
        make(lab)
    bench = PolicyWorkbench(lab, on=danas[1], name="List")
    bench.apply.click()
    assert [len(one.policies) for one in danas] == [0, 1]
    assert AssumeConsole(lab, who=danas[1]).acting.value == danas[1]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("s3:GetObject", "A request is"),
        (("dana",), "A request is"),
        (("dana", "s3:GetObject", "arn:aws:s3:::acme-dev/x", "more"), "A request is"),
        (3, "A request is"),
        ((3, "s3:GetObject"), "3 makes no requests"),
        (("nobody", "s3:GetObject"), "no user, group or role 'nobody'"),
        (("Developers", "s3:ListAllMyBuckets"), "group Developers makes no requests"),
        (("dana", "s3:GetObjekt"), "Did you mean"),
        (("dana", "s3:GetObject", "acme-dev"), "acme-dev"),
    ],
)
def test_a_malformed_request_is_refused_at_once(lab: Lab, wrong: Any, said: str) -> None:
    """An author's mistake shows where it was made."""
    for key in ("must_allow", "must_deny"):
        with pytest.raises(IamlabError, match=said):
            PolicyWorkbench(lab, on="dana", **{key: [wrong]})
    group = lab.accounts[0].groups[0]
    with pytest.raises(IamlabError, match="group Developers makes no requests"):
        PolicyWorkbench(lab, on=group, must_allow=[(group, "s3:ListAllMyBuckets")])


def test_a_policy_put_into_the_world_says_what_it_changed(lab: Lab) -> None:
    """Who gained what, and the command; taken back, who lost it again."""
    one = PolicyWorkbench(lab, on="dana", policy=allow("s3:ListAllMyBuckets"))
    one.apply.click()
    assert "user dana gained" in one.feedback.value
    assert "aws iam put-user-policy" in one.feedback.value
    one.undo.click()
    assert "Taken back: put Workbench into user dana" in one.feedback.value
    assert "user dana lost" in one.feedback.value
    one.undo.click()
    assert "nothing to undo" in one.feedback.value


# The world editor


def _choose(editor: WorldEditor, words: str) -> None:
    editor.listed.value = next(value for label, value in editor.listed.options if label == words)


def test_a_statement_is_removed_and_taken_back(lab: Lab) -> None:
    """Eric leaves the group and loses what it gave; the command is AWS's; undo brings it back."""
    before = lab.snapshot()
    editor = WorldEditor(lab)
    _choose(editor, "user eric is a member of group Developers")
    editor.remove.click()
    assert "user eric lost" in editor.result.value
    assert "user dana" not in editor.result.value
    assert "aws iam remove-user-from-group" in editor.result.value
    assert "user eric is a member" not in [label for label, _ in editor.listed.options]
    editor.undo.click()
    assert "Taken back" in editor.result.value
    assert lab.snapshot() == before
    editor.undo.click()
    assert "nothing to undo" in editor.result.value


def test_a_statement_is_added(lab: Lab) -> None:
    """A new user, then a membership; another widget on the lab follows."""
    editor, explorer = WorldEditor(lab), RequestExplorer(lab)
    editor.kind.label = "there is a new user"
    editor.name.value = "nina"
    editor.add.click()
    assert "user nina" in [label for label, _ in explorer.who.options]
    editor.kind.label = "is a member of"
    editor.subject.label = "user nina"
    editor.add.click()
    assert "user nina gained" in editor.result.value
    assert lab.accounts[0].user("nina").groups[0].name == "Developers"


def test_what_aws_refuses_changes_nothing(lab: Lab) -> None:
    """A group with members cannot be deleted, a name must be one; AWS's error stands there."""
    before = lab.snapshot()
    editor = WorldEditor(lab)
    _choose(editor, "there is group Developers")
    editor.remove.click()
    assert "DeleteConflict" in editor.result.value
    editor.kind.label = "there is a new user"
    for name in ("", "<script>", "dana", "x" * 65):
        editor.name.value = name
        editor.add.click()
        assert "<script>" not in editor.result.value.partition("</style>")[2]
        assert "still to be chosen" in editor.result.value or "Nothing has changed" in editor.result.value
    assert lab.snapshot() == before


def test_undo_stops_at_a_change_from_elsewhere(lab: Lab) -> None:
    """A cell's change in between cannot be undone by a widget, nor be lost by it."""
    editor = WorldEditor(lab)
    _choose(editor, "user eric is a member of group Developers")
    editor.remove.click()
    lab.accounts[0].create_user("nina")
    editor.undo.click()
    assert "nothing to undo" in editor.result.value
    assert lab.accounts[0].user("nina")


def test_the_editor_is_an_answer(lab: Lab) -> None:
    """For an exercise that asks for a changed world."""
    assert WorldEditor(lab).answer is lab


# The graph view


def test_a_graph_is_shown_with_its_parts(lab: Lab) -> None:
    """Each node and edge has a place in the drawing and a trace; the view follows its lab."""
    view = GraphView(lab)
    shown = view.drawing.graph
    for trace in shown["traces"]:
        assert f'class="{"node" if trace["key"].startswith("n") else "edge"} {trace["key"]}"' in shown["svg"]
    lab.accounts[0].create_user("nina")
    assert any("nina" in one for one in view.drawing.graph["sentences"])
    assert view.static_answer() == repr(lab.graph())


def test_a_graph_of_a_question_follows_too(lab: Lab) -> None:
    """Who can, asked anew after each change; a question that cannot be asked any more says why."""
    view = GraphView(lab, lambda lab: lab.who_can("s3:ListAllMyBuckets"))
    lab.accounts[0].user("dana").put_policy("See", allow("s3:ListAllMyBuckets"))
    assert any("dana" in one for one in view.drawing.graph["sentences"])
    gone = GraphView(lab, lambda lab: lab.evaluate(lab.accounts[0].user("eric"), "s3:ListAllMyBuckets"))
    lab.accounts[0].user("eric").groups[0].remove(lab.accounts[0].user("eric"))
    lab.accounts[0].user("eric").delete()
    assert "eric" in gone.drawing.graph["title"]


def test_what_is_no_graph_is_an_error() -> None:
    """The error names what there is."""
    with pytest.raises(IamlabError, match="first_day"):
        GraphView(3)  # type: ignore[arg-type]


def test_a_graph_that_stands_by_itself_can_be_shown() -> None:
    """Without a lab."""
    graph = Graph(title="Alone", nodes=(Node(kind="user", name="ana"),), edges=())
    assert GraphView(graph).drawing.graph["sentences"] == ["User ana is related to nothing here."]


@pytest.mark.parametrize(
    "make",
    [
        _choice,
        lambda: Sort("01.1"),
        lambda: PolicyWorkbench(exercise="01.2"),
        lambda: WorldEditor("first_day"),
        lambda: GraphView("first_day"),
        lambda: RequestExplorer("first_day"),
        lambda: Predict(lab := worlds.first_day(), worlds.identity(lab, "alice"), "iam:ListUsers"),
    ],
)
def test_without_a_kernel_there_is_something_to_read_and_no_verdict(make: Any) -> None:
    """Text that is the same every time, with no address in it; and nothing that was not predicted."""
    bundles = [make()._repr_mimebundle_() for _ in range(2)]
    assert bundles[0]["text/plain"] == bundles[1]["text/plain"]
    assert bundles[0]["text/html"] == bundles[1]["text/html"]
    for text in (bundles[0]["text/plain"], bundles[0]["text/html"]):
        assert "0x" not in text
        assert "Denied" not in text
        assert len(text) > 20
