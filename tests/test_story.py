"""The story's worlds: every probe of SCN-01 to SCN-06, through the world, with the rule that settles it."""

from __future__ import annotations

import pytest

from iamlab import Decision, IamlabError, PolicyError
from iamlab.lessons import story

ALLOW, IMPLICIT, EXPLICIT = Decision.ALLOW, Decision.IMPLICIT_DENY, Decision.EXPLICIT_DENY


def _expect(evaluation, decision, rule, *, silent=None, by=None):
    """The decision, the rule, and what decided: the statements, or the silent layer."""
    assert evaluation.decision is decision, evaluation
    assert evaluation.rule.id == rule
    if silent is not None:
        assert evaluation.silent == silent
    if by is not None:
        assert set(evaluation.by) == set(by)


def _refused(ask):
    with pytest.raises(IamlabError) as caught:
        ask()
    return caught.value


# SCN-01: the administrator


@pytest.fixture
def admin():
    lab = story.administrator()
    return lab, lab.accounts[0]


def test_an_administrator_creates_users(admin):
    """SCN-01.1: AdministratorAccess allows everything in the account."""
    lab, dev = admin
    alice = dev.user("alice")
    evaluation = lab.evaluate(alice, "iam:CreateUser", f"arn:aws:iam::{dev.id}:user/bob")
    _expect(evaluation, ALLOW, "EVAL-08", by=["identity/AdministratorAccess/#1"])
    with lab.signed_in(alice):
        dev.create_user("bob")
    assert dev.user("bob").arn.endswith("user/bob")
    assert lab.trail[-1].caller == alice.arn
    assert lab.trail[-1].outcome == "allowed"


def test_an_administrator_deletes_the_account_s_buckets(admin):
    """SCN-01.2."""
    lab, dev = admin
    _expect(lab.evaluate(dev.user("alice"), "s3:DeleteBucket", dev.buckets[0]), ALLOW, "EVAL-08")
    with lab.signed_in(dev.user("alice")):
        dev.buckets[0].delete()
    assert [one.name for one in dev.buckets] == ["acme-kept"]


def test_an_administrator_cannot_assume_a_role_that_does_not_trust_her(admin):
    """SCN-01.3, EVAL-16d."""
    lab, dev = admin
    alice, role = dev.user("alice"), dev.role("AppRole")
    _expect(lab.evaluate(alice, "sts:AssumeRole", role), IMPLICIT, "EVAL-16", silent="resource")
    error = _refused(lambda: lab.sts.assume_role(alice, role, "alice"))
    assert error.code == "AccessDenied"
    assert "because no role trust policy allows the sts:AssumeRole action" in error.message


def test_an_administrator_cannot_use_a_key_that_its_policy_gives_to_a_role(admin):
    """SCN-01.4, EVAL-17."""
    lab, dev = admin
    key = next(one for one in dev.resources if one.kind == "key")
    _expect(lab.evaluate(dev.user("alice"), "kms:Decrypt", key), IMPLICIT, "EVAL-17", silent="resource")


def test_a_bucket_policy_denies_even_an_administrator(admin):
    """SCN-01.5, EVAL-03."""
    lab, dev = admin
    kept = dev.buckets[1]
    evaluation = lab.evaluate(dev.user("alice"), "s3:DeleteObject", kept / "a")
    _expect(evaluation, EXPLICIT, "EVAL-03", by=["resource/bucket policy/NobodyDeletes"])


# SCN-02: the developer group


@pytest.fixture
def group():
    lab = story.developer_group()
    return lab, lab.accounts[0]


def test_developers_see_and_stop_instances(group):
    """SCN-02.1 and 2: a tag of the instance decides (COND-01)."""
    lab, dev = group
    dana = dev.user("dana")
    in_dev, in_prod = (one for one in dev.resources if one.kind == "instance")
    _expect(lab.evaluate(dana, "ec2:DescribeInstances"), ALLOW, "EVAL-08", by=["identity/DevAccess/Ec2Read"])
    _expect(lab.evaluate(dana, "ec2:StopInstances", in_prod), IMPLICIT, "EVAL-02", silent="identity")
    _expect(lab.evaluate(dana, "ec2:StopInstances", in_dev), ALLOW, "EVAL-08", by=["identity/DevAccess/Ec2Dev"])


def test_developers_have_a_home_each(group):
    """SCN-02.3, POL-16: the user's own name in the resource."""
    lab, dev = group
    bucket = dev.buckets[0]
    home = lab.evaluate(dev.user("dana"), "s3:GetObject", bucket / "home/dana/a")
    _expect(home, ALLOW, "EVAL-08", by=["identity/DevAccess/Home"])
    assert lab.evaluate(dev.user("dana"), "s3:GetObject", bucket / "home/eric/a").decision is IMPLICIT


def test_a_deny_of_the_group_beats_the_bucket_policy(group):
    """SCN-02.4."""
    lab, dev = group
    evaluation = lab.evaluate(dev.user("dana"), "s3:GetObject", dev.buckets[1] / "a")
    _expect(evaluation, EXPLICIT, "EVAL-03", by=["identity/DevAccess/NoProd"])


def test_a_group_is_no_principal_and_a_role_has_no_user_name(group):
    """SCN-02.5, POL-07, POL-19."""
    lab, dev = group
    bucket = dev.buckets[0]
    allowed = {
        "Effect": "Allow",
        "Principal": {"AWS": dev.group("Developers").arn},
        "Action": "s3:GetObject",
        "Resource": bucket / "*",
    }
    before = lab.snapshot()
    with pytest.raises(PolicyError) as caught:
        bucket.put_policy(story.document(allowed))
    assert caught.value.code == "MalformedPolicy"
    assert lab.snapshot() == before
    role = dev.create_role("DevRole", trust=story.trust(AWS=story.account(dev.id)))
    role.attach(dev.managed_policy("DevAccess"))
    dev.user("dana").put_policy("Assume", story.may_assume(role.arn))
    session = lab.sts.assume_role(dev.user("dana"), role, "dana")
    assert lab.evaluate(session, "s3:GetObject", bucket / "home/dana/a").decision is IMPLICIT


# SCN-03: staging and production roles in one account


@pytest.fixture
def stages():
    lab = story.staging_and_production()
    return lab, lab.accounts[0]


def test_the_team_reaches_staging(stages):
    """SCN-03.1, EVAL-16c: trusted by its account, and allowed by its group."""
    lab, dev = stages
    staging = dev.role("StagingRole")
    by = ["identity/AssumeStaging/#1", "resource/trust policy/#1"]
    _expect(lab.evaluate(dev.user("dana"), "sts:AssumeRole", staging), ALLOW, "EVAL-16", by=by)
    _expect(lab.evaluate(dev.user("erin"), "sts:AssumeRole", staging), IMPLICIT, "EVAL-16", silent="identity")


def test_oscar_reaches_production_with_mfa_alone(stages):
    """SCN-03.2, EVAL-16a: named by the trust policy, he needs no identity policy; without MFA the trust is silent."""
    lab, dev = stages
    oscar, prod = dev.user("oscar"), dev.role("ProdRole")
    session = lab.sts.assume_role(oscar, prod, "oscar", mfa=True)
    assert session.arn == f"arn:aws:sts::{dev.id}:assumed-role/ProdRole/oscar"
    without = _refused(lambda: lab.sts.assume_role(oscar, prod, "oscar"))
    _expect(without.evaluation, IMPLICIT, "EVAL-16", silent="resource")
    wrong = f"{(int(oscar.mfa_devices[0].code) + 1) % 1_000_000:06}"
    error = _refused(lambda: lab.sts.assume_role(oscar, prod, "oscar", mfa=wrong))
    assert (error.code, error.message) == (
        "AccessDenied",
        "MultiFactorAuthentication failed with invalid MFA one time pass code.",
    )


def test_dana_does_not_reach_production(stages):
    """SCN-03.3."""
    lab, dev = stages
    error = _refused(lambda: lab.sts.assume_role(dev.user("dana"), dev.role("ProdRole"), "dana"))
    _expect(error.evaluation, IMPLICIT, "EVAL-16", silent="resource")


def test_in_staging_one_has_staging_s_permissions_alone(stages):
    """SCN-03.4 and 5, EVAL-08, STS-12."""
    lab, dev = stages
    dana = dev.user("dana")
    dana.put_policy("Own", story.document({"Effect": "Allow", "Action": "ec2:Describe*", "Resource": "*"}))
    session = lab.sts.assume_role(dana, dev.role("StagingRole"), "dana")
    staging, prod = dev.buckets
    _expect(lab.evaluate(session, "s3:PutObject", staging / "x"), ALLOW, "EVAL-08", by=["identity/Application/#2"])
    _expect(lab.evaluate(session, "s3:PutObject", prod / "x"), IMPLICIT, "EVAL-02", silent="identity")
    assert lab.evaluate(session, "ec2:DescribeInstances").decision is IMPLICIT
    assert lab.evaluate(dana, "ec2:DescribeInstances").allowed


# SCN-04: another account


@pytest.fixture
def accounts():
    return story.two_accounts()


def test_david_updates_the_application(accounts):
    """SCN-04.1 and 5, EVAL-16e."""
    dev, prod, _ = accounts.accounts
    role = prod.role("UpdateApp")
    assert accounts.evaluate(dev.user("David"), "sts:AssumeRole", role).allowed
    session = accounts.sts.assume_role(dev.user("David"), role, "David-ProdUpdate")
    assert session.arn == "arn:aws:sts::999999999999:assumed-role/UpdateApp/David-ProdUpdate"
    bucket = prod.buckets[0]
    _expect(accounts.evaluate(session, "s3:PutObject", bucket / "v2.zip"), ALLOW, "EVAL-08")
    _expect(accounts.evaluate(session, "s3:DeleteBucket", bucket), IMPLICIT, "EVAL-02", silent="identity")


def test_testers_are_denied_explicitly(accounts):
    """SCN-04.2: without the Deny, PowerUserAccess would allow."""
    dev, prod, _ = accounts.accounts
    role, jane = prod.role("UpdateApp"), dev.user("Jane")
    denied = accounts.evaluate(jane, "sts:AssumeRole", role)
    _expect(denied, EXPLICIT, "EVAL-03", by=["identity/NeverUpdateApp/#1"])
    dev.group("Testers").delete_policy("NeverUpdateApp")
    assert accounts.evaluate(jane, "sts:AssumeRole", role).allowed


def test_trust_is_not_enough(accounts):
    """SCN-04.3: trusted with the account, but not allowed at home."""
    dev, prod, _ = accounts.accounts
    evaluation = accounts.evaluate(dev.user("Ned"), "sts:AssumeRole", prod.role("UpdateApp"))
    _expect(evaluation, IMPLICIT, "EVAL-13", silent="identity")


def test_an_administrator_elsewhere_is_not_trusted(accounts):
    """SCN-04.4."""
    _, prod, firm = accounts.accounts
    evaluation = accounts.evaluate(firm.user("Frank"), "sts:AssumeRole", prod.role("UpdateApp"))
    _expect(evaluation, IMPLICIT, "EVAL-16", silent="resource")


# SCN-05: the consultant

POLICIES = ("ReadOnlyAccess", "ViewOnlyAccess", "SecurityAudit")


@pytest.fixture
def firm():
    lab = story.consultant()
    return lab, *lab.accounts


def test_the_consultant_needs_the_external_id(firm):
    """SCN-05.1, COND-03."""
    lab, dev, home = firm
    clara, role = home.user("clara"), dev.role("ConsultantRole")
    assert lab.sts.assume_role(clara, role, "clara", external_id=story.EXTERNAL_ID).account_id == dev.id
    for given in ({}, {"external_id": "another"}):
        error = _refused(lambda given=given: lab.sts.assume_role(clara, role, "clara", **given))
        assert error.evaluation.decision is IMPLICIT
        _expect(error.evaluation, IMPLICIT, "EVAL-16", silent="resource")


@pytest.mark.parametrize(
    ("action", "allowed"),
    [
        ("s3:GetObject", (True, False, False)),  # SCN-05.2
        ("iam:GetRole", (True, False, True)),  # SCN-05.3
        ("secretsmanager:GetSecretValue", (False, False, False)),  # SCN-05.4
        ("s3:PutObject", (False, False, False)),  # SCN-05.5
    ],
)
def test_what_each_read_only_policy_lets_the_consultant_see(firm, action, allowed):
    """SCN-05.2 to 5: each policy by itself."""
    lab, dev, home = firm
    role = dev.role("ConsultantRole")
    secret = dev.create_secret("db")
    resources = {"s3": dev.buckets[0] / "1.jpg", "iam": role, "secretsmanager": secret}
    session = lab.sts.assume_role(home.user("clara"), role, "clara", external_id=story.EXTERNAL_ID)
    role.detach(dev.managed_policy("ReadOnlyAccess"))
    found = []
    for name in POLICIES:
        role.attach(dev.managed_policy(name))
        evaluation = lab.evaluate(session, action, resources[action.partition(":")[0]])
        assert evaluation.decision in (ALLOW, IMPLICIT)
        found.append(evaluation.allowed)
        role.detach(dev.managed_policy(name))
    assert tuple(found) == allowed


def test_read_only_is_no_boundary(firm):
    """SCN-05.5, EVAL-10: what a bucket policy gives to the role, the session has."""
    lab, dev, home = firm
    role, bucket = dev.role("ConsultantRole"), dev.buckets[0]
    session = lab.sts.assume_role(home.user("clara"), role, "clara", external_id=story.EXTERNAL_ID)
    assert not lab.evaluate(session, "s3:PutObject", bucket / "x").allowed
    statement = {"Effect": "Allow", "Principal": {"AWS": role.arn}, "Action": "s3:PutObject", "Resource": bucket / "*"}
    bucket.put_policy(story.document({**statement, "Sid": "Write"}))
    _expect(lab.evaluate(session, "s3:PutObject", bucket / "x"), ALLOW, "EVAL-10", by=["resource/bucket policy/Write"])


# SCN-06: an application on EC2


@pytest.fixture
def ec2():
    lab = story.application_on_ec2()
    return lab, lab.accounts[0]


def test_ec2_delivers_the_role(ec2):
    """SCN-06.1 and 2, EVAL-16g."""
    lab, dev = ec2
    profile = dev.instance_profiles[0]
    _expect(lab.evaluate("ec2.amazonaws.com", "sts:AssumeRole", dev.role("AppRole")), ALLOW, "EVAL-16")
    with lab.signed_in(dev.user("bob")):
        instance = dev.run_instance(profile=profile)
    session = instance.session
    assert session.arn == f"arn:aws:sts::{dev.id}:assumed-role/AppRole/{instance.name}"
    bucket = dev.buckets[0]
    _expect(lab.evaluate(session, "s3:GetObject", bucket / "1.jpg"), ALLOW, "EVAL-08", by=["identity/Photos/#1"])
    _expect(lab.evaluate(session, "s3:PutObject", bucket / "1.jpg"), IMPLICIT, "EVAL-02", silent="identity")


def test_bob_passes_one_role_to_one_service(ec2):
    """SCN-06.3, STS-19."""
    lab, dev = ec2
    bob = dev.user("bob")
    other = dev.create_instance_profile("Other")
    other.add_role(dev.role("ProdRole"))
    with lab.signed_in(bob):
        error = _refused(lambda: dev.run_instance(profile=other))
    assert error.evaluation.request.action == "iam:PassRole"
    assert error.evaluation.request.resource == dev.role("ProdRole").arn
    assert error.evaluation.decision is IMPLICIT
    role = dev.role("AppRole")
    for service, allowed in (("ec2.amazonaws.com", True), ("lambda.amazonaws.com", False)):
        evaluation = lab.evaluate(bob, "iam:PassRole", role, {"iam:PassedToService": service})
        assert evaluation.allowed is allowed
        assert evaluation.allowed or evaluation.silent == "identity"
    bob.put_policy("Functions", story.document({"Effect": "Allow", "Action": "lambda:*", "Resource": "*"}))
    with lab.signed_in(bob):
        error = _refused(lambda: dev.create_function("f", role=role))
    assert error.evaluation.request.action == "iam:PassRole"


def test_the_role_of_a_service_is_nobody_else_s(ec2):
    """SCN-06.4."""
    lab, dev = ec2
    error = _refused(lambda: lab.sts.assume_role(dev.user("alice"), dev.role("AppRole"), "alice"))
    _expect(error.evaluation, IMPLICIT, "EVAL-16", silent="resource")


def test_revoked_sessions_are_denied_until_newer_ones_are_delivered(ec2):
    """SCN-06.5, STS-20."""
    lab, dev = ec2
    instance = dev.run_instance(profile=dev.instance_profiles[0])
    old, photo = instance.session, dev.buckets[0] / "1.jpg"
    dev.role("AppRole").revoke_sessions()
    denied = lab.evaluate(old, "s3:GetObject", photo)
    _expect(denied, EXPLICIT, "EVAL-03", by=["identity/AWSRevokeOlderSessions/#1"])
    lab.clock.advance(seconds=31)
    instance.refresh()
    assert instance.session != old
    assert lab.evaluate(instance.session, "s3:GetObject", photo).allowed
    assert not lab.evaluate(old, "s3:GetObject", photo).allowed
