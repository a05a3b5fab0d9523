"""The worlds of lessons 01 to 03, each built afresh and the same every time; and how to find somebody in any world."""

from __future__ import annotations

from iamlab.core.policy import allow
from iamlab.lab import Lab
from iamlab.lessons.story import DEVELOPMENT, account, document, trust
from iamlab.world.account import Account
from iamlab.world.identities import Group, Role, User


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
    dev.create_role("Auditor", trust=trust(AWS=account(DEVELOPMENT)))
    dev.create_user("ada").attach(dev.managed_policy("AdministratorAccess"))
    for name in ("acme-photos", "acme-photos-archive", "acme-photos-2027", "acme-payroll"):
        dev.create_bucket(name)
    return lab


def there(lab: Lab, account_id: str) -> Account:
    """One account of a world, by its number."""
    return next(one for one in lab.accounts if one.id == account_id)


def development(lab: Lab) -> Account:
    """The Development account of a story world."""
    return there(lab, DEVELOPMENT)


def identity(lab: Lab, name: str) -> User | Role:
    """The user or role of that name in the Development account."""
    dev = development(lab)
    return next(one for one in dev.principals if one.name == name)


def user(lab: Lab, name: str) -> User:
    """The user of that name in the Development account."""
    return development(lab).user(name)


def group(lab: Lab, name: str) -> Group:
    """The group of that name in the Development account."""
    return development(lab).group(name)


def hire(lab: Lab, name: str, team: str) -> None:
    """A user of that name, made if there is none yet, joins the group of the Development account."""
    dev = development(lab)
    known = {one.name: one for one in dev.users}
    group(lab, team).add(known.get(name) or dev.create_user(name))


def two_teams() -> Lab:
    """``dana`` and ``eric`` are in ``Developers``, who have the managed policy ``DevAccess``; ``tess`` is in
    ``Testers``, who have ``TestAccess``.
    """
    lab = Lab()
    dev = lab.create_account("Development", DEVELOPMENT)
    code, reports = dev.create_bucket("acme-dev"), dev.create_bucket("acme-test")
    developers, testers = dev.create_group("Developers"), dev.create_group("Testers")
    for name, group in (("dana", developers), ("eric", developers), ("tess", testers)):
        group.add(dev.create_user(name))
    work = document(
        {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": code.arn},
        {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": code / "*"},
    )
    developers.attach(dev.create_policy("DevAccess", work))
    testers.attach(dev.create_policy("TestAccess", allow("s3:ListBucket", on=reports.arn)))
    return lab


def new_hire() -> Lab:
    """The two teams, and ``fay``, who is new and in no group yet."""
    lab = two_teams()
    development(lab).create_user("fay")
    return lab


def moved_over() -> Lab:
    """The two teams; ``tess`` was a developer once, and DevAccess is still attached to her. SeeUsers she needs."""
    lab = two_teams()
    dev = development(lab)
    tess = dev.user("tess")
    tess.put_policy("SeeUsers", allow("iam:ListUsers"))
    tess.attach(dev.managed_policy("DevAccess"))
    return lab


def team_without_policy() -> Lab:
    """``dana`` and ``eric`` are in ``Developers``, who have no policy yet; ``tess`` is in no group."""
    lab = Lab()
    dev = lab.create_account("Development", DEVELOPMENT)
    developers = dev.create_group("Developers")
    developers.add(dev.create_user("dana"))
    developers.add(dev.create_user("eric"))
    dev.create_user("tess")
    for name in ("acme-dev", "acme-dev-archive", "acme-test"):
        dev.create_bucket(name)
    return lab


def with_ledger() -> Lab:
    """The first day, a bucket for the company's books, and one for those of years ago."""
    lab = first_day()
    development(lab).create_bucket("acme-ledger")
    development(lab).create_bucket("acme-ledger-archive")
    return lab
