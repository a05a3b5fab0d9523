"""The eight requests: what is right, what is kept, and that nothing is revealed too early or lost."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from iamlab.core.errors import IamlabError
from iamlab.core.evaluation import Decision
from iamlab.lessons import compare_eight, eight, eight_answers, eight_requests, progress, record_eight
from iamlab.lessons.eight_questions import QUESTIONS
from iamlab.widgets import EightRequests, memory
from iamlab.world import files

# Derived by hand from the rules named.
TRUTH = {
    "nina": (Decision.IMPLICIT_DENY, "ENT-08"),  # a new user has no permissions
    "alice": (Decision.IMPLICIT_DENY, "EVAL-02"),  # the Resource names the bucket, not the object (POL-15)
    "bob": (Decision.EXPLICIT_DENY, "EVAL-03"),  # a Deny ends it, whatever else allows
    "root": (Decision.ALLOW, "EVAL-14"),  # root is allowed by default on its own account's resources
    "eric": (Decision.ALLOW, "EVAL-08"),  # own policies and those of all groups, pooled
    "dana": (Decision.ALLOW, "EVAL-08"),  # a session uses only the role's policies, never the caller's
    "carol": (Decision.IMPLICIT_DENY, "EVAL-13"),  # across accounts both must allow; hers is missing
    "zoe": (Decision.IMPLICIT_DENY, "ENT-08"),  # a boundary only limits (EVAL-09); no other policy reaches her
}
RIGHT = {key: "allowed" if decision is Decision.ALLOW else "denied" for key, (decision, _) in TRUTH.items()}
NAIVE = {**dict.fromkeys(RIGHT, "allowed"), "root": "denied", "dana": "denied", "nina": "no idea"}
"""Right about eric alone."""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh folder, and a kernel that has just been started."""
    monkeypatch.setenv(progress.HOME_VARIABLE, str(tmp_path))
    monkeypatch.setattr(eight_answers, "_unwritten", {})
    monkeypatch.setattr(memory, "_kept", {})
    return tmp_path


def _file(home: Path, phase: str) -> Path:
    return home / ".iamlab" / "eight" / f"{phase}.json"


def _reveals(text: str) -> bool:
    """Whether a verdict, or what is to be learned, stands in the text."""
    return any(one.learned in text or TRUTH[key][1] in text for key, one in QUESTIONS.items()) or "✖" in text


def _html(feedback: Any) -> str:
    return str(feedback.value)


@pytest.mark.parametrize("key", QUESTIONS)
def test_the_truth_is_the_engines_and_the_one_derived_by_hand(key: str) -> None:
    """Decision and rule."""
    evaluation = QUESTIONS[key].ask()
    assert (evaluation.decision, evaluation.rule.id) == TRUTH[key]


def test_there_are_eight_and_guessing_one_answer_is_not_enough() -> None:
    """They are spread over the course; neither answer is right everywhere, nor nearly."""
    assert len(QUESTIONS) == 8
    assert sorted(RIGHT.values()).count("allowed") == 3
    assert len({one.lesson for one in QUESTIONS.values()}) >= 6


def test_the_list_reveals_nothing() -> None:
    """Every request stands in it, with how to answer."""
    shown = repr(eight_requests())
    assert all(one.words in shown for one in QUESTIONS.values())
    assert 'record_eight("before"' in shown
    assert not _reveals(shown + eight.questions_html(eight_requests()))


def test_before_and_after_are_compared_with_the_truth(home: Path) -> None:
    """What was learned is said for each, and which lesson tells it; before that nothing is."""
    assert "Nothing is recorded yet" in repr(compare_eight())
    assert list(home.iterdir()) == []
    done = record_eight("before", NAIVE)
    assert done.recorded
    assert "Nothing is revealed" in repr(done)
    halfway = compare_eight()
    assert halfway.rows == ()
    assert not _reveals(repr(halfway) + eight.comparison_html(halfway))
    assert not _reveals(repr(record_eight("after", RIGHT)))
    shown = compare_eight()
    assert shown.said == "Before the course 1 of 8 were right, after it 8 of 8."
    assert [one.evaluation.decision for one in shown.rows] == [decision for decision, _ in TRUTH.values()]
    for text in (repr(shown), eight.comparison_html(shown)):
        assert text.count("Learned.") == 7
        assert "Lesson 1)" in text
        assert "Lesson 9" in text


def test_what_is_still_wrong_is_worth_another_look() -> None:
    """Also what was right before."""
    record_eight("before", RIGHT)
    record_eight("after", {**RIGHT, "zoe": "allowed"})
    shown = compare_eight()
    assert shown.said == "Before the course 8 of 8 were right, after it 7 of 8."
    assert repr(shown).count("Worth another look.") == 1
    assert "Learned." not in repr(shown)


def test_the_first_answers_stay_and_the_last_ones_can_be_given_anew() -> None:
    """Otherwise there would be nothing to compare with."""
    record_eight("before", NAIVE)
    again = record_eight("before", RIGHT)
    assert not again.recorded
    assert "stay" in repr(again)
    assert eight_answers.recorded("before") == NAIVE
    record_eight("after", NAIVE)
    assert record_eight("after", RIGHT).recorded
    assert eight_answers.recorded("after") == RIGHT


def test_without_first_answers_the_truth_is_shown_and_none_can_be_given_later() -> None:
    """Whoever has seen the truth cannot answer as if not."""
    record_eight("after", RIGHT)
    assert "no answers from before" in compare_eight().said
    assert "no answer" in repr(compare_eight())
    late = record_eight("before", RIGHT)
    assert not late.recorded
    assert "can no longer be given" in repr(late)


def test_answers_may_be_written_in_several_ways() -> None:
    """Either kind of denial is a denial; letter case, blanks and dashes do not matter; so for the phase."""
    answers = {**RIGHT, "nina": "Implicit Deny", "bob": Decision.EXPLICIT_DENY, "eric": "ALLOWED", "zoe": "No-Idea"}
    assert record_eight(" Before ", answers).recorded
    assert eight_answers.recorded("before") == {**RIGHT, "zoe": "no idea"}


class _Hostile(dict):  # type: ignore[type-arg]
    def __iter__(self) -> Any:
        raise RuntimeError("no")


class _Nameless:
    def __str__(self) -> str:
        return "nameless"


BAD = {
    "nothing": (None, "nothing yet"),
    "dots": (..., "nothing yet"),
    "a list": (["allowed"] * 8, "of type list"),
    "a text": ("allowed", "of type str"),
    "half answered": ({"nina": "denied", "bob": "denied"}, "Still open: alice, root, eric, dana, carol, zoe"),
    "a stub": (dict.fromkeys(RIGHT, ...), "Still open: nina"),
    "somebody else": ({**RIGHT, "mallory": "denied"}, "no request 'mallory'"),
    "another kind of key": ({1: "denied"}, "no request '1'"),
    "another word": ({**RIGHT, "bob": "maybe"}, "'maybe' for bob"),
    "another kind of answer": ({**RIGHT, "bob": True}, "'True' for bob"),
    "hostile": (_Hostile(RIGHT), "could not be read (RuntimeError)"),
    "unhashable": ({**RIGHT, "bob": ["denied"]}, "for bob is none"),
}


@pytest.mark.parametrize(("answers", "words"), BAD.values(), ids=BAD)
@pytest.mark.parametrize("phase", eight_answers.PHASES)
def test_bad_answers_get_a_sentence_and_lose_nothing(phase: str, answers: Any, words: str) -> None:
    """What was recorded is untouched."""
    record_eight("before", NAIVE)
    record_eight("after", RIGHT)
    done = record_eight(phase, answers)
    assert not done.recorded
    assert words in repr(done)
    assert "untouched" in repr(done)
    assert (eight_answers.recorded("before"), eight_answers.recorded("after")) == (NAIVE, RIGHT)


@pytest.mark.parametrize(
    "phase", ["", "during", None, 3, ["before"], "x" * 9999, _Nameless()], ids=lambda one: str(one)[:9]
)
def test_an_unknown_phase_gets_a_sentence(home: Path, phase: Any) -> None:
    """With the two that there are; and no file of that name."""
    done = record_eight(phase, RIGHT)
    assert not done.recorded
    assert "'before' and 'after'" in repr(done)
    assert len(repr(done)) < 200
    assert list(home.iterdir()) == []
    with pytest.raises(IamlabError, match="is no phase"):
        EightRequests(phase)


DAMAGED = [
    b"",
    b"{",
    b"null",
    b"[]",
    b"\xff\x00",
    b"[" * 4000,
    b"x" * 100_000,
    b'{"phase": "after", "answers": {"nina": "denied"}}',
    b'{"phase": "before"}',
    b'{"phase": "before", "answers": ["denied"]}',
    b'{"phase": "before", "answers": {"nina": ["denied"]}}',
    b'{"phase": "before", "answers": {"nina": "perhaps", "mallory": "denied"}}',
]


@pytest.mark.parametrize("damage", DAMAGED, ids=lambda one: str(one[:30]))
def test_a_damaged_file_is_put_aside_said_and_can_be_replaced(home: Path, damage: bytes) -> None:
    """It is kept for whoever wants to look, and the other file is not touched."""
    path = _file(home, "before")
    path.parent.mkdir(parents=True)
    path.write_bytes(damage)
    assert "put aside as before.json.damaged" in repr(compare_eight())
    assert "was damaged" in _html(EightRequests("before").feedback)
    assert [one.name for one in path.parent.iterdir()] == ["before.json.damaged"]
    assert path.with_name("before.json.damaged").read_bytes() == damage
    assert record_eight("before", NAIVE).recorded
    assert eight_answers.recorded("before") == NAIVE
    assert "damaged" not in repr(compare_eight())


def test_a_file_with_other_requests_gives_what_still_counts(home: Path) -> None:
    """Requests that came later have no answer, those that went are forgotten."""
    path = _file(home, "before")
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"format": 1, "phase": "before", "answers": {"nina": "denied", "gone": "denied"}}))
    assert eight_answers.recorded("before") == {"nina": "denied"}
    record_eight("after", RIGHT)
    assert repr(compare_eight()).count("before: no answer") == 7


def test_a_file_of_a_newer_format_is_neither_read_nor_touched(home: Path) -> None:
    """It is not damaged, and what it says may mean something else there."""
    path = _file(home, "before")
    path.parent.mkdir(parents=True)
    newer = json.dumps({"format": 2, "phase": "before", "answers": NAIVE})
    path.write_text(newer)
    assert eight_answers.recorded("before") == {}
    assert "could not be recorded" in repr(record_eight("before", NAIVE))
    assert "damaged" not in repr(compare_eight())
    assert path.read_text() == newer


def _fail(*_: object) -> None:
    raise OSError(28, "No space left on device")


def test_a_full_disk_is_said_and_the_answers_are_kept_meanwhile(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both phases can be compared as long as the kernel runs, and are written when there is room."""
    with monkeypatch.context() as full:
        full.setattr(files.os, "replace", _fail)
        full.setattr(files.os, "link", _fail)
        for phase, answers in (("before", NAIVE), ("after", RIGHT)):
            done = record_eight(phase, answers)
            assert done.recorded
            assert "could not be written" in repr(done)
            assert list(_file(home, phase).parent.iterdir()) == []
        assert "1 of 8 were right, after it 8 of 8" in compare_eight().said
    assert record_eight("after", RIGHT).recorded
    assert _file(home, "after").exists()


def test_there_is_room_again_and_the_first_answers_are_written(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first ones, not those that were given when it was noticed."""
    with monkeypatch.context() as full:
        full.setattr(files.os, "replace", _fail)
        full.setattr(files.os, "link", _fail)
        record_eight("before", NAIVE)
    assert record_eight("before", RIGHT).recorded
    assert json.loads(_file(home, "before").read_text())["answers"] == NAIVE


def test_something_else_in_the_place_of_file_or_folder_is_no_error(home: Path) -> None:
    """A folder called as the file, a file called as the folder."""
    _file(home, "before").mkdir(parents=True)
    done = record_eight("before", NAIVE)
    assert not done.recorded
    assert "cannot be read" in repr(done)
    assert repr(compare_eight())
    (home / "a").mkdir()
    (home / "a" / ".iamlab").write_text("a file")
    assert "could not be written" in repr(record_eight("before", NAIVE, home=home / "a"))


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_is_said(home: Path) -> None:
    """As on a read-only disk."""
    home.chmod(0o500)
    try:
        assert "could not be written" in repr(record_eight("before", NAIVE))
    finally:
        home.chmod(0o700)


def test_another_notebook_that_was_quicker_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    """It records between our look and our writing."""
    real = eight_answers.create_whole

    def late(path: Path, data: bytes) -> None:
        monkeypatch.setattr(eight_answers, "create_whole", real)
        assert record_eight("before", NAIVE).recorded
        real(path, data)

    monkeypatch.setattr(eight_answers, "create_whole", late)
    assert not record_eight("before", RIGHT).recorded
    assert eight_answers.recorded("before") == NAIVE


# The widget


def _answer(widget: EightRequests, answers: dict[str, str]) -> str:
    for key, choice in answers.items():
        widget.choices[key].value = choice
    widget.button.click()
    return _html(widget.feedback)


def test_the_widget_records_before_and_reveals_nothing() -> None:
    """Then it is closed, also when the cell is run again."""
    widget = EightRequests("before")
    assert widget.answer == {}
    assert "Still open" in _answer(widget, {})
    assert "Still open: bob" in _answer(widget, {key: one for key, one in NAIVE.items() if key != "bob"})
    assert eight_answers.recorded("before") == {}
    said = _answer(widget, NAIVE)
    assert "Nothing is revealed yet" in said
    assert not _reveals(said)
    again = EightRequests("before")
    assert again.answer == NAIVE
    for one in (widget, again):
        assert all(control.disabled for control in (*one.choices.values(), one.button))
    assert not _reveals(_html(again.feedback))


def test_the_widget_compares_after() -> None:
    """With the same answers when the cell is run again; and they can be given anew."""
    record_eight("before", NAIVE)
    widget = EightRequests("after")
    assert widget.answer == {}
    assert widget.feedback.value == ""
    assert "after it 7 of 8" in _answer(widget, {**RIGHT, "zoe": "allowed"})
    again = EightRequests("after")
    assert "after it 7 of 8" in _html(again.feedback)
    again.choices["zoe"].value = "denied"
    assert again.feedback.value == ""
    assert "after it 8 of 8" in _answer(again, {})


def test_half_an_answer_is_there_when_the_cell_is_run_again() -> None:
    """As long as the kernel runs."""
    EightRequests("before").choices["nina"].value = "denied"
    assert EightRequests("before").answer == {"nina": "denied"}
    assert EightRequests("after").answer == {}


def test_a_full_disk_is_said_in_the_widget(monkeypatch: pytest.MonkeyPatch) -> None:
    """And the comparison is shown all the same."""
    monkeypatch.setattr(files.os, "replace", _fail)
    said = _answer(EightRequests("after"), RIGHT)
    assert "could not be written" in said
    assert "8 of 8" in said


def test_what_stands_without_a_kernel_reveals_nothing() -> None:
    """And says how to do it in plain Python."""
    record_eight("before", NAIVE)
    for phase in eight_answers.PHASES:
        bundle = EightRequests(phase)._repr_mimebundle_()
        assert f"record_eight('{phase}'" in bundle["text/plain"]
        assert not _reveals(bundle["text/plain"] + bundle["text/html"])
