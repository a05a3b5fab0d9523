"""What rests on a rule is found: cases, lessons and exercises."""

from __future__ import annotations

import pytest
import rules

from iamlab.lessons.checks import EXERCISES

FOUND = rules.resting()


def test_a_rule_names_its_cases_lessons_and_exercises() -> None:
    """ENT-08 is the first lesson's; an explicit Deny is what exercise 02.2 is about."""
    assert "01-first-permission" in FOUND["ENT-08"]["lessons"]
    assert "01.1" in FOUND["ENT-08"]["exercises"]
    assert "02.2" in FOUND["EVAL-03"]["exercises"]
    assert "identity: a deny of everything beats administrator rights" in FOUND["EVAL-03"]["cases"]


def test_every_exercise_rests_on_some_rule() -> None:
    """An exercise that rests on none would not be found when the engine changes."""
    assert {id_ for parts in FOUND.values() for id_ in parts["exercises"]} == set(EXERCISES)


def test_the_report_names_the_cases_of_one_rule_and_refuses_an_unknown_one(capsys: pytest.CaptureFixture[str]) -> None:
    """For all rules their number is enough."""
    assert rules.main(["eval-03"]) == 0
    assert "case      identity: a deny alone is an explicit deny" in capsys.readouterr().out
    assert rules.main([]) == 0
    assert "cases     " in capsys.readouterr().out
    assert rules.main(["EVAL-99"]) == 2
    assert "EVAL-99" in capsys.readouterr().err
