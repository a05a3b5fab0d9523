"""Every exercise: the stub does not pass, the reference does, each known wrong answer draws its own message."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from answers import FOR_OTHERS, FORBIDS, LESS, MORE_CHANGED, NOT_SAID, OTHER_CORRECT, RIGHT, TOO_FEW, TOO_MUCH
from answers.documents import allow, policy
from answers.lesson_01 import BUCKETS, PHOTOS
from answers.lesson_04 import LEFT_OVER
from answers.lesson_05 import DANA, OSCAR

from iamlab import Lab, Policy
from iamlab.core.evaluation import Decision
from iamlab.lessons import begin, check, hint, progress, reveal, worlds
from iamlab.lessons.checks import EXERCISES
from iamlab.lessons.course import lessons
from iamlab.lessons.exercise import PolicyExercise, SortExercise, WorldExercise
from iamlab.lessons.progress_codes import ORDER

POLICY = [one for one in EXERCISES.values() if isinstance(one, PolicyExercise)]
SORT = [one for one in EXERCISES.values() if isinstance(one, SortExercise)]
WORLD = [one for one in EXERCISES.values() if isinstance(one, WorldExercise)]
WRONG = [(one, wrong) for one in (*POLICY, *WORLD) for wrong in one.misconceptions]


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(progress.HOME_VARIABLE, str(tmp_path))


def test_every_exercise_of_a_notebook_exists_and_the_other_way_round() -> None:
    """The notebooks' headers and the exercises name the same ids."""
    assert {id_ for lesson in lessons() for id_ in lesson.exercises} == set(EXERCISES)


@pytest.mark.parametrize("id_", EXERCISES)
def test_an_untouched_exercise_is_not_attempted(id_: str) -> None:
    """Nothing given is no attempt, and nothing is remembered."""
    assert check(id_).status == "not attempted"
    assert check(id_, None).status == "not attempted"
    assert progress.status(id_) == "not attempted"


@pytest.mark.parametrize("exercise", POLICY, ids=lambda one: one.id)
def test_the_reference_passes(exercise: PolicyExercise) -> None:
    """As dict, as JSON text and as Policy; and it is remembered."""
    for answer in (exercise.reference, json.dumps(exercise.reference), Policy.parse(exercise.reference, exercise.kind)):
        assert check(exercise.id, answer).correct
    assert progress.status(exercise.id) == "correct"


@pytest.mark.parametrize("exercise", WORLD, ids=lambda one: one.id)
def test_the_reference_passes_as_a_function_and_as_a_changed_world(exercise: WorldExercise) -> None:
    """And the world as it was handed out does not."""
    lab = begin(exercise.id)
    assert check(exercise.id, lab).status == "not attempted"
    assert check(exercise.id, exercise.reference).correct
    exercise.reference(lab)
    assert check(exercise.id, lab).correct
    assert progress.status(exercise.id) == "correct"


@pytest.mark.parametrize("exercise", WORLD, ids=lambda one: one.id)
def test_a_world_of_another_lesson_or_a_failing_function_gets_a_sentence(exercise: WorldExercise) -> None:
    """Neither is an answer, and neither raises."""
    other = Lab()
    other.create_account("Elsewhere", "555555555555")
    assert "not the world of" in check(exercise.id, other).message
    assert check(exercise.id, Lab()).status == "not valid"
    said = check(exercise.id, lambda lab: lab.accounts[0].user("nobody at all"))
    assert said.status == "not valid"
    assert "NoSuchEntity" in said.message


@pytest.mark.parametrize(("exercise", "wrong"), WRONG, ids=lambda one: getattr(one, "id", getattr(one, "message", "")))
def test_a_known_wrong_answer_draws_its_own_message(exercise: PolicyExercise | WorldExercise, wrong: Any) -> None:
    """Not yet, with the message of that misconception, and a request that shows it."""
    result = check(exercise.id, wrong.answer)
    assert result.status == "not yet"
    assert result.message.startswith(wrong.message)
    assert result.counterexample is not None or isinstance(exercise, WorldExercise)
    assert result.misconception == wrong.number
    others = [one.message for one in exercise.misconceptions if one is not wrong]
    assert not any(result.message.startswith(other) for other in others)


@pytest.mark.parametrize("exercise", [*POLICY, *WORLD], ids=lambda one: one.id)
def test_there_are_at_least_three_known_wrong_answers(exercise: PolicyExercise | WorldExercise) -> None:
    """Each exercise knows the likely mistakes."""
    assert len({one.message for one in exercise.misconceptions}) >= 3


@pytest.mark.parametrize(("id_", "answer"), [(id_, one) for id_, many in OTHER_CORRECT.items() for one in many])
def test_a_correct_answer_written_differently_passes(id_: str, answer: Any) -> None:
    """Behaviour is judged, not text."""
    assert check(id_, answer).correct


@pytest.mark.parametrize("exercise", SORT, ids=lambda one: one.id)
def test_the_right_choices_pass(exercise: SortExercise) -> None:
    """What was derived by hand is what the engine says."""
    assert check(exercise.id, RIGHT[exercise.id]).correct


@pytest.mark.parametrize("exercise", SORT, ids=lambda one: one.id)
def test_each_wrong_choice_draws_its_own_message(exercise: SortExercise) -> None:
    """For every item, each other choice has an answer of its own."""
    for key, item in exercise.items.items():
        right = RIGHT[exercise.id][key]
        wrong = [one for one in exercise.choices_of(key) if one != right]
        assert wrong
        assert set(item.messages) == set(wrong)
        assert set(item.numbers) <= set(wrong)
        for choice in wrong:
            result = check(exercise.id, {**RIGHT[exercise.id], key: choice})
            assert result.status == "not yet"
            assert item.messages[choice] in result.message
            assert result.misconception == item.numbers.get(choice, 0)


class _Hostile(dict):  # type: ignore[type-arg]
    def __iter__(self) -> Any:
        raise RuntimeError("no")

    def values(self) -> Any:
        raise RuntimeError("no")

    def get(self, *_: Any) -> Any:
        raise RuntimeError("no")


NONSENSE = [3, [], {}, "", "{", b"{}", object(), _Hostile(a=1), "x" * 5_000_000, {"alice": 3}, {1: 2}, float("nan")]


@pytest.mark.parametrize("id_", EXERCISES)
@pytest.mark.parametrize("answer", NONSENSE, ids=lambda one: repr(one)[:20])
def test_nonsense_gets_a_sentence_and_never_raises(id_: str, answer: Any) -> None:
    """Whatever is given, there is a short answer, and what was solved stays solved."""
    progress.record(id_, "correct")
    result = check(id_, answer)
    assert result.status in ("not attempted", "not valid")
    assert 10 < len(repr(result)) < 1000
    assert progress.status(id_) == "correct"


def test_an_unknown_exercise_is_answered_with_those_there_are() -> None:
    """A mistyped id is no error."""
    assert "01.1" in repr(check("1.1"))
    assert "01.1" in repr(hint(None))  # type: ignore[arg-type]


@pytest.mark.parametrize("id_", EXERCISES)
def test_there_are_three_hints_and_the_way_to_the_next(id_: str) -> None:
    """Where to look, which rule, nearly there."""
    texts = [repr(hint(id_, number)) for number in (1, 2, 3)]
    assert len(set(texts)) == 3
    assert "again" in texts[0]
    assert "again" not in texts[2]
    assert all("1, 2 and 3" in repr(hint(id_, other)) for other in (4, 2.0, True, "2"))  # type: ignore[arg-type]


@pytest.mark.parametrize(("id_", "answer"), [(id_, one) for id_, many in MORE_CHANGED.items() for one in many])
def test_a_world_in_which_more_has_changed_does_not_pass(id_: str, answer: Any) -> None:
    """What was asked for is done, and somebody gained something else."""
    result = check(id_, answer)
    assert result.status == "not yet"
    said = ("must be denied", "More has changed", "lets in more")
    assert any(words in result.message for words in said), result


@pytest.mark.parametrize(("id_", "answer"), [(id_, one) for id_, many in TOO_FEW.items() for one in many])
def test_a_world_in_which_not_all_is_as_asked_for_does_not_pass(id_: str, answer: Any) -> None:
    """With a request, or a change, that shows it."""
    result = check(id_, answer)
    assert result.status == "not yet"
    said = ("must be allowed", "must be denied", "More has changed", "It does less than was asked")
    assert any(words in result.message for words in said), result


def test_without_a_number_the_next_hint_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """One after the other, and the last one again."""
    monkeypatch.setattr("iamlab.lessons.checks._given", {})
    assert [repr(hint("01.2"))[:6] for _ in range(4)] == ["Hint 1", "Hint 2", "Hint 3", "Hint 3"]


def test_every_exercise_has_two_further_correct_answers_and_a_place_in_the_code() -> None:
    """Behaviour is judged; and no exercise is forgotten in the progress code."""
    assert set(EXERCISES) <= set(ORDER)
    assert all(len(OTHER_CORRECT.get(one.id, ())) >= 2 for one in (*POLICY, *WORLD))


def test_an_answer_counts_when_progress_cannot_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """The result says that it could not be remembered."""
    monkeypatch.setattr(progress, "record", lambda *_: False)
    result = check("01.2", EXERCISES["01.2"].reference)  # type: ignore[union-attr]
    assert result.correct
    assert "could not be written" in repr(result)


def test_a_condition_that_the_request_does_not_meet_is_no_permission() -> None:
    """A condition counts: one that never holds leaves the exercise unsolved, with the request that shows it."""
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": {"Bool": {"a:b": "true"}}}
    result = check("01.2", {"Version": "2012-10-17", "Statement": [statement]})
    assert result.status == "not yet"
    assert result.counterexample is not None
    assert result.counterexample.missing == ("a:b",)


@pytest.mark.parametrize("prediction", [..., None, "yes", 3], ids=repr)
def test_nothing_is_revealed_without_a_prediction(prediction: Any) -> None:
    """Neither the text nor the HTML of an unpredicted verdict names the rule that settled it."""
    from iamlab.lessons import predict

    lab = worlds.first_day()
    shown = reveal(prediction, lab.evaluate(worlds.identity(lab, "alice"), "s3:ListAllMyBuckets"))
    assert "ENT-08" not in repr(shown)
    assert "ENT-08" not in predict.html(shown)


@pytest.mark.parametrize("word", ["implicit deny", "Implicit-Deny", " IMPLICIT_DENY ", Decision.IMPLICIT_DENY])
def test_a_prediction_may_be_written_in_several_ways(word: Any) -> None:
    """Letter case, dashes and blanks around it do not matter."""
    lab = worlds.first_day()
    shown = reveal(word, lab.evaluate(worlds.identity(lab, "alice"), "s3:ListAllMyBuckets"))
    assert shown.feedback.endswith("and so it is.")
    assert "ENT-08" in repr(shown)


@pytest.mark.parametrize(("id_", "answer"), [(id_, one) for id_, many in TOO_MUCH.items() for one in many])
def test_an_answer_that_allows_more_than_was_asked_for_does_not_pass(id_: str, answer: dict[str, Any]) -> None:
    """Whatever else it allows, among all actions that AWS has, is found and named."""
    result = check(id_, answer)
    assert result.status == "not yet", result
    assert result.counterexample is not None
    assert result.counterexample.allowed or "must be" in result.message


@pytest.mark.parametrize(("id_", "answer"), [(id_, one) for id_, many in FORBIDS.items() for one in many])
def test_an_answer_that_forbids_more_than_was_asked_for_does_not_pass(id_: str, answer: Any) -> None:
    """Praise is for the one Deny that was asked for: what it hits besides is found and named."""
    result = check(id_, answer)
    assert result.status == "not yet", result
    said = ("forbids", "must be allowed", "less than was asked")
    assert any(words in result.message for words in said), result
    assert result.counterexample is None or not result.counterexample.allowed


@pytest.mark.parametrize(("id_", "answer"), [(id_, one) for id_, many in LESS.items() for one in many])
def test_an_answer_that_leaves_something_out_does_not_pass(id_: str, answer: Any) -> None:
    """Whatever the reference allows is asked for, also of things that are not there yet."""
    result = check(id_, answer)
    assert result.status == "not yet", result
    assert "It does less than was asked. For example" in result.message


@pytest.mark.parametrize(("id_", "answer"), [(id_, one) for id_, many in FOR_OTHERS.items() for one in many])
def test_an_answer_that_gives_others_more_does_not_pass(id_: str, answer: Any) -> None:
    """A group's policy is every member's, and of who joins."""
    result = check(id_, answer)
    assert result.status == "not yet", result
    assert any(words in result.message for words in ("more open than was asked", "allows more")), result


@pytest.mark.parametrize(
    "pattern", [f"{PHOTOS}/*.jpg", f"{PHOTOS}/1.jpg"], ids=["only the pictures", "only one object"]
)
def test_an_answer_that_allows_less_does_not_pass(pattern: str) -> None:
    """Every object was asked for."""
    assert check("01.3", policy(allow(["s3:ListBucket", "s3:GetObject"], [PHOTOS, pattern]))).status == "not yet"


@pytest.mark.parametrize(("id_", "answer", "words"), NOT_SAID.values(), ids=NOT_SAID)
def test_a_message_is_true_of_the_answer_it_is_given_to(id_: str, answer: Any, words: str) -> None:
    """A misconception is not read into an answer that has another mistake."""
    result = check(id_, answer)
    assert result.status == "not yet"
    assert words not in result.message


def test_ones_own_deny_is_named_as_what_forbids() -> None:
    """Explicit deny: something forbids, and nothing is missing."""
    answer = policy(BUCKETS, {"Effect": "Deny", "Action": "s3:*", "Resource": "*"})
    assert check("01.2", answer).message.startswith("Your own Deny forbids it")


@pytest.mark.parametrize("action", ["s3:ListBuckets", "s3:ListObjectsV2", "s3:HeadObject"])
def test_an_action_that_does_not_exist_is_named(action: str) -> None:
    """The API call's name is the commonest mistake, and AWS stores it without a word."""
    result = check("01.2", policy(allow(action)))
    assert f"There is no action '{action}'" in result.message
    assert "s3:ListAllMyBuckets" in result.message


def test_a_correct_answer_without_version_gets_a_word_about_it() -> None:
    """It is correct, and a managed policy would be refused (POL-02)."""
    assert "Version" in check("01.2", {"Statement": [BUCKETS]}).message


def test_the_policy_as_it_was_given_is_no_attempt_and_says_what_it_gets_wrong() -> None:
    """In the words of the first probe that fails; nothing of a verdict, which is to be predicted."""
    given = EXERCISES["01.3"].untouched  # type: ignore[union-attr]
    result = check("01.3", dict(given))
    assert result.status == "not attempted"
    assert "alice reads acme-photos/1.jpg (s3:GetObject) must be allowed, and is not." in result.message
    assert "implicit" not in result.message


@pytest.mark.parametrize(
    ("principal", "remedy"),
    [
        ({"AWS": "ec2.amazonaws.com"}, 'write {"Service": "ec2.amazonaws.com"}'),
        ({"Service": "ec2"}, 'write "ec2.amazonaws.com"'),
    ],
)
def test_a_service_in_the_wrong_place_or_form_is_told_the_right_one(principal: dict[str, str], remedy: str) -> None:
    """POL-06: under Service, with the whole name."""
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    assert remedy in check("07.1", policy(statement)).message


@pytest.mark.parametrize("answer", LEFT_OVER)
def test_what_was_given_in_vain_has_to_be_taken_away_again(answer: Any) -> None:
    """In 04.2 the role is what needs it; a grant to dana that stays is of no use there."""
    result = check("04.2", answer)
    assert result.status == "not yet"
    assert result.message.startswith("The role can do its task now.")
    assert "left over" in result.message


def _lets_both(operator: str, key: str) -> dict[str, Any]:
    condition = {"Condition": {operator: {key: "true"}}}
    return policy({"Effect": "Allow", "Principal": {"AWS": [DANA, OSCAR]}, "Action": "sts:AssumeRole", **condition})


PHOTO_LIST = {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": PHOTOS, "Condition": {"s3:prefix": "web/*"}}
SAID = {
    "a key that there is not": ("05.3", _lets_both("Bool", "aws:MFA"), "There is no condition key 'aws:MFA'."),
    "the same with IfExists": ("05.3", _lets_both("BoolIfExists", "aws:MFA"), "No request carries it."),
    "a service in capitals": (
        "07.1",
        policy({"Effect": "Allow", "Principal": {"Service": "EC2.amazonaws.com"}, "Action": "sts:AssumeRole"}),
        "A service's name is written in small letters.",
    ),
    "a service cut short in a condition": (
        "07.3",
        policy(
            allow("ec2:RunInstances"),
            {
                **allow("iam:PassRole", "arn:aws:iam::111111111111:role/AppRole"),
                "Condition": {"StringEquals": {"iam:PassedToService": "ec2"}},
            },
        ),
        "by its whole name",
    ),
    "writing reports herself": (
        "04.2",
        lambda lab: (
            lab.accounts[0]
            .user("dana")
            .put_policy("Write", policy(allow("s3:PutObject", "arn:aws:s3:::acme-reports/*")))
        ),
        "on any day",
    ),
    "two reads of data denied": (
        "06.1",
        lambda lab: (
            lab.accounts[0]
            .role("ConsultantRole")
            .put_policy("No", policy({"Effect": "Deny", "Action": ["s3:GetObject", "sqs:*"], "Resource": "*"}))
        ),
        "hundreds",
    ),
    "how an answer is called": ("06.3", policy(allow("s3:GetObject")), "YourPolicy"),
}


@pytest.mark.parametrize(("id_", "answer", "said"), SAID.values(), ids=SAID)
def test_a_likely_slip_is_named(id_: str, answer: Any, said: str) -> None:
    """Each was made by somebody who learned with these lessons, and got a bare verdict."""
    assert said in check(id_, answer).message


def test_an_operator_that_is_to_be_found_is_not_given_away() -> None:
    """The remedy for a condition without one is an example, which here would be the solution."""
    result = check("07.2", policy(PHOTO_LIST))
    assert "An operator comes first" in result.message
    assert "StringLike" not in result.message


def test_dots_in_a_text_are_no_attempt() -> None:
    """Those of a value in quotes are its own."""
    text = (
        '{"Version": "2012-10-17", "Statement": [{"Effect": ..., "Action": "s3:*", "Resource": "arn:aws:s3:::a...b"}]}'
    )
    assert check("01.2", text).status == "not attempted"
    assert check("01.2", text.replace("...,", '"Allow",', 1)).status == "not yet"
