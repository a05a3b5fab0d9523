"""Judging a policy that was given as an answer: what it does counts, not how it is written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from iamlab import catalog
from iamlab.analysis.difference import Change
from iamlab.core.errors import IamlabError, PolicyError
from iamlab.core.evaluation import Decision, Evaluation
from iamlab.core.policy import LATEST, Policy, PolicyKind
from iamlab.core.wildcard import has_wildcard
from iamlab.lab import Lab
from iamlab.lessons import result, shortfall
from iamlab.lessons.circumstances import condition
from iamlab.lessons.excess import ELSEWHERE, first_excess
from iamlab.lessons.exercise import Attempt, PolicyExercise
from iamlab.lessons.imagined import SOMEBODY, TAGGED
from iamlab.lessons.probing import counterexample, disagreement, disagrees, failures, recognized, wanted
from iamlab.lessons.result import Result
from iamlab.lessons.trusting import federated_users, first_trusted


def judge(exercise: PolicyExercise, answer: Any) -> Result:
    """The result of a policy as dict, JSON text or Policy."""
    if answer is None or _has_placeholder(answer):
        return result.not_attempted(exercise, f"Write your policy where the dots are. {result.see_hints(exercise)}")
    if isinstance(answer, dict) and answer == exercise.untouched:
        return _as_given(exercise)
    lab = exercise.world()
    try:
        policy = Policy.parse(answer, exercise.kind)
        exercise.apply(lab, policy)  # the world knows who may be named as a Principal
    except PolicyError as error:
        return _refused(exercise, answer, error)
    attempt = Attempt(lab=lab, policy=policy, failures=failures(exercise.probes, lab))
    if attempt.failures:
        worst = attempt.failures[0]
        said, number = _known(exercise, attempt)
        words = " ".join(part for part in (said, counterexample(worst)) if part)
        return result.not_yet(exercise, words, worst.evaluation, number)
    excess = _excess(exercise, policy, lab)
    if excess:
        return result.not_yet(exercise, f"It does what was asked and {_more(exercise, excess)}.", excess)
    reference = exercise.world()
    exercise.apply(reference, Policy.parse(exercise.reference, exercise.kind))
    if otherwise := disagreement(exercise.probes, reference, lab):
        return result.not_yet(exercise, disagrees(otherwise), otherwise.evaluation)
    if less := _less(exercise, reference, lab):
        return result.not_yet(exercise, shortfall.said(less), shortfall.shown(less))
    return result.correct(exercise, _without_version(policy) + _in_vain(policy))


def _as_given(exercise: PolicyExercise) -> Result:
    """The policy that there was to be changed: what it gets wrong, without the verdict on it."""
    lab = exercise.world()
    exercise.apply(lab, Policy.parse(exercise.untouched or {}, exercise.kind))
    wrong = failures(exercise.probes, lab)
    said = f" For example: {wanted(wrong[0].probe)}, and is not." if wrong else " It allows more than is asked for."
    return result.not_attempted(
        exercise, f"This is still the policy as it was given; change it.{said} {result.see_hints(exercise)}"
    )


def _refused(exercise: PolicyExercise, answer: Any, error: PolicyError) -> Result:
    """What AWS would not store; permissions in place of a trust policy are a mistake of their own."""
    said = f"AWS would not store this policy. {refusal(error)}"
    if exercise.kind is not PolicyKind.TRUST or not _is_permissions(answer):
        return result.not_valid(exercise, said)
    return result.not_valid(exercise, f"{TRUST_SAYS_WHO} {said}", misconception=6)


def refusal(error: PolicyError) -> str:
    """The error as it is said in an exercise: what is to be found is not given away as its remedy."""
    value = error.value if isinstance(error.value, str) else ""
    if value != value.lower() and value.lower().endswith(".amazonaws.com"):
        return f"{error} A service's name is written in small letters."
    if error.remedy.startswith(OPERATOR_FIRST):
        return str(error).replace(error.remedy, 'An operator comes first: {"...": {"the key": "its value"}}.')
    return str(error)


OPERATOR_FIRST: Final = "An operator comes first"

TRUST_SAYS_WHO: Final = (
    "This says what may be done, as the permissions of a role do. A trust policy says who may assume it: "
    "a Principal, and no Resource."
)


def _is_permissions(answer: Any) -> bool:
    try:
        Policy.parse(answer)
    except PolicyError:
        return False
    return True


def _excess(exercise: PolicyExercise, policy: Policy, lab: Lab) -> Evaluation | None:
    if exercise.kind is PolicyKind.TRUST:
        return first_trusted(policy, exercise.caller(lab).role_arn, exercise.only, lab)
    fresh = exercise.world()
    return first_excess(policy, exercise.caller(fresh), exercise.only, fresh.resources)


def _less(exercise: PolicyExercise, reference: Lab, lab: Lab) -> Change | None:
    """What the answer forbids too much, or leaves out, or leaves open, to whomever: one example, or None."""
    # Of a trust policy, ``first_trusted`` finds whom it lets in besides.
    may = None if exercise.kind is PolicyKind.TRUST else exercise.only
    return next(shortfall.shortfalls(reference, lab, exercise.spared, may), None)


def _more(exercise: PolicyExercise, excess: Evaluation) -> str:
    """What an answer allows too much, or whom: one example."""
    if exercise.kind is PolicyKind.TRUST:
        return f"lets in more, for example {_whom(excess)}{_when(excess)}"
    if not exercise.only:
        return f"has an Allow besides, for example of {excess.request.action}. Nothing had to be allowed: take it out"
    return f"allows more, for example {excess.request.action}{_about(excess)}{_when(excess)}"


def _whom(evaluation: Evaluation) -> str:
    """Who is let in, with what has to be known of who is imagined."""
    arn = evaluation.request.principal.arn
    if arn.split(":")[4:5] == [ELSEWHERE]:
        return f"{arn} (of {ELSEWHERE}, another account, which permits it)"
    return f"{arn} (who stands for anybody of the account)" if arn.endswith((SOMEBODY, TAGGED)) else arn


def _when(evaluation: Evaluation) -> str:
    """In which circumstances, where it is not always."""
    words = condition(evaluation.request, evaluation.policies)
    return f", {words}" if words else ""


def _about(evaluation: Evaluation) -> str:
    resource = evaluation.request.resource
    return f" on {resource}" if resource != "*" else ""


def _without_version(policy: Policy) -> str:
    """A correct answer in the old language is correct, and worth a word (POL-02)."""
    if policy.version == LATEST or policy.kind is not PolicyKind.IDENTITY:
        return ""
    return f' (Write "Version": "{LATEST}" as well: without it AWS refuses a managed policy.)'


def _in_vain(policy: Policy) -> str:
    """A correct trust policy may name federated users besides, and that lets in nobody (STS-05)."""
    found = federated_users(policy)
    return f" (Naming {found[0]} is in vain: {CANNOT_ASSUME})" if found else ""


CANNOT_ASSUME: Final = "a federated user cannot assume roles."


def _known(exercise: PolicyExercise, attempt: Attempt) -> tuple[str, int]:
    """What is to be said to this mistake, one that any policy may have or one of this exercise; and its number."""
    if unknown := _unknown_action(attempt.policy) or _unknown_key(attempt.policy):
        return unknown, 0
    known = recognized(exercise.misconceptions, attempt)
    if known:
        return known.message, known.number
    if federated_users(attempt.policy) and attempt.failures[0].evaluation.decision is Decision.IMPLICIT_DENY:
        return f"{federated_users(attempt.policy)[0]} is let in by nothing: {CANNOT_ASSUME}", 0
    if attempt.failures[0].evaluation.decision is not Decision.EXPLICIT_DENY:
        return "", 0
    return "Your own Deny forbids it: an explicit Deny wins over every Allow.", 0


def _unknown_action(policy: Policy) -> str:
    """A name that AWS does not have is stored all the same, and never matches (POL-24, end)."""
    for pattern in (one for statement in policy.statements for one in statement.actions):
        if not has_wildcard(pattern):
            try:
                catalog.find(pattern)
            except IamlabError as error:
                return f"{error.message} AWS stores such a policy, but it matches nothing. {OTHER_NAMES}"
    return ""


def _unknown_key(policy: Policy) -> str:
    """A condition key that there is not: no request carries it (VAL-13)."""
    for key in (one.key for statement in policy.statements for one in statement.conditions):
        try:
            catalog.find_key(key)
        except IamlabError as error:
            return f"{error.message} No request carries it."
    return ""


OTHER_NAMES: Final = (
    "Not every action is named as the API call: ListBuckets, ListObjectsV2 and HeadObject are allowed by "
    "s3:ListAllMyBuckets, s3:ListBucket and s3:GetObject."
)


DOTS: Final = "Write where the dots are, texts in quotes."


def has_dots(text: str) -> bool:
    """Whether dots still stand for something in the text of a policy; those within quotes are a value's own.

    >>> has_dots('{"Effect": ..., "Action": "s3:..."}'), has_dots('{"Action": "s3:..."}')
    (True, False)
    """
    return len(text) <= LONGEST and re.search(r'(?<![\w".])\.\.\.(?![\w".])', _QUOTED.sub('""', text)) is not None


_QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
LONGEST: Final = 131_072
"""Characters of a text that is looked through: twenty times what AWS stores."""


def _has_placeholder(answer: Any, depth: int = 0) -> bool:
    """Whether dots still stand somewhere in the answer."""
    if isinstance(answer, str):
        return has_dots(answer)
    if depth > 10:  # deeper than any policy; the parser will say so
        return False
    if isinstance(answer, Mapping):
        return any(_has_placeholder(value, depth + 1) for value in answer.values())
    if isinstance(answer, list | tuple):
        return any(_has_placeholder(value, depth + 1) for value in answer)
    return answer is ...
