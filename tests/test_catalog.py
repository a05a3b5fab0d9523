"""The catalogue of actions: which take a resource, and what to say about names that do not exist."""

from __future__ import annotations

import pytest

from iamlab import IamlabError, catalog

NO_RESOURCE = [
    "s3:ListAllMyBuckets",
    "ec2:DescribeInstances",
    "iam:ListUsers",
    "iam:ListRoles",
    "iam:GetAccountSummary",
    "sts:GetCallerIdentity",
    "sts:GetSessionToken",
    "kms:ListKeys",
]
OBJECT = "arn:aws:s3:::acme-photos/2026/1.jpg"
BUCKET = "arn:aws:s3:::acme-photos"
USER = "arn:aws:iam::111111111111:user/eng/bob"
ROLE = "arn:aws:iam::111111111111:role/UpdateApp"
INSTANCE = "arn:aws:ec2:eu-west-1:111111111111:instance/i-0abc"
WITH_RESOURCE = [
    ("s3:GetObject", OBJECT, BUCKET),
    ("s3:PutObject", OBJECT, BUCKET),
    ("s3:DeleteObject", OBJECT, BUCKET),
    ("s3:ListBucket", BUCKET, OBJECT),
    ("s3:GetBucketPolicy", BUCKET, OBJECT),
    ("s3:DeleteBucket", BUCKET, OBJECT),
    ("iam:CreateUser", USER, ROLE),
    ("iam:PassRole", ROLE, USER),
    ("sts:AssumeRole", ROLE, USER),
    ("ec2:DescribeInstanceAttribute", INSTANCE, BUCKET),
    ("ec2:StopInstances", INSTANCE, BUCKET),
    ("kms:Decrypt", "arn:aws:kms:eu-west-1:111111111111:key/0abc", BUCKET),
    ("sqs:SendMessage", "arn:aws:sqs:eu-west-1:111111111111:orders", BUCKET),
]


@pytest.mark.parametrize("name", NO_RESOURCE)
def test_actions_that_take_no_resource(name):
    """They are asked about the star alone (POL-11)."""
    action = catalog.find(name)
    assert action.wildcard_only
    assert action.resource_forms == ()
    assert not action.takes("*")
    assert not action.takes(BUCKET)


@pytest.mark.parametrize(("name", "right", "wrong"), WITH_RESOURCE, ids=[row[0] for row in WITH_RESOURCE])
def test_actions_that_take_a_resource(name, right, wrong):
    """They are asked about resources of certain forms; a bucket is not an object (POL-15)."""
    action = catalog.find(name)
    assert not action.wildcard_only
    assert action.takes(right)
    assert not action.takes(wrong)
    assert not action.takes("*")
    assert not action.takes(right + "\n") or right == OBJECT  # only an object's key may hold a line break


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("s3:ListAllMyBuckets", "List"),
        ("s3:GetObject", "Read"),
        ("s3:PutObject", "Write"),
        ("iam:CreateUser", "Write"),
        ("iam:AttachUserPolicy", "Permissions management"),
        ("s3:PutBucketPolicy", "Permissions management"),
    ],
)
def test_access_levels(name, level):
    """The level is AWS's own."""
    assert catalog.find(name).access_level == level


@pytest.mark.parametrize("name", ["s3:getobject", "S3:GETOBJECT", "S3:GetObject", "s3:GetObject"])
def test_letter_case_does_not_matter(name):
    """An action is found in any letter case, and called what AWS calls it (POL-09)."""
    assert catalog.find(name).name == "s3:GetObject"
    assert catalog.find(name).description


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [
        ("s3:GetObjet", "s3:GetObject"),
        ("s3:ListBuckets", "s3:ListBucket"),
        ("s3:getobjetc", "s3:GetObject"),
        ("S3:GetObjet", "s3:GetObject"),
        ("iam:CreateUsr", "iam:CreateUser"),
        ("ec2:DescribeInstance", "ec2:DescribeInstances"),
        ("lamda:InvokeFunction", "lambda"),
        ("GetObject", "service:Action"),
        ("qqqqqqqq:GetObject", "service:Action"),
        ("", "service:Action"),
        (":", "service:Action"),
        ("s3", "There is no action"),
        ("s3:", "There is no action"),
        ("s3:Get:Object", "There is no action"),
    ],
)
def test_names_that_do_not_exist(name, suggestion):
    """The error has the nearest names that do."""
    with pytest.raises(IamlabError) as caught:
        catalog.find(name)
    assert caught.value.code == "InvalidAction"
    assert suggestion in caught.value.message


def test_the_actions_of_a_service():
    """They are listed without their prefix; a service that does not exist has none."""
    actions = catalog.service_actions("s3")
    assert {"GetObject", "ListAllMyBuckets", "PutBucketPolicy"} <= set(actions)
    assert len(actions) == len(set(actions))
    assert catalog.service_actions("flying") == ()


@pytest.mark.parametrize(
    ("name", "type_", "multivalued"),
    [
        ("aws:SourceIp", "IPAddress", False),
        ("AWS:sourceip", "IPAddress", False),
        ("aws:TagKeys", "String", True),
        ("aws:SourceOrgPaths", "String", True),
        ("aws:RequestTag/team", "String", False),
        ("aws:PrincipalArn", "ARN", False),
        ("aws:MultiFactorAuthAge", "Numeric", False),
        ("iam:PassedToService", "String", False),
        ("s3:ExistingObjectTag/Team", "String", False),
        ("accounts.google.com:sub", "String", False),
    ],
)
def test_condition_keys_have_a_type_and_a_cardinality(name, type_, multivalued):
    """Global keys from the facts (COND-20), those of services from the catalogue's data."""
    found = catalog.find_key(name)
    assert (found.type, found.multivalued) == (type_, multivalued)


@pytest.mark.parametrize("name", ["aws:SourceIP4", "aws:RequestTag/", "s3:prefixx", "nothing", "nowhere:key"])
def test_a_condition_key_that_does_not_exist_is_refused(name):
    """With the nearest that does, or the form of one."""
    with pytest.raises(IamlabError) as caught:
        catalog.find_key(name)
    assert caught.value.code == "InvalidInput"
    assert "Did you mean" in caught.value.message or "Write prefix:name" in caught.value.message


def test_an_action_knows_its_condition_keys():
    """Its own and those of the resources that it takes."""
    assert "iam:PassedToService" in catalog.find("iam:PassRole").condition_keys
    assert "s3:prefix" in catalog.find("s3:ListBucket").condition_keys
