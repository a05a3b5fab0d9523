"""What a check imagines: somebody else, a word for a star, policies that leave it to an account."""

from __future__ import annotations

from functools import cache
from typing import Final

from iamlab.core.policy import LATEST, Policy, PolicyKind

SOMEBODY: Final = "somebody-else"
"""A user, or a session, that there could be in each account."""


def sample(pattern: str, star: str = "example") -> str:
    """A text that fits a pattern.

    >>> sample("role/Prod*"), sample("web/?*", star="")
    ('role/Prodexample', 'web/x')
    """
    return pattern.replace("*", star).replace("?", "x")


@cache
def left_to(*accounts: str) -> tuple[Policy, Policy]:
    """A trust policy and a key policy that leave it to these accounts (EVAL-15)."""
    statement = {"Effect": "Allow", "Principal": {"AWS": list(accounts)}}
    trust = {"Version": LATEST, "Statement": {**statement, "Action": "sts:*"}}
    key = {"Version": LATEST, "Statement": {**statement, "Action": "kms:*", "Resource": "*"}}
    return Policy.parse(trust, PolicyKind.TRUST), Policy.parse(key, PolicyKind.RESOURCE)
