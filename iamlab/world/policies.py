"""Managed policies, as the learner holds them: AWS's and the customer's own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from iamlab.core.errors import IamlabError
from iamlab.core.policy import Policy, PolicyKind, PolicySource
from iamlab.world import managed_policies, names
from iamlab.world.entities import PolicyRecord, PolicyVersion, Tags
from iamlab.world.handles import Handle
from iamlab.world.operations import call, passed, tag_list
from iamlab.world.quotas import size
from iamlab.world.state import State
from iamlab.world.world import World

AWS: Final = "aws"


class ManagedPolicy(Handle):
    """A policy with a name and an ARN of its own, to be attached; ``owner`` is ``aws`` or an account ID.

    ``id`` is the unique ID of a customer's policy, and empty for AWS's, which nobody can change (ENT-11).
    """

    def __init__(self, world: World, *, name: str, arn: str, owner: str, id_: str = "") -> None:
        super().__init__(world, id_ or arn)
        self.name = name
        self.arn = arn
        self.owner = owner
        self.id = id_

    @property
    def _record(self) -> PolicyRecord:
        if self.owner == AWS:
            raise IamlabError(
                f"Policy {self.arn} is managed by AWS and cannot be changed. Make one of your own with "
                "account.create_policy(name, document).",
                code="AccessDenied",
            )
        return self._stored(self._world.state)

    def _stored(self, state: State) -> PolicyRecord:
        record = state.policies.get(self.id)
        if record is None:
            raise IamlabError(f"Policy {self.arn} was not found.", code="NoSuchEntity")
        return record

    @property
    def policy(self) -> Policy:
        """The document in force: that of the default version."""
        if self.owner == AWS:
            return managed_policies.document(self.name)
        return self._stored(self._world.state).policy

    @property
    def versions(self) -> tuple[PolicyVersion, ...]:
        """The versions that are stored, oldest first; of AWS's policies, none."""
        return () if self.owner == AWS else self._stored(self._world.state).versions

    @property
    def is_full(self) -> bool:
        """Whether it has as many versions as it may have: one must go before another can be made."""
        return len(self.versions) >= self._world.quotas.VersionsPerPolicy

    @property
    def default_version(self) -> str:
        """The version in force: v1, v2, ..."""
        return managed_policies.version(self.name) if self.owner == AWS else self._stored(self._world.state).default

    @property
    def description(self) -> str:
        """What it is for; it cannot be changed (ENT-23)."""
        return "" if self.owner == AWS else self._stored(self._world.state).description

    @property
    def tags(self) -> dict[str, str]:
        """The tags of a customer's policy."""
        return {} if self.owner == AWS else dict(self._stored(self._world.state).tags)

    @property
    def attachment_count(self) -> int:
        """To how many users, groups and roles of this world it is attached."""
        return len(self._world.state.holders_of(self.arn))

    @property
    def boundary_count(self) -> int:
        """For how many users and roles of this world it is the permissions boundary."""
        return sum(1 for one in self._world.state.entities.values() if one.boundary == self.arn)

    def create_version(self, document: PolicySource, *, set_as_default: bool = False) -> str:
        """Store a new version, and put it in force if asked to; its ID comes back.

        Raises PolicyError, or IamlabError (``LimitExceeded`` for a sixth one).
        """
        parsed = Policy.parse(document, PolicyKind.MANAGED)

        def created(state: State, record: PolicyRecord) -> PolicyRecord:
            self._world.quotas.check("PolicySize", size(parsed))
            most = self._world.quotas.VersionsPerPolicy
            if len(record.versions) >= most:
                raise IamlabError(
                    f"A managed policy can have up to {most} versions. Before you create a new version, you "
                    "must delete an existing version.",
                    code="LimitExceeded",
                )
            id_ = f"v{record.latest + 1}"
            version = PolicyVersion(id=id_, policy=parsed, created=state.now)
            changed = replace(record, versions=(*record.versions, version), latest=record.latest + 1)
            return replace(changed, default=id_) if set_as_default else changed

        given = {"PolicyDocument": parsed.document, **passed(SetAsDefault=True if set_as_default else None)}
        self._change("CreatePolicyVersion", created, **given)
        return self.versions[-1].id

    def set_default_version(self, version: str) -> None:
        """Put another version in force, at once and for everybody it is attached to.

        Raises IamlabError (``NoSuchEntity``).
        """

        def chosen(state: State, record: PolicyRecord) -> PolicyRecord:
            _check_version(record, version)
            return replace(record, default=version)

        self._change("SetDefaultPolicyVersion", chosen, VersionId=version)

    def delete_version(self, version: str) -> None:
        """Delete a version that is not in force.

        Raises IamlabError (``NoSuchEntity``; ``DeleteConflict`` for the default version).
        """

        def deleted(state: State, record: PolicyRecord) -> PolicyRecord:
            _check_version(record, version)
            if version == record.default:
                raise IamlabError("Cannot delete the default version of a policy.", code="DeleteConflict")
            return replace(record, versions=tuple(one for one in record.versions if one.id != version))

        self._change("DeletePolicyVersion", deleted, VersionId=version)

    def tag(self, tags: Mapping[str, str]) -> None:
        """Set tags.

        Raises IamlabError (``ValidationError``, ``LimitExceeded``).
        """
        checked = names.check_tags(tags)
        edit = tagging(self._world, checked)
        self._change("TagPolicy", lambda state, record: replace(record, tags=edit(record.tags)), **tag_list(checked))

    def untag(self, *keys: str) -> None:
        """Take tags off."""
        edit = untagging(keys)
        self._change("UntagPolicy", lambda state, record: replace(record, tags=edit(record.tags)), TagKeys=list(keys))

    def delete(self) -> None:
        """Delete it, with its default version.

        Raises IamlabError (``DeleteConflict``) while it is attached, is a boundary or has other versions (ENT-16).
        """
        _ = self._record

        def deleted(state: State) -> State:
            record = self._stored(state)
            bounded = any(one.boundary == self.arn for one in state.entities.values())
            if bounded or state.holders_of(self.arn):
                raise IamlabError("Cannot delete a policy attached to entities.", code="DeleteConflict")
            if len(record.versions) > 1:
                raise IamlabError(
                    "This policy has more than one version. Before you delete a policy, you must delete the policy's "
                    "versions. The default version is deleted with the policy.",
                    code="DeleteConflict",
                )
            return replace(state, policies={id_: one for id_, one in state.policies.items() if id_ != self.id})

        self._world.perform(call("iam:DeletePolicy", self.arn, {"PolicyArn": self.arn}), deleted)

    def _change(self, operation: str, edit: Callable[[State, PolicyRecord], PolicyRecord], **parameters: Any) -> None:
        _ = self._record  # nobody changes AWS's own, whoever asks

        def changed(state: State) -> State:
            return replace(state, policies={**state.policies, self.id: edit(state, self._stored(state))})

        self._world.perform(call(f"iam:{operation}", self.arn, {"PolicyArn": self.arn, **parameters}), changed)

    def __repr__(self) -> str:
        return f"<managed policy {self.arn}>"


def _check_version(record: PolicyRecord, version: object) -> None:
    if version not in [one.id for one in record.versions]:
        has = ", ".join(one.id for one in record.versions)
        raise IamlabError(f"Policy {record.arn} version {version} does not exist. It has {has}.", code="NoSuchEntity")


def tagging(world: World, tags: Mapping[str, str]) -> Callable[[Tags], Tags]:
    """What setting tags makes of those that there are; their keys keep letter cases apart (ENT-19)."""

    def edit(before: Tags) -> Tags:
        found = {**dict(before), **tags}
        world.quotas.check("TagsPerResource", len(found))
        return tuple(found.items())

    return edit


def untagging(keys: Iterable[str]) -> Callable[[Tags], Tags]:
    """What taking tags off leaves of those that there are.

    Raises IamlabError (``ValidationError``) for what cannot be the key of a tag.
    """
    gone = {names.TAG_KEY.check(key) for key in keys}
    return lambda before: tuple(pair for pair in before if pair[0] not in gone)
