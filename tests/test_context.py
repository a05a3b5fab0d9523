"""What AWS knows of a request: which condition keys each kind of caller brings (COND-20 to COND-27)."""

from __future__ import annotations

import pytest

from iamlab import Decision, IamlabError, Lab, allow
from iamlab.lessons.story import account, document, trust

DEV = "111111111111"


class Callers:
    """One caller of each kind, as in the columns of COND-24."""

    def __init__(self):
        self.lab = lab = Lab()
        self.dev = dev = lab.create_account("Development", DEV)
        self.alice = alice = dev.create_user("alice", tags={"team": "web"})
        alice.put_policy("All", allow("*"))
        alice.create_login_profile()
        self.role = dev.create_role("R", trust=trust(AWS=account(DEV)), tags={"team": "ops"}, path="/app/")
        without = lab.console_sign_in(alice)
        plain = lab.sts.get_session_token(alice)
        dev.create_mfa_device("phone").enable(alice)
        saml = dev.create_saml_provider("S")
        federated = {"Effect": "Allow", "Principal": {"Federated": saml.arn}, "Action": "sts:AssumeRoleWithSAML"}
        staff = dev.create_role("Staff", trust=document(federated), tags={"team": "staff"})
        assertion = lab.identity_token(saml, "dana", audience="https://signin.aws.amazon.com/saml")
        with_mfa = lab.sts.get_session_token(alice, mfa=True)
        self.all = {
            "root L": dev.root,
            "user L": alice,
            "user, console": without,
            "user, console, MFA": lab.console_sign_in(alice, mfa=True),
            "user GST": plain,
            "user GST MFA": with_mfa,
            "role session": lab.sts.assume_role(alice, self.role, "alice", mfa=True),
            "role session of MFA": lab.sts.assume_role(with_mfa, self.role, "alice"),
            "SAML role session": lab.sts.assume_role_with_saml(assertion, staff),
            "federated user": lab.sts.get_federation_token(alice, "bob", policy=allow("*")),
            "service principal": "events.amazonaws.com",
            "anonymous": "anonymous",
        }
        lab.clock.advance(seconds=90)

    def values(self, who):
        """The condition keys of a request of that caller, in lower case."""
        return self.lab.evaluate(self.all[who], "s3:ListAllMyBuckets").request.values


@pytest.fixture(scope="module")
def callers():
    return Callers()


ROLE = f"arn:aws:iam::{DEV}:role/app/R"
USER = f"arn:aws:iam::{DEV}:user/alice"
# COND-24, column by column: username, PrincipalArn, TokenIssueTime present, MultiFactorAuthPresent, PrincipalTag/team
MATRIX = {
    "root L": (None, f"arn:aws:iam::{DEV}:root", False, None, None),
    "user L": ("alice", USER, False, None, "web"),
    "user, console": ("alice", USER, True, "false", "web"),
    "user, console, MFA": ("alice", USER, True, "true", "web"),
    "user GST": ("alice", USER, True, "false", "web"),
    "user GST MFA": ("alice", USER, True, "true", "web"),
    "role session": (None, ROLE, True, "false", "ops"),
    "role session of MFA": (None, ROLE, True, "true", "ops"),
    "SAML role session": (None, f"arn:aws:iam::{DEV}:role/Staff", True, None, "staff"),
    "federated user": (None, f"arn:aws:sts::{DEV}:federated-user/bob", True, None, "web"),
    "service principal": (None, None, False, None, None),
    "anonymous": (None, None, False, None, None),
}


@pytest.mark.parametrize("who", MATRIX)
def test_the_presence_matrix(callers, who):
    """COND-24 and COND-25, row by row."""
    values, (username, arn, issued, mfa, tag) = callers.values(who), MATRIX[who]
    assert values.get("aws:username") == username
    assert values.get("aws:principalarn") == arn
    assert ("aws:tokenissuetime" in values) is issued
    assert values.get("aws:multifactorauthpresent") == mfa
    assert values.get("aws:principaltag/team") == tag
    assert ("aws:multifactorauthage" in values) is (mfa == "true")
    assert "aws:sourcearn" not in values
    assert "aws:sourceaccount" not in values


# COND-20: PrincipalType, userid, PrincipalAccount, PrincipalIsAWSService
IDENTITIES = {
    "root L": ("Account", DEV, DEV, "false"),
    "user L": ("User", "{alice}", DEV, "false"),
    "user GST": ("User", "{alice}", DEV, "false"),
    "role session": ("AssumedRole", "{role}:alice", DEV, "false"),
    "federated user": ("FederatedUser", f"{DEV}:bob", DEV, "false"),
    "anonymous": ("Anonymous", "anonymous", "anonymous", None),
    "service principal": (None, None, None, "true"),
}


@pytest.mark.parametrize("who", IDENTITIES)
def test_who_the_caller_is(callers, who):
    """COND-20."""
    type_, userid, owner, service = IDENTITIES[who]
    values = callers.values(who)
    ids = {"alice": callers.alice.id, "role": callers.role.id}
    assert values.get("aws:principaltype") == type_
    assert values.get("aws:userid") == (userid.format(**ids) if userid else None)
    assert values.get("aws:principalaccount") == owner
    assert values.get("aws:principalisawsservice") == service


@pytest.mark.parametrize("who", MATRIX)
def test_what_is_always_there(callers, who):
    """COND-20: the time, the transport, the Region, and that no service stands between."""
    values = callers.values(who)
    assert values["aws:currenttime"] == "2026-11-02T09:01:30Z"
    assert int(values["aws:epochtime"]) == int(callers.lab.clock.now.timestamp())
    assert values["aws:securetransport"] == "true"
    assert values["aws:viaawsservice"] == "false"
    assert values["aws:requestedregion"] == "us-east-1"


def test_the_age_of_mfa_is_in_seconds(callers):
    """COND-20: since the code was given, also in the role that was assumed from there."""
    for who in ("user GST MFA", "role session of MFA", "user, console, MFA"):
        assert callers.values(who)["aws:multifactorauthage"] == "90"


def test_the_mfa_idioms(callers):
    """COND-25: the four ways to ask, for long-term keys, a session without MFA and one with it."""
    lab, dev = callers.lab, callers.dev
    before = lab.snapshot()
    key = "aws:MultiFactorAuthPresent"
    listing = {"Action": "s3:ListAllMyBuckets", "Resource": "*"}
    idioms = {
        "Allow, Bool true": ({"Effect": "Allow"}, {"Bool": {key: "true"}}, (False, False, True)),
        "Allow, BoolIfExists true": ({"Effect": "Allow"}, {"BoolIfExists": {key: "true"}}, (True, False, True)),
        "Deny, Bool false": ({"Effect": "Deny"}, {"Bool": {key: "false"}}, (True, False, True)),
        "Deny, BoolIfExists false": ({"Effect": "Deny"}, {"BoolIfExists": {key: "false"}}, (False, False, True)),
    }
    try:
        for effect, condition, expected in idioms.values():
            statement = {**listing, **effect, "Condition": condition}
            more = [] if effect["Effect"] == "Allow" else [{**listing, "Effect": "Allow"}]
            callers.alice.put_policy("All", document(statement, *more))
            found = tuple(
                lab.evaluate(callers.all[who], "s3:ListAllMyBuckets").allowed
                for who in ("user L", "user GST", "user GST MFA")
            )
            assert found == expected
    finally:
        lab.restore(before)
    assert dev.user("alice").policies[0].name == "All"


def test_users_are_made_to_use_their_names(callers):
    """COND-22: sts:RoleSessionName with ${aws:username}; role sessions, which have none, are shut out."""
    lab, dev = callers.lab, callers.dev
    same = {"StringLike": {"sts:RoleSessionName": "${aws:username}"}}
    role = dev.create_role("Named", trust=trust(same, AWS=account(DEV)))
    assert lab.sts.assume_role(callers.alice, role, "alice").name == "alice"
    other = dev.create_role("Other", trust=trust(AWS=account(DEV)))
    other.put_policy("All", allow("*"))
    session = lab.sts.assume_role(callers.alice, other, "alice")
    for who, name in ((callers.alice, "bob"), (session, "alice")):
        with pytest.raises(IamlabError) as caught:
            lab.sts.assume_role(who, role, name)
        assert caught.value.evaluation.silent == "resource"


def test_a_trust_policy_sees_the_caller_and_the_role_s_tags(callers):
    """COND-23: the caller's keys are the principal's, the role is the resource."""
    lab, dev = callers.lab, callers.dev
    same = {"StringEquals": {"aws:PrincipalTag/team": "${aws:ResourceTag/team}"}}
    for team, allowed in (("web", True), ("ops", False)):
        role = dev.create_role(f"Of-{team}", trust=trust(same, AWS=account(DEV)), tags={"team": team})
        assert lab.evaluate(callers.alice, "sts:AssumeRole", role).allowed is allowed


def test_calls_of_services_have_no_network(callers):
    """COND-26: NotIpAddress hits a service principal, unless it is left out."""
    lab, dev = callers.lab, callers.dev
    topic = dev.create_topic("alarms")
    service = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sns:Publish"}
    outside = {"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
    stop = {"Effect": "Deny", "Principal": "*", "Action": "sns:Publish", "Resource": topic.arn}
    topic.put_policy(document({**service, "Resource": topic.arn}, {**stop, "Condition": outside}))
    assert lab.evaluate("events.amazonaws.com", "sns:Publish", topic).decision is Decision.EXPLICIT_DENY
    people = {**outside, "Bool": {"aws:PrincipalIsAWSService": "false"}}
    topic.put_policy(document({**service, "Resource": topic.arn}, {**stop, "Condition": people}))
    assert lab.evaluate("events.amazonaws.com", "sns:Publish", topic).allowed
    assert lab.evaluate(callers.alice, "sns:Publish", topic).decision is Decision.EXPLICIT_DENY
    inside = {"aws:SourceIp": "203.0.113.7"}
    assert lab.evaluate(callers.alice, "sns:Publish", topic, inside).allowed


def test_tags_of_an_object_are_its_own(callers):
    """COND-27: s3:ExistingObjectTag."""
    lab, dev = callers.lab, callers.dev
    bucket = dev.create_bucket("acme-tagged")
    bucket.put_object("open.txt", tags={"class": "public"})
    bucket.put_object("shut.txt", tags={"class": "secret"})
    reader = dev.create_user("reader")
    public = {"StringEquals": {"s3:ExistingObjectTag/class": "public"}}
    reader.put_policy(
        "Read", document({"Effect": "Allow", "Action": "s3:GetObject", "Resource": bucket / "*", "Condition": public})
    )
    assert lab.evaluate(reader, "s3:GetObject", bucket / "open.txt").allowed
    for key in ("shut.txt", "nothing.txt"):
        assert not lab.evaluate(reader, "s3:GetObject", bucket / key).allowed
