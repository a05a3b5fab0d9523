"""Both sides of one request: the caller's policy and the other side's, each to be edited, each with its own verdict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ipywidgets import HTML, Button, Dropdown, HBox, Layout, Text

from iamlab.analysis.words import capital
from iamlab.core.errors import IamlabError
from iamlab.core.evaluation import Evaluation
from iamlab.core.policy import Policy
from iamlab.core.request import ANONYMOUS
from iamlab.lab import CallerLike, Lab, ResourceLike
from iamlab.lessons.named_worlds import lab_of
from iamlab.views.both_sides import callers_side, other_side
from iamlab.views.both_sides_html import request_html, whole_html
from iamlab.views.html import element, join, page
from iamlab.views.policy_text import policy_html
from iamlab.widgets.acting import the_one
from iamlab.widgets.answers import live, notice, reveal_button
from iamlab.widgets.changes import changed, prepare, undone
from iamlab.widgets.frame import FramedBox
from iamlab.widgets.half import Half, columns, same_document
from iamlab.widgets.side_policies import (
    NEW,
    Written,
    callers_policies,
    fixed_policies,
    holder_of,
    others_policy,
    policy_kind,
    resource_policy,
)

NEW_NAME: Final = "NewPolicy"


class BothSides(FramedBox):
    """One request as two halves: the policy of the caller's side and that of the other, side by side, to be edited.

    ``caller``, ``action``, ``resource`` and ``context`` as in ``lab.evaluate``; a user or role may be given by name.
    The verdicts of both halves and of the whole are shown from the first look on, by a button, and follow the lab from
    then on. Raises IamlabError as ``lab.evaluate`` does, and for a name that is nobody's (``NoSuchEntity``) or that
    several have (``InvalidInput``).
    """

    def __init__(
        self,
        lab: Lab | str,
        caller: CallerLike,
        action: str,
        resource: ResourceLike | None = None,
        context: Mapping[str, Any] | None = None,
    ) -> None:
        self._lab = lab_of(lab)
        prepare()
        self._caller = _named(self._lab, caller)
        self._asked = (action, resource, context)
        asked = self.evaluation.request
        self._action, self._resource = asked.action, asked.resource
        on = f" on {asked.resource}" if asked.resource != "*" else ""
        self._words = f"{asked.principal.name} asks for {asked.action}{on}"
        self._judged = self._busy = False
        self.head = HTML()
        self.which = Dropdown(description="Policy", layout=Layout(width="auto"), style=_LABEL)
        self.name = Text(description="Its name", value=NEW_NAME, layout=Layout(width="auto"), style=_LABEL)
        self.fixed = HTML()
        self.left = Half("The caller's side", self._words, [self.which, self.name, self.fixed])
        self.other = HTML()
        self.right = Half("The other side", self._words, [self.other])
        self.apply = reveal_button("Apply to the world")
        self.undo = Button(description="Undo", layout=Layout(width="auto"))
        self.reset = Button(description="Show what is in the world", layout=Layout(width="auto"))
        self.judge = reveal_button("Judge both sides")
        self.whole = live()
        self.result = live()
        bar = HBox([self.judge, self.apply, self.undo, self.reset], layout=Layout(flex_flow="row wrap"))
        super().__init__(
            f"Both sides: {self._words}",
            [self.head, columns([self.left, self.right]), bar, self.whole, self.result],
        )
        self._sync()
        self.which.observe(self._chosen, names="value")
        self.judge.on_click(self._judge)
        self.apply.on_click(self._apply)
        self.undo.on_click(self._undo)
        self.reset.on_click(self._start_over)
        self._lab.world.observe(self._world_changed)

    @property
    def evaluation(self) -> Evaluation:
        """What the engine says to the request now. Raises IamlabError as ``lab.evaluate`` does."""
        return self._lab.evaluate(self._caller, *self._asked)

    @property
    def answer(self) -> Lab:
        """The lab as it is now, for ``check``."""
        return self._lab

    def static_answer(self) -> str:
        """The request, and how to do the same without the widget."""
        return (
            f"Both sides: {self._words}. Two policies can have a say, the caller's and the other side's. In plain "
            "Python: lab.evaluate(...).layers, user.put_policy(name, policy), role.update_trust(policy), "
            "bucket.put_policy(policy)."
        )

    def static_html(self) -> str:
        """The same, with both texts; what they come to is for whoever has pressed the button."""
        halves = (
            join(element("p", element("strong", half.policy.words)), element("pre", half.text))
            for half in (self.left, self.right)
            if half.policy is not None
        )
        return join(element("p", self.static_answer()), *halves)

    # What is on offer

    def _sync(self, made: str = "") -> None:
        """Both halves as the world has them now; what was typed stays. ``made`` names a new policy, to be chosen."""
        holder = holder_of(self._lab, self._caller)
        policies = callers_policies(self._lab, holder, self._new_name) if holder is not None else ()
        self._offer(policies, f"inline policy {made} of {holder.kind} {holder.name}" if made and holder else "")
        fixed = fixed_policies(holder) if holder is not None else ()
        words = f"AWS's own policies reach this caller too, and cannot be edited: {'; '.join(fixed)}." if fixed else ""
        self.fixed.value = page(element("p", words), label="Other policies") if words else ""
        self._show_left()
        other = others_policy(self._lab, self._action, self._resource)
        self.right.show(other, self.right.draft(other) if other is not None else None)
        only_read = resource_policy(self._lab, self._resource) if other is None else None
        self.other.value = _read_only(only_read) if only_read is not None else ""
        self._say()

    def _offer(self, policies: tuple[Written, ...], made: str) -> None:
        """Keep what is chosen; at first, what was typed before, then what is about the action."""
        labels = [one.words for one in policies]
        kept = made or self.which.label
        if kept is not None and kept not in labels and policies and self.left.typed:
            kept = policies[-1].words  # its policy is gone: what was typed becomes that of a new one
            self.left.keep_for(policies[-1])
        if kept not in labels:
            drafts = [one.words for one in policies if self._draft(one, policies) is not None]
            fitting = [one.words for one in policies if one.is_about(self._action)]
            kept = next(iter((*drafts, *fitting, *labels)), None)
        self._busy = True
        self.which.options = [(one.words, one) for one in policies]
        self.which.index = labels.index(kept) if kept in labels else None
        self._busy = False

    def _show_left(self) -> None:
        policy: Written | None = self.which.value
        policies = tuple(value for _, value in self.which.options)
        self.left.show(policy, self._draft(policy, policies) if policy is not None else None)
        self.which.layout.display = None if policies else "none"
        self.name.layout.display = None if policy is not None and _is_new(policy) else "none"

    def _draft(self, policy: Written, policies: tuple[Written, ...]) -> str | None:
        """What was typed for a policy; a new one that has been made meanwhile is no draft any more."""
        draft = self.left.draft(policy)
        made = _is_new(policy) and draft is not None and any(same_document(draft, one.text) for one in policies)
        return None if made else draft

    def _new_name(self) -> str:
        name: str = self.name.value.strip()
        return name

    def _chosen(self, _: Any) -> None:
        if not self._busy:
            self._show_left()

    # What it says

    def _say(self) -> None:
        """The request and its two accounts; the verdicts, once somebody has looked at them."""
        try:
            evaluation = self.evaluation
        except IamlabError as error:  # who asks, or what is asked about, is gone
            self.left.say(None)
            self.right.say(None)
            self.whole.value = notice(f"This cannot be asked any more. {error}", "Error")
            return
        kind = policy_kind(self._lab, self._action, self._resource)
        self._say_head(evaluation, kind)
        self.left.say(callers_side(evaluation) if self._judged else None)
        self.right.say(other_side(evaluation, kind) if self._judged else None)
        self.whole.value = page(whole_html(evaluation, kind), label="The verdict") if self._judged else ""

    def _say_head(self, evaluation: Evaluation, kind: str) -> None:
        request = evaluation.request
        here, there = self._account(request.principal.account), self._account(request.resource_account)
        shown = request_html(evaluation, self._asked[2] or {}, (here, there), kind)
        self.head.value = page(shown, label="The request")
        policies = "Identity policies" if self.left.policy is not None else "No identity policy of its own"
        self.left.entitle(here, f"{policies} of {request.principal.name}")
        words = self.right.policy.words if self.right.policy is not None else kind or "No policy can stand there"
        self.right.entitle(there, capital(words))

    def _account(self, id_: str) -> str:
        record = self._lab.world.state.accounts.get(id_)
        return f"account {record.name} ({id_})" if record else f"account {id_}" if id_ else "no account"

    # What happens

    def _world_changed(self) -> None:
        if not self._busy:
            self._sync()

    def _judge(self, _: Any) -> None:
        self._judged = True
        self._say()

    def _apply(self, _: Any) -> None:
        halves = [half for half in (self.left, self.right) if half.typed]
        if not halves:
            self.result.value = notice("Both texts are as they are in the world: there is nothing to apply.", "Apply")
            return
        refused: list[tuple[Half, IamlabError]] = []

        def put() -> None:
            for half in halves:
                try:
                    half.put()
                except IamlabError as error:
                    refused.append((half, error))
                    raise

        self._busy = True  # nothing is shown that is not wholly done
        try:
            words = " and ".join(half.doing for half in halves)
            _, self.result.value = changed(self._lab, words, put)
        finally:
            self._busy = False
        new = self.which.value is not None and _is_new(self.which.value) and self.left in halves
        self._sync(self._new_name() if new and not refused else "")
        for half, error in refused:
            half.refused(error)

    def _undo(self, _: Any) -> None:
        self._busy = True
        try:
            self.result.value = undone(self._lab)
        finally:
            self._busy = False
        for half in (self.left, self.right):
            half.hold()
        self._sync()

    def _start_over(self, _: Any) -> None:
        self.left.start_over()
        self.right.start_over()


_LABEL: Final = {"description_width": "5rem"}


def _read_only(policy: Policy) -> str:
    words = "A function's policy is made of permissions, one by one: function.add_permission(...). It is now:"
    return page(join(element("p", words), policy_html(policy)), label="Policy of the function")


def _is_new(policy: Written) -> bool:
    return policy.words.startswith(NEW)


def _named(lab: Lab, caller: CallerLike) -> CallerLike:
    """The caller itself; a user or role may be given by its name."""
    if not isinstance(caller, str) or caller == ANONYMOUS or caller.endswith(".amazonaws.com"):
        return caller
    everybody = (one for account in lab.accounts for one in account.principals)
    return the_one([one for one in everybody if one.name == caller], caller, "user or role")
