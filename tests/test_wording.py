"""When something is allowed, in words, against the engine: where the key is absent, has one value, or two."""

from __future__ import annotations

from typing import Any

import pytest

from iamlab import Lab
from iamlab.lessons.story import document, trust
from iamlab.views.trust import trust_sentence, trusted

MFA, AGE, TAGS = "aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge", "aws:TagKeys"
OFFICE, AT_OFFICE, ELSEWHERE = "203.0.113.0/24", {"aws:SourceIp": "203.0.113.9"}, {"aws:SourceIp": "8.8.8.8"}
ENDPOINT = {"aws:SourceVpce": "vpce-1"}
QUEUE = "arn:aws:sqs:us-east-1:111111111111:jobs"


def _allow(**condition: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"Effect": "Allow", "Action": "sqs:CreateQueue", "Resource": "*", "Condition": condition}]


def _deny(**condition: dict[str, Any]) -> list[dict[str, Any]]:
    return [*_allow(), {**_allow(**condition)[0], "Effect": "Deny"}]


def _every(operator: str, key: str, *values: str) -> dict[str, Any]:
    return {f"ForAllValues:{operator}": {key: list(values)}}


def _some(operator: str, key: str, *values: str) -> dict[str, Any]:
    return {f"ForAnyValue:{operator}": {key: list(values)}}


def _tags(*keys: str) -> dict[str, Any]:
    return {TAGS: list(keys)}


NONE: dict[str, Any] = {}
WORDS = {
    "ForAllValues with MFA lets long-term keys through (COND-11)": (
        _allow(**_every("Bool", MFA, "true")),
        "only with MFA or with long-term keys",
        [(NONE, True), ({MFA: "true"}, True), ({MFA: "false"}, False)],
    ),
    "a Deny of an old code misses who gave none (COND-03)": (
        _deny(NumericGreaterThan={AGE: "3600"}),
        "only when the time since MFA, in seconds, is not more than 3600 or without MFA",
        [(NONE, True), ({MFA: "true", AGE: "60"}, True), ({MFA: "true", AGE: "7200"}, False)],
    ),
    "IfExists lets through who gave no code (COND-10)": (
        _allow(NumericLessThanIfExists={AGE: "3600"}),
        "only when the time since MFA, in seconds, is less than 3600 or without MFA",
        [(NONE, True), ({MFA: "true", AGE: "60"}, True), ({MFA: "true", AGE: "7200"}, False)],
    ),
    "IfExists lets through who comes from a VPC endpoint (COND-10, COND-20)": (
        _allow(IpAddressIfExists={"aws:SourceIp": OFFICE}),
        f"only from {OFFICE} or through a VPC endpoint",
        [(ENDPOINT, True), (AT_OFFICE, True), (ELSEWHERE, False)],
    ),
    "a Deny of one tag forbids it beside others (COND-11)": (
        _deny(**_some("StringEquals", TAGS, "secret")),
        "only when none of the keys of the tags is secret or there are none",
        [(NONE, True), (_tags("secret"), False), (_tags("secret", "a"), False), (_tags("a", "b"), True)],
    ),
    "a Deny of all tags together lets a mixture through, and forbids none (COND-11)": (
        _deny(**_every("StringEquals", TAGS, "secret")),
        "only when not each of the keys of the tags is secret",
        [(NONE, False), (_tags("secret"), False), (_tags("secret", "a"), True), (_tags("a"), True)],
    ),
    "ForAllValues lets through who sends no tags (COND-11)": (
        _allow(**_every("StringEquals", TAGS, "team")),
        "only when each of the keys of the tags is team or there are none",
        [(NONE, True), (_tags("team"), True), (_tags("team", "a"), False)],
    ),
    "ForAllValues with a guard does not, and the words say so once (COND-12)": (
        _allow(**_every("StringEquals", TAGS, "team"), Null={TAGS: "false"}),
        "only when each of the keys of the tags is team and with aws:TagKeys",
        [(NONE, False), (_tags("team"), True), (_tags("team", "a"), False)],
    ),
    "of a key with one value there is no each (COND-11)": (
        _allow(**_every("StringEquals", "aws:SourceVpce", "vpce-1")),
        "only when the VPC endpoint is vpce-1 or is absent",
        [(NONE, True), ({"aws:SourceVpce": "vpce-1"}, True), ({"aws:SourceVpce": "vpce-2"}, False)],
    ),
    "no tag is to be that one (COND-11)": (
        _allow(**_every("StringNotEquals", TAGS, "secret")),
        "only when each of the keys of the tags is not secret or there are none",
        [(NONE, True), (_tags("a"), True), (_tags("secret", "a"), False)],
    ),
    "a Deny where no tag is that one (COND-11)": (
        _deny(**_every("StringNotEquals", TAGS, "team")),
        "only when one of the keys of the tags is team",
        [(NONE, False), (_tags("a"), False), (_tags("team", "a"), True)],
    ),
    "some tag is to be another one (COND-11)": (
        _allow(**_some("StringNotEquals", TAGS, "secret")),
        "only when one of the keys of the tags is not secret",
        [(NONE, False), (_tags("secret"), False), (_tags("secret", "a"), True)],
    ),
    "a Deny of every other tag (COND-11)": (
        _deny(**_some("StringNotEquals", TAGS, "team")),
        "only when each of the keys of the tags is team or there are none",
        [(NONE, True), (_tags("team"), True), (_tags("team", "a"), False)],
    ),
    "a Deny of an old code and of none (COND-25)": (
        [*_deny(NumericGreaterThan={AGE: "3600"}), _deny(BoolIfExists={MFA: "false"})[1]],
        "only when the time since MFA, in seconds, is not more than 3600 and with MFA",
        [(NONE, False), ({MFA: "true", AGE: "60"}, True), ({MFA: "true", AGE: "7200"}, False)],
    ),
    "a Deny of an endpoint misses who comes through none (COND-03)": (
        _deny(StringEquals={"aws:SourceVpce": "vpce-1"}),
        "only when the VPC endpoint is not vpce-1 or is absent",
        [(NONE, True), ({"aws:SourceVpce": "vpce-1"}, False), ({"aws:SourceVpce": "vpce-2"}, True)],
    ),
    "a Deny of every address but one's own reaches who has none (COND-03)": (
        _deny(NotIpAddress={"aws:SourceIp": OFFICE}),
        f"only from {OFFICE}",
        [(ENDPOINT, False), (AT_OFFICE, True), (ELSEWHERE, False)],
    ),
}


@pytest.mark.parametrize(("statements", "words", "asked"), WORDS.values(), ids=WORDS)
def test_the_words_say_what_the_engine_decides(
    statements: list[dict[str, Any]], words: str, asked: list[tuple[dict[str, Any], bool]]
) -> None:
    """The words of ``who_can``, and what ``evaluate`` says to single requests."""
    lab = Lab()
    dana = lab.create_account("Development", "111111111111").create_user("dana")
    dana.put_policy("Queues", document(*statements))
    assert _when(lab) == words
    for context, allowed in asked:
        assert lab.evaluate(dana, "sqs:CreateQueue", QUEUE, context).allowed is allowed, context


GRANTS = "kms:GrantIsForAWSResource"
TRUTH = {
    "Bool true": ({"Bool": {GRANTS: "true"}}, f"when {GRANTS} is true", f"when {GRANTS} is false or is absent"),
    "Bool false": ({"Bool": {GRANTS: "false"}}, f"when {GRANTS} is false", f"when {GRANTS} is true or is absent"),
    "IfExists": (
        {"BoolIfExists": {GRANTS: "true"}},
        f"when {GRANTS} is true or is absent",
        f"when {GRANTS} is false",
    ),
}


@pytest.mark.parametrize(("condition", "allowing", "denying"), TRUTH.values(), ids=TRUTH)
def test_what_is_true_false_or_not_said(condition: dict[str, Any], allowing: str, denying: str) -> None:
    """COND-03, COND-10: without the key Bool does not hold, so a Deny with it does not apply; IfExists does."""
    lab = Lab()
    dev = lab.create_account("Development", "111111111111")
    dana = dev.create_user("dana")
    key = dev.create_key()
    bare = {"Effect": "Allow", "Action": "kms:CreateGrant", "Resource": "*"}
    for statements, words in (
        ([{**bare, "Condition": condition}], allowing),
        ([bare, {**bare, "Effect": "Deny", "Condition": condition}], denying),
    ):
        dana.put_policy("Grants", document(*statements))
        (answer,) = [one for one in lab.who_can("kms:CreateGrant", key).found if one.subject.name == "dana"]
        assert answer.when == f"only {words}"
        for context, said in (({}, "absent"), ({GRANTS: "true"}, "is true"), ({GRANTS: "false"}, "is false")):
            assert lab.evaluate(dana, "kms:CreateGrant", key, context).allowed is (said in words)


def test_a_trust_policy_says_what_its_conditions_come_to_together() -> None:
    """A key that one condition demands is not absent to another one (COND-12)."""
    guarded = {**_every("StringEquals", TAGS, "team"), "Null": {TAGS: "false"}}
    lab = Lab()
    role = lab.create_account("Development", "111111111111").create_role("Open", trust=trust(guarded, AWS="*"))
    assert trust_sentence(trusted(lab.world.state, role.trust)) == (
        "It trusts everybody, in every account, only when each of the keys of the tags is team and with aws:TagKeys."
    )


def test_the_sessions_of_a_role_are_not_said_to_have_long_term_keys() -> None:
    """COND-24: every session of a role says when its credentials were issued, and IAM's revoking counts on it."""
    lab = Lab()
    dev = lab.create_account("Development", "111111111111")
    role = dev.create_role("Reader", trust=trust(AWS=dev.arn))
    old = {"DateLessThan": {"aws:TokenIssueTime": "2026-11-02T10:00:00Z"}}
    role.put_policy("Queues", document(*_deny(**old)))
    assert _when(lab, "Reader") == (
        "only when the moment at which the credentials were issued is not before 2026-11-02T10:00:00Z"
    )


def test_a_user_may_get_temporary_credentials_and_is_somebody_who_may() -> None:
    """COND-24: long-term keys do not say when they were issued; the credentials of GetSessionToken do."""
    lab = Lab()
    dev = lab.create_account("Development", "111111111111")
    dana = dev.create_user("dana")
    new = {"DateGreaterThan": {"aws:TokenIssueTime": "2026-01-01T00:00:00Z"}}
    role = dev.create_role("Reader", trust=trust(new, AWS=dana.arn))
    (answer,) = [one for one in lab.who_can("sts:AssumeRole", role).found if one.subject.name == "dana"]
    assert "2026-01-01T00:00:00Z" in answer.when
    assert "long-term keys" not in answer.when
    assert not lab.evaluate(dana, "sts:AssumeRole", role).allowed
    assert lab.evaluate(lab.sts.get_session_token(dana), "sts:AssumeRole", role).allowed


def test_who_has_given_mfa_does_not_come_with_long_term_keys() -> None:
    """COND-25: that key comes with temporary credentials, and so does the moment at which they were issued."""
    lab = Lab()
    dana = lab.create_account("Development", "111111111111").create_user("dana")
    old = {"DateLessThan": {"aws:TokenIssueTime": "2026-11-02T10:00:00Z"}}
    dana.put_policy("Queues", document(*_deny(**old)))
    assert "long-term keys" in _when(lab)
    dana.put_policy("Queues", document(*_deny(**old), _deny(BoolIfExists={MFA: "false"})[1]))
    assert _when(lab).endswith(" is not before 2026-11-02T10:00:00Z and with MFA")


def _when(lab: Lab, name: str = "dana") -> str:
    (answer,) = [one for one in lab.who_can("sqs:CreateQueue", QUEUE).found if one.subject.name == name]
    return answer.when


def test_what_must_be_so_together_is_not_read_as_a_choice() -> None:
    """COND-01: where one condition leaves a choice, a comma stands before the next one."""
    lab = Lab()
    dana = lab.create_account("Development", "111111111111").create_user("dana")
    both = {"IpAddressIfExists": {"aws:SourceIp": OFFICE}, "Bool": {MFA: "true"}}
    dana.put_policy("Queues", document(*_allow(**both)))
    assert _when(lab) == f"only from {OFFICE} or through a VPC endpoint, and with MFA"
    assert not lab.evaluate(dana, "sqs:CreateQueue", QUEUE, AT_OFFICE).allowed
    dana.put_policy("Queues", document(*_allow(**both), *_allow(StringEquals={"aws:SourceVpc": "vpc-1"})))
    assert _when(lab) == f"only from {OFFICE} or through a VPC endpoint, and with MFA; or when the VPC is vpc-1"


def test_whether_credentials_are_temporary_is_known_of_a_role() -> None:
    """COND-20, COND-24: aws:TokenIssueTime is there with temporary credentials alone, and roles have no others."""
    lab = Lab()
    dev = lab.create_account("Development", "111111111111")
    dana, role = dev.create_user("dana"), dev.create_role("Reader", trust=trust(AWS=dev.arn))
    for absent, users, roles in (
        ("true", "only with temporary credentials", ""),
        ("false", "only with long-term keys", None),
    ):
        for holder in (dana, role):
            holder.put_policy("Queues", document(*_deny(Null={"aws:TokenIssueTime": absent})))
        found = {one.subject.name: one.when for one in lab.who_can("sqs:CreateQueue", QUEUE).found}
        assert found["dana"] == users
        assert found.get("Reader") == roles
