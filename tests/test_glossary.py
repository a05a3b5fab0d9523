"""The glossary: a sentence for each word, and a line that runs."""

from __future__ import annotations

from typing import Any

import pytest

from iamlab.lessons import glossary
from iamlab.lessons.glossary import FIRST, NAMES, TERMS, Glossary, glossary_html


@pytest.fixture
def names() -> dict[str, Any]:
    """What a learner has after the line that the glossary says to run first."""
    found: dict[str, Any] = {}
    exec(f"from iamlab.lessons.glossary import *; {FIRST}", found)
    assert all(name in found for name in NAMES.split(", "))
    return found


@pytest.mark.parametrize("word", TERMS)
def test_every_line_runs_and_shows_something(word: str, names: dict[str, Any]) -> None:
    """In a world made afresh; a line is one expression."""
    assert repr(eval(TERMS[word].line, names)) not in ("None", "()", "[]", "''")


def test_the_words_are_in_order_and_their_meanings_are_sentences() -> None:
    """One sentence each, and a lesson of the course."""
    assert sorted(TERMS, key=str.casefold) == list(TERMS)
    assert all(one.sentence[0].isupper() and one.sentence.endswith(".") for one in TERMS.values())
    assert all(1 <= one.lesson <= 9 for one in TERMS.values())


@pytest.mark.parametrize(
    ("asked", "found"),
    [("role", ["role"]), ("Roles", ["role"]), (" trust  POLICY ", ["trust policy"]), ("arn", ["ARN"])],
)
def test_one_word_is_found_whatever_its_case_and_number(asked: str, found: list[str]) -> None:
    """As people write it."""
    assert [word for word, _ in glossary(asked).terms] == found


@pytest.mark.parametrize(
    ("asked", "near"),
    [("boundary", "permissions boundary"), ("sesion", "session"), ("managed policy", "AWS managed policy")],
)
def test_a_word_that_is_not_there_gets_the_nearest(asked: str, near: str) -> None:
    """Part of a word, or one mistyped."""
    shown = glossary(asked)
    assert near in [word for word, _ in shown.terms]
    assert "not in the glossary" in shown.said


@pytest.mark.parametrize("asked", ["", "<b>", 3, "q" * 10_000, ["role"]])
def test_nonsense_gets_a_sentence(asked: Any) -> None:
    """Escaped, bounded, without an error."""
    shown = glossary(asked)
    assert "not in the glossary" in repr(shown)
    assert len(shown.said) < 200
    assert "<b>" not in glossary_html(shown)


def test_all_words_as_text_and_as_a_table() -> None:
    """Every word, its sentence and its line; and what to run first."""
    shown = glossary()
    assert isinstance(shown, Glossary)
    assert FIRST in repr(shown)
    for one in TERMS.values():
        assert one.sentence in repr(shown)
        assert one.line in repr(shown)
    assert glossary_html(shown).count("<tr>") == len(TERMS) + 1
