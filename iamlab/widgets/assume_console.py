"""The assume console: who am I, assume a role, watch the session's clock, see what is swapped, drop and revoke."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from ipywidgets import HTML, Dropdown, Layout, VBox, Widget

from iamlab.core.errors import IamlabError
from iamlab.lab import Lab
from iamlab.lessons.named_worlds import lab_of
from iamlab.views.html import element, join
from iamlab.views.sessions import standing
from iamlab.views.sessions_html import calls_html, heading, identity_html, sessions_html
from iamlab.widgets import memory
from iamlab.widgets.acting import Acting, Makers, callers, named, roles
from iamlab.widgets.answers import fleeting, live, notice
from iamlab.widgets.clock_control import ClockControl
from iamlab.widgets.fields import LABEL, offer
from iamlab.widgets.frame import FramedBox
from iamlab.widgets.requests import checked, derived, words
from iamlab.widgets.session_form import FIELDS, AssumeForm
from iamlab.widgets.session_list import SessionList
from iamlab.widgets.side_by_side import side_by_side
from iamlab.widgets.trial import Trial
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
        who, role = named(self._lab, who, User, Root, Session), named(self._lab, role, Role)
        self._requests = checked(self._lab, requests) or derived(self._lab)
        self._makers = Makers(self._lab)
        self._offering = False
        self._begun = len(self._lab.trail)
        self._key = f"{self._lab!r} {who!r} {role!r} {self._requests}"
        self.clock = ClockControl(self._lab)
        self.acting = Dropdown(description="Acting as", layout=Layout(width="auto", max_width="44rem"), style=LABEL)
        self.noted = live()
        self.identity = fleeting(HTML())
        self.form = AssumeForm(self._lab, self._who, self._assumed)
        self.sessions = SessionList(self._lab, self._drop)
        self.swap = fleeting(HTML())
        self.trial = Trial(self._lab, self._who, self._requests)
        self.trail = fleeting(HTML())
        super().__init__("Assume console", self._parts())
        self._recall()
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
            [self.acting, self.noted, self.identity],
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
        """The session that one acts with, for Python; None for a user.

        ``console.session.credentials.reveal()`` shows the secret, once, of a session that was assumed here.
        """
        who = self._who()
        return self._makers.handed(who) if isinstance(who, Session) else None

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

    # What one does

    def _who(self) -> Acting | None:
        who: Acting | None = self.acting.value
        return who

    def _acted(self, _: Any = None) -> None:
        """Somebody else acts: whatever was answered to whoever acted before is no answer any more."""
        if self._offering:
            return
        who = self._who()
        self.noted.value = ""
        self.trial.forget()
        if isinstance(who, User | Root):
            self.form.suggest(f"{who.name}-session"[:64])
        if isinstance(who, Session):
            self.sessions.choose(who)
        self._show()

    def _assumed(self, session: Session, who: Acting) -> None:
        self._makers.remember(session, who)
        self.acting.value = session

    def _drop(self, session: Session) -> str:
        """Act as whoever made a session, and say as whom."""
        if self._who() != session:
            return "You do not act with this session, so there is nothing to drop."
        base = self._makers.base(session)
        if base == session:
            return "✖ This is no session of a role, so there is nobody to go back to. Choose above who to act as."
        if base is None or not base.exists_in(self._lab.world):
            return "✖ No user of this world made this session. Choose above who to act as."
        self.acting.value = base
        counts = standing(self._lab.world.state, session.record).counts
        left = f" The credentials of the session stay good until {session.expires:%H:%M:%S} UTC." if counts else ""
        return f"✔ Dropped. You act as {self.acting.label} again, with the permissions you had before.{left}"

    # What the world does

    def _world_changed(self) -> None:
        self.trial.forget()
        self._follow()

    def _follow(self) -> None:
        """Show what the world is now. What has not changed is not sent to the page again."""
        self._begun = min(self._begun, len(self._lab.trail))
        self.clock.follow()
        self.form.offer(roles(self._lab))
        self._offer_callers()
        self._show()

    def _offer_callers(self) -> None:
        """Everybody whom one can act as now; whoever acts goes on, and gives way only when no longer there."""
        before, options = self._who(), callers(self._lab)
        there = [one for _, one in options]
        self._offering = True
        offer(self.acting, options)
        if before is not None and before not in there:
            heir = self._makers.heir(before, there)
            self.acting.value = heir if heir is not None else self._who()
            what = "session that you acted with" if isinstance(before, Session) else "user that you acted as"
            said = f"The {what} is not in this world any more. You act as {self.acting.label or 'nobody'}."
            self.noted.value = notice(said, "Who am I")
        self._offering = False

    def _show(self) -> None:
        self.identity.value = identity_html(self._identity())
        self.sessions.follow(self._who())
        self._compare()
        calls = [one for at, one in enumerate(self._lab.trail) if one.checked or at >= self._begun]
        self.trail.value = calls_html(calls[-CALLS:])

    def _compare(self, _: Any = None) -> None:
        chosen = self.sessions.chosen.value
        self.swap.value = side_by_side(self._lab, self._makers, self._who(), chosen, self._requests)

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

    # What stays when the cell is run again, and what gives way to a newer answer

    def _fields(self) -> dict[str, Widget]:
        typed = {name: getattr(self.form, name) for name in FIELDS}
        return {**typed, "by": self.clock.by, "action": self.trial.action, "resource": self.trial.resource}

    def _recall(self) -> None:
        kept = memory.recall("assume console", self._key) or {}
        for name, field in self._fields().items():
            field.value = kept.get(name, field.value)

    def _keep(self, _: Any) -> None:
        memory.keep("assume console", self._key, {name: one.value for name, one in self._fields().items()})

    def _watch(self) -> None:
        self.acting.observe(self._acted, names="value")
        self.sessions.chosen.observe(self._compare, names="value")
        for field in self._fields().values():
            field.observe(self._keep, names="value")
        for answer in self._answers():
            answer.observe(self._answered, names="value")
        self._lab.world.observe(self._world_changed)

    def _answers(self) -> tuple[HTML, ...]:
        return (self.noted, self.clock.result, self.form.result, self.sessions.result, self.trial.result)

    def _answered(self, change: Any) -> None:
        """One answer stands at a time: the one to what was done last."""
        if change.new:
            for answer in self._answers():
                if answer is not change.owner:
                    answer.value = ""
