"""The worlds of lesson 06: Acme's Development account, and a consulting firm whose clara is to look at it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from iamlab.core.policy import allow
from iamlab.lab import Lab
from iamlab.lessons import story, worlds
from iamlab.lessons.story import EXTERNAL_ID, FIRM, account
from iamlab.world.account import Account
from iamlab.world.identities import Role, User

ROLE: Final = "ConsultantRole"
LONGEST: Final = 12 * 3600
"""Seconds for which a session of the role may last while nobody has thought about it."""
END: Final = datetime(2026, 11, 4, 12, tzinfo=UTC)
"""When the visit is over: the Wednesday of the week in which the story's clock begins."""


def consultant(lab: Lab) -> Role:
    """The role through which the firm looks."""
    return worlds.development(lab).role(ROLE)


def firm(lab: Lab) -> Account:
    """The consulting firm's account."""
    return worlds.there(lab, FIRM)


def clara(lab: Lab) -> User:
    """The consultant, a user of the firm."""
    return firm(lab).user("clara")


def reads_everything() -> Lab:
    """ConsultantRole has ReadOnlyAccess, and there are files, orders and messages in the account to be read.

    ``dana`` works with the files.
    """
    lab = story.consultant()
    dev = worlds.development(lab)
    files = dev.create_bucket("acme-payroll")
    dev.create_table("orders")
    dev.create_queue("mail")
    dev.create_user("dana").put_policy("Payroll", allow("s3:GetObject", on=files / "*"))
    return lab


def trusted_for(condition: dict[str, Any]) -> dict[str, Any]:
    """A trust policy that lets the firm's account in, under a condition."""
    return story.trust(condition, AWS=account(FIRM))


WITH_ID: Final = {"sts:ExternalId": EXTERNAL_ID}


def no_end() -> Lab:
    """ConsultantRole has SecurityAudit, sessions of up to twelve hours, and a trust policy without a date."""
    lab = story.consultant()
    dev, role = worlds.development(lab), consultant(lab)
    role.detach(dev.managed_policy("ReadOnlyAccess"))
    role.attach(dev.managed_policy("SecurityAudit"))
    role.update(max_session_duration=LONGEST)
    return lab


def own_policy() -> Lab:
    """ConsultantRole has no policy yet: Acme writes one of its own. Two buckets and a table are there to be seen."""
    lab = story.consultant()
    dev = worlds.development(lab)
    consultant(lab).detach(dev.managed_policy("ReadOnlyAccess"))
    dev.create_bucket("acme-payroll")
    dev.create_table("orders")
    return lab
