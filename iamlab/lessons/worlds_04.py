"""The worlds of lesson 04: developers, and a role that writes the month's report."""

from __future__ import annotations

from typing import Final

from iamlab.core.policy import allow
from iamlab.lab import Lab
from iamlab.lessons.story import DEVELOPMENT, account, may_assume, trust
from iamlab.lessons.worlds import development

CODE: Final = "arn:aws:s3:::acme-dev"
REPORTS: Final = "arn:aws:s3:::acme-reports"
WRITER: Final = f"arn:aws:iam::{DEVELOPMENT}:role/ReportWriter"


def month_end() -> Lab:
    """``dana`` and ``eric`` are in ``Developers``, who may read what is in acme-dev. ``ReportWriter`` may write
    reports; its trust policy names dana.
    """
    lab = Lab()
    dev = lab.create_account("Development", DEVELOPMENT)
    code, reports = dev.create_bucket("acme-dev"), dev.create_bucket("acme-reports")
    developers = dev.create_group("Developers")
    dana, eric = dev.create_user("dana"), dev.create_user("eric")
    for one in (dana, eric):
        developers.add(one)
    developers.put_policy("ReadCode", allow("s3:GetObject", on=code / "*"))
    writer = dev.create_role("ReportWriter", trust=trust(AWS=dana.arn))
    writer.put_policy("WriteReports", allow("s3:PutObject", on=reports / "*"))
    return lab


def trusting_the_account() -> Lab:
    """The same, but ReportWriter trusts the whole account; and ``ada`` is an administrator."""
    lab = month_end()
    dev = development(lab)
    dev.create_user("ada").attach(dev.managed_policy("AdministratorAccess"))
    dev.role("ReportWriter").update_trust(trust(AWS=account(DEVELOPMENT)))
    return lab


def archive() -> Lab:
    """The first world, and ``Archiver``, whose sessions may last twelve hours and may read reports: ReportWriter may
    assume it.
    """
    lab = month_end()
    dev = development(lab)
    dev.role("ReportWriter").put_policy("NextRole", may_assume(f"arn:aws:iam::{DEVELOPMENT}:role/Archiver"))
    archiver = dev.create_role("Archiver", trust=trust(AWS=account(DEVELOPMENT)), max_session_duration=12 * 3600)
    archiver.put_policy("ReadReports", allow("s3:GetObject", on=f"{REPORTS}/*"))
    return lab
