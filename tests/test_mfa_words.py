"""What a condition on MFA asks for, in words: long-term keys never carry the key (COND-25)."""

from __future__ import annotations

import pytest

from iamlab import Lab
from iamlab.lessons.story import document

KEY = "aws:MultiFactorAuthPresent"
BOTH, NEVER_SAID = "only with MFA or with long-term keys", "only with temporary credentials without MFA"
WORDS = {
    # An Allow with it, and a Deny with it beside an Allow without: long-term keys, a session without MFA, one with it.
    "Bool true": ({"Bool": {KEY: "true"}}, "only with MFA", "only without MFA"),
    "BoolIfExists true": ({"BoolIfExists": {KEY: "true"}}, BOTH, NEVER_SAID),
    "Bool false": ({"Bool": {KEY: "false"}}, NEVER_SAID, BOTH),
    "BoolIfExists false": ({"BoolIfExists": {KEY: "false"}}, "only without MFA", "only with MFA"),
    "Null true": ({"Null": {KEY: "true"}}, "only with long-term keys", "only with temporary credentials"),
    "Null false": ({"Null": {KEY: "false"}}, "only with temporary credentials", "only with long-term keys"),
}


@pytest.mark.parametrize(("condition", "allowing", "denying"), WORDS.values(), ids=WORDS)
def test_the_words_say_what_long_term_keys_get(
    condition: dict[str, dict[str, str]], allowing: str, denying: str
) -> None:
    """The same condition on an Allow and on a Deny, and what ``evaluate`` says to the user's own keys."""
    lab = Lab()
    dev = lab.create_account("Development", "111111111111")
    dana = dev.create_user("dana")
    bare = {"Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*"}
    for statements, words in (
        ([{**bare, "Condition": condition}], allowing),
        ([bare, {**bare, "Effect": "Deny", "Condition": condition}], denying),
    ):
        dana.put_policy("Users", document(*statements))
        (answer,) = [one for one in lab.who_can("iam:ListUsers").found if one.subject.name == "dana"]
        assert answer.when == words
        without = "long-term keys" in words or words == "only without MFA"
        assert lab.evaluate(dana, "iam:ListUsers").allowed is without
