"""Requests: who asks, to do what, to which resource, under which circumstances."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from iamlab.core.arn import Arn
from iamlab.core.errors import IamlabError
from iamlab.core.values import context_values
from iamlab.core.variables import Value, Values

ANONYMOUS: Final = "anonymous"
"""The principal of an unsigned request, and what ``aws:PrincipalAccount`` says of it (COND-20)."""


class PrincipalType(Enum):
    """What kind of caller makes a request; where ``aws:PrincipalType`` has a word for it, that word (COND-20)."""

    ROOT = "Account"
    USER = "User"
    ROLE_SESSION = "AssumedRole"
    FEDERATED_USER = "FederatedUser"
    SERVICE = "service principal"
    PROVIDER = "identity provider"  # behind AssumeRoleWithSAML and AssumeRoleWithWebIdentity, which are unsigned
    ANONYMOUS = "Anonymous"


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller: an ARN, a service's name (``ec2.amazonaws.com``), an identity provider or ``anonymous``.

    ``issuer`` is the ARN of the user that a federated-user session was made by. ``account`` is empty for services,
    providers known by a host name, and anonymous callers.

    >>> Principal("arn:aws:iam::111111111111:user/alice").type.value
    'User'
    """

    arn: str
    issuer: str = ""
    type: PrincipalType = field(init=False)
    account: str = field(init=False)
    values: Values = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        type_, account = _type(self.arn)
        object.__setattr__(self, "type", type_)
        object.__setattr__(self, "account", account)
        object.__setattr__(self, "values", dict(_implied(self)))

    @property
    def name(self) -> str:
        """The user's or session's name; ``root`` for the root user; a service's or provider's whole name."""
        mark = "/" if self.arn.startswith("arn:") and "/" in self.arn else ":"
        return self.arn.rpartition(mark)[2]

    @property
    def role_arn(self) -> str:
        """The role behind a session; a session's ARN leaves out the path, so it is taken to be ``/`` (EVAL-26)."""
        arn = Arn.parse(self.arn)
        return f"arn:{arn.partition}:iam::{arn.account}:role/{arn.resource.split('/')[1]}"


_TYPES: Final = {
    ("iam", "root"): PrincipalType.ROOT,
    ("iam", "user"): PrincipalType.USER,
    ("sts", "assumed-role"): PrincipalType.ROLE_SESSION,
    ("sts", "federated-user"): PrincipalType.FEDERATED_USER,
    ("iam", "saml-provider"): PrincipalType.PROVIDER,
    ("iam", "oidc-provider"): PrincipalType.PROVIDER,
}


COGNITO: Final = "cognito-identity.amazonaws.com"
"""A provider of identities, though it is named like a service."""


def _type(text: str) -> tuple[PrincipalType, str]:
    if text == ANONYMOUS:
        return PrincipalType.ANONYMOUS, ""
    if not text.startswith("arn:") and "." in text and not any(one.isspace() or one in ":/" for one in text):
        service = ".amazonaws.com" in text and text != COGNITO
        return (PrincipalType.SERVICE if service else PrincipalType.PROVIDER), ""
    arn = Arn.parse(text)
    named = _TYPES.get((arn.service, arn.kind))
    parts = arn.resource.count("/") + 1
    least = {PrincipalType.ROOT: 1, PrincipalType.ROLE_SESSION: 3}.get(named, 2) if named else 0
    if named is None or parts < least:
        raise IamlabError(
            f"{text!r} makes no requests. A user, a role session, a federated user, the root user, a service, "
            "an identity provider or 'anonymous' does.",
            code="InvalidInput",
        )
    return named, arn.account


def _implied(principal: Principal) -> dict[str, Value]:
    """The context keys that follow from the caller alone, in lower case (COND-20, COND-24)."""
    kind = principal.type
    if kind is PrincipalType.SERVICE:
        service = {"aws:principalisawsservice": "true", "aws:principalservicename": principal.arn}
        return {**service, "aws:principalservicenameslist": (principal.arn,)}
    if kind is PrincipalType.ANONYMOUS:
        words = ("aws:principalaccount", "aws:principaltype", "aws:userid")
        return dict(zip(words, (ANONYMOUS, kind.value, ANONYMOUS), strict=True))
    if kind is PrincipalType.PROVIDER:
        return {}
    session = kind is PrincipalType.ROLE_SESSION
    values: dict[str, Value] = {
        "aws:principalarn": principal.role_arn if session else principal.arn,
        "aws:principalaccount": principal.account,
        "aws:principaltype": kind.value,
        "aws:principalisawsservice": "false",
    }
    if kind is PrincipalType.USER:
        values["aws:username"] = principal.name
    if kind is PrincipalType.ROOT:
        values["aws:userid"] = principal.account
    if kind is PrincipalType.FEDERATED_USER:
        values["aws:userid"] = f"{principal.account}:{principal.name}"
    return values


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One question for the engine: may this principal do this to that?

    ``resource`` is one full ARN, or ``*`` where the action takes no resource (POL-11).
    ``resource_account`` is the twelve digits of its owner. ``context`` holds context keys: text, numbers, booleans or
    instants, and lists for multivalued keys; those that follow from the caller are added (COND-20).
    Raises IamlabError: ``InvalidInput`` for a context that is none, ``InvalidResource`` for a resource that is no ARN.
    """

    principal: Principal
    action: str
    resource: str
    resource_account: str
    context: Mapping[str, Any] = field(default_factory=dict, hash=False)
    values: Values = field(init=False, repr=False, compare=False, hash=False)

    def __post_init__(self) -> None:
        values = {**self.principal.values, **context_values(self.context)} if self.context else self.principal.values
        if self.resource != "*":
            if not self.resource.startswith("arn:") or self.resource.count(":") < 5:
                raise IamlabError(
                    f"{self.resource!r} is no ARN. Write a full one, such as arn:aws:s3:::acme-photos/1.jpg, "
                    "or * for an action that takes no resource.",
                    code="InvalidResource",
                )
            values = {"aws:resourceaccount": self.resource_account, **values}
        object.__setattr__(self, "values", values)

    @property
    def role_arn(self) -> str:
        """The role behind a session: what ``aws:PrincipalArn`` says, which knows the path (EVAL-26)."""
        return str(self.values.get("aws:principalarn", ""))

    @property
    def same_account(self) -> bool:
        """Whether the resource belongs to the caller's account."""
        return self.principal.account == self.resource_account
