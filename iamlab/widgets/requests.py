"""Requests to ask again and again: those that a lesson names, or a few that the policies of a world are about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import Any, Final

from iamlab import catalog
from iamlab.core import wildcard
from iamlab.core.errors import IamlabError
from iamlab.core.matching import NamedPolicy
from iamlab.core.policy import Effect, Statement
from iamlab.core.request import ANONYMOUS
from iamlab.lab import Lab
from iamlab.world import managed_policies
from iamlab.world.identities import Role, User

MOST: Final = 6
PLAIN: Final = ("s3:GetObject", "iam:ListUsers", "ec2:DescribeInstances", "s3:ListAllMyBuckets")
"""What stands for an action pattern such as ``*``, the first that fits; and fills up a short list."""
Request = tuple[str, str | None]


def checked(lab: Lab, requests: Iterable[Sequence[Any]]) -> tuple[Request, ...]:
    """The named requests, as action and ARN.

    Raises IamlabError (``InvalidInput``, ``InvalidAction``, ``InvalidResource``) for one that cannot be asked.
    """
    found = []
    for one in requests:
        if isinstance(one, str) or not 1 <= len(one) <= 2:
            raise IamlabError(
                f'A request is ("iam:ListUsers",) or ("s3:GetObject", "arn:aws:s3:::b/k"), not {one!r}.',
                code="InvalidInput",
            )
        action, *about = one
        resource = getattr(about[0], "arn", about[0]) if about else None
        try:
            lab.evaluate(ANONYMOUS, action, resource)
        except IamlabError as error:
            # Refused to whoever does not sign, and a request all the same.
            if error.code not in ("AccessDenied", "MissingAuthenticationToken"):
                raise
        found.append((catalog.find(action).name, resource))
    return tuple(found)


def derived(lab: Lab) -> tuple[Request, ...]:
    """A few requests that the policies of this world allow somebody, of roles and users in turn."""
    roles: list[Role | User] = [one for account in lab.accounts for one in account.roles]
    users = [one for account in lab.accounts for one in account.users]
    sources = dict.fromkeys(source for one in [*roles, *users] for source in one.policies)
    lists = [_of(lab, source) for source in sources]
    in_turn = [one for several in zip_longest(*lists) for one in several if one is not None]
    return tuple(dict.fromkeys((*in_turn, *_plain(lab))))[:MOST]


def _of(lab: Lab, source: NamedPolicy) -> list[Request]:
    """Those of one policy. AWS's own name more actions than anybody could look at: of them, the plain ones do."""
    own = not managed_policies.is_aws(source.arn)
    allowing = (one for one in source.policy.statements if one.effect is Effect.ALLOW)
    return list(dict.fromkeys(one for statement in allowing for one in _of_statement(lab, statement, own)))


def _of_statement(lab: Lab, statement: Statement, own: bool) -> Iterator[Request]:
    """One request for each pattern of a statement."""
    for pattern in statement.actions:
        name = next((one for one in PLAIN if wildcard.matches(pattern.lower(), one.lower())), None)
        if name is None and own:
            name = _first(pattern)
        if name is not None:
            yield from _about(lab, name, statement.resources or ("*",))


def _first(pattern: str) -> str | None:
    """The first action that a pattern names; None when there is none."""
    try:
        return next(iter(catalog.expand(pattern)), None)
    except IamlabError:
        return None


def _about(lab: Lab, name: str, patterns: Iterable[str]) -> Iterator[Request]:
    """The action on the first thing that it takes and that the patterns fit."""
    action = catalog.find(name)
    if action.asks_several:
        return
    if action.wildcard_only:
        yield name, None
        return
    fitting = (
        arn for arn in lab.resources if action.takes(arn) and any(wildcard.matches(one, arn) for one in patterns)
    )
    yield from ((name, arn) for arn in list(fitting)[:1])


def _plain(lab: Lab) -> Iterator[Request]:
    for name in PLAIN:
        yield from _about(lab, name, ("*",))


def words(request: Request) -> str:
    """A request in words: ``s3:GetObject on arn:aws:s3:::acme-photos/1.jpg``."""
    action, resource = request
    return f"{action} on {resource}" if resource else action
