"""What AWS's documents leave open, and what iamlab takes for right: one sentence each.

The ids are those of the register of open questions among the facts. A decision that would be another one under the
other reading says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from iamlab.core.layers import Decision, Verdict, combine, said_by
from iamlab.core.matching import StatementMatch
from iamlab.core.naming import Naming
from iamlab.core.policy import Effect
from iamlab.core.request import PrincipalType
from iamlab.core.settlement import paths, settle, target

if TYPE_CHECKING:
    from iamlab.core.evaluation import Evaluation

DOUBTS: Final[dict[str, str]] = {
    "UNSURE-5": "AWS only advises against a wildcard in an action's service prefix; here it matches like any other.",
    "UNSURE-6": "One AWS page lets variables stand in Bool conditions, another does not; here they are filled in.",
    "UNSURE-7": "Whether a * inside a variable's value is a wildcard is not documented; here it is plain text.",
    "UNSURE-9": "AWS says that a * ending one part of an ARN may also cover the colons after it, without saying how; "
    "here parts are compared one by one.",
    "UNSURE-10": "What becomes of a value that its operator cannot read is not documented; here the result is false.",
    "UNSURE-11": "Whether digits alone are a year or seconds is not documented; here four digits are a year.",
    "UNSURE-12": "Whether the letter case of true and false matters is not documented; here it does not.",
    "UNSURE-13": "AWS gives a bare address the prefix /32, fit for IPv4; here a bare IPv6 address is one host, /128.",
    "UNSURE-14": "One of AWS's tables contradicts its text on ForAllValues:StringNotLike; here the text counts.",
    "UNSURE-15": "What a plain operator does with a key of several values is not documented; here it never matches.",
    "UNSURE-16": "AWS's texts on IfExists and on ForAnyValue disagree about a missing key; here the condition is true.",
    "UNSURE-17": "AWS's pages differ on whether an empty text counts as no value; here it is a value.",
    "UNSURE-20": "Whether several session policies add up or must all allow is not documented; here they add up.",
    "UNSURE-21": "That a trust policy naming a role is enough for its sessions, without an identity policy, follows "
    "from the general rule; AWS states it for users alone.",
    "UNSURE-22": "By AWS's general rule a user named in a trust policy is not limited by a silent permissions "
    "boundary, by its page on trust policies it is; here the boundary must allow.",
    "UNSURE-23": "How a service takes a NotPrincipal that lists only part of the chain of account, role and session is "
    "not documented; here account and user, or account and role, must both be listed.",
    "UNSURE-29": 'AWS says that a resource policy naming "*" is not limited by a silent boundary or session policy '
    "only where it also asks for aws:PrincipalArn; here that holds for every such policy.",
    "UNSURE-30": "Whether a service-wide ARN pattern grants an action without resource is documented for "
    "s3:ListAllMyBuckets alone; here it holds for no other.",
    "UNSURE-31": "Whether a policy that names everyone reaches a federated user without session policy is open; "
    "here only one that names the session itself does.",
    "UNSURE-32": "AWS says that an unresolved variable matches nothing, and elsewhere that it makes the statement "
    "invalid; here it matches nothing.",
}


def rested_on(evaluation: Evaluation) -> tuple[str, ...]:
    """The ids of those on which the decision rests, in the order of their numbers."""
    noted = dict.fromkeys(
        doubt
        for layer in evaluation.layers
        for one in layer.matches
        for element in one.elements
        for doubt in element.doubts
    )
    found = [doubt for doubt in noted if _other_reading(evaluation, doubt) is not evaluation.decision]
    return tuple(sorted({*found, *_of_combination(evaluation)}, key=_number))


def _number(doubt: str) -> int:
    return int(doubt.rpartition("-")[2])


def _other_reading(evaluation: Evaluation, doubt: str) -> Decision:
    """The decision if every element that used this default had come out the other way."""
    said = {}
    for layer in evaluation.layers:
        levels = tuple(tuple(_flipped(one, doubt) for one in level) for level in layer.levels)
        said[layer.name] = combine(layer.name, levels)
    return settle(evaluation.request, evaluation.policies, said).decision


def _flipped(one: StatementMatch, doubt: str) -> StatementMatch:
    if not any(doubt in element.doubts for element in one.elements):
        return one
    # Under its other reading an unresolved variable makes the statement invalid; any other doubt turns the outcome.
    elements = tuple(
        element._replace(applies=not element.applies and doubt != "UNSURE-32") if doubt in element.doubts else element
        for element in one.elements
    )
    return one._replace(elements=elements)


def _of_combination(evaluation: Evaluation) -> list[str]:
    """Those about how layers come together (UNSURE-20, -21, -22, -29, -31)."""
    request, policies, said = evaluation.request, evaluation.policies, said_by(evaluation.layers)
    named = said["resource"].naming if "resource" in said else Naming.NOT_AT_ALL
    found = []
    if _session_policies_disagree(evaluation, said):
        found.append("UNSURE-20")
    type_ = request.principal.type
    if not request.same_account or evaluation.decision is Decision.EXPLICIT_DENY or not named:
        return found
    ways = paths(request, policies, said)
    trust = target(request) == "trust"
    if trust and type_ is PrincipalType.ROLE_SESSION and evaluation.allowed and not (ways.direct or ways.identity):
        found.append("UNSURE-21")
    if trust and type_ is PrincipalType.USER and Naming.DIRECTLY in named and evaluation.silent == "boundary":
        found.append("UNSURE-22")
    by_star_alone = Naming.EVERYONE in named and Naming.DIRECTLY not in named and not ways.limits
    entity = type_ in (PrincipalType.USER, PrincipalType.ROLE_SESSION)
    if by_star_alone and entity and evaluation.allowed and not any(map(_says_who, evaluation.deciding)):
        found.append("UNSURE-29")
    if by_star_alone and type_ is PrincipalType.FEDERATED_USER and evaluation.silent and policies.session is None:
        found.append("UNSURE-31")
    return found


def _session_policies_disagree(evaluation: Evaluation, said: Mapping[str, Verdict]) -> bool:
    """Whether the request passes because one session policy allows what another is silent about."""
    policies = evaluation.policies.session or ()
    if not evaluation.allowed or len(policies) < 2 or "session" not in said:
        return False
    matches = next(layer.matches for layer in evaluation.layers if layer.name == "session")
    allowing = {id(one.source) for one in matches if one.applies and one.statement.effect is Effect.ALLOW}
    silenced = {**said, "session": Verdict(Decision.IMPLICIT_DENY)}
    return len(allowing) < len(policies) and not settle(evaluation.request, evaluation.policies, silenced).decision


_SAYING: Final = ("ArnEquals", "ArnLike", "StringEquals", "StringLike")


def _says_who(one: StatementMatch) -> bool:
    """Whether a statement for everyone asks for aws:PrincipalArn besides: of those AWS says what they do (EVAL-10)."""
    return any(line.key.lower() == "aws:principalarn" and line.operator in _SAYING for line in one.statement.conditions)
