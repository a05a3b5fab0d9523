"""The worlds of lesson 09: denials in a team, a permissions boundary, and an organization with its limits."""

from __future__ import annotations

from typing import Any, Final

from iamlab.core.policy import allow
from iamlab.lab import Lab
from iamlab.lessons.story import DEVELOPMENT, PRODUCTION, account, document, trust
from iamlab.lessons.worlds import there
from iamlab.world.account import Account
from iamlab.world.organizations import Organization

MANAGEMENT: Final = "222222222222"
CODE: Final = "arn:aws:s3:::acme-dev"
PAYROLL: Final = "arn:aws:s3:::acme-payroll"
JOBS: Final = f"arn:aws:sqs:us-east-1:{DEVELOPMENT}:jobs"
ORDERS: Final = f"arn:aws:sqs:us-east-1:{PRODUCTION}:orders"
TRAIL: Final = f"arn:aws:cloudtrail:us-east-1:{PRODUCTION}:trail/audit"
Statement = dict[str, Any]


def say(sid: str, effect: str, action: str | list[str], resource: str | list[str], **more: Any) -> Statement:
    """One statement; ``more`` are its Principal and its Condition."""
    return {"Sid": sid, "Effect": effect, **more, "Action": action, "Resource": resource}


# 09.1

OURS: Final[Statement] = {
    "Sid": "OnlyOurs",
    "Effect": "Deny",
    "Action": "s3:*",
    "NotResource": [CODE, f"{CODE}/*"],
}
DEV_ACCESS: Final = document(
    say("Code", "Allow", ["s3:ListBucket", "s3:GetObject", "s3:PutObject"], [CODE, f"{CODE}/*"]),
    say("NoSecrets", "Deny", "s3:GetObject", f"{CODE}/secret/*"),
    say(
        "DevInstances",
        "Allow",
        ["ec2:StartInstances", "ec2:StopInstances"],
        "*",
        Condition={"StringEquals": {"aws:ResourceTag/env": "dev"}},
    ),
    OURS,
)
"""What developers may do, and what they may not (09.1)."""


def denials() -> Lab:
    """The developer dana; acme-dev, whose policy keeps everybody from deleting; an instance tagged env=prod."""
    lab = Lab()
    dev = lab.create_account("Development", DEVELOPMENT)
    developers = dev.create_group("Developers")
    developers.add(dev.create_user("dana"))
    developers.attach(dev.create_policy("DevAccess", DEV_ACCESS))
    code = dev.create_bucket("acme-dev")
    code.put_policy(document(say("KeepCode", "Deny", "s3:DeleteObject", code / "*", Principal="*")))
    dev.create_bucket("acme-payroll")
    dev.run_instance(tags={"env": "prod"})
    return lab


# 09.2

LIMIT: Final = document(
    say("Within", "Allow", ["s3:*", "ec2:Describe*"], "*"),
    say("Frozen", "Deny", "s3:PutObject", f"{CODE}/frozen/*"),
)
"""A permissions boundary: the most that those who have it can be allowed."""


def bounded() -> Lab:
    """The user dana may use acme-dev and make users; her boundary is about S3 and looking at instances.

    The queue jobs lets dana herself, and the role Worker, receive messages; Worker has the same boundary.
    """
    lab = Lab()
    dev = lab.create_account("Development", DEVELOPMENT)
    dev.create_bucket("acme-dev")
    limit = dev.create_policy("DeveloperLimit", LIMIT)
    dana = dev.create_user("dana")
    work = say("Files", "Allow", ["s3:GetObject", "s3:PutObject"], f"{CODE}/*")
    dana.put_policy("Work", document(work, say("Users", "Allow", "iam:CreateUser", "*")))
    dana.put_boundary(limit)
    worker = dev.create_role("Worker", trust=trust(Service="ec2.amazonaws.com"))
    worker.put_boundary(limit)
    named = {"AWS": [dana.arn, worker.arn]}
    dev.create_queue("jobs").put_policy(document(say("Jobs", "Allow", "sqs:ReceiveMessage", JOBS, Principal=named)))
    return lab


# 09.3

SERVICES: Final = ("s3:*", "ec2:*", "cloudtrail:*", "sts:*")
"""What the allow list for Production names."""


def company() -> Lab:
    """An organization: the management account, and under the unit Workloads Development and Production.

    Nobody in the unit may stop a trail. For Production an allow list takes the place of FullAWSAccess. ``mia``, ``ada``
    and ``pia`` are administrators, one in each account.
    """
    lab = Lab()
    management = lab.create_account("Management", MANAGEMENT)
    dev = lab.create_account("Development", DEVELOPMENT)
    prod = lab.create_account("Production", PRODUCTION)
    for one, name in ((management, "mia"), (dev, "ada"), (prod, "pia")):
        one.create_user(name).attach(one.managed_policy("AdministratorAccess"))
    prod.create_bucket("productionapp")
    prod.create_queue("orders")
    prod.create_table("customers")
    organize(lab, prod, dev)
    return lab


def organize(lab: Lab, prod: Account, dev: Account) -> Organization:
    """Both accounts under one unit, with what the organization says about them."""
    organization = lab.create_organization(there(lab, MANAGEMENT))
    organization.enable("SCP")
    workloads = organization.create_unit("Workloads")
    organization.add(dev, workloads)
    organization.add(prod, workloads)
    keep = document(say("NoStopping", "Deny", ["cloudtrail:StopLogging", "cloudtrail:DeleteTrail"], "*"))
    organization.attach(organization.create_policy("KeepLogs", keep), workloads)
    listed = document(say("Listed", "Allow", list(SERVICES), "*"))
    organization.attach(organization.create_policy("ProductionServices", listed), prod)
    organization.detach(organization.policy("FullAWSAccess"), prod)
    return organization


# 09.4


def help_desk() -> Lab:
    """The company with all that its people ask for in vain: ten requests, one for each ticket on the board."""
    lab = company()
    dev, prod = there(lab, DEVELOPMENT), there(lab, PRODUCTION)
    developers = dev.create_group("Developers")
    eric, dana, tess = (dev.create_user(name) for name in ("eric", "dana", "tess"))
    developers.add(eric)
    developers.add(dana)
    code = say("Code", "Allow", ["s3:ListBucket", "s3:GetObject", "s3:PutObject"], [CODE, f"{CODE}/*"])
    secrets = say("NoSecrets", "Deny", "s3:GetObject", f"{CODE}/secret/*")
    developers.attach(dev.create_policy("DevAccess", document(code, secrets)))
    dana.put_policy("Queues", document(say("Send", "Allow", "sqs:SendMessage", "*")))
    dana.put_boundary(dev.create_policy("DeveloperLimit", LIMIT))
    _buckets(dev, prod, eric.arn)
    looks = say("Look", "Allow", "s3:ListBucket", CODE, Condition={"StringEquals": {"s3:prefix": "reports/*"}})
    tess.put_policy("Reports", document(looks))
    dev.create_queue("jobs")
    _roles(lab, dev)
    return lab


def _buckets(dev: Account, prod: Account, reader: str) -> None:
    """The code, the wages with a policy that keeps others out, a key, and Production's bucket with one reader."""
    dev.create_bucket("acme-dev")
    payroll = dev.create_role("PayrollClerk", trust=trust(AWS=account(DEVELOPMENT)))
    others = {"ArnNotEquals": {"aws:PrincipalArn": payroll.arn}}
    wages = dev.create_bucket("acme-payroll")
    wages.put_policy(document(say("ClerkAlone", "Deny", "s3:GetObject", wages / "*", Principal="*", Condition=others)))
    keeper = {"AWS": payroll.arn}
    dev.create_key(policy=document(say("Keeper", "Allow", "kms:*", "*", Principal=keeper)))
    shop = prod.buckets[0]
    shop.put_policy(document(say("Reader", "Allow", "s3:GetObject", shop / "*", Principal={"AWS": reader})))


def _roles(lab: Lab, dev: Account) -> None:
    """A role that asks for MFA, and a session of a role that was narrowed when it was begun."""
    oscar = dev.create_user("oscar")
    dev.create_mfa_device("oscar").enable(oscar)
    dev.create_role("ReleaseRole", trust=trust({"Bool": {"aws:MultiFactorAuthPresent": "true"}}, AWS=oscar.arn))
    auditor = dev.create_role("Auditor", trust=trust(AWS=oscar.arn))
    auditor.put_policy("Read", allow("s3:ListBucket", "s3:GetObject", on=[CODE, f"{CODE}/*"]))
    lab.sts.assume_role(oscar, auditor, "oscar-audit", policy=allow("s3:ListBucket", on=CODE))
