"""Who acts: everybody whom one can act as, in words, and who called for a session."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from iamlab.core.errors import IamlabError
from iamlab.lab import Lab
from iamlab.views.sessions import maker, session_words, standing
from iamlab.world.entities import UserRecord
from iamlab.world.identities import Role, Root, User
from iamlab.world.sessions import Session
from iamlab.world.state import State

Acting = User | Root | Session
Found = TypeVar("Found")


class Makers:
    """Who called for each session: remembered where one was there, else as the session's record has it."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._remembered: dict[str, Acting] = {}
        self._handed: dict[str, Session] = {}

    def remember(self, session: Session, who: Acting) -> None:
        """Note who called for a session: its record tells no console session from its user."""
        self._remembered[session.id], self._handed[session.id] = who, session

    def handed(self, session: Session) -> Session:
        """The session as it was handed over, with its credentials; one from elsewhere has none to show."""
        return self._handed.get(session.id, session)

    def base(self, session: Session) -> Acting | None:
        """Whoever stands at the beginning of a chain of roles: a user, or a session that is of no role."""
        seen: set[str] = set()
        found: Acting | None = session
        while isinstance(found, Session) and found.exists_in(self._lab.world) and found.record.kind == "role":
            if found.id in seen:
                return None
            seen.add(found.id)
            found = self._remembered.get(found.id) or self._recorded(found)
        return found

    def heir(self, gone: Acting, there: list[Acting]) -> Acting | None:
        """Who takes the place of somebody who is not in the world any more: whoever called for the session."""
        found: Acting | None = gone
        while found is not None and found not in there:
            found = self._remembered.get(found.id) if isinstance(found, Session) else None
        return found

    def _recorded(self, session: Session) -> Acting | None:
        made = maker(self._lab.world.state, session.record)
        if made is None:
            return None
        return User(self._lab.world, made.id) if isinstance(made, UserRecord) else Session(self._lab.world, made.id)


def callers(lab: Lab) -> list[tuple[str, Acting]]:
    """Whom one can act as, in words: users, root users, and sessions, those that count no more at the end."""
    state = lab.world.state
    users: list[tuple[str, Acting]] = [(words(one, lab), one) for one in lab.callers if isinstance(one, User)]
    roots = [(words(one, lab), one) for one in lab.callers if isinstance(one, Root)]
    named = labels(state)
    ended = {id_ for id_ in named if not standing(state, state.sessions[id_]).counts}
    sessions = [(named[id_], Session(lab.world, id_)) for id_ in sorted(named, key=ended.__contains__)]
    return [*users, *roots, *sessions]


def roles(lab: Lab) -> list[tuple[str, Role]]:
    """Every role, in words."""
    return [(words(one, lab), one) for account in lab.accounts for one in account.roles]


def words(who: User | Role | Root, lab: Lab) -> str:
    """Somebody in words, with the account where there are several."""
    accounts = {one.id: one.name for one in lab.accounts}
    where = f" ({accounts[who.account_id]})" if len(accounts) > 1 else ""
    return ("the root user" if isinstance(who, Root) else f"{who.kind} {who.name}") + where


def labels(state: State) -> dict[str, str]:
    """Each session's ID with its words and how it stands, no two alike. The latest come first."""
    found: dict[str, str] = {}
    taken: dict[str, int] = {}
    for record in reversed(tuple(state.sessions.values())):
        said = f"{session_words(state, record)}, issued {record.issued:%H:%M:%S}, {standing(state, record).value}"
        taken[said] = taken.get(said, 0) + 1
        found[record.id] = said if taken[said] == 1 else f"{said} ({taken[said]})"
    return found


def the_one(found: Sequence[Found], name: str, what: str) -> Found:
    """Whoever was found by a name, when it is one.

    Raises IamlabError: ``NoSuchEntity`` when nobody has the name, ``InvalidInput`` when several have it.
    """
    if not found:
        raise IamlabError(f"There is no {what} {name!r} in this lab.", code="NoSuchEntity")
    if len(found) > 1:
        raise IamlabError(f"Several are called {name!r}: give the {what} itself.", code="InvalidInput")
    return found[0]


def named(lab: Lab, given: Any, *kinds: type[Any]) -> Any:
    """What was given, or whoever of these kinds has that name or ARN; None for None. Users come before sessions.

    Raises IamlabError (``InvalidInput``, ``NoSuchEntity``).
    """
    if given is None:
        return None
    wanted = " or ".join(one.__name__.lower() for one in kinds)
    if isinstance(given, str):
        people: list[Any] = [one for one in lab.callers if isinstance(one, kinds)]
        sessions: list[Any] = [one for one in lab.sessions if isinstance(one, kinds)]
        # A session by its name alone: its ARN cannot be had when its role is gone.
        found = [one for one in people if given in (one.name, one.arn)] or [
            one for one in sessions if given == one.name
        ]
        return the_one(found, given, wanted)
    if not isinstance(given, kinds):
        raise IamlabError(f"{given!r} is no {wanted}, and no name of one.", code="InvalidInput")
    if not given.exists_in(lab.world):
        raise IamlabError(f"{given!r} is not in this lab.", code="NoSuchEntity")
    return given
