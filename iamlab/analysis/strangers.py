"""Who comes from outside of the lab: accounts that policies name and that are not in it, identity providers, everybody.

What such an account allows its own users and roles nobody here knows, nor who they are: whatever follows is so if it
allows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from iamlab.analysis.globs import combinations
from iamlab.core.arn import Arn, is_account_id, root_arn
from iamlab.core.policy import Effect, Statement
from iamlab.core.request import Principal, PrincipalType
from iamlab.core.variables import template
from iamlab.world.callers import Caller, Signer
from iamlab.world.entities import RoleRecord
from iamlab.world.state import State

EVERYBODY: Final = Caller(Signer.OUTSIDE, "*")


def strangers(state: State) -> tuple[Caller, ...]:
    """All whom a trust policy or a resource policy names, and who are not of this lab.

    Providers are those of the lab, and those that AWS knows by their host alone. Unique IDs and canonical user IDs say
    nothing of an account, and are left out.
    """
    named = (pair for one in _statements(state) for pair in (*one.principals, *one.not_principals))
    found = (stranger(state, kind, name) for kind, name in named)
    return tuple(dict.fromkeys(one for one in found if one))


def _statements(state: State) -> Iterator[Statement]:
    for record in state.of_kind(RoleRecord):
        yield from record.trust.policy.statements
    for resource in state.resources.values():
        if resource.policy:
            yield from resource.policy.policy.statements


def stranger(state: State, kind: str, name: str) -> Caller | None:
    """Whom an entry of a Principal element means, by its kind and text; None for who is of this lab."""
    if kind == "Federated":  # a role is assumed with a provider that its account has set up, or with a public one
        known = name in state.providers or not name.startswith("arn:")
        return Caller(Signer.SERVICE, name) if known else None
    if kind != "AWS":
        return None
    if name == "*":
        return EVERYBODY
    arn = root_arn(name) if is_account_id(name) else name
    outside = arn.startswith("arn:") and Arn.parse(arn).account not in state.accounts
    return Caller(Signer.OUTSIDE, arn) if outside else None


# What is not known of them


@dataclass(frozen=True, slots=True)
class Unknown:
    """What nobody here knows of a caller from outside.

    ``account`` is the caller's; ``keys`` are condition keys that may have one value or another; ``here`` are the
    accounts and organizations of this lab, and the unique IDs in it: whatever else the caller is of, it is of none of
    them. ``apart`` are the accounts and ARNs that a Deny is about by name: those are asked about by themselves.
    ``audiences`` are the values that the key ``audience`` of an identity provider may have.
    """

    account: str
    keys: frozenset[str] = frozenset()
    here: frozenset[str] = frozenset()
    apart: frozenset[str] = frozenset()
    audience: str = ""
    audiences: tuple[str, ...] = ()

    def leaves_open(self, key: str) -> bool:
        """Whether the key (in lower case) may have one value or another."""
        return key in self.keys or key.partition("/")[0] in self.keys

    def may_be(self, key: str, value: str) -> bool:
        """Whether the value of a key can be that of a caller from outside: their unique IDs are other ones (ENT-03)."""
        if key == "aws:userid":
            return value.partition(":")[0] not in self.here
        return key not in _ORGANIZATION or value.partition("/")[0] not in self.here

    def identities(self, wanted: Mapping[str, Sequence[str]]) -> list[dict[str, str | None]]:
        """Users and roles that make a difference to conditions on who it is, as values of the keys that are open.

        ``wanted`` are the patterns of those conditions, by key.
        """
        accounts = [self.account]
        if "aws:principalaccount" in self.keys:
            accounts += [one for one in _accounts(wanted) if one not in self.here | self.apart]
        arns = dict.fromkeys(arn for one in accounts for arn in _arns(one, wanted) if arn not in self.apart)
        return [{key: value for key, value in _said(arn) if key in wanted and key in self.keys} for arn in arns]


IDENTITY: Final = ("aws:principalarn", "aws:principalaccount", "aws:principaltype", "aws:username")
"""Keys that say who it is, and go together."""
_ORGANIZATION: Final = ("aws:principalorgid", "aws:principalorgpaths")
_ALWAYS: Final = (
    *_ORGANIZATION,
    "aws:principaltag",
    "aws:userid",
    "aws:multifactorauthpresent",
    "aws:multifactorauthage",
    "aws:tokenissuetime",
    "aws:sourceidentity",
    "aws:federatedprovider",
    "ec2:sourceinstancearn",
    "aws:ec2instancesourcevpc",
    "aws:ec2instancesourceprivateipv4",
)


def unknown(state: State, caller: Caller, account: str) -> Unknown | None:
    """What is not known of the caller of that account; None of who is of this lab."""
    provider = state.providers.get(caller.id)
    if provider is not None and provider.audiences:
        host = caller.id.partition("-provider/")[2]
        return Unknown(account, audience=f"{host}:aud".lower(), audiences=provider.audiences)
    if caller.signer is not Signer.OUTSIDE:
        return None
    known = set(IDENTITY)
    if caller == EVERYBODY:
        known = set()
    elif caller.id.endswith(":root"):
        known = {"aws:principalaccount"}
    keys = frozenset({*_ALWAYS, *(key for key in IDENTITY if key not in known)})
    return Unknown(account, keys, frozenset({*state.accounts, *state.organizations, *state.entities}), _apart(state))


def _apart(state: State) -> frozenset[str]:
    """Whom a Deny names, or leaves out by name: ARNs, and the numbers of accounts."""
    denying = (one for one in _statements(state) if one.effect is Effect.DENY)
    named = [name for one in denying for _, name in (*one.principals, *one.not_principals)]
    return frozenset(name.split(":")[4] if name.endswith(":root") else name for name in named)


def _accounts(wanted: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """The accounts that conditions name."""
    named = (*wanted.get("aws:principalaccount", ()), *(arn.split(":")[4] for arn in _full(wanted)))
    return (one for one in named if is_account_id(one))


def _full(wanted: Mapping[str, Sequence[str]]) -> list[str]:
    return [one for one in wanted.get("aws:principalarn", ()) if one.count(":") >= 5]


def _arns(account: str, wanted: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """A user and a role for every combination of the patterns that are asked for."""
    stem = f"arn:aws:iam::{account}"
    arns = wanted.get("aws:principalarn", ())
    names = [f"{stem}:user/{path}{one}" for one in wanted.get("aws:username", ()) for path in ("", "*/")]
    yield from _matching(f"{stem}:user/?*", (*arns, *names))
    yield from _matching(f"{stem}:role/?*", arns)


def _matching(within: str, patterns: Iterable[str]) -> Iterable[str]:
    several = [template(one).resolve({}) or [] for one in dict.fromkeys(patterns)]
    return combinations(template(within).resolve({}) or [], several).values()


def _said(arn: str) -> Iterator[tuple[str, str | None]]:
    """What the keys say of a user or a role."""
    parsed = Arn.parse(arn)
    role = parsed.kind == "role"
    yield "aws:principalarn", arn
    yield "aws:principalaccount", parsed.account
    yield "aws:principaltype", (PrincipalType.ROLE_SESSION if role else PrincipalType.USER).value
    yield "aws:username", None if role else Principal(arn).name
