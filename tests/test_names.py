"""Names and numbers that AWS refuses: its own sentence, and then what to write instead (ENT-04, STS-01)."""

from __future__ import annotations

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel

from iamlab import IamlabError
from iamlab.world import names
from iamlab.world.identities import SESSION_MAXIMA
from iamlab.world.sts import LONGEST, LONGEST_OF_USER, SHORTEST

BREACH = "1 validation error detected: Value '{}' at '{}' failed to satisfy constraint: Member must {}."
ONLY = "It must contain only letters, digits and the characters _+=,.@-."
IAM_SAYS = "is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-"
TOLD = [
    (
        names.SESSION_NAME,
        "my session",
        BREACH.format("my session", "roleSessionName", r"satisfy regular expression pattern: [\w+=,.@-]*") + f" {ONLY}",
    ),
    (
        names.SESSION_NAME,
        "a",
        BREACH.format("a", "roleSessionName", "have length greater than or equal to 2")
        + " roleSessionName has 1 characters. It may have 2 to 64.",
    ),
    (
        names.USER_NAME,
        "x" * 65,
        BREACH.format("x" * 65, "userName", "have length less than or equal to 64")
        + " userName has 65 characters. It may have 1 to 64.",
    ),
    (names.USER_NAME, "ann lee", f"The specified value for userName {IAM_SAYS} ('ann lee' has others)"),
    (names.ROLE_NAME, "a\nb", rf"The specified value for roleName {IAM_SAYS} ('a\nb' has others)"),
    (
        names.EXTERNAL_ID,
        "a b",
        BREACH.format("a b", "externalId", r"satisfy regular expression pattern: [\w+=,.@:\/-]*")
        + " It must contain only letters, digits and the characters _+=,.@:/-.",
    ),
    (
        names.TOKEN_CODE,
        "12345",
        BREACH.format("12345", "tokenCode", "have length greater than or equal to 6")
        + " tokenCode has 5 characters. It may have 6.",
    ),
    (
        names.GROUP_NAME,
        "y" * 200,
        BREACH.format("y" * 80 + "...", "groupName", "have length less than or equal to 128")
        + " groupName has 200 characters. It may have 1 to 128.",
    ),
    (names.BUCKET_NAME, "ab", "bucket has 2 characters. It may have 3 to 63."),  # not one of IAM's or STS's
    (names.USER_NAME, 7, "userName is a text; this is of the Python type int."),
]


@pytest.mark.parametrize(
    ("rule", "value", "told"), TOLD, ids=[f"{rule.field} {value!r:.12}" for rule, value, _ in TOLD]
)
def test_a_name_that_is_refused(rule, value, told) -> None:
    """AWS's words first, as a search engine finds them; then the remedy."""
    with pytest.raises(IamlabError) as caught:
        rule.check(value)
    assert (caught.value.code, caught.value.message) == ("ValidationError", told)


NUMBERS = [
    (
        600,
        BREACH.format(600, "durationSeconds", "have value greater than or equal to 900") + " It may be 900 to 43200.",
    ),
    (
        43201,
        BREACH.format(43201, "durationSeconds", "have value less than or equal to 43200") + " It may be 900 to 43200.",
    ),
    (
        10**5000,
        BREACH.format("...", "durationSeconds", "have value less than or equal to 43200") + " It may be 900 to 43200.",
    ),
    ("soon", "durationSeconds is a whole number; this is 'soon'."),
    (True, "durationSeconds is a whole number; this is True."),
]


@pytest.mark.parametrize(("value", "told"), NUMBERS, ids=["small", "large", "endless", "a text", "a boolean"])
def test_a_number_that_is_refused(value, told) -> None:
    """Out of bounds in AWS's words; what is no number, in ours."""
    with pytest.raises(IamlabError) as caught:
        names.check_number("durationSeconds", value, SHORTEST, LONGEST)
    assert (caught.value.code, caught.value.message) == ("ValidationError", told)


def _field(service: str, operation: str, field: str) -> dict[str, object]:
    model = ServiceModel(Loader().load_service_model(service, "service-2"))
    return dict(model.operation_model(operation).input_shape.members[field].metadata)


FIELDS = [
    (names.USER_NAME, "iam", "CreateUser", "UserName"),
    (names.ROLE_NAME, "iam", "CreateRole", "RoleName"),
    (names.GROUP_NAME, "iam", "CreateGroup", "GroupName"),
    (names.POLICY_NAME, "iam", "PutUserPolicy", "PolicyName"),
    (names.PROFILE_NAME, "iam", "CreateInstanceProfile", "InstanceProfileName"),
    (names.PATH, "iam", "CreateUser", "Path"),
    (names.POLICY_PATH, "iam", "CreatePolicy", "Path"),
    (names.DESCRIPTION, "iam", "CreateRole", "Description"),
    (names.SESSION_NAME, "sts", "AssumeRole", "RoleSessionName"),
    (names.FEDERATED_NAME, "sts", "GetFederationToken", "Name"),
    (names.EXTERNAL_ID, "sts", "AssumeRole", "ExternalId"),
    (names.TOKEN_CODE, "sts", "AssumeRole", "TokenCode"),
]


@pytest.mark.parametrize(("rule", "service", "operation", "field"), FIELDS, ids=[row[3] + row[2] for row in FIELDS])
def test_patterns_and_lengths_are_those_of_aws_own_description(rule, service, operation, field) -> None:
    """What an error quotes is what AWS checks; the field is named as in AWS's answer."""
    described = _field(service, operation, field)
    assert rule.aws == described["pattern"]
    assert rule.field == field[0].lower() + field[1:]
    assert (rule.shortest, rule.longest) == (described.get("min", 0), described["max"])


def test_bounds_of_durations_are_those_of_aws_own_description() -> None:
    """STS-01, STS-14, ENT-10."""
    for operation, bounds in {
        "AssumeRole": (SHORTEST, LONGEST),
        "GetSessionToken": (SHORTEST, LONGEST_OF_USER),
    }.items():
        described = _field("sts", operation, "DurationSeconds")
        assert bounds == (described["min"], described["max"])
    described = _field("iam", "CreateRole", "MaxSessionDuration")
    assert (described["min"], described["max"]) == SESSION_MAXIMA
