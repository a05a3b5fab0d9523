"""The policies on both sides of a request that can be written anew, and the operations that put them in place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from iamlab.core.errors import IamlabError
from iamlab.core.policy import LATEST, Policy, PolicyKind
from iamlab.core.policy_set import about
from iamlab.lab import CallerLike, Lab
from iamlab.world import documents, managed_policies
from iamlab.world.account import Account
from iamlab.world.authorization import resource_with_policy
from iamlab.world.callers import Signer
from iamlab.world.identities import Group, Role, User
from iamlab.world.policies import AWS, ManagedPolicy
from iamlab.world.services import SERVICES
from iamlab.world.things import WithPolicy, handle

SKELETON: Final = f'{{\n  "Version": "{LATEST}",\n  "Statement": [\n    \n  ]\n}}'
"""What one begins to write with where there is no policy yet."""
NEW: Final = "a new inline policy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A policy as text: what it is in words, how it stands in the world, and how a text is checked and put in place.

    ``policy`` is None where there is none yet. ``check`` and ``put`` take a text, ``delete`` takes the policy away and
    is None where there must always be one; all raise what the operations raise.
    """

    words: str
    policy: Policy | None
    check: Callable[[str], Any] = field(compare=False, repr=False)
    put: Callable[[str], Any] = field(compare=False, repr=False)
    delete: Callable[[], Any] | None = field(default=None, compare=False, repr=False)

    @property
    def text(self) -> str:
        """The policy as it is now; without one, what to begin with."""
        return SKELETON if self.policy is None else self.policy.to_json()

    def is_about(self, action: str) -> bool:
        """Whether a statement of it is about the action."""
        return self.policy is not None and any(about(self.policy, action.lower()))


def holder_of(lab: Lab, caller: CallerLike) -> User | Role | None:
    """The user or role whose identity policies reach a caller; None for a root user, a service and nobody."""
    if isinstance(caller, str):
        return None
    acting, state = caller.caller, lab.world.state
    id_ = acting.id
    if acting.signer is Signer.KEY and id_ in state.keys:
        id_ = state.keys[id_].owner
    if acting.signer is Signer.SESSION and id_ in state.sessions:
        id_ = state.sessions[id_].entity
    record = state.entities.get(id_)
    if record is None:
        return None
    return Role(lab.world, id_) if record.kind == "role" else User(lab.world, id_)


def callers_policies(lab: Lab, holder: User | Role, new_name: Callable[[], str]) -> tuple[Written, ...]:
    """The inline and customer managed policies that reach a user or role, its groups' included, and a new one."""
    account = Account(lab.world, holder.account_id)
    holders: tuple[User | Group | Role, ...] = (holder, *(holder.groups if isinstance(holder, User) else ()))
    found = [one for each in holders for one in _policies_of(account, each)]
    return (*found, _new(holder, new_name))


def fixed_policies(holder: User | Role) -> tuple[str, ...]:
    """AWS's own policies that reach a user or role: they have a say as well, and cannot be edited."""
    return tuple(
        f"{one.name}{f', through the group {one.via}' if one.via else ''}"
        for one in holder.policies
        if managed_policies.is_aws(one.arn)
    )


def _policies_of(account: Account, holder: User | Group | Role) -> Iterator[Written]:
    whose = f"{holder.kind} {holder.name}"
    for one in holder.policies:
        if one.via:
            continue  # a group's, which comes with the group
        if not one.arn:
            yield _inline(holder, one.name, one.policy, f"inline policy {one.name} of {whose}")
            continue
        managed = account.managed_policy(one.arn)
        if managed.owner != AWS:
            yield _managed(managed, f"managed policy {one.name}, attached to {whose}")


def _inline(holder: User | Group | Role, name: str, policy: Policy, words: str) -> Written:
    return Written(
        words=words,
        policy=policy,
        check=Policy.parse,
        put=lambda text: holder.put_policy(name, text),
        delete=lambda: holder.delete_policy(name),
    )


def _new(holder: User | Role, new_name: Callable[[], str]) -> Written:
    def put(text: str) -> None:
        name = new_name()
        if name in [one.name for one in holder.policies if not one.arn and not one.via]:
            raise IamlabError(
                f"{holder.name} has an inline policy {name} already. Choose it above to edit it, or another name.",
                code="EntityAlreadyExists",
            )
        holder.put_policy(name, text)

    return Written(
        words=f"{NEW} of {holder.kind} {holder.name}",
        policy=None,
        check=Policy.parse,
        put=put,
    )


def _managed(managed: ManagedPolicy, words: str) -> Written:
    def put(text: str) -> None:
        """A new version in force; of a policy that is full the oldest makes place, as AWS's console offers."""
        parsed = Policy.parse(text, PolicyKind.MANAGED)
        if managed.is_full:
            managed.delete_version(next(one.id for one in managed.versions if one.id != managed.default_version))
        managed.create_version(parsed, set_as_default=True)

    return Written(
        words=words,
        policy=managed.policy,
        check=lambda text: Policy.parse(text, PolicyKind.MANAGED),
        put=put,
    )


def others_policy(lab: Lab, action: str, resource: str) -> Written | None:
    """The policy on the other side of a request: a role's trust policy, a bucket's, a key's; None where none can be
    written as a whole.
    """
    state = lab.world.state
    if action.lower().startswith("sts:"):
        record = state.entity_at(resource)
        return _trust(lab, Role(lab.world, record.id)) if record is not None and record.kind == "role" else None
    found = resource_with_policy(state, resource)
    thing = handle(lab.world, found) if found is not None else None
    return _resource(lab, thing) if isinstance(thing, WithPolicy) else None


def _trust(lab: Lab, role: Role) -> Written:
    return Written(
        words=f"role trust policy of {role.name}",
        policy=role.trust,
        check=lambda text: documents.save(lab.world.state, text, PolicyKind.TRUST),
        put=role.update_trust,
    )


def _resource(lab: Lab, thing: WithPolicy) -> Written:
    code = SERVICES[thing.kind].malformed

    def check(text: str) -> Any:
        return documents.as_code(code, lambda: documents.save(lab.world.state, text, PolicyKind.RESOURCE))

    return Written(
        words=f"{thing.kind} policy of {thing.name}",
        policy=thing.policy,
        check=check,
        put=thing.put_policy,
        delete=thing.delete_policy,
    )


def policy_kind(lab: Lab, action: str, resource: str) -> str:
    """What the policy on the other side is called, ``bucket policy``; empty where none can stand there."""
    if action.lower().startswith("sts:"):
        record = lab.world.state.entity_at(resource)
        return "role trust policy" if record is not None and record.kind == "role" else ""
    found = resource_with_policy(lab.world.state, resource)
    if found is None or found.kind in ("instance", "object"):
        return ""
    return f"{found.kind} policy"


def resource_policy(lab: Lab, resource: str) -> Policy | None:
    """The policy of a resource that has one, as it is in force; None without one."""
    found = resource_with_policy(lab.world.state, resource)
    return documents.current(lab.world.state, found.policy) if found is not None and found.policy else None
