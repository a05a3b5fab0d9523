"""The worlds of lesson 08: Development, where people work, and Production, whose roles they are to reach."""

from __future__ import annotations

from typing import Any, Final

from iamlab.core.evaluation import Decision, Evaluation
from iamlab.core.policy import allow
from iamlab.lab import Lab
from iamlab.lessons.story import APP_BUCKET, DEVELOPMENT, FIRM, PRODUCTION, account, document, may_assume, trust
from iamlab.lessons.worlds import there
from iamlab.world.account import Account
from iamlab.world.identities import Role

UPDATE_APP: Final = f"arn:aws:iam::{PRODUCTION}:role/UpdateApp"
TEST_APP: Final = f"arn:aws:iam::{PRODUCTION}:role/TestApp"
REPORTS: Final = f"arn:aws:iam::{PRODUCTION}:role/Reports"


def _accounts() -> tuple[Lab, Account, Account]:
    """Development with Developers (David), Testers (Jane, with PowerUserAccess) and Ned, who is in no group;
    Production with its bucket and the role UpdateApp, which trusts the account Development.
    """
    lab = Lab()
    dev = lab.create_account("Development", DEVELOPMENT)
    prod = lab.create_account("Production", PRODUCTION)
    dev.create_group("Developers").add(dev.create_user("David"))
    testers = dev.create_group("Testers")
    testers.add(dev.create_user("Jane"))
    testers.attach(dev.managed_policy("PowerUserAccess"))
    dev.create_user("Ned")
    prod.create_bucket("productionapp")
    role = prod.create_role("UpdateApp", trust=trust(AWS=account(DEVELOPMENT)))
    role.attach(prod.create_policy("read-write-app-bucket", APP_BUCKET))
    return lab, dev, prod


# 08.1


def two_halves() -> Lab:
    """Four roles to be assumed. Developers may assume UpdateApp and Reports; testers have a Deny for UpdateApp.

    Of Production's roles UpdateApp trusts the account Development, Reports another account, and Deploy the user Ned.
    Build is in Development itself, and trusts Ned too.
    """
    lab, dev, prod = _accounts()
    ned = dev.user("Ned").arn
    lab.create_account("Consulting firm", FIRM)
    prod.create_role("Reports", trust=trust(AWS=account(FIRM)))
    prod.create_role("Deploy", trust=trust(AWS=ned))
    dev.create_role("Build", trust=trust(AWS=ned))
    dev.group("Developers").put_policy("AssumeUpdateApp", may_assume(UPDATE_APP))
    dev.group("Developers").put_policy("AssumeReports", may_assume(REPORTS))
    never = {"Effect": "Deny", "Action": "sts:AssumeRole", "Resource": UPDATE_APP}
    dev.group("Testers").put_policy("NeverUpdateApp", document(never))
    return lab


def role(lab: Lab, name: str) -> Role:
    """A role of any account, by its name."""
    return next(one for account in lab.accounts for one in account.roles if one.name == name)


def assumes(lab: Lab, who: str, name: str) -> Evaluation:
    """May this user of Development assume that role?"""
    return lab.evaluate(there(lab, DEVELOPMENT).user(who), "sts:AssumeRole", role(lab, name))


NOTHING, PERMISSION, TRUST, BOTH, FORBIDDEN = "nothing", "permission", "trust", "both", "forbidden"


def missing(evaluation: Evaluation) -> str:
    """Which half is missing of a request to assume a role: read off what the two types of policy say to it."""
    if evaluation.decision is not Decision.IMPLICIT_DENY:
        return NOTHING if evaluation.allowed else FORBIDDEN
    said = {layer.name: layer.decision for layer in evaluation.layers}
    halves = {"identity": PERMISSION, "resource": TRUST}
    silent = [half for name, half in halves.items() if said[name] is not Decision.ALLOW]
    return BOTH if len(silent) > 1 else silent[0]


# 08.2


def testers_can_too() -> Lab:
    """Developers may assume UpdateApp. So may the testers, whose PowerUserAccess says nothing of roles by name; they
    work with TestApp, another role in Production, and with the bucket acme-test.
    """
    lab, dev, prod = _accounts()
    prod.create_bucket("productionapp-test")
    test = prod.create_role("TestApp", trust=trust(AWS=account(DEVELOPMENT)))
    test.put_policy("ReadTestBucket", allow("s3:GetObject", on="arn:aws:s3:::productionapp-test/*"))
    dev.create_bucket("acme-test")
    dev.group("Developers").put_policy("AssumeUpdateApp", may_assume(UPDATE_APP))
    return lab


# 08.3

BUILDS: Final = "arn:aws:s3:::acme-build"
APP: Final = "arn:aws:s3:::productionapp"
RELEASES: Final = f"{APP}/releases"
READ_BUILDS: Final[dict[str, Any]] = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"{BUILDS}/*"}


def copy_job() -> Lab:
    """Developers read acme-build, in Development, and may assume UpdateApp. productionapp has no bucket policy yet."""
    lab, dev, prod = _accounts()
    dev.create_bucket("acme-build")
    assume = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": UPDATE_APP}
    dev.group("Developers").put_policy("DeveloperAccess", document(READ_BUILDS, assume))
    bucket = prod.buckets[0]
    bucket.put_object("index.html")
    bucket.put_object("releases/v1.zip")
    return lab
