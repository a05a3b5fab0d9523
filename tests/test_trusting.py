"""Trust policies as answers: what is no trust policy, whom a good one lets in besides, and the workbench for them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from answers.documents import allow, policy

from iamlab import Lab, Policy
from iamlab.core.policy import PolicyKind
from iamlab.lessons import check, progress, worlds
from iamlab.lessons.excess import first_excess
from iamlab.lessons.story import account, document, trust
from iamlab.lessons.trusting import first_trusted
from iamlab.widgets import PolicyWorkbench

DANA = "arn:aws:iam::111111111111:user/dana"
WRITER = "arn:aws:iam::111111111111:role/Writer"


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(progress.HOME_VARIABLE, str(tmp_path))


def _lab(trusted: dict[str, Any]) -> Lab:
    lab = Lab()
    dev = lab.create_account("Development", "111111111111")
    dev.create_user("dana")
    dev.create_role("Writer", trust=trusted)
    return lab


def _first(trusted: dict[str, Any], *wanted: str) -> str:
    """The caller beyond those wanted, or nothing."""
    made = first_trusted(
        Policy.parse(trusted, PolicyKind.TRUST), WRITER, tuple(("sts:AssumeRole", one) for one in wanted), _lab(trusted)
    )
    return made.request.principal.arn if made else ""


def test_permissions_in_place_of_a_trust_policy_are_the_misconception_that_they_are() -> None:
    """The trust policy says who, the permissions say what (number 6); remembered although nothing was judged."""
    result = check("04.1", policy(allow("s3:PutObject", "arn:aws:s3:::acme-reports/*")))
    assert (result.status, result.misconception) == ("not valid", 6)
    assert "A trust policy says who may assume it" in result.message
    assert progress.misconceptions() == (6,)


@pytest.mark.parametrize("who", ["arn:aws:iam::111111111111:user/nobody", "arn:aws:iam::111111111111:group/Developers"])
def test_who_cannot_be_named_is_no_answer(who: str) -> None:
    """POL-23: somebody who does not exist, or a group, is refused, in AWS's words."""
    result = check("04.1", trust(AWS=who))
    assert (result.status, result.misconception) == ("not valid", 0)
    assert "Invalid principal in policy" in result.message


def test_a_federated_user_is_named_in_vain() -> None:
    """STS-05: the document is well-formed, and lets in nobody; beside dana it does no harm."""
    bob = "arn:aws:sts::111111111111:federated-user/bob"
    result = check("04.1", trust(AWS=bob))
    assert result.status == "not yet"
    assert result.message.startswith(f"{bob} is let in by nothing: a federated user cannot assume roles.")
    both = document({"Effect": "Allow", "Principal": {"AWS": [DANA, bob]}, "Action": "sts:AssumeRole"})
    assert check("04.1", both).correct
    assert "in vain" in check("04.1", both).message


def test_a_namesake_in_another_account_is_somebody_else() -> None:
    """EVAL-16f: "*" is everybody, and a user's name is not given once in the world."""
    assert _first(trust({"StringEquals": {"aws:username": "dana"}}, AWS="*"), DANA) == (
        "arn:aws:iam::123456789012:user/dana"
    )
    here = {"aws:username": "dana", "aws:PrincipalAccount": "111111111111"}
    assert _first(trust({"StringEquals": here}, AWS="*"), DANA) == ""
    roles = {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111111111111:role/W*"}}
    assert ":assumed-role/Wexample/" in _first(trust(roles, AWS="*"), DANA, WRITER)


def test_what_an_account_makes_of_its_trust_counts() -> None:
    """EVAL-16c: nobody in the lab may assume the role today, and somebody in the account can be permitted to."""
    assert _first(trust(AWS=account("111111111111")), "arn:aws:iam::111111111111:user/dana") == (
        "arn:aws:iam::111111111111:user/somebody-else"
    )
    assert _first(trust(AWS=account("111111111111")), "arn:aws:iam::111111111111:*") == ""


def test_a_condition_that_leaves_one_is_no_excess_and_one_that_somebody_can_meet_is() -> None:
    """Everyone, if it is dana, is dana; everyone with MFA is everyone."""
    dana_alone = {"ArnEquals": {"aws:PrincipalArn": DANA}}
    assert _first(trust(dana_alone, AWS="*"), DANA) == ""
    assert _first(trust({"Bool": {"aws:MultiFactorAuthPresent": "true"}}, AWS="*"), DANA) != ""


def test_a_service_that_was_asked_for_is_no_excess() -> None:
    """EVAL-16g, and another one is."""
    assert _first(trust(Service="ec2.amazonaws.com"), "ec2.amazonaws.com") == ""
    assert _first(trust(Service="lambda.amazonaws.com"), "ec2.amazonaws.com") == "lambda.amazonaws.com"


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        (allow("sts:TagSession", WRITER), "sts:TagSession"),
        (allow("kms:Decrypt"), "kms:Decrypt"),
        (allow("sts:AssumeRole", "arn:aws:iam::222222222222:role/*"), "sts:AssumeRole"),
        (allow("sts:AssumeRole", "arn:aws:iam::111111111111:role/NotYetMade"), "sts:AssumeRole"),
    ],
)
def test_roles_and_keys_are_among_what_an_answer_may_open(statement: dict[str, Any], found: str) -> None:
    """EVAL-15: their own policies must allow as well, and are taken to leave it to the account."""
    lab = _lab(trust(AWS=account("111111111111")))
    answer = Policy.parse(policy(allow("sts:AssumeRole", WRITER), statement))
    caller = worlds.identity(lab, "dana").principal
    excess = first_excess(answer, caller, (("sts:AssumeRole", WRITER),), lab.resources)
    assert excess is not None
    assert excess.request.action == found


def test_the_workbench_reads_a_trust_policy_and_says_who_cannot_be_named() -> None:
    """Its text is the exercise's own, and a Principal that does not exist is not stored."""
    bench = PolicyWorkbench(exercise="04.1")
    assert json.loads(bench.text) == document(
        {"Effect": "Allow", "Principal": {"AWS": account("111111111111")}, "Action": "sts:AssumeRole"}
    )
    assert "AWS would store this policy" in bench.status.value
    bench.editor.text = json.dumps(trust(AWS="arn:aws:iam::111111111111:user/nobody"))
    assert "Not valid yet" in bench.status.value
    bench.editor.text = json.dumps(trust(AWS=DANA))
    assert "4 of 4 requests" in bench.judged.value
    assert check("04.1", bench).correct


def test_a_workbench_begins_with_the_users_own_policy_of_that_name_and_not_with_the_groups() -> None:
    """What comes through a group would not be replaced by what is put into the user."""
    lab = _lab(trust(AWS=DANA))
    dev = lab.accounts[0]
    developers = dev.create_group("Developers")
    developers.add(dev.user("dana"))
    developers.put_policy("Work", policy(allow("s3:GetObject", "arn:aws:s3:::acme-dev/*")))
    assert "acme-dev" not in PolicyWorkbench(lab, on="dana", name="Work").text
    dev.user("dana").put_policy("Work", policy(allow("iam:ListUsers")))
    assert "iam:ListUsers" in PolicyWorkbench(lab, on="dana", name="Work").text
