"""Documents without number: random bytes, random JSON, damaged real policies. Nothing but PolicyError may come of it.

Run by ``make fuzz``, bounded by the count given; the seed is printed, so that a finding can be had again.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import time

from iamlab.core.errors import PolicyError
from iamlab.core.operators import OPERATORS
from iamlab.core.policy import Policy, PolicyKind
from iamlab.world import managed_policies

KINDS = tuple(PolicyKind)
WORDS = (
    *("Version", "Id", "Statement", "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource"),
    *("NotResource", "Condition", "AWS", "Service", "Federated", "CanonicalUser", *OPERATORS, "Null"),
    *("ForAllValues:StringLike", "ForAnyValue:Null", "StringEqualsIfExists", "aws:SourceIp", "aws:RequestTag/x"),
)
VALUES = (
    *("2012-10-17", "2008-10-17", "Allow", "Deny", "*", "s3:*", "s*:Get?", "sts:AssumeRole", "arn:aws:s3:::b/${a:b}"),
    *("arn:aws:s3", "${", "${aws:username, 'x'}", "111111111111", "ec2.amazonaws.com", "true", "2026-05-01", "::1", ""),
    *(None, True, 0, -1.5, 10**30, "\x00", "\u20ac", "a" * 2000, "*a" * 500, "?" * 1000),
)
PIECES = (
    '"',
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\\",
    "\n",
    "\x00",
    "'",
    "0",
    "null",
    "${",
    "*",
    "\\u20ac",
    "1e999",
    "\xff",
)
SLOWEST = 1.0
"""Seconds that one document may take: no number of performance, but what a hang is."""


def _value(rng, depth=0):
    kind = rng.random()
    if depth > 5 or kind < 0.4:
        return rng.choice(VALUES)
    if kind < 0.6:
        return [_value(rng, depth + 1) for _ in range(rng.randrange(4))]
    return {rng.choice(WORDS): _value(rng, depth + 1) for _ in range(rng.randrange(5))}


def _statement(rng):
    """Nearly right, so that the later checks are reached."""
    actions = ("s3:*", "sts:AssumeRole", _value(rng))
    statement = {"Effect": rng.choice(("Allow", "Deny")), "Action": rng.choice(actions), "Resource": "*"}
    for element in ("Resource", "NotResource", "Principal", "NotPrincipal", "Condition", "NotAction", "Sid"):
        if rng.random() < 0.35:
            statement[element] = rng.choice(
                ("*", _value(rng), {rng.choice(WORDS): {rng.choice(WORDS): _value(rng, 4)}})
            )
    return statement


def _damaged(rng, text):
    for _ in range(rng.randrange(1, 4)):
        start = rng.randrange(len(text) + 1)
        text = text[:start] + rng.choice(PIECES) + text[start + rng.randrange(6) :]
    return text


def _source(rng, real):
    kind = rng.random()
    if kind < 0.2:
        return rng.randbytes(rng.randrange(200)).decode("latin-1")
    if kind < 0.4:
        return _value(rng)
    if kind < 0.8:
        document = {"Version": rng.choice(VALUES[:2]), "Statement": [_statement(rng) for _ in range(rng.randrange(3))]}
        return rng.choice((document, json.dumps(document)))
    return _damaged(rng, rng.choice(real))


def main():
    """Try as many documents as were asked for; raise at the first finding."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    asked = parser.parse_args()
    rng = random.Random(asked.seed)
    every = (managed_policies.document(name).text for name in managed_policies.names())
    real = [text for text in every if len(text) < 4000]
    accepted, slowest, half = 0, 0.0, 0
    print(f"seed {asked.seed}")
    for number in range(asked.count):
        source = _source(rng, real)
        start = time.perf_counter()
        try:
            Policy.parse(source, rng.choice(KINDS))
            accepted += 1
        except PolicyError:
            pass  # what a damaged document earns
        except Exception as error:
            raise AssertionError(f"document {number}: {source!r}") from error
        slowest = max(slowest, time.perf_counter() - start)
        assert slowest < SLOWEST, source
        if number == asked.count // 2:
            half = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - half
    print(f"{asked.count:,} documents, {accepted:,} accepted, the slowest {slowest * 1000:.1f} ms,")
    print(f"memory grown in the second half by {grown / 1024:.1f} MB")
    assert grown < 64 * 1024, "memory grows"


if __name__ == "__main__":
    main()
