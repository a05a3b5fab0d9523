"""What learners get wrong, by the numbers that exercises and progress codes know it by: the belief, and the truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Belief:
    """One common mistake: what is believed, what is true, and the lessons that tell of it."""

    believed: str
    truth: str
    lessons: tuple[int, ...]


def _belief(believed: str, truth: str, *lessons: int) -> Belief:
    return Belief(believed=believed, truth=truth, lessons=lessons)


MISCONCEPTIONS: Final = {
    1: _belief("A new user can look around.", "Nobody can do anything until a policy allows it.", 1),
    2: _belief(
        "An administrator is root.",
        "An administrator is bound by policies and can be denied. Root takes no identity policy, but control "
        "policies of an organization bind it in a member account, and it cannot assume roles.",
        2,
        9,
    ),
    3: _belief("Groups make requests, or hold groups.", "A group is no principal, and holds users only.", 3),
    4: _belief("A role is a group that one belongs to.", "A role is assumed, for a session; nobody belongs to it.", 4),
    5: _belief("Assuming a role adds permissions.", "It swaps them: in the session, only the role's count.", 4),
    6: _belief("The trust policy says what the role may do.", "It says who may assume the role.", 4),
    7: _belief("A permission for sts:AssumeRole is enough.", "The role's trust policy must let one in as well.", 4, 8),
    8: _belief(
        "Both sides are always needed.",
        "In one account, a trust policy that names the user is enough. If it names the account, or across accounts, "
        "both sides are needed.",
        4,
        8,
    ),
    9: _belief(
        "':root' in a trust policy means the root user.",
        "It means the whole account, which then says for itself who of it may.",
        4,
        8,
    ),
    10: _belief("A more exact Allow wins over a Deny.", "An explicit Deny wins over every Allow.", 2),
    11: _belief("All denials are alike.", "Implicit: something is missing. Explicit: something forbids it.", 1, 2, 9),
    12: _belief(
        "A bucket policy and an identity policy must both allow.",
        "In one account either is enough; across accounts both are needed.",
        8,
    ),
    13: _belief("One S3 ARN does for all.", "Listing needs the bucket's ARN, reading an object the one with /*.", 1, 3),
    14: _belief("Read-only is harmless.", "ReadOnlyAccess reads the data itself.", 6),
    15: _belief(
        "An application on EC2 needs keys, or has the rights of who started it.",
        "Its instance profile carries a role, whose credentials EC2 renews.",
        7,
    ),
    16: _belief("PassRole is AssumeRole.", "It lets one hand a role to a service; one does not get the role.", 7),
    17: _belief(
        "Boundaries and service control policies grant something.",
        "They only limit; and control policies do not reach the management account.",
        9,
    ),
    18: _belief(
        "A boundary limits everything.",
        "What a resource policy of the same account gives to the user itself passes a silent boundary.",
        9,
    ),
    19: _belief("An external ID is a password.", "It is no secret: it says for which customer one asks.", 6),
    20: _belief(
        "A session lasts as long as asked, and ends when I lose my access.",
        "15 minutes at least, the role's maximum at most, one hour when chained; an open session stays open.",
        4,
        6,
    ),
}
"""By number. A number is never given to another belief: codes that learners keep name it."""
