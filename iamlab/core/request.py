"""Requests: who asks, to do what, to which resource."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from iamlab.core.arn import Arn
from iamlab.core.errors import IamlabError


class PrincipalType(Enum):
    """What kind of caller makes a request; the words of ``aws:PrincipalType`` (COND-20)."""

    ROOT = "Account"
    USER = "User"
    ROLE_SESSION = "AssumedRole"


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller, known by its ARN.

    >>> Principal("arn:aws:iam::111111111111:user/alice").type.value
    'User'
    """

    arn: str
    type: PrincipalType = field(init=False)
    account: str = field(init=False)

    def __post_init__(self) -> None:
        arn = Arn.parse(self.arn)
        object.__setattr__(self, "type", _type(arn))
        object.__setattr__(self, "account", arn.account)

    @property
    def name(self) -> str:
        """The user's or session's name; ``root`` for the root user."""
        return Arn.parse(self.arn).name

    @property
    def role_arn(self) -> str:
        """The role behind a session; a session's ARN leaves out the path, so it is taken to be ``/`` (EVAL-26)."""
        arn = Arn.parse(self.arn)
        return f"arn:{arn.partition}:iam::{arn.account}:role/{arn.resource.split('/')[1]}"


def _type(arn: Arn) -> PrincipalType:
    kinds = {
        ("iam", "root"): PrincipalType.ROOT,
        ("iam", "user"): PrincipalType.USER,
        ("sts", "assumed-role"): PrincipalType.ROLE_SESSION,
    }
    try:
        return kinds[arn.service, arn.kind]
    except KeyError:
        raise IamlabError(
            f"{str(arn)!r} makes no requests. A user, a role session or the root user does.",
            code="InvalidInput",
        ) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One question for the engine: may this principal do this to that?

    ``resource`` is one full ARN, or ``*`` where the action takes no resource (POL-11).
    ``resource_account`` is the twelve digits of its owner.
    """

    principal: Principal
    action: str
    resource: str
    resource_account: str
    context: Mapping[str, Any] = field(default_factory=dict, hash=False)
