"""An exercise that there is not: which one was meant."""

from __future__ import annotations

from typing import Any

import pytest

from iamlab import IamlabError
from iamlab.lessons import begin, check, hint
from iamlab.lessons.checks import EXERCISES

ALL = f"They are named by lesson and number, from {min(EXERCISES)} to {max(EXERCISES)}."
SAID = [
    ("1.2", "Did you mean '01.2'?"),
    (1.2, "Did you mean '01.2'?"),
    ("1-2", "Did you mean '01.2'?"),
    ("Exercise 01.2", "Did you mean '01.2'?"),
    ("001.02", "Did you mean '01.2'?"),
    ("1.9", "Lesson 01 has 01.1 to 01.3."),
    ("01", ALL),
    ("77.1", ALL),
    ("²³.1", ALL),
    (None, ALL),
    ("x" * 5000, ALL),
]


@pytest.mark.parametrize(("given", "said"), SAID, ids=[f"{given!r:.20}" for given, _ in SAID])
def test_an_unknown_exercise_is_told_which_was_meant(given: Any, said: str) -> None:
    """The nearest first, and never a list of all."""
    expected = f"There is no exercise {str(given)[:40]!r}. {said}"
    assert hint(given).text == check(given).message == expected
    with pytest.raises(IamlabError) as caught:
        begin(given)
    assert caught.value.message == expected
