"""Entities: quotas, versions, tags, renames, and what must be gone before a deletion (ENT-01 to ENT-23)."""

from __future__ import annotations

import re
from uuid import UUID

import pytest

from iamlab import IamlabError, Lab, PolicyError, allow, deny
from iamlab.lessons.story import account, document, trust
from iamlab.world.quotas import Quotas
from iamlab.world.services import SERVICES

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


@pytest.fixture
def role(dev):
    return dev.create_role("R", trust=trust(AWS=account(DEV)))


def _failed(lab, ask, code, text=None):
    """AWS's code and text, and the world as before."""
    before = lab.snapshot()
    with pytest.raises(IamlabError) as caught:
        ask()
    assert caught.value.code == code
    if text is not None:
        assert caught.value.message == text
    assert lab.snapshot() is before


# Deletion (ENT-16)


def test_a_user_is_deleted_when_all_else_is_gone(lab, dev, alice):
    """In the order of ENT-16 (UNSURE-2): password, keys, device, inline policies, attached policies, groups."""
    policy, group, device = dev.create_policy("P", allow("s3:*")), dev.create_group("G"), dev.create_mfa_device("phone")
    key = alice.create_access_key()
    alice.create_login_profile()
    device.enable(alice)
    alice.put_policy("Own", allow("s3:*"))
    alice.attach(policy)
    group.add(alice)
    alice.put_boundary(policy)
    alice.tag({"team": "web"})
    for text, clear in (
        ("delete login profile first.", alice.delete_login_profile),
        ("delete access keys first.", key.delete),
        ("delete MFA device first.", device.deactivate),
        ("delete policies first.", lambda: alice.delete_policy("Own")),
        ("detach all policies first.", lambda: alice.detach(policy)),
        ("remove users from group first.", lambda: group.remove(alice)),
    ):
        _failed(lab, alice.delete, "DeleteConflict", f"Cannot delete entity, must {text}")
        clear()
    alice.delete()  # with its boundary and its tags
    assert dev.users == ()


def test_a_group_is_deleted_when_it_is_empty(lab, dev, alice):
    """Members, then policies: in the order of ENT-16 (UNSURE-2)."""
    policy, group = dev.create_policy("P", allow("s3:*")), dev.create_group("G")
    group.put_policy("Own", allow("s3:*"))
    group.attach(policy)
    group.add(alice)
    for text, clear in (
        ("remove users from group first.", lambda: group.remove(alice)),
        ("delete policies first.", lambda: group.delete_policy("Own")),
        ("detach all policies first.", lambda: group.detach(policy)),
    ):
        _failed(lab, group.delete, "DeleteConflict", f"Cannot delete entity, must {text}")
        clear()
    group.delete()
    assert dev.groups == ()


def test_a_role_is_deleted_when_nothing_holds_it(lab, dev, role):
    """Policies, then instance profiles; its being trusted by others, and sessions, do not matter."""
    policy, profile = dev.create_policy("P", allow("s3:*")), dev.create_instance_profile("I")
    role.put_policy("Own", allow("s3:*"))
    role.attach(policy)
    profile.add_role(role)
    other = dev.create_role("Other", trust=trust(AWS=role.arn))
    for text, clear in (
        ("delete policies first.", lambda: role.delete_policy("Own")),
        ("detach all policies first.", lambda: role.detach(policy)),
        ("remove roles from instance profile first.", lambda: profile.remove_role(role)),
    ):
        _failed(lab, role.delete, "DeleteConflict", f"Cannot delete entity, must {text}")
        clear()
    gone = role.id
    role.delete()
    assert other.trust.document["Statement"][0]["Principal"] == {"AWS": gone}
    _failed(lab, role.delete, "NoSuchEntity")


def test_a_profile_is_deleted_when_it_is_empty(lab, dev, role):
    """And holds one role at most."""
    profile = dev.create_instance_profile("I")
    profile.add_role(role)
    second = dev.create_role("Second", trust=trust(AWS=account(DEV)))
    text = "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1"
    _failed(lab, lambda: profile.add_role(second), "LimitExceeded", text)
    text = "Cannot delete entity, must remove roles from instance profile first."
    _failed(lab, profile.delete, "DeleteConflict", text)
    _failed(lab, lambda: profile.remove_role(second), "NoSuchEntity")
    profile.remove_role(role)
    profile.delete()
    _failed(lab, profile.delete, "NoSuchEntity")


def test_a_policy_is_deleted_when_nobody_has_it(lab, dev, alice, role):
    """Attachments, uses as a boundary, then versions."""
    policy = dev.create_policy("P", allow("s3:*"))
    policy.create_version(allow("ec2:*"))
    alice.attach(policy)
    role.put_boundary(policy)
    assert (policy.attachment_count, policy.boundary_count) == (1, 1)
    attached = "Cannot delete a policy attached to entities."
    _failed(lab, policy.delete, "DeleteConflict", attached)
    alice.detach(policy)
    _failed(lab, policy.delete, "DeleteConflict", attached)
    role.delete_boundary()
    text = (
        "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. "
        "The default version is deleted with the policy."
    )
    _failed(lab, policy.delete, "DeleteConflict", text)
    policy.delete_version("v2")
    policy.delete()
    _failed(lab, policy.delete, "NoSuchEntity")
    _failed(lab, lambda: alice.attach(policy), "NoSuchEntity")


def test_a_device_is_deactivated_before_it_is_deleted(lab, dev, alice):
    """ENT-16, ENT-20."""
    device = dev.create_mfa_device("phone")
    _failed(lab, lambda: device.enable(alice, "000000", "111111"), "InvalidAuthenticationCode")
    device.enable(alice)
    assert lab.evaluate(alice, "s3:ListAllMyBuckets").decision.value == "implicit deny"
    _failed(lab, lambda: device.enable(dev.root), "EntityAlreadyExists")
    _failed(lab, device.delete, "DeleteConflict")
    device.deactivate()
    _failed(lab, device.deactivate, "NoSuchEntity")
    device.enable(dev.root)
    device.deactivate()
    device.delete()


# Versions (ENT-11)


def test_versions_only_rise(lab, dev, alice):
    """v1 is the default; five at most; numbers are never given twice; the default alone is in force, everywhere."""
    policy = dev.create_policy("P", allow("s3:ListAllMyBuckets"))
    alice.attach(policy)
    assert (policy.default_version, [one.id for one in policy.versions]) == ("v1", ["v1"])
    assert [policy.create_version(deny("*")) for _ in range(4)] == ["v2", "v3", "v4", "v5"]
    assert lab.evaluate(alice, "s3:ListAllMyBuckets").allowed
    text = (
        "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing "
        "version."
    )
    _failed(lab, lambda: policy.create_version(allow("s3:*")), "LimitExceeded", text)
    _failed(
        lab, lambda: policy.delete_version("v1"), "DeleteConflict", "Cannot delete the default version of a policy."
    )
    policy.set_default_version("v3")
    assert lab.evaluate(alice, "s3:ListAllMyBuckets").decision.value == "explicit deny"
    policy.delete_version("v1")
    policy.delete_version("v5")
    assert policy.create_version(allow("s3:*"), set_as_default=True) == "v6"
    assert policy.default_version == "v6"
    for missing in ("v1", "v7", "6", None):
        _failed(lab, lambda missing=missing: policy.set_default_version(missing), "NoSuchEntity")
    _failed(lab, lambda: policy.create_version({"Statement": []}), "MalformedPolicyDocument")


def test_aws_s_policies_are_read_only(lab, dev):
    """ENT-11."""
    theirs = dev.managed_policy("ReadOnlyAccess")
    for change in (
        theirs.delete,
        lambda: theirs.create_version(allow("*")),
        lambda: theirs.set_default_version("v1"),
        lambda: theirs.tag({"a": "b"}),
    ):
        _failed(lab, change, "AccessDenied")
    assert theirs.default_version.startswith("v")
    assert (theirs.versions, theirs.tags, theirs.description) == ((), {}, "")


# Quotas (ENT-13 to ENT-15)


def test_quotas_of_policies(lab, dev, alice, role):
    """What is attached, and AWS's texts."""
    own = [dev.create_policy(f"P{number}", allow("s3:*")) for number in range(21)]
    group = dev.create_group("G")
    for identity, quota, word in ((alice, 10, "User"), (role, 20, "Role"), (group, 10, "Group")):
        for policy in own[:quota]:
            identity.attach(policy)
        identity.attach(own[0])  # again: nothing changes
        text = f"Cannot exceed quota for PoliciesPer{word}: {quota}"
        _failed(lab, lambda i=identity, q=quota: i.attach(own[q]), "LimitExceeded", text)


def _of_size(characters):
    """A policy of exactly so many characters, white space not counted."""
    empty = len('{"Version":"2012-10-17","Statement":[{"Sid":"","Effect":"Allow","Action":"s3:*","Resource":"*"}]}')
    sid = "x" * (characters - empty)
    return {
        "Version": "2012-10-17",
        "Statement": [{"Sid": sid, "Effect": "Allow", "Action": "s3:*", "Resource": "*"}],
    }


def test_sizes(lab, dev, alice, role):
    """6144 characters for a managed policy; inline policies count together; a trust policy 2048."""
    dev.create_policy("Just", _of_size(6144))
    text = "Cannot exceed quota for PolicySize: 6144"
    _failed(lab, lambda: dev.create_policy("Over", _of_size(6145)), "LimitExceeded", text)
    for identity, quota in ((alice, 2048), (role, 10240), (dev.create_group("G"), 5120)):
        identity.put_policy("One", _of_size(quota - 200))
        identity.put_policy("Two", _of_size(200))
        identity.put_policy("Two", _of_size(200))
        text = f"Maximum policy size of {quota} bytes exceeded for {identity.kind} {identity.name}"
        _failed(lab, lambda i=identity: i.put_policy("Two", _of_size(201)), "LimitExceeded", text)
    long = trust(AWS=account(DEV))
    long["Statement"][0]["Sid"] = "x" * 2048
    text = "Cannot exceed quota for ACLSizePerRole: 2048"
    _failed(lab, lambda: role.update_trust(long), "LimitExceeded", text)
    _failed(lab, lambda: dev.create_role("Long", trust=long), "LimitExceeded", text)


def test_white_space_is_free(lab, dev):
    """ENT-14: between the parts of the JSON, not inside strings."""
    import json

    dev.create_policy("Spaced", json.dumps(_of_size(6144), indent=8))


def test_numbers_of_things():
    """Quotas are configuration."""
    lab = Lab(quotas=Quotas(UsersPerAccount=1, GroupsPerAccount=1, RolesPerAccount=1, GroupsPerUser=1))
    dev = lab.create_account("Development", DEV)
    alice = dev.create_user("alice")
    dev.create_group("G").add(alice)
    dev.create_role("R", trust=trust(AWS=account(DEV)))
    for make in (
        lambda: dev.create_user("bob"),
        lambda: dev.create_group("H"),
        lambda: dev.create_role("S", trust=trust(AWS=account(DEV))),
    ):
        _failed(lab, make, "LimitExceeded")
    # another account has its own
    lab.create_account("Production", PROD).create_user("bob")


def test_numbers_of_versions_and_control_policies():
    """A lab sets these as all other quotas."""
    lab = Lab(quotas=Quotas(VersionsPerPolicy=2, SCPsPerTarget=1, RCPsPerTarget=1))
    dev = lab.create_account("Development", DEV)
    policy = dev.create_policy("P", allow("s3:*"))
    assert not policy.is_full
    policy.create_version(allow("s3:Get*"))
    assert policy.is_full
    _failed(lab, lambda: policy.create_version(allow("s3:List*")), "LimitExceeded")
    organization = lab.create_organization(dev)
    organization.enable("SCP")
    scp = organization.create_policy("NoS3", deny("s3:*"))
    _failed(lab, lambda: organization.attach(scp, dev), "ConstraintViolationException")


# Tags (ENT-19)


def test_tags(lab, dev, alice):
    """Keys of users and roles ignore letter case, the others' do not; aws: is reserved; fifty at most."""
    alice.tag({"Team": "web"})
    alice.tag({"team": "ops"})
    assert alice.tags == {"team": "ops"}
    policy = dev.create_policy("P", allow("s3:*"), tags={"Team": "web"})
    policy.tag({"team": "ops"})
    assert policy.tags == {"Team": "web", "team": "ops"}
    for wrong in (
        {"aws:x": "1"},
        {"AWS:x": "1"},
        {"": "1"},
        {"k": "x" * 257},
        {"k" * 129: ""},
        {"a": None},
        {"<": "1"},
        {"a\tb": "1"},
        {"a": "1\n2"},
    ):
        _failed(lab, lambda wrong=wrong: alice.tag(wrong), "ValidationError")
    _failed(lab, lambda: alice.tag(["team"]), "ValidationError")
    _failed(lab, lambda: alice.tag({f"k{number}": "" for number in range(50)}), "LimitExceeded")
    _failed(lab, lambda: alice.tag({"a": "1", "A": "2"}), "InvalidInput")
    alice.untag("TEAM", "nothing")
    assert alice.tags == {}
    alice.tag({"a\u00a0b": "c d"})  # blanks are no line breaks (ENT-04)
    assert alice.tags == {"a\u00a0b": "c d"}


def test_one_tag_of_several_is_taken_off_a_bucket(lab, dev):
    """S3 takes all tags off, or puts all: the rest is put, by a call that does in AWS what was done here."""
    bucket = dev.create_bucket("acme-photos", tags={"a": "1", "b": "2"})
    things = {"Bucket": bucket, "Object": bucket.put_object("x", tags={"a": "1", "b": "2"})}
    for word, thing in things.items():
        thing.untag("a")
        assert thing.tags == {"b": "2"}
        assert lab.trail[-1].operation == f"Put{word}Tagging"
        assert lab.trail[-1].parameters["Tagging"] == {"TagSet": [{"Key": "b", "Value": "2"}]}
        thing.untag("b")
        assert thing.tags == {}
        assert lab.trail[-1].operation == f"Delete{word}Tagging"


def test_a_tag_in_two_letter_cases_is_one_key_with_two_values(lab, dev, alice):
    """ENT-19: what a plain operator makes of it is open (UNSURE-15); a set operator sees both."""
    own = {"StringEquals": {"aws:ResourceTag/team": "web"}}
    send = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*", "Condition": own}
    create = {"Effect": "Allow", "Action": "sqs:CreateQueue", "Resource": "*"}
    alice.put_policy("Send", document(send, create))
    with lab.signed_in(alice):
        queue = dev.create_queue("q", tags={"team": "web", "Team": "ops"})
    asked = lab.evaluate(alice, "sqs:SendMessage", queue)
    assert not asked.allowed
    assert asked.doubts == ("UNSURE-15",)
    send["Condition"] = {"ForAnyValue:StringEquals": {"aws:ResourceTag/TEAM": "web"}}
    alice.put_policy("Send", document(send))
    assert lab.evaluate(alice, "sqs:SendMessage", queue).allowed


# Names, roles, service-linked roles, resources


def test_names_clash_ignoring_case_also_when_renamed(lab, dev, alice):
    """ENT-05."""
    dev.create_user("bob", path="/eng/")
    _failed(lab, lambda: alice.rename("BOB"), "EntityAlreadyExists", "User with name BOB already exists.")
    alice.rename("ALICE")
    assert dev.user("alice").name == "ALICE"
    _failed(lab, lambda: dev.user("carol"), "NoSuchEntity", "The user with name carol cannot be found.")
    near = f"The user with name {alice.name[1:]} cannot be found. Did you mean {alice.name}?"
    _failed(lab, lambda: dev.user(alice.name[1:]), "NoSuchEntity", near)


def test_a_role_cannot_name_itself_before_it_exists(lab, dev):
    """POL-23."""
    own = trust(AWS=f"arn:aws:iam::{DEV}:role/Self")
    with pytest.raises(PolicyError) as caught:
        dev.create_role("Self", trust=own)
    assert caught.value.message == f'Invalid principal in policy: "AWS":"arn:aws:iam::{DEV}:role/Self"'
    role = dev.create_role("Self", trust=trust(AWS=account(DEV)))
    role.update_trust(own)


def test_session_durations_of_roles(lab, dev, role):
    """3600 to 43200 seconds (ENT-10)."""
    assert role.max_session_duration == 3600
    role.update(max_session_duration=43200, description="for the build")
    assert (role.max_session_duration, role.description) == (43200, "for the build")
    for wrong in (3599, 43201, "3600", True, 3600.5):
        _failed(lab, lambda wrong=wrong: role.update(max_session_duration=wrong), "ValidationError")


def test_a_service_linked_role_is_its_service_s(lab, dev, alice):
    """EVAL-21: nobody else changes it, but for its description; SCPs do not bind it."""
    service = "autoscaling.amazonaws.com"
    role = dev.create_service_linked_role(service, "AutoScaling", allow("ec2:*"))
    assert role.arn == f"arn:aws:iam::{DEV}:role/aws-service-role/{service}/AWSServiceRoleForAutoScaling"
    profile = dev.create_instance_profile("I")
    for change in (
        lambda: role.put_policy("More", allow("s3:*")),
        lambda: role.attach(dev.managed_policy("ReadOnlyAccess")),
        lambda: role.update_trust(trust(AWS=account(DEV))),
        lambda: role.update(max_session_duration=7200),
        role.revoke_sessions,
        lambda: profile.add_role(role),
    ):
        _failed(lab, change, "UnmodifiableEntity")
    role.update(description="ours")
    organization = lab.create_organization(lab.create_account("Management", "222222222222"))
    organization.add(dev)
    organization.enable("SCP")
    organization.attach(organization.create_policy("No", deny("*")), dev)
    assert lab.evaluate(role, "ec2:DescribeInstances").allowed
    assert not lab.evaluate(dev.root, "ec2:DescribeInstances").allowed
    role.delete()


def test_a_service_linked_role_made_twice(lab, dev):
    """The service asks for another suffix, in whatever letter case; a role of that name is in the way too."""
    service = "autoscaling.amazonaws.com"
    dev.create_service_linked_role(service, "AutoScaling", allow("ec2:*"))
    text = (
        "Service role name AWSServiceRoleForautoscaling has been taken in this account, please try a different suffix."
    )
    _failed(lab, lambda: dev.create_service_linked_role(service, "autoscaling", allow("ec2:*")), "InvalidInput", text)
    dev.create_service_linked_role(service, "AutoScaling_team", allow("ec2:*"))
    _failed(
        lab,
        lambda: dev.create_role("AWSServiceRoleForAutoScaling", trust=trust(AWS=account(DEV))),
        "EntityAlreadyExists",
    )


def test_resources_exist_once(lab, dev):
    """Each service's own code; names of buckets are taken in all the world."""
    prod = lab.create_account("Production", PROD)
    makers = {
        "QueueNameExists": lambda: dev.create_queue("q"),
        "InvalidParameter": lambda: dev.create_topic("q"),
        "ResourceInUseException": lambda: dev.create_table("q"),
        "ResourceExistsException": lambda: dev.create_secret("q"),
        "BucketAlreadyOwnedByYou": lambda: dev.create_bucket("qqq"),
    }
    for code, make in makers.items():
        made = make()
        _failed(lab, make, code)
        assert made.exists_in(lab.world)
    _failed(lab, lambda: prod.create_bucket("qqq"), "BucketAlreadyExists")
    prod.create_queue("q")
    dev.buckets[0].put_object("a")
    _failed(lab, dev.buckets[0].delete, "BucketNotEmpty")


def test_a_key_without_its_account_in_the_policy(lab, dev, role):
    """EVAL-17: the usual policy lets identity policies decide; another may lock the root user out."""
    usual = dev.create_key()
    only = {"Effect": "Allow", "Principal": {"AWS": role.arn}, "Action": "kms:*", "Resource": "*"}
    locked = dev.create_key(policy=document(only))
    assert lab.evaluate(dev.root, "kms:Decrypt", usual).allowed
    assert not lab.evaluate(dev.root, "kms:Decrypt", locked).allowed
    assert lab.evaluate(role, "kms:Decrypt", locked).allowed
    _failed(lab, locked.delete_policy, "InvalidInput")


def test_resource_policies_know_who_is_there(lab, dev, alice):
    """POL-23, STS-22: an unknown user is refused with the service's code; a recreated one is another."""
    bucket = dev.create_bucket("acme-photos")
    read = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": bucket / "*"}
    nobody = document({**read, "Principal": {"AWS": f"arn:aws:iam::{DEV}:user/nobody"}})
    _failed(lab, lambda: bucket.put_policy(nobody), "MalformedPolicy")
    bucket.put_policy(document({**read, "Principal": {"AWS": alice.arn}}))
    assert lab.evaluate(alice, "s3:GetObject", bucket / "a").allowed
    alice.delete()
    again = dev.create_user("alice")
    assert not lab.evaluate(again, "s3:GetObject", bucket / "a").allowed


NOBODY = f"arn:aws:iam::{DEV}:user/nobody"
PLACES = {
    "Statement.Principal.AWS": lambda one: {**one, "Principal": {"AWS": NOBODY}},
    "Statement[0].Principal.AWS": lambda one: [{**one, "Principal": {"AWS": NOBODY}}],
    "Statement[1].Principal.AWS[1]": lambda one: [
        {**one, "Principal": "*"},
        {**one, "Principal": {"AWS": [account(DEV), NOBODY]}},
    ],
    "Statement[0].NotPrincipal.AWS": lambda one: [{**one, "Effect": "Deny", "NotPrincipal": {"AWS": NOBODY}}],
}


@pytest.mark.parametrize(("place", "statements"), PLACES.items(), ids=PLACES.keys())
def test_an_unknown_principal_is_told_with_its_place(dev, place, statements):
    """POL-23: as all else that is wrong in a policy; the editor points at it."""
    queue = dev.create_queue("jobs")
    read = {"Effect": "Allow", "Action": "sqs:ReceiveMessage", "Resource": queue.arn}
    with pytest.raises(PolicyError) as caught:
        queue.put_policy({"Version": "2012-10-17", "Statement": statements(read)})
    assert caught.value.message == f'Invalid principal in policy: "AWS":"{NOBODY}"'
    assert (caught.value.path, caught.value.value) == (place, NOBODY)
    assert caught.value.code == "InvalidAttributeValue"


def test_each_service_has_a_code_of_its_own_for_a_policy(dev):
    """Lambda's too: what the table says of the service, also of a permission for somebody who is not there."""
    function = dev.create_function("f", role=dev.create_role("F", trust=trust(Service="lambda.amazonaws.com")))
    with pytest.raises(PolicyError) as caught:
        function.add_permission("them", principal=NOBODY)
    assert caught.value.code == SERVICES["function"].malformed == "InvalidParameterValueException"


# Things, and what is given in their place


def test_a_text_in_place_of_a_thing_is_told_how_to_give_the_thing(lab, dev, alice, role):
    """Also where it names one; what finds it stands in the sentence, and finds it."""
    developers, servers, device = (
        dev.create_group("Developers"),
        dev.create_instance_profile("Servers"),
        dev.create_mfa_device("phone"),
    )
    policy = "policy = account.managed_policy('ReadOnlyAccess')"
    user, found = "give the user itself", "where alice = account.user('alice')"
    told = [
        (lambda: developers.add("alice"), f"'alice' is a text; {user}: developers.add(alice), {found}."),
        (lambda: developers.remove("alice"), f"'alice' is a text; {user}: developers.remove(alice), {found}."),
        (lambda: developers.add(alice.arn), f"'{alice.arn}' is a text; {user}: developers.add(alice), {found}."),
        (lambda: device.enable("alice"), f"'alice' is a text; {user}: device.enable(alice), {found}."),
        (lambda: lab.sts.get_caller_identity("alice"), f"'alice' is a text; {user}: alice, {found}."),
        (
            lambda: developers.add("alise"),
            "'alise' is a text, and there is no user of that name here. Give the user itself: developers.add(user), "
            "where user = account.user(name).",
        ),
        (
            lambda: alice.attach("ReadOnlyAccess"),
            f"'ReadOnlyAccess' is a text; give the policy itself: attach(policy), where {policy}.",
        ),
        (
            lambda: alice.detach("ReadOnlyAccess"),
            f"'ReadOnlyAccess' is a text; give the policy itself: detach(policy), where {policy}.",
        ),
        (
            lambda: alice.put_boundary("ReadOnlyAccess"),
            f"'ReadOnlyAccess' is a text; give the policy itself: put_boundary(policy), where {policy}.",
        ),
        (
            lambda: dev.create_user("bob", boundary="ReadOnlyAccess"),
            f"'ReadOnlyAccess' is a text; give the policy itself: boundary=policy, where {policy}.",
        ),
        (
            lambda: servers.add_role("R"),
            "'R' is a text; give the role itself: servers.add_role(r), where r = account.role('R').",
        ),
        (
            lambda: dev.create_function("f", role="R"),
            "'R' is a text; give the role itself: role=r, where r = account.role('R').",
        ),
        (
            lambda: dev.run_instance(profile="Servers"),
            "'Servers' is a text; give the profile itself: profile=servers, where servers = "
            "account.instance_profiles[0].",
        ),
    ]
    for ask, text in told:
        _failed(lab, ask, "InvalidInput", text)
    assert (dev.user("alice"), dev.role("R"), dev.instance_profiles[0]) == (alice, role, servers)


def test_a_thing_of_another_lab_is_told_so(lab, dev, role):
    """Labs that exercises make for themselves have namesakes; of another account, the number is said."""
    other = Lab()
    there = other.create_account("Development", DEV)
    fay, deploy = there.create_user("fay"), there.create_role("Deploy", trust=trust(AWS=account(DEV)))
    elsewhere = "It is of another lab: take both from the same one."
    group, profile = dev.create_group("G"), dev.create_instance_profile("P")
    _failed(lab, lambda: group.add(fay), "NoSuchEntity", f"The user with name fay cannot be found. {elsewhere}")
    zed = lab.create_account("Production", PROD).create_user("zed")
    abroad = f"The user with name zed cannot be found. It is a user of the account {PROD}."
    _failed(lab, lambda: group.add(zed), "NoSuchEntity", abroad)
    for ask in (
        lambda: profile.add_role(deploy),
        lambda: dev.create_mfa_device("phone").enable(fay),
        lambda: dev.create_function("f", role=deploy),
        lambda: dev.run_instance(profile=there.create_instance_profile("P")),
    ):
        with pytest.raises(IamlabError) as caught:
            ask()
        assert caught.value.message.endswith(elsewhere)


def test_a_namesake_of_another_lab_does_not_stand_in(lab, dev, alice, role):
    """The same ARN and the same ID, and another thing; AWS's own policies are the same in every lab."""
    other = Lab()
    there = other.create_account("Development", DEV)
    _, deploy = there.create_user("alice"), there.create_role("R", trust=trust(AWS=account(DEV)))
    alice.put_policy("Assume", allow("sts:AssumeRole", on=role))
    dev.create_policy("Own", deny("s3:*"))
    own = there.create_policy("Own", allow("s3:*"))
    elsewhere = "It is of another lab: take both from the same one."
    for ask in (
        lambda: role.attach(own),
        lambda: role.detach(own),
        lambda: role.put_boundary(own),
        lambda: dev.create_user("bob", boundary=own),
        lambda: lab.sts.assume_role(alice, role, "alice", policies=[own]),
    ):
        _failed(lab, ask, "NoSuchEntity", f"{own!r} cannot be used here. {elsewhere}")
    _failed(
        lab,
        lambda: lab.sts.assume_role(alice, deploy, "alice"),
        "NoSuchEntity",
        f"{deploy!r} cannot be used here. {elsewhere}",
    )
    role.attach(there.managed_policy("ReadOnlyAccess"))
    assert [one.name for one in role.policies] == ["ReadOnlyAccess"]


def test_instances_and_keys_are_named_in_hexadecimal_digits(lab, dev):
    """``i-`` and seventeen of them; a KMS key by a UUID. Each is new, and of the same seed every run has the same."""
    instances, keys = [dev.run_instance() for _ in range(20)], [dev.create_key() for _ in range(20)]
    assert all(re.fullmatch("i-[0-9a-f]{17}", one.name) for one in instances)
    assert all(str(UUID(one.name)) == one.name for one in keys)
    assert len({one.arn for one in (*instances, *keys)}) == 40
    again = Lab().create_account("Development", DEV)
    assert again.run_instance().name == instances[0].name
    assert Lab(seed=1).create_account("Development", DEV).run_instance().name != instances[0].name
