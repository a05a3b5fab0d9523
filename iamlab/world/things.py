"""What requests are about, as the learner holds it: buckets, keys, queues, functions, instances and so on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, ClassVar, Final
from urllib.parse import urlencode

from iamlab.core.errors import IamlabError
from iamlab.core.policy import Policy, PolicyKind, PolicySource
from iamlab.world import documents, names
from iamlab.world.callers import instant
from iamlab.world.calls import Check
from iamlab.world.delivery import deliver
from iamlab.world.handles import Handle
from iamlab.world.operations import call, passed
from iamlab.world.policies import tagging, untagging
from iamlab.world.public import check_not_public
from iamlab.world.resources import REGION, ResourceRecord
from iamlab.world.services import SERVICES, Service
from iamlab.world.sessions import Session
from iamlab.world.state import State
from iamlab.world.world import World


class Resource(Handle):
    """Something that requests are about. Its ``str`` is its ARN."""

    kind: ClassVar[str]

    def __init__(self, world: World, arn: str) -> None:
        super().__init__(world, arn)
        self.arn = arn

    @property
    def _service(self) -> Service:
        return SERVICES[self.kind]

    @property
    def _record(self) -> ResourceRecord:
        return self._stored(self._world.state)

    def _stored(self, state: State) -> ResourceRecord:
        record = state.resources.get(self.arn)
        if record is None or record.kind != self.kind:
            raise IamlabError(f"The {self.kind} {self.arn} does not exist.", code=self._service.missing)
        return record

    @property
    def name(self) -> str:
        """Its name."""
        return self._record.name

    @property
    def account_id(self) -> str:
        """The account that owns it."""
        return self._record.account

    @property
    def policy(self) -> Policy | None:
        """Its resource policy, None without one; deleted principals show as their unique IDs (STS-22)."""
        saved = self._record.policy
        return documents.current(self._world.state, saved) if saved else None

    @property
    def tags(self) -> dict[str, str]:
        """Its tags."""
        return dict(self._record.tags)

    def exists_in(self, world: World) -> bool:
        """Whether it is of that world, and still there."""
        return self._world is world and self.arn in world.state.resources

    def tag(self, tags: Mapping[str, str]) -> None:
        """Set tags.

        Raises IamlabError (``ValidationError``, ``LimitExceeded``).
        """
        checked = names.check_tags(tags)
        edit = tagging(self._world, checked)
        parameters = self._service.tags(self._record, checked)
        self._change(self._service.tag, lambda state, one: replace(one, tags=edit(one.tags)), parameters, checked)

    def untag(self, *keys: str) -> None:
        """Take tags off; keys that are not there change nothing.

        Raises IamlabError (``ValidationError``).
        """
        edit = untagging(keys)
        service, record = self._service, self._record
        rest = dict(edit(record.tags))
        operation, parameters = service.untag, service.untags(record, list(keys))
        if service.tags_whole and rest:  # to delete the tags would delete these as well
            operation, parameters = service.tag, service.tags(replace(record, tags=()), rest)
        self._change(operation, lambda state, one: replace(one, tags=edit(one.tags)), parameters)

    def delete(self) -> None:
        """Delete it."""
        record = self._record

        def deleted(state: State) -> State:
            self._check_free(state)
            return replace(state, resources={arn: one for arn, one in state.resources.items() if arn != record.arn})

        parameters = self._service.target(record)
        self._world.perform(call(f"{self._service.prefix}:{self._service.delete}", record.arn, parameters), deleted)

    def _check_free(self, state: State) -> None:
        self._stored(state)

    def _change(
        self,
        operation: str,
        edit: Callable[[State, ResourceRecord], ResourceRecord],
        parameters: Mapping[str, Any],
        tags: Mapping[str, str] | None = None,
    ) -> None:
        name = f"{self._service.prefix}:{operation}"
        self._world.perform(
            call(name, self.arn, parameters, tags=tags),
            lambda state: with_resource(state, edit(state, self._stored(state))),
        )

    def __str__(self) -> str:
        return self.arn

    def __repr__(self) -> str:
        return f"<{self.kind} {self.arn.rpartition(':')[2].rpartition('/')[2]} in {self._owner()}>"

    def _owner(self) -> str:
        record = self._world.state.resources.get(self.arn)
        return record.account if record else "no account: deleted"


class WithPolicy(Resource):
    """A resource that may have a policy of its own."""

    def put_policy(self, policy: PolicySource) -> None:
        """Give it a resource policy; one that it has is replaced.

        Raises PolicyError with the service's own code, also for a user or role that does not exist (POL-23).
        """
        parsed = documents.as_code(self._service.malformed, lambda: Policy.parse(policy, PolicyKind.RESOURCE))

        def put(state: State, one: ResourceRecord) -> ResourceRecord:
            saved = documents.as_code(
                self._service.malformed, lambda: documents.save(state, parsed, PolicyKind.RESOURCE)
            )
            self._check_policy(one, parsed)
            return replace(one, policy=saved)

        self._change(self._service.put_policy, put, self._service.policy(self._record, parsed.document))

    def delete_policy(self) -> None:
        """Take its policy away; without one, nothing changes."""
        parameters = self._service.no_policy(self._record)
        self._change(self._service.delete_policy, lambda state, one: replace(one, policy=None), parameters)

    def _check_policy(self, record: ResourceRecord, policy: Policy) -> None:
        """What the service itself has against a policy."""


class Bucket(WithPolicy):
    """An S3 bucket. ``bucket / "v2.zip"`` is the ARN of an object in it: bucket and object differ (POL-15)."""

    kind = "bucket"

    @property
    def blocks_public_access(self) -> bool:
        """Whether S3 refuses policies that would make it public (EVAL-30); so it is when a bucket is new."""
        return self._record.blocks_public

    @property
    def objects(self) -> tuple[Object, ...]:
        """The objects in it."""
        inside = (one for one in self._world.state.resources.values() if one.arn.startswith(f"{self.arn}/"))
        return tuple(Object(self._world, one.arn) for one in inside)

    def put_object(self, key: str, *, tags: Mapping[str, str] | None = None) -> Object:
        """Put an object into it; what is in the object does not matter here.

        Raises IamlabError (``ValidationError``).
        """
        names.OBJECT_KEY.check(key)
        bucket, checked = self._record, names.check_tags(tags)
        arn = f"{self.arn}/{key}"
        given = {"Bucket": bucket.name, "Key": key, **passed(Tagging=urlencode(checked))}

        def put(state: State) -> State:
            record = ResourceRecord(
                arn=arn,
                kind="object",
                account=bucket.account,
                name=f"{bucket.name}/{key}",
                created=state.now,
                tags=tuple(checked.items()),
            )
            return with_resource(state, record)

        more = (Check(action="s3:PutObjectTagging", resource=arn),) if checked else ()
        self._world.perform(call("s3:PutObject", arn, given, more=more), put)
        return Object(self._world, arn)

    def block_public_access(self, on: bool = True) -> None:
        """Turn S3 Block Public Access on or off (EVAL-30)."""
        switches = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
        parameters = {
            "Bucket": self._record.name,
            "PublicAccessBlockConfiguration": dict.fromkeys(switches, bool(on)),
        }
        self._change("PutPublicAccessBlock", lambda state, one: replace(one, blocks_public=bool(on)), parameters)

    def _check_policy(self, record: ResourceRecord, policy: Policy) -> None:
        if record.blocks_public:
            check_not_public(policy)

    def _check_free(self, state: State) -> None:
        super()._check_free(state)
        if any(arn.startswith(f"{self.arn}/") for arn in state.resources):
            raise IamlabError("The bucket you tried to delete is not empty.", code="BucketNotEmpty")

    def __truediv__(self, key: str) -> str:
        if not isinstance(key, str) or not key:
            raise IamlabError('Write the key of an object: bucket / "photos/1.jpg".', code="InvalidInput")
        return f"{self.arn}/{key}"


class Object(Resource):
    """An object in a bucket."""

    kind = "object"

    @property
    def name(self) -> str:
        """Its key, without the bucket."""
        return self._record.name.partition("/")[2]


class Key(WithPolicy):
    """A KMS key. It always has a policy, and without it nobody can use the key, root included (EVAL-17)."""

    kind = "key"

    def delete_policy(self) -> None:
        """A key's policy can be replaced, not deleted: raises IamlabError (``InvalidInput``)."""
        raise IamlabError("A key always has a policy. Replace it with key.put_policy(...).", code="InvalidInput")


class Queue(WithPolicy):
    """An SQS queue."""

    kind = "queue"


class Topic(WithPolicy):
    """An SNS topic."""

    kind = "topic"

    def delete_policy(self) -> None:
        """A topic's policy can be replaced, not deleted: raises IamlabError (``InvalidInput``)."""
        raise IamlabError("A topic always has a policy. Replace it with topic.put_policy(...).", code="InvalidInput")


class Table(WithPolicy):
    """A DynamoDB table."""

    kind = "table"


class Secret(WithPolicy):
    """A secret in Secrets Manager."""

    kind = "secret"


class Function(Resource):
    """A Lambda function; its policy is made of permissions, one statement each."""

    kind = "function"

    def add_permission(
        self,
        sid: str,
        *,
        principal: str,
        action: str = "lambda:InvokeFunction",
        source_arn: str = "",
        source_account: str = "",
    ) -> None:
        """Allow an account, a user, a role or a service to call it.

        Raises PolicyError, or IamlabError (``ResourceConflictException``) for a statement of the same name.
        """
        names.STATEMENT_ID.check(sid)
        for field, text in (("principal", principal), ("action", action)):
            if not isinstance(text, str) or not text:
                raise IamlabError(f"{field} is a text, not {text!r}.", code="ValidationError")
        for field, text in (("sourceArn", source_arn), ("sourceAccount", source_account)):
            if not isinstance(text, str):
                raise IamlabError(f"{field} is a text, not {text!r}.", code="ValidationError")
        arn = self.arn
        service = principal.endswith(".amazonaws.com")
        statement: dict[str, Any] = {
            "Sid": sid,
            "Effect": "Allow",
            "Principal": {"Service" if service else "AWS": principal},
            "Action": action,
            "Resource": arn,
        }
        conditions = {
            "ArnLike": {"aws:SourceArn": source_arn} if source_arn else {},
            "StringEquals": {"aws:SourceAccount": source_account} if source_account else {},
        }
        if any(conditions.values()):
            statement["Condition"] = {operator: keys for operator, keys in conditions.items() if keys}
        given = {
            "FunctionName": self._record.name,
            "StatementId": sid,
            "Action": action,
            "Principal": principal,
            **passed(SourceArn=source_arn, SourceAccount=source_account),
        }

        def added(state: State, one: ResourceRecord) -> ResourceRecord:
            there = _statements(one)
            if sid in [other["Sid"] for other in there]:
                raise IamlabError(
                    f"The statement id ({sid}) provided already exists. Please provide a new statement id, or remove "
                    "the existing statement.",
                    code="ResourceConflictException",
                )
            return self._with(state, one, (*there, statement))

        self._change("AddPermission", added, given)

    def remove_permission(self, sid: str) -> None:
        """Take one permission away.

        Raises IamlabError (``ResourceNotFoundException``).
        """
        names.STATEMENT_ID.check(sid)

        def removed(state: State, one: ResourceRecord) -> ResourceRecord:
            there = _statements(one)
            if sid not in [other["Sid"] for other in there]:
                raise IamlabError(f"Statement {sid} is not found in resource policy.", code="ResourceNotFoundException")
            return self._with(state, one, [other for other in there if other["Sid"] != sid])

        self._change("RemovePermission", removed, {"FunctionName": self._record.name, "StatementId": sid})

    def _with(self, state: State, record: ResourceRecord, there: Iterable[dict[str, Any]]) -> ResourceRecord:
        listed = list(there)
        if not listed:
            return replace(record, policy=None)
        document = {"Version": "2012-10-17", "Statement": listed}
        saved = documents.as_code(self._service.malformed, lambda: documents.save(state, document, PolicyKind.RESOURCE))
        return replace(record, policy=saved)


def _statements(record: ResourceRecord) -> tuple[dict[str, Any], ...]:
    return tuple(record.policy.policy.document["Statement"]) if record.policy else ()


class Instance(Resource):
    """An EC2 instance; its instance profile brings it the credentials of a role, and new ones in time (STS-23)."""

    kind = "instance"

    @property
    def profile_id(self) -> str:
        """The unique ID of its instance profile, empty without one."""
        return self._record.profile

    @property
    def session(self) -> Session:
        """The credentials that a program on it has now, from the metadata service at 169.254.169.254.

        Raises IamlabError (``NoCredentials``) when it has none: no profile, no role in it, or a role that does not
        trust EC2; ``InvalidInstanceID.NotFound`` when it has been deleted.
        """
        _ = self._record  # on an instance that is gone, there is no program
        found = [one for one in self._world.state.sessions.values() if one.instance == self.arn]
        if not found:
            raise IamlabError(
                f"Unable to locate credentials: the instance {self.name} has no role. It needs an instance profile "
                "with a role in it that trusts ec2.amazonaws.com.",
                code="NoCredentials",
            )
        return Session(self._world, found[-1].id)

    def metadata(self) -> dict[str, str]:
        """What the metadata service shows of the credentials: AWS's names, the secrets left out (STS-23)."""
        session = self.session.record
        return {
            "Code": "Success",
            "LastUpdated": instant(session.issued),
            "Type": "AWS-HMAC",
            "AccessKeyId": session.id,
            "SecretAccessKey": HIDDEN,
            "Token": HIDDEN,
            "Expiration": instant(session.expires),
        }

    def refresh(self) -> None:
        """Have EC2 deliver new credentials now; it does so by itself before the old ones expire.

        Raises IamlabError (``InvalidInstanceID.NotFound``) when it has been deleted.
        """
        _ = self._record
        self._world.commit(sessions=deliver(self._world, self._world.state, self.arn).sessions)


HIDDEN: Final = "(not shown)"


def with_resource(state: State, record: ResourceRecord) -> State:
    """The state with a new or changed resource."""
    return replace(state, resources={**state.resources, record.arn: record})


HANDLES: Final[Mapping[str, type[Resource]]] = {
    one.kind: one for one in (Bucket, Object, Key, Queue, Topic, Function, Instance, Table, Secret)
}


def handle(world: World, record: ResourceRecord) -> Resource:
    """The resource as a learner holds it."""
    return HANDLES[record.kind](world, record.arn)


def arn_of(kind: str, account: str, name: str) -> str:
    """The ARN that a resource of that kind and name has."""
    return SERVICES[kind].arn.format(region=REGION, account=account, name=name)
