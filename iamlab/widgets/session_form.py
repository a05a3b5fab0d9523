"""The form that assumes a role: what AssumeRole is given, what comes back, and what to do when AWS refuses."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from ipywidgets import HTML, Checkbox, Dropdown, GridBox, HBox, Layout, Textarea, VBox

from iamlab.core.errors import IamlabError, PolicyError
from iamlab.core.evaluation import Decision
from iamlab.lab import Lab
from iamlab.views.html import element, join, page
from iamlab.views.sessions import moment_words, time_words
from iamlab.views.sessions_html import facts, refusal_html, shortened
from iamlab.widgets.acting import Acting
from iamlab.widgets.answers import live, reveal_button
from iamlab.widgets.fields import ANOTHER, INDENT, LABEL, offer, text_field
from iamlab.world.authorization import AccessDeniedError
from iamlab.world.identities import Role
from iamlab.world.sessions import Session

FIELDS: Final = ("session_name", "duration", "external_id", "mfa", "policy", "typed")
"""The fields that are kept when the cell is run again."""
NOT_SENT: Final = (
    "The console's Switch role sends neither an external ID nor MFA nor a session policy: leave them empty, or act as "
    "the user, who calls AssumeRole."
)

REMEDIES: Final = {
    "durationSeconds": "Write whole seconds from 900 (15 minutes) to the longest session of the role.",
    "exceeds the MaxSessionDuration": "Ask for no more than the role's longest session, which stands below its name.",
    "role chaining": "From a session to the next role, ask for 3600 seconds or less.",
    "roleSessionName": "Write 2 to 64 letters, digits or _+=,.@- without blanks, such as dana-session.",
    "externalId": "Write 2 to 1224 letters, digits or _+=,.@:/- without blanks, or leave it empty.",
    "is no role": "Choose a role from the list, or type an ARN such as arn:aws:iam::111111111111:role/Reader.",
    "by root accounts": "Act as a user or a session.",
    "MFA device": "Take the tick away, or act as a user who has a device.",
    "ExpiredToken": "Drop the session, and act as the user again.",
    "InvalidClientTokenId": "Act as somebody else.",
}
"""What to do about an error, by a word of it; the first that fits."""
FORBIDDEN: Final = "A statement forbids it, and no Allow gets past that: it would have to be changed."
MISSING: Final = (
    "The role's trust policy must let the caller in. Unless it names the caller, a policy of the caller must allow "
    "sts:AssumeRole as well; and across accounts it must in any case."
)


class AssumeForm(VBox):  # type: ignore[misc]
    """The fields of AssumeRole and a button. ``assumed`` is told of each new session, with who called for it."""

    def __init__(
        self, lab: Lab, acting: Callable[[], Acting | None], assumed: Callable[[Session, Acting], None]
    ) -> None:
        self._lab, self._acting, self._assumed = lab, acting, assumed
        self._suggested = ""
        self.role = Dropdown(description="Role", layout=_field(), style=LABEL)
        self.typed = text_field("Its ARN", placeholder="arn:aws:iam::111111111111:role/Reader")
        self.about = HTML(layout=Layout(margin=INDENT))
        self.session_name = text_field("Session name")
        self.duration = text_field("Duration (seconds)", value="3600")
        self.external_id = text_field("External ID", placeholder="none")
        # In a row of its own: in half a row of a narrow page its words are cut off.
        mfa_row = Layout(width="auto", grid_area="auto / 1 / auto / -1")
        self.mfa = Checkbox(description="Send the code of my MFA device", layout=mfa_row, style=LABEL)
        self.policy = text_field(
            "Session policy",
            kind=Textarea,
            max_width="54rem",
            placeholder="none, or a policy in JSON that narrows the session",
            rows=2,
        )
        self.assume = reveal_button("Assume the role")
        self.result = live()
        fields = [self.role, self.typed, self.session_name, self.duration, self.external_id, self.mfa]
        grid = GridBox(
            fields, layout=Layout(grid_template_columns="repeat(auto-fit, minmax(20rem, 1fr))", max_width="54rem")
        )
        super().__init__(
            [grid, self.policy, self.about, HBox([self.assume], layout=Layout(margin=INDENT)), self.result]
        )
        self.role.observe(self._described, names="value")
        self.assume.on_click(self._assume)

    def offer(self, roles: list[tuple[str, Any]]) -> None:
        """The roles that there are now; the one that was chosen stays chosen if it still is there."""
        offer(self.role, [*roles, (ANOTHER, ANOTHER)])
        self._described()

    def suggest(self, name: str) -> None:
        """A session name that says who acts, unless the learner has written another."""
        if self.session_name.value in ("", self._suggested):
            self.session_name.value = name
        self._suggested = name

    def _described(self, _: Any = None) -> None:
        role = self.role.value
        self.typed.layout.display = None if role == ANOTHER else "none"
        if not isinstance(role, Role) or not role.exists_in(self._lab.world):
            self.about.value = ""
            return
        longest = role.max_session_duration
        said = f"Role {role.name}: its longest session is {longest} seconds. {role.description}"
        self.about.value = page(element("p", shortened(said)), label="About the role")

    def _assume(self, _: Any = None) -> None:
        who = self._acting()
        switched = self._in_console(who)
        try:
            if who is None:
                raise IamlabError("There is nobody who could assume a role. Create a user first.", code="InvalidInput")
            session = self._switch(who) if switched else self._called(who)
        except IamlabError as error:
            self.result.value = refusal_html(error, _remedy(error))
            return
        self._assumed(session, who)
        self.result.value = self._answer(session, switched)

    def _called(self, who: Acting) -> Session:
        """AssumeRole as the form has it; an empty field is left out."""
        policy = self.policy.value.strip() or None
        return self._lab.sts.assume_role(
            who,
            self._role(),
            self.session_name.value,
            duration=_whole(self.duration.value.strip()),
            policy=policy,
            external_id=self.external_id.value or None,
            mfa=self.mfa.value,
        )

    def _switch(self, who: Any) -> Session:
        if self.external_id.value or self.mfa.value or self.policy.value.strip():
            raise IamlabError(NOT_SENT, code="InvalidInput")
        return self._lab.sts.switch_role(who, self._role())

    def _in_console(self, who: Acting | None) -> bool:
        return isinstance(who, Session) and who.exists_in(self._lab.world) and who.record.kind == "console"

    def _role(self) -> Role | str:
        chosen: Role | str = self.role.value
        return self.typed.value.strip() if isinstance(chosen, str) else chosen

    def _answer(self, session: Session, switched: bool) -> str:
        """What came back; the secret stays where it is, to be revealed once in Python."""
        now = self._lab.clock.now
        given = {
            "Arn": session.arn,
            "AssumedRoleId": session.assumed_role_id,
            "AccessKeyId": session.id,
            "Expiration": f"{moment_words(session.expires, now)} UTC, in {time_words(session.time_left)}",
        }
        parts = [element("p", "✔ Assumed. From now on you act with this session:"), facts(given)]
        if switched:
            parts.append(element("p", "The console switched roles: it chose the name and how long the session lasts."))
        return page(join(*parts), label="The role was assumed")


def _whole(text: str) -> Any:
    """Seconds as a number; what is none goes to AWS as it is, and the default is AWS's."""
    if not text:
        return None
    return int(text) if re.fullmatch(r"[+-]?\d{1,12}", text, re.ASCII) else shortened(text)


def _remedy(error: IamlabError) -> str:
    if isinstance(error, PolicyError):
        return "Mend the session policy, or leave it empty."
    if isinstance(error, AccessDeniedError):
        return FORBIDDEN if error.evaluation.decision is Decision.EXPLICIT_DENY else MISSING
    return next((remedy for word, remedy in REMEDIES.items() if word in str(error)), "")


def _field() -> Layout:
    return Layout(width="auto")
