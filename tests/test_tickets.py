"""The help desk's tickets: what they say of a denial is what the engine says, and exactly one cure helps."""

from __future__ import annotations

import pytest

from iamlab.core.evaluation import Decision
from iamlab.lessons import denials, worlds_09
from iamlab.lessons.checks import EXERCISES
from iamlab.lessons.exercise import Item, SortExercise
from iamlab.lessons.help_desk import TICKETS, board
from iamlab.lessons.tickets import LETTERS, Ticket

NUMBERED = [pytest.param(ticket, id=f"{number}") for number, ticket in enumerate(TICKETS, 1)]


def test_there_are_ten_and_every_type_of_policy_is_among_them() -> None:
    """Identity, resource, trust, boundary, session and control policies each deny at least once."""
    lab = worlds_09.help_desk()
    assert len(TICKETS) == 10
    assert {denials.layer_of(ticket.ask(lab)) for ticket in TICKETS} == set(denials.LAYERS)


@pytest.mark.parametrize("ticket", NUMBERED)
def test_a_ticket_was_denied_and_one_cure_alone_lets_it_through(ticket: Ticket) -> None:
    """The world of the board is not touched by trying."""
    lab = worlds_09.help_desk()
    before = lab.snapshot()
    assert not ticket.ask(lab).allowed
    assert sum(ticket.after(lab, cure).allowed for cure in ticket.cures) == 1
    assert lab.snapshot() == before


@pytest.mark.parametrize("ticket", NUMBERED)
def test_what_does_not_help_says_why_and_what_helps_needs_no_excuse(ticket: Ticket) -> None:
    """A wrong cure without a reason would leave the learner with a bare verdict."""
    lab = worlds_09.help_desk()
    assert all(bool(cure.said) is not ticket.after(lab, cure).allowed for cure in ticket.cures)


@pytest.mark.parametrize("ticket", NUMBERED)
def test_the_right_cure_opens_no_other_ticket(ticket: Ticket) -> None:
    """It changes what the message points at, and nothing beside it."""
    lab = worlds_09.help_desk()
    right = next(cure for cure in ticket.cures if ticket.after(lab, cure).allowed)
    right.change(lab)
    asked_as_before = [one for one in TICKETS if one is not ticket]
    assert not any(one.ask(lab).allowed for one in asked_as_before)


def test_the_board_shows_awss_message_the_statements_and_the_cures() -> None:
    """As the second ticket has them: across accounts the bucket lets eric in, and his own policies do not."""
    shown = repr(board(worlds_09.help_desk())[1])
    assert "because no identity-based policy allows the s3:GetObject action" in shown
    assert "bucket policy/Reader" in shown
    assert [f"{letter}) " in shown for letter in LETTERS] == [True] * 3


def test_where_an_allow_is_missing_the_near_miss_is_the_statement_to_look_at() -> None:
    """A Deny that applies is it otherwise; and none, where no Allow of that type names the action."""
    lab = worlds_09.denials()
    dana = worlds_09.there(lab, worlds_09.DEVELOPMENT).user("dana")
    instance = next(one for one in lab.accounts[0].resources if one.kind == "instance")
    stop = lab.evaluate(dana, "ec2:StopInstances", instance)
    assert (denials.deciding(stop), denials.to_look_at(stop)) == ("none", "DevAccess/DevInstances")
    acl = lab.evaluate(dana, "s3:PutObjectAcl", f"{worlds_09.CODE}/plan.txt")
    assert (denials.deciding(acl), denials.to_look_at(acl)) == ("none", "none")
    delete = lab.evaluate(dana, "s3:DeleteObject", f"{worlds_09.CODE}/plan.txt")
    assert delete.decision is Decision.EXPLICIT_DENY
    assert denials.to_look_at(delete) == "bucket policy/KeepCode"


def test_what_is_said_to_another_type_of_policy_is_what_that_type_says_here() -> None:
    """For dana and the queue: her policies and the SCPs allow it, and there is no session policy."""
    exercise = EXERCISES["09.4"]
    assert isinstance(exercise, SortExercise)
    said = exercise.items["5: layer"].messages
    assert said[denials.IDENTITY].endswith("Identity policies: allow it.")
    assert said[denials.SCP].endswith("Service control policies: allow it.")
    assert "No session policy is there" in said[denials.SESSION]
    assert all("no permissions boundary allows the sqs:SendMessage action" in one for one in said.values())


def test_items_are_worked_out_once_and_only_when_looked_at() -> None:
    """Their keys are known before, so that a lesson is imported without building its worlds."""
    made = []

    def make() -> dict[str, Item]:
        made.append(1)
        return {"a": Item(words="a", messages={}), "b": Item(words="b", messages={})}

    items = denials.WhenAsked(("a", "b"), make)
    assert (list(items), len(items), made) == (["a", "b"], 2, [])
    assert (items["a"].words, items["b"].words, made) == ("a", "b", [1])
