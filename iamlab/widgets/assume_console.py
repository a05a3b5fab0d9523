"""The assume console: who am I, assume a role, watch the session's clock, see what is swapped, drop and revoke."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from ipywidgets import HTML, Dropdown, VBox, Widget

from iamlab.core.errors import IamlabError
from iamlab.lab import Lab
from iamlab.views.html import element, join
from iamlab.views.sessions import maker, session_words, standing
from iamlab.views.sessions_html import (
    Asked,
    Compared,
    calls_html,
    heading,
    identity_html,
    sessions_html,
    swap_html,
)
from iamlab.widgets import memory
from iamlab.widgets.clock_control import LABEL, ClockControl
from iamlab.widgets.frame import FramedBox, lab_of
from iamlab.widgets.questions import wide
from iamlab.widgets.requests import checked, derived, words
from iamlab.widgets.session_form import FIELDS, Acting, AssumeForm
from iamlab.widgets.session_list import SessionList, labels, offer
from iamlab.widgets.trial import Trial
from iamlab.world.entities import UserRecord
from iamlab.world.identities import Role, Root, User
from iamlab.world.sessions import Session

PARTS: Final = {
    "The world's clock": "Time passes only here. Sessions expire by it.",
    "Who am I?": "A user has keys of its own. A session has those that it was given.",
    "Assume a role": "Ask STS for temporary credentials of a role; you then act with them.",
    "Sessions": "Drop a session to be yourself again, or revoke what a role has given out.",
    "Permissions side by side": "The same requests, before, in the role, and after.",
    "Try a request": "It is made as whoever you act as now.",
    "The trail": "The last calls, as CloudTrail notes them, and as you would make them for real.",
}
"""The parts from top to bottom: each heading with its sentence."""
CALLS: Final = 6
"""Calls of the trail that are shown, the last ones."""


class AssumeConsole(FramedBox):
    """Act as a user, assume a role, let time pass, and see at each step who one is and what one may do.

    ``lab`` is a lab or the name of a story's world. ``who`` is whom one acts as at first: a user, a root user, a
    session, or a user's name; ``role`` the role that is chosen at first, or its name. ``requests`` are those of the
    table: ``("iam:ListUsers",)``, ``("s3:GetObject", arn)``; without them, a few that the world's policies are about.
    The console follows its lab, and so do several on one lab. Raises IamlabError (``InvalidInput``, ``NoSuchEntity``,
    ``InvalidAction``, ``InvalidResource``) for anything else.
    """

    def __init__(
        self,
        lab: Lab | str,
        who: Acting | str | None = None,
        role: Role | str | None = None,
        requests: Iterable[Sequence[Any]] = (),
    ) -> None:
        self._lab = lab_of(lab)
        who, role = _found(self._lab, who, User, Root, Session), _found(self._lab, role, Role)
        self._requests = checked(self._lab, requests) or derived(self._lab)
        self._makers: dict[str, Acting] = {}
        self._begun = len(self._lab.trail)
        self._key = f"{self._lab!r} {who!r} {role!r} {self._requests}"
        kept = memory.recall("assume console", self._key) or {}
        self.clock = ClockControl(self._lab, kept.get("by", ""))
        self.acting = Dropdown(description="Acting as", layout=wide(), style=LABEL)
        self.identity = HTML()
        self.form = AssumeForm(self._lab, self._who, self._assumed)
        self.sessions = SessionList(self._lab, self._drop)
        self.swap = HTML()
        self.trial = Trial(self._lab, self._who, self._requests)
        self.trail = HTML()
        super().__init__("Assume console", self._parts())
        self._restore(kept)
        self._follow()
        for control, value in ((self.acting, who), (self.form.role, role)):
            if value is not None:
                control.value = value
        self._acted()
        self._watch()

    def _parts(self) -> list[Widget]:
        """The seven parts, from top to bottom."""
        contents: tuple[list[Widget], ...] = (
            [self.clock],
            [self.acting, self.identity],
            [self.form],
            [self.sessions],
            [self.swap],
            [self.trial],
            [self.trail],
        )
        made = []
        for number, ((title, hint), inside) in enumerate(zip(PARTS.items(), contents, strict=True), 1):
            box = VBox([HTML(heading(f"{number}. {title}", hint, styled=number == 1)), *inside])
            box.add_class("iamlab-part")
            if number == 1:
                box.add_class("iamlab-first")
            made.append(box)
        return made

    # The names that notebooks and tests know it by.

    @property
    def answer(self) -> Lab:
        """The lab as it is now, for ``check``."""
        return self._lab

    @property
    def session(self) -> Session | None:
        """The session that one acts with, for Python: ``lab.evaluate(console.session, ...)``; None for a user."""
        who = self._who()
        return who if isinstance(who, Session) else None

    def static_answer(self) -> str:
        """How to do the same without the widget."""
        return (
            "Assume console: act as a user, assume a role, move the clock, see what you may do. In plain Python: "
            'session = lab.sts.assume_role(dana, role, "dana-session", duration=900); '
            'lab.evaluate(session, "s3:ListAllMyBuckets"); lab.clock.advance(minutes=15); role.revoke_sessions().'
        )

    def static_html(self) -> str:
        """The same, with the sessions as of when the cell ran, and the requests; verdicts are for whoever runs it."""
        state = self._lab.world.state
        asked = element("ul", join(*(element("li", words(one)) for one in self._requests)))
        sessions = sessions_html(state, tuple(state.sessions.values())) if state.sessions else ""
        return join(element("p", self.static_answer()), sessions, element("p", "Requests to compare:"), asked)

    # What happens

    def _who(self) -> Acting | None:
        who: Acting | None = self.acting.value
        return who

    def _assumed(self, session: Session, who: Acting) -> None:
        self._makers[session.id] = who
        self.acting.value = session
        self.sessions.choose(session)

    def _drop(self, session: Session) -> str:
        """Act as whoever made a session, and say as whom."""
        if self._who() != session:
            return "You do not act with this session, so there is nothing to drop."
        base = self._base(session)
        if base is None or not base.exists_in(self._lab.world):
            return "✖ Whoever made this session is not in this world any more. Choose above who to act as."
        self.acting.value = base
        counts = standing(self._lab.world.state, session.record).counts
        left = f" The credentials of the session stay good until {session.expires:%H:%M:%S} UTC." if counts else ""
        return f"✔ Dropped. You act as {self.acting.label} again, with the permissions you had before.{left}"

    def _base(self, session: Session) -> Acting | None:
        """Whoever stands at the beginning of a chain of roles: a user, or a session that is of no role."""
        seen: set[str] = set()
        found: Acting | None = session
        while isinstance(found, Session) and found.exists_in(self._lab.world) and found.record.kind == "role":
            if found.id in seen:
                return None
            seen.add(found.id)
            found = self._makers.get(found.id) or self._maker(found)
        return found

    def _maker(self, session: Session) -> Acting | None:
        made = maker(self._lab.world.state, session.record)
        if made is None:
            return None
        return User(self._lab.world, made.id) if isinstance(made, UserRecord) else Session(self._lab.world, made.id)

    def _world_changed(self) -> None:
        self.trial.forget()
        self._follow()

    def _follow(self) -> None:
        """Show what the world is now. What has not changed is not sent to the page again."""
        self._begun = min(self._begun, len(self._lab.trail))
        self.clock.follow()
        self.form.offer(_roles(self._lab))
        before = self._who()
        offer(self.acting, _callers(self._lab))
        if before == self._who():
            self._show()

    def _acted(self, _: Any = None) -> None:
        who = self._who()
        self.trial.forget()
        if isinstance(who, User | Root):
            self.form.suggest(f"{who.name}-session"[:64])
        if isinstance(who, Session):
            self.sessions.choose(who)
        self._show()

    def _show(self) -> None:
        self.identity.value = identity_html(self._identity())
        self.sessions.follow(self._who())
        self.swap.value = self._swap()
        trail = self._lab.trail
        calls = [one for at, one in enumerate(trail) if one.checked or at >= self._begun]
        self.trail.value = calls_html(calls[-CALLS:])

    def _identity(self) -> Any:
        """What GetCallerIdentity answers; asked of a copy, because looking is no call."""
        who, copy = self._who(), self._lab.copy()
        if who is None:
            return IamlabError("There is nobody yet. Create a user first.", code="InvalidInput")
        id_ = who.account_id if isinstance(who, Root) else who.id
        try:
            return copy.sts.get_caller_identity(type(who)(copy.world, id_))
        except IamlabError as error:
            return error

    # Side by side

    def _swap(self) -> str:
        session = self._compared()
        who = self._base(session) if session else self._who()
        state = self._lab.world.state
        if isinstance(who, Session):
            user = session_words(state, who.record) if who.exists_in(self._lab.world) else "nobody"
        else:
            user = _words(who) if who is not None and who.exists_in(self._lab.world) else "nobody"
        role, ended = "", False
        if session is not None:
            found = standing(state, session.record)
            role, ended = f"{session.name}, {found.value}", not found.counts
        rows = [
            Compared(words=words(one), user=self._ask(who, one), role=self._ask(session, one)) for one in self._requests
        ]
        return swap_html(user, role, rows, ended=ended)

    def _compared(self) -> Session | None:
        """The session of the table: the one acted with, else the chosen or the latest one of whoever acts."""
        who = self._who()
        if isinstance(who, Session) and who.record.kind == "role":
            return who
        records = reversed(tuple(self._lab.world.state.sessions.values()))
        latest = [Session(self._lab.world, one.id) for one in records if one.kind == "role"]
        chosen = self.sessions.chosen.value
        candidates = [chosen, *latest] if chosen in latest else latest
        return next((one for one in candidates if who is not None and self._base(one) == who), None)

    def _ask(self, who: Acting | None, request: tuple[str, str | None]) -> Asked:
        if who is None:
            return None
        try:
            return self._lab.evaluate(who, *request)
        except IamlabError as error:
            return error

    # What stays when the cell is run again, and what gives way to a newer answer

    def _fields(self) -> dict[str, Widget]:
        named = {name: getattr(self.form, name) for name in FIELDS}
        return {**named, "by": self.clock.by, "action": self.trial.action, "resource": self.trial.resource}

    def _restore(self, kept: dict[str, Any]) -> None:
        for name, field in self._fields().items():
            if name in kept:
                field.value = kept[name]

    def _keep(self, _: Any) -> None:
        memory.keep("assume console", self._key, {name: one.value for name, one in self._fields().items()})

    def _watch(self) -> None:
        self.acting.observe(self._acted, names="value")
        self.sessions.chosen.observe(self._chosen, names="value")
        for field in self._fields().values():
            field.observe(self._keep, names="value")
        for part in self._answering():
            part.result.observe(self._answered, names="value")
        self._lab.world.observe(self._world_changed)

    def _chosen(self, _: Any) -> None:
        self.swap.value = self._swap()

    def _answering(self) -> tuple[Any, ...]:
        return (self.clock, self.form, self.sessions, self.trial)

    def _answered(self, change: Any) -> None:
        """One answer stands at a time: the one to what was done last."""
        if change.new:
            for part in self._answering():
                if part.result is not change.owner:
                    part.result.value = ""


def _found(lab: Lab, given: Any, *kinds: type[Any]) -> Any:
    """What was given for ``who`` or ``role``, or whatever of these kinds has that name or ARN."""
    if given is None:
        return None
    everybody: list[Any] = [one for one in (*lab.callers, *lab.sessions) if isinstance(one, kinds)]
    if isinstance(given, str):
        found = next((one for one in everybody if given == one.name or given == getattr(one, "arn", "")), None)
        if found is not None:
            return found
    elif isinstance(given, kinds):
        if given.exists_in(lab.world):
            return given
    else:
        named = " or ".join(one.__name__.lower() for one in kinds)
        raise IamlabError(f"{given!r} is no {named}, and no name of one.", code="InvalidInput")
    raise IamlabError(f"{given!r} is not in this lab.", code="NoSuchEntity")


def _callers(lab: Lab) -> list[tuple[str, Acting]]:
    """Whom one can act as, in words: users, root users, and sessions, those that count no more at the end."""
    state = lab.world.state
    users = [(_words(one, lab), one) for one in lab.callers if isinstance(one, User)]
    roots = [(_words(one, lab), one) for one in lab.callers if isinstance(one, Root)]
    named = labels(state)
    ended = {id_ for id_ in named if not standing(state, state.sessions[id_]).counts}
    sessions = [(named[id_], Session(lab.world, id_)) for id_ in sorted(named, key=ended.__contains__)]
    return [*users, *roots, *sessions]


def _roles(lab: Lab) -> list[tuple[str, Role]]:
    return [(_words(one, lab), one) for account in lab.accounts for one in account.roles]


def _words(who: User | Role | Root, lab: Lab | None = None) -> str:
    """Somebody in words, with the account where there are several."""
    accounts = {one.id: one.name for one in lab.accounts} if lab else {}
    where = f" ({accounts[who.account_id]})" if len(accounts) > 1 else ""
    return ("the root user" if isinstance(who, Root) else f"{who.kind} {who.name}") + where
