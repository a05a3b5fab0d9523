"""Acting as somebody: every operation is authorized, done and noted, or refused and noted."""

from __future__ import annotations

import json
import shlex
from types import SimpleNamespace
from urllib.parse import urlparse
from zipfile import ZipFile

import pytest
from awscli.clidriver import create_clidriver
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

from iamlab import Decision, IamlabError, Lab, allow, catalog, deny
from iamlab.lessons.story import account, document, trust
from iamlab.views import explain
from iamlab.world.authorization import AccessDeniedError
from iamlab.world.operations import OPERATIONS
from iamlab.world.services import SERVICES
from iamlab.world.trail import DOCUMENTS

DEV, PROD = "111111111111", "999999999999"


@pytest.fixture
def lab():
    return Lab()


@pytest.fixture
def dev(lab):
    return lab.create_account("Development", DEV)


@pytest.fixture
def alice(dev):
    return dev.create_user("alice")


def _denied(lab, who, do):
    """The evaluation by which an operation is refused; the world is as before, and the trail has the attempt."""
    before, length = lab.snapshot(), len(lab.trail)
    with pytest.raises(AccessDeniedError) as caught, lab.signed_in(who):
        do()
    assert lab.snapshot() == before
    assert len(lab.trail) == length + 1
    assert lab.trail[-1].error == caught.value.code
    assert lab.trail[-1].message == caught.value.message
    return caught.value.evaluation


def test_a_new_user_can_change_nothing(lab, dev, alice):
    """Refused in AWS's words, and noted; the builder's own steps are not checked, and the trail says so."""
    evaluation = _denied(lab, alice, lambda: dev.create_user("bob"))
    assert evaluation.request.resource == f"arn:aws:iam::{DEV}:user/bob"
    assert lab.trail[-1].message == (
        f"User: arn:aws:iam::{DEV}:user/alice is not authorized to perform: iam:CreateUser on resource: "
        f"arn:aws:iam::{DEV}:user/bob because no identity-based policy allows the iam:CreateUser action"
    )
    assert (lab.trail[0].caller, lab.trail[0].outcome) == ("builder", "not checked")


def test_the_policy_that_may_be_attached_can_be_named(lab, dev, alice):
    """iam:PolicyARN (COND-21)."""
    attach = {"Effect": "Allow", "Action": "iam:AttachUserPolicy", "Resource": "*"}
    read = dev.managed_policy("ReadOnlyAccess")
    alice.put_policy("Attach", document({**attach, "Condition": {"ArnEquals": {"iam:PolicyARN": read.arn}}}))
    bob = dev.create_user("bob")
    with lab.signed_in(alice):
        bob.attach(read)
    assert [one.name for one in bob.policies] == ["ReadOnlyAccess"]
    _denied(lab, alice, lambda: bob.attach(dev.managed_policy("AdministratorAccess")))


def test_a_boundary_can_be_demanded(lab, dev, alice):
    """iam:PermissionsBoundary: the one that is set, or that the target has (COND-21)."""
    edge = dev.create_policy("Edge", allow("s3:*"))
    same = {"ArnEquals": {"iam:PermissionsBoundary": edge.arn}}
    actions = ["iam:CreateUser", "iam:PutUserPolicy", "iam:DeleteUser"]
    alice.put_policy("Users", document({"Effect": "Allow", "Action": actions, "Resource": "*", "Condition": same}))
    _denied(lab, alice, lambda: dev.create_user("bob"))
    free = dev.create_user("free")
    with lab.signed_in(alice):
        bob = dev.create_user("bob", boundary=edge)
        bob.put_policy("Own", allow("s3:*"))
    _denied(lab, alice, lambda: free.put_policy("Own", allow("s3:*")))
    _denied(lab, alice, bob.delete)  # never there for DeleteUser


def test_a_boundary_bounds(lab, dev, alice):
    """What both allow (EVAL-09)."""
    alice.put_policy("All", allow("*"))
    assert lab.evaluate(alice, "ec2:DescribeInstances").allowed
    alice.put_boundary(dev.create_policy("Edge", allow("s3:*")))
    assert lab.evaluate(alice, "ec2:DescribeInstances").silent == "boundary"
    assert lab.evaluate(alice, "s3:ListAllMyBuckets").allowed
    alice.delete_boundary()
    assert lab.evaluate(alice, "ec2:DescribeInstances").allowed


def test_tags_of_request_and_resource(lab, dev, alice):
    """aws:RequestTag, aws:TagKeys, aws:ResourceTag, aws:PrincipalTag (COND-20)."""
    alice.tag({"team": "web"})
    same = {
        "StringEquals": {"aws:RequestTag/team": "${aws:PrincipalTag/team}"},
        "ForAllValues:StringEquals": {"aws:TagKeys": ["team"]},
    }
    own = {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}
    create = {"Effect": "Allow", "Action": "iam:CreateRole", "Resource": "*", "Condition": same}
    change = {"Effect": "Allow", "Action": "iam:DeleteRole", "Resource": "*", "Condition": own}
    alice.put_policy("Team", document(create, change))
    known = trust(AWS=account(DEV))
    _denied(lab, alice, lambda: dev.create_role("R", trust=known))
    _denied(lab, alice, lambda: dev.create_role("R", trust=known, tags={"team": "ops"}))
    _denied(lab, alice, lambda: dev.create_role("R", trust=known, tags={"team": "web", "cost": "1"}))
    with lab.signed_in(alice):
        dev.create_role("R", trust=known, tags={"team": "web"}).delete()
    other = dev.create_role("Other", trust=known, tags={"team": "ops"})
    _denied(lab, alice, other.delete)


def test_what_is_being_created_has_its_tags_already(lab, dev, alice):
    """COND-20: aws:ResourceTag is also that of the resource being created; tagging one that is there is no creation."""
    own = {"StringEquals": {"aws:ResourceTag/team": "web"}}
    actions = ["iam:CreateUser", "iam:TagUser", "kms:CreateKey", "ec2:CreateTags"]
    create = {"Effect": "Allow", "Action": actions, "Resource": "*", "Condition": own}
    alice.put_policy("Team", document(create))
    bare, instance = dev.create_user("bare"), dev.run_instance()
    _denied(lab, alice, lambda: dev.create_user("bob"))
    _denied(lab, alice, lambda: dev.create_user("bob", tags={"team": "ops"}))
    _denied(lab, alice, lambda: bare.tag({"team": "web"}))
    _denied(lab, alice, lambda: instance.tag({"team": "web"}))
    with lab.signed_in(alice):
        dev.create_user("bob", tags={"team": "web"}).tag({"cost": "7"})
        dev.create_key(tags={"team": "web"})


def test_to_rename_takes_permission_on_both_names(lab, dev, alice):
    """ENT-05."""
    bob = dev.create_user("bob")
    alice.put_policy("Bob", allow("iam:UpdateUser", on=bob.arn))
    evaluation = _denied(lab, alice, lambda: bob.rename("robert"))
    assert evaluation.request.resource == f"arn:aws:iam::{DEV}:user/robert"
    alice.put_policy("Both", allow("iam:UpdateUser", on=f"arn:aws:iam::{DEV}:user/robert"))
    with lab.signed_in(alice):
        bob.rename("robert")
    assert bob.name == "robert"


def test_another_account_is_another_world(lab, dev, alice):
    """An administrator does nothing elsewhere (EVAL-13)."""
    prod = lab.create_account("Production", PROD)
    alice.attach(dev.managed_policy("AdministratorAccess"))
    _denied(lab, alice, lambda: prod.create_user("bob"))


def test_the_bucket_owner_s_root_mends_its_policy(lab, dev, alice):
    """EVAL-14, ENT-22: a policy that denies everybody does not lock out the root user."""
    bucket = dev.create_bucket("acme-photos")
    alice.attach(dev.managed_policy("AdministratorAccess"))
    bucket.put_policy(
        document({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": [bucket.arn, bucket / "*"]})
    )
    assert _denied(lab, alice, bucket.delete_policy).decision is Decision.EXPLICIT_DENY
    with lab.signed_in(dev.root):
        bucket.delete_policy()
    assert bucket.policy is None


def test_who_signs_in(lab, dev, alice):
    """Users, root users, keys and sessions do; roles, groups, services and text do not."""
    role = dev.create_role("R", trust=trust(AWS=account(DEV)))
    for who in (role, dev.create_group("G"), "ec2.amazonaws.com", "anonymous", "alice", None, dev):
        with pytest.raises(IamlabError), lab.signed_in(who):
            pass
    with lab.signed_in(dev.root):
        dev.create_user("bob")
        with lab.signed_in(alice), pytest.raises(AccessDeniedError):
            dev.create_user("carol")
        dev.create_user("carol")
    assert [one.caller for one in lab.trail[-3:]] == [dev.root.arn, alice.arn, dev.root.arn]
    dev.create_user("dora")
    assert lab.trail[-1].caller == "builder"


def test_whoever_is_deleted_while_signed_in_can_do_no_more(lab, dev, alice):
    """The credentials are gone with the user (STS-26)."""
    alice.attach(dev.managed_policy("AdministratorAccess"))
    with lab.signed_in(alice):
        alice.detach(dev.managed_policy("AdministratorAccess"))
        with pytest.raises(AccessDeniedError):
            alice.delete()
    with lab.signed_in(alice):
        lab.restore(Lab().snapshot())
        with pytest.raises(IamlabError) as caught:
            dev.create_user("bob")
    assert caught.value.code == "InvalidClientTokenId"


def test_calls_to_services(lab, dev, alice):
    """lab.call: authorized and noted; parameters become condition keys (COND-27)."""
    bucket = dev.create_bucket("acme-dev")
    home = {"StringLike": {"s3:prefix": "home/${aws:username}/*"}}
    listing = {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": bucket.arn, "Condition": home}
    alice.put_policy("Home", document(listing))
    with lab.signed_in(alice):
        entry = lab.call("s3:ListBucket", bucket, Prefix="home/alice/")
        assert entry.cli() == "aws s3api list-objects-v2 --bucket acme-dev --prefix home/alice/"
        assert entry.boto3() == "s3.list_objects_v2(Bucket='acme-dev', Prefix='home/alice/')"
        for given in ({}, {"Prefix": "home/bob/"}):
            with pytest.raises(AccessDeniedError):
                lab.call("s3:ListBucket", bucket, **given)
    assert [one.outcome for one in lab.trail[-3:]] == ["allowed", "AccessDenied", "AccessDenied"]
    assert lab.call("s3:GetObject", bucket / "a").outcome == "not checked"
    for action, resource in (("iam:CreateUser", alice), ("sts:AssumeRole", alice)):
        with pytest.raises(IamlabError):
            lab.call(action, resource)


def test_starting_an_instance_is_judged_on_all_its_parts(lab, dev, alice):
    """EVAL-25: the instance alone is not enough."""
    region = f"arn:aws:ec2:us-east-1:{DEV}"
    alice.put_policy("Run", allow("ec2:RunInstances", on=f"{region}:instance/*"))
    assert "image/" in _denied(lab, alice, dev.run_instance).request.resource
    alice.put_policy("Run", allow("ec2:RunInstances"))
    with lab.signed_in(alice):
        dev.run_instance(tags={"env": "dev"})


def test_a_role_is_put_into_a_profile_by_who_may_pass_it(lab, dev, alice):
    """ENT-17."""
    role = dev.create_role("App", trust=trust(Service="ec2.amazonaws.com"))
    profile = dev.create_instance_profile("App")
    alice.put_policy("Profiles", allow("iam:AddRoleToInstanceProfile", on=profile.arn))
    assert _denied(lab, alice, lambda: profile.add_role(role)).request.action == "iam:PassRole"
    alice.put_policy("Pass", allow("iam:PassRole", on=role.arn))
    with lab.signed_in(alice):
        profile.add_role(role)
    assert profile.role == role


def test_who_may_not_pass_a_role_is_told_by_the_service_that_was_called(lab, dev, alice):
    """STS-19: iam:PassRole is no call, so the code is that of EC2 or Lambda (STS-18)."""
    role = dev.create_role("App", trust=trust(Service=["ec2.amazonaws.com", "lambda.amazonaws.com"]))
    profile = dev.create_instance_profile("App")
    profile.add_role(role)
    alice.put_policy("Run", allow("ec2:RunInstances", "lambda:CreateFunction"))
    for do, code in (
        (lambda: dev.run_instance(profile=profile), "UnauthorizedOperation"),
        (lambda: dev.create_function("f", role=role), "AccessDeniedException"),
    ):
        assert _denied(lab, alice, do).request.action == "iam:PassRole"
        assert lab.trail[-1].error == code


def test_lambda_must_be_trusted(lab, dev):
    """A function runs as a role that lets Lambda assume it."""
    good = dev.create_role("Good", trust=trust(Service="lambda.amazonaws.com"))
    bad = dev.create_role("Bad", trust=trust(Service="ec2.amazonaws.com"))
    with pytest.raises(IamlabError) as caught:
        dev.create_function("f", role=bad)
    assert caught.value.message == "The role defined for the function cannot be assumed by Lambda."
    function = dev.create_function("f", role=good)
    function.add_permission("events", principal="events.amazonaws.com", source_account=DEV)
    assert not lab.evaluate("events.amazonaws.com", "lambda:InvokeFunction", function).allowed
    from_here = {"aws:SourceAccount": DEV}
    assert lab.evaluate("events.amazonaws.com", "lambda:InvokeFunction", function, from_here).allowed
    function.remove_permission("events")
    assert function.policy is None


# Organizations


@pytest.fixture
def organization(lab, dev):
    """Development is the management account, Production in the unit Workloads."""
    prod = lab.create_account("Production", PROD)
    found = lab.create_organization(dev)
    unit = found.create_unit("Workloads")
    found.add(prod, unit)
    prod.create_user("paul").attach(prod.managed_policy("AdministratorAccess"))
    return found


def test_scps_bind_members_and_not_the_management_account(lab, dev, organization):
    """EVAL-06, EVAL-27: an Allow at every level, a Deny at any; root users of members included."""
    prod = lab.accounts[1]
    paul, unit = prod.user("paul"), organization.units[0]
    organization.enable("SCP")
    assert lab.evaluate(paul, "s3:ListAllMyBuckets").allowed
    no_s3 = organization.create_policy("NoS3", deny("s3:*"))
    organization.attach(no_s3, unit)
    organization.attach(no_s3, organization.root)
    denied = lab.evaluate(paul, "s3:ListAllMyBuckets")
    assert denied.decision is Decision.EXPLICIT_DENY
    assert {one.partition("/")[0] for one in denied.by} == {"scps"}
    assert "of NoS3 attached to Root" in explain.text(denied)
    assert "group" not in explain.text(denied)
    assert lab.evaluate(prod.root, "s3:ListAllMyBuckets").decision is Decision.EXPLICIT_DENY
    assert lab.evaluate(dev.root, "s3:ListAllMyBuckets").allowed
    organization.detach(no_s3, unit)
    organization.detach(no_s3, organization.root)
    organization.attach(organization.create_policy("OnlyEc2", allow("ec2:*")), unit)
    organization.detach(organization.policy("FullAWSAccess"), unit)
    assert lab.evaluate(paul, "s3:ListAllMyBuckets").silent == "scps"
    assert lab.evaluate(paul, "ec2:DescribeInstances").allowed
    organization.move(prod, organization.root)
    assert lab.evaluate(paul, "s3:ListAllMyBuckets").allowed


def test_rcps_bind_outsiders(lab, dev, organization):
    """EVAL-05: by the resource's account; also anonymous callers."""
    prod = lab.accounts[1]
    bucket = prod.create_bucket("open")
    bucket.block_public_access(False)
    bucket.put_policy(
        document({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": bucket / "*"})
    )
    assert lab.evaluate("anonymous", "s3:GetObject", bucket / "x").allowed
    organization.enable("RCP")
    outside = {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": organization.id}}
    stop = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": outside}
    organization.attach(organization.create_policy("Ours", document(stop), kind="RCP"), organization.root)
    assert lab.evaluate("anonymous", "s3:GetObject", bucket / "x").decision is Decision.EXPLICIT_DENY
    assert lab.evaluate(prod.user("paul"), "s3:GetObject", bucket / "x").allowed


def test_principal_org_paths(lab, dev, organization):
    """aws:PrincipalOrgPaths is a list with the account's path (COND-20)."""
    paul = lab.accounts[1].user("paul")
    path = organization.record.path_to(PROD)
    assert path == f"{organization.id}/{organization.root.id}/{organization.units[0].id}/"
    under = {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": f"{organization.id}/*/{organization.units[0].id}/*"}}
    paul.detach(lab.accounts[1].managed_policy("AdministratorAccess"))
    listing = {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*", "Condition": under}
    paul.put_policy("List", document(listing))
    assert lab.evaluate(paul, "s3:ListAllMyBuckets").allowed


def test_organizations_refuse_what_aws_refuses(lab, dev, organization):
    """Twice, of a wrong kind, the last SCP, what is in use."""
    prod, sandbox = lab.accounts[1], lab.create_account("Sandbox", "222222222222")
    organization.enable("SCP")
    policy = organization.create_policy("NoS3", deny("s3:*"))
    organization.attach(policy, prod)
    failing = [
        lambda: lab.create_organization(prod),
        lambda: organization.enable("SCP"),
        lambda: organization.enable("TCP"),
        lambda: organization.add(prod),
        lambda: organization.attach(policy, prod),
        lambda: organization.attach(policy, "Workloads"),
        lambda: organization.move(prod, dev),
        lambda: organization.add(sandbox, prod),
        lambda: organization.create_unit("Under", prod),
        lambda: organization.attach(dev.managed_policy("ReadOnlyAccess"), prod),
        lambda: organization.detach(organization.policy("FullAWSAccess"), organization.root),
        lambda: organization.detach(policy, organization.root),
        lambda: organization.create_policy("NoS3", deny("s3:*")),
        lambda: organization.create_policy("Big", deny([f"s3:{'x' * 100}{number}" for number in range(200)])),
        lambda: organization.create_policy("R", deny("s3:*"), kind="RCP"),
        lambda: organization.create_unit("Workloads"),
        lambda: organization.remove(dev),
        organization.units[0].delete,
        organization.root.delete,
        lambda: organization.policy("Nothing"),
        policy.delete,
        organization.policy("FullAWSAccess").delete,
    ]
    for attempt in failing:
        before = lab.snapshot()
        with pytest.raises(IamlabError):
            attempt()
        assert lab.snapshot() == before


def _organized():
    """A lab with an organization of one unit and one policy, and an account outside of it."""
    lab = Lab()
    found = lab.create_organization(lab.create_account("Development", DEV))
    found.enable("SCP")
    policy = found.create_policy("NoS3", deny("s3:*"))
    return lab, found, found.create_unit("Workloads"), policy, lab.create_account("Production", PROD)


def test_nothing_of_another_lab_s_organization_is_taken():
    """Labs of one seed give the same IDs; so it is not enough to look at those."""
    lab, organization, unit, policy, prod = _organized()
    _, _, their_unit, their_policy, their_prod = _organized()
    assert (their_unit.id, their_policy.id) == (unit.id, policy.id)
    for ask in (
        lambda: organization.add(their_prod),
        lambda: organization.add(prod, their_unit),
        lambda: organization.create_unit("Sandbox", their_unit),
        lambda: organization.attach(their_policy, unit),
        lambda: organization.attach(policy, their_unit),
        lambda: lab.create_organization(their_prod),
    ):
        before = lab.snapshot()
        with pytest.raises(IamlabError) as caught:
            ask()
        assert caught.value.message.endswith("It is of another lab: take both from the same one.")
        assert lab.snapshot() is before


def test_an_account_that_is_taken_into_a_unit_is_invited_and_moved():
    """An invited account is under the root; to move it is a second call, with a permission of its own."""
    lab, organization, unit, _, prod = _organized()
    organization.add(prod, unit)
    assert [one.operation for one in lab.trail[-2:]] == ["InviteAccountToOrganization", "MoveAccount"]
    assert organization.record.parents[PROD] == unit.id
    organization.remove(prod)
    admin = lab.accounts[0].create_user("alice")
    admin.put_policy("Invite", allow("organizations:InviteAccountToOrganization"))
    before = lab.snapshot()
    with pytest.raises(AccessDeniedError), lab.signed_in(admin):
        organization.add(prod, unit)
    assert lab.snapshot() == before


def test_who_may_not_change_an_organization_learns_nothing_of_it():
    """Authorization comes before everything else, and the attempt is on the trail."""
    lab, organization, unit, _, prod = _organized()
    alice = lab.accounts[0].create_user("alice")
    _denied(lab, alice, lambda: organization.move(prod, unit))
    organization.add(prod)
    _denied(lab, alice, lambda: organization.add(prod))
    with pytest.raises(IamlabError) as caught:
        organization.add(prod)
    assert caught.value.code == "DuplicateAccountException"
    organization.remove(prod)
    with pytest.raises(IamlabError) as caught:
        organization.move(prod, unit)
    assert caught.value.code == "AccountNotFoundException"


# Block Public Access (EVAL-30)

PUBLIC = {
    "everybody": ({"Principal": "*"}, True),
    "every AWS account": ({"Principal": {"AWS": "*"}}, True),
    "everybody from one network": (
        {"Principal": "*", "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}},
        False,
    ),
    "everybody from anywhere": ({"Principal": "*", "Condition": {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}}, True),
    "an organization": ({"Principal": "*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}}, False),
    "any organization": ({"Principal": "*", "Condition": {"StringLike": {"aws:PrincipalOrgID": "o-*"}}}, True),
    "not an organization": ({"Principal": "*", "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}}, True),
    "with a referer": (
        {"Principal": "*", "Condition": {"StringLike": {"aws:Referer": "https://acme.example/*"}}},
        True,
    ),
    "an account": ({"Principal": {"AWS": PROD}}, False),
    "denied to everybody": ({"Principal": "*", "Effect": "Deny"}, False),
}


@pytest.mark.parametrize(("statement", "public"), PUBLIC.values(), ids=PUBLIC.keys())
def test_public_bucket_policies_are_not_saved(lab, dev, statement, public):
    """A new bucket refuses them; with the setting off they are saved."""
    bucket = dev.create_bucket("acme-photos")
    policy = document({"Effect": "Allow", "Action": "s3:GetObject", "Resource": bucket / "*", **statement})
    if public:
        before = lab.snapshot()
        with pytest.raises(IamlabError) as caught:
            bucket.put_policy(policy)
        assert caught.value.code == "AccessDenied"
        assert lab.snapshot() == before
        bucket.block_public_access(False)
    bucket.put_policy(policy)
    assert bucket.policy.document == policy


# The trail, held against AWS's own description of its calls


def _everything():
    """A lab in which nearly every operation has been called once."""
    lab = Lab()
    dev, prod = lab.create_account("Development", DEV), lab.create_account("Production", PROD)
    user = dev.create_user("alice", path="/eng/", tags={"a": "b"}, boundary=dev.managed_policy("ReadOnlyAccess"))
    group = dev.create_group("G")
    role = dev.create_role("R", trust=trust(AWS=account(DEV)), description="d", max_session_duration=7200)
    policy = dev.create_policy("P", allow("*"), description="d", tags={"a": "b"})
    for one in (user, group, role):
        one.attach(policy)
        one.detach(policy)
        one.put_policy("own", allow("*"))
    for one in (user, role):
        one.put_boundary(policy)
        one.delete_boundary()
        one.tag({"c": "d"})
        one.untag("c")
    group.add(user)
    group.remove(user)
    group.rename("H", path="/x/")
    user.rename("alicia")
    user.create_login_profile()
    user.delete_login_profile()
    key = user.create_access_key()
    key.deactivate()
    key.delete()
    device = dev.create_mfa_device("phone")
    device.enable(user)
    lab.sts.get_session_token(user, mfa=True, duration=900)
    lab.sts.assume_role(
        user, role, "alice", duration=900, policy=allow("s3:*"), policies=[policy], external_id="xy", mfa=True
    )
    lab.sts.get_federation_token(user, "bob", policy=allow("s3:*"))
    lab.sts.get_caller_identity(user)
    device.deactivate()
    device.delete()
    policy.create_version(allow("s3:*"))
    policy.set_default_version("v2")
    policy.delete_version("v1")
    policy.tag({"x": "y"})
    policy.untag("x")
    policy.delete()
    role.update_trust(trust(Service="ec2.amazonaws.com"))
    role.update(max_session_duration=3600, description="e")
    profile = dev.create_instance_profile("I")
    profile.add_role(role)
    profile.tag({"x": "y"})
    profile.untag("x")
    dev.run_instance(profile=profile, tags={"x": "y"}).delete()
    profile.remove_role(role)
    profile.delete()
    linked = dev.create_service_linked_role("autoscaling.amazonaws.com", "AutoScaling", allow("ec2:*"))
    linked.delete()
    dev.create_saml_provider("S").delete()
    dev.create_oidc_provider("https://idp.example", ["me"]).delete()
    allowed = {"Effect": "Allow", "Principal": {"AWS": PROD}, "Action": "*", "Resource": "*"}
    bucket = dev.create_bucket("acme-photos")
    bucket.put_object("a b", tags={"x": "y"}).delete()
    bucket.block_public_access(False)
    function_role = dev.create_role("F", trust=trust(Service="lambda.amazonaws.com"))
    function = dev.create_function("f", role=function_role, tags={"x": "y"})
    function.add_permission("s", principal="s3.amazonaws.com", source_arn=bucket.arn)
    function.remove_permission("s")
    things = [
        bucket,
        dev.create_key(tags={"x": "y"}),
        dev.create_queue("q", tags={"x": "y"}),
        dev.create_topic("t", tags={"x": "y"}),
        dev.create_table("d", tags={"x": "y"}),
        dev.create_secret("s", tags={"x": "y"}),
        function,
        dev.run_instance(),
    ]
    for one in things:
        one.tag({"v": "w"})
        one.untag("v")
        if hasattr(one, "put_policy"):
            one.put_policy(document({**allowed, "Resource": bucket.arn if one is bucket else "*"}))
        lab.call(
            {"s3": "s3:GetBucketPolicy"}.get(SERVICES[one.kind].prefix, "s3:ListAllMyBuckets"),
            *([bucket] if one is bucket else []),
        )
    for one in things:
        if one.kind in ("bucket", "queue", "table", "secret"):
            one.delete_policy()
        one.delete()
    organization = lab.create_organization(dev)
    unit = organization.create_unit("U")
    organization.enable("SCP")
    organization.add(prod)
    organization.move(prod, unit)
    control = organization.create_policy("C", deny("s3:*"))
    control.update(deny("ec2:*"))
    organization.attach(control, unit)
    organization.detach(control, unit)
    control.delete()
    organization.remove(prod)
    unit.delete()
    for one in (user, group, role):
        one.delete_policy("own")
    for one in (user, group):
        one.delete()
    role.delete()
    return lab


@pytest.fixture(scope="module")
def everything():
    return _everything().trail


@pytest.fixture(scope="module")
def models():
    """AWS's description of each service's calls."""
    loader = Loader()
    names = {name.partition(":")[0] for name in OPERATIONS}
    return {name: ServiceModel(loader.load_service_model(name, "service-2")) for name in names}


def _sent(parameters):
    """The parameters as boto3 would be given them: documents as JSON text, long files of others at their length."""
    parameters = {**parameters, **{name: "x" * 1000 for name in parameters if name == "SAMLMetadataDocument"}}
    return {
        name: json.dumps(value) if name in DOCUMENTS and not isinstance(value, str) else value
        for name, value in parameters.items()
    }


def test_every_call_on_the_trail_is_one_that_aws_would_take(everything, models):
    """The operation exists, its parameters exist, none that is required is missing, and each is of its type."""
    for entry in everything:
        if (entry.service, entry.operation) == ("signin", "ConsoleLogin"):
            continue
        model = models[entry.service].operation_model(entry.operation)
        report = ParamValidator().validate(_sent(entry.parameters), model.input_shape) if model.input_shape else None
        assert not (report and report.has_errors()), f"{entry}: {report.generate_report()}"


def test_nearly_every_operation_was_tried(everything):
    """What is in the table and was not called above is known by name."""
    called = {f"{one.service}:{one.operation}" for one in everything}
    missing = set(OPERATIONS) - called
    assert missing <= {
        "sts:AssumeRoleWithSAML",
        "sts:AssumeRoleWithWebIdentity",
        "s3:GetObject",
        "s3:ListObjectsV2",
        "s3:PutObjectTagging",
        "s3:DeleteObjectTagging",
        "lambda:Invoke",
    }


@pytest.mark.parametrize("name", OPERATIONS)
def test_the_table_s_actions_and_keys_are_real(name, models):
    """The operation is AWS's, its action is in the catalogue, and takes a resource if the table says so."""
    operation = OPERATIONS[name]
    service, _, aws_name = name.partition(":")
    assert models[service].operation_model(aws_name).name == aws_name
    action = catalog.find(operation.action)
    assert action.name == operation.action
    for key in operation.keys:
        if key != "tags":
            assert catalog.find_key(key).name.lower() == key.lower()


def test_the_boto3_lines_are_python(everything):
    for entry in everything:
        compile(entry.boto3(), "trail", "eval")


@pytest.fixture
def aws_cli(tmp_path, monkeypatch):
    """The AWS CLI itself, stopped before anything is sent: a command in, its exit code and what it would send out."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "example")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "metadata.xml").write_text("x" * 1000)
    with ZipFile(tmp_path / "code.zip", "w") as code:
        code.writestr("app.py", "")
    driver, sent = create_clidriver(), []

    def stop(model, **_):
        sent.append(model.name)
        return SimpleNamespace(status_code=200, headers={}), {
            "ResponseMetadata": {"HTTPStatusCode": 200},
            "VirtualMFADevice": {},
        }

    driver.session.register("before-call", stop)

    def run(command):
        sent.clear()
        try:
            return driver.main(shlex.split(command)[1:]), list(sent)
        except SystemExit as left:
            return left.code, []

    return run


def test_every_cli_line_is_a_command_that_the_aws_cli_takes(everything, aws_cli, capsys):
    """It knows the options and finds them complete and of the right form; and it would make the call that was made."""
    for entry in everything:
        code, sent = aws_cli(entry.cli())
        assert (code, sent) == (0, [entry.operation]), f"{entry.cli()}\n{capsys.readouterr().err}"


def test_the_aws_cli_refuses_what_is_no_command_of_its(aws_cli):
    assert aws_cli("aws iam create-user --name alice")[0] != 0
    assert aws_cli("aws ec2 run-instances --image-id ami-0abcdef1234567890 --min-count 1 --max-count 1")[0] != 0


def test_the_trail_as_a_table(lab, dev, alice):
    """One row a call, oldest first."""
    with lab.signed_in(alice), pytest.raises(AccessDeniedError):
        dev.create_user("bob")
    frame = lab.trail_table()
    assert list(frame["caller"]) == ["builder", alice.arn]
    assert list(frame["outcome"]) == ["not checked", "AccessDenied"]
    assert str(frame["time"].dtype).startswith("datetime64")
    assert urlparse(frame["resource"][0]).scheme == "arn"
