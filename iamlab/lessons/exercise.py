"""Exercises as data: what is asked, what a right answer must do, and what the likely wrong ones get wrong.

Hints say rules in plain words; ``rules`` are their names, for whoever has to look at the exercise when one has changed.
Code in a hint stands in lines of its own, each with four blanks before it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from iamlab.analysis.difference import Change
from iamlab.core.evaluation import Decision, Evaluation
from iamlab.core.policy import Policy, PolicyKind
from iamlab.core.request import Principal
from iamlab.lab import Lab
from iamlab.lessons.excess import Wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One request that an answer is judged by: ``ask`` puts it to a world; ``allowed`` is what must come out.

    ``after`` is done first, to a copy of the world: so a probe can ask what happens to somebody who joins a group.

    An answer must agree with the reference in all other circumstances of the request too, from its moment on; what it
    makes of other values of the condition keys that are ``fixed`` does not matter, or other probes ask for it.
    """

    words: str
    ask: Callable[[Lab], Evaluation]
    allowed: bool
    after: Callable[[Lab], Any] | None = None
    fixed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A probe that came out wrong, with the evaluation that shows it; ``when`` it comes out right, if ever."""

    probe: Probe
    evaluation: Evaluation
    when: str = ""


_NO_POLICY: Final = Policy(statements=(), text="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """An answer that could be judged: the world with it, the probes that it fails, and the policy if it is one."""

    lab: Lab
    failures: tuple[Failure, ...]
    policy: Policy = _NO_POLICY

    def fails(self, probe: Probe) -> bool:
        """Whether the probe came out wrong."""
        return self.evaluation(probe) is not None

    def evaluation(self, probe: Probe) -> Evaluation | None:
        """What came out of a probe that came out wrong; None for one that did not."""
        return next((one.evaluation for one in self.failures if one.probe is probe), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Misconception:
    """A likely wrong answer: an example of it, how to know it again by what it does, and what to say to it.

    ``number`` is that in ``misconceptions.MISCONCEPTIONS``, 0 for a mistake that is not among them.
    """

    answer: Any
    message: str
    known_by: Callable[[Attempt], bool] = field(repr=False)
    number: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyExercise:
    """Write a policy: ``apply`` puts it into a fresh ``world``, and the probes are asked there.

    ``only`` names all that ``caller`` may be allowed, as pairs of action and resource pattern: whatever else the policy
    allows, among all actions that AWS has, is too much. Of a trust policy (``kind``), ``caller`` is the role that it
    belongs to, and ``only`` holds pairs of action and pattern of a caller: whoever else it lets in is too much.

    What anybody may do with the ``reference`` they must be able to do with an answer: what else it forbids is too much.
    ``spared`` are pairs of action and resource pattern that it may forbid all the same.
    """

    id: str
    world: Callable[[], Lab]
    caller: Callable[[Lab], Principal]
    apply: Callable[[Lab, Policy], None]
    only: Wanted
    spared: Wanted = ()
    kind: PolicyKind = PolicyKind.IDENTITY
    probes: tuple[Probe, ...]
    hints: tuple[str, str, str]
    rules: tuple[str, ...] = ()
    reference: Mapping[str, Any]
    explanation: str
    misconceptions: tuple[Misconception, ...]
    untouched: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldExercise:
    """Change a world: the learner takes it with ``begin(id)``, changes it, and gives it back.

    An answer is the changed lab, or a function that changes the one it is given; ``reference`` and the answers of
    misconceptions are such functions. ``may_change`` says of each difference to the fresh world whether it was asked
    for: whatever else somebody gained or lost is too much, and so is a Deny of what the reference leaves. Whatever was
    asked for and the reference gives, an answer must give, unless it is a ``choice`` what of it. ``spared`` are pairs
    of action and resource pattern that it may forbid all the same.

    ``reach`` is how the lesson's own cells come to the world, as in ``team.accounts``; ``button`` is the one that puts
    into it what a widget of the lesson only tries.
    """

    id: str
    world: Callable[[], Lab]
    may_change: Callable[[Change], bool]
    choice: bool = False
    spared: Wanted = ()
    probes: tuple[Probe, ...]
    hints: tuple[str, str, str]
    rules: tuple[str, ...] = ()
    reach: str
    button: str = ""
    reference: Callable[[Lab], Any]
    explanation: str
    misconceptions: tuple[Misconception, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing to be sorted, or one question; ``messages`` answers each wrong choice.

    What is right comes from the engine (``ask``), from what happens when it is tried in a copy of the world
    (``happens``), or is a fact (``right``). ``choices`` are this item's own, where they are not those of the exercise.
    """

    words: str
    messages: Mapping[str, str]
    ask: Callable[[Lab], Evaluation] | None = None
    happens: Callable[[Lab], str] | None = None
    right: str = ""
    choices: tuple[str, ...] = ()
    numbers: Mapping[str, int] = field(default_factory=dict)
    """Of each wrong choice that is one of ``misconceptions.MISCONCEPTIONS``, its number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SortExercise:
    """Give each item one of the choices: verdicts to predict, tasks to sort, questions with answers of their own.

    With a ``part`` ("ticket") the items' keys begin with the number of the part that they belong to, ``1: layer``; a
    part that has all its answers is judged while others are open.
    """

    id: str
    title: str
    items: Mapping[str, Item]
    hints: tuple[str, str, str]
    rules: tuple[str, ...] = ()
    explanation: str
    choices: tuple[str, ...] = ()
    part: str = ""
    world: Callable[[], Lab] = Lab

    def choices_of(self, key: str) -> tuple[str, ...]:
        """What one item can be answered with."""
        return self.items[key].choices or self.choices


VERDICTS: Final = tuple(one.value for one in Decision)
"""The choices of an exercise whose items are verdicts."""

Exercise = PolicyExercise | WorldExercise | SortExercise
