"""The policy workbench: write a policy, and see at each key what it allows, what is dubious, and what is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final

from ipywidgets import Button, HBox, Layout

from iamlab.analysis.finding import Finding
from iamlab.core.errors import IamlabError, PolicyError
from iamlab.core.policy import Policy, PolicyKind, PolicySource
from iamlab.lab import Lab
from iamlab.lessons import checks, result
from iamlab.lessons.exercise import Probe
from iamlab.lessons.policy_answers import DOTS, LONGEST, has_dots, refusal
from iamlab.lessons.probing import asked, wanted
from iamlab.views import explain
from iamlab.views.html import Markup, element, join, page
from iamlab.widgets import memory
from iamlab.widgets.answers import live, notice, reveal_button
from iamlab.widgets.changes import changed, prepare, undone
from iamlab.widgets.editor import Editor
from iamlab.widgets.frame import FramedBox
from iamlab.widgets.task import NAME, Asked, Holder, Task, of_exercise, of_holder

MOST_FINDINGS: Final = 8


class PolicyWorkbench(FramedBox):
    """Edit a policy as JSON; requests that must be allowed and must be denied are judged again after each edit.

    For an ``exercise`` (its id), it brings the exercise's world and requests. Otherwise the policy is embedded under
    ``name`` in ``on``: a user, group or role of the lab, or the name of one. ``must_allow`` and ``must_deny`` are
    requests: ``(alice, "s3:GetObject", arn)``. ``policy`` is what the editor begins with. Raises IamlabError
    (``InvalidInput``, ``ValidationError``, ``NoSuchEntity``) for anything else, and as ``lab.evaluate`` does for a
    request that cannot be asked.
    """

    def __init__(
        self,
        lab: Lab | str | None = None,
        policy: PolicySource | None = None,
        *,
        on: Holder | str | None = None,
        name: str = NAME,
        must_allow: Iterable[Asked] = (),
        must_deny: Iterable[Asked] = (),
        exercise: str | None = None,
    ) -> None:
        self._task = _task(lab, policy, on, name, must_allow, must_deny, exercise)
        self._lab = self._task.lab
        kept = next((text for key in self._task.keys if (text := memory.recall("workbench", key)) is not None), None)
        begins = kept if kept is not None else self._task.begins
        self.editor = Editor(begins, label=f"{self._task.title}: text of the policy")
        self.status = live()
        self.judged = live()
        self.findings = live()
        self.feedback = live()
        self.reset = Button(description="Start over", layout=Layout(width="auto"))
        bar = HBox([*self._buttons(), self.reset])
        children = [self.editor, self.status, bar, self.feedback, self.judged, self.findings]
        super().__init__(self._task.title, children)
        self.editor.observe(self._edited, names="text")
        self.reset.on_click(self._start_over)
        self._lab.world.observe(self._world_changed)
        self._judge()

    def _buttons(self) -> list[Button]:
        """What can be done with the policy: check the exercise, or put it into the world and take it back."""
        if self._task.exercise:
            self.check = reveal_button("Check the exercise")
            self.check.on_click(self._check)
            return [self.check]
        prepare()
        self.apply = reveal_button("Put it into the world")
        self.undo = Button(description="Undo", layout=Layout(width="auto"))
        self.apply.on_click(self._apply)
        self.undo.on_click(self._undo)
        return [self.apply, self.undo]

    @property
    def text(self) -> str:
        """What stands in the editor now."""
        found: str = self.editor.text
        return found

    @property
    def answer(self) -> Any:
        """The policy for ``check``: as a dict where the text is JSON, and as text otherwise."""
        try:
            return json.loads(self.text) if len(self.text) <= LONGEST else self.text
        except (ValueError, RecursionError):
            return self.text

    def static_answer(self) -> str:
        """What is asked of the policy, and how to do it without the widget."""
        return f"{self._label}. Write the policy and see what it allows. In plain Python: {self._task.plain}."

    def static_html(self) -> str:
        """The same, with the text and what is asked of it; what comes out is for whoever has tried."""
        return join(element("p", self.static_answer()), element("pre", self.text), self._wanted())

    # What happens

    def _edited(self, _: Any) -> None:
        for key in self._task.keys:
            memory.keep("workbench", key, self.text)
        self.feedback.value = ""
        self._judge()

    def _world_changed(self) -> None:
        self._judge()

    def _judge(self) -> None:
        """Say what is wrong with the text or, when nothing is, what it does and what is dubious in it."""
        try:
            policy = Policy.parse(self.text, self._task.kind)
            if self._task.kind is PolicyKind.TRUST:
                self._task.put(self._lab.copy(), policy)  # the world knows who may be named as a Principal
        except PolicyError as error:
            self.editor.mark(None if has_dots(self.text) else error)
            self.status.value = notice(self._wrong(error), "Error in the policy")
            self.judged.value = self._pending()
            self.findings.value = ""
            return
        self.editor.mark(None)
        self.status.value = notice("✔ AWS would store this policy.", "The policy is valid")
        self.judged.value = self._requests(policy)
        self.findings.value = (
            _findings_html(self._lab.findings(policy, kind=self._task.kind.value)) if policy.statements else ""
        )

    def _wanted(self) -> Markup:
        """What is asked of the policy, request by request."""
        return element("ul", join(*(element("li", f"{wanted(one)}.") for one in self._task.probes)))

    def _pending(self) -> str:
        """The requests that wait for a policy that is valid."""
        if not self._task.probes:
            return ""
        said = element("p", "As soon as the policy is valid, these requests are judged:", cls="iamlab-rule")
        return page(join(said, self._wanted()), label="Requests")

    def _wrong(self, error: PolicyError) -> str:
        if has_dots(self.text):
            return f"… {DOTS}"
        return f"✖ Not valid yet. {refusal(error) if self._task.exercise else error}"

    def _requests(self, policy: Policy) -> str:
        if not self._task.probes:
            return ""
        world = self._lab.copy()
        try:
            self._task.put(world, policy)
            rows = [_row(probe, asked(probe, world)) for probe in self._task.probes]
        except IamlabError as error:
            return notice(f"✖ {error}", "Requests")
        good = sum(ok for ok, _ in rows)
        summary = f"{good} of {len(rows)} requests come out as they must."
        head = element("tr", join(*(element("th", one, scope="col") for one in ("", "Request", "Must\u00a0be", "Is"))))
        table = element("table", join(element("thead", head), element("tbody", join(*(row for _, row in rows)))))
        return page(join(element("p", element("strong", summary)), table), label="Requests")

    def _apply(self, _: Any) -> None:
        def put() -> None:
            self._task.put(self._lab, Policy.parse(self.text))

        _, self.feedback.value = changed(self._lab, self._task.doing, put)

    def _undo(self, _: Any) -> None:
        self.feedback.value = undone(self._lab)

    def _check(self, _: Any) -> None:
        self.feedback.value = result.html(checks.check(self._task.exercise, self.answer))

    def _start_over(self, _: Any) -> None:
        self.editor.load(self._task.begins)


def _task(
    lab: Lab | str | None,
    policy: PolicySource | None,
    on: Holder | str | None,
    name: str,
    must_allow: Iterable[Asked],
    must_deny: Iterable[Asked],
    exercise: str | None,
) -> Task:
    if exercise is not None:
        return of_exercise(exercise, policy)
    if lab is None or not isinstance(on, Holder | str):
        raise IamlabError(
            "A workbench works for an exercise, PolicyWorkbench(exercise='01.2'), or on a user, group or role "
            "of a lab: PolicyWorkbench(lab, on=alice).",
            code="InvalidInput",
        )
    return of_holder(lab, on, name, policy, must_allow, must_deny)


def _row(probe: Probe, evaluation: Any) -> tuple[bool, Markup]:
    good = evaluation.allowed is probe.allowed
    cells = (
        element("td", "✔\u00a0as\u00a0it\u00a0must" if good else "✖\u00a0not\u00a0yet"),
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
