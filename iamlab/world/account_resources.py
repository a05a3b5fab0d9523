"""The resources that an account owns: how buckets, keys, queues, functions, instances and the like are made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from iamlab.core.arn import root_arn
from iamlab.core.errors import IamlabError
from iamlab.core.policy import Policy, PolicyKind, PolicySource
from iamlab.world import documents, names
from iamlab.world.authorization import judge
from iamlab.world.callers import Caller, Signer
from iamlab.world.calls import Check
from iamlab.world.delivery import deliver
from iamlab.world.entities import RoleRecord, SavedPolicy
from iamlab.world.handles import Handle, check_no_text, of_another_lab
from iamlab.world.identities import Role
from iamlab.world.operations import call, pass_role, passed, tag_list
from iamlab.world.profiles import InstanceProfile
from iamlab.world.resources import REGION, ResourceRecord
from iamlab.world.services import EC2, LAMBDA, SERVICES, key_tags
from iamlab.world.state import State
from iamlab.world.things import (
    Bucket,
    Function,
    Instance,
    Key,
    Queue,
    Resource,
    Secret,
    Table,
    Topic,
    arn_of,
    handle,
    with_resource,
)
from iamlab.world.world import World

Tags = Mapping[str, str] | None

IMAGE: Final = "ami-0abcdef1234567890"
PARTS: Final = (
    f"image/{IMAGE}",
    "network-interface/*",
    "security-group/sg-0abcdef1234567890",
    "subnet/subnet-0abcdef1234567890",
    "volume/*",
)
"""What an instance is made of besides itself: RunInstances is judged on each (EVAL-25)."""


class MakesResources(Handle):
    """What an account is to the services: it owns resources, and makes them."""

    def __init__(self, world: World, id_: str) -> None:
        super().__init__(world, id_)
        self.id = id_

    @property
    def arn(self) -> str:
        """The account as a principal of a policy: all of it, not its root user alone."""
        return root_arn(self.id)

    @property
    def resources(self) -> tuple[Resource, ...]:
        """The resources of the services, objects in buckets included, in order of creation."""
        found = (one for one in self._world.state.resources.values() if one.account == self.id)
        return tuple(handle(self._world, one) for one in found)

    @property
    def buckets(self) -> tuple[Bucket, ...]:
        """The S3 buckets that the account owns."""
        return tuple(one for one in self.resources if isinstance(one, Bucket))

    def create_bucket(self, name: str, *, policy: PolicySource | None = None, tags: Tags = None) -> Bucket:
        """Create an S3 bucket; bucket names are unique in all the world.

        Raises IamlabError (``InvalidBucketName``, ``BucketAlreadyExists``, ``BucketAlreadyOwnedByYou``), or
        PolicyError for the policy, which comes by a call of its own.
        """
        try:
            names.BUCKET_NAME.check(name)
        except IamlabError as error:
            raise IamlabError(f"The specified bucket is not valid. {error.message}", code="InvalidBucketName") from None
        bucket = Bucket(self._world, arn_of("bucket", self.id, name))
        with self._world.together():
            self._make(bucket, name, {"Bucket": name}, blocks_public=True)
            if tags:
                bucket.tag(tags)
            if policy is not None:
                bucket.put_policy(policy)
        return bucket

    def create_key(self, *, policy: PolicySource | None = None, tags: Tags = None) -> Key:
        """Create a KMS key; without a policy it gets the usual one, which lets identity policies decide (EVAL-17).

        Raises PolicyError, or IamlabError (``ValidationError``).
        """
        own = {
            "Sid": "Enable IAM User Permissions",
            "Effect": "Allow",
            "Principal": {"AWS": self.arn},
            "Action": "kms:*",
            "Resource": "*",
        }
        document = policy if policy is not None else {"Version": "2012-10-17", "Statement": [own]}
        code = SERVICES["key"].malformed
        parsed = documents.as_code(code, lambda: Policy.parse(document, PolicyKind.RESOURCE))
        checked = names.check_tags(tags)
        id_ = self._world.next_hexadecimal(32)
        name = "-".join((id_[:8], id_[8:12], id_[12:16], id_[16:20], id_[20:]))
        key = Key(self._world, arn_of("key", self.id, name))
        given = {**passed(Policy=None if policy is None else parsed.document), **key_tags(checked)}
        self._make(key, name, given, policy=parsed, tags=checked, asked="*")
        return key

    def create_queue(self, name: str, *, policy: PolicySource | None = None, tags: Tags = None) -> Queue:
        """Create an SQS queue. Raises IamlabError (``ValidationError``, ``QueueNameExists``), or PolicyError."""
        queue = Queue(self._world, arn_of("queue", self.id, name))
        checked = names.check_tags(tags)
        with self._world.together():
            self._make(queue, name, {"QueueName": name, **passed(tags=checked)}, tags=checked)
            if policy is not None:
                queue.put_policy(policy)
        return queue

    def create_topic(self, name: str, *, policy: PolicySource | None = None, tags: Tags = None) -> Topic:
        """Create an SNS topic. Raises IamlabError (``ValidationError``, ``InvalidParameter``), or PolicyError."""
        topic = Topic(self._world, arn_of("topic", self.id, name))
        checked = names.check_tags(tags)
        with self._world.together():
            self._make(topic, name, {"Name": name, **tag_list(checked)}, tags=checked)
            if policy is not None:
                topic.put_policy(policy)
        return topic

    def create_table(self, name: str, *, tags: Tags = None) -> Table:
        """Create a DynamoDB table. Raises IamlabError (``ValidationError``, ``ResourceInUseException``)."""
        table = Table(self._world, arn_of("table", self.id, name))
        checked = names.check_tags(tags)
        given = {
            "TableName": name,
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "BillingMode": "PAY_PER_REQUEST",
            **tag_list(checked),
        }
        self._make(table, name, given, tags=checked)
        return table

    def create_secret(self, name: str, *, tags: Tags = None) -> Secret:
        """Create a secret; its ARN ends in six characters of Secrets Manager's own.

        Raises IamlabError (``ValidationError``, ``ResourceExistsException``).
        """
        names.SECRET_NAME.check(name)
        checked = names.check_tags(tags)
        taken = [one for one in self._world.state.resources.values() if one.kind == "secret" and one.account == self.id]
        exists = name in [one.name for one in taken]
        arn = arn_of("secret", self.id, f"{name}-{self._world.next_id('', 6)}")
        secret = Secret(self._world, next((one.arn for one in taken if one.name == name), arn) if exists else arn)
        given = {"Name": name, "SecretString": "(a secret)", **tag_list(checked)}
        self._make(secret, name, given, tags=checked)
        return secret

    def create_function(self, name: str, *, role: Role, tags: Tags = None) -> Function:
        """Create a Lambda function that runs as a role; the caller needs iam:PassRole on it (STS-19).

        Raises IamlabError (``ValidationError``, ``ResourceConflictException``, ``InvalidParameterValueException``
        when the role does not trust Lambda).
        """
        record = self._check_role(role)
        checked = names.check_tags(tags)
        function = Function(self._world, arn_of("function", self.id, name))
        given = {
            "FunctionName": name,
            "Role": record.arn,
            "Runtime": "python3.13",
            "Handler": "app.handler",
            "Code": {"ZipFile": "(the code)"},
            **passed(Tags=checked),
        }

        def trusted(state: State) -> None:
            check = Check(action="sts:AssumeRole", resource=record.arn)
            if not judge(state, Caller(Signer.SERVICE, LAMBDA), check).allowed:
                raise IamlabError(
                    "The role defined for the function cannot be assumed by Lambda.",
                    code="InvalidParameterValueException",
                )

        more = (pass_role(record.arn, LAMBDA, function.arn),)
        self._make(function, name, given, tags=checked, more=more, role=record.id, check=trusted)
        return function

    def run_instance(self, *, profile: InstanceProfile | None = None, tags: Tags = None) -> Instance:
        """Start an EC2 instance; with a profile, programs on it get the credentials of the role in it (STS-23).

        The caller needs ec2:RunInstances on everything that an instance is made of (EVAL-25), and iam:PassRole on the
        role. Raises IamlabError (``ValidationError``, ``InvalidParameterValue``).
        """
        if profile is not None:
            self._check_profile(profile)
        checked = names.check_tags(tags)
        name = "i-" + self._world.next_hexadecimal(17)
        instance = Instance(self._world, arn_of("instance", self.id, name))
        role = profile.role if profile else None
        given = {
            "ImageId": IMAGE,
            "MinCount": 1,
            "MaxCount": 1,
            **passed(
                IamInstanceProfile={"Name": profile.name} if profile else None,
                TagSpecifications=[{"ResourceType": "instance", **tag_list(checked)}] if checked else None,
            ),
        }
        new, *others = instance_parts(self.id)
        parts = [Check(action="ec2:RunInstances", resource=one, account=self.id) for one in others]
        more = (*parts, *((pass_role(role.arn, EC2),) if role else ()))
        self._make(
            instance,
            name,
            given,
            tags=checked,
            more=more,
            asked=new,
            keys={"ec2:InstanceProfile": profile.arn} if profile else None,
            profile=profile.id if profile else "",
            after=lambda state: deliver(self._world, state, instance.arn),
        )
        return instance

    def _make(
        self,
        resource: Resource,
        name: str,
        given: Mapping[str, Any],
        *,
        tags: Mapping[str, str] | None = None,
        policy: Policy | None = None,
        more: tuple[Check, ...] = (),
        asked: str = "",
        keys: Mapping[str, Any] | None = None,
        check: Callable[[State], None] | None = None,
        after: Callable[[State], State] | None = None,
        **parts: Any,
    ) -> None:
        """Create a resource; ``asked`` is what the service is asked about, if not the new ARN itself.

        ``keys`` are condition keys of that request.
        """
        service = SERVICES[resource.kind]
        if resource.kind != "bucket":
            service.rule.check(name)

        def created(state: State) -> State:
            if check:
                check(state)
            there = state.resources.get(resource.arn)
            if there is not None:
                raise _taken(resource.kind, name, there.account == self.id, service.exists)
            saved = _saved(state, policy, service.malformed) if policy else None
            record = ResourceRecord(
                arn=resource.arn,
                kind=resource.kind,
                account=self.id,
                name=name,
                created=state.now,
                tags=tuple((tags or {}).items()),
                policy=saved,
                **parts,
            )
            made = with_resource(state, record)
            return after(made) if after else made

        operation = f"{service.prefix}:{service.create}"
        made = call(operation, asked or resource.arn, given, account=self.id, tags=tags, keys=keys, more=more)
        self._world.perform(made, created)

    def _check_profile(self, profile: object) -> None:
        own = [one.name for one in self._world.state.profiles.values() if one.account == self.id]
        if profile in own:
            check_no_text(profile, "profile", "profile={}", f"account.instance_profiles[{own.index(str(profile))}]")
        if not (
            isinstance(profile, InstanceProfile) and profile.exists_in(self._world) and profile.account_id == self.id
        ):
            raise IamlabError(
                f"Value ({profile!r}) for parameter iamInstanceProfile is invalid. EC2 is given an instance profile "
                "of the account, not the role itself: account.create_instance_profile(name).add_role(role)."
                + of_another_lab(profile, self._world),
                code="InvalidParameterValue",
            )

    def _check_role(self, role: object) -> RoleRecord:
        roles = (one.name for one in self._world.state.of_kind(RoleRecord, self.id))
        check_no_text(role, "role", "role={}", "account.role({})", roles)
        if not isinstance(role, Role):
            raise IamlabError(f"{role!r} is no role. Take one with account.role(name).", code="InvalidInput")
        if not role.exists_in(self._world) or role.account_id != self.id:
            why = of_another_lab(role, self._world)
            raise IamlabError(f"Cross-account pass role is not allowed.{why}", code="AccessDeniedException")
        return self._world.entity(role.id, RoleRecord)


def instance_parts(account: str) -> tuple[str, ...]:
    """All that RunInstances is judged on in an account: the new instance first, then what it is made of."""
    owned = (f"arn:aws:ec2:{REGION}:{'' if one.startswith('image/') else account}:{one}" for one in PARTS)
    return (f"arn:aws:ec2:{REGION}:{account}:instance/*", *owned)


def _saved(state: State, policy: Policy, code: str) -> SavedPolicy:
    return documents.as_code(code, lambda: documents.save(state, policy, PolicyKind.RESOURCE))


def _taken(kind: str, name: str, mine: bool, code: str) -> IamlabError:
    if kind == "bucket":
        return IamlabError(
            f"The bucket {name} already exists" + (" and you own it." if mine else ". Choose another name."),
            code="BucketAlreadyOwnedByYou" if mine else "BucketAlreadyExists",
        )
    return IamlabError(f"The {kind} {name} already exists.", code=code)
