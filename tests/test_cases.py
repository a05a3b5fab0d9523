"""Decisions, case by case: what is decided, by which statement, under which rule, and what AWS would say."""

from __future__ import annotations

import json

import casework
import pytest

from iamlab.core.doubts import DOUBTS
from iamlab.core.errors import IamlabError
from iamlab.core.evaluation import Decision, decide, evaluate
from iamlab.core.request import Principal, Request
from iamlab.core.rules import RULES

ALL_CASES = [case for name in casework.FILES for case in casework.read(name)]
CASES = [case for case in ALL_CASES if "decision" in case["expect"]]
REFUSED = [case for case in ALL_CASES if "error" in case["expect"]]


def _evaluate(case):
    return evaluate(casework.request(case), casework.policies(case))


def _each(cases):
    return pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in cases])


each_case = _each(CASES)


def _fits(by, expected):
    """``identity/ReadOnlyAccess/*`` stands for some statement of AWS's own policy."""
    if any(one.endswith("/*") for one in expected):
        return {one.rpartition("/")[0] for one in by} == {one.rpartition("/")[0] for one in expected}
    return by == expected


@each_case
def test_decision_and_deciding_statement(case):
    """The decision is AWS's, and so is the reason."""
    evaluation = _evaluate(case)
    assert evaluation.decision.value == case["expect"]["decision"]
    assert _fits(evaluation.by, case["expect"]["by"]), evaluation.by
    assert evaluation.allowed is bool(evaluation.decision) is (case["expect"]["decision"] == "allowed")


@each_case
def test_rule_doubts_and_missing_keys(case):
    """The card beside the verdict, what AWS leaves open, and what the request did not say."""
    evaluation = _evaluate(case)
    assert evaluation.rule.id == case.get("cites", evaluation.rule.id)
    assert list(evaluation.doubts) == case["expect"].get("notes", [])
    assert sorted(evaluation.missing) == sorted(case["expect"].get("missing", evaluation.missing))


@each_case
def test_deciding_and_explaining_agree(case):
    """The fast walk and the walk over every element come to the same verdict."""
    request, policies = casework.request(case), casework.policies(case)
    evaluation = evaluate(request, policies)
    assert evaluation.reason.decision is evaluation.decision is decide(request, policies)
    for layer in evaluation.layers:
        assert len(layer.matches) == sum(
            len(one.policy.statements) for level in policies.levels(layer.name) for one in level
        )


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
    assert message == case["expect"].get("message", message)
    assert message.startswith(start)
    reason = " with an explicit deny in " if case["expect"]["decision"] == "explicit deny" else " because no "
    assert message.removeprefix(start).startswith(reason)


@each_case
def test_a_case_for_a_bug_report_comes_back_the_same(case):
    """What ``as_case`` prints is a case of its own, with the same request, decision and reason."""
    evaluation = _evaluate(case)
    printed = json.loads(json.dumps(evaluation.as_case()))
    assert printed["expect"]["decision"] == case["expect"]["decision"]
    again = _evaluate(printed)
    assert {"decision": again.decision.value, "by": again.by} == printed["expect"]
    assert again.doubts == evaluation.doubts


@_each(REFUSED)
def test_what_is_refused_before_any_policy_is_read(case):
    """Some calls no policy can allow."""
    with pytest.raises(IamlabError) as caught:
        _evaluate(case)
    assert caught.value.code == case["expect"]["error"]
    assert caught.value.message == case["expect"].get("message", caught.value.message)


def _mentioned(case):
    """The rules that the explanation of a case names: that of the decision, of elements and of exemptions."""
    evaluation = _evaluate(case)
    elements = {element.rule for layer in evaluation.layers for one in layer.matches for element in one.elements}
    return {evaluation.rule.id, *elements, *(one.rule for one in evaluation.exempt)}


def test_every_rule_is_cited_by_a_case():
    """A rule that no case cites is a claim that nobody checked; one that is cited and not there has no card."""
    mentioned = set().union(*(_mentioned(case) for case in CASES))
    assert sorted(set(RULES) - mentioned) == []
    assert sorted(mentioned - set(RULES)) == []


def test_every_rule_that_settles_is_expected_by_a_case():
    """Where a case says which rule settles it, it was written down by hand."""
    settling = {_evaluate(case).rule.id for case in CASES}
    assert sorted(settling - {case.get("cites") for case in CASES}) == []


def test_rules_and_doubts_are_sentences():
    """Cards are read by learners, so they are whole sentences, with a link to AWS."""
    assert all(rule.sentence.endswith(".") for rule in RULES.values())
    assert all(rule.link.startswith("https://docs.aws.amazon.com/") for rule in RULES.values())
    assert all(text.endswith(".") for text in DOUBTS.values())
    noted = {note for case in CASES for note in case["expect"].get("notes", ())}
    assert noted <= set(DOUBTS)


def test_the_card_of_a_plain_allow_begins_with_what_explains_it():
    """EVAL-08 stands beside every plain "allowed": one Allow was enough, and that comes first."""
    assert RULES["EVAL-08"].sentence.startswith("One Allow that matches is enough;")


def test_names_of_cases_are_different_sentences():
    """A name says what the case shows, so no two cases share one."""
    names = [case["name"] for case in ALL_CASES]
    assert [name for name in names if names.count(name) > 1] == []


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:iam::111111111111:group/Developers",
        "arn:aws:iam::111111111111:role/Auditor",
        "arn:aws:s3:::acme-photos",
        "arn:aws:sts::111111111111:assumed-role/Auditor",
        "alice",
        "",
    ],
)
def test_what_makes_no_requests_is_no_principal(arn):
    """Groups, roles by themselves, resources and bare names are refused with a sentence (ENT-07)."""
    with pytest.raises(IamlabError):
        Principal(arn)


@pytest.mark.parametrize("resource", ["acme-photos", "", "arn", "arn:aws:s3", "role/Deploy"])
def test_what_is_no_arn_is_no_resource(resource):
    """It is refused when the request is made, with what to write."""
    alice = Principal("arn:aws:iam::111111111111:user/alice")
    with pytest.raises(IamlabError) as caught:
        Request(principal=alice, action="s3:GetObject", resource=resource, resource_account="111111111111")
    assert caught.value.code == "InvalidResource"
    assert repr(resource) in caught.value.message
    assert "Write" in caught.value.message


def test_a_denial_is_falsy_and_only_an_allow_is_true():
    """``if evaluation.decision`` means what it says."""
    assert [bool(one) for one in (Decision.ALLOW, Decision.EXPLICIT_DENY, Decision.IMPLICIT_DENY)] == [
        True,
        False,
        False,
    ]
