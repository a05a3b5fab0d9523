"""Credentials as the world keeps them: access keys, MFA devices, and the sessions that temporary keys belong to."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from iamlab.core.errors import IamlabError
from iamlab.core.matching import NamedPolicy
from iamlab.world.entities import Tags

ACTIVE: Final = "Active"
INACTIVE: Final = "Inactive"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessKeyRecord:
    """A long-term key (AKIA...); ``owner`` is a user's unique ID, or an account's number for its root user."""

    id: str
    owner: str
    created: datetime
    secret: str = field(repr=False)
    status: str = ACTIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class MfaDeviceRecord:
    """A virtual MFA device, known by its ARN, or a passkey (ENT-20); ``owner`` is empty until it is enabled."""

    arn: str
    account: str
    name: str
    created: datetime
    seed: str = field(repr=False)  # base32, as authenticator apps take it
    owner: str = ""
    passkey: bool = False
    tags: Tags = ()

    def code(self, now: datetime) -> str:
        """The six digits that the device shows at that moment (RFC 6238, thirty seconds each)."""
        counter = int(now.timestamp()) // 30
        digest = hmac.new(base64.b32decode(self.seed), counter.to_bytes(8, "big"), hashlib.sha1).digest()
        start = digest[-1] & 0x0F
        return f"{(int.from_bytes(digest[start : start + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRecord:
    """Temporary credentials and all that was frozen into them when they were issued (STS-20).

    ``kind`` is role, user (GetSessionToken), federated (GetFederationToken) or console. ``entity`` is the unique ID of
    the role or user, or an account's number for its root user. ``policies`` are the session policies, None if none
    were passed. ``facts`` are further condition keys that the session carries, such as those of an identity provider.
    """

    id: str  # the access key ID, ASIA...
    kind: str
    entity: str
    name: str
    issued: datetime
    expires: datetime
    secret: str = field(repr=False)
    token: str = field(repr=False)
    policies: tuple[NamedPolicy, ...] | None = None
    tags: Tags = ()
    transitive: tuple[str, ...] = ()
    source_identity: str = ""
    mfa: bool | None = None  # None: the session carries no such key, as those of identity providers
    mfa_at: datetime | None = None
    facts: tuple[tuple[str, Any], ...] = ()
    caller: str = ""  # the ARN of who called for it
    instance: str = ""  # the ARN of the EC2 instance that it was delivered to


class Credentials:
    """The three parts that sign a request, shown once, as AWS shows them once; no repr holds them."""

    def __init__(self, access_key_id: str, parts: dict[str, str]) -> None:
        self.access_key_id = access_key_id
        self._parts: dict[str, str] | None = parts

    def reveal(self) -> dict[str, str]:
        """All parts under AWS's names, the first time.

        Raises IamlabError (``InvalidInput``) from the second time on.
        """
        if self._parts is None:
            raise IamlabError(
                f"The secret of {self.access_key_id} was shown once, and AWS does not show it again. "
                "Make new credentials.",
                code="InvalidInput",
            )
        parts, self._parts = self._parts, None
        return parts

    def __repr__(self) -> str:
        shown = "reveal() shows the secret once" if self._parts else "the secret was shown"
        return f"<credentials {self.access_key_id}; {shown}>"
