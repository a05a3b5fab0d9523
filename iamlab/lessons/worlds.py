"""The story's worlds: each function builds one afresh, the same every time."""

from __future__ import annotations

from typing import Any, Final

from iamlab.lab import Lab
from iamlab.world.account import Account
from iamlab.world.identities import Role, User

DEVELOPMENT: Final = "111111111111"

TRUST_OWN_ACCOUNT: Final[dict[str, Any]] = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{DEVELOPMENT}:root"},
            "Action": "sts:AssumeRole",
        }
    ],
}


def first_day() -> Lab:
    """Acme's Development account on its first day: new users, a new group, a new role, an administrator, buckets.

    ``alice`` and ``dana`` are new, ``dana`` is in the new group ``Developers``, the role ``Auditor`` is new,
    and ``ada`` has AdministratorAccess.
    """
    lab = Lab()
    dev = lab.create_account("Development", DEVELOPMENT)
    dev.create_user("alice")
    dana = dev.create_user("dana")
    dev.create_group("Developers").add(dana)
    dev.create_role("Auditor", trust=TRUST_OWN_ACCOUNT)
    dev.create_user("ada").attach(dev.managed_policy("AdministratorAccess"))
    for name in ("acme-photos", "acme-photos-archive", "acme-photos-2027", "acme-payroll"):
        dev.create_bucket(name)
    return lab


def development(lab: Lab) -> Account:
    """The Development account of a story world."""
    return next(account for account in lab.accounts if account.id == DEVELOPMENT)


def identity(lab: Lab, name: str) -> User | Role:
    """The user or role of that name in the Development account."""
    dev = development(lab)
    return next(one for one in dev.principals if one.name == name)
