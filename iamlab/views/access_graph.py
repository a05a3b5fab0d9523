"""Answers over a whole world as graphs: who can do it, by which way, and what a change did."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Final

from iamlab.analysis.access import Access
from iamlab.analysis.answers import Answer, Answers, action_words, labels
from iamlab.analysis.difference import Change, Difference, Turn
from iamlab.analysis.reach import Path, Paths
from iamlab.analysis.subjects import Subject
from iamlab.analysis.words import listed
from iamlab.views.graph import Edge, Graph, Node
from iamlab.views.nodes import asked_node, box
from iamlab.world.callers import Caller
from iamlab.world.state import State

MOST: Final = 10
"""Callers and resources in one graph; beyond that equal ones become one node with their number."""
Drawn = tuple[str, str, Node]
"""What is said of a caller: relation, label and resource."""


def answers_graph(answers: Answers) -> Graph:
    """Who can do it: an edge from each caller to the resource; callers of whom the same is said are drawn together."""
    drawn = [(one.subject, _answer(one)) for one in answers.found]
    return _graph(answers.title, drawn, answers.matrix.state, "Nobody may.")


def _answer(one: Answer) -> Drawn:
    by = f" (through {listed(one.through)})" if one.through else ""
    relation = "allows" if one.access is Access.ALLOWED else "depends"
    label = f"may do {action_words(one.actions)}{_in_brackets(one.when)}{by} on"
    return relation, label, _thing(one)


def _thing(one: Answer) -> Node:
    """What an answer is about, as of its moment."""
    return asked_node(one.matrix.state, one.cells[0].resource, one.resource)


def before_and_after(before: Answers, after: Answers) -> Graph:
    """One question at two moments in one graph: what is new, what is gone, what has another condition, what stayed."""
    then, now = _by_place(before), _by_place(after)
    alike: dict[tuple[Subject, _Became, str, str, Node], list[str]] = {}
    for place in dict.fromkeys((*now, *then)):
        one = now.get(place) or then[place]
        became, when = _became(then.get(place), now.get(place))
        by = _by(one, became, place[1], after)
        alike.setdefault((one.subject, became, when, by, _thing(one)), []).append(place[1])
    changes = sorted(alike.items(), key=lambda pair: pair[0][1].stayed)  # what has changed comes first
    drawn = [
        (subject, (became.relation, f"{became.verb} {action_words(tuple(actions))}{_in_brackets(when)}{by} on", thing))
        for (subject, became, when, by, thing), actions in changes
    ]
    return _graph(f"{after.title}: before and after", drawn, after.matrix.state, "Nobody may, and nobody could before.")


class _Became(Enum):
    """What became of an answer: the relation that is drawn, and the verb."""

    NEW = ("gained", "may now do")
    GONE = ("lost", "could until now do")
    LOOSER = ("gained", "may do")
    OTHER = ("depends", "may still do")  # under another condition
    ALLOWED = ("allows", "may, as before, do")
    DEPENDS = ("depends", "may, as before, do")

    def __init__(self, relation: str, verb: str) -> None:
        self.relation = relation
        self.verb = verb

    @property
    def stayed(self) -> bool:
        """Whether it is as it was."""
        return self in (_Became.ALLOWED, _Became.DEPENDS)


def _by_place(answers: Answers) -> dict[tuple[Caller, str, str], Answer]:
    """The answers by caller, action and resource, or what of it is meant."""
    return {(one.subject.caller, action, one.resource): one for one in answers.found for action in one.actions}


def _became(then: Answer | None, now: Answer | None) -> tuple[_Became, str]:
    """What became of an answer, and under which condition."""
    if then is None or now is None:
        there = now or then
        return (_Became.NEW if now else _Became.GONE), there.when if there else ""
    if (then.access, then.when) == (now.access, now.when):
        return (_Became.ALLOWED if now.access is Access.ALLOWED else _Became.DEPENDS), now.when
    became = _Became.LOOSER if now.access is Access.ALLOWED else _Became.OTHER
    return became, f"{now.when or 'always'}; before, {then.when or 'always'}"


def _by(one: Answer, became: _Became, action: str, after: Answers) -> str:
    """The statements that allow it, or did, and those that forbid it now."""
    said = [f"through {listed(one.through)}"] if one.through else []
    matrix = after.matrix
    if became is _Became.GONE and one.subject in matrix.subjects:
        cell = matrix.cell(one.subject, action, one.cells[0].resource)
        if cell.access is Access.EXPLICIT:
            said.append(f"forbidden now by {listed(labels(matrix.explain(cell)))}")
    return _in_brackets("; ".join(said))


def difference_graph(difference: Difference) -> Graph:
    """What a change did: an edge from each caller to each resource of which the answer is another one."""
    drawn = [(one.subject, _change(one)) for one in difference.changes]
    return _graph(difference.title, drawn, difference.states[1], "Nobody may do more or less than before.")


_TURNS: Final = {
    Turn.GAINED: ("gained", "gained"),
    Turn.LOST: ("lost", "lost"),
    Turn.LOOSENED: ("gained", "may now always do"),
    Turn.TIGHTENED: ("lost", "may do with a condition alone"),
}
"""The relation and the verb of each turn."""


def _change(one: Change) -> Drawn:
    relation, verb = _TURNS[one.turn]
    then, now = (asked_node(side.matrix.state, one.resource) for side in (one.before, one.after))
    thing = now if now.account else then  # one that is gone is drawn where it was
    return relation, f"{verb} {action_words(one.actions)}{_in_brackets(one.when)} on", thing


def _graph(title: str, drawn: Sequence[tuple[Subject, Drawn]], state: State, nothing: str) -> Graph:
    together = len({subject for subject, _ in drawn}) > MOST
    nodes = _together(drawn, state) if together else {one: _node(one, state) for one, _ in drawn}
    edges = [
        Edge(source=nodes[subject], target=thing, relation=relation, label=label)
        for subject, (relation, label, thing) in drawn
    ]
    return _drawn(title, list(dict.fromkeys(edges)), nothing, "ask about fewer")


def _drawn(title: str, edges: list[Edge], nothing: str, advice: str) -> Graph:
    """As many edges as can be read, and how many more there are; without any, the sentence that says so."""
    kept, left = _bounded(edges)
    note = f" (and {left:,} more that are not drawn: {advice})" if left else ""
    nodes = dict.fromkeys(node for edge in kept for node in (edge.source, edge.target))
    empty = () if kept else (Node(kind="caller", name=nothing),)
    return Graph(title=f"{title}{note}", nodes=(*nodes, *empty), edges=tuple(kept), alone="")


def _bounded(edges: list[Edge]) -> tuple[list[Edge], int]:
    """The first edges, with at most twelve nodes."""
    kept: list[Edge] = []
    nodes: set[Node] = set()
    for edge in edges:
        if len(nodes | {edge.source, edge.target}) <= MOST + 2:
            nodes |= {edge.source, edge.target}
            kept.append(edge)
    return kept, len(edges) - len(kept)


def _together(drawn: Sequence[tuple[Subject, Drawn]], state: State) -> dict[Subject, Node]:
    """Callers of one kind and account, of whom the same is said, as one node with their number."""
    said: dict[Subject, list[Drawn]] = {}
    for subject, one in drawn:
        said.setdefault(subject, []).append(one)
    alike: dict[tuple[str, str, tuple[Drawn, ...]], list[Subject]] = {}
    for subject, several in said.items():
        alike.setdefault((subject.kind, subject.account, tuple(several)), []).append(subject)
    found: dict[Subject, Node] = {}
    for members in alike.values():
        first = members[0]
        node = _node(first, state)
        if len(members) > 1:
            node = Node(kind=node.kind, name=f"{len(members):,} {first.kind}s: {_some(members)}", account=node.account)
        found.update(dict.fromkeys(members, node))
    return found


def _some(members: Sequence[Subject]) -> str:
    names = ", ".join(one.name for one in members[:3])
    return names + (" ..." if len(members) > 3 else "")


def _node(subject: Subject, state: State) -> Node:
    kind = {"access key": "session"}.get(subject.kind, subject.kind)
    name = subject.name.removeprefix("root ").removeprefix("caller ").removesuffix(" caller")  # said beside it
    account = box(state, subject.account)
    if subject.outside and subject.account:
        account = f"{subject.account}, outside of this lab"
    return Node(kind=kind, name=name, account=account)


def _in_brackets(text: str) -> str:
    return f" ({text})" if text else ""


def paths_graph(paths: Paths, state: State) -> Graph:
    """Every way to the action: who assumes or passes what, and who may do it in the end.

    The shortest way through roles is marked. ``state`` is the world that was asked.
    """
    edges: list[Edge] = []
    shortest = next((path for path in paths.found if path.steps), None)
    for path in paths.found:
        edges += _path(path, state, marked=path is shortest)
    unique: dict[tuple[Node, Node, str, str], Edge] = {}
    for edge in edges:
        unique.setdefault((edge.source, edge.target, edge.relation, edge.label), edge)
    return _drawn(paths.title, list(unique.values()), "There is no path.", "ask from one caller")


def _path(path: Path, state: State, *, marked: bool) -> Iterator[Edge]:
    for step in path.steps:
        source, target = _node(step.source, state), _node(step.target, state)
        label = f"{step.doing}{_in_brackets(step.when)}"
        if step.service:
            yield Edge(source=source, target=target, relation="passes", label=label)
        else:
            yield Edge(source=source, target=target, relation="assumes", label=label, deciding=marked)
    end = path.cell
    relation = "allows" if end.access is Access.ALLOWED else "depends"
    yield Edge(
        source=_node(end.subject, state),
        target=asked_node(state, end.resource),
        relation=relation,
        label=f"may do {end.action}{_in_brackets(path.when)} on",
        deciding=marked,
    )
