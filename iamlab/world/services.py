"""How each service calls its things: the names of its operations, and of their parameters."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from iamlab.world import names
from iamlab.world.operations import tag_list
from iamlab.world.resources import REGION, ResourceRecord

EC2: Final = "ec2.amazonaws.com"
LAMBDA: Final = "lambda.amazonaws.com"
"""The services that are given a role here, as a trust policy names them."""

Parameters = dict[str, Any]
Tags = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One kind of resource: the form of its ARN, and how it is created, deleted, given a policy and tagged.

    ``rule`` says what its names may be, ``exists`` and ``missing`` are the service's codes. Each function makes the
    parameters of a call under AWS's names. ``tags_whole`` is whether the service puts or takes off all tags at once.
    """

    prefix: str
    arn: str
    rule: names.NameRule
    target: Callable[[ResourceRecord], Parameters]
    create: str
    delete: str
    tag: str
    untag: str
    tags: Callable[[ResourceRecord, Tags], Parameters]
    untags: Callable[[ResourceRecord, list[str]], Parameters]
    tags_whole: bool = False
    exists: str = "EntityAlreadyExists"
    missing: str = "ResourceNotFoundException"
    put_policy: str = ""
    delete_policy: str = ""
    policy: Callable[[ResourceRecord, dict[str, Any]], Parameters] = lambda record, document: {}
    no_policy: Callable[[ResourceRecord], Parameters] = lambda record: {}
    malformed: str = "MalformedPolicyDocument"


def queue_url(record: ResourceRecord) -> str:
    """The URL by which SQS knows a queue."""
    return f"https://sqs.{REGION}.amazonaws.com/{record.account}/{record.name}"


def key_tags(tags: Tags) -> Parameters:
    """The parameter ``Tags`` as KMS writes it, in words of its own; nothing for no tags."""
    return {"Tags": [{"TagKey": key, "TagValue": value} for key, value in tags.items()]} if tags else {}


def _tagging(record: ResourceRecord, tags: Tags) -> Parameters:
    """S3 takes all the tags at once: those that there are stay."""
    return {"Tagging": {"TagSet": tag_list({**dict(record.tags), **tags}).get("Tags", [])}}


SERVICES: Final[Mapping[str, Service]] = {
    "bucket": Service(
        prefix="s3",
        arn="arn:aws:s3:::{name}",
        rule=names.BUCKET_NAME,
        target=lambda one: {"Bucket": one.name},
        create="CreateBucket",
        delete="DeleteBucket",
        tag="PutBucketTagging",
        untag="DeleteBucketTagging",
        tags=lambda one, tags: {"Bucket": one.name, **_tagging(one, tags)},
        untags=lambda one, keys: {"Bucket": one.name},
        tags_whole=True,
        missing="NoSuchBucket",
        put_policy="PutBucketPolicy",
        delete_policy="DeleteBucketPolicy",
        policy=lambda one, document: {"Bucket": one.name, "Policy": document},
        no_policy=lambda one: {"Bucket": one.name},
        malformed="MalformedPolicy",
    ),
    "object": Service(
        prefix="s3",
        arn="arn:aws:s3:::{name}",
        rule=names.OBJECT_KEY,
        target=lambda one: _bucket_and_key(one),
        create="PutObject",
        delete="DeleteObject",
        tag="PutObjectTagging",
        untag="DeleteObjectTagging",
        tags=lambda one, tags: {**_bucket_and_key(one), **_tagging(one, tags)},
        untags=lambda one, keys: _bucket_and_key(one),
        tags_whole=True,
        missing="NoSuchKey",
    ),
    "key": Service(
        prefix="kms",
        arn="arn:aws:kms:{region}:{account}:key/{name}",
        rule=names.SERVICE_RESOURCE_NAME,
        target=lambda one: {"KeyId": one.arn},
        create="CreateKey",
        delete="ScheduleKeyDeletion",
        tag="TagResource",
        untag="UntagResource",
        tags=lambda one, tags: {"KeyId": one.arn, **key_tags(tags)},
        untags=lambda one, keys: {"KeyId": one.arn, "TagKeys": keys},
        missing="NotFoundException",
        put_policy="PutKeyPolicy",
        policy=lambda one, document: {"KeyId": one.arn, "PolicyName": "default", "Policy": document},
        malformed="MalformedPolicyDocumentException",
    ),
    "queue": Service(
        prefix="sqs",
        arn="arn:aws:sqs:{region}:{account}:{name}",
        rule=names.SERVICE_RESOURCE_NAME,
        target=lambda one: {"QueueUrl": queue_url(one)},
        create="CreateQueue",
        delete="DeleteQueue",
        tag="TagQueue",
        untag="UntagQueue",
        tags=lambda one, tags: {"QueueUrl": queue_url(one), "Tags": dict(tags)},
        untags=lambda one, keys: {"QueueUrl": queue_url(one), "TagKeys": keys},
        exists="QueueNameExists",
        missing="QueueDoesNotExist",
        put_policy="SetQueueAttributes",
        delete_policy="SetQueueAttributes",
        policy=lambda one, document: {"QueueUrl": queue_url(one), "Attributes": {"Policy": json.dumps(document)}},
        no_policy=lambda one: {"QueueUrl": queue_url(one), "Attributes": {"Policy": ""}},
        malformed="InvalidAttributeValue",
    ),
    "topic": Service(
        prefix="sns",
        arn="arn:aws:sns:{region}:{account}:{name}",
        rule=names.SERVICE_RESOURCE_NAME,
        target=lambda one: {"TopicArn": one.arn},
        create="CreateTopic",
        delete="DeleteTopic",
        tag="TagResource",
        untag="UntagResource",
        tags=lambda one, tags: {"ResourceArn": one.arn, **tag_list(tags)},
        untags=lambda one, keys: {"ResourceArn": one.arn, "TagKeys": keys},
        exists="InvalidParameter",
        missing="NotFound",
        put_policy="SetTopicAttributes",
        policy=lambda one, document: {
            "TopicArn": one.arn,
            "AttributeName": "Policy",
            "AttributeValue": json.dumps(document),
        },
        malformed="InvalidParameter",
    ),
    "function": Service(
        prefix="lambda",
        arn="arn:aws:lambda:{region}:{account}:function:{name}",
        rule=names.SERVICE_RESOURCE_NAME,
        target=lambda one: {"FunctionName": one.name},
        create="CreateFunction",
        delete="DeleteFunction",
        tag="TagResource",
        untag="UntagResource",
        tags=lambda one, tags: {"Resource": one.arn, "Tags": dict(tags)},
        untags=lambda one, keys: {"Resource": one.arn, "TagKeys": keys},
        exists="ResourceConflictException",
        malformed="InvalidParameterValueException",
    ),
    "instance": Service(
        prefix="ec2",
        arn="arn:aws:ec2:{region}:{account}:instance/{name}",
        rule=names.SERVICE_RESOURCE_NAME,
        target=lambda one: {"InstanceIds": [one.name]},
        create="RunInstances",
        delete="TerminateInstances",
        tag="CreateTags",
        untag="DeleteTags",
        tags=lambda one, tags: {"Resources": [one.name], **tag_list(tags)},
        untags=lambda one, keys: {"Resources": [one.name], "Tags": [{"Key": key} for key in keys]},
        missing="InvalidInstanceID.NotFound",
    ),
    "table": Service(
        prefix="dynamodb",
        arn="arn:aws:dynamodb:{region}:{account}:table/{name}",
        rule=names.SERVICE_RESOURCE_NAME,
        target=lambda one: {"TableName": one.name},
        create="CreateTable",
        delete="DeleteTable",
        tag="TagResource",
        untag="UntagResource",
        tags=lambda one, tags: {"ResourceArn": one.arn, **tag_list(tags)},
        untags=lambda one, keys: {"ResourceArn": one.arn, "TagKeys": keys},
        exists="ResourceInUseException",
        put_policy="PutResourcePolicy",
        delete_policy="DeleteResourcePolicy",
        policy=lambda one, document: {"ResourceArn": one.arn, "Policy": document},
        no_policy=lambda one: {"ResourceArn": one.arn},
        malformed="ValidationException",
    ),
    "secret": Service(
        prefix="secretsmanager",
        arn="arn:aws:secretsmanager:{region}:{account}:secret:{name}",
        rule=names.SECRET_NAME,
        target=lambda one: {"SecretId": one.arn},
        create="CreateSecret",
        delete="DeleteSecret",
        tag="TagResource",
        untag="UntagResource",
        tags=lambda one, tags: {"SecretId": one.arn, **tag_list(tags)},
        untags=lambda one, keys: {"SecretId": one.arn, "TagKeys": keys},
        exists="ResourceExistsException",
        put_policy="PutResourcePolicy",
        delete_policy="DeleteResourcePolicy",
        policy=lambda one, document: {"SecretId": one.arn, "ResourcePolicy": document},
        no_policy=lambda one: {"SecretId": one.arn},
        malformed="MalformedPolicyDocumentException",
    ),
}


def _bucket_and_key(record: ResourceRecord) -> Parameters:
    bucket, _, key = record.name.partition("/")
    return {"Bucket": bucket, "Key": key}
