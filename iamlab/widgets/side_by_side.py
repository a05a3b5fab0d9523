"""Permissions side by side: the same requests as the user, in the role, and as the user again."""

from __future__ import annotations

from collections.abc import Sequence

from iamlab.core.errors import IamlabError
from iamlab.lab import Lab
from iamlab.views.sessions import session_words, standing, whose
from iamlab.views.sessions_html import Asked, Compared, swap_html
from iamlab.widgets import acting
from iamlab.widgets.acting import Acting, Makers
from iamlab.widgets.requests import Request, words
from iamlab.world.sessions import Session


def side_by_side(
    lab: Lab, makers: Makers, who: Acting | None, chosen: Session | None, requests: Sequence[Request]
) -> str:
    """The table for whoever acts; every cell is asked now.

    The session is the one that somebody acts with, else the chosen or the latest one of whoever acts.
    """
    session = _session(lab, makers, who, chosen)
    user = makers.base(session) if session else who
    if user is not None and not user.exists_in(lab.world):
        user = None
    rows = [Compared(words=words(one), user=_ask(lab, user, one), role=_ask(lab, session, one)) for one in requests]
    if session is None:
        return swap_html(_words(lab, user), "", rows)
    found = standing(lab.world.state, session.record)
    role = f"{whose(lab.world.state, session.record).removeprefix('role ')} as {session.name}, {found.value}"
    return swap_html(_words(lab, user), role, rows, ended=not found.counts)


def _session(lab: Lab, makers: Makers, who: Acting | None, chosen: Session | None) -> Session | None:
    if isinstance(who, Session) and who.record.kind == "role":
        return who
    records = reversed(tuple(lab.world.state.sessions.values()))
    latest = [Session(lab.world, one.id) for one in records if one.kind == "role"]
    candidates = [chosen, *latest] if chosen is not None and chosen in latest else latest
    return next((one for one in candidates if who is not None and makers.base(one) == who), None)


def _words(lab: Lab, user: Acting | None) -> str:
    if user is None:
        return "nobody"
    return session_words(lab.world.state, user.record) if isinstance(user, Session) else acting.words(user, lab)


def _ask(lab: Lab, who: Acting | None, request: Request) -> Asked:
    if who is None:
        return None
    try:
        return lab.evaluate(who, *request)
    except IamlabError as error:
        return error
