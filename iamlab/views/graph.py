"""Graphs as values: nodes, edges and the sentences that say the same; nothing here draws."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from iamlab.analysis.words import capital
from iamlab.core.matching import NamedPolicy
from iamlab.core.policy import Effect, Statement
from iamlab.world import managed_policies

if TYPE_CHECKING:
    import pandas as pd


EVERYBODY_HERE: Final = "everybody in this account"
"""What an account is as a principal, in the box of that account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A thing: its kind is a key of ``language.NODES``, ``account`` the box it stands in (or empty)."""

    kind: str
    name: str
    account: str = ""
    detail: str = field(default="", compare=False, repr=False)
    """What is behind it, for whoever looks closer: a policy's text."""

    @property
    def words(self) -> str:
        """Kind and name: ``user alice``; where the name says the kind, the name alone."""
        if self.name == EVERYBODY_HERE:
            return f"everybody in account {self.account}"  # a sentence stands in no box
        said = {self.kind, f"{self.kind}s", f"{self.kind}s:"} & set(self.name.split())
        return self.name if said or self.kind == "step" else f"{self.kind} {self.name}"


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
    here: Node | None = None
    """The node that one is at, in a graph that is walked through; drawn with a double line."""

    @property
    def sentences(self) -> tuple[str, ...]:
        """The whole graph in words, for whoever cannot see it: one sentence for each edge and each lonely node."""
        related = {node for edge in self.edges for node in (edge.source, edge.target)}
        lonely = (
            f"{node.words} {self.alone}." if self.alone else node.name for node in self.nodes if node not in related
        )
        return (*(sentence(edge) for edge in self.edges), *(capital(one) for one in lonely))

    def table(self) -> pd.DataFrame:
        """One row for each relation, in the words of its sentence; ``deciding`` is a bool."""
        import pandas as pd  # here, so that importing iamlab stays cheap

        rows = [(edge.source.words, edge.label, edge.target.words) for edge in self.edges]
        frame = pd.DataFrame(rows, columns=["from", "relation", "to"]).astype("string")
        return frame.assign(deciding=pd.array([edge.deciding for edge in self.edges], dtype="bool"))

    def __repr__(self) -> str:
        return "\n".join((f"{self.title}:", *(f"- {one}" for one in self.sentences)))


def sentence(edge: Edge) -> str:
    """The relation in words: ``User alice is a member of group Developers.``"""
    return capital(f"{edge.source.words} {edge.label} {edge.target.words}.")


def node_key(index: int) -> str:
    """The key of a graph's node by its number, in drawings and in what is told of them."""
    return f"n{index}"


def edge_key(index: int) -> str:
    """The key of a graph's edge by its number."""
    return f"e{index}"


def graph_of(title: str, nodes: Iterable[Node], edges: Iterable[Edge], alone: str) -> Graph:
    """A graph of these edges, each once, with the nodes at their ends and those given."""
    kept = tuple(edges)
    ends = (node for edge in kept for node in (edge.source, edge.target))
    return Graph(
        title=title,
        nodes=tuple(dict.fromkeys((*nodes, *ends))),
        edges=tuple(dict.fromkeys(kept)),
        alone=alone,
    )


def policy_node(policy: NamedPolicy, owner: Node) -> Node:
    """A managed policy is one node for all; an inline policy belongs to its owner."""
    name = policy.name if policy.arn else f"{policy.name} (inline in {owner.words})"
    account = "" if managed_policies.is_aws(policy.arn) else owner.account
    return Node(kind="policy", name=name, account=account, detail=policy.policy.to_json())


def attachment(owner: Node, policy_node: Node, policy: NamedPolicy) -> Edge:
    """From whoever has a policy to the policy: managed ones are attached, inline ones embedded."""
    return edge(owner, policy_node, "attached", "has attached" if policy.arn else "has embedded")


def relation(statement: Statement) -> str:
    """What a statement does to what it is about, as a key of ``language.EDGES``."""
    return "allows" if statement.effect is Effect.ALLOW else "denies"


def edge(source: Node, target: Node, relation: str, label: str, *, deciding: bool = False) -> Edge:
    """An edge, in short."""
    return Edge(source=source, target=target, relation=relation, label=label, deciding=deciding)
