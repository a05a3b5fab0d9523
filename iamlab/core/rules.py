"""The rules that decisions cite: one sentence each, with AWS's page on it.

This is product: a learner sees the rule card beside the verdict. The ids are those of the facts that iamlab is
built on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

GUIDE: Final = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule of AWS: its id, what it says, and where AWS says it."""

    id: str
    sentence: str
    link: str


def _rule(id_: str, sentence: str, page: str) -> tuple[str, Rule]:
    return id_, Rule(id=id_, sentence=sentence, link=page if page.startswith("https:") else GUIDE + page)


RULES: Final[dict[str, Rule]] = dict(
    (
        _rule(
            "ENT-08",
            "A new user, group or role has no permissions: until a policy allows something, everything is denied.",
            "introduction_access-management.html",
        ),
        _rule(
            "EVAL-02",
            "A statement applies only when all of its elements match the request; "
            "without an Allow that applies, the request is denied.",
            "reference_policies_evaluation-logic_policy-eval-denyallow.html",
        ),
        _rule(
            "EVAL-03",
            "An explicit Deny in any policy that applies ends the matter, whatever else allows.",
            "reference_policies_evaluation-logic_AccessPolicyLanguage_Interplay.html",
        ),
        _rule(
            "EVAL-08",
            "All identity policies of a caller count together, for a user those of its groups as well; "
            "one Allow among them is enough.",
            "reference_policies_evaluation-logic_policy-eval-basics.html",
        ),
        _rule(
            "EVAL-14",
            "The root user is allowed everything in its own account by default; identity policies do not apply to it.",
            "id_root-user.html",
        ),
        _rule(
            "EVAL-24",
            "sts:GetCallerIdentity and sts:GetSessionToken need no permission, and no policy can take them away.",
            "https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html",
        ),
    )
)
