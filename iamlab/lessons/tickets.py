"""Tickets: denied requests, each with three cures that are tried, of which one lets the request through."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from iamlab.core.evaluation import Evaluation
from iamlab.lab import Lab
from iamlab.lessons import denials
from iamlab.lessons.exercise import Item, SortExercise
from iamlab.views import explain

Ask = Callable[[Lab], Evaluation]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cure:
    """Something that is proposed: ``change`` does it to a world, ``said`` is why it does not help, where it does not.

    ``ask`` is the request as it is made then, where it is made in another way.
    """

    words: str
    change: Callable[[Lab], Any]
    said: str = ""
    ask: Ask | None = None
    number: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """One request that was denied: in words, and as it is asked."""

    words: str
    ask: Ask
    cures: tuple[Cure, ...]

    def after(self, lab: Lab, cure: Cure) -> Evaluation:
        """What AWS says once a cure has been tried in a copy of the world."""
        copy = lab.copy()
        cure.change(copy)
        return (cure.ask or self.ask)(copy)


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A ticket on the board, as it is read: who wants what, AWS's message, the statements about it, the cures.

    ``decision`` is the whole evaluation, with the table of every statement.
    """

    words: str
    error_message: str
    statements: tuple[str, ...]
    cures: tuple[str, ...]
    decision: Evaluation = field(repr=False)

    def __repr__(self) -> str:
        lines = (self.words, self.error_message, f"statements: {', '.join(self.statements)}", *self.cures)
        return "\n    ".join(lines)


def posted(lab: Lab, tickets: Sequence[Ticket]) -> tuple[Posted, ...]:
    """The tickets as their world answers them."""
    return tuple(_posted(lab, number, one) for number, one in enumerate(tickets, 1))


def _posted(lab: Lab, number: int, ticket: Ticket) -> Posted:
    evaluation = ticket.ask(lab)
    return Posted(
        words=f"Ticket {number}: {ticket.words}",
        error_message=evaluation.error_message,
        decision=evaluation,
        statements=denials.about_it(evaluation),
        cures=tuple(f"{letter}) {cure.words}" for letter, cure in zip(LETTERS, ticket.cures, strict=True)),
    )


LETTERS: Final = ("a", "b", "c")
ASKED: Final = ("layer", "statement", "cure")
"""What is asked of each ticket."""


def keys(tickets: Sequence[Ticket]) -> tuple[str, ...]:
    """The keys of all questions: ``1: layer``, ``1: statement``, ``1: cure``, ``2: layer`` ..."""
    return tuple(f"{number}: {asked}" for number, _ in enumerate(tickets, 1) for asked in ASKED)


def items(lab: Lab, tickets: Sequence[Ticket]) -> dict[str, Item]:
    """The questions about every ticket, with what is right and what is said to each wrong answer worked out."""
    made = (item for ticket in tickets for item in _items(lab, ticket))
    return dict(zip(keys(tickets), made, strict=True))


def _items(lab: Lab, ticket: Ticket) -> tuple[Item, Item, Item]:
    evaluation = ticket.ask(lab)
    labels, statement = denials.about_it(evaluation), denials.to_look_at(evaluation)
    return (
        Item(
            words=f"{ticket.words}: which type of policy",
            choices=denials.LAYERS,
            right=denials.layer_of(evaluation),
            messages=denials.layer_messages(evaluation),
        ),
        Item(
            words=f"{ticket.words}: which statement",
            choices=labels,
            right=statement,
            messages=denials.statement_messages(evaluation, labels, statement),
            numbers={denials.NONE: 11} if evaluation.deciding else {},
        ),
        _cure(lab, ticket),
    )


def _cure(lab: Lab, ticket: Ticket) -> Item:
    """Every cure is tried in a copy of the world: the right one is the one after which the request goes through."""
    tried = {letter: (cure, ticket.after(lab, cure)) for letter, cure in zip(LETTERS, ticket.cures, strict=True)}
    right = next(letter for letter, (_, after) in tried.items() if after.allowed)
    wrong = {letter: one for letter, one in tried.items() if letter != right}
    said = ", ".join(f"{letter}) {cure.words}" for letter, (cure, _) in tried.items())
    return Item(
        words=f"{ticket.words}: {said}",
        choices=LETTERS,
        right=right,
        messages={
            letter: f"{cure.said} Tried in a copy of this world: {explain.verdict(after)}"
            for letter, (cure, after) in wrong.items()
        },
        numbers={letter: cure.number for letter, (cure, _) in wrong.items() if cure.number},
    )


# Judging one of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What came of the answers to one ticket: whether all three are right, and otherwise what to say to the first
    that is not, with the number of the misconception that it shows, or 0.
    """

    right: bool
    message: str
    misconception: int = 0


def judge(exercise: SortExercise, number: int, answers: Mapping[str, str]) -> Judged:
    """One ticket alone; ``answers`` are choices by key, those of other tickets do not matter."""
    for asked in ASKED:
        key = f"{number}: {asked}"
        item, chosen = exercise.items[key], answers.get(key, "")
        if not chosen:
            return Judged(right=False, message=f"Still open: the {asked}.")
        if chosen != item.right:
            found = item.numbers.get(chosen, 0)
            return Judged(right=False, message=f"The {asked}: {item.messages[chosen]}", misconception=found)
    return Judged(right=True, message="All three are right.")
