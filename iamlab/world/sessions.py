"""Sessions: temporary credentials, what was frozen into them, and how long they last."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from iamlab.core.errors import IamlabError
from iamlab.core.request import Principal
from iamlab.world.callers import Caller, Signer, identify
from iamlab.world.credentials import Credentials, SessionRecord
from iamlab.world.handles import Handle
from iamlab.world.state import State
from iamlab.world.world import KEY_LENGTH, World


class Session(Handle):
    """Temporary credentials, to act with until they expire. ``credentials.reveal()`` shows the secret, once."""

    kind = "session"

    def __init__(self, world: World, id_: str, credentials: Credentials | None = None, packed: int = 0) -> None:
        super().__init__(world, id_)
        self.id = id_
        self.credentials = credentials
        self.packed_policy_size = packed  # percent of what session policies and tags may take together (STS-08)

    @property
    def record(self) -> SessionRecord:
        """All that was frozen into it."""
        found = self._world.state.sessions.get(self.id)
        if found is None:
            raise IamlabError(f"There is no session {self.id} in this world.", code="InvalidClientTokenId")
        return found

    @property
    def name(self) -> str:
        """The session name; a user's name for its own temporary credentials."""
        return self.record.name

    @property
    def caller(self) -> Caller:
        """Whoever signs with these credentials."""
        return Caller(Signer.SESSION, self.id)

    @property
    def principal(self) -> Principal:
        """The caller that it makes.

        Raises IamlabError (``ExpiredToken``, ``InvalidClientTokenId``) when it makes none any more.
        """
        return identify(self._world.state, self.caller).principal

    @property
    def arn(self) -> str:
        """The ARN of ``principal``."""
        return self.principal.arn

    @property
    def account_id(self) -> str:
        """The account that the session is in: for a role's, the role's account."""
        return self.principal.account

    @property
    def assumed_role_id(self) -> str:
        """What AWS calls AssumedRoleId: the role's unique ID and the session's name (STS-02)."""
        return f"{self.record.entity}:{self.record.name}"

    @property
    def issued(self) -> datetime:
        """When it was issued, in UTC."""
        return self.record.issued

    @property
    def expires(self) -> datetime:
        """The first moment at which it counts no more, in UTC."""
        return self.record.expires

    @property
    def time_left(self) -> timedelta:
        """How long it still lasts; nothing once it has expired."""
        return max(self.expires - self._world.state.now, timedelta(0))

    @property
    def expired(self) -> bool:
        """Whether its time is over."""
        return self._world.state.now >= self.expires

    @property
    def source_identity(self) -> str:
        """Who it said it was when the first role of the chain was assumed; empty if it did not say (STS-10)."""
        return self.record.source_identity

    @property
    def tags(self) -> dict[str, str]:
        """The session tags (STS-09)."""
        return dict(self.record.tags)

    def exists_in(self, world: World) -> bool:
        """Whether it was issued in that world."""
        return self._world is world and self.id in world.state.sessions

    def __repr__(self) -> str:
        record = self._world.state.sessions.get(self.id)
        if record is None:
            return f"<unknown session {self.id}>"
        ended = "expired" if self.expired else "until"
        return f"<{record.kind} session {record.name} of {self._owner(record)}, {ended} {record.expires:%H:%M:%S}>"

    def _owner(self, record: SessionRecord) -> str:
        owner = self._world.state.entities.get(record.entity)
        if owner is not None:
            return owner.name
        if record.entity.isdigit():
            return f"the root user of {record.entity}"
        return "a deleted role" if record.kind == "role" else "a deleted user"


def issue(world: World, state: State, *, kind: str, duration: int, **frozen: Any) -> tuple[State, SessionRecord]:
    """The state with new temporary credentials in it, good for ``duration`` seconds from now on."""
    record = SessionRecord(
        id=world.next_id("ASIA", KEY_LENGTH),
        kind=kind,
        issued=state.now,
        expires=state.now + timedelta(seconds=duration),
        secret=world.next_secret(),
        token=world.next_secret(TOKEN_LENGTH),
        **frozen,
    )
    return replace(state, sessions={**state.sessions, record.id: record}), record


TOKEN_LENGTH = 200  # opaque, and of no fixed length in AWS (STS-03)


def shown(world: World, record: SessionRecord, packed: int = 0) -> Session:
    """The session as whoever asked for it gets it: with its credentials, to be revealed once."""
    parts = {
        "AccessKeyId": record.id,
        "SecretAccessKey": record.secret,
        "SessionToken": record.token,
        "Expiration": record.expires.isoformat(),
    }
    return Session(world, record.id, Credentials(record.id, parts), packed)
