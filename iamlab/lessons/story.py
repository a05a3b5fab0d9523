"""The story of Acme: six worlds, each built afresh and the same every time.

Development is the account in which people work, Production a second account, and the consulting firm a third, outside.
"""

from __future__ import annotations

from typing import Any, Final

from iamlab.core.arn import root_arn
from iamlab.core.policy import LATEST, Policy, allow
from iamlab.lab import Lab

DEVELOPMENT: Final = "111111111111"
PRODUCTION: Final = "999999999999"
FIRM: Final = "333333333333"
EXTERNAL_ID: Final = "acme-7f3c"
Document = dict[str, Any]


def document(*statements: Document) -> Document:
    """A policy of the current version."""
    return {"Version": LATEST, "Statement": list(statements)}


def trust(condition: Document | None = None, **principal: str) -> Document:
    """A role trust policy that lets one principal assume the role: ``AWS=`` an ARN or account, ``Service=`` a name."""
    statement: Document = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return document({**statement, "Condition": condition} if condition else statement)


def account(id_: str) -> str:
    """All of an account, as a principal."""
    return root_arn(id_)


def the_account(id_: str) -> frozenset[str]:
    """All of an account, in either way in which a trust policy may name it."""
    return frozenset((id_, account(id_)))


def may_assume(role_arn: str) -> Policy:
    """The permission to assume one role."""
    return allow("sts:AssumeRole", on=role_arn)


def administrator() -> Lab:
    """``alice`` has AdministratorAccess; there are a role that EC2 alone may assume, a key that its policy
    gives to a role alone, and a bucket with a policy that denies deleting to everybody.
    """
    lab = Lab()
    dev = lab.create_account("Development", DEVELOPMENT)
    dev.create_user("alice").attach(dev.managed_policy("AdministratorAccess"))
    dev.create_role("AppRole", trust=trust(Service="ec2.amazonaws.com"))
    keeper = dev.create_role("KeyKeeper", trust=trust(AWS=account(DEVELOPMENT)))
    dev.create_key(
        policy=document(
            {"Sid": "Keeper", "Effect": "Allow", "Principal": {"AWS": keeper.arn}, "Action": "kms:*", "Resource": "*"}
        )
    )
    dev.create_bucket("acme-photos")
    kept = dev.create_bucket("acme-kept")
    kept.put_policy(
        document(
            {
                "Sid": "NobodyDeletes",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:DeleteObject",
                "Resource": kept / "*",
            }
        )
    )
    return lab


DEV_ACCESS: Final = document(
    {"Sid": "Ec2Read", "Effect": "Allow", "Action": "ec2:Describe*", "Resource": "*"},
    {
        "Sid": "Ec2Dev",
        "Effect": "Allow",
        "Action": ["ec2:StartInstances", "ec2:StopInstances"],
        "Resource": f"arn:aws:ec2:*:{DEVELOPMENT}:instance/*",
        "Condition": {"StringEquals": {"aws:ResourceTag/env": "dev"}},
    },
    {
        "Sid": "Home",
        "Effect": "Allow",
        "Action": ["s3:GetObject", "s3:PutObject"],
        "Resource": "arn:aws:s3:::acme-dev/home/${aws:username}/*",
    },
    {
        "Sid": "HomeList",
        "Effect": "Allow",
        "Action": "s3:ListBucket",
        "Resource": "arn:aws:s3:::acme-dev",
        "Condition": {"StringLike": {"s3:prefix": ["home/${aws:username}/*"]}},
    },
    {
        "Sid": "NoProd",
        "Effect": "Deny",
        "Action": "s3:*",
        "Resource": ["arn:aws:s3:::acme-prod", "arn:aws:s3:::acme-prod/*"],
    },
)
"""What every developer may do."""


def developer_group() -> Lab:
    """``dana`` and ``eric`` are in ``Developers``, which has the managed policy ``DevAccess``; two instances,
    one tagged ``env=dev`` and one ``env=prod``; the bucket ``acme-prod`` has a policy that lets dana read.
    """
    lab = Lab()
    dev = lab.create_account("Development", DEVELOPMENT)
    developers = dev.create_group("Developers")
    dana, eric = dev.create_user("dana"), dev.create_user("eric")
    developers.add(dana)
    developers.add(eric)
    developers.attach(dev.create_policy("DevAccess", DEV_ACCESS))
    dev.run_instance(tags={"env": "dev"})
    dev.run_instance(tags={"env": "prod"})
    dev.create_bucket("acme-dev")
    prod = dev.create_bucket("acme-prod")
    prod.put_policy(
        document({"Effect": "Allow", "Principal": {"AWS": dana.arn}, "Action": "s3:GetObject", "Resource": prod / "*"})
    )
    return lab


def _application(bucket: str) -> Document:
    """Read and write one bucket."""
    return document(
        {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::{bucket}"},
        {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": f"arn:aws:s3:::{bucket}/*"},
    )


def staging_and_production() -> Lab:
    """All developers (``dana``) may assume ``StagingRole``; ``oscar`` alone, and with MFA, ``ProdRole``;
    ``erin`` is in no group.
    """
    lab = Lab()
    dev = lab.create_account("Development", DEVELOPMENT)
    developers = dev.create_group("Developers")
    developers.add(dev.create_user("dana"))
    dev.create_user("erin")
    oscar = dev.create_user("oscar")
    dev.create_mfa_device("oscar").enable(oscar)
    for stage in ("staging", "prod"):
        dev.create_bucket(f"acme-{stage}")
    staging = dev.create_role("StagingRole", trust=trust(AWS=account(DEVELOPMENT)))
    staging.put_policy("Application", _application("acme-staging"))
    mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    dev.create_role("ProdRole", trust=trust(mfa, AWS=oscar.arn)).put_policy("Application", _application("acme-prod"))
    developers.put_policy("AssumeStaging", may_assume(staging.arn))
    return lab


APP_BUCKET: Final = document(
    {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"},
    {
        "Effect": "Allow",
        "Action": ["s3:ListBucket", "s3:GetBucketLocation"],
        "Resource": "arn:aws:s3:::productionapp",
    },
    {
        "Effect": "Allow",
        "Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
        "Resource": "arn:aws:s3:::productionapp/*",
    },
)
"""What whoever updates the application may do."""


def two_accounts() -> Lab:
    """``UpdateApp`` in Production trusts the account Development. ``David`` is in ``Developers``, who may
    assume it; ``Jane`` is in ``Testers``, who have PowerUserAccess and a Deny; ``Ned`` has no policy. In the firm's
    account ``Frank`` is an administrator.
    """
    lab = Lab()
    dev = lab.create_account("Development", DEVELOPMENT)
    prod = lab.create_account("Production", PRODUCTION)
    firm = lab.create_account("Consulting firm", FIRM)
    prod.create_bucket("productionapp")
    update_app = prod.create_role("UpdateApp", trust=trust(AWS=account(DEVELOPMENT)))
    update_app.attach(prod.create_policy("read-write-app-bucket", APP_BUCKET))
    developers, testers = dev.create_group("Developers"), dev.create_group("Testers")
    developers.add(dev.create_user("David"))
    testers.add(dev.create_user("Jane"))
    dev.create_user("Ned")
    developers.put_policy("AssumeUpdateApp", may_assume(update_app.arn))
    testers.attach(dev.managed_policy("PowerUserAccess"))
    no = {"Effect": "Deny", "Action": "sts:AssumeRole", "Resource": update_app.arn}
    testers.put_policy("NeverUpdateApp", document(no))
    firm.create_user("Frank").attach(firm.managed_policy("AdministratorAccess"))
    return lab


def consultant() -> Lab:
    """``ConsultantRole`` trusts the firm's account with an external ID, and has ReadOnlyAccess; the firm lets
    its user ``clara`` assume it.
    """
    lab = Lab()
    dev = lab.create_account("Development", DEVELOPMENT)
    firm = lab.create_account("Consulting firm", FIRM)
    dev.create_bucket("acme-photos")
    same = {"StringEquals": {"sts:ExternalId": EXTERNAL_ID}}
    role = dev.create_role("ConsultantRole", trust=trust(same, AWS=account(FIRM)))
    role.attach(dev.managed_policy("ReadOnlyAccess"))
    firm.create_user("clara").put_policy("AssumeConsultantRole", may_assume(role.arn))
    return lab


PHOTOS: Final = document(
    {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": "arn:aws:s3:::acme-photos/*"},
    {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::acme-photos"},
)


def application_on_ec2() -> Lab:
    """``AppRole`` trusts EC2, may read ``acme-photos``, and is in ``AppProfile``; ``bob`` may start instances
    and pass AppRole to EC2; ``alice`` is an administrator; ``ProdRole`` is another role that EC2 may assume.
    """
    lab = Lab()
    dev = lab.create_account("Development", DEVELOPMENT)
    dev.create_bucket("acme-photos")
    role = dev.create_role("AppRole", trust=trust(Service="ec2.amazonaws.com"))
    role.put_policy("Photos", PHOTOS)
    dev.create_role("ProdRole", trust=trust(Service="ec2.amazonaws.com"))
    dev.create_instance_profile("AppProfile").add_role(role)
    passes = {
        "Effect": "Allow",
        "Action": "iam:PassRole",
        "Resource": role.arn,
        "Condition": {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}},
    }
    launch = {"Effect": "Allow", "Action": "ec2:RunInstances", "Resource": "*"}
    dev.create_user("bob").put_policy("Launch", document(launch, passes))
    dev.create_user("alice").attach(dev.managed_policy("AdministratorAccess"))
    return lab
