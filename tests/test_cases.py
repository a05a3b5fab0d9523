"""Decisions, case by case: what is decided, by which statement, under which rule, and what AWS would say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from iamlab.core.errors import IamlabError
from iamlab.core.evaluation import Decision, PolicySet, decide, evaluate
from iamlab.core.matching import NamedPolicy
from iamlab.core.policy import Policy
from iamlab.core.request import Principal, Request
from iamlab.core.rules import RULES

FOLDER = Path(__file__).parent / "cases"
FILES = ("identity", "wildcards", "root_and_free_actions", "administrator")
CASES = [case for name in FILES for case in json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))]


def _request(case):
    asked = case["request"]
    return Request(
        principal=Principal(asked["principal"]),
        action=asked["action"],
        resource=asked["resource"],
        resource_account=asked["resource_account"],
    )


def _policies(case):
    return PolicySet(
        identity=tuple(
            NamedPolicy(
                name=one["name"],
                policy=Policy.parse(one["document"]),
                via=one.get("via", ""),
                arn=one.get("arn", ""),
            )
            for one in case["policies"]["identity"]
        )
    )


def _evaluate(case):
    return evaluate(_request(case), _policies(case))


each_case = pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in CASES])


@each_case
def test_decision_and_deciding_statement(case):
    """The decision is AWS's, and so is the reason."""
    evaluation = _evaluate(case)
    assert {"decision": evaluation.decision.value, "by": evaluation.by} == case["expect"]
    assert evaluation.allowed is bool(evaluation.decision) is (case["expect"]["decision"] == "allowed")


@each_case
def test_rule_that_is_cited(case):
    """The card beside the verdict shows the rule that settled it, in one sentence with a link to AWS."""
    rule = _evaluate(case).rule
    assert rule.id == case.get("cites", rule.id)
    assert rule.sentence.endswith(".")
    assert rule.link.startswith("https://docs.aws.amazon.com/")


@each_case
def test_deciding_and_explaining_agree(case):
    """The fast walk and the walk over every element come to the same verdict."""
    request, policies = _request(case), _policies(case)
    layers = evaluate(request, policies).layers
    verdicts = [layer.decision for layer in layers] or [Decision.ALLOW]
    assert verdicts == [decide(request, policies)]
    assert sum(len(layer.matches) for layer in layers) in (
        0 if not layers else sum(len(one.policy.statements) for one in policies.identity),
    )


REASONS = {
    "implicit deny": " because no identity-based policy allows the {action} action",
    "explicit deny": " with an explicit deny in an identity-based policy",
}


@each_case
def test_what_aws_would_say(case):
    """A denial carries AWS's own sentence (STS-18), an allow none."""
    message = _evaluate(case).error_message
    if case["expect"]["decision"] == "allowed":
        assert message == ""
        return
    asked = case["request"]
    start = "User: {principal} is not authorized to perform: {action}".format(**asked)
    if asked["resource"] != "*":  # a message names an ARN or nothing
        start += " on resource: {resource}".format(**asked)
    assert message == start + REASONS[case["expect"]["decision"]].format(**asked)


def test_an_explicit_deny_in_a_managed_policy_names_its_arn():
    """AWS ends its sentence with the ARN of the managed policy that denies (STS-18)."""
    arn = "arn:aws:iam::111111111111:policy/Guard"
    document = {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}}
    guard = NamedPolicy(name="Guard", policy=Policy.parse(document), arn=arn)
    request = _request(CASES[0])
    message = evaluate(request, PolicySet(identity=(guard,))).error_message
    assert message.endswith(f" with an explicit deny in an identity-based policy: {arn}")


@each_case
def test_a_case_for_a_bug_report_comes_back_the_same(case):
    """What ``as_case`` prints is a case of its own, with the same request, decision and reason."""
    printed = json.loads(json.dumps(_evaluate(case).as_case()))
    assert printed["request"] == case["request"]
    assert printed["expect"] == case["expect"]
    again = _evaluate(printed)
    assert {"decision": again.decision.value, "by": again.by} == case["expect"]


def test_every_rule_is_cited_by_a_case():
    """A rule that no case cites is a claim that nobody checked."""
    cited = {case.get("cites") for case in CASES}
    assert sorted(set(RULES) - cited) == []
    assert sorted(cited - set(RULES) - {None}) == []


def test_names_of_cases_are_different_sentences():
    """A name says what the case shows, so no two cases share one."""
    names = [case["name"] for case in CASES]
    assert [name for name in names if names.count(name) > 1] == []


ALICE = "arn:aws:iam::111111111111:user/alice"
ROLE = "arn:aws:sts::111111111111:assumed-role/Auditor/any-session"
NOT_MODELLED = {
    "a bucket of another account": (ALICE, "s3:GetObject", "arn:aws:s3:::theirs/x", "999999999999"),
    "a user of another account": (ALICE, "iam:GetUser", "arn:aws:iam::999999999999:user/x", "999999999999"),
    "another account's bucket, asked by root": (
        "arn:aws:iam::111111111111:root",
        "s3:GetObject",
        "arn:aws:s3:::theirs/x",
        "999999999999",
    ),
    "assuming a role": (ALICE, "sts:AssumeRole", "arn:aws:iam::111111111111:role/Auditor", "111111111111"),
    "assuming a role, in other letters": (
        ALICE,
        "STS:assumerole",
        "arn:aws:iam::111111111111:role/Auditor",
        "111111111111",
    ),
    "a session assuming a role": (ROLE, "sts:AssumeRole", "arn:aws:iam::111111111111:role/Auditor", "111111111111"),
    "assuming a role with a web identity": (
        ALICE,
        "sts:AssumeRoleWithWebIdentity",
        "arn:aws:iam::111111111111:role/Auditor",
        "111111111111",
    ),
    "assuming a role with SAML": (
        ALICE,
        "sts:AssumeRoleWithSAML",
        "arn:aws:iam::111111111111:role/Auditor",
        "111111111111",
    ),
    "a KMS key": (ALICE, "kms:Decrypt", "arn:aws:kms:eu-west-1:111111111111:key/k", "111111111111"),
}


@pytest.mark.parametrize("asked", [pytest.param(one, id=name) for name, one in NOT_MODELLED.items()])
def test_what_rests_on_other_policy_types_is_refused(asked):
    """What identity policies alone cannot settle is refused, whatever they say, and never guessed."""
    principal, action, resource, account = asked
    request = Request(principal=Principal(principal), action=action, resource=resource, resource_account=account)
    everything = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
    for policies in ((), (NamedPolicy(name="p0", policy=Policy.parse(everything)),)):
        with pytest.raises(IamlabError) as caught:
            evaluate(request, PolicySet(identity=policies))
        assert caught.value.code == "NotModelled"


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:iam::111111111111:group/Developers",
        "arn:aws:iam::111111111111:role/Auditor",
        "arn:aws:s3:::acme-photos",
        "ec2.amazonaws.com",
        "alice",
        "",
    ],
)
def test_what_makes_no_requests_is_no_principal(arn):
    """Groups, roles by themselves, resources and bare names are refused with a sentence (ENT-07)."""
    with pytest.raises(IamlabError):
        Principal(arn)


def test_a_denial_is_falsy_and_only_an_allow_is_true():
    """``if evaluation.decision`` means what it says."""
    assert [bool(one) for one in (Decision.ALLOW, Decision.EXPLICIT_DENY, Decision.IMPLICIT_DENY)] == [
        True,
        False,
        False,
    ]
