"""One request as a graph: the policies that reach the caller, and what each says to it."""

from __future__ import annotations

from collections.abc import Iterator

from iamlab.core.arn import Arn
from iamlab.core.evaluation import Evaluation
from iamlab.core.layers import Layer
from iamlab.core.matching import NamedPolicy
from iamlab.core.request import PrincipalType
from iamlab.views.graph import Edge, Graph, Node, attachment, edge, graph_of, policy_node, relation
from iamlab.views.language import LAYERS


def question_graph(evaluation: Evaluation) -> Graph:
    """One request: the policies that reach the caller, what each says to it, and which of them decided."""
    request = evaluation.request
    caller = Node(kind=_CALLERS[request.principal.type], name=_caller_name(evaluation))
    target = _target(request.resource)
    edges: list[Edge] = []
    entity = caller
    if request.principal.type is PrincipalType.ROLE_SESSION and evaluation.layers:
        entity = Node(kind="role", name=Arn.parse(request.principal.role_arn).name)
        edges.append(edge(caller, entity, "session of", "is a session of"))
    judged = {layer.name for layer in evaluation.layers}
    for policy in evaluation.policies.identity if "identity" in judged else ():
        holder = Node(kind="group", name=policy.via) if policy.via else entity
        node = policy_node(policy, holder)
        if policy.via:
            edges.append(edge(caller, holder, "member of", "is a member of"))
        edges.append(attachment(holder, node, policy))
        edges.extend(_answers(node, target, policy, evaluation))
    for layer in evaluation.layers:
        for policy in _policies(evaluation, layer) if layer.name != "identity" else ():
            node = Node(kind="policy", name=f"{policy.name} ({LAYERS[layer.name].one})")
            whose = target if layer.name in ("resource", "rcps") else entity
            edges.append(edge(whose, node, "attached", _UNDER[layer.name]))
            edges.extend(_answers(node, target, policy, evaluation))
    if not any(edge.relation in _SAYING for edge in edges):
        edges.append(_nothing_said(evaluation, entity, target))
    title = f"{request.principal.name} asks for {request.action}: {evaluation.decision.value}"
    return graph_of(title, [caller, target], edges, alone="is part of the question")


def _target(resource: str) -> Node:
    """What a request is about; an identity in the shape of its kind."""
    if resource == "*":
        return Node(kind="resource", name="* (the action takes none)")
    arn = Arn.parse(resource)
    kind = arn.kind if arn.service == "iam" and arn.kind in ("user", "group", "role") else "resource"
    return Node(kind=kind, name=resource)


def _policies(evaluation: Evaluation, layer: Layer) -> tuple[NamedPolicy, ...]:
    levels = evaluation.policies.levels(layer.name)
    return tuple(policy for level in levels for policy in level)


def _nothing_said(evaluation: Evaluation, entity: Node, target: Node) -> Edge:
    action = evaluation.request.action
    if evaluation.allowed:
        return edge(entity, target, "needs no policy", f"needs no policy for {action} on", deciding=True)
    return edge(entity, target, "says nothing", f"has no policy that allows {action} on", deciding=True)


_SAYING = ("allows", "denies", "says nothing")
_UNDER = {
    "rcps": "is under",
    "scps": "is under",
    "endpoint": "comes through an endpoint with",
    "resource": "has the policy",
    "boundary": "is limited by",
    "session": "is limited by",
}

_CALLERS = {
    PrincipalType.ROOT: "root",
    PrincipalType.USER: "user",
    PrincipalType.ROLE_SESSION: "session",
    PrincipalType.FEDERATED_USER: "federated user",
    PrincipalType.SERVICE: "service",
    PrincipalType.PROVIDER: "identity provider",
    PrincipalType.ANONYMOUS: "caller",
}


def _caller_name(evaluation: Evaluation) -> str:
    principal = evaluation.request.principal
    return f"user of {principal.account}" if principal.type is PrincipalType.ROOT else principal.name


def _answers(node: Node, target: Node, policy: NamedPolicy, evaluation: Evaluation) -> Iterator[Edge]:
    """What one policy says to the request: its statements that apply, or its silence."""
    action = evaluation.request.action
    found = [(layer, one) for layer in evaluation.layers for one in layer.matches if one.source is policy]
    applying = [one for _, one in found if one.applies]
    deciding = {id(one) for one in evaluation.deciding}
    for one in applying:
        said = relation(one.statement)
        yield edge(node, target, said, f"{said} {action} on", deciding=id(one) in deciding)
    if not applying:
        silent = any(layer.name == evaluation.silent for layer, _ in found)
        yield edge(node, target, "says nothing", f"says nothing about {action} on", deciding=silent)
