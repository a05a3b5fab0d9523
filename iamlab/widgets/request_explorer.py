"""The request explorer: choose who asks for what, predict, see the verdict with its reasons, and step through it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from ipywidgets import HTML, Dropdown, Text, VBox

from iamlab import catalog
from iamlab.analysis.subjects import services_in
from iamlab.core.errors import IamlabError
from iamlab.core.evaluation import Evaluation
from iamlab.core.request import ANONYMOUS
from iamlab.lab import CallerLike, Lab
from iamlab.lessons.named_worlds import lab_of
from iamlab.views import explain
from iamlab.views.html import element, page
from iamlab.widgets.fields import ANOTHER, offer, wide
from iamlab.widgets.frame import FramedBox, discard
from iamlab.widgets.questions import VerdictQuestion
from iamlab.widgets.stepper import Stepper
from iamlab.world.entities import RoleRecord
from iamlab.world.identities import Role, Root, User

ACTIONS: Final = (
    "s3:ListAllMyBuckets",
    "s3:ListBucket",
    "s3:GetObject",
    "s3:PutObject",
    "s3:DeleteBucket",
    "iam:ListUsers",
    "iam:GetUser",
    "iam:CreateUser",
    "ec2:DescribeInstances",
    "sts:GetCallerIdentity",
)
"""Real actions to begin with: some take a resource, some take none, one needs no permission."""

NO_RESOURCE: Final = "(this action takes no resource)"
FOUND: Final = 40
"""Actions that a search offers."""
MOST_KEYS: Final = 6
"""Condition keys that can be filled in; the first that statements look at."""


class RequestExplorer(FramedBox):
    """Ask a lab one request at a time; the verdict stays hidden until it has been predicted.

    ``lab`` is a lab or the name of a story's world. ``actions`` are on offer at first; every other action of AWS can
    be searched for. The explorer follows its lab: after any change the old verdict is gone.
    Raises IamlabError (``InvalidAction``) for an action that does not exist.
    """

    def __init__(self, lab: Lab | str, actions: Sequence[str] = ACTIONS) -> None:
        self._lab = lab_of(lab)
        self._offered = tuple(catalog.find(name).name for name in actions)
        self.who = Dropdown(description="Who asks", layout=wide(), style=_LABEL)
        self.search = Text(
            description="Find an action",
            placeholder="words of its name, such as: s3 put",
            layout=wide(),
            style=_LABEL,
        )
        self.action = Dropdown(
            description="Action", options=_action_options(self._offered), layout=wide(), style=_LABEL
        )
        self.found = HTML()
        self.resource = Dropdown(description="Resource", layout=wide(), style=_LABEL)
        self.typed = Text(
            description="Its ARN", placeholder="arn:aws:s3:::acme-photos/1.jpg", layout=wide(), style=_LABEL
        )
        self.context_fields = VBox()
        self.question = VerdictQuestion(lambda: self.evaluation, self._revealed)
        self.stepper = Stepper()
        self._filling = False
        controls = [self.who, self.search, self.found, self.action, self.resource, self.typed, self.context_fields]
        super().__init__("Request explorer", [*controls, self.question, self.stepper])
        self._fill()
        for control in (self.who, self.action, self.resource, self.typed):
            control.observe(self._asked_anew, names="value")
        self.search.observe(self._searched, names="value")
        self._lab.world.observe(self._world_changed)

    # The names that tests and notebooks know it by.

    @property
    def prediction(self) -> Any:
        """The three verdicts to choose from."""
        return self.question.prediction

    @property
    def button(self) -> Any:
        """What reveals the verdict."""
        return self.question.button

    @property
    def answer(self) -> Any:
        """Where the verdict stands once it is revealed."""
        return self.question.answer

    @property
    def evaluation(self) -> Evaluation:
        """What the engine says to the request as chosen now.

        Raises IamlabError as ``lab.evaluate`` does, and when there is nobody who could ask.
        """
        return self._evaluate(self._context())

    def _evaluate(self, context: Mapping[str, Any]) -> Evaluation:
        if self.who.value is None:
            raise IamlabError("There is nobody who could ask. Create a user first.", code="InvalidInput")
        resource = self.typed.value.strip() if self.resource.value == ANOTHER else self.resource.value
        return self._lab.evaluate(self.who.value, self.action.value, resource, context)

    def static_answer(self) -> str:
        """How to ask the same without the widget."""
        return (
            "Request explorer: choose who asks, the action and the resource, predict, then reveal. "
            'In plain Python: reveal("implicit deny", lab.evaluate(alice, "s3:ListAllMyBuckets")).'
        )

    # What is on offer

    def _fill(self) -> None:
        """Offer the callers and resources that the world has now, and keep what was chosen where it still is there."""
        self._filling = True
        offer(self.who, _callers(self._lab))
        self._filling = False
        self._offer_resources()
        self._offer_keys()

    def _offer_resources(self) -> None:
        action = catalog.find(self.action.value)
        taken = [(arn, arn) for arn in self._lab.resources if action.takes(arn)]
        self._filling = True
        offer(self.resource, [(NO_RESOURCE, "*")] if action.wildcard_only else [*taken, (ANOTHER, ANOTHER)])
        self._filling = False
        self.resource.disabled = action.wildcard_only
        self.typed.layout.display = None if self.resource.value == ANOTHER else "none"

    def _offer_keys(self) -> None:
        """A field for each condition key that a statement about this action looks at; empty: as the world has it."""
        kept = {field.description: field.value for field in self.context_fields.children}
        try:
            asked = explain.asked_keys(self._evaluate({}))
        except IamlabError:
            asked = {}
        names = [catalog.find_key(key).name for key in list(asked)[:MOST_KEYS]]
        if names == list(kept):
            return
        fields = []
        for name, actual in zip(names, asked.values(), strict=False):
            placeholder = f"now: {actual}" if actual is not None else "not in the request"
            field = Text(
                description=name,
                value=kept.get(name, ""),
                placeholder=placeholder,
                layout=wide(),
                style={"description_width": "14rem"},
            )
            field.observe(self._key_changed, names="value")
            fields.append(field)
        gone, self.context_fields.children = self.context_fields.children, fields
        discard(*gone)

    def _context(self) -> dict[str, Any]:
        """The condition keys that have been filled in; several values of one key are separated by commas."""
        given = {
            field.description: field.value.strip() for field in self.context_fields.children if field.value.strip()
        }
        return {
            key: [one.strip() for one in value.split(",")] if catalog.find_key(key).multivalued else value
            for key, value in given.items()
        }

    def _searched(self, change: Any) -> None:
        names = catalog.search(change.new)
        offered = names[:FOUND] if change.new.strip() else self._offered
        if offered:
            self.action.options = _action_options(offered)
            self.action.value = offered[0]
        more = f", of which the first {FOUND} stand below" if len(names) > FOUND else ""
        count = f"{len(names):,} action{'' if len(names) == 1 else 's'} found{more}." if change.new.strip() else ""
        self.found.value = page(element("p", count), label="Found") if count else ""

    # What happens

    def _asked_anew(self, change: Any) -> None:
        if self._filling or change.new is None:
            return
        if change.owner is self.action:
            self._offer_resources()
        if change.owner is self.resource:
            self.typed.layout.display = None if self.resource.value == ANOTHER else "none"
        self._offer_keys()
        self.question.ask_anew()

    def _key_changed(self, _: Any) -> None:
        self.question.ask_anew()

    def _world_changed(self) -> None:
        self._fill()
        self.question.ask_anew()

    def _revealed(self, evaluation: Evaluation | None) -> None:
        self.stepper.show(evaluation)


_LABEL: Final = {"description_width": "8rem"}


def _action_options(names: Sequence[str]) -> list[tuple[str, str]]:
    return [(f"{name}  ({catalog.find(name).access_level})", name) for name in names]


def _callers(lab: Lab) -> list[tuple[str, CallerLike]]:
    """Everybody who can ask, in words: users, roles, root users, open sessions, services that policies name, nobody."""
    state = lab.world.state
    several = len(lab.accounts) > 1
    found: list[tuple[str, CallerLike]] = [(_words(one, several), one) for one in lab.callers]
    for session in lab.sessions:
        with suppress(IamlabError):  # its role or user is gone, and it counts no more (STS-26)
            found.append((f"session {session.arn.partition('/')[2]}", session))
    resource_policies = [one.policy.policy for one in state.resources.values() if one.policy]
    trusts = [one.trust.policy for one in state.entities.values() if isinstance(one, RoleRecord)]
    found += [(f"service {one.name}", one.name) for one in services_in(state, [*resource_policies, *trusts])]
    if resource_policies:
        found.append(("anybody, without signing in", ANONYMOUS))
    return found


def _words(caller: User | Role | Root, several_accounts: bool) -> str:
    words = {
        "user": f"user {caller.name}",
        "role": f"a session of role {caller.name}",
        "root": "the root user",
    }
    return words[caller.kind] + (f" of account {caller.account_id}" if several_accounts else "")
