"""A policy's text as people read it, with the statements that matter marked in it."""

from __future__ import annotations

import json
from collections.abc import Collection
from textwrap import indent

from iamlab.core.evaluation import Evaluation
from iamlab.core.layers import Layer
from iamlab.core.policy import Policy
from iamlab.views.html import Markup, element, join

MARK = "◀ decides"
LONGEST = 40
"""Statements that are shown; of a longer policy the marked ones alone."""


def policy_html(policy: Policy, marked: Collection[int] = (), mark: str = MARK) -> Markup:
    """The policy as JSON; ``marked`` are positions of statements (the first is 1), set off by a word and a frame."""
    document = policy.document
    statements = document["Statement"] if isinstance(document["Statement"], list) else [document["Statement"]]
    kept = [at for at in range(1, len(statements) + 1) if len(statements) <= LONGEST or at in marked]
    shown = [
        _statement(statements[at - 1], f"   {mark}" if at in marked else "", "," if at != len(statements) else "")
        for at in kept
    ]
    left = len(statements) - len(shown)
    head = [f"  {json.dumps(key)}: {json.dumps(value)},\n" for key, value in document.items() if key != "Statement"]
    rest = f"    ... and {left} more statements\n" if left else ""
    return element("pre", join("{\n", *head, '  "Statement": [\n', *shown, rest, "  ]\n}"))


def _statement(statement: object, mark: str, comma: str) -> Markup:
    text = indent(json.dumps(statement, indent=2, ensure_ascii=False), "    ") + comma
    if not mark:
        return join(text, "\n")
    first, _, others = text.partition("\n")
    return element("span", join(first, element("strong", mark), "\n", others, "\n"), cls="iamlab-marked")


def deciding_policies(evaluation: Evaluation, layer: Layer) -> Markup:
    """The policies of one type in which statements decided, each as text with these statements marked."""
    deciding = {id(one) for one in evaluation.deciding}
    found: dict[int, list[int]] = {}
    sources = {}
    for match in layer.matches:
        if id(match) in deciding:
            sources[id(match.source)] = match.source
            found.setdefault(id(match.source), []).append(match.statement.position)
    return join(
        *(
            join(element("p", f"The policy {sources[key].name}:"), policy_html(sources[key].policy, positions))
            for key, positions in found.items()
        )
    )
