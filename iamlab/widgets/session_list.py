"""The sessions of a world as a table, with what can be done about one: revoke its role's sessions, or drop it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ipywidgets import HTML, Button, Dropdown, HBox, Layout, VBox

from iamlab.core.errors import IamlabError
from iamlab.lab import Lab
from iamlab.views.sessions_html import sessions_html
from iamlab.widgets.acting import labels
from iamlab.widgets.answers import fleeting, live, notice
from iamlab.widgets.fields import INDENT, LABEL, offer, wide
from iamlab.widgets.undo import history
from iamlab.world.identities import REVOKED, Role
from iamlab.world.sessions import Session


class SessionList(VBox):  # type: ignore[misc]
    """A table of sessions and a choice of one. ``drop`` is asked to act as the user again, and says as whom."""

    def __init__(self, lab: Lab, drop: Callable[[Session], str]) -> None:
        self._lab, self._drop_it = lab, drop
        self.table = fleeting(HTML())
        self.chosen = Dropdown(description="Session", layout=wide(), style=LABEL)
        self.revoke = Button(description="Revoke the role's sessions", layout=Layout(width="auto"))
        self.drop = Button(description="Drop the session", layout=Layout(width="auto"))
        self.result = live()
        self._buttons = HBox([self.drop, self.revoke], layout=Layout(flex_flow="row wrap", margin=INDENT))
        super().__init__([self.table, self.chosen, self._buttons, self.result])
        self.revoke.on_click(self._revoke)
        self.drop.on_click(self._drop)

    def follow(self, acting: Any) -> None:
        """Show the sessions that there are now, and which of them somebody acts with."""
        state = self._lab.world.state
        records = tuple(state.sessions.values())
        mine = acting.id if isinstance(acting, Session) else ""
        self.table.value = sessions_html(state, records, mine)
        offer(self.chosen, [(words, Session(self._lab.world, id_)) for id_, words in labels(state).items()])
        for control in (self.chosen, self._buttons):
            control.layout.display = None if records else "none"

    def choose(self, session: Session) -> None:
        """Choose one of those that there are."""
        if session in [value for _, value in self.chosen.options]:
            self.chosen.value = session

    def _session(self) -> Session | None:
        session: Session | None = self.chosen.value
        if session is None:
            self.result.value = notice("There is no session yet. Assume a role above.", "Sessions")
        return session

    def _drop(self, _: Any) -> None:
        if session := self._session():
            self.result.value = notice(self._drop_it(session), "Sessions")

    def _revoke(self, _: Any) -> None:
        session = self._session()
        if session is None:
            return
        record = session.record
        if record.kind != "role":
            self.result.value = notice("✖ Only the sessions of a role are revoked; this one is a user's.", "Sessions")
            return
        role = Role(self._lab.world, record.entity)
        try:
            name = role.name
            history(self._lab).do(self._lab, f"revoked the sessions of role {name}", role.revoke_sessions)
        except IamlabError as error:
            self.result.value = notice(f"✖ Nothing has changed. {error}", "Sessions")
            return
        self.result.value = notice(
            f"✔ Revoked. Role {name} now has the inline policy {REVOKED}, which denies everything to sessions issued "
            "up to 30 seconds from now. Those that are open are not ended, they are denied. Move the clock on by 31 "
            "seconds (31s) before you assume the role again.",
            "Sessions",
        )
