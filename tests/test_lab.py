"""The lab: one question at a time, answered from the world, and refused with a remedy when it is no question."""

from __future__ import annotations

import pytest

from iamlab import Decision, IamlabError, Lab, allow, deny

DEV, PROD = "111111111111", "999999999999"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


@pytest.fixture
def lab():
    lab = Lab()
    dev = lab.create_account("Development", DEV)
    prod = lab.create_account("Production", PROD)
    dev.create_user("alice")
    dev.create_user("bob", path="/eng/")
    dev.create_group("Developers")
    dev.create_role("Auditor", trust=TRUST, path="/audit/")
    dev.create_bucket("acme-photos")
    prod.create_bucket("acme-prod")
    prod.create_user("mallory")
    return lab


@pytest.fixture
def dev(lab):
    return lab.accounts[0]


@pytest.fixture
def alice(dev):
    return dev.users[0]


def _refused(ask):
    with pytest.raises(IamlabError) as caught:
        ask()
    return caught.value


# Answers


def test_a_new_user_can_do_nothing(lab, dev, alice):
    """Without a policy everything is denied, and asking changes nothing (ENT-08)."""
    before = lab.snapshot()
    for action, resource in (
        ("s3:ListAllMyBuckets", None),
        ("s3:GetObject", dev.buckets[0] / "1.jpg"),
        ("iam:GetUser", alice),
    ):
        evaluation = lab.evaluate(alice, action, resource)
        assert evaluation.decision is Decision.IMPLICIT_DENY
        assert evaluation.rule.id == "ENT-08"
    assert lab.snapshot() is before


def test_a_policy_makes_the_difference(lab, dev, alice):
    """Put, and it is allowed; deleted, and it is denied again; at once (EVAL-28)."""
    bucket = dev.buckets[0]
    assert not lab.evaluate(alice, "s3:GetObject", bucket / "1.jpg").allowed
    alice.put_policy("Read", allow("s3:GetObject", on=bucket / "*"))
    assert lab.evaluate(alice, "s3:GetObject", bucket / "1.jpg").allowed
    assert not lab.evaluate(alice, "s3:ListBucket", bucket).allowed
    alice.delete_policy("Read")
    assert not lab.evaluate(alice, "s3:GetObject", bucket / "1.jpg").allowed


def test_a_group_passes_its_policies_on(lab, dev, alice):
    """Allows and denies of a group count for its members, and for nobody else (EVAL-08)."""
    group, bucket = dev.groups[0], dev.buckets[0]
    group.put_policy("Read", allow("s3:*", on=bucket / "*"))
    group.put_policy("Keep", deny("s3:DeleteObject", on=bucket / "*", sid="Keep"))
    assert not lab.evaluate(alice, "s3:GetObject", bucket / "x").allowed
    group.add(alice)
    assert lab.evaluate(alice, "s3:GetObject", bucket / "x").by == ["identity/Read/#1"]
    assert lab.evaluate(alice, "s3:DeleteObject", bucket / "x").by == ["identity/Keep/Keep"]
    assert not lab.evaluate(dev.users[1], "s3:GetObject", bucket / "x").allowed
    assert lab.evaluate(alice, "s3:DeleteObject", bucket / "x").deciding[0].source.via == "Developers"


def test_an_administrator_through_aws_managed_policy(lab, dev, alice):
    """AdministratorAccess allows everything in the account (SCN-01)."""
    alice.attach(dev.managed_policy("AdministratorAccess"))
    for action, resource in (
        ("iam:CreateUser", f"arn:aws:iam::{DEV}:user/carol"),
        ("s3:DeleteBucket", dev.buckets[0]),
        ("ec2:DescribeInstances", None),
    ):
        evaluation = lab.evaluate(alice, action, resource)
        assert evaluation.allowed
        assert evaluation.by[0].startswith("identity/AdministratorAccess/")


def test_a_role_stands_for_any_session_of_it(lab, dev):
    """The caller is a session's ARN, judged by the role's policies (EVAL-08, ENT-02)."""
    role = dev.roles[0]
    evaluation = lab.evaluate(role, "s3:ListAllMyBuckets")
    caller = evaluation.request.principal.arn
    assert caller.startswith(f"arn:aws:sts::{DEV}:assumed-role/Auditor/")
    assert evaluation.error_message.startswith(f"User: {caller} is not authorized to perform: s3:ListAllMyBuckets")
    role.put_policy("List", allow("s3:ListAllMyBuckets"))
    assert lab.evaluate(role, "s3:ListAllMyBuckets").allowed


def test_the_root_user_of_an_account(lab, dev):
    """It needs no policy at home, and a user of that name is another thing (EVAL-14)."""
    evaluation = lab.evaluate(dev.root, "s3:DeleteBucket", dev.buckets[0])
    assert evaluation.allowed
    assert evaluation.layers == ()
    assert evaluation.rule.id == "EVAL-14"
    assert not lab.evaluate(dev.create_user("root"), "s3:DeleteBucket", dev.buckets[0]).allowed


@pytest.mark.parametrize("action", ["sts:GetCallerIdentity", "sts:GetSessionToken"])
def test_what_needs_no_permission(lab, alice, action):
    """Allowed from the first day, and under a deny of everything (EVAL-24)."""
    alice.put_policy("Nothing", deny("*"))
    assert lab.evaluate(alice, action).allowed


def test_letter_case_of_an_action(lab, alice):
    """The request has the action as AWS writes it, however it was asked (POL-09)."""
    assert lab.evaluate(alice, "S3:listallmybuckets").request.action == "s3:ListAllMyBuckets"


def test_things_of_the_world_as_resource(lab, dev, alice):
    """A bucket, a user, a group and a role stand for their ARNs."""
    asked = [
        ("s3:ListBucket", dev.buckets[0]),
        ("iam:GetUser", dev.users[1]),
        ("iam:GetGroup", dev.groups[0]),
        ("iam:GetRole", dev.roles[0]),
    ]
    assert [lab.evaluate(alice, action, thing).request.resource for action, thing in asked] == [
        "arn:aws:s3:::acme-photos",
        f"arn:aws:iam::{DEV}:user/eng/bob",
        f"arn:aws:iam::{DEV}:group/Developers",
        f"arn:aws:iam::{DEV}:role/audit/Auditor",
    ]


def test_what_does_not_exist_may_be_asked_about_when_its_owner_is_known(lab, alice):
    """AWS decides before it looks whether the thing is there; a bucket's name alone does not say whose it is."""
    assert lab.evaluate(alice, "iam:GetUser", f"arn:aws:iam::{DEV}:user/nobody").decision is Decision.IMPLICIT_DENY
    assert lab.evaluate(alice, "s3:CreateBucket", "arn:aws:s3:::nowhere").decision is Decision.IMPLICIT_DENY
    with pytest.raises(IamlabError, match="no bucket nowhere in this lab") as caught:
        lab.evaluate(alice, "s3:ListBucket", "arn:aws:s3:::nowhere")
    assert caught.value.code == "NoSuchBucket"


def test_everything_that_may_ask_and_be_asked_about(lab):
    """The lab lists its callers and resources; each caller can be asked about each action that takes none."""
    assert [one.arn for one in lab.callers] == [
        f"arn:aws:iam::{DEV}:user/alice",
        f"arn:aws:iam::{DEV}:user/eng/bob",
        f"arn:aws:iam::{DEV}:role/audit/Auditor",
        f"arn:aws:iam::{DEV}:root",
        f"arn:aws:iam::{PROD}:user/mallory",
        f"arn:aws:iam::{PROD}:root",
    ]
    assert len(set(lab.resources)) == len(lab.resources)
    assert {"arn:aws:s3:::acme-photos", "arn:aws:s3:::acme-prod"} <= set(lab.resources)
    for caller in lab.callers:
        lab.evaluate(caller, "s3:ListAllMyBuckets")


def test_whatever_there_is_may_be_asked_about(lab, dev, alice):
    """Policies, instance profiles, devices and providers as well, by the lab's list and by every question over it."""
    made = (
        dev.create_policy("DevAccess", allow("s3:*")),
        dev.create_instance_profile("Web"),
        dev.create_mfa_device("phone"),
        dev.create_saml_provider("Firm"),
        dev.create_queue("jobs"),
    )
    assert {one.arn for one in made} <= set(lab.resources)
    assert {*lab.resources, "*"} == set(lab.access_matrix([alice]).resources)


def test_the_command_that_asks_aws_the_same(lab, dev, alice):
    """The policy simulator takes the user or the role behind a session, path included, and no root user."""
    assert (
        lab.evaluate(alice, "s3:ListAllMyBuckets").simulate_command
        == f"aws iam simulate-principal-policy --policy-source-arn arn:aws:iam::{DEV}:user/alice "
        "--action-names s3:ListAllMyBuckets"
    )
    command = lab.evaluate(dev.roles[0], "s3:ListBucket", dev.buckets[0]).simulate_command
    assert f"--policy-source-arn arn:aws:iam::{DEV}:role/audit/Auditor " in command
    assert command.endswith(" --resource-arns arn:aws:s3:::acme-photos")
    assert lab.evaluate(dev.root, "s3:ListAllMyBuckets").simulate_command == ""


# Refusals


def test_a_group_makes_no_requests(lab, dev):
    """It is no principal; its members are to be asked for (ENT-07)."""
    error = _refused(lambda: lab.evaluate(dev.groups[0], "s3:ListAllMyBuckets"))
    assert error.code == "InvalidInput"
    assert "Developers" in error.message
    assert "members" in error.message


@pytest.mark.parametrize("caller", ["alice", f"arn:aws:iam::{DEV}:user/alice", None, 7, ..., Lab, b"alice"], ids=repr)
def test_who_is_no_caller(lab, caller):
    """Names, ARNs and whatever else are refused with what to write in their place."""
    error = _refused(lambda: lab.evaluate(caller, "s3:ListAllMyBuckets"))
    assert error.code == "InvalidInput"
    assert "lab.evaluate(alice, ...)" in error.message


@pytest.mark.parametrize(
    ("action", "remedy"),
    [
        ("s3:GetObjcet", "s3:GetObject"),
        ("lamda:InvokeFunction", "lambda"),
        ("GetObject", "service:Action"),
        ("s3:Get*", "pattern"),
        ("s3:GetObjec?", "pattern"),
        ("*", "pattern"),
        ("", "service:Action"),
        ("s3:", "no action"),
        (None, "s3:ListAllMyBuckets"),
        (7, "s3:ListAllMyBuckets"),
        (["s3:GetObject"], "s3:ListAllMyBuckets"),
        ("s3:GetObject\n", "s3:GetObject"),
        ("<script>:alert", "service:Action"),
        ("x" * 100_000, "service:Action"),
        ("s3:" + "x" * 10_000, "no action"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_what_is_no_action(lab, alice, action, remedy):
    """Patterns, misspellings and other values are refused with what to write in their place."""
    error = _refused(lambda: lab.evaluate(alice, action, "arn:aws:s3:::acme-photos/1.jpg"))
    assert error.code == "InvalidAction"
    assert remedy in error.message


@pytest.mark.parametrize(
    ("action", "resource", "remedy"),
    [
        ("s3:GetObject", None, "${BucketName}/${ObjectName}"),
        ("s3:GetObject", "arn:aws:s3:::acme-photos", "${BucketName}/${ObjectName}"),
        ("s3:GetObject", "arn:aws:s3:::acme-photos/*", "pattern"),
        ("s3:GetObject", "arn:aws:s3:::acme-photos/?.jpg", "pattern"),
        ("s3:GetObject", "*", "pattern"),
        ("s3:GetObject", "acme-photos/1.jpg", "${BucketName}/${ObjectName}"),
        ("s3:GetObject", "", "${BucketName}/${ObjectName}"),
        ("s3:GetObject", 7, "${BucketName}/${ObjectName}"),
        ("s3:GetObject", ..., "${BucketName}/${ObjectName}"),
        ("s3:GetObject", ["arn:aws:s3:::acme-photos/1.jpg"], "${BucketName}/${ObjectName}"),
        ("s3:ListBucket", "arn:aws:s3:::acme-photos/1.jpg", "${BucketName}"),
        ("iam:GetUser", "arn:aws:s3:::acme-photos", "user/${UserNameWithPath}"),
        ("iam:GetUser", f"arn:aws:iam::{DEV}:role/Auditor", "user/${UserNameWithPath}"),
        ("iam:GetUser", "arn:aws:iam::123:user/alice", "user/${UserNameWithPath}"),
        ("s3:ListAllMyBuckets", "arn:aws:s3:::acme-photos", "takes no resource"),
        ("s3:ListAllMyBuckets", "arn:aws:s3:::*", "takes no resource"),
        ("s3:ListAllMyBuckets", 7, "takes no resource"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_what_is_no_resource_of_the_action(lab, alice, action, resource, remedy):
    """A missing resource, a pattern, one of the wrong form: refused with the form it should have."""
    before = lab.snapshot()
    error = _refused(lambda: lab.evaluate(alice, action, resource))
    assert error.code == "InvalidResource"
    assert remedy in error.message
    assert lab.snapshot() is before


def test_the_star_is_no_pattern_where_an_action_takes_no_resource(lab, alice):
    """``*`` is what such an action is asked about (POL-11)."""
    assert lab.evaluate(alice, "s3:ListAllMyBuckets", "*").request.resource == "*"


def test_an_account_or_a_policy_is_no_object(lab, dev, alice):
    """Whatever is handed over in place of a resource is refused in words."""
    for thing in (dev, dev.managed_policy("AdministratorAccess"), lab, alice, dev.groups[0]):
        assert _refused(lambda thing=thing: lab.evaluate(alice, "s3:GetObject", thing)).code == "InvalidResource"


def test_another_accounts_bucket_needs_its_own_policy(lab, dev, alice):
    """Across accounts the bucket's owner must allow as well, also for an administrator and for root (EVAL-13)."""
    alice.attach(dev.managed_policy("AdministratorAccess"))
    theirs = lab.accounts[1].buckets[0]
    for caller in (alice, dev.root):
        evaluation = lab.evaluate(caller, "s3:ListBucket", theirs)
        assert (evaluation.by, evaluation.rule.id) == (["resource"], "EVAL-13")


def test_a_role_is_assumed_only_by_whom_it_trusts(lab, dev, alice):
    """An administrator does not assume a role whose trust policy lets in somebody else (EVAL-16)."""
    alice.attach(dev.managed_policy("AdministratorAccess"))
    bob = dev.create_user("deployer")
    theirs = dev.create_role(
        "Deploy", trust={"Statement": {"Effect": "Allow", "Principal": {"AWS": bob.arn}, "Action": "sts:AssumeRole"}}
    )
    assert lab.evaluate(alice, "sts:AssumeRole", theirs).by == ["resource"]
    assert lab.evaluate(bob, "sts:AssumeRole", theirs).by == ["resource/trust policy/#1"]


def test_a_kms_key_without_a_statement_for_the_account_is_nobodys(lab, dev, alice):
    """Identity policies count only where the key policy says so (EVAL-17)."""
    alice.attach(dev.managed_policy("AdministratorAccess"))
    evaluation = lab.evaluate(alice, "kms:Decrypt", f"arn:aws:kms:eu-west-1:{DEV}:key/k")
    assert (evaluation.by, evaluation.rule.id) == (["resource"], "EVAL-17")


def test_the_context_is_what_the_learner_says(lab, dev, alice):
    """Keys are given as a dict; what the world knows stands beside them, and may be overridden."""
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    condition = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}, "Bool": {"aws:SecureTransport": "true"}}
    alice.put_policy("Office", {"Version": "2012-10-17", "Statement": {**statement, "Condition": condition}})
    assert lab.evaluate(alice, "s3:ListAllMyBuckets").missing == ("aws:SourceIp",)
    assert lab.evaluate(alice, "s3:ListAllMyBuckets", context={"aws:SourceIp": "203.0.113.7"}).allowed
    plain = {"AWS:SOURCEIP": "203.0.113.7", "aws:securetransport": False}
    assert not lab.evaluate(alice, "s3:ListAllMyBuckets", context=plain).allowed


@pytest.mark.parametrize(
    ("context", "said"),
    [
        ("aws:SourceIp", "is a dict"),
        ({"aws:SourceIP4": "203.0.113.7"}, "Did you mean aws:SourceIp"),
        ({"aws:SourceIp": ["203.0.113.7"]}, "one value, not a list"),
        ({"aws:SourceIp": None}, "no context value"),
        ({7: "x"}, "no condition key"),
    ],
)
def test_a_context_that_is_none_is_refused(lab, alice, context, said):
    """Place, value and remedy, before anything is judged."""
    error = _refused(lambda: lab.evaluate(alice, "s3:ListAllMyBuckets", context=context))
    assert error.code == "InvalidInput"
    assert said in error.message


def test_a_user_that_was_deleted_makes_no_requests(lab, dev):
    """A handle to somebody who is gone says so."""
    before = lab.snapshot()
    carol = dev.create_user("carol")
    lab.restore(before)
    assert _refused(lambda: lab.evaluate(carol, "s3:ListAllMyBuckets")).code == "NoSuchEntity"


def test_a_caller_of_another_lab_is_refused():
    """A lab judges its own world only, also where the other has a user of the same name."""
    ours, theirs = Lab(), Lab()
    for lab in (ours, theirs):
        lab.create_account("Development", "111111111111").create_user("alice")
    with pytest.raises(IamlabError, match="not of this lab"):
        ours.evaluate(theirs.accounts[0].users[0], "iam:ListUsers")


def test_a_role_session_cannot_ask_for_a_session_token():
    """STS-16: refused whatever policies say; GetCallerIdentity is answered (EVAL-24)."""
    lab = Lab()
    account = lab.create_account("Development", "111111111111")
    trust = {"Statement": {"Effect": "Allow", "Principal": {"AWS": account.id}, "Action": "sts:AssumeRole"}}
    role = account.create_role("Auditor", trust=trust)
    with pytest.raises(IamlabError, match="role session cannot call GetSessionToken"):
        lab.evaluate(role, "sts:GetSessionToken")
    assert lab.evaluate(role, "sts:GetCallerIdentity").allowed


def test_an_id_is_not_given_out_again_after_going_back():
    """A handle to what a restore undid stays dead; the next user has an ID of its own (ENT-03)."""
    lab = Lab()
    account = lab.create_account("Development", "111111111111")
    before = lab.snapshot()
    bob = account.create_user("bob")
    lab.restore(before)
    carol = account.create_user("carol")
    assert carol.id != bob.id
    with pytest.raises(IamlabError, match="not of this lab, or has been deleted"):
        lab.evaluate(bob, "iam:ListUsers")


def test_an_aws_managed_policy_can_be_asked_about():
    """Its ARN has aws in the account's place (ENT-02)."""
    lab = Lab()
    account = lab.create_account("Development", "111111111111")
    arn = "arn:aws:iam::aws:policy/AdministratorAccess"
    assert lab.evaluate(account.root, "iam:GetPolicy", arn).allowed


@pytest.mark.parametrize("action", ["GetSessionToken", "GetFederationToken"])
def test_a_role_session_gets_no_further_credentials_of_a_user(action):
    """STS-16: refused whatever a policy allows."""
    lab = Lab()
    account = lab.create_account("Development", "111111111111")
    trust = {"Statement": {"Effect": "Allow", "Principal": {"AWS": account.id}, "Action": "sts:AssumeRole"}}
    role = account.create_role("Auditor", trust=trust)
    role.attach(account.managed_policy("AdministratorAccess"))
    resource = None if action == "GetSessionToken" else "arn:aws:sts::111111111111:federated-user/x"
    with pytest.raises(IamlabError, match=f"role session cannot call {action}"):
        lab.evaluate(role, f"sts:{action}", resource)


def test_root_cannot_assume_a_role():
    """STS-05, with AWS's sentence."""
    lab = Lab()
    account = lab.create_account("Development", "111111111111")
    with pytest.raises(IamlabError, match=r"Roles may not be assumed by root accounts\."):
        lab.evaluate(account.root, "sts:AssumeRole", "arn:aws:iam::111111111111:role/Auditor")


def test_an_action_judged_on_several_resources_is_refused():
    """EVAL-25: one Allow for one of them would be no answer."""
    lab = Lab()
    account = lab.create_account("Development", "111111111111")
    with pytest.raises(IamlabError, match="several kinds of resource for ec2:RunInstances") as caught:
        lab.evaluate(account.root, "ec2:RunInstances", "arn:aws:ec2:us-east-1:111111111111:instance/i-0abc")
    assert caught.value.code == "NotModelled"


def test_an_action_on_one_of_several_kinds_is_asked_about():
    """These calls of IAM take one ARN, of a user, a group, a role or a policy; AWS's list has it as if of all."""
    lab = Lab()
    account = lab.create_account("Development", "111111111111")
    ann = account.create_user("ann")
    ann.attach(account.managed_policy("SecurityAudit"))
    role = account.create_role("App", trust=TRUST)
    for action in ("iam:GenerateServiceLastAccessedDetails", "iam:ListPoliciesGrantingServiceAccess"):
        assert lab.evaluate(ann, action, role).allowed
        assert lab.evaluate(ann, action, ann).allowed


CODES = [("s3:ListAllMyBuckets", "AccessDenied"), ("ec2:DescribeInstances", "UnauthorizedOperation")]


@pytest.mark.parametrize(("action", "code"), [*CODES, ("kms:ListKeys", "AccessDeniedException")])
def test_a_denial_has_the_code_of_its_service(action, code):
    """STS-18: services differ in the code; an allow has none."""
    lab = Lab()
    account = lab.create_account("Development", "111111111111")
    assert lab.evaluate(account.create_user("alice"), action).error_code == code
    assert lab.evaluate(account.root, action).error_code == ""


NOBODY = ["arn:aws:iam::111111111111:user/nobody", "arn:aws:iam::111111111111:role/Itself"]


@pytest.mark.parametrize("arn", NOBODY)
def test_a_trust_policy_names_only_who_is_there(arn):
    """POL-23: AWS's sentence, and no role is made; an account that the lab does not know is taken on trust."""
    lab = Lab()
    account = lab.create_account("Development", "111111111111")
    account.create_user("alice", path="/eng/")
    before = lab.snapshot()

    def trust(name):
        return {"Statement": {"Effect": "Allow", "Principal": {"AWS": name}, "Action": "sts:AssumeRole"}}

    with pytest.raises(IamlabError, match="Invalid principal in policy"):
        account.create_role("Itself", trust=trust(arn))
    assert lab.snapshot() is before
    for known in ("arn:aws:iam::111111111111:user/eng/alice", "arn:aws:iam::333333333333:user/carol", "*"):
        account.create_role(f"For{known[-5:].strip('*/')}{len(known)}", trust=trust(known))
