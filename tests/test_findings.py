"""Findings: each kind of finding on a policy that has it, and not on its neighbour that has not (VAL)."""

from __future__ import annotations

import pytest

from iamlab import IamlabError, Lab
from iamlab.analysis.findings import ADVICE, findings
from iamlab.analysis.globs import overlap
from iamlab.core.conditions import Condition
from iamlab.core.policy import PolicyKind
from iamlab.core.refusals import takes_unsigned
from iamlab.core.wildcard import matches
from iamlab.lessons import story
from iamlab.world import managed_policies
from iamlab.world.quotas import size

IDENTITY, MANAGED, RESOURCE, TRUST, SCP = (
    PolicyKind.IDENTITY,
    PolicyKind.MANAGED,
    PolicyKind.RESOURCE,
    PolicyKind.TRUST,
    PolicyKind.SCP,
)
BUCKET, OBJECTS = "arn:aws:s3:::acme-photos", "arn:aws:s3:::acme-photos/*"
ROLE = "arn:aws:iam::111111111111:role/App"
QUEUE = "arn:aws:sqs:us-east-1:111111111111:jobs"
OIDC = "arn:aws:iam::111111111111:oidc-provider/"


def _policy(*statements, version="2012-10-17"):
    return {**({"Version": version} if version else {}), "Statement": list(statements)}


def _allow(action="s3:GetObject", resource=OBJECTS, **more):
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def _deny(action="s3:GetObject", resource=OBJECTS, **more):
    return {**_allow(action, resource, **more), "Effect": "Deny"}


def _if(operator, key, value, action="s3:GetObject", resource=OBJECTS, effect="Allow"):
    return _policy({**_allow(action, resource), "Effect": effect, "Condition": {operator: {key: value}}})


def _shared(principal, action="sqs:SendMessage", resource=QUEUE, **more):
    return _policy({**_allow(action, resource), "Principal": principal, **more})


def _trust(principal, action="sts:AssumeRole", **more):
    return _policy({"Effect": "Allow", "Principal": principal, "Action": action, **more})


def _same(key, value="x"):
    return {"Condition": {"StringEquals": {key: value}}}


LONG = [f"s3:{'x' * 60}{number}" for number in range(200)]

# code: kind, a policy that has it, a neighbour that has not
EXAMPLES = {
    "MISSING_VERSION": (IDENTITY, _policy(_allow(), version=None), _policy(_allow())),
    "OLD_VERSION": (IDENTITY, _policy(_allow(), version="2008-10-17"), _policy(_allow())),
    "UNIQUE_SIDS_RECOMMENDED": (
        RESOURCE,
        _policy(
            {**_allow("sqs:SendMessage", QUEUE), "Sid": "A", "Principal": {"AWS": "111111111111"}},
            {**_deny("sqs:SendMessage", QUEUE), "Sid": "A", "Principal": {"AWS": "222222222222"}},
        ),
        _policy(
            {**_allow("sqs:SendMessage", QUEUE), "Sid": "A", "Principal": {"AWS": "111111111111"}},
            {**_deny("sqs:SendMessage", QUEUE), "Sid": "B", "Principal": {"AWS": "222222222222"}},
        ),
    ),
    "POLICY_SIZE_EXCEEDS_QUOTA": (MANAGED, _policy(_allow(LONG)), _policy(_allow(LONG[:50]))),
    "POLICY_SIZE_EXCEEDS_SCP_QUOTA": (SCP, _policy(_deny(LONG, "*")), _policy(_deny(LONG[:100], "*"))),
    "REDUNDANT_STATEMENT": (
        IDENTITY,
        _policy(_allow(), {**_allow(), "Sid": "Again"}),
        _policy(_allow(), _allow("s3:PutObject")),
    ),
    "PRIVILEGE_ESCALATION": (
        IDENTITY,
        _policy(_allow("iam:Attach*", "*")),
        _policy(_allow("iam:AttachUserPolicy", "arn:aws:iam::111111111111:user/guest")),
    ),
    "INVALID_SERVICE_IN_ACTION": (IDENTITY, _policy(_allow("s4:GetObject")), _policy(_allow("S3:GetObject"))),
    "INVALID_ACTION": (IDENTITY, _policy(_allow("s3:GetObjects")), _policy(_allow("s3:getobject"))),
    "INVALID_ARN_REGION": (
        IDENTITY,
        _policy(_allow("sqs:SendMessage", "arn:aws:sqs:frankfurt:111111111111:jobs")),
        _policy(_allow("sqs:SendMessage", "arn:aws:sqs:eu-*:111111111111:jobs")),
    ),
    "INVALID_ARN_ACCOUNT": (
        IDENTITY,
        _policy(_allow("sqs:SendMessage", "arn:aws:sqs:us-east-1:acme:jobs")),
        _policy(_allow("sqs:SendMessage", "arn:aws:sqs:us-gov-west-1:*:jobs")),
    ),
    "INVALID_ARN_SERVICE_CASE": (
        IDENTITY,
        _policy(_allow("s3:GetObject", "arn:aws:S3:::acme-photos/*")),
        _policy(_allow()),
    ),
    "ARN_REGION_NOT_ALLOWED": (
        IDENTITY,
        _policy(_allow("s3:*", "arn:aws:s3:us-east-1:111111111111:acme-photos")),
        _policy(_allow("s3:*", "arn:aws:s3:us-east-1:111111111111:accesspoint/team")),
    ),
    "RESOURCE_MISMATCH": (
        IDENTITY,
        _policy(_allow("s3:ListBucket", OBJECTS)),
        _policy(_allow("s3:ListBucket", BUCKET)),
    ),
    "MISMATCHED_ACTION_FOR_PRINCIPAL": (
        TRUST,
        _trust({"Federated": OIDC + "idp.example"}, **_same("idp.example:sub")),
        _trust({"Federated": OIDC + "idp.example"}, "sts:AssumeRoleWithWebIdentity", **_same("idp.example:sub")),
    ),
    "INVALID_USER_REFERENCE": (
        TRUST,
        _trust({"AWS": "AIDACKCEVSQ6C2EXAMPLE"}),
        _trust({"AWS": "arn:aws:iam::111111111111:user/alice"}),
    ),
    "PASS_ROLE_WITH_STAR_IN_RESOURCE": (
        IDENTITY,
        _policy(_allow("iam:PassRole", "*")),
        _if("StringEquals", "iam:PassedToService", "ec2.amazonaws.com", "iam:PassRole", "*"),
    ),
    "RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL": (
        RESOURCE,
        _shared({"Service": "sns.amazonaws.com"}),
        _shared({"Service": "sns.amazonaws.com"}, **_same("aws:SourceAccount", "111111111111")),
    ),
    "MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL": (
        TRUST,
        _trust({"Federated": OIDC + "idp.example"}, "sts:AssumeRoleWithWebIdentity"),
        _trust({"Federated": OIDC + "idp.example"}, "sts:AssumeRoleWithWebIdentity", **_same("idp.example:aud")),
    ),
    "MISSING_GITHUB_REPO_CONDITION_KEY": (
        TRUST,
        _trust(
            {"Federated": OIDC + "token.actions.githubusercontent.com"},
            "sts:AssumeRoleWithWebIdentity",
            **_same("token.actions.githubusercontent.com:aud"),
        ),
        _trust(
            {"Federated": OIDC + "token.actions.githubusercontent.com"},
            "sts:AssumeRoleWithWebIdentity",
            **_same("token.actions.githubusercontent.com:sub", "repo:acme/app:ref:refs/heads/main"),
        ),
    ),
    "PUBLIC_ACCESS": (RESOURCE, _shared("*"), _shared("*", **_same("aws:PrincipalOrgID", "o-abcdefghij"))),
    "WILDCARD_IN_TRUST": (TRUST, _trust("*"), _trust({"AWS": "111111111111"})),
    "ALLOW_WITH_NOT_ACTION": (
        IDENTITY,
        _policy({"Effect": "Allow", "NotAction": "iam:*", "Resource": BUCKET}),
        _policy({"Effect": "Deny", "NotAction": "iam:*", "Resource": BUCKET}),
    ),
    "ALLOW_WITH_NOT_RESOURCE": (
        IDENTITY,
        _policy({"Effect": "Allow", "Action": "s3:GetObject", "NotResource": OBJECTS}),
        _policy({"Effect": "Deny", "Action": "s3:GetObject", "NotResource": OBJECTS}),
    ),
    "EVERYTHING_ON_EVERYTHING": (IDENTITY, _policy(_allow("*", "*")), _policy(_deny("*", "*"))),
    "CREATE_SLR_WITH_STAR_IN_RESOURCE": (
        IDENTITY,
        _policy(_allow("iam:CreateServiceLinkedRole", "*")),
        _if("StringEquals", "iam:AWSServiceName", "ecs.amazonaws.com", "iam:CreateServiceLinkedRole", "*"),
    ),
    "EMPTY_CONDITION": (IDENTITY, _policy(_allow(Condition={})), _policy(_allow())),
    "EMPTY_SID_VALUE": (IDENTITY, _policy(_allow(Sid="")), _policy(_allow(Sid="Read"))),
    "EMPTY_ARRAY": (
        IDENTITY,
        _if("StringEquals", "aws:PrincipalTag/a", []),
        _if("StringEquals", "aws:PrincipalTag/a", [""]),
    ),
    "REDUNDANT_ACTION": (
        IDENTITY,
        _policy(_allow(["s3:Get*", "s3:GetObject"])),
        _policy(_allow(["s3:Get*", "s3:PutObject"])),
    ),
    "REDUNDANT_RESOURCE": (
        IDENTITY,
        _policy(_allow(resource=[OBJECTS, "arn:aws:s3:::acme-photos/2026/*"])),
        _policy(_allow(resource=[OBJECTS, "arn:aws:s3:::acme-archive/*"])),
    ),
    "REDUNDANT_PRINCIPAL": (
        TRUST,
        _trust({"AWS": [ROLE, "arn:aws:sts::111111111111:assumed-role/App/one"]}),
        _trust({"AWS": [ROLE, "arn:aws:sts::111111111111:assumed-role/Other/one"]}),
    ),
    "RESOURCE_STAR": (
        IDENTITY,
        _policy(_allow("s3:GetObject", "*")),
        _policy(_allow(["s3:GetObject", "s3:ListAllMyBuckets"], "*")),
    ),
    "WILDCARD_IN_SERVICE_NAME": (IDENTITY, _policy(_allow("s*:GetObject")), _policy(_deny("*:*", "*"))),
    "INVALID_CONDITION_KEY": (
        IDENTITY,
        _if("Bool", "aws:SecureTransprot", "true"),
        _if("Bool", "AWS:securetransport", "true"),
    ),
    "UNSUPPORTED_ACTION_FOR_CONDITION_KEY": (
        IDENTITY,
        _if("StringEquals", "s3:prefix", "home/"),
        _if("StringEquals", "s3:prefix", "home/", "s3:ListBucket", BUCKET),
    ),
    "MISSING_TAG_KEY_IN_CONDITION": (
        IDENTITY,
        _if("StringEquals", "aws:PrincipalTag/", "web"),
        _if("StringEquals", "aws:PrincipalTag/team", "web"),
    ),
    "MISSING_QUALIFIER": (
        IDENTITY,
        _if("StringEquals", "aws:TagKeys", "team"),
        _if("ForAnyValue:StringEquals", "aws:TagKeys", "team"),
    ),
    "INVALID_CONDITION_MULTIPLE_BOOLEAN": (
        IDENTITY,
        _if("Bool", "aws:SecureTransport", ["true", "false"]),
        _if("Bool", "aws:SecureTransport", ["true"]),
    ),
    "TYPE_MISMATCH": (
        IDENTITY,
        _if("NumericLessThan", "aws:MultiFactorAuthAge", "an hour"),
        _if("NumericLessThan", "aws:MultiFactorAuthAge", "3600"),
    ),
    "TYPE_MISMATCH_IP_RANGE": (
        IDENTITY,
        _if("IpAddress", "aws:SourceIp", "203.0.113"),
        _if("IpAddress", "aws:SourceIp", "203.0.113.7"),
    ),
    "WILDCARD_WITHOUT_LIKE_OPERATOR": (
        IDENTITY,
        _if("StringEquals", "aws:PrincipalTag/team", "web-*"),
        _if("StringLike", "aws:PrincipalTag/team", "web-*"),
    ),
    "VARIABLE_UNSUPPORTED_IN_VERSION": (
        IDENTITY,
        _policy(_allow(resource="arn:aws:s3:::acme/${aws:username}/*"), version="2008-10-17"),
        _policy(_allow(resource="arn:aws:s3:::acme/${aws:username}/*")),
    ),
    "INVALID_VARIABLE_FOR_OPERATOR": (
        IDENTITY,
        _if("IpAddress", "aws:SourceIp", "${aws:PrincipalTag/net}"),
        _if("StringEquals", "aws:PrincipalTag/net", "${aws:PrincipalTag/home}"),
    ),
    "PRIVATE_IP_ADDRESS": (
        IDENTITY,
        _if("IpAddress", "aws:SourceIp", ["10.0.0.0/8", "192.168.1.0/24"]),
        _if("IpAddress", "aws:VpcSourceIp", "10.0.0.0/8"),
    ),
    "SOME_PRIVATE_IP_ADDRESSES": (
        IDENTITY,
        _if("IpAddress", "aws:SourceIp", ["10.0.0.0/8", "203.0.113.0/24"]),
        _if("IpAddress", "aws:SourceIp", ["203.0.113.0/24", "2001:db8::/32"]),
    ),
    "FORALLVALUES_WITH_SINGLE_VALUED_KEY": (
        IDENTITY,
        _if("ForAllValues:StringEquals", "aws:PrincipalTag/team", "web"),
        _if("ForAllValues:StringEquals", "aws:PrincipalTag/team", "web", effect="Deny"),
    ),
    "FORALLVALUES_WITHOUT_NULL": (
        IDENTITY,
        _if("ForAllValues:StringEquals", "aws:TagKeys", "team", "ec2:CreateTags", "*"),
        _policy(
            _allow(
                "ec2:CreateTags",
                "*",
                Condition={"ForAllValues:StringEquals": {"aws:TagKeys": "team"}, "Null": {"aws:TagKeys": "false"}},
            )
        ),
    ),
    "BAD_PATTERN_FOR_MFA": (
        IDENTITY,
        _if("Bool", "aws:MultiFactorAuthPresent", "false", effect="Deny"),
        _if("BoolIfExists", "aws:MultiFactorAuthPresent", "false", effect="Deny"),
    ),
    "DEPRECATED_GLOBAL_CONDITION_KEY": (
        IDENTITY,
        _if("ArnLike", "aws:ARN", ROLE),
        _if("ArnLike", "aws:PrincipalArn", ROLE),
    ),
    "IMPROVE_IP_RANGE": (
        IDENTITY,
        _if("IpAddress", "aws:SourceIp", "203.0.113.7/24"),
        _if("IpAddress", "aws:SourceIp", "203.0.113.7/32"),
    ),
    "NULL_WITH_QUALIFIER": (
        IDENTITY,
        _if("ForAnyValue:Null", "aws:TagKeys", "true"),
        _if("Null", "aws:TagKeys", "true"),
    ),
    "STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS": (
        IDENTITY,
        _if("StringLike", "aws:PrincipalArn", "arn:aws:iam::111111111111:role/*"),
        _if("ArnLike", "aws:PrincipalArn", "arn:aws:iam::111111111111:role/*"),
    ),
    "DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE": (
        IDENTITY,
        _if("StringEquals", "aws:ResourceTag/env", "prod", ["ec2:*", "route53:*"], "*", effect="Deny"),
        _if("StringEquals", "aws:ResourceTag/env", "prod", ["ec2:*", "rds:*"], "*", effect="Deny"),
    ),
    "MISSING_PAIRED_CONDITION_KEYS": (
        IDENTITY,
        _policy(_allow(Condition={"IpAddress": {"aws:VpcSourceIp": "10.0.0.0/8"}})),
        _policy(
            _allow(
                Condition={
                    "IpAddress": {"aws:VpcSourceIp": "10.0.0.0/8"},
                    "StringEquals": {"aws:SourceVpc": "vpc-0123456789abcdef0"},
                }
            )
        ),
    ),
    "UNSUPPORTED_ACTION_IN_POLICY": (
        RESOURCE,
        _shared({"AWS": "111111111111"}, ["sqs:SendMessage", "sns:Publish"]),
        _shared({"AWS": "111111111111"}, ["sqs:SendMessage", "SQS:Get*"]),
    ),
    "UNSUPPORTED_RESOURCE_ARN_IN_POLICY": (
        RESOURCE,
        _shared({"AWS": "111111111111"}, resource=[QUEUE, "arn:aws:sns:us-east-1:111111111111:news"]),
        _shared({"AWS": "111111111111"}, resource=[QUEUE, "arn:aws:sqs:us-east-1:111111111111:news"]),
    ),
    "WILDCARD_USAGE_TOO_PERMISSIVE": (
        RESOURCE,
        _shared("*", Condition={"ArnLike": {"aws:PrincipalArn": "*"}}),
        _shared("*", Condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111111111111:role/*"}}),
    ),
}


@pytest.mark.parametrize("code", EXAMPLES)
def test_each_finding_and_its_neighbour(code):
    """There it is, with a place, a sentence, why it matters and what to do; and here it is not."""
    kind, dubious, fine = EXAMPLES[code]
    found = [one for one in findings(dubious, kind) if one.code == code]
    assert found, [str(one) for one in findings(dubious, kind)]
    for one in found:
        assert one.place
        assert all(text.endswith((".", "?")) for text in (one.problem, one.why, one.remedy)), one
        assert one.id.startswith("VAL-")
    assert code not in [one.code for one in findings(fine, kind)]


def test_every_finding_has_an_example():
    """Those that need to know the accounts have tests of their own; thirty checks of VAL at the least."""
    assert set(ADVICE) - set(EXAMPLES) == {"THIRD_PARTY_WITHOUT_EXTERNAL_ID"}
    assert len({one.id for one in ADVICE.values()}) >= 30


def test_third_parties_are_asked_for_an_external_id():
    """VAL-37: an account that is neither this one nor one of ours; alone, a policy knows no strangers."""
    theirs = _trust({"AWS": "arn:aws:iam::333333333333:root"})
    guarded = _trust({"AWS": "arn:aws:iam::333333333333:root"}, **_same("sts:ExternalId"))
    code = "THIRD_PARTY_WITHOUT_EXTERNAL_ID"
    ours = frozenset({"999999999999"})
    assert code in [one.code for one in findings(theirs, TRUST, account="111111111111", own=ours)]
    assert code not in [one.code for one in findings(guarded, TRUST, account="111111111111", own=ours)]
    assert code not in [one.code for one in findings(theirs, TRUST, account="333333333333")]
    assert code not in [one.code for one in findings(theirs, TRUST)]
    family = _trust({"AWS": "999999999999"})
    assert code not in [one.code for one in findings(family, TRUST, account="111111111111", own=ours)]


def _codes(policy, kind, **more):
    return [(one.code, one.place) for one in findings(policy, kind, **more)]


def test_a_deny_by_tags_that_takes_effect_without_them():
    """VAL-41 is about a Deny that a request without the key escapes; this one hits it (COND-03)."""
    code = "DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE"
    for operator in ("StringNotEquals", "StringEqualsIfExists"):
        policy = _if(operator, "aws:ResourceTag/env", "prod", "route53:*", "*", effect="Deny")
        assert code not in [found for found, _ in _codes(policy, IDENTITY)]
    for key in ("aws:RequestTag/env", "AWS:requesttag/env"):
        policy = _if("StringEquals", key, "prod", "route53:*", "*", effect="Deny")
        assert (code, f"Statement[0].Condition.StringEquals.{key}") in _codes(policy, IDENTITY)
    everything = _if("StringEquals", "aws:ResourceTag/env", "prod", "*", "*", effect="Deny")
    assert code not in [found for found, _ in _codes(everything, IDENTITY)]
    allowed = _if("StringEquals", "aws:ResourceTag/env", "prod", "route53:*", "*")
    assert code not in [found for found, _ in _codes(allowed, IDENTITY)]


def test_addresses_of_instances_and_their_vpc():
    """VAL-42: the other pair; a Deny leaves to other statements what it does not deny."""
    address = {"IpAddress": {"aws:Ec2InstanceSourcePrivateIPv4": "10.0.0.7"}}
    vpc = {"StringEquals": {"aws:Ec2InstanceSourceVpc": "vpc-0123456789abcdef0"}}
    code = "MISSING_PAIRED_CONDITION_KEYS"
    assert code in [found for found, _ in _codes(_policy(_allow(Condition=address)), IDENTITY)]
    assert code not in [found for found, _ in _codes(_policy(_allow(Condition={**address, **vpc})), IDENTITY)]
    assert code not in [found for found, _ in _codes(_policy(_deny(Condition=address)), IDENTITY)]


def test_a_service_is_held_to_its_organization():
    """VAL-34, COND-20: the path of the source's organization is a guard, and a key that there is; it is a list."""
    within = {"ForAnyValue:StringLike": {"aws:SourceOrgPaths": "o-abc123/*"}}
    assert _codes(_shared({"Service": "sns.amazonaws.com"}, Condition=within), RESOURCE) == []


def test_whose_policy_it_is():
    """VAL-53: what is another service's depends on whose policy this is; said once for each action and ARN."""
    mixed = _shared({"AWS": "111111111111"}, "s3:GetObject", QUEUE)
    assert _codes(mixed, RESOURCE, service="sqs") == [("UNSUPPORTED_ACTION_IN_POLICY", "Statement[0].Action")]
    assert _codes(mixed, RESOURCE, service="s3") == [
        ("RESOURCE_MISMATCH", "Statement[0].Action"),
        ("UNSUPPORTED_RESOURCE_ARN_IN_POLICY", "Statement[0].Resource"),
    ]
    anything = _shared({"AWS": "111111111111"}, ["s3:GetObject", "sqs:SendMessage"], "*")
    assert "UNSUPPORTED_ACTION_IN_POLICY" not in [code for code, _ in _codes(anything, RESOURCE)]
    assert ("UNSUPPORTED_ACTION_IN_POLICY", "Statement[0].Action[0]") in _codes(anything, RESOURCE, service="sqs")
    vault = _shared({"AWS": "111111111111"}, "backup:StartRestoreJob", "arn:aws:ec2:us-east-1::snapshot/*")
    assert "UNSUPPORTED_ACTION_IN_POLICY" not in [code for code, _ in _codes(vault, RESOURCE)]
    assert "UNSUPPORTED_ACTION_IN_POLICY" not in [code for code, _ in _codes(_policy(_allow("iam:*", QUEUE)), IDENTITY)]


def test_a_policy_in_a_world_is_that_of_its_resource():
    """VAL-53: the queue's own policy, though all that it says is about a topic."""
    lab = Lab()
    queue = lab.create_account("Development", "111111111111").create_queue("jobs")
    queue.put_policy(_shared({"AWS": "111111111111"}, "sns:Publish", "arn:aws:sns:us-east-1:111111111111:news"))
    assert [one.code for one in lab.findings()] == [
        "UNSUPPORTED_ACTION_IN_POLICY",
        "UNSUPPORTED_RESOURCE_ARN_IN_POLICY",
    ]
    assert "sqs" in lab.findings()[0].problem


def test_an_identity_provider_outside_of_a_trust_policy():
    """VAL-53, POL-06: no service would store it, so it is the one finding."""
    (found,) = findings(_shared({"Federated": f"{OIDC}idp.example"}), RESOURCE)
    assert (found.level.value, found.code) == ("error", "MALFORMED_POLICY")
    assert "Principal" in found.place


GOOD = {
    "home directories": (
        IDENTITY,
        _policy(
            _allow(["s3:GetObject", "s3:PutObject"], "arn:aws:s3:::acme/home/${aws:username}/*"),
            _allow(
                "s3:ListBucket",
                "arn:aws:s3:::acme",
                Condition={"StringLike": {"s3:prefix": ["", "home/", "home/${aws:username}/*"]}},
            ),
        ),
    ),
    "AWS's own example of listing all buckets": (IDENTITY, _policy(_allow("s3:ListAllMyBuckets", "arn:aws:s3:::*"))),
    "EC2's trust": (TRUST, _trust({"Service": "ec2.amazonaws.com"})),
    "an account with an external ID": (TRUST, _trust({"AWS": "333333333333"}, **_same("sts:ExternalId", "acme-7f3c"))),
    "MFA demanded": (
        IDENTITY,
        _policy(
            {
                "Effect": "Deny",
                "NotAction": ["iam:ListUsers"],
                "Resource": "*",
                "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
            }
        ),
    ),
    "one tag decides": (
        IDENTITY,
        _if(
            "StringEquals",
            "aws:ResourceTag/env",
            "dev",
            ["ec2:StartInstances", "ec2:StopInstances"],
            "arn:aws:ec2:*:111111111111:instance/*",
        ),
    ),
    "an SCP that denies Regions": (
        SCP,
        _policy(
            {
                "Effect": "Deny",
                "NotAction": ["iam:*", "sts:*"],
                "Resource": "*",
                "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["eu-central-1"]}},
            }
        ),
    ),
    "FullAWSAccess": (SCP, _policy(_allow("*", "*"))),
    "HTTPS demanded": (
        RESOURCE,
        _policy(
            {
                **_deny("s3:*", [BUCKET, OBJECTS]),
                "Principal": "*",
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ),
    ),
    "a service for one topic": (
        RESOURCE,
        _shared(
            {"Service": "sns.amazonaws.com"},
            Condition={"ArnEquals": {"aws:SourceArn": "arn:aws:sns:us-east-1:111111111111:news"}},
        ),
    ),
}


@pytest.mark.parametrize(("kind", "policy"), GOOD.values(), ids=GOOD.keys())
def test_a_good_policy_raises_no_alarm(kind, policy):
    """A false alarm is a defect."""
    assert [str(one) for one in findings(policy, kind)] == []


def _finding(code, policy, kind):
    """The one finding of that code."""
    (found,) = [one for one in findings(policy, kind) if one.code == code]
    return found


BOUNDED = ("iam:AttachUserPolicy", "iam:AttachRolePolicy", "iam:PutUserPolicy", "iam:PutRolePolicy")
UNBOUNDED = ("iam:CreatePolicyVersion", "iam:AttachGroupPolicy", "iam:PutGroupPolicy", "iam:CreateAccessKey")


@pytest.mark.parametrize("action", [*BOUNDED, *UNBOUNDED])
def test_who_follows_the_advice_on_escalation_gets_no_error(action):
    """COND-21: a boundary can be demanded of who attaches and puts policies of users and roles; of others never."""
    found = _finding("PRIVILEGE_ESCALATION", _policy(_allow(action, "*")), IDENTITY)
    assert "For attaching and putting policies of users and roles" in found.remedy
    limit = "arn:aws:iam::111111111111:policy/Limit"
    demanding = _if("ArnEquals", "iam:PermissionsBoundary", limit, action, "*")
    codes = {one.code for one in findings(demanding, IDENTITY)}
    assert ("UNSUPPORTED_ACTION_FOR_CONDITION_KEY" in codes) is (action in UNBOUNDED)


def test_escalation_is_not_said_to_give_everything():
    """Who adds users to groups, or makes keys, gets what some group or user has, and that may be little (VAL-40)."""
    found = _finding("PRIVILEGE_ESCALATION", _policy(_allow("iam:AddUserToGroup", "*")), IDENTITY)
    assert "any permission" not in found.why


EITHER = ["true", "false"]
ASKS_BOTH = [
    ("Bool", "Bool", False),
    ("Null", "Null", True),  # one of the two is so (COND-01)
    ("BoolIfExists", "IfExists", True),  # COND-10
    ("ForAllValues:Bool", "ForAllValues", True),  # COND-11
]


@pytest.mark.parametrize(("operator", "word", "always"), ASKS_BOTH)
def test_what_is_said_of_true_and_false_together_is_so(operator, word, always):
    """It holds with the key, and without it where the sentence says always."""
    found = _finding("INVALID_CONDITION_MULTIPLE_BOOLEAN", _if(operator, "aws:ViaAWSService", EITHER), IDENTITY)
    assert (word in found.why.partition("it holds whenever the key is there")[2]) is always
    condition = Condition(operator, "aws:ViaAWSService", tuple(EITHER))
    assert all(condition.holds({"aws:viaawsservice": one}) for one in EITHER)
    assert condition.holds({}) is always


def test_an_open_value_is_not_said_to_let_everybody_in():
    """COND-20: who is in no organization has no aws:PrincipalOrgID, and who is at no endpoint no aws:SourceVpce."""
    for key, value in (("aws:PrincipalOrgID", "o-*"), ("aws:SourceVpce", "vpce-*")):
        policy = _shared("*", Condition={"StringLike": {key: value}})
        found = _finding("WILDCARD_USAGE_TOO_PERMISSIVE", policy, RESOURCE)
        assert "who have the key" in found.why
        assert not Condition("StringLike", key, (value,)).holds({})


def test_who_may_come_without_an_account_is_said():
    """EVAL-19: unsigned requests are for S3, SQS and SNS; a key of KMS answers those alone who have an account."""
    found = _finding("PUBLIC_ACCESS", _shared("*", "kms:Decrypt", "*"), RESOURCE)
    assert found.why.startswith("Everybody with an AWS account is allowed")
    assert "S3, SQS and SNS" in found.why
    assert [takes_unsigned(one) for one in ("s3:GetObject", "sqs:SendMessage", "sns:Publish")] == [True] * 3
    assert not takes_unsigned("kms:Decrypt")


def test_what_aws_would_not_store_is_one_finding():
    """With place and remedy, as the error has them."""
    (found,) = findings({"Version": "2012-10-17", "Statement": [{"Effect": "allow"}]})
    assert (found.level.value, found.code) == ("error", "MALFORMED_POLICY")
    assert "Effect" in found.place
    (found,) = findings("{")
    assert found.remedy


ALARMS = {
    "INVALID_SERVICE_IN_ACTION",  # services that are no more
    "INVALID_ACTION",
    "REDUNDANT_ACTION",
    "RESOURCE_MISMATCH",  # actions that take no resource, in a statement about log groups
    "RESOURCE_STAR",
    "POLICY_SIZE_EXCEEDS_QUOTA",  # the quota is for customers
    "EVERYTHING_ON_EVERYTHING",
    "ALLOW_WITH_NOT_RESOURCE",
    "ALLOW_WITH_NOT_ACTION",
    "CREATE_SLR_WITH_STAR_IN_RESOURCE",
}


def test_aws_s_own_policies_have_no_others():
    """Kinds of findings on the policies that AWS made: each was looked at, and is true of them."""
    found = {
        one.code
        for name in managed_policies.names()
        if size(managed_policies.document(name)) < 20_000
        for one in findings(managed_policies.document(name), MANAGED)
    }
    assert found <= ALARMS


OVERLAPS = [
    ("a*b", "a?c", False),
    ("a*b", "a?b", True),
    ("arn:aws:s3:::acme-*", "arn:aws:s3:::*/*", True),
    ("arn:aws:s3:::acme", "arn:aws:s3:::*/*", False),
    ("*", "", True),
    ("?", "", False),
    ("", "", True),
    ("*a*", "*b*", True),
    ("a*", "*b", True),
    ("ab", "a", False),
]


@pytest.mark.parametrize(("one", "other", "expected"), OVERLAPS)
def test_patterns_that_have_a_text_in_common(one, other, expected):
    """Both ways round; a pattern without wildcards overlaps what it matches."""
    assert overlap(one, other) is expected
    assert overlap(other, one) is expected
    if "*" not in other and "?" not in other:
        assert matches(one, other) is expected


def test_findings_of_a_whole_world():
    """Each says in which policy it is; the story's worlds have those that are there to be talked about, no others."""
    expected = {
        story.administrator: set(),
        story.developer_group: set(),
        story.staging_and_production: set(),
        story.two_accounts: {"THIRD_PARTY_WITHOUT_EXTERNAL_ID"},  # two accounts that are in no organization yet
        story.consultant: set(),
        story.application_on_ec2: {"RESOURCE_STAR"},  # starting instances on anything
    }
    for build, codes in expected.items():
        assert {one.code for one in build().findings()} == codes, build.__name__
    lab = story.two_accounts()
    (found,) = lab.findings()
    assert found.policy == "trust policy of role UpdateApp"
    dev, prod, _ = lab.accounts
    organization = lab.create_organization(dev)
    organization.add(prod)
    assert lab.findings() == ()


def test_findings_of_one_policy_by_its_kind():
    """The lab asks for the kind in words."""
    lab = Lab()
    assert lab.findings(_policy(_allow("*", "*")))[0].code == "EVERYTHING_ON_EVERYTHING"
    assert lab.findings(_policy(_allow("*", "*")), kind="service control policy") == ()
    for wrong in ("policy", None, [], 7):
        with pytest.raises(IamlabError):
            lab.findings(_policy(_allow()), kind=wrong)
