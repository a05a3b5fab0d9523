"""Changes to a role's trust policy, one principal at a time: whom to let in, and whom no more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from iamlab.core.documents import as_sequence
from iamlab.core.errors import PolicyError
from iamlab.core.naming import PrincipalEntry
from iamlab.core.policy import LATEST
from iamlab.lab import Lab
from iamlab.views.trust import Trusted, principal_words
from iamlab.world.account import Account
from iamlab.world.identities import Role, User

ANOTHER: Final = "another: type it"
SERVICES: Final = ("ec2.amazonaws.com", "lambda.amazonaws.com")
"""Services that roles are made for most often; any other can be typed."""
LAST: Final = "A role always has a trust policy: let somebody else in first, or delete the role."


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Somebody who can be trusted: as a policy names it, and in words."""

    named: PrincipalEntry
    words: str


def parties(lab: Lab, account: Account) -> list[tuple[str, Party | str]]:
    """Whom a role of the account can be made to trust: its own people first, then other accounts', then services."""
    others = [one for one in lab.accounts if one != account]
    named: list[PrincipalEntry] = []
    for home in (account, *others):
        people: tuple[User | Role, ...] = home.principals
        named += [("AWS", home.arn), *(("AWS", one.arn) for one in people)]
    named += [("Service", name) for name in SERVICES]
    found = (Party(named=one, words=principal_words(lab.world.state, one)) for one in named)
    return [*((one.words, one) for one in found), (ANOTHER, ANOTHER)]


def typed(lab: Lab, text: str) -> Party:
    """What somebody typed: an account's number, an ARN, a service's name, or ``*``; AWS says whether it is one."""
    name = text.strip()
    provider = ":oidc-provider/" in name or ":saml-provider/" in name
    kind = "Service" if name.endswith((".amazonaws.com", ".amazonaws.com.cn")) else "Federated" if provider else "AWS"
    return Party(named=(kind, name), words=principal_words(lab.world.state, (kind, name)))


def trust_of(party: Party) -> dict[str, Any]:
    """A trust policy that lets one principal in."""
    return {"Version": LATEST, "Statement": [_statement(party.named)]}


def add(role: Role, party: Party) -> None:
    """Let somebody in, by a statement of its own; one that is there already is not written twice.

    Raises what ``role.update_trust`` raises.
    """
    document = role.trust.document
    statements = list(as_sequence(document["Statement"]))
    more = _statement(party.named)
    role.update_trust({**document, "Statement": [*statements, *([] if more in statements else [more])]})


def remove(role: Role, one: Trusted) -> None:
    """Take one principal out of its statement, and the statement away when it names nobody any more.

    Raises what ``role.update_trust`` raises: the last one cannot be taken out.
    """
    document = role.trust.document
    statements = [
        _without(statement, one.named) if position == one.position else statement
        for position, statement in enumerate(as_sequence(document["Statement"]), 1)
    ]
    kept = [statement for statement in statements if statement["Principal"]]
    try:
        role.update_trust({**document, "Statement": kept})
    except PolicyError as error:
        if not kept:
            error.remedy = LAST
        raise


_ACTIONS: Final = {"oidc": "sts:AssumeRoleWithWebIdentity", "saml": "sts:AssumeRoleWithSAML"}


def _statement(named: PrincipalEntry) -> dict[str, Any]:
    kind, name = named
    action = "sts:AssumeRole"
    if kind == "Federated":
        action = _ACTIONS["saml" if ":saml-provider/" in name else "oidc"]
    return {"Effect": "Allow", "Principal": {kind: name}, "Action": action}


def _without(statement: dict[str, Any], named: PrincipalEntry) -> dict[str, Any]:
    principal = statement["Principal"]
    if isinstance(principal, str):
        return {**statement, "Principal": {}}
    kind, name = named
    left = {key: [one for one in as_sequence(names) if (key, one) != (kind, name)] for key, names in principal.items()}
    written = {key: names[0] if len(names) == 1 else names for key, names in left.items() if names}
    return {**statement, "Principal": written}
