"""Access keys, as the learner holds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from iamlab.core.arn import root_arn
from iamlab.core.errors import IamlabError
from iamlab.world.callers import Caller, Signer
from iamlab.world.credentials import ACTIVE, INACTIVE, AccessKeyRecord, Credentials
from iamlab.world.entities import UserRecord
from iamlab.world.handles import Handle
from iamlab.world.operations import call
from iamlab.world.state import State
from iamlab.world.world import KEY_LENGTH, World


class AccessKey(Handle):
    """A long-term key (AKIA...). ``credentials`` is there only on what CreateAccessKey gave back (ENT-09)."""

    def __init__(self, world: World, id_: str, credentials: Credentials | None = None) -> None:
        super().__init__(world, id_)
        self.id = id_
        self.credentials = credentials

    @property
    def _record(self) -> AccessKeyRecord:
        return _key(self._world.state, self.id)

    @property
    def status(self) -> str:
        """``Active`` or ``Inactive``."""
        return self._record.status

    @property
    def caller(self) -> Caller:
        """Whoever signs with this key."""
        return Caller(Signer.KEY, self.id)

    def exists_in(self, world: World) -> bool:
        """Whether it is of that world, and still there."""
        return self._world is world and self.id in world.state.keys

    def deactivate(self) -> None:
        """Make it inactive: requests signed with it fail until it is active again."""
        self._update(INACTIVE)

    def activate(self) -> None:
        """Make it active again."""
        self._update(ACTIVE)

    def _update(self, status: str) -> None:
        self._perform(
            "UpdateAccessKey",
            lambda state: {**state.keys, self.id: replace(_key(state, self.id), status=status)},
            Status=status,
        )

    def delete(self) -> None:
        """Delete it, for good.

        Raises IamlabError (``NoSuchEntity``) when it is gone already.
        """
        self._perform(
            "DeleteAccessKey",
            lambda state: {id_: one for id_, one in state.keys.items() if id_ != _key(state, self.id).id},
        )

    def _perform(self, operation: str, edit: Any, **parameters: Any) -> None:
        owner = self._record.owner
        arn, given = owner_words(self._world.state, owner)
        made = call(f"iam:{operation}", arn, {**given, "AccessKeyId": self.id, **parameters})
        self._world.perform(made, lambda state: replace(state, keys=edit(state)))

    def __repr__(self) -> str:
        record = self._world.state.keys.get(self.id)
        return f"<access key {self.id} {record.status.lower()}>" if record else f"<deleted access key {self.id}>"


def _key(state: State, id_: str) -> AccessKeyRecord:
    record = state.keys.get(id_)
    if record is None:
        raise IamlabError(f"The Access Key with id {id_} cannot be found.", code="NoSuchEntity")
    return record


def owner_words(state: State, owner: str) -> tuple[str, dict[str, Any]]:
    """The ARN of a key's or device's owner, and the parameter that names it: none for the root user."""
    record = state.entities.get(owner)
    if isinstance(record, UserRecord):
        return record.arn, {"UserName": record.name}
    return root_arn(owner), {}


def create_key(world: World, owner: str, arn: str, parameters: Mapping[str, Any]) -> AccessKey:
    """Make a key for a user or a root user; what comes back shows the secret, once."""

    def created(state: State) -> tuple[State, AccessKeyRecord]:
        world.quotas.check("AccessKeysPerUser", len(state.keys_of(owner)) + 1)
        record = AccessKeyRecord(
            id=world.next_id("AKIA", KEY_LENGTH), owner=owner, created=state.now, secret=world.next_secret()
        )
        return replace(state, keys={**state.keys, record.id: record}), record

    made = world.make(call("iam:CreateAccessKey", arn, parameters), created)
    parts = {"AccessKeyId": made.id, "SecretAccessKey": made.secret}
    return AccessKey(world, made.id, Credentials(made.id, parts))
