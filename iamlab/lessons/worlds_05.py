"""The worlds of lesson 05: developers, a role for staging, a role for production."""

from __future__ import annotations

from typing import Final

from iamlab.core.policy import allow
from iamlab.lab import Lab
from iamlab.lessons.story import DEVELOPMENT, Document, account, document, may_assume, trust
from iamlab.world.account import Account

ROLE: Final = f"arn:aws:iam::{DEVELOPMENT}:role"
STAGING: Final = "arn:aws:s3:::acme-staging"
PROD: Final = "arn:aws:s3:::acme-prod"


def _deploys_to(bucket: str) -> Document:
    return document({"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": f"{bucket}/*"})


def _team(lab: Lab, *names: str) -> Account:
    """The account with its developers, two buckets, and a role for each that trusts the whole account."""
    dev = lab.create_account("Development", DEVELOPMENT)
    developers = dev.create_group("Developers")
    for name in names:
        developers.add(dev.create_user(name))
    for stage, role in (("staging", "StagingRole"), ("prod", "ProdRole")):
        bucket = dev.create_bucket(f"acme-{stage}")
        dev.create_role(role, trust=trust(AWS=account(DEVELOPMENT))).put_policy("Deploy", _deploys_to(bucket.arn))
    return dev


def production_closed() -> Lab:
    """``dana``, ``eric``, ``fay`` and ``oscar`` are in ``Developers``, who may assume StagingRole; nobody may assume
    ProdRole, nor ``AuditRole``, which trusts the account as well.
    """
    lab = Lab()
    dev = _team(lab, "dana", "eric", "fay", "oscar")
    dev.create_role("AuditRole", trust=trust(AWS=account(DEVELOPMENT))).put_policy("SeeUsers", allow("iam:ListUsers"))
    dev.group("Developers").put_policy("AssumeStaging", may_assume(f"{ROLE}/StagingRole"))
    return lab


def wide_open() -> Lab:
    """``Developers`` (dana, eric, oscar) may assume every role that trusts the account: StagingRole,
    ``StagingCleaner``, ProdRole, ``AuditRole``. oscar is in ``Release`` as well, who may assume ProdRole.
    """
    lab = Lab()
    dev = _team(lab, "dana", "eric", "oscar")
    cleaner = dev.create_role("StagingCleaner", trust=trust(AWS=account(DEVELOPMENT)))
    cleaner.put_policy("Clean", allow("s3:DeleteObject", on=f"{STAGING}/*"))
    dev.create_role("AuditRole", trust=trust(AWS=account(DEVELOPMENT))).put_policy("SeeUsers", allow("iam:ListUsers"))
    release = dev.create_group("Release")
    release.add(dev.user("oscar"))
    release.put_policy("AssumeProduction", may_assume(f"{ROLE}/ProdRole"))
    dev.group("Developers").put_policy("AssumeRoles", may_assume("*"))
    return lab


def production_by_name() -> Lab:
    """ProdRole names dana and oscar, who have MFA devices, as ``eric`` has; all three are in ``Developers``."""
    lab = Lab()
    dev = _team(lab, "dana", "eric", "oscar")
    for user in dev.users:
        dev.create_mfa_device(f"{user.name}-phone").enable(user)
    named = {"AWS": [dev.user("dana").arn, dev.user("oscar").arn]}
    dev.role("ProdRole").update_trust(document({"Effect": "Allow", "Principal": named, "Action": "sts:AssumeRole"}))
    dev.group("Developers").put_policy("AssumeStaging", may_assume(f"{ROLE}/StagingRole"))
    return lab
