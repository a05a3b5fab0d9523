"""Findings about a document as a whole."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Final

from iamlab.analysis.finding import Advice, Found, Level
from iamlab.core import wildcard
from iamlab.core.policy import Effect, Policy, PolicyKind
from iamlab.world.quotas import Quotas, size

ADVICE: Final[Mapping[str, Advice]] = {
    "MISSING_VERSION": Advice(
        id="VAL-06",
        level=Level.WARNING,
        why="AWS then reads it by the rules of 2008, in which ${...} is plain text.",
        remedy='Begin with "Version": "2012-10-17".',
    ),
    "OLD_VERSION": Advice(
        id="VAL-06",
        level=Level.WARNING,
        why="Under 2008-10-17 policy variables are plain text.",
        remedy='Write "Version": "2012-10-17".',
    ),
    "UNIQUE_SIDS_RECOMMENDED": Advice(
        id="VAL-07",
        level=Level.WARNING,
        why="Nobody can tell from a Sid which statement is meant.",
        remedy="Give each statement a Sid of its own.",
    ),
    "POLICY_SIZE_EXCEEDS_QUOTA": Advice(
        id="VAL-27",
        level=Level.WARNING,
        why="AWS will not store it.",
        remedy="Shorten it, or divide it into several policies.",
    ),
    "POLICY_SIZE_EXCEEDS_SCP_QUOTA": Advice(
        id="VAL-27",
        level=Level.ERROR,
        why="Organizations will not store it.",
        remedy="Shorten it, or divide it into several policies.",
    ),
    "REDUNDANT_STATEMENT": Advice(
        id="VAL-46",
        level=Level.SUGGESTION,
        why="It changes nothing, and whoever mends one will forget the other.",
        remedy="Keep one of the two.",
    ),
    "PRIVILEGE_ESCALATION": Advice(
        id="VAL-40",
        level=Level.SECURITY,
        why="Whoever has this can get more permissions than these: those of any user, group, role or policy in reach.",
        remedy="Name the users, groups, roles or policies that it is about. For attaching and putting policies of "
        "users and roles one can also demand a permissions boundary, by iam:PermissionsBoundary.",
    ),
}

_Q: Final = Quotas()
LONGEST: Final = {
    PolicyKind.MANAGED: ("POLICY_SIZE_EXCEEDS_QUOTA", _Q.PolicySize),
    PolicyKind.TRUST: ("POLICY_SIZE_EXCEEDS_QUOTA", _Q.ACLSizePerRole),
    PolicyKind.SCP: ("POLICY_SIZE_EXCEEDS_SCP_QUOTA", _Q.ServiceControlPolicySize),
    PolicyKind.RCP: ("POLICY_SIZE_EXCEEDS_SCP_QUOTA", _Q.ResourceControlPolicySize),
}
ESCALATES: Final = (
    ("iam:CreatePolicyVersion",),
    ("iam:SetDefaultPolicyVersion",),
    ("iam:AttachUserPolicy",),
    ("iam:AttachGroupPolicy",),
    ("iam:AttachRolePolicy",),
    ("iam:PutUserPolicy",),
    ("iam:PutGroupPolicy",),
    ("iam:PutRolePolicy",),
    ("iam:AddUserToGroup",),
    ("iam:UpdateAssumeRolePolicy",),
    ("iam:CreateAccessKey",),
    ("iam:CreateLoginProfile",),
    ("iam:UpdateLoginProfile",),
    ("iam:PassRole", "ec2:RunInstances"),
    ("iam:PassRole", "lambda:CreateFunction"),
)
"""Actions that together, on everything, lead to what others may do, in the end to an administrator's (VAL-40)."""
ALL_OF_IT: Final = ("*", "*:*", "iam:*")
"""Patterns that say openly that everything is allowed; they are a finding of their own."""


def check(policy: Policy) -> Found:
    """Findings of one document, place and sentence for each."""
    document = policy.document
    if "Version" not in document:
        yield "MISSING_VERSION", "Version", "There is no Version."
    elif document["Version"] == "2008-10-17":
        yield "OLD_VERSION", "Version", "The version is 2008-10-17."
    if policy.kind is PolicyKind.RESOURCE:
        repeated = [sid for sid, times in Counter(one.sid for one in policy.statements if one.sid).items() if times > 1]
        yield from (("UNIQUE_SIDS_RECOMMENDED", "Statement", f"The Sid {sid!r} stands twice.") for sid in repeated)
    code, longest = LONGEST.get(policy.kind, ("", 0))
    if code and size(policy) > longest:
        yield code, "the document", f"It has {size(policy)} characters; a {policy.kind.value} may have {longest}."
    yield from _redundant(policy)
    if policy.kind in (PolicyKind.IDENTITY, PolicyKind.MANAGED):
        yield from _escalation(policy)


def _redundant(policy: Policy) -> Found:
    written = policy.document["Statement"]
    seen: dict[str, int] = {}
    for index, statement in enumerate(written if isinstance(written, list) else []):
        text = json.dumps({key: value for key, value in statement.items() if key != "Sid"}, sort_keys=True)
        if text in seen:
            problem = f"It says the same as statement {seen[text] + 1}."
            yield "REDUNDANT_STATEMENT", f"Statement[{index}]", problem
        seen.setdefault(text, index)


def _escalation(policy: Policy) -> Found:
    """Statements that allow it on everything and without a condition; a Deny elsewhere may take it back."""
    free = [
        one
        for one in policy.statements
        if one.effect is Effect.ALLOW and "*" in one.resources and not one.conditions and one.actions
    ]
    patterns = [pattern for one in free for pattern in one.actions if pattern.lower() not in ALL_OF_IT]
    denied = [
        pattern
        for one in policy.statements
        if one.effect is Effect.DENY and "*" in one.resources and not one.conditions
        for pattern in one.actions
    ]
    for actions in ESCALATES:
        if all(_named(patterns, one) and not _named(denied, one) for one in actions):
            yield "PRIVILEGE_ESCALATION", "Statement", f"It allows {' with '.join(actions)} on everything."


def _named(patterns: list[str], action: str) -> bool:
    return any(wildcard.matches(pattern.lower(), action.lower()) for pattern in patterns)
