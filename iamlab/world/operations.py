"""AWS's operations: which action each is authorized as, and which condition keys its parameters fill in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from iamlab.world.authorization import request_tags, shown_tags
from iamlab.world.calls import Call, Check

Parameters = Mapping[str, Any]


def _plain(parameter: str, key: str) -> Callable[[Parameters], dict[str, Any]]:
    """A parameter that is one condition key; one that is not passed leaves the key out."""
    return lambda given: {key: given[parameter]} if parameter in given else {}


def _tags(given: Parameters) -> dict[str, Any]:
    listed = given.get("Tags", ())
    passed = {one["Key"]: one.get("Value", "") for one in listed if "Key" in one} if isinstance(listed, list) else {}
    keys = list(passed) or list(given.get("TagKeys", ()))
    return {**request_tags(passed), **({"aws:TagKeys": keys} if keys else {})}


KEYS: Final[Mapping[str, Callable[[Parameters], dict[str, Any]]]] = {
    "tags": _tags,
    "iam:PolicyARN": _plain("PolicyArn", "iam:PolicyARN"),
    "iam:PermissionsBoundary": _plain("PermissionsBoundary", "iam:PermissionsBoundary"),
    "iam:AWSServiceName": _plain("AWSServiceName", "iam:AWSServiceName"),
    "sts:RoleSessionName": _plain("RoleSessionName", "sts:RoleSessionName"),
    "sts:ExternalId": _plain("ExternalId", "sts:ExternalId"),
    "sts:SourceIdentity": _plain("SourceIdentity", "sts:SourceIdentity"),
    "sts:TransitiveTagKeys": _plain("TransitiveTagKeys", "sts:TransitiveTagKeys"),
    "s3:prefix": _plain("Prefix", "s3:prefix"),
    "s3:delimiter": _plain("Delimiter", "s3:delimiter"),
    "s3:max-keys": _plain("MaxKeys", "s3:max-keys"),
}
"""How the parameters of a call become condition keys (COND-20 to COND-22, COND-27)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One row: the action, what the resource is, in words, and the condition keys from the parameters.

    A resource ``*`` means that the action takes none (POL-11).
    """

    action: str
    resource: str
    keys: tuple[str, ...] = ()


def _rows(service: str, resource: str, rows: Mapping[str, str]) -> dict[str, Operation]:
    """Operations of one service about one kind of resource, each with its keys."""
    return {
        f"{service}:{name}": Operation(action=f"{service}:{name}", resource=resource, keys=tuple(keys.split()))
        for name, keys in rows.items()
    }


_BOUNDARY: Final = "iam:PermissionsBoundary"
_SESSION: Final = "tags sts:RoleSessionName sts:ExternalId sts:SourceIdentity sts:TransitiveTagKeys"

OPERATIONS: Final[Mapping[str, Operation]] = {
    **_rows(
        "iam",
        "user",
        {
            "CreateUser": f"tags {_BOUNDARY}",
            "UpdateUser": "",
            "DeleteUser": "",
            "TagUser": "tags",
            "UntagUser": "tags",
            "PutUserPolicy": "",
            "DeleteUserPolicy": "",
            "AttachUserPolicy": "iam:PolicyARN",
            "DetachUserPolicy": "iam:PolicyARN",
            "PutUserPermissionsBoundary": _BOUNDARY,
            "DeleteUserPermissionsBoundary": "",
            "CreateAccessKey": "",
            "UpdateAccessKey": "",
            "DeleteAccessKey": "",
            "CreateLoginProfile": "",
            "DeleteLoginProfile": "",
            "EnableMFADevice": "",
            "DeactivateMFADevice": "",
        },
    ),
    **_rows(
        "iam",
        "group",
        {
            "CreateGroup": "",
            "UpdateGroup": "",
            "DeleteGroup": "",
            "AddUserToGroup": "",
            "RemoveUserFromGroup": "",
            "PutGroupPolicy": "",
            "DeleteGroupPolicy": "",
            "AttachGroupPolicy": "iam:PolicyARN",
            "DetachGroupPolicy": "iam:PolicyARN",
        },
    ),
    **_rows(
        "iam",
        "role",
        {
            "CreateRole": f"tags {_BOUNDARY}",
            "UpdateRole": "",
            "UpdateAssumeRolePolicy": "",
            "DeleteRole": "",
            "TagRole": "tags",
            "UntagRole": "tags",
            "PutRolePolicy": "",
            "DeleteRolePolicy": "",
            "AttachRolePolicy": "iam:PolicyARN",
            "DetachRolePolicy": "iam:PolicyARN",
            "PutRolePermissionsBoundary": _BOUNDARY,
            "DeleteRolePermissionsBoundary": "",
            "CreateServiceLinkedRole": "iam:AWSServiceName",
            "DeleteServiceLinkedRole": "",
        },
    ),
    **_rows(
        "iam",
        "policy",
        {
            "CreatePolicy": "tags",
            "DeletePolicy": "",
            "CreatePolicyVersion": "",
            "DeletePolicyVersion": "",
            "SetDefaultPolicyVersion": "",
            "TagPolicy": "tags",
            "UntagPolicy": "tags",
        },
    ),
    **_rows(
        "iam",
        "instance-profile",
        {
            "CreateInstanceProfile": "tags",
            "DeleteInstanceProfile": "",
            "AddRoleToInstanceProfile": "",
            "RemoveRoleFromInstanceProfile": "",
            "TagInstanceProfile": "tags",
            "UntagInstanceProfile": "tags",
        },
    ),
    **_rows("iam", "mfa", {"CreateVirtualMFADevice": "tags", "DeleteVirtualMFADevice": ""}),
    **_rows("iam", "saml-provider", {"CreateSAMLProvider": "tags", "DeleteSAMLProvider": ""}),
    **_rows("iam", "oidc-provider", {"CreateOpenIDConnectProvider": "tags", "DeleteOpenIDConnectProvider": ""}),
    **_rows(
        "sts",
        "role",
        {
            "AssumeRole": _SESSION,
            "AssumeRoleWithSAML": "sts:RoleSessionName",
            "AssumeRoleWithWebIdentity": "sts:RoleSessionName",
        },
    ),
    **_rows("sts", "*", {"GetCallerIdentity": "", "GetSessionToken": ""}),
    **_rows("sts", "federated-user", {"GetFederationToken": "tags"}),
    **_rows(
        "s3",
        "bucket",
        {
            "CreateBucket": "",
            "DeleteBucket": "",
            "PutBucketPolicy": "",
            "DeleteBucketPolicy": "",
            "GetBucketPolicy": "",
        },
    ),
    **_rows("s3", "object", {"GetObject": "", "PutObject": "", "DeleteObject": "", "PutObjectTagging": ""}),
    "s3:DeleteObjectTagging": Operation(action="s3:DeleteObjectTagging", resource="object"),
    "s3:PutBucketTagging": Operation(action="s3:PutBucketTagging", resource="bucket"),
    "s3:DeleteBucketTagging": Operation(action="s3:PutBucketTagging", resource="bucket"),
    "s3:PutPublicAccessBlock": Operation(action="s3:PutBucketPublicAccessBlock", resource="bucket"),
    "s3:ListBuckets": Operation(action="s3:ListAllMyBuckets", resource="*"),
    "s3:ListObjectsV2": Operation(
        action="s3:ListBucket", resource="bucket", keys=("s3:prefix", "s3:delimiter", "s3:max-keys")
    ),
    **_rows("kms", "*", {"CreateKey": "tags"}),
    **_rows(
        "kms",
        "key",
        {"PutKeyPolicy": "", "ScheduleKeyDeletion": "", "TagResource": "tags", "UntagResource": "tags"},
    ),
    **_rows(
        "sqs",
        "queue",
        {"CreateQueue": "tags", "DeleteQueue": "", "SetQueueAttributes": "", "TagQueue": "tags", "UntagQueue": "tags"},
    ),
    **_rows(
        "sns",
        "topic",
        {
            "CreateTopic": "tags",
            "DeleteTopic": "",
            "SetTopicAttributes": "",
            "TagResource": "tags",
            "UntagResource": "tags",
        },
    ),
    **_rows(
        "lambda",
        "function",
        {
            "CreateFunction": "tags",
            "DeleteFunction": "",
            "AddPermission": "",
            "RemovePermission": "",
            "TagResource": "tags",
            "UntagResource": "tags",
        },
    ),
    "lambda:Invoke": Operation(action="lambda:InvokeFunction", resource="function"),
    **_rows(
        "ec2",
        "instance",
        {"RunInstances": "tags", "TerminateInstances": "", "CreateTags": "tags", "DeleteTags": "tags"},
    ),
    **_rows(
        "dynamodb",
        "table",
        {
            "CreateTable": "tags",
            "DeleteTable": "",
            "PutResourcePolicy": "",
            "DeleteResourcePolicy": "",
            "TagResource": "tags",
            "UntagResource": "tags",
        },
    ),
    **_rows(
        "secretsmanager",
        "secret",
        {
            "CreateSecret": "tags",
            "DeleteSecret": "",
            "PutResourcePolicy": "",
            "DeleteResourcePolicy": "",
            "TagResource": "tags",
            "UntagResource": "tags",
        },
    ),
    **_rows("organizations", "*", {"CreateOrganization": ""}),
    **_rows(
        "organizations",
        "root, unit or account",
        {
            "EnablePolicyType": "",
            "CreateOrganizationalUnit": "tags",
            "DeleteOrganizationalUnit": "",
            "InviteAccountToOrganization": "",
            "RemoveAccountFromOrganization": "",
            "MoveAccount": "",
        },
    ),
    **_rows(
        "organizations",
        "policy",
        {"CreatePolicy": "tags", "UpdatePolicy": "", "DeletePolicy": "", "AttachPolicy": "", "DetachPolicy": ""},
    ),
}
"""Every operation that the world carries out or names, by service and AWS's name of it."""

BY_ACTION: Final[Mapping[str, str]] = {
    one.action: name for name, one in reversed(tuple(OPERATIONS.items())) if name != one.action
}
"""The operation of an action that is called otherwise: s3:ListBucket is ListObjectsV2."""


def call(
    name: str,
    resource: str,
    parameters: Parameters,
    *,
    account: str = "",
    tags: Mapping[str, str] | None = None,
    keys: Mapping[str, Any] | None = None,
    more: Iterable[Check] = (),
) -> Call:
    """The call of an operation: ``iam:CreateUser`` about the resource of that ARN.

    ``tags`` are those that it passes, where its service does not write them as IAM does; ``keys`` are condition keys
    that no parameter holds as they are. ``more`` are further checks that AWS makes in the same call, such as
    iam:PassRole (EVAL-25).
    """
    operation = OPERATIONS[name]
    context: dict[str, Any] = dict(keys or {})
    for key in operation.keys:
        context.update(KEYS[key](parameters))
    if tags and "tags" in operation.keys:
        context.update(request_tags(tags))
    service, _, aws_name = name.partition(":")
    if aws_name.startswith(CREATING) and aws_name not in TAGGING:
        context.update(shown_tags(operation.action, _tags_passed(context)))
    check = Check(action=operation.action, resource=resource, context=context, account=account)
    return Call(service=service, operation=aws_name, parameters=parameters, checks=(check, *more))


CREATING: Final = ("Create", "RunInstances")
TAGGING: Final = ("CreateTags",)
"""What is called creating, and is not: what it tags is there already."""


def _tags_passed(context: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """The tags that a call passes; a resource that is being created has them already (COND-20)."""
    return [(key.partition("/")[2], value) for key, value in context.items() if key.startswith("aws:RequestTag/")]


def pass_role(role: str, service: str, for_: str = "") -> Check:
    """The check that a role may be handed to a service (STS-19)."""
    about = {"iam:AssociatedResourceArn": for_} if for_ else {}
    return Check(action="iam:PassRole", resource=role, context={"iam:PassedToService": service, **about})


def passed(**parameters: Any) -> dict[str, Any]:
    """The parameters that were passed: None is none, nor is a text, a list or a dict with nothing in it.

    >>> passed(DurationSeconds=900, ExternalId=None, SerialNumber="")
    {'DurationSeconds': 900}
    """
    return {name: value for name, value in parameters.items() if value not in (None, "", [], {})}


def tag_list(tags: Mapping[str, str] | None) -> dict[str, Any]:
    """The parameter ``Tags`` as AWS writes it; nothing for no tags."""
    return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]} if tags else {}
