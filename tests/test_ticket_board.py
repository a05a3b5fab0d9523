"""The ticket board without a browser: one ticket at a time, answered, judged, and remembered when all are right."""

from __future__ import annotations

from typing import Any

import pytest
from answers.lesson_09 import RIGHT

from iamlab.lessons import begin, check, progress
from iamlab.lessons.help_desk import board
from iamlab.widgets import TicketBoard, memory


@pytest.fixture(autouse=True)
def _fresh(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(progress.HOME_VARIABLE, str(tmp_path))
    monkeypatch.setattr(memory, "_kept", {})


def _answer(board: TicketBoard, number: int) -> None:
    board.show(number)
    for asked, dropdown in board.choices.items():
        dropdown.value = RIGHT["09.4"][f"{number}: {asked}"]


def test_a_ticket_is_shown_with_awss_message_and_its_own_choices() -> None:
    """The second one: eric's request across accounts."""
    board = TicketBoard()
    board.forward.click()
    assert "Ticket 2: eric, of Development, reads productionapp/index.html" in board.ticket.value
    assert "because no identity-based policy allows the s3:GetObject action" in board.ticket.value
    assert "bucket policy/Reader" in [value for _, value in board.choices["statement"].options]
    assert ("a) allow it for the group Developers", "a") in board.choices["cure"].options


def test_nothing_is_given_away_before_an_answer() -> None:
    """What is open is named, and no message of a wrong answer is."""
    board = TicketBoard()
    board.button.click()
    assert "Still open: the layer." in board.feedback.value
    board.choices["layer"].value = "identity policy"
    board.button.click()
    assert "Still open: the statement." in board.feedback.value


def test_a_wrong_answer_draws_its_message_and_is_remembered_as_what_it_shows() -> None:
    """An Allow against the Deny for secrets: misconception 10."""
    board = TicketBoard()
    _answer(board, 1)
    board.choices["cure"].value = "a"
    assert board.feedback.value == ""
    board.button.click()
    assert "No Allow wins over an explicit Deny" in board.feedback.value
    assert progress.misconceptions() == (10,)
    assert progress.status("09.4") == "not attempted"


def test_the_last_right_ticket_solves_the_exercise() -> None:
    """Nine are not enough; the tenth is judged with all others."""
    board = TicketBoard()
    for number in range(1, 10):
        _answer(board, number)
        board.button.click()
        assert "All three are right." in board.feedback.value
    assert progress.status("09.4") == "not attempted"
    assert check("09.4", board).message.startswith(
        "Answered and right: tickets 1, 2, 3, 4, 5, 6, 7, 8, 9 (9 of 10). Still open: ticket 10."
    )
    _answer(board, 10)
    board.button.click()
    assert "09.4: correct" in board.feedback.value
    assert progress.status("09.4") == "correct"
    assert board.answer == RIGHT["09.4"]


def test_answers_stay_when_the_cell_is_run_again_and_when_one_turns_the_pages() -> None:
    """Before the first ticket comes the last."""
    board = TicketBoard()
    _answer(board, 3)
    board.show(1)
    board.back.click()
    assert board.number == 10
    again = TicketBoard()
    again.show(3)
    assert again.choices["layer"].value == "resource policy"
    assert "Ticket 3 of 10; 1 answered so far." in again.score.value


def test_without_the_board_whole_tickets_are_judged_while_others_are_open() -> None:
    """What is right is counted, what is begun is named, and a wrong answer draws its message."""
    first = {key: choice for key, choice in RIGHT["09.4"].items() if key.startswith("1: ")}
    said = check("09.4", {**first, "2: layer": "identity policy"})
    assert said.status == "not yet"
    assert said.message.startswith(
        "Answered and right: ticket 1 (1 of 10). Still open: 2: statement, 2: cure, tickets 3, 4, 5, 6, 7, 8, 9, 10."
    )
    assert "No Allow wins over an explicit Deny" in check("09.4", {**first, "1: cure": "a"}).message
    nothing = check("09.4", {"2: layer": "identity policy"})
    assert nothing.status == "not attempted"
    assert "Still open: 2: statement, 2: cure, tickets 1, 3, 4" in nothing.message
    assert "The choices for '2: statement' are " in nothing.message
    assert check("09.4", {**first, "1: cure": "z"}).status == "not valid"


def test_a_tickets_decision_can_be_looked_at() -> None:
    """The table of every statement, for whoever answers in Python."""
    ticket = board(begin("09.4"))[2]
    assert ticket.decision.error_message == ticket.error_message
    assert "ClerkAlone" in repr(ticket.decision)
    assert "decision" not in repr(ticket)
