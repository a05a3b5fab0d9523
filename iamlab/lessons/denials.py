"""Reading a denial: the type of policy that AWS names, the statement to look at, and what to say to other answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from iamlab.core.evaluation import Decision, Evaluation
from iamlab.core.layers import Layer
from iamlab.core.matching import StatementMatch
from iamlab.core.policy import Effect
from iamlab.core.settlement import target
from iamlab.lessons.exercise import Item
from iamlab.views import explain
from iamlab.views.reasons import why

IDENTITY, RESOURCE, TRUST = "identity policy", "resource policy", "trust policy"
BOUNDARY, SESSION, SCP = "permissions boundary", "session policy", "SCP"
LAYERS: Final = (IDENTITY, RESOURCE, TRUST, BOUNDARY, SESSION, SCP)
"""The types of policy that an answer can name."""
NONE: Final = "none"
_WORDS: Final = {"identity": IDENTITY, "boundary": BOUNDARY, "session": SESSION, "scps": SCP}


class WhenAsked(Mapping[str, Item]):
    """Items that are worked out from a world when somebody first looks at one; their keys are known before."""

    def __init__(self, keys: tuple[str, ...], make: Callable[[], dict[str, Item]]) -> None:
        self._keys, self._make = keys, make
        self._items: dict[str, Item] = {}

    def __getitem__(self, key: str) -> Item:
        if not self._items:
            self._items = self._make()
        return self._items[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)


def layer_of(evaluation: Evaluation) -> str:
    """The type of policy that AWS's message names: the one that forbids, or the one that should have allowed."""
    return _name(evaluation, _deciding_layer(evaluation).name)


def deciding(evaluation: Evaluation) -> str:
    """The statement that decided, as ``DevAccess/NoProd``; ``none`` where nothing forbids it: an Allow is missing."""
    return evaluation.deciding[0].label if evaluation.deciding else NONE


def to_look_at(evaluation: Evaluation) -> str:
    """The Deny that decided; or else the Allow, of the type that AWS names, that names the action and misses."""
    if evaluation.decision is Decision.EXPLICIT_DENY:
        return deciding(evaluation)
    near = (one.label for one in _deciding_layer(evaluation).matches if _misses(one))
    return next(near, NONE)


def about_it(evaluation: Evaluation) -> tuple[str, ...]:
    """Every statement that names the action, of whatever type of policy; and ``none``."""
    labels = (one.label for layer in evaluation.layers for one in layer.matches if _names_action(one))
    return tuple(dict.fromkeys((*labels, NONE)))


def layer_messages(evaluation: Evaluation) -> dict[str, str]:
    """What is said to whoever names another type of policy than AWS does."""
    right = layer_of(evaluation)
    there = {_name(evaluation, one.name): explain.says(evaluation, one) for one in evaluation.layers}
    end = evaluation.error_message.partition(f"{evaluation.request.resource} ")[2]
    read = f"Read the message to its end: '{end.partition(': arn:')[0]}'."
    return {one: f"{read} {there.get(one, _absent(one, right))}" for one in LAYERS if one != right}


def statement_messages(evaluation: Evaluation, choices: tuple[str, ...], right: str) -> dict[str, str]:
    """What is said to whoever names another statement than the one that is asked for."""
    return {one: _statement_message(evaluation, one) for one in choices if one != right}


def _statement_message(evaluation: Evaluation, label: str) -> str:
    if label == NONE:
        if evaluation.decision is Decision.EXPLICIT_DENY:
            return "AWS says 'with an explicit deny': nothing is missing, a statement forbids it."
        return f"AWS names the {layer_of(evaluation)}. There, a statement names this action and misses. Which one?"
    match = next((one for layer in evaluation.layers for one in layer.matches if one.label == label), None)
    if match is None:
        return f"{label} stands at another resource, and has no say in this request."
    if match.applies:
        return f"{label} applies, and is an Allow: it does not stand in the way."
    missed = next(one for one in match.elements if not one.applies)
    return f"{label} does not apply: {why(missed, match)}."


def _deciding_layer(evaluation: Evaluation) -> Layer:
    """The type of policy that a denial is put down to; raises StopIteration for a request that is allowed."""
    if evaluation.decision is Decision.EXPLICIT_DENY:
        return next(one for one in evaluation.layers if one.decision is Decision.EXPLICIT_DENY)
    return next(one for one in evaluation.layers if one.name == evaluation.silent)


def _name(evaluation: Evaluation, layer: str) -> str:
    if layer == "resource":
        return TRUST if target(evaluation.request) == "trust" else RESOURCE
    return _WORDS[layer]


def _absent(name: str, right: str) -> str:
    if (name, right) == (RESOURCE, TRUST):
        return "The resource is a role: its policy is the trust policy."
    return {
        TRUST: "No role is assumed here, so no trust policy is asked.",
        RESOURCE: "The resource has no policy of its own, or none that is asked.",
        SESSION: "No session policy is there in this request.",
        BOUNDARY: "This caller has no permissions boundary.",
    }.get(name, f"There is no {name} in this request.")


def _names_action(match: StatementMatch) -> bool:
    return any(one.element in ("Action", "NotAction") and one.applies for one in match.elements)


def _misses(match: StatementMatch) -> bool:
    return match.statement.effect is Effect.ALLOW and _names_action(match) and not match.applies
