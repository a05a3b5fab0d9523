"""The circumstances of a request: what a condition leaves open, what stays fixed, and the words for it."""

from __future__ import annotations

from typing import Any

import pytest
from answers.documents import MFA, allow, deny, policy, when

from iamlab import Lab
from iamlab.core.evaluation import Evaluation
from iamlab.lessons.circumstances import condition, in_any_case, told_apart, variants, with_another
from iamlab.lessons.excess import instances_of

PHOTO = "arn:aws:s3:::acme-photos/1.jpg"
READ = allow("s3:GetObject", "arn:aws:s3:::acme-photos/*")


def _asked(*statements: dict[str, Any], action: str = "s3:GetObject", **context: Any) -> Evaluation:
    """dana, with long-term keys, asks for a photo."""
    lab = Lab()
    dev = lab.create_account("Development", "111111111111")
    dev.create_bucket("acme-photos")
    dana = dev.create_user("dana")
    dana.put_policy("Work", policy(*statements))
    return lab.evaluate(dana, action, PHOTO, context)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (when(READ, Bool=MFA), "only with MFA"),
        (when(READ, IpAddress={"aws:SourceIp": "203.0.113.0/24"}), "only from 203.0.113.0/24"),
        (when(READ, DateGreaterThan={"aws:CurrentTime": "2100-01-01"}), "only after 2100-01-01"),
        (when(READ, StringEquals={"aws:PrincipalTag/job": "admin"}), "only when the caller's tag job is admin"),
        (when(READ, StringEquals={"aws:RequestedRegion": "eu-west-1"}), "only when aws:RequestedRegion is eu-west-1"),
        (allow("s3:GetObject", "arn:aws:s3:::acme-photos/${aws:PrincipalTag/picture}"), "only where"),
    ],
)
def test_a_condition_that_some_request_meets_is_found(statement: dict[str, Any], words: str) -> None:
    """Denied as it was asked, and allowed in other circumstances (COND-01, COND-20, COND-24)."""
    evaluation = _asked(statement)
    assert not evaluation.allowed
    assert in_any_case(evaluation).allowed
    assert condition(evaluation.request, evaluation.policies).startswith(words)


@pytest.mark.parametrize(
    "statements",
    [
        [when(READ, StringEquals={"aws:username": "eric"})],  # who asks stays the same
        [when(READ, StringEquals={"aws:PrincipalAccount": "222222222222"})],
        [when(READ, Bool=MFA), when(deny("s3:*"), Bool=MFA)],  # what lets her also forbids it
        [when(READ, Bool={**MFA, "aws:SecureTransport": "false"})],  # the lab's requests go over TLS
        [when(READ, DateLessThan={"aws:CurrentTime": "2026-01-01"}, DateGreaterThan={"aws:CurrentTime": "2027-01-01"})],
        [when(READ, DateLessThan={"aws:CurrentTime": "2020-01-01"})],  # nobody asks in the past
        [when(READ, Null={"aws:RequestedRegion": "true"})],  # every request is made in some Region
        [deny("s3:GetObject")],
    ],
)
def test_conditions_that_no_request_of_hers_meets_leave_nothing_open(statements: list[dict[str, Any]]) -> None:
    """It stays denied, and the evaluation is the one that was asked for."""
    evaluation = _asked(*statements)
    assert in_any_case(evaluation) is evaluation


def test_a_deny_that_some_request_gets_past_is_found() -> None:
    """COND-25: whoever gives MFA is not hit by a Deny for those who do not."""
    without = when(deny("s3:GetObject"), BoolIfExists={"aws:MultiFactorAuthPresent": "false"})
    evaluation = _asked(READ, without)
    assert not evaluation.allowed
    found = in_any_case(evaluation)
    assert found.allowed
    assert found.request.values["aws:multifactorauthpresent"] == "true"
    assert condition(evaluation.request, evaluation.policies) == "only with MFA"


def test_what_is_fixed_stays_as_it_is() -> None:
    """Without MFA, from that network: the one key is fixed, the other one varies."""
    evaluation = _asked(when(READ, Bool=MFA), when(READ, IpAddress={"aws:SourceIp": "203.0.113.0/24"}))
    found = in_any_case(evaluation, "aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge")
    assert found.allowed
    assert "aws:multifactorauthpresent" not in found.request.values
    assert str(found.request.values["aws:sourceip"]).startswith("203.0.113.")
    alone = _asked(when(READ, Bool=MFA))
    assert in_any_case(alone, "aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge") is alone


def test_of_a_request_whose_policies_have_no_conditions_there_is_one_variant() -> None:
    """Nothing makes a difference; statements about other actions and other resources neither."""
    others = (when(allow("s3:PutObject"), Bool=MFA), when(allow("s3:*", "arn:aws:s3:::acme-dev/*"), Bool=MFA))
    evaluation = _asked(READ, *others)
    assert list(variants(evaluation.request, evaluation.policies)) == [evaluation.request]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"StringEquals": {"s3:VersionId": ["right", "left"]}}, "left"),
        ({"StringLike": {"s3:VersionId": "r*"}}, "rexample"),
        ({"StringNotEquals": {"s3:VersionId": "wrong"}}, "another"),
        ({"StringEquals": {"s3:VersionId": "right"}}, ""),
    ],
)
def test_another_value_that_does_as_well_is_found(wanted: dict[str, Any], found: str) -> None:
    """Of those that the policies speak of, and of those that are given."""
    statement = {**allow("s3:GetObjectVersion", "arn:aws:s3:::acme-photos/*"), "Condition": wanted}
    evaluation = _asked(statement, action="s3:GetObjectVersion")
    other = with_another(evaluation, "s3:VersionId", lambda text: text == "right", "another")
    if found:
        assert other.allowed
        assert other.request.values["s3:versionid"] == found
    else:
        assert other is evaluation


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("*", []),
        ("arn:aws:iam::111111111111:role/Prod*", ["arn:aws:iam::111111111111:role/Prodexample"]),
        ("arn:aws:iam::1*:role/P?", ["arn:aws:iam::111111111111:role/Px", "arn:aws:iam::123456789012:role/Px"]),
        ("arn:aws:iam::2*:role/P", ["arn:aws:iam::200000000000:role/P"]),
        ("arn:aws:iam::222222222222:role/P", ["arn:aws:iam::222222222222:role/P"]),
        ("arn:aws:s3:::acme-dev*", ["arn:aws:s3:::acme-devexample", "arn:aws:s3:::acme-devexample/example"]),
        ("arn:aws:s3:::acme-dev/${aws:username}/*", ["arn:aws:s3:::acme-dev/example/example"]),
    ],
)
def test_something_for_every_pattern(pattern: str, found: list[str]) -> None:
    """Of the caller's account, and of another one where the pattern lets it."""
    assert list(instances_of(pattern, "111111111111")) == found


ADDRESS = {"aws:SourceIp": "203.0.113.0/24"}
ENDED, TO_COME = ({"aws:CurrentTime": f"{year}-01-01"} for year in (2020, 2100))


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ([READ], [READ], False),
        ([READ], [when(READ, Bool=MFA)], True),
        (
            [when(READ, Bool=MFA)],
            [READ, when(deny("s3:*"), BoolIfExists={"aws:MultiFactorAuthPresent": "false"})],
            False,
        ),
        ([when(READ, Bool=MFA)], [when(READ, Bool=MFA, IpAddress=ADDRESS)], True),
        # COND-06: no request is made in the past.
        ([READ], [READ, when(deny("s3:*"), DateLessThan=ENDED)], False),
        ([READ], [READ, when(deny("s3:*"), DateGreaterThan=TO_COME)], True),
        # COND-20: other Regions. The tags of a user are what they are; requests go over TLS.
        ([READ], [when(READ, StringEquals={"aws:RequestedRegion": "us-east-1"})], True),
        ([READ], [READ, when(deny("s3:*"), StringEquals={"aws:PrincipalTag/team": "red"})], False),
        ([READ], [READ, when(deny("s3:*"), Bool={"aws:SecureTransport": "false"})], False),
        ([READ], [deny("s3:*")], True),
    ],
)
def test_two_answers_to_one_request_are_told_apart(
    one: list[dict[str, Any]], other: list[dict[str, Any]], apart: bool
) -> None:
    """In some circumstances the one is allowed and the other not; the same in the other direction."""
    asked, answered = _asked(*one), _asked(*other)
    found = list(told_apart(asked, answered))
    assert bool(found) is apart
    assert bool(list(told_apart(answered, asked))) is apart
    assert all(pair[0].allowed is not pair[1].allowed for pair in found)


def test_a_key_that_is_fixed_tells_nothing_apart() -> None:
    """Of the address nobody asks; of MFA somebody does."""
    given = {"aws:SourceIp": "203.0.113.7"}
    asked, answered = _asked(READ, **given), _asked(when(READ, IpAddress=ADDRESS), **given)
    assert list(told_apart(asked, answered))
    assert not list(told_apart(asked, answered, ["aws:SourceIp"]))
