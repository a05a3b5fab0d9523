"""What a trust policy opens beyond what was asked for: whom it lets in, or leaves to an account to let in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import chain
from typing import Final

from iamlab.core.arn import Arn
from iamlab.core.errors import IamlabError
from iamlab.core.evaluation import Evaluation, evaluate
from iamlab.core.matching import NamedPolicy
from iamlab.core.policy import LATEST, Effect, Policy, PolicyKind, allow
from iamlab.core.policy_set import PolicySet
from iamlab.core.request import Principal, Request
from iamlab.core.resources import resource_matches
from iamlab.lab import Lab
from iamlab.lessons.circumstances import in_any_case
from iamlab.lessons.excess import ELSEWHERE, Wanted, instances_of
from iamlab.lessons.imagined import SERVICE, SOMEBODY, TAGGED, names_everybody, sample, spoken_of, tags_spoken_of
from iamlab.world.account import Account
from iamlab.world.identities import Role

MAY_ASSUME: Final = allow("sts:AssumeRole")
EVERYBODY: Final = (
    '"*" is everybody: in this account without any permission of their own, and in every other AWS account whoever is '
    "permitted there."
)
"""What ``"Principal": "*"`` says (EVAL-16f)."""


def first_trusted(policy: Policy, role: str, wanted: Wanted, lab: Lab) -> Evaluation | None:
    """Somebody whom the trust policy of that role (its ARN) lets in and nobody asked for, or None.

    Asked are those whom it names, whatever its conditions, and everybody in the lab and somebody in each account, all
    with the permission to assume roles: what a trust policy leaves to an account is as open as that account makes it.
    In other accounts there may be namesakes of those who are wanted, and of whom the conditions speak (EVAL-16f).
    ``lab`` has the policy in it, and stays as it is.
    """
    namesakes = {arn.rpartition("/")[2] for _, arn in wanted if ":user/" in arn}
    found = chain(_named(policy, role), _permitted(lab, policy, role, namesakes), _services(lab, policy, role))
    return next((one for one in found if not _expected(one.request, wanted)), None)


def trusted(policy: Policy) -> frozenset[str]:
    """Whatever the Allow statements of a trust policy name as a Principal, letter for letter."""
    return frozenset(name for one in policy.statements if one.effect is Effect.ALLOW for _, name in one.principals)


def federated_users(policy: Policy) -> tuple[str, ...]:
    """The federated users whom it names: in vain, for they cannot assume roles (STS-05)."""
    named = trusted(policy) if policy.kind is PolicyKind.TRUST else ()
    return tuple(sorted(one for one in named if ":federated-user/" in one))


def _expected(request: Request, wanted: Wanted) -> bool:
    arn = request.principal.arn
    behind = request.principal.role_arn if ":assumed-role/" in arn else arn
    return any(
        # A service's name is no ARN, and stands for itself.
        request.action == action
        and (pattern == arn or resource_matches(pattern, arn) or resource_matches(pattern, behind))
        for action, pattern in wanted
    )


# Those whom it names: services, identity providers, sessions, and users and roles of any account


def _named(policy: Policy, role: str) -> Iterator[Evaluation]:
    """What becomes of those that an Allow names, if its conditions hold and the caller's own policies allow it."""
    bare = NamedPolicy(name="trust policy", policy=_without_conditions(policy))
    policies = PolicySet(identity=(NamedPolicy(name="MayAssume", policy=MAY_ASSUME),), resource=(bare,))
    account = Arn.parse(role).account
    pairs = (pair for one in policy.statements if one.effect is Effect.ALLOW for pair in one.principals)
    for kind, name in dict.fromkeys(pairs):
        if name == "*" or name.isdigit() or name.endswith(":root") or (kind == "AWS" and not name.startswith("arn:")):
            continue  # everyone, an account, or somebody who has been deleted
        for action in _WAYS.get(kind, ()):
            request = Request(
                principal=Principal(_as_caller(name)), action=action, resource=role, resource_account=account
            )
            try:
                found = evaluate(request, policies)
            except IamlabError:
                continue  # whose credentials cannot be used for it at all, such as a federated user's (STS-05)
            if found.allowed:
                yield found


def _as_caller(name: str) -> str:
    """Of a role, which makes no requests itself, a session."""
    if ":role/" not in name:
        return name
    arn = Arn.parse(name)
    return f"arn:{arn.partition}:sts::{arn.account}:assumed-role/{arn.resource.rpartition('/')[2]}/{SOMEBODY}"


_WAYS: Final = {
    "AWS": ("sts:AssumeRole",),
    "Service": ("sts:AssumeRole",),
    "Federated": ("sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML"),
}
"""How each kind of principal assumes a role (EVAL-16)."""


def _without_conditions(policy: Policy) -> Policy:
    """Each Allow as if its conditions held, and each Deny that has one as if it did not."""
    document = policy.document
    given = document["Statement"]
    statements = given if isinstance(given, list) else [given]
    kept = [one for one in statements if one["Effect"] == "Allow" or not one.get("Condition")]
    bare = [{key: value for key, value in one.items() if key != "Condition"} for one in kept]
    return Policy.parse({**document, "Statement": bare}, PolicyKind.TRUST)


# Those whom it leaves to an account, or lets in without a name


def _permitted(lab: Lab, policy: Policy, role: str, namesakes: Iterable[str]) -> Iterator[Evaluation]:
    """Who may assume the role, always or under a condition, where everybody is permitted to assume roles."""
    copy = lab.copy()
    there = {one.id for one in copy.accounts}
    for id_ in sorted({ELSEWHERE, *_accounts(policy)} - there):
        copy.create_account("Elsewhere", id_)
    for account in copy.accounts:
        _settle(account, {SOMEBODY}, "user")  # first, for who is named after nobody is the clearest example
        if tags := tags_spoken_of([policy]):
            _settle(account, {TAGGED}, "user", tags)
        _settle(account, {*namesakes, *map(sample, spoken_of([policy], "aws:username"))}, "user")
        arns = [arn for one in spoken_of([policy], "aws:principalarn") for arn in instances_of(one, account.id)]
        for kind in ("user", "role"):
            _settle(account, {arn.rpartition("/")[2] for arn in arns if f":{account.id}:{kind}/" in arn}, kind)
        for one in account.principals:
            if not (isinstance(one, Role) and one.service_linked):
                one.put_policy("MayAssume", MAY_ASSUME)
    answers = copy.who_can("sts:AssumeRole", role)
    for kind in ("user", "role"):  # a user is the clearer example
        for answer in answers.found:
            if answer.subject.kind == kind:
                yield answer.matrix.explain(answer.cells[0])


def _services(lab: Lab, policy: Policy, role: str) -> Iterator[Evaluation]:
    """A service that a ``*`` lets in: of it, conditions on users and accounts say nothing (COND-20)."""
    if names_everybody(policy):
        named = map(sample, spoken_of([policy], "aws:principalservicename"))
        for service in dict.fromkeys((SERVICE, *named)):
            if (found := in_any_case(lab.evaluate(service, "sts:AssumeRole", role))).allowed:
                yield found


def _settle(account: Account, names: Iterable[str], kind: str, tags: Mapping[str, str] | None = None) -> None:
    """Users or roles of these names, where there are none yet and the name can be one."""
    trust = {"Effect": "Allow", "Principal": {"AWS": account.id}, "Action": "sts:AssumeRole"}
    for name in sorted(names):
        with suppress(IamlabError):
            if kind == "user":
                account.create_user(name, tags=tags)
            else:
                account.create_role(name, trust={"Version": LATEST, "Statement": trust})


def _accounts(policy: Policy) -> Iterator[str]:
    """The accounts that it names."""
    for name in trusted(policy):
        if name.isdigit() or name.endswith(":root"):
            yield name if name.isdigit() else Arn.parse(name).account
