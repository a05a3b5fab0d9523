"""The worlds of lesson 07: a server on EC2, the role of the program on it, and who starts it."""

from __future__ import annotations

from typing import Final

from iamlab.core.errors import IamlabError
from iamlab.core.evaluation import Evaluation
from iamlab.lab import Lab
from iamlab.lessons import worlds
from iamlab.lessons.story import DEVELOPMENT, account, document, trust
from iamlab.world.account import Account
from iamlab.world.account_resources import instance_parts
from iamlab.world.authorization import AccessDeniedError, judge
from iamlab.world.calls import Check
from iamlab.world.identities import Role
from iamlab.world.profiles import InstanceProfile
from iamlab.world.things import Instance

EC2: Final = "ec2.amazonaws.com"
LAMBDA: Final = "lambda.amazonaws.com"
PHOTOS: Final = "arn:aws:s3:::acme-photos"
APP_ROLE: Final = f"arn:aws:iam::{DEVELOPMENT}:role/AppRole"
PROD_ROLE: Final = f"arn:aws:iam::{DEVELOPMENT}:role/ProdRole"
READ_PHOTOS: Final = document({"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"{PHOTOS}/*"})


def app_role(lab: Lab) -> Role:
    """The role for the program on the server."""
    return worlds.development(lab).role("AppRole")


def _account() -> tuple[Lab, Account]:
    """The photos; alice, who is an administrator; and bob, who has no policy yet."""
    lab = Lab()
    dev = lab.create_account("Development", DEVELOPMENT)
    dev.create_bucket("acme-photos")
    dev.create_user("alice").attach(dev.managed_policy("AdministratorAccess"))
    dev.create_user("bob")
    return lab, dev


def _with_profile(dev: Account, name: str, role: Role) -> InstanceProfile:
    profile = dev.create_instance_profile(name)
    profile.add_role(role)
    return profile


# 07.1


def no_credentials() -> Lab:
    """A server runs with AppProfile, in which there is AppRole. But AppRole trusts the account, as other roles do, so
    EC2 gets no credentials for the server.
    """
    lab, dev = _account()
    role = dev.create_role("AppRole", trust=trust(AWS=account(DEVELOPMENT)))
    role.put_policy("Photos", READ_PHOTOS)
    dev.run_instance(profile=_with_profile(dev, "AppProfile", role))
    return lab


def reads_photos(lab: Lab) -> Evaluation:
    """The program on the server reads a photo; while it has no credentials, what keeps EC2 from getting some."""
    server = next(one for one in worlds.development(lab).resources if isinstance(one, Instance))
    try:
        return lab.evaluate(server.session, "s3:GetObject", f"{PHOTOS}/1.jpg")
    except IamlabError:  # the server has no credentials
        return lab.evaluate(EC2, "sts:AssumeRole", app_role(lab))


# 07.2


def no_permissions() -> Lab:
    """AppRole trusts EC2 and may do nothing yet. In acme-photos there are the folders web/ and raw/."""
    lab, dev = _account()
    dev.create_role("AppRole", trust=trust(Service=EC2))
    for key in ("web/1.jpg", "web/2026/2.jpg", "raw/1.tif"):
        dev.buckets[0].put_object(key)
    dev.create_bucket("acme-ledger")
    return lab


# 07.3


def two_profiles() -> Lab:
    """AppRole is in AppProfile, and ProdRole, which may do anything, in ProdProfile; EC2 may assume both."""
    lab, dev = _account()
    app = dev.create_role("AppRole", trust=trust(Service=EC2))
    app.put_policy("Photos", READ_PHOTOS)
    prod = dev.create_role("ProdRole", trust=trust(Service=EC2))
    prod.attach(dev.managed_policy("AdministratorAccess"))
    _with_profile(dev, "AppProfile", app)
    _with_profile(dev, "ProdProfile", prod)
    return lab


def starts_server(lab: Lab, profile: str) -> Evaluation:
    """What comes of bob's starting an instance with that profile; the lab stays as it is."""
    copy = lab.copy()
    dev = worlds.development(copy)
    chosen = next(one for one in dev.instance_profiles if one.name == profile)
    try:
        with copy.signed_in(dev.user("bob")):
            dev.run_instance(profile=chosen)
    except AccessDeniedError as error:
        return error.evaluation
    return passes(lab, chosen.role.name if chosen.role else "", EC2)


def launches(lab: Lab) -> Evaluation:
    """What comes of the first of all that a start with AppProfile is judged on: the new instance (EVAL-25)."""
    dev = worlds.development(lab)
    profile = next(one for one in dev.instance_profiles if one.name == "AppProfile")
    check = Check(
        action="ec2:RunInstances",
        resource=instance_parts(DEVELOPMENT)[0],
        context={"ec2:InstanceProfile": profile.arn},
        account=DEVELOPMENT,
    )
    return judge(lab.world.state, dev.user("bob").caller, check)


def passes(lab: Lab, role: str, service: str) -> Evaluation:
    """May bob hand that role to that service?"""
    dev = worlds.development(lab)
    return lab.evaluate(dev.user("bob"), "iam:PassRole", dev.role(role), {"iam:PassedToService": service})
