"""Who can do what, in bulk: against another implementation, against our own engine, and at growing sizes.

The worlds are made by the benchmark itself, with a seed. Nothing here asserts a time.
"""

from __future__ import annotations

import gc
import json
import random
import statistics
import time
import tracemalloc

import pytest

from iamlab import Lab, catalog
from iamlab.analysis.access import Access, AccessMatrix
from iamlab.analysis.subjects import everybody
from iamlab.core.evaluation import decide
from iamlab.core.request import Principal, Request
from iamlab.world.quotas import Quotas

DEV = "111111111111"
ENV = {"aws:ResourceTag/env": "dev"}
TRUST = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Principal": {"AWS": DEV}, "Action": "sts:AssumeRole"},
}
PREFIXES = ("Get*", "List*", "Put*", "Delete*", "*Object", "*Tagging", "*", "Create*")


def _policy(chance, *, tagged=False):
    statements = []
    for number in range(5):
        service = chance.choice(("s3", "s3", "sqs", "iam", "*", "ec2", "kms"))
        action = f"{service}:{chance.choice(PREFIXES)}"
        resource = chance.choice(("*", "arn:aws:s3:::acme-*", "arn:aws:s3:::acme-1*/*", "arn:aws:sqs:*:*:job-*"))
        condition = {"StringEquals": ENV}
        if tagged:
            condition = {}
            if number % 3 == 0:
                condition = {"StringEquals": {"aws:PrincipalTag/team": chance.choice(("red", "blue"))}}
                resource = chance.choice((resource, "arn:aws:s3:::acme-1/${aws:username}/*"))
        effect = "Deny" if number == 4 else "Allow"
        statements.append({"Effect": effect, "Action": action, "Resource": resource, "Condition": condition})
    return {"Version": "2012-10-17", "Statement": statements}


def _lab(users, roles, *, tagged, seed=1):
    """Principals with three policies each; half with a boundary, two levels of SCPs, when ``tagged``."""
    chance = random.Random(seed)
    lab = Lab(quotas=Quotas(InlineSizePerUser=10_000))
    dev = lab.create_account("Dev", DEV)
    for number in range(10):
        dev.create_bucket(f"acme-{number}")
    limits = [dev.create_policy(f"Limit{one}", _policy(chance, tagged=tagged)) for one in range(5)]
    people = [dev.create_user(f"u{one}", tags={"team": chance.choice(("red", "blue"))}) for one in range(users)]
    people += [dev.create_role(f"r{one}", trust=TRUST) for one in range(roles)]
    for at, one in enumerate(people):
        for number in range(3):
            one.put_policy(f"p{number}", _policy(chance, tagged=tagged))
        if tagged and at % 2:
            one.put_boundary(chance.choice(limits))
    if tagged:
        organization = lab.create_organization(lab.create_account("Management", "999999999999"))
        organization.enable("SCP")
        unit = organization.create_unit("Apps")
        organization.add(dev)
        organization.move(dev, unit)
        for target in (organization.root, unit):
            guard = {"Effect": "Deny", "Action": f"{chance.choice(('ec2', 'kms'))}:Delete*", "Resource": "*"}
            policy = {"Version": "2012-10-17", "Statement": guard}
            organization.attach(organization.create_policy(f"Guard{target.name}", policy), target)
    return lab


def _subjects(lab, kind):
    return [one for one in everybody(lab.world.state) if one.kind == kind]


RESOURCES = [f"arn:aws:s3:::acme-{one % 10}" + ("" if one < 10 else "/1.jpg") for one in range(20)]


def test_against_moto_and_our_own_engine(capsys):
    """400,000 cells: 100 roles with 3 policies of 5 statements, 200 actions, 20 resources."""
    moto = pytest.importorskip("moto.iam.access_control", reason="make bench installs moto")
    lab = _lab(0, 100, tagged=False)
    subjects = _subjects(lab, "role")
    actions = random.Random(2).sample(
        [one for one in catalog.expand("*") if one.startswith(("s3:", "sqs:", "iam:"))], 200
    )
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        matrix = AccessMatrix(lab.world.state, subjects, actions, RESOURCES, ENV)
        counts = matrix.counts()
        best = min(best, time.perf_counter() - start)
    roles = [one for one in lab.callers if one.kind == "role"]
    theirs = {one.name: [moto.IAMPolicy(json.dumps(p.policy.document)) for p in one.policies] for one in roles}
    chance = random.Random(3)
    cells = [(chance.choice(roles), chance.choice(actions), chance.choice(RESOURCES)) for _ in range(4_000)]
    start = time.perf_counter()
    for role, action, arn in cells:
        for policy in theirs[role.name]:
            policy.is_action_permitted(action, arn, None, ENV)
    of_moto = (time.perf_counter() - start) / len(cells)
    sets = {one.name: _sets(lab, one) for one in roles}
    start = time.perf_counter()
    for role, action, arn in cells:
        principal, policies = sets[role.name]
        decide(Request(principal=principal, action=action, resource=arn, resource_account=DEV, context=ENV), policies)
    own = (time.perf_counter() - start) / len(cells)
    cell = best / matrix.size
    with capsys.disabled():
        asked = matrix.size - counts[Access.NOT_ASKED]
        print(f"\n{matrix.size:,} cells ({asked:,} that AWS asks about) in {best:.3f} s, {cell * 1e9:.0f} ns each")
        print(f"{of_moto / cell:,.0f} times moto, {own / cell:,.0f} times our own decision for each cell")


def _sets(lab, role):
    evaluation = lab.evaluate(role, "s3:GetObject", RESOURCES[-1])
    return Principal(evaluation.request.principal.arn), evaluation.policies


def test_the_whole_catalogue(capsys):
    """Principals times every action times 20 resources; boundaries, conditions on the caller, two levels of SCPs."""
    lab = _lab(1_000, 0, tagged=True)
    people = _subjects(lab, "user")
    actions = catalog.expand("*")
    for number in (10, 100, 1_000):
        gc.collect()
        start = time.perf_counter()
        matrix = AccessMatrix(lab.world.state, people[:number], actions, RESOURCES)
        matrix.counts()
        took = time.perf_counter() - start
        with capsys.disabled():
            print(
                f"\n{number:5,} principals, {matrix.size:11,} cells: {took:6.2f} s, {took / matrix.size * 1e9:.2f} ns"
            )
    del matrix
    tracemalloc.start()
    kept = AccessMatrix(lab.world.state, people, actions, RESOURCES)
    kept.counts()
    with capsys.disabled():
        print(f"peak memory for 1,000 principals: {tracemalloc.get_traced_memory()[1] / 2**20:,.0f} MiB")
    tracemalloc.stop()


def test_one_question_in_a_large_world(capsys):
    """who_can in a world of 1,000 users and 200 roles with trust policies, after the first question.

    Processor time, as other programs on the machine cost the question nothing; the best and the middle of many.
    """
    lab = _lab(1_000, 200, tagged=True)
    lab.who_can("s3:GetObject", RESOURCES[-1])
    with capsys.disabled():
        print("\nwho_can, 1,200 principals, processor time:")
        for action, arn in (
            ("s3:PutObject", RESOURCES[11]),
            ("s3:ListBucket", RESOURCES[3]),
            ("s3:GetObject", RESOURCES[12]),
        ):
            took, number = [], 0
            for _ in range(25):
                start = time.process_time()
                number = len(lab.who_can(action, arn))
                took.append((time.process_time() - start) * 1000)
            best, middle = min(took), statistics.median(took)
            print(f"  {action}: best {best:.0f} ms, median {middle:.0f} ms ({number} answers)")
