"""The whole world as a graph: who is in which group, what is attached to whom, who trusts whom, and what it allows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from iamlab.core.arn import Arn
from iamlab.core.policy import Effect, Policy, Statement
from iamlab.views.graph import Edge, Graph, Node, attachment, edge, graph_of, policy_node, relation
from iamlab.world import documents
from iamlab.world.callers import identity_policies
from iamlab.world.entities import EntityRecord, RoleRecord, UserRecord
from iamlab.world.resources import ResourceRecord
from iamlab.world.state import State

EVERYTHING: Final = "every resource (*)"
MOST: Final = 60
"""Things in the picture of a world; of a larger one it shows how many there are of each kind."""


def world_graph(state: State) -> Graph:
    """The whole world: memberships, attachments, and what each policy allows and denies on which resource.

    Of a large world, how many there are of each kind in each account.
    """
    names = {one.id: f"{one.name} ({one.id})" for one in state.accounts.values()}
    if len(state.entities) + len(state.resources) > MOST:
        return _counted(state, names)
    entities = [_entity_node(state, record, names) for record in state.entities.values()]
    things = [_thing_node(state, one, names) for one in state.resources.values() if one.kind != "object"]
    profiles = {id_: _profile_node(state, id_, names) for id_ in state.profiles}
    known = {node.name: node for node in things}
    known |= {record.arn: node for record, node in zip(state.entities.values(), entities, strict=True)}
    edges = [one for record in state.entities.values() for one in _entity_edges(state, record, names)]
    edges += [one for record in state.resources.values() for one in _thing_edges(state, record, names)]
    edges += [
        edge(profiles[id_], _entity_node(state, state.entities[one.role], names), "holds", "holds")
        for id_, one in state.profiles.items()
        if one.role
    ]
    edges += [
        edge(_thing_node(state, one, names), profiles[one.profile], "attached", "runs with")
        for one in state.resources.values()
        if one.profile in profiles
    ]
    placed = [replace(one, target=known.get(one.target.name, one.target)) for one in edges]
    alone = "stands alone: no policy connects it with anything"
    return graph_of("The world", [*entities, *things, *profiles.values()], placed, alone=alone)


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


def _entity_node(state: State, record: EntityRecord, names: dict[str, str]) -> Node:
    detail = documents.current(state, record.trust).to_json() if isinstance(record, RoleRecord) else ""
    return Node(kind=record.kind, name=record.name, account=names[record.account], detail=detail)


def _thing_node(state: State, record: ResourceRecord, names: dict[str, str]) -> Node:
    detail = documents.current(state, record.policy).to_json() if record.policy else ""
    return Node(kind="resource", name=record.arn, account=names[record.account], detail=detail)


def _profile_node(state: State, id_: str, names: dict[str, str]) -> Node:
    record = state.profiles[id_]
    return Node(kind="instance profile", name=record.name, account=names[record.account])


def _entity_edges(state: State, record: EntityRecord, names: dict[str, str]) -> Iterator[Edge]:
    node = _entity_node(state, record, names)
    if isinstance(record, UserRecord):
        for group_id in record.groups:
            group = _entity_node(state, state.entities[group_id], names)
            yield edge(node, group, "member of", "is a member of")
    if isinstance(record, RoleRecord):
        for statement in documents.current(state, record.trust).statements:
            yield from _trust_edges(state, node, statement, names)
    for policy in identity_policies(state, record):
        if not policy.via:
            target = policy_node(policy, node)
            yield attachment(node, target, policy)
            yield from _policy_edges(target, policy.policy)
    if record.boundary:
        name, _, _ = record.boundary.rpartition("/")[2].partition(":")
        yield edge(node, Node(kind="policy", name=f"{name} (as boundary)"), "limits", "is limited by")


def _trust_edges(state: State, role: Node, statement: Statement, names: dict[str, str]) -> Iterator[Edge]:
    """Who may assume the role as far as the role is concerned; permission to do so is another matter."""
    trusted = statement.effect is Effect.ALLOW
    condition = ", under a condition," if statement.conditions else ""
    for principal in _principals(state, statement, names):
        label = f"is {'trusted' if trusted else 'refused'}{condition} by"
        yield edge(principal, role, "trusts" if trusted else "denies", label)


def _principals(state: State, statement: Statement, names: dict[str, str]) -> Iterator[Node]:
    """Whom a statement names, as nodes of the picture."""
    if statement.not_principals:
        excepted = ", ".join(name for _, name in statement.not_principals)
        yield Node(kind="caller", name=f"everybody except {excepted}")
    for kind, name in statement.principals:
        entity = state.entity_at(name)
        if entity is not None:
            yield _entity_node(state, entity, names)
        elif kind == "Service":
            yield Node(kind="service", name=name)
        elif kind == "Federated":
            yield Node(kind="identity provider", name=name)
        elif name == "*":
            yield Node(kind="caller", name="everybody")
        else:
            account = name if name.isdigit() else _account(name)
            yield Node(kind="account", name=names.get(account, account)) if account else Node(kind="caller", name=name)


def _account(arn: str) -> str:
    """The account that an ARN such as ``arn:aws:iam::111111111111:root`` stands for; empty for another ARN."""
    return Arn.parse(arn).account if arn.endswith(":root") else ""


def _thing_edges(state: State, record: ResourceRecord, names: dict[str, str]) -> Iterator[Edge]:
    """A resource's own policy: whom it names, and what it allows and denies them."""
    if record.policy is None:
        return
    thing = _thing_node(state, record, names)
    policy: Policy = documents.current(state, record.policy)
    node = Node(kind="policy", name=f"policy of {record.name}", account=names[record.account], detail=thing.detail)
    for statement in policy.statements:
        for principal in _principals(state, statement, names):
            yield edge(principal, node, "attached", "is named in the")
    said = [
        replace(one, target=thing)
        if one.target.name in (EVERYTHING, thing.name)
        else one  # a star is the resource itself
        for one in _policy_edges(node, policy)
    ]
    yield from said
    if all(one.target != thing for one in said):
        yield edge(thing, node, "attached", "has the")


def _policy_edges(node: Node, policy: Policy) -> Iterator[Edge]:
    for statement in policy.statements:
        said = relation(statement)
        label = f"{said} {_actions(statement)} on"
        for resource in statement.resources:
            name = EVERYTHING if resource == "*" else resource
            yield edge(node, Node(kind="resource", name=name), said, label)
        if statement.not_resources:
            name = "everything except " + ", ".join(statement.not_resources)
            yield edge(node, Node(kind="resource", name=name), said, label)


def _actions(statement: Statement) -> str:
    named = statement.actions or statement.not_actions
    shown = ", ".join(named[:3]) + (f" and {len(named) - 3} more" if len(named) > 3 else "")
    return shown if statement.actions else f"everything except {shown}"
