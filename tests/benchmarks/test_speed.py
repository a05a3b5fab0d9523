"""How long things take: measured and reported, never asserted."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from iamlab import Lab, Policy, allow, deny
from iamlab.core.evaluation import decide, evaluate
from iamlab.core.matching import NamedPolicy
from iamlab.core.policy_set import PolicySet
from iamlab.core.request import Principal, Request
from iamlab.views import explain
from iamlab.views.svg import svg
from iamlab.world import managed_policies

REQUEST = Request(
    principal=Principal("arn:aws:iam::111111111111:user/alice"),
    action="s3:GetObject",
    resource="arn:aws:s3:::acme-photos/2026/1.jpg",
    resource_account="111111111111",
)


def _small():
    return (
        NamedPolicy(name="Read", policy=allow("s3:GetObject", "s3:ListBucket", on="arn:aws:s3:::acme-photos/*")),
        NamedPolicy(name="Keep", policy=deny("s3:DeleteObject", on="arn:aws:s3:::acme-photos/*")),
    )


def _large():
    """AWS's own largest policies that can be judged, of many hundred action patterns together."""
    names = ("SecurityAudit", "ViewOnlyAccess", "SystemAdministrator", "DatabaseAdministrator", "SupportUser")
    return tuple(NamedPolicy(name=name, policy=managed_policies.document(name)) for name in names)


each_set = pytest.mark.parametrize("policies", [_small(), _large()], ids=["two small policies", "five large policies"])


@each_set
def test_one_decision(benchmark, policies):
    """The bare verdict."""
    benchmark(decide, REQUEST, PolicySet(identity=policies))


@each_set
def test_one_explained_decision(benchmark, policies):
    """The verdict, and every element of every statement."""
    benchmark(lambda: evaluate(REQUEST, PolicySet(identity=policies)).layers)


def test_one_explanation_as_html(benchmark):
    """What a learner sees below a cell, without the drawing."""
    benchmark(lambda: explain.html(evaluate(REQUEST, PolicySet(identity=_small()))))


def test_one_question_to_the_lab(benchmark):
    """Catalogue, checks and decision together, as ``lab.evaluate`` does it."""
    lab = Lab()
    account = lab.create_account("Development", "111111111111")
    alice, bucket = account.create_user("alice"), account.create_bucket("acme-photos")
    alice.put_policy("Read", allow("s3:GetObject", on=bucket / "*"))
    benchmark(lab.evaluate, alice, "s3:GetObject", bucket / "1.jpg")


def test_one_policy_parsed(benchmark):
    """A long document, from text."""
    text = managed_policies.document("SecurityAudit").to_json()
    benchmark(Policy.parse, text)


def test_one_drawing(benchmark):
    """A small world, laid out by Graphviz."""
    lab = Lab()
    account = lab.create_account("Development", "111111111111")
    group = account.create_group("Developers")
    group.put_policy("Read", allow("s3:GetObject", on="arn:aws:s3:::acme-photos/*"))
    for name in ("alice", "bob", "carol"):
        group.add(account.create_user(name))
    benchmark(svg, lab.graph())


def _run(code):
    subprocess.run([sys.executable, "-c", code], check=True)


def _seconds(code):
    start = time.perf_counter()
    _run(code)
    return time.perf_counter() - start


@pytest.mark.parametrize("module", ["iamlab", "iamlab.widgets"])
def test_import(benchmark, module):
    """A fresh Python that imports it; beside it in the report, how much longer that is than one that does not."""
    empty = min(_seconds("pass") for _ in range(5))
    benchmark.pedantic(_run, args=(f"import {module}",), rounds=5, warmup_rounds=1)
    if benchmark.stats is not None:
        benchmark.extra_info["seconds over an empty Python"] = round(benchmark.stats.stats.min - empty, 4)
        print(f"\nimport {module}: {benchmark.extra_info['seconds over an empty Python']} s over an empty Python")
