"""Amazon Resource Names, taken apart and put together again."""

from __future__ import annotations

import pytest

from iamlab import IamlabError
from iamlab.core.arn import Arn, is_account_id
from iamlab.core.request import Principal, PrincipalType

PARTS = {
    "arn:aws:iam::111111111111:root": ("aws", "iam", "", "111111111111", "root", "root", "root"),
    "arn:aws:iam::111111111111:user/Bob": ("aws", "iam", "", "111111111111", "user/Bob", "user", "Bob"),
    "arn:aws:iam::111111111111:user/eng/qa/Bob": ("aws", "iam", "", "111111111111", "user/eng/qa/Bob", "user", "Bob"),
    "arn:aws:iam::aws:policy/AdministratorAccess": (
        "aws",
        "iam",
        "",
        "aws",
        "policy/AdministratorAccess",
        "policy",
        "AdministratorAccess",
    ),
    "arn:aws:sts::111111111111:assumed-role/R/S": (
        "aws",
        "sts",
        "",
        "111111111111",
        "assumed-role/R/S",
        "assumed-role",
        "S",
    ),
    "arn:aws:s3:::acme-photos": ("aws", "s3", "", "", "acme-photos", "acme-photos", "acme-photos"),
    "arn:aws:s3:::acme-photos/a/b:c": ("aws", "s3", "", "", "acme-photos/a/b:c", "acme-photos", "b:c"),
    "arn:aws-cn:sqs:cn-north-1:111111111111:orders": (
        "aws-cn",
        "sqs",
        "cn-north-1",
        "111111111111",
        "orders",
        "orders",
        "orders",
    ),
    "arn:aws:lambda:eu-west-1:111111111111:function:resize": (
        "aws",
        "lambda",
        "eu-west-1",
        "111111111111",
        "function:resize",
        "function:resize",
        "function:resize",
    ),
}


@pytest.mark.parametrize(("text", "parts"), PARTS.items(), ids=PARTS.keys())
def test_six_parts(text, parts):
    """The last part keeps its colons and slashes, and the whole reads as it was written (ENT-02)."""
    arn = Arn.parse(text)
    assert (arn.partition, arn.service, arn.region, arn.account, arn.resource, arn.kind, arn.name) == parts
    assert str(arn) == text


@pytest.mark.parametrize(
    "text",
    ["", "*", "arn", "arn:aws:s3", "arn:aws:s3:::", "ARN:aws:s3:::b", "acme-photos", "arn::s3:::b", "arn:aws::::b"],
)
def test_what_is_no_full_arn(text):
    """Too few parts, or an empty one where something must stand, is told with an example of a full ARN."""
    with pytest.raises(IamlabError, match="arn:aws:s3:::acme-photos") as caught:
        Arn.parse(text)
    assert caught.value.code == "ValidationError"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("111111111111", True),
        ("012345678901", True),
        ("11111111111", False),
        ("1111111111111", False),
        ("", False),
        ("11111111111a", False),
        ("111111111111\n", False),
        (" 11111111111", False),
        ("١١١١١١١١١١١١", False),
        ("²²²²²²²²²²²²", False),
    ],
)
def test_account_ids(text, expected):
    """Twelve digits, ASCII ones."""
    assert is_account_id(text) is expected


@pytest.mark.parametrize(
    ("arn", "type_", "name"),
    [
        ("arn:aws:iam::111111111111:root", PrincipalType.ROOT, "root"),
        ("arn:aws:iam::111111111111:user/alice", PrincipalType.USER, "alice"),
        ("arn:aws:iam::111111111111:user/eng/alice", PrincipalType.USER, "alice"),
        ("arn:aws:iam::111111111111:user/root", PrincipalType.USER, "root"),
        ("arn:aws:sts::111111111111:assumed-role/Auditor/eve", PrincipalType.ROLE_SESSION, "eve"),
    ],
)
def test_callers_are_known_by_their_arn(arn, type_, name):
    """What a caller is, what it is called and where it belongs stand in its ARN."""
    caller = Principal(arn)
    assert (caller.type, caller.name, caller.account, caller.arn) == (type_, name, "111111111111", arn)


def test_the_role_behind_a_session():
    """A session's ARN names its role, without the path (ENT-02)."""
    session = Principal("arn:aws:sts::111111111111:assumed-role/Auditor/eve")
    assert session.role_arn == "arn:aws:iam::111111111111:role/Auditor"
