"""The request explorer without a browser: what it offers, what it hides, how it follows its lab."""

from __future__ import annotations

import gc
import re
from typing import Any

import pytest

from iamlab import Decision, IamlabError, Lab, allow
from iamlab.lessons import worlds
from iamlab.widgets import RequestExplorer
from iamlab.widgets.request_explorer import ACTIONS

VERDICT = 'class="iamlab-verdict"'


@pytest.fixture
def lab() -> Lab:
    """The story's first day."""
    return worlds.first_day()


@pytest.fixture
def explorer(lab: Lab) -> RequestExplorer:
    """An explorer on it."""
    return RequestExplorer(lab)


def _labels(dropdown: Any) -> list[str]:
    return [label for label, _ in dropdown.options]


def _reveal(explorer: RequestExplorer, decision: Decision) -> str:
    explorer.prediction.value = decision
    explorer.button.click()
    return str(explorer.answer.value)


def test_it_offers_everybody_who_can_ask(explorer: RequestExplorer) -> None:
    """Users, roles as sessions, and the root user; no groups."""
    expected = ["user alice", "user dana", "user ada", "a session of role Auditor", "the root user"]
    assert _labels(explorer.who) == expected


def test_it_offers_the_resources_that_the_action_is_about(explorer: RequestExplorer) -> None:
    """Buckets for ListBucket, objects for GetObject, nothing to choose where there is no resource."""
    explorer.action.value = "s3:ListBucket"
    assert _labels(explorer.resource)[0] == "arn:aws:s3:::acme-photos"
    assert not any("/" in label for label in _labels(explorer.resource))
    explorer.action.value = "s3:GetObject"
    assert _labels(explorer.resource)[0] == "arn:aws:s3:::acme-photos/1.jpg"
    explorer.action.value = "iam:ListUsers"
    assert explorer.resource.disabled
    assert _labels(explorer.resource) == ["(this action takes no resource)"]


@pytest.mark.parametrize("action", ACTIONS)
def test_every_action_on_offer_can_be_asked(explorer: RequestExplorer, action: str) -> None:
    """For each of them there is something to ask about, and a verdict."""
    explorer.action.value = action
    assert VERDICT in _reveal(explorer, Decision.IMPLICIT_DENY)


def test_no_verdict_without_a_prediction(explorer: RequestExplorer) -> None:
    """The button alone reveals nothing."""
    explorer.button.click()
    assert "Predict first" in explorer.answer.value
    assert VERDICT not in explorer.answer.value


def test_the_verdict_is_the_engines(lab: Lab, explorer: RequestExplorer) -> None:
    """Shown is what evaluate says to the same request."""
    explorer.who.value = worlds.identity(lab, "ada")
    explorer.action.value = "s3:DeleteBucket"
    asked = lab.evaluate(worlds.identity(lab, "ada"), "s3:DeleteBucket", "arn:aws:s3:::acme-photos")
    assert explorer.evaluation == asked
    assert f"Rule {asked.rule.id}" in _reveal(explorer, Decision.ALLOW)


@pytest.mark.parametrize("change", ["who", "action", "resource", "prediction"])
def test_a_changed_control_hides_the_old_verdict(lab: Lab, explorer: RequestExplorer, change: str) -> None:
    """What is shown always belongs to what is chosen."""
    explorer.action.value = "s3:ListBucket"
    assert _reveal(explorer, Decision.ALLOW)
    control = getattr(explorer, change)
    control.value = control.options[-1][1]
    assert explorer.answer.value == ""


def test_it_follows_its_lab(lab: Lab, explorer: RequestExplorer) -> None:
    """A change of the world hides the verdict, offers what is new and keeps what was chosen."""
    explorer.who.value = worlds.identity(lab, "dana")
    assert _reveal(explorer, Decision.ALLOW)
    worlds.development(lab).create_user("zoe")
    assert explorer.answer.value == ""
    assert explorer.prediction.value is None
    assert "user zoe" in _labels(explorer.who)
    assert explorer.who.value == worlds.identity(lab, "dana")


def test_two_explorers_on_one_lab_both_follow(lab: Lab) -> None:
    """Neither keeps the other from hearing."""
    two = RequestExplorer(lab), RequestExplorer(lab)
    for one in two:
        assert _reveal(one, Decision.ALLOW)
    worlds.identity(lab, "alice").put_policy("P", allow("s3:*"))
    assert [one.answer.value for one in two] == ["", ""]


def test_a_lab_does_not_keep_what_observes_it(lab: Lab) -> None:
    """Observers are held weakly: one that nobody else holds is gone, and the next change goes on without it."""

    class Watcher:
        def __init__(self) -> None:
            lab.world.observe(self.note)

        def note(self) -> None:
            raise AssertionError("called after its time")

    watcher = Watcher()
    del watcher
    gc.collect()
    worlds.development(lab).create_user("zoe")


def test_an_empty_world_is_no_error() -> None:
    """Nobody is there to ask: said in words, in the widget."""
    explorer = RequestExplorer(Lab())
    assert "nobody who could ask" in _reveal(explorer, Decision.ALLOW)


def test_an_unknown_action_is_refused_at_once(lab: Lab) -> None:
    """A typing error in a lesson's list of actions shows where it is made."""
    with pytest.raises(IamlabError, match="Did you mean s3:ListBucket"):
        RequestExplorer(lab, actions=["s3:ListBukket"])


def test_names_are_shown_as_text(lab: Lab) -> None:
    """Markup in a path is no markup in the page."""
    dev = worlds.development(lab)
    mallory = dev.create_user("mallory", path="/<img/src=x/onerror=alert(1)>/")
    explorer = RequestExplorer(lab)
    explorer.who.value = mallory
    shown = _reveal(explorer, Decision.ALLOW)
    assert "&lt;img" in shown
    assert not re.search("<img", shown)


def test_without_a_kernel_there_is_something_to_read(explorer: RequestExplorer) -> None:
    """Its text is stable, and says how to ask in plain Python."""
    bundle = explorer._repr_mimebundle_()
    assert "lab.evaluate(" in bundle["text/plain"]
    assert "lab.evaluate(" in bundle["text/html"]
    assert "0x" not in bundle["text/plain"]
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert repr(explorer) == "<Request explorer>"
