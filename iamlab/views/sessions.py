"""Sessions in words: how one stands, who made it, how long it still lasts. Times are those of the world's clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from iamlab.core.errors import IamlabError
from iamlab.world.authorization import judge
from iamlab.world.callers import Caller, Signer, identify
from iamlab.world.calls import Check
from iamlab.world.credentials import SessionRecord
from iamlab.world.entities import RoleRecord, UserRecord
from iamlab.world.identities import REVOKED
from iamlab.world.state import State


class Standing(Enum):
    """How a session stands at one moment: a sign for the eye, and the word that says it."""

    OPEN = "✔ open"
    REVOKED = "✖ revoked"
    EXPIRED = "⊘ expired"
    GONE = "⊘ ended"

    @property
    def counts(self) -> bool:
        """Whether AWS still takes its credentials; of a revoked session it takes them, and denies everything."""
        return self in (Standing.OPEN, Standing.REVOKED)


def standing(state: State, record: SessionRecord) -> Standing:
    """How a session stands: as the world authenticates it, and whether a revocation applies to it (STS-20, STS-26)."""
    caller = Caller(Signer.SESSION, record.id)
    if state.now >= record.expires:
        return Standing.EXPIRED
    try:
        identify(state, caller)
    except IamlabError:
        return Standing.GONE
    owner = state.entities.get(record.entity)
    # Asked only where there is such a policy: whether it applies is the engine's to say.
    if isinstance(owner, RoleRecord) and any(one.name == REVOKED for one in owner.inline):
        layers = judge(state, caller, _ANY_REQUEST).layers
        if any(one.applies and one.source.name == REVOKED for layer in layers for one in layer.matches):
            return Standing.REVOKED
    return Standing.OPEN


_ANY_REQUEST: Final = Check(action="iam:ListUsers")
"""A revocation denies every action, so any one tells; this one takes no resource."""


def stands(state: State, record: SessionRecord) -> str:
    """How a session stands and how long it lasts: ``✔ open, 14 minutes 59 seconds left``."""
    found = standing(state, record)
    left = f"{time_words(record.expires - state.now)} left"
    words = {
        Standing.OPEN: f", {left}",
        Standing.REVOKED: f": every request is denied; {left}",
        Standing.EXPIRED: f" at {moment_words(record.expires, state.now)}",
        Standing.GONE: f": its {'role' if record.kind == 'role' else 'user'} was deleted",
    }
    return found.value + words[found]


def whose(state: State, record: SessionRecord) -> str:
    """What a session is a session of: ``role StagingRole``, ``user dana``."""
    owner = state.entities.get(record.entity)
    if owner is not None:
        return f"{owner.kind} {owner.name}"
    kind = "a role" if record.kind == "role" else "a user"
    return "the root user" if record.entity in state.accounts else f"{kind} that was deleted"


def session_words(state: State, record: SessionRecord) -> str:
    """A session in a few words: ``session dana-session of role StagingRole``."""
    of = whose(state, record)
    words = {
        "console": f"console session of {of}",
        "user": f"temporary credentials of {of}",
        "federated": f"federated user {record.name}, made by {of}",
    }
    return words.get(record.kind, f"session {record.name} of {of}")


def maker_words(state: State, record: SessionRecord) -> str:
    """Who called for a session: ``user dana``; of a console session, the password."""
    if not record.caller:
        return "a password"
    kind, _, name = record.caller.rpartition(":")[2].partition("/")
    words = {"assumed-role": f"session {name.partition('/')[2]} of role {name.partition('/')[0]}", "root": "root user"}
    return words.get(kind, f"{kind} {name.rpartition('/')[2]}".strip())


def maker(state: State, record: SessionRecord) -> UserRecord | SessionRecord | None:
    """Who called for a session, if it is still there: a user, or in a chain of roles the session before.

    The call is known by its caller's ARN alone, so of several sessions with that ARN the latest is taken.
    """
    found = state.entity_at(record.caller)
    if isinstance(found, UserRecord):
        return found
    kind, _, named = record.caller.rpartition(":")[2].partition("/")
    if kind != "assumed-role":
        return None
    role, _, name = named.partition("/")
    before = [
        one
        for one in state.sessions.values()
        if one.kind == "role" and one.name == name and one.id != record.id and one.issued <= record.issued
    ]
    owners = {one.id: state.entities.get(one.entity) for one in before}
    return next((one for one in reversed(before) if (owner := owners[one.id]) and owner.name == role), None)


def time_words(time: timedelta) -> str:
    """A length of time: ``14 minutes 59 seconds``.

    >>> time_words(timedelta(seconds=899)), time_words(timedelta(hours=1, seconds=1)), time_words(timedelta(0))
    ('14 minutes 59 seconds', '1 hour 1 second', 'no time')
    """
    seconds = int(time.total_seconds())
    parts = {
        "day": seconds // 86400,
        "hour": seconds // 3600 % 24,
        "minute": seconds // 60 % 60,
        "second": seconds % 60,
    }
    said = [f"{number:,} {word}{'' if number == 1 else 's'}" for word, number in parts.items() if number]
    return " ".join(said) or "no time"


def moment_words(moment: datetime, now: datetime) -> str:
    """A moment in UTC, with its day if that is another one than now's: ``09:15:00``, ``3 November, 00:15:00``."""
    day = f"{moment.day} {moment:%B}, " if moment.date() != now.date() else ""
    return f"{day}{moment:%H:%M:%S}"
