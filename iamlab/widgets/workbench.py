"""The policy workbench: write a policy, and see at each key what it allows, what is dubious, and what is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from ipywidgets import Button, HBox, Layout

from iamlab.analysis.finding import Finding
from iamlab.core.errors import IamlabError, PolicyError
from iamlab.core.policy import Policy, PolicyKind, PolicySource, allow
from iamlab.core.request import ANONYMOUS
from iamlab.lab import Caller, Lab, ResourceLike
from iamlab.lessons import checks, result
from iamlab.lessons.exercise import PolicyExercise, Probe
from iamlab.lessons.named_worlds import lab_of
from iamlab.lessons.probing import asked
from iamlab.views import explain
from iamlab.views.html import Markup, element, join, page
from iamlab.widgets import memory
from iamlab.widgets.answers import live, notice, reveal_button
from iamlab.widgets.editor import Editor
from iamlab.widgets.frame import FramedBox
from iamlab.widgets.undo import history
from iamlab.world.identities import Group, Role, User

Asked = tuple[Caller, str] | tuple[Caller, str, ResourceLike]
"""A request: who, which action, and on which resource, where the action takes one."""

START: Final = allow("s3:ListAllMyBuckets").document
"""A policy to begin with."""
MOST_FINDINGS: Final = 8
NAME: Final = "Workbench"


class PolicyWorkbench(FramedBox):
    """Edit a policy as JSON; requests that must be allowed and must be denied are judged again after each edit.

    For an ``exercise`` (its id), it brings the exercise's world and requests. Otherwise the policy is embedded under
    ``name`` in ``on``: a user, group or role of the lab, or the name of one. ``must_allow`` and ``must_deny`` are
    requests: ``(alice, "s3:GetObject", arn)``. ``policy`` is what the editor begins with. Raises IamlabError
    (``InvalidInput``, ``ValidationError``, ``NoSuchEntity``) for anything else.
    """

    def __init__(
        self,
        lab: Lab | str | None = None,
        policy: PolicySource | None = None,
        *,
        on: User | Group | Role | str | None = None,
        name: str = NAME,
        must_allow: Iterable[Asked] = (),
        must_deny: Iterable[Asked] = (),
        exercise: str | None = None,
    ) -> None:
        self._exercise = _exercise(exercise)
        self._on: User | Group | Role | None = None
        self._name = name
        if self._exercise is not None:
            self._lab = self._exercise.world()
            self._probes = self._exercise.probes
            self._put: Callable[[Lab, Policy], Any] = self._exercise.apply
            begins = policy or self._exercise.untouched or START
            title = f"Policy workbench: exercise {self._exercise.id}"
        else:
            if lab is None or not isinstance(on, User | Group | Role | str):
                raise IamlabError(
                    "A workbench works for an exercise, PolicyWorkbench(exercise='01.2'), or on a user, group or role "
                    "of a lab: PolicyWorkbench(lab, on=alice).",
                    code="InvalidInput",
                )
            self._lab = lab_of(lab)
            self._on = found = _named(self._lab, on) if isinstance(on, str) else on
            self._probes = (*_probes(must_allow, allowed=True), *_probes(must_deny, allowed=False))
            self._put = self._embed
            begins = policy or self._embedded() or START
            title = f"Policy workbench: {name} of {found.kind} {found.name}"
        self._kind = self._exercise.kind if self._exercise else PolicyKind.IDENTITY
        parsed = begins if isinstance(begins, str) else Policy.parse(begins, self._kind).document
        self._begins = parsed if isinstance(parsed, str) else json.dumps(parsed, indent=2)
        # Tried on one, then on another: under a name of its own the text goes along.
        self._keys = (title, *([f"policy {name}"] if self._exercise is None and name != NAME else []))
        kept = next((text for key in self._keys if (text := memory.recall("workbench", key)) is not None), None)
        self.editor = Editor(kept if kept is not None else self._begins, label=f"{title}: text of the policy")
        self.status = live()
        self.judged = live()
        self.findings = live()
        self.feedback = live()
        self.reset = Button(description="Start over", layout=Layout(width="auto"))
        buttons: list[Button] = []
        if self._exercise is not None:
            self.check = reveal_button("Check the exercise")
            self.check.on_click(self._check)
            buttons = [self.check]
        else:
            self.apply = reveal_button("Put it into the world")
            self.undo = Button(description="Undo", layout=Layout(width="auto"))
            self.apply.on_click(self._apply)
            self.undo.on_click(self._undo)
            buttons = [self.apply, self.undo]
        bar = HBox([*buttons, self.reset])
        super().__init__(title, [self.editor, self.status, bar, self.feedback, self.judged, self.findings])
        self.editor.observe(self._edited, names="text")
        self.reset.on_click(self._start_over)
        self._lab.world.observe(self._world_changed)
        self._judge()

    @property
    def text(self) -> str:
        """What stands in the editor now."""
        found: str = self.editor.text
        return found

    @property
    def answer(self) -> Any:
        """The policy for ``check``: as a dict where the text is JSON, and as text otherwise."""
        try:
            return json.loads(self.text) if len(self.text) <= 131_072 else self.text
        except (ValueError, RecursionError):
            return self.text

    def static_answer(self) -> str:
        """What is asked of the policy, and how to do it without the widget."""
        plain = f"check({self._exercise.id!r}, policy)" if self._exercise else f"put_policy({self._name!r}, policy)"
        return f"{self._label}. Write the policy and see what it allows. In plain Python: {plain}."

    def static_html(self) -> str:
        """The same, with the text and what is asked of it; what comes out is for whoever has tried."""
        wanted = (f"{one.words} must be {'allowed' if one.allowed else 'denied'}." for one in self._probes)
        asked_of_it = element("ul", join(*(element("li", one) for one in wanted)))
        return join(element("p", self.static_answer()), element("pre", self.text), asked_of_it)

    # What happens

    def _edited(self, _: Any) -> None:
        for key in self._keys:
            memory.keep("workbench", key, self.text)
        self.feedback.value = ""
        self._judge()

    def _world_changed(self) -> None:
        self._judge()

    def _judge(self) -> None:
        """Say what is wrong with the text or, when nothing is, what it does and what is dubious in it."""
        try:
            policy = Policy.parse(self.text, self._kind)
            if self._kind is PolicyKind.TRUST:
                self._put(self._lab.copy(), policy)  # the world knows who may be named as a Principal
        except PolicyError as error:
            self.editor.mark(error)
            self.status.value = notice(f"✖ Not valid yet. {error}", "Error in the policy")
            self.judged.value = notice("As soon as the policy is valid, the requests are judged.", "Requests")
            self.findings.value = ""
            return
        self.editor.mark(None)
        self.status.value = notice("✔ AWS would store this policy.", "The policy is valid")
        self.judged.value = self._requests(policy)
        self.findings.value = (
            _findings_html(self._lab.findings(policy, kind=self._kind.value)) if policy.statements else ""
        )

    def _requests(self, policy: Policy) -> str:
        if not self._probes:
            return ""
        world = self._lab.copy()
        try:
            self._put(world, policy)
            rows = [_row(probe, asked(probe, world)) for probe in self._probes]
        except IamlabError as error:
            return notice(f"✖ {error}", "Requests")
        good = sum(ok for ok, _ in rows)
        summary = f"{good} of {len(rows)} requests come out as they must."
        head = element("tr", join(*(element("th", one, scope="col") for one in ("", "Request", "Must be", "Is"))))
        table = element("table", join(element("thead", head), element("tbody", join(*(row for _, row in rows)))))
        return page(join(element("p", element("strong", summary)), table), label="Requests")

    def _embed(self, world: Lab, policy: Policy) -> None:
        """Into the same user, group or role of a copy of the world."""
        assert self._on is not None
        type(self._on)(world.world, self._on.id).put_policy(self._name, policy)

    def _embedded(self) -> Policy | None:
        """What stands under this name now; a policy of that name that comes through a group is another one."""
        reaching = self._on.policies if self._on else ()
        own = (one.policy for one in reaching if one.name == self._name and not one.arn and not one.via)
        return next(own, None)

    def _apply(self, _: Any) -> None:
        words = f"put {self._name} into {self._on.kind} {self._on.name}" if self._on else ""
        try:
            history(self._lab).do(self._lab, words, lambda: self._put(self._lab, Policy.parse(self.text)))
        except IamlabError as error:
            self.feedback.value = notice(f"✖ Nothing has changed. {error}", "Error")
            return
        command = self._lab.trail[-1].cli()
        said = join(element("p", f"✔ Done: {words}. As a command:"), element("pre", command))
        self.feedback.value = page(said, label="Done")

    def _undo(self, _: Any) -> None:
        words = history(self._lab).undo(self._lab)
        self.feedback.value = notice(f"Taken back: {words}." if words else "There is nothing to undo.", "Undo")

    def _check(self, _: Any) -> None:
        assert self._exercise is not None
        self.feedback.value = result.html(checks.check(self._exercise.id, self.answer))

    def _start_over(self, _: Any) -> None:
        self.editor.load(self._begins)


def _exercise(exercise_id: str | None) -> PolicyExercise | None:
    if exercise_id is None:
        return None
    found = checks.EXERCISES.get(exercise_id)
    if not isinstance(found, PolicyExercise):
        raise IamlabError(f"{exercise_id!r} is no exercise in which a policy is written.", code="ValidationError")
    return found


def _probes(requests: Iterable[Asked], *, allowed: bool) -> Iterable[Probe]:
    for who, action, *about in requests:
        resource = about[0] if about else None
        name = who if isinstance(who, str) else getattr(who, "name", repr(who))
        on = f" on {getattr(resource, 'arn', resource)}" if resource is not None else ""

        def ask(
            lab: Lab, who: Any = who, action: str = action, resource: Any = resource
        ) -> Any:  # bound now, asked later
            return lab.evaluate(_there(lab, who), action, getattr(resource, "arn", resource))

        yield Probe(words=f"{name} asks for {action}{on}", ask=ask, allowed=allowed)


def _there(lab: Lab, who: Any) -> Any:
    """The same caller in a copy of its lab; a caller may be given by its name."""
    if isinstance(who, str):
        return who if who == ANONYMOUS or who.endswith(".amazonaws.com") else _named(lab, who)
    return next((one for one in (*lab.callers, *lab.sessions) if one.caller == who.caller), who)


def _named(lab: Lab, name: str) -> User | Group | Role:
    everybody = (one for account in lab.accounts for one in (*account.principals, *account.groups))
    found = next((one for one in everybody if one.name == name), None)
    if found is None:
        raise IamlabError(f"There is no user, group or role {name!r} in this lab.", code="NoSuchEntity")
    return found


def _row(probe: Probe, evaluation: Any) -> tuple[bool, Markup]:
    good = evaluation.allowed is probe.allowed
    cells = (
        element("td", "✔ as it must" if good else "✖ not yet"),
        element("td", probe.words),
        element("td", "allowed" if probe.allowed else "denied"),
        element("td", explain.verdict(evaluation)),
    )
    return good, element("tr", join(*cells))


def _findings_html(found: Sequence[Finding]) -> str:
    if not found:
        return notice("Nothing in it is dubious.", "Findings")
    items = [
        element(
            "li",
            join(
                element("strong", f"{one.level.value} at {one.place}"),
                f": {one.problem} {one.why} {one.remedy} ({one.id})",
            ),
        )
        for one in found[:MOST_FINDINGS]
    ]
    left = len(found) - MOST_FINDINGS
    more = element("p", f"and {left} more.") if left > 0 else ""
    count = f"{len(found)} finding{'' if len(found) == 1 else 's'} about the policy:"
    return page(join(element("p", count), element("ul", join(*items)), more), label="Findings")
