"""What a check imagines: somebody else, a word for a star, policies that leave it to an account."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Final

from iamlab.core.conditions import Condition
from iamlab.core.policy import LATEST, Effect, Policy, PolicyKind, allow
from iamlab.core.variables import Values
from iamlab.world.callers import ANY_SESSION
from iamlab.world.entities import EntityRecord, InlinePolicy, RoleRecord, SavedPolicy, Tags, UserRecord
from iamlab.world.state import State

SOMEBODY: Final = "somebody-else"
"""A user, or a session, that there could be in each account."""

ITS_OWN: Final = "what account"
"""How the permissions are named that an imagined caller is taken to have: ``what account 333333333333 allows``."""

TAGGED: Final = "somebody-tagged"
"""The same with the tags that a policy speaks of."""

SERVICE: Final = "lambda.amazonaws.com"
"""A service where none is named."""


def sample(pattern: str, star: str = "example") -> str:
    """A text that fits a pattern.

    >>> sample("role/Prod*"), sample("web/?*", star="")
    ('role/Prodexample', 'web/x')
    """
    return pattern.replace("*", star).replace("?", "x")


def said_in(text: str, values: Values) -> str:
    """The text with what a request has for its policy variables; some word where it has nothing (POL-16).

    >>> said_in("home/${aws:username}/${aws:userid}", {"aws:username": "dana"})
    'home/dana/example'
    """
    known = {key: value for key, value in values.items() if isinstance(value, str)}
    return _VARIABLE.sub(lambda found: known.get(found[1].lower(), "example"), text)


_VARIABLE: Final = re.compile(r"\$\{([^}]*)\}")


def values_of(record: EntityRecord) -> Values:
    """What every request of a user or role has for the policy variables that say who it is (COND-20)."""
    who: dict[str, str] = {f"aws:principaltag/{key}".lower(): value for key, value in record.tags}
    if record.kind == "user":
        who |= {"aws:username": record.name, "aws:userid": record.id}
    else:
        who |= {"aws:userid": f"{record.id}:{ANY_SESSION}"}
    return {**who, "aws:principalaccount": record.account}


def user(
    id_: str, account: str, *, name: str = SOMEBODY, groups: Iterable[str] = (), tags: Tags = (), may: str = ""
) -> UserRecord:
    """A user who has always been there; who ``may`` do everything has a policy of that name for it."""
    inline = (InlinePolicy(name=may, policy=allow("*")),) if may else ()
    return UserRecord(
        id=id_,
        account=account,
        path="/",
        name=name,
        created=State().now,
        groups=tuple(groups),
        tags=tags,
        inline=inline,
    )


def names_everybody(policy: Policy) -> bool:
    """Whether an Allow of it has ``*`` as its principal."""
    return any(name == "*" for one in policy.statements if one.effect is Effect.ALLOW for _, name in one.principals)


def conditions_of(policies: Iterable[Policy]) -> Iterator[Condition]:
    """Every condition of the policies, in order."""
    return (one for policy in policies for statement in policy.statements for one in statement.conditions)


def spoken_of(policies: Iterable[Policy], key: str) -> list[str]:
    """What conditions on a key (in whatever letter case) compare it with, letter for letter."""
    found = (one.values for one in conditions_of(policies) if one.key.lower() == key.lower())
    return list(dict.fromkeys(text for values in found for text in values))


def tags_spoken_of(policies: Iterable[Policy]) -> dict[str, str]:
    """A value for each tag of the caller that conditions speak of."""
    of_tags = (one for one in conditions_of(policies) if one.key.lower().startswith("aws:principaltag/") and one.values)
    return {one.key.partition("/")[2]: sample(one.values[0]) for one in of_tags}


@cache
def left_to(*accounts: str) -> tuple[Policy, Policy]:
    """A trust policy and a key policy that leave it to these accounts (EVAL-15)."""
    statement = {"Effect": "Allow", "Principal": {"AWS": list(accounts)}}
    trust = {"Version": LATEST, "Statement": {**statement, "Action": "sts:*"}}
    key = {"Version": LATEST, "Statement": {**statement, "Action": "kms:*", "Resource": "*"}}
    return Policy.parse(trust, PolicyKind.TRUST), Policy.parse(key, PolicyKind.RESOURCE)


def role(id_: str, account: str, may: str) -> RoleRecord:
    """The same as a role, which its account may assume."""
    like = user(id_, account, may=may)
    return RoleRecord(
        id=id_,
        account=account,
        path=like.path,
        name=like.name,
        created=like.created,
        inline=like.inline,
        trust=SavedPolicy(policy=left_to(account)[0]),
    )
