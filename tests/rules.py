"""Says what rests on each rule: the cases that cite it, the lessons that show it, the exercises that it settles.

``python tests/rules.py [rule ...]`` prints them for all rules, or for those named: what to look at again when the rule
has changed.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

import casework

from iamlab.core.errors import IamlabError
from iamlab.core.policy import Policy
from iamlab.core.rules import RULES
from iamlab.lab import Lab
from iamlab.lessons.checks import EXERCISES
from iamlab.lessons.exercise import Exercise, PolicyExercise, SortExercise
from iamlab.lessons.probing import asked

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
RULE_ID = re.compile(r"\b(?:ENT|POL|COND|EVAL|STS|VAL)-[0-9]{2}\b")
Resting = Mapping[str, Mapping[str, list[str]]]
"""For each rule, under "cases", "lessons" and "exercises", what rests on it."""


def resting() -> Resting:
    """What rests on each rule that anything names."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: {"cases": [], "lessons": [], "exercises": []})
    for what, pairs in (("cases", _cases()), ("lessons", _lessons()), ("exercises", _exercises())):
        for rule, name in pairs:
            if name not in found[rule][what]:
                found[rule][what].append(name)
    return dict(sorted(found.items()))


def _cases() -> Iterator[tuple[str, str]]:
    """Under which rule a case stands, and which its decision must cite."""
    for file in casework.FILES:
        for case in casework.read(file):
            for rule in {case["rule"], case.get("cites", case["rule"])}:
                yield rule, f"{file}: {case['name']}"


def _lessons() -> Iterator[tuple[str, str]]:
    """What a lesson says and shows, its solutions included."""
    for path in (*sorted(NOTEBOOKS.glob("[0-9][0-9]-*.ipynb")), *sorted(NOTEBOOKS.glob("solutions/*.ipynb"))):
        for rule in RULE_ID.findall(path.read_text(encoding="utf-8")):
            yield rule, path.stem


def _exercises() -> Iterator[tuple[str, str]]:
    """The rules that settle what is asked once the exercise is solved, and those that its hints put in words."""
    for one in EXERCISES.values():
        yield from ((rule, one.id) for rule in one.rules)
        yield from ((rule, one.id) for rule in _settled(one))


def _settled(exercise: Exercise) -> Iterator[str]:
    lab = exercise.world()
    if isinstance(exercise, SortExercise):
        yield from (item.ask(lab).rule.id for item in exercise.items.values() if item.ask is not None)
        return
    _solve(exercise, lab)
    for probe in exercise.probes:
        try:
            yield asked(probe, lab).rule.id
        except IamlabError as error:  # AWS refuses before it reads a policy
            yield from RULE_ID.findall(str(error))


def _solve(exercise: Exercise, lab: Lab) -> None:
    if isinstance(exercise, PolicyExercise):
        exercise.apply(lab, Policy.parse(exercise.reference, exercise.kind))
    elif not isinstance(exercise, SortExercise):
        exercise.reference(lab)


def report(found: Resting, wanted: tuple[str, ...]) -> str:
    """The rules in words; of one that is named alone, each case by its name."""
    lines = []
    for rule, parts in found.items():
        if wanted and rule not in wanted:
            continue
        card = RULES.get(rule)
        lines.append(f"{rule}  {card.sentence if card else '(no card: a fact that a case, lesson or hint names)'}")
        if wanted:
            lines += [f"    case      {one}" for one in parts["cases"]]
        else:
            lines.append(f"    cases     {len(parts['cases'])}")
        lines += [f"    lessons   {', '.join(parts['lessons'])}"] if parts["lessons"] else []
        lines += [f"    exercises {', '.join(parts['exercises'])}"] if parts["exercises"] else []
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Print what rests on the rules; 2 for a rule that nothing names."""
    found = resting()
    wanted = tuple(one.upper() for one in arguments)
    unknown = [one for one in wanted if one not in found]
    if unknown:
        print(f"Nothing names {', '.join(unknown)}. There are {', '.join(found)}.", file=sys.stderr)
        return 2
    print(report(found, wanted))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
