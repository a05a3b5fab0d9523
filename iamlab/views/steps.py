"""A decision step by step: the request, each type of policy in AWS's order, the verdict; and that as a graph."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from iamlab.analysis.words import value_words
from iamlab.core.evaluation import Evaluation
from iamlab.core.layers import Decision, Layer
from iamlab.core.settlement import Reason
from iamlab.views import explain
from iamlab.views.graph import Edge, Graph, Node
from iamlab.views.html import Markup, code, element, join
from iamlab.views.language import VERDICTS
from iamlab.views.policy_text import deciding_policies


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step: its name, what it says in a sentence, and whether it is the one that decided."""

    kind: str
    name: str
    sentence: str
    layer: Layer | None = None
    decides: bool = False


def steps(evaluation: Evaluation) -> tuple[Step, ...]:
    """The steps of a decision, from the request to the verdict.

    Requests that are settled before any policy is read have one step between the two, which says so.
    """
    request = evaluation.request
    on = f" on {request.resource}" if request.resource != "*" else ", an action that takes no resource"
    first = Step(
        kind="request", name=request.action, sentence=f"{request.principal.name} asks for {request.action}{on}."
    )
    last = Step(
        kind="verdict", name=VERDICTS[evaluation.decision].word, sentence=explain.verdict(evaluation), decides=True
    )
    between = [_layer_step(evaluation, layer) for layer in evaluation.layers]
    special = {Reason.FREE: "actions that need no permission", Reason.ROOT: "what the root user may do"}.get(
        evaluation.reason
    )
    if special:
        between.append(Step(kind="step", name=special, sentence=evaluation.rule.sentence, decides=True))
    return (first, *between, last)


def _layer_step(evaluation: Evaluation, layer: Layer) -> Step:
    return Step(
        kind="step",
        name=explain.layer_words(evaluation, layer.name),
        sentence=explain.says(evaluation, layer),
        layer=layer,
        decides=_decides(evaluation, layer),
    )


def _decides(evaluation: Evaluation, layer: Layer) -> bool:
    """Whether this type of policy settled it: it forbids, it should have allowed, or its Allow is what counts."""
    if evaluation.decision is Decision.EXPLICIT_DENY:
        return layer.decision is Decision.EXPLICIT_DENY
    if evaluation.decision is Decision.IMPLICIT_DENY:
        return layer.name == evaluation.silent
    deciding = {id(one) for one in evaluation.deciding}
    return any(id(one) in deciding for one in layer.matches)


def step_html(evaluation: Evaluation, step: Step) -> Markup:
    """One step, to be put into a page: its sentence, and for a type of policy each statement against the request."""
    parts: list[str] = [element("p", element("strong", step.sentence))]
    if step.kind == "request":
        parts.append(_request(evaluation))
    elif step.layer is not None:
        if step.layer.matches:
            parts.append(explain.layer_table(evaluation, step.layer))
        if step.decides:
            parts.append(element("p", "This is the step that decides."))
        parts.append(deciding_policies(evaluation, step.layer))
    elif step.kind == "verdict":
        parts += [explain.message(evaluation), explain.rule_card(evaluation)]
    return join(*parts)


def _request(evaluation: Evaluation) -> Markup:
    request = evaluation.request
    said = [f"{key} is {value_words(value)}" for key, value in sorted(request.context.items())]
    listed = join(*(element("li", one) for one in said)) if said else element("li", "nothing else")
    words = element("p", "What comes with the request, and conditions can look at:")
    return join(element("p", join("The caller is ", code(request.principal.arn), ".")), words, element("ul", listed))


def flow_graph(evaluation: Evaluation, at: int | None = None) -> Graph:
    """The steps as a flow from the request to the verdict; the way out of each step that decides is marked.

    A denial goes straight to the verdict; steps behind it stand alone. ``at`` is the number of the step that one is at,
    from 0.
    """
    all_ = steps(evaluation)
    nodes = [Node(kind=one.kind, name=one.name) for one in all_]
    last = len(all_) - 1
    end = last if evaluation.allowed else next(number for number, one in enumerate(all_) if one.decides)
    edges = [
        _edge(evaluation, one, nodes[number], nodes[number + 1 if number < end else last])
        for number, one in enumerate(all_[: min(end + 1, last)])
    ]
    return Graph(
        title=f"How AWS decides on {evaluation.request.action}: {evaluation.decision.value}",
        nodes=tuple(nodes),
        edges=tuple(edges),
        alone="can change nothing any more",
        here=None if at is None else nodes[at],
    )


def _edge(evaluation: Evaluation, step: Step, source: Node, target: Node) -> Edge:
    """The way from one step to the next, in the words of what the step says."""
    if step.layer is None:
        how = "settles it:" if step.decides else "leads to"
        return Edge(source=source, target=target, relation="leads to", label=how, deciding=step.decides)
    said = explain.says(evaluation, step.layer).partition(": ")[2].rstrip(".")
    needless = evaluation.allowed and step.layer.decision is Decision.IMPLICIT_DENY
    then = "which is not needed here; next:" if needless else "so:" if target.kind == "verdict" else "next:"
    return Edge(
        source=source,
        target=target,
        relation=_LOOKS[step.layer.decision],
        label=f"{said}, {then}",
        deciding=step.decides,
    )


_LOOKS: Final = {
    Decision.ALLOW: "allows",
    Decision.EXPLICIT_DENY: "denies",
    Decision.IMPLICIT_DENY: "says nothing",
}
