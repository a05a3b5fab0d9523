"""Graphs as values: nodes, edges and the sentences that say the same; nothing here draws."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from iamlab.core.arn import Arn
from iamlab.core.evaluation import Evaluation
from iamlab.core.layers import Layer
from iamlab.core.matching import NamedPolicy
from iamlab.core.policy import Effect, Statement
from iamlab.core.request import PrincipalType
from iamlab.world.callers import identity_policies
from iamlab.world.entities import EntityRecord, UserRecord
from iamlab.world.state import State

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A thing: its kind is a key of ``language.NODES``, ``account`` the box it stands in (or empty)."""

    kind: str
    name: str
    account: str = ""

    @property
    def words(self) -> str:
        """Kind and name: ``user alice``; where the name says the kind, the name alone."""
        said = {self.kind, f"{self.kind}s", f"{self.kind}s:"} & set(self.name.split())
        return self.name if said else f"{self.kind} {self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """A relation between two things: ``relation`` is a key of ``language.EDGES``, ``label`` says it in full."""

    source: Node
    target: Node
    relation: str
    label: str
    deciding: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """A picture's contents: what there is, how it is related, and what the whole says."""

    title: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    alone: str = "is related to nothing here"

    @property
    def sentences(self) -> tuple[str, ...]:
        """The whole graph in words, for whoever cannot see it: one sentence for each edge and each lonely node."""
        related = {node for edge in self.edges for node in (edge.source, edge.target)}
        lonely = (f"{node.words} {self.alone}." for node in self.nodes if node not in related)
        return tuple(_capital(one) for one in (*(_sentence(edge) for edge in self.edges), *lonely))

    def table(self) -> pd.DataFrame:
        """One row for each relation, in the words of its sentence; ``deciding`` is a bool."""
        import pandas as pd  # here, so that importing iamlab stays cheap

        rows = [(edge.source.words, edge.label, edge.target.words) for edge in self.edges]
        frame = pd.DataFrame(rows, columns=["from", "relation", "to"]).astype("string")
        return frame.assign(deciding=pd.array([edge.deciding for edge in self.edges], dtype="bool"))

    def __repr__(self) -> str:
        return "\n".join((f"{self.title}:", *(f"- {one}" for one in self.sentences)))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _sentence(edge: Edge) -> str:
    return f"{edge.source.words} {edge.label} {edge.target.words}."


def _graph(title: str, nodes: Iterable[Node], edges: Iterable[Edge], alone: str) -> Graph:
    kept = tuple(edges)
    ends = (node for edge in kept for node in (edge.source, edge.target))
    return Graph(
        title=title,
        nodes=tuple(dict.fromkeys((*nodes, *ends))),
        edges=tuple(dict.fromkeys(kept)),
        alone=alone,
    )


MOST: Final = 60
"""Things in the picture of a world; of a larger one it shows how many there are of each kind."""


def world_graph(state: State) -> Graph:
    """The whole world: memberships, attachments, and what each policy allows and denies on which resource.

    Of a large world, how many there are of each kind in each account.
    """
    names = {one.id: f"{one.name} ({one.id})" for one in state.accounts.values()}
    if len(state.entities) + len(state.resources) > MOST:
        return _counted(state, names)
    nodes = [_entity_node(record, names) for record in state.entities.values()]
    things = [one for one in state.resources.values() if one.kind != "object"]
    buckets = [Node(kind="resource", name=one.arn, account=names[one.account]) for one in things]
    known = {node.name: node for node in buckets}
    edges = [edge for record in state.entities.values() for edge in _entity_edges(state, record, names)]
    placed = [replace(edge, target=known.get(edge.target.name, edge.target)) for edge in edges]
    return _graph("The world", [*nodes, *buckets], placed, alone="stands alone: no policy connects it with anything")


def _counted(state: State, names: dict[str, str]) -> Graph:
    """One node for each kind in each account, with its number."""
    kinds = Counter((one.account, one.kind, one.kind) for one in state.entities.values())
    kinds += Counter((one.account, "resource", one.kind) for one in state.resources.values())
    nodes = tuple(
        Node(kind=look, name=f"{number:,} {kind}{'s' if number > 1 else ''}", account=names[account])
        for (account, look, kind), number in kinds.items()
    )
    title = "The world, counted: too large to draw. Ask a question and draw its answer: lab.graph(lab.who_can(...))"
    return Graph(title=title, nodes=nodes, edges=(), alone="stand in their account")


def _entity_node(record: EntityRecord, names: dict[str, str]) -> Node:
    return Node(kind=record.kind, name=record.name, account=names[record.account])


def _entity_edges(state: State, record: EntityRecord, names: dict[str, str]) -> Iterator[Edge]:
    node = _entity_node(record, names)
    if isinstance(record, UserRecord):
        for group_id in record.groups:
            yield _edge(node, _entity_node(state.entities[group_id], names), "member of", "is a member of")
    for policy in identity_policies(state, record):
        if not policy.via:
            target = _policy_node(policy, node)
            yield _attachment(node, target, policy)
            yield from _policy_edges(target, policy)


def _policy_node(policy: NamedPolicy, owner: Node) -> Node:
    """A managed policy is one node for all; an inline policy belongs to its owner."""
    name = policy.name if policy.arn else f"{policy.name} (inline in {owner.words})"
    return Node(kind="policy", name=name, account="" if policy.arn.startswith("arn:aws:iam::aws:") else owner.account)


def _attachment(owner: Node, policy_node: Node, policy: NamedPolicy) -> Edge:
    return _edge(owner, policy_node, "attached", "has attached" if policy.arn else "has embedded")


def _policy_edges(node: Node, policy: NamedPolicy) -> Iterator[Edge]:
    for statement in policy.policy.statements:
        relation = _relation(statement)
        label = f"{relation} {_actions(statement)} on"
        for resource in statement.resources:
            name = "every resource (*)" if resource == "*" else resource
            yield _edge(node, Node(kind="resource", name=name), relation, label)
        if statement.not_resources:
            name = "everything except " + ", ".join(statement.not_resources)
            yield _edge(node, Node(kind="resource", name=name), relation, label)


def _relation(statement: Statement) -> str:
    return "allows" if statement.effect is Effect.ALLOW else "denies"


def _actions(statement: Statement) -> str:
    named = statement.actions or statement.not_actions
    shown = ", ".join(named[:3]) + (f" and {len(named) - 3} more" if len(named) > 3 else "")
    return shown if statement.actions else f"everything except {shown}"


def _edge(source: Node, target: Node, relation: str, label: str, *, deciding: bool = False) -> Edge:
    return Edge(source=source, target=target, relation=relation, label=label, deciding=deciding)


def question_graph(evaluation: Evaluation) -> Graph:
    """One request: the policies that reach the caller, what each says to it, and which of them decided."""
    request = evaluation.request
    caller = Node(kind=_CALLERS[request.principal.type], name=_caller_name(evaluation))
    asked_about = "* (the action takes none)" if request.resource == "*" else request.resource
    target = Node(kind="resource", name=asked_about)
    edges: list[Edge] = []
    entity = caller
    if request.principal.type is PrincipalType.ROLE_SESSION and evaluation.layers:
        entity = Node(kind="role", name=Arn.parse(request.principal.role_arn).name)
        edges.append(_edge(caller, entity, "session of", "is a session of"))
    judged = {layer.name for layer in evaluation.layers}
    for policy in evaluation.policies.identity if "identity" in judged else ():
        holder = Node(kind="group", name=policy.via) if policy.via else entity
        node = _policy_node(policy, holder)
        if policy.via:
            edges.append(_edge(caller, holder, "member of", "is a member of"))
        edges.append(_attachment(holder, node, policy))
        edges.extend(_answers(node, target, policy, evaluation))
    for layer in evaluation.layers:
        for policy in _policies(evaluation, layer) if layer.name != "identity" else ():
            node = Node(kind="policy", name=f"{policy.name} ({_LAYERS[layer.name]})")
            whose = target if layer.name in ("resource", "rcps") else entity
            edges.append(_edge(whose, node, "attached", _UNDER[layer.name]))
            edges.extend(_answers(node, target, policy, evaluation))
    if not any(edge.relation in _SAYING for edge in edges):
        edges.append(_nothing_said(evaluation, entity, target))
    title = f"{request.principal.name} asks for {request.action}: {evaluation.decision.value}"
    return _graph(title, [caller, target], edges, alone="is part of the question")


def _policies(evaluation: Evaluation, layer: Layer) -> tuple[NamedPolicy, ...]:
    levels = evaluation.policies.levels(layer.name)
    return tuple(policy for level in levels for policy in level)


def _nothing_said(evaluation: Evaluation, entity: Node, target: Node) -> Edge:
    action = evaluation.request.action
    if evaluation.allowed:
        return _edge(entity, target, "needs no policy", f"needs no policy for {action} on", deciding=True)
    return _edge(entity, target, "says nothing", f"has no policy that allows {action} on", deciding=True)


_SAYING = ("allows", "denies", "says nothing")
_LAYERS = {
    "rcps": "resource control policy",
    "scps": "service control policy",
    "endpoint": "VPC endpoint policy",
    "resource": "resource policy",
    "boundary": "permissions boundary",
    "session": "session policy",
}
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
    found = ((layer, one) for layer in evaluation.layers for one in layer.matches if one.source is policy)
    layers = [(layer, one) for layer, one in found]
    applying = [one for _, one in layers if one.applies]
    deciding = {id(one) for one in evaluation.deciding}
    for one in applying:
        relation = _relation(one.statement)
        yield _edge(node, target, relation, f"{relation} {action} on", deciding=id(one) in deciding)
    if not applying:
        silent = any(layer.name == evaluation.silent for layer, _ in layers)
        yield _edge(node, target, "says nothing", f"says nothing about {action} on", deciding=silent)
