"""The engine against another implementation, against itself at other sizes, and against hostile patterns.

Ratios in one run are what counts: machines differ, and are noisy. Nothing here asserts a time.
"""

from __future__ import annotations

import json
import time

import pytest

from iamlab.core import wildcard
from iamlab.core.evaluation import decide, evaluate
from iamlab.core.matching import NamedPolicy
from iamlab.core.policy import Policy
from iamlab.core.policy_set import PolicySet
from iamlab.core.request import Principal, Request

SESSION = Principal("arn:aws:sts::111111111111:assumed-role/App/s1")
CONTEXT = {"aws:ResourceTag/env": "dev"}
OBJECT = "arn:aws:s3:::acme-photos/2026/1.jpg"
ACTIONS = ("s3:Get*", "s3:*Object", "ec2:Describe*", "s3:List*", "sqs:*")


def _statement(number, effect="Allow", resource="arn:aws:s3:::other-*/*"):
    return {
        "Effect": effect,
        "Action": ACTIONS[number % len(ACTIONS)],
        "Resource": resource,
        "Condition": {"StringEquals": {"aws:ResourceTag/env": "dev"}},
    }


def _documents():
    """Three policies of five statements, three of the fifteen a Deny; the last statement of the last one allows."""
    several = [[_statement(5 * policy + one) for one in range(5)] for policy in range(3)]
    for policy in several:
        policy[1] = _statement(1, effect="Deny")
    several[2][4] = _statement(0, resource="arn:aws:s3:::acme-*/*")
    return [{"Version": "2012-10-17", "Statement": statements} for statements in several]


def _named(documents):
    return tuple(NamedPolicy(name=f"p{at}", policy=Policy.parse(one)) for at, one in enumerate(documents))


def _request():
    return Request(
        principal=SESSION, action="s3:GetObject", resource=OBJECT, resource_account="111111111111", context=CONTEXT
    )


def _rate(function, seconds=0.5):
    """Calls a second, the best of five stretches."""
    best = 0.0
    for _ in range(5):
        calls, start = 0, time.perf_counter()
        while (passed := time.perf_counter() - start) < seconds / 5:
            for _ in range(200):
                function()
            calls += 200
        best = max(best, calls / passed)
    return best


def test_against_moto(capsys):
    """Decisions a second beside those of moto 5 with its policies parsed, on the same policies and request."""
    moto = pytest.importorskip("moto.iam.access_control", reason="make bench installs moto")
    documents = _documents()
    theirs = [moto.IAMPolicy(json.dumps(one)) for one in documents]

    def moto_decides():
        found = [one.is_action_permitted("s3:GetObject", OBJECT, None, CONTEXT) for one in theirs]
        if moto.PermissionResult.DENIED in found:
            return False
        return moto.PermissionResult.PERMITTED in found

    policies, request = PolicySet(identity=_named(documents)), _request()
    assert decide(request, policies)
    assert moto_decides()
    rates = {
        "moto": _rate(moto_decides),
        "decision": _rate(lambda: decide(request, policies)),
        "decision, request made anew": _rate(lambda: decide(_request(), policies)),
        "explained decision": _rate(lambda: evaluate(request, policies).layers),
    }
    with capsys.disabled():
        print()
        for name, rate in rates.items():
            print(f"{name}: {rate:,.0f} a second, {rate / rates['moto']:.1f} times moto")


def test_a_thousand_statements(capsys):
    """With the same number that can matter, a large set should be little slower than a small one."""
    small = PolicySet(identity=_named(_documents()))
    others = [{"Effect": "Allow", "Action": f"service{number}:Get*", "Resource": "*"} for number in range(985)]
    large = PolicySet(identity=_named([*_documents(), {"Version": "2012-10-17", "Statement": others}]))
    request = _request()
    rates = [_rate(lambda policies=policies: decide(request, policies)) for policies in (small, large)]
    with capsys.disabled():
        print(f"\n1,000 statements take {rates[0] / rates[1]:.2f} times as long as 15")


PATTERNS = {
    "*a*a*a*a*b against a run of a": (lambda n: "*a" * 20 + "*b*", lambda n: "a" * n),
    "a pattern as long as the text": (lambda n: "*a" * (n // 2) + "b*", lambda n: "a" * n),
    "thousands of ? behind a star": (lambda n: "*" + "?" * (n // 2) + "b*", lambda n: "a" * n),
    "a star and a long tail": (lambda n: "*" + "a" * (n // 2) + "b*", lambda n: "a" * n),
}


@pytest.mark.parametrize("name", PATTERNS)
def test_hostile_patterns(name, capsys):
    """The curve: time for each text length, and over pattern times text."""
    make_pattern, make_text = PATTERNS[name]
    with capsys.disabled():
        print(f"\n{name}")
        for size in (1_000, 10_000, 100_000):
            pattern, text = make_pattern(size), make_text(size)
            start = time.perf_counter()
            wildcard.matches(pattern, text)
            took = time.perf_counter() - start
            pair = took / (len(pattern) * len(text)) * 1e9
            print(f"  text {size:7,}, pattern {len(pattern):7,}: {took * 1000:9.2f} ms, {pair:8.4f} ns a pair")
