"""The whole world as a graph: who is in which group, what is attached to whom, who trusts whom, and what it allows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from iamlab.core.arn import Arn, is_account_id
from iamlab.core.policy import Effect, Policy, Statement
from iamlab.views.graph import Edge, Graph, Node, attachment, edge, graph_of, policy_node, relation
from iamlab.views.nodes import account_node, asked_node, box, entity_node, profile_node, thing_node
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
    if len(state.entities) + len(state.resources) > MOST:
        return _counted(state)
    entities = [entity_node(state, record) for record in state.entities.values()]
    things = [thing_node(state, one) for one in state.resources.values() if one.kind != "object"]
    profiles = {id_: profile_node(state, one) for id_, one in state.profiles.items()}
    edges = [one for record in state.entities.values() for one in _entity_edges(state, record)]
    edges += [one for record in state.resources.values() for one in _thing_edges(state, record)]
    edges += [
        edge(profiles[id_], entity_node(state, state.entities[one.role]), "holds", "holds")
        for id_, one in state.profiles.items()
        if one.role
    ]
    edges += [
        edge(thing_node(state, one), profiles[one.profile], "attached", "runs with")
        for one in state.resources.values()
        if one.profile in profiles
    ]
    alone = "stands alone: no policy connects it with anything"
    return graph_of("The world", [*entities, *things, *profiles.values()], edges, alone=alone)


def _counted(state: State) -> Graph:
    """One node for each kind in each account, with its number."""
    kinds = Counter((one.account, one.kind, one.kind) for one in state.entities.values())
    kinds += Counter((one.account, "resource", one.kind) for one in state.resources.values())
    nodes = tuple(
        Node(kind=look, name=f"{number:,} {kind}{'s' if number > 1 else ''}", account=box(state, account))
        for (account, look, kind), number in kinds.items()
    )
    title = "The world, counted: too large to draw. Ask a question and draw its answer: lab.graph(lab.who_can(...))"
    return Graph(title=title, nodes=nodes, edges=(), alone="stand in their account")


def _entity_edges(state: State, record: EntityRecord) -> Iterator[Edge]:
    node = entity_node(state, record)
    if isinstance(record, UserRecord):
        for group_id in record.groups:
            group = entity_node(state, state.entities[group_id])
            yield edge(node, group, "member of", "is a member of")
    if isinstance(record, RoleRecord):
        for statement in documents.current(state, record.trust).statements:
            yield from _trust_edges(state, node, statement)
    for policy in identity_policies(state, record):
        if not policy.via:
            target = policy_node(policy, node)
            yield attachment(node, target, policy)
            yield from _policy_edges(state, target, policy.policy)
    if record.boundary:
        name = record.boundary.rpartition("/")[2]
        yield edge(node, Node(kind="policy", name=f"{name} (as boundary)"), "limits", "is limited by")


def _trust_edges(state: State, role: Node, statement: Statement) -> Iterator[Edge]:
    """Who may assume the role as far as the role is concerned; permission to do so is another matter."""
    for principal in _principals(state, statement):
        provisos = ["under a condition"] if statement.conditions else []
        if statement.effect is Effect.ALLOW:
            if principal.kind == "account":
                whose = "their" if principal.account else "its"
                provisos.append(f"as far as {whose} own policies allow")
            yield edge(principal, role, "trusts", f"is trusted{_set_off(provisos)} by")
        else:
            yield edge(principal, role, "denies", f"is refused{_set_off(provisos)} by")


def _set_off(provisos: list[str]) -> str:
    return f", {' and '.join(provisos)}," if provisos else ""


def _principals(state: State, statement: Statement) -> Iterator[Node]:
    """Whom a statement names, as nodes of the picture."""
    if statement.not_principals:
        excepted = ", ".join(name for _, name in statement.not_principals)
        yield Node(kind="caller", name=f"everybody except {excepted}")
    for kind, name in statement.principals:
        entity = state.entity_at(name)
        account = name if is_account_id(name) else _account(name)
        if entity is not None:
            yield entity_node(state, entity)
        elif kind == "Service":
            yield Node(kind="service", name=name)
        elif kind == "Federated":
            yield Node(kind="identity provider", name=name)
        elif name == "*":
            yield Node(kind="caller", name="everybody")
        else:
            yield account_node(state, account) if account else Node(kind="caller", name=name)


def _account(arn: str) -> str:
    """The account that an ARN such as ``arn:aws:iam::111111111111:root`` stands for; empty for another ARN."""
    return Arn.parse(arn).account if arn.endswith(":root") else ""


def _thing_edges(state: State, record: ResourceRecord) -> Iterator[Edge]:
    """A resource's own policy: whom it names, and what it allows and denies them."""
    if record.policy is None:
        return
    thing = thing_node(state, record)
    policy: Policy = documents.current(state, record.policy)
    node = Node(kind="policy", name=f"policy of {record.name}", account=thing.account, detail=thing.detail)
    for statement in policy.statements:
        for principal in _principals(state, statement):
            yield edge(principal, node, "attached", "is named in the")
    said = [
        replace(one, target=thing)
        if one.target.name in (EVERYTHING, thing.name)
        else one  # a star is the resource itself
        for one in _policy_edges(state, node, policy)
    ]
    yield from said
    if all(one.target != thing for one in said):
        yield edge(thing, node, "attached", "has the")


def _policy_edges(state: State, node: Node, policy: Policy) -> Iterator[Edge]:
    for statement in policy.statements:
        said = relation(statement)
        label = f"{said} {_actions(statement)} on"
        for resource in statement.resources:
            everything = Node(kind="resource", name=EVERYTHING)
            yield edge(node, everything if resource == "*" else asked_node(state, resource), said, label)
        if statement.not_resources:
            name = "everything except " + ", ".join(statement.not_resources)
            yield edge(node, Node(kind="resource", name=name), said, label)


def _actions(statement: Statement) -> str:
    named = statement.actions or statement.not_actions
    shown = ", ".join(named[:3]) + (f" and {len(named) - 3} more" if len(named) > 3 else "")
    return shown if statement.actions else f"everything except {shown}"
