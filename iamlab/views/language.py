"""The one visual language: shape says the kind, line style the relation, colour only repeats it.

Colours are of the Okabe-Ito palette, which people with any colour vision tell apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from iamlab.core.evaluation import Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeLook:
    """A kind of thing: its Graphviz shape and its light fill."""

    shape: str
    fill: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeLook:
    """A relation: line style, arrowhead, width and colour."""

    style: str
    arrowhead: str
    colour: str
    width: str = "1.2"


NODES: Final = {
    "root": NodeLook(shape="doubleoctagon", fill="#fbeede"),
    "user": NodeLook(shape="ellipse", fill="#e3f1fa"),
    "group": NodeLook(shape="tab", fill="#e1f4ee"),
    "role": NodeLook(shape="hexagon", fill="#f9e9f1"),
    "session": NodeLook(shape="hexagon", fill="#f9e9f1"),
    "federated user": NodeLook(shape="egg", fill="#f9e9f1"),
    "service": NodeLook(shape="component", fill="#e3f1fa"),
    "identity provider": NodeLook(shape="box3d", fill="#f9e9f1"),
    "caller": NodeLook(shape="diamond", fill="#eeeeee"),
    "policy": NodeLook(shape="note", fill="#fdf9d9"),
    "resource": NodeLook(shape="cylinder", fill="#eeeeee"),
    "instance profile": NodeLook(shape="folder", fill="#e1f4ee"),
    "account": NodeLook(shape="house", fill="#ffffff"),
    "request": NodeLook(shape="cds", fill="#e3f1fa"),
    "step": NodeLook(shape="box", fill="#fdf9d9"),
    "verdict": NodeLook(shape="octagon", fill="#eeeeee"),
}

EDGES: Final = {
    "member of": EdgeLook(style="dashed", arrowhead="empty", colour="#333333"),
    "session of": EdgeLook(style="dashed", arrowhead="vee", colour="#333333"),
    "attached": EdgeLook(style="solid", arrowhead="odot", colour="#333333"),
    "allows": EdgeLook(style="solid", arrowhead="normal", colour="#00664b"),
    "denies": EdgeLook(style="solid", arrowhead="tee", colour="#a33c00"),
    "depends": EdgeLook(style="dashed", arrowhead="normal", colour="#00664b"),
    "assumes": EdgeLook(style="solid", arrowhead="onormal", colour="#333333"),
    "trusts": EdgeLook(style="dashed", arrowhead="crow", colour="#333333"),
    "limits": EdgeLook(style="dotted", arrowhead="tee", colour="#333333"),
    "holds": EdgeLook(style="solid", arrowhead="odiamond", colour="#333333"),
    "leads to": EdgeLook(style="solid", arrowhead="vee", colour="#333333"),
    "passes": EdgeLook(style="dotted", arrowhead="onormal", colour="#333333"),
    "gained": EdgeLook(style="solid", arrowhead="diamond", colour="#00664b", width="2.5"),
    "lost": EdgeLook(style="dashed", arrowhead="odiamond", colour="#a33c00"),
    "says nothing": EdgeLook(style="dotted", arrowhead="none", colour="#555555"),
    "needs no policy": EdgeLook(style="solid", arrowhead="normal", colour="#00664b"),
}
"""Relations; a label may say more, but each graph's edges have one of these looks."""


@dataclass(frozen=True, slots=True)
class LayerWords:
    """A type of policy in words: ``one`` of them, with its article, and ``several`` where a request meets several."""

    one: str
    several: str = ""
    article: str = "a"

    @property
    def words(self) -> str:
        """What reaches a request of that type, be it one or several."""
        return self.several or self.one


LAYERS: Final = {
    "rcps": LayerWords("resource control policy", "resource control policies"),
    "scps": LayerWords("service control policy", "service control policies"),
    "endpoint": LayerWords("VPC endpoint policy"),
    "resource": LayerWords("resource policy"),
    "trust": LayerWords("role trust policy"),
    "key": LayerWords("key policy"),
    "identity": LayerWords("identity policy", "identity policies", "an"),
    "boundary": LayerWords("permissions boundary"),
    "session": LayerWords("session policy", "session policies"),
}
"""The types of policy, in words; ``trust`` and ``key`` are resource policies of roles and KMS keys."""

DECIDING_WIDTH: Final = "3"
HERE_WIDTH: Final = "2.5"


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictLook:
    """A verdict in words, with a sign for the eye and a background that white text is readable on."""

    word: str
    sign: str
    colour: str


VERDICTS: Final = {
    Decision.ALLOW: VerdictLook(word="Allowed", sign="✔", colour="#00664b"),
    Decision.EXPLICIT_DENY: VerdictLook(word="Denied, explicitly", sign="✖", colour="#a33c00"),
    Decision.IMPLICIT_DENY: VerdictLook(word="Denied, implicitly", sign="○", colour="#555555"),
}
