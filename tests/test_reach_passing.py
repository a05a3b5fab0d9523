"""Paths through services that are passed a role: what it takes besides iam:PassRole (EVAL-25, STS-19, STS-23)."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iamlab import IamlabError, Lab

DEV = "111111111111"
PHOTOS = "arn:aws:s3:::acme-photos/*"
PICTURE = "arn:aws:s3:::acme-photos/1.jpg"
EC2, LAMBDA, GLUE = "ec2.amazonaws.com", "lambda.amazonaws.com", "glue.amazonaws.com"
ROLE = f"arn:aws:iam::{DEV}:role/App"
PROFILES = f"arn:aws:iam::{DEV}:instance-profile/"
FUNCTIONS = f"arn:aws:lambda:us-east-1:{DEV}:function:"


def _allow(action, resource="*", **condition):
    found = {"Effect": "Allow", "Action": action, "Resource": resource}
    return {**found, "Condition": condition} if condition else found


def _deny(action, resource="*"):
    return {**_allow(action, resource), "Effect": "Deny"}


def _document(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _lab(service, statements, *, profile="with the role", condition=None):
    """Bob with these statements, and the role App, which may read and which the service may assume."""
    lab = Lab()
    dev = lab.create_account("Development", DEV)
    dev.create_bucket("acme-photos")
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    role = dev.create_role("App", trust=_document({**trust, "Condition": condition} if condition else trust))
    role.put_policy("Read", _document(_allow("s3:GetObject", PHOTOS)))
    if profile:
        made = dev.create_instance_profile("AppProfile")
        if profile == "with the role":
            made.add_role(role)
    bob = dev.create_user("bob")
    if statements:
        bob.put_policy("Work", _document(*statements))
    return lab, dev, bob, role


def _words(lab, bob):
    return [one.words for one in lab.paths("s3:GetObject", PICTURE, bob).found]


PASS = _allow("iam:PassRole", ROLE)
RUN = _allow("ec2:RunInstances")
CREATE = _allow("lambda:CreateFunction")
END = f", which may do s3:GetObject on {PICTURE}."
BY_EC2 = "user bob passes role App to ec2.amazonaws.com with ec2:RunInstances"
BY_LAMBDA = "user bob passes role App to lambda.amazonaws.com with lambda:CreateFunction"
OWN_PROFILE = ", iam:CreateInstanceProfile, iam:AddRoleToInstanceProfile"
PARTS = [f"arn:aws:ec2:*:{DEV}:{one}/*" for one in ("network-interface", "security-group", "subnet", "volume")]

# the service that is trusted, what bob is allowed, the instance profile that there is, and the path, or none
CASES = {
    "passing alone starts nothing": (EC2, [PASS], "with the role", None),
    "starting alone passes nothing": (EC2, [RUN], "with the role", None),
    "both": (EC2, [PASS, RUN], "with the role", BY_EC2),
    "the instance, and nothing that it is made of": (
        EC2,
        [PASS, _allow("ec2:RunInstances", f"arn:aws:ec2:*:{DEV}:instance/*")],
        "with the role",
        None,
    ),
    "all that it is made of, part by part": (
        EC2,
        [
            PASS,
            _allow("ec2:RunInstances", [f"arn:aws:ec2:*:{DEV}:instance/*", "arn:aws:ec2:*::image/*", *PARTS]),
        ],
        "with the role",
        BY_EC2,
    ),
    "a single part denied": (
        EC2,
        [PASS, RUN, _deny("ec2:RunInstances", "arn:aws:ec2:*::image/*")],
        "with the role",
        None,
    ),
    "no instance profile, and none to be made": (EC2, [PASS, RUN], "", None),
    "an instance profile that is empty": (EC2, [PASS, RUN], "empty", None),
    "an empty one, to be filled": (
        EC2,
        [PASS, RUN, _allow("iam:AddRoleToInstanceProfile", f"{PROFILES}App*")],
        "empty",
        f"{BY_EC2}, iam:AddRoleToInstanceProfile",
    ),
    "a new one": (
        EC2,
        [PASS, RUN, _allow(["iam:CreateInstanceProfile", "iam:AddRoleToInstanceProfile"])],
        "",
        BY_EC2 + OWN_PROFILE,
    ),
    "a new one that must not be filled": (
        EC2,
        [
            PASS,
            RUN,
            _allow("iam:CreateInstanceProfile", f"{PROFILES}a*"),
            _allow("iam:AddRoleToInstanceProfile", f"{PROFILES}b*"),
        ],
        "",
        None,
    ),
    "new ones of some names": (
        EC2,
        [
            PASS,
            RUN,
            _allow("iam:CreateInstanceProfile", f"{PROFILES}team-*"),
            _allow("iam:AddRoleToInstanceProfile", f"{PROFILES}*"),
        ],
        "",
        f"{BY_EC2}{OWN_PROFILE}, iam:CreateInstanceProfile only on {PROFILES}team-*",
    ),
    "a role for another service": (
        EC2,
        [_allow("iam:PassRole", ROLE, StringEquals={"iam:PassedToService": LAMBDA}), RUN, CREATE],
        "with the role",
        None,
    ),
    "a function": (LAMBDA, [PASS, CREATE], "", BY_LAMBDA),
    "a service that may assume it, and a call of another": (LAMBDA, [PASS, RUN], "with the role", None),
    "functions of some names": (
        LAMBDA,
        [PASS, _allow("lambda:CreateFunction", f"{FUNCTIONS}team-*")],
        "",
        f"{BY_LAMBDA}, lambda:CreateFunction only on {FUNCTIONS}team-*",
    ),
    "functions with MFA": (
        LAMBDA,
        [PASS, _allow("lambda:CreateFunction", Bool={"aws:MultiFactorAuthPresent": "true"})],
        "",
        f"{BY_LAMBDA}, lambda:CreateFunction only with MFA",
    ),
    "a service of which nobody here knows what takes a role": (
        GLUE,
        [PASS],
        "",
        "user bob passes role App to glue.amazonaws.com, if a call of glue.amazonaws.com that takes a role is allowed",
    ),
}


@pytest.mark.parametrize(("service", "statements", "profile", "expected"), CASES.values(), ids=CASES.keys())
def test_a_role_that_is_passed(service, statements, profile, expected):
    """The path in words; and bob walks it, or cannot."""
    lab, dev, bob, role = _lab(service, statements, profile=profile)
    assert _words(lab, bob) == ([expected + END] if expected else [])
    if service != GLUE:
        assert _walks(lab, dev, bob, role) is bool(expected)


def _walks(lab, dev, bob, role):
    """Whether bob gets the role to a service in any way there is, with MFA, and the service then reads the picture."""
    device = dev.create_mfa_device("bob")
    device.enable(bob)
    for who, way in itertools.product((bob, lab.sts.get_session_token(bob, mfa=True)), (_started, _created)):
        try:
            with lab.signed_in(who):
                session = way(dev, role)
        except IamlabError:
            continue
        if session is not None and lab.evaluate(session, "s3:GetObject", PICTURE).allowed:
            return True
    return False


def _started(dev, role):
    """An instance with the role, in a profile that holds it, an empty one, or a new one."""
    own = next((one for one in dev.instance_profiles if one.role == role), None)
    if own is None:
        own = next(iter(dev.instance_profiles), None) or dev.create_instance_profile("team-of-bob")
        own.add_role(role)
    return dev.run_instance(profile=own).session


def _created(dev, role):
    """A function with the role: what it does it does as a session of the role."""
    dev.create_function("team-of-bob", role=role)
    return role


def test_a_function_that_is_there_already():
    """Its name is taken: whoever may create it alone creates none."""
    lab, dev, bob, role = _lab(LAMBDA, [PASS, _allow("lambda:CreateFunction", f"{FUNCTIONS}thumbs")], profile="")
    assert len(_words(lab, bob)) == 1
    dev.create_function("thumbs", role=role)
    assert _words(lab, bob) == []


def test_what_the_service_needs():
    """A condition of the trust policy on what the service acts for is said too."""
    lab, _, bob, _ = _lab(LAMBDA, [PASS, CREATE], condition={"StringEquals": {"aws:SourceAccount": DEV}}, profile="")
    (words,) = _words(lab, bob)
    assert words == f"{BY_LAMBDA}, lambda.amazonaws.com only when aws:SourceAccount is {DEV}{END}"


def test_each_role_goes_to_the_service_that_it_trusts():
    """And to no other, whatever the caller may do there; a role that trusts none is passed to none."""
    lab, dev, bob, _ = _lab(LAMBDA, [_allow("iam:PassRole"), CREATE, RUN, _allow("iam:*InstanceProfile")], profile="")
    for name, principal in (("Box", {"Service": EC2}), ("Own", {"AWS": DEV})):
        trust = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
        role = dev.create_role(name, trust=_document(trust))
        role.put_policy("Read", _document(_allow("s3:GetObject", PHOTOS)))
    found = {
        (step.target.name, step.service) for one in lab.paths("s3:GetObject", PICTURE, bob).found for step in one.steps
    }
    assert found == {("App", LAMBDA), ("Box", EC2)}


def test_a_role_of_another_account():
    """A role is passed within its account alone (STS-19)."""
    lab, _, _, _ = _lab(EC2, [], profile="with the role")
    other = lab.create_account("Production", "999999999999")
    admin = other.create_user("admin")
    admin.put_policy("All", _document(_allow("*")))
    assert _words(lab, admin) == []


def test_a_passed_role_in_a_graph():
    """The arrow says to which service, and by which call."""
    lab, _, bob, _ = _lab(EC2, [PASS, RUN])
    graph = lab.graph(lab.paths("s3:GetObject", PICTURE, bob))
    assert [one.label for one in graph.edges if one.relation == "passes"] == [
        "passes to ec2.amazonaws.com with ec2:RunInstances"
    ]


parts = st.sampled_from(
    (
        PASS,
        _allow("iam:PassRole", "*", StringEquals={"iam:PassedToService": EC2}),
        _allow("iam:PassRole", "*", StringEquals={"iam:PassedToService": LAMBDA}),
        _deny("iam:PassRole", f"{ROLE}-*"),
        RUN,
        _allow("ec2:RunInstances", [f"arn:aws:ec2:*:{DEV}:*/*"]),
        _allow("ec2:RunInstances", "arn:aws:ec2:*::image/*"),
        _deny("ec2:RunInstances", f"arn:aws:ec2:*:{DEV}:subnet/*"),
        _allow("iam:*InstanceProfile", f"{PROFILES}*"),
        _allow("iam:AddRoleToInstanceProfile"),
        _allow("iam:CreateInstanceProfile", f"{PROFILES}team-*"),
        CREATE,
        _allow("lambda:*", f"{FUNCTIONS}team-*"),
        _deny("lambda:CreateFunction", f"{FUNCTIONS}other-*"),
    )
)


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from((EC2, LAMBDA)),
    st.lists(parts, min_size=2, max_size=6),
    st.sampled_from(("", "empty", "with the role")),
)
def test_there_is_a_path_where_the_role_can_be_passed(service, statements, profile):
    """Whatever bob is allowed: a path is there exactly if he can do it."""
    lab, dev, bob, role = _lab(service, statements, profile=profile)
    expected = bool(_words(lab, bob))
    assert _walks(lab, dev, bob, role) is expected
