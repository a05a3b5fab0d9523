"""How a policy names a caller: by its own ARN, by what stands behind it, by its account, or as everyone (POL-06)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from enum import IntFlag
from typing import Final

from iamlab.core.arn import Arn, root_arn
from iamlab.core.request import PrincipalType, Request

PrincipalEntry = tuple[str, str]
"""One entry of a Principal element: its kind and its text, ``("AWS", "111111111111")``."""
EVERYONE: Final[PrincipalEntry] = ("AWS", "*")


class Naming(IntFlag):
    """The ways in which a caller is named; a statement may name it in several (EVAL-10)."""

    NOT_AT_ALL = 0
    ACCOUNT = 1
    BEHIND = 2  # the role behind a session, the user behind a federated one
    EVERYONE = 4
    DIRECTLY = 8


def canonical_user_id(account: str) -> str:
    """The 64 hexadecimal digits by which S3 knows an account (POL-06); made up, and always the same."""
    return hashlib.sha256(f"canonical user of {account}".encode()).hexdigest()


def names(request: Request) -> Mapping[PrincipalEntry, Naming]:
    """Every entry that names this caller, and how."""
    principal = request.principal
    found: dict[PrincipalEntry, Naming] = {EVERYONE: Naming.EVERYONE}
    if principal.type is PrincipalType.SERVICE:
        found["Service", principal.arn] = Naming.DIRECTLY
    elif principal.type is PrincipalType.PROVIDER:
        found["Federated", principal.arn] = Naming.DIRECTLY
    elif principal.type is not PrincipalType.ANONYMOUS:
        partition = Arn.parse(principal.arn).partition
        for account in (principal.account, root_arn(principal.account, partition)):
            found["AWS", account] = Naming.ACCOUNT
        found["CanonicalUser", canonical_user_id(principal.account)] = Naming.ACCOUNT
        if principal.type is not PrincipalType.ROOT:
            found["AWS", principal.arn] = Naming.DIRECTLY
        found.update(_behind(request))
    return found


def _behind(request: Request) -> dict[PrincipalEntry, Naming]:
    """The unique ID of the caller or of its role, and the entity that a session stands for (STS-22)."""
    principal = request.principal
    user_id = request.values.get("aws:userid")
    entity_id = user_id.partition(":")[0] if isinstance(user_id, str) else ""
    if principal.type is PrincipalType.USER:
        return {("AWS", entity_id): Naming.DIRECTLY}
    if principal.type is PrincipalType.ROLE_SESSION:
        return {("AWS", entity_id): Naming.BEHIND, ("AWS", request.role_arn): Naming.BEHIND}
    if principal.type is PrincipalType.FEDERATED_USER and principal.issuer:
        return {("AWS", principal.issuer): Naming.BEHIND}
    return {}


def exempt(type_: PrincipalType, listed: Naming) -> bool:
    """Whether a caller so listed under NotPrincipal is left out: the account and the user, or the account and the
    role, must both be there (EVAL-18, UNSURE-23).
    """
    if Naming.EVERYONE in listed:
        return True
    if type_ is PrincipalType.ROOT:
        return Naming.ACCOUNT in listed
    if type_ in (PrincipalType.SERVICE, PrincipalType.PROVIDER):
        return Naming.DIRECTLY in listed
    needed = Naming.DIRECTLY if type_ is PrincipalType.USER else Naming.BEHIND
    return Naming.ACCOUNT | needed in listed
