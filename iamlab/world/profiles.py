"""Instance profiles, as the learner holds them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from iamlab.core.errors import IamlabError
from iamlab.world import names
from iamlab.world.entities import InstanceProfileRecord, RoleRecord
from iamlab.world.handles import Handle, as_variable, check_no_text, of_another_lab
from iamlab.world.identities import Role
from iamlab.world.operations import call, pass_role, tag_list
from iamlab.world.policies import tagging, untagging
from iamlab.world.services import EC2
from iamlab.world.state import State
from iamlab.world.world import World


class InstanceProfile(Handle):
    """What EC2 is given: a container for one role (ENT-17)."""

    def __init__(self, world: World, id_: str) -> None:
        super().__init__(world, id_)
        self.id = id_

    @property
    def _record(self) -> InstanceProfileRecord:
        return self._stored(self._world.state)

    def _stored(self, state: State) -> InstanceProfileRecord:
        record = state.profiles.get(self.id)
        if record is None:
            raise IamlabError(f"The instance profile with ID {self.id} cannot be found.", code="NoSuchEntity")
        return record

    @property
    def name(self) -> str:
        """Its name."""
        return self._record.name

    @property
    def arn(self) -> str:
        """Its ARN, path included."""
        return self._record.arn

    @property
    def account_id(self) -> str:
        """The twelve digits of its account."""
        return self._record.account

    @property
    def role(self) -> Role | None:
        """The role in it, None while it is empty."""
        record = self._record
        return Role(self._world, record.role) if record.role else None

    @property
    def tags(self) -> dict[str, str]:
        """Its tags."""
        return dict(self._record.tags)

    def exists_in(self, world: World) -> bool:
        """Whether it is of that world, and still there."""
        return self._world is world and self.id in world.state.profiles

    def add_role(self, role: Role) -> None:
        """Put a role into it; the caller needs iam:PassRole on the role (ENT-17).

        Raises IamlabError (``InvalidInput``, ``NoSuchEntity``, ``LimitExceeded`` for a second role,
        ``UnmodifiableEntity`` for a service-linked role).
        """
        target = self._role(role, "add_role")

        def added(state: State, record: InstanceProfileRecord) -> InstanceProfileRecord:
            if record.role:
                raise IamlabError("Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1", code="LimitExceeded")
            if target.service:
                raise IamlabError(
                    f"The role {target.name} belongs to the service {target.service} and cannot be added.",
                    code="UnmodifiableEntity",
                )
            return replace(record, role=target.id)

        self._change("AddRoleToInstanceProfile", added, (pass_role(target.arn, EC2),), RoleName=target.name)

    def remove_role(self, role: Role) -> None:
        """Take the role out of it.

        Raises IamlabError (``NoSuchEntity``) when it is not in it.
        """
        target = self._role(role, "remove_role")

        def removed(state: State, record: InstanceProfileRecord) -> InstanceProfileRecord:
            if record.role != target.id:
                raise IamlabError(f"The role {target.name} is not in {record.name}.", code="NoSuchEntity")
            return replace(record, role="")

        self._change("RemoveRoleFromInstanceProfile", removed, RoleName=target.name)

    def tag(self, tags: Mapping[str, str]) -> None:
        """Set tags.

        Raises IamlabError (``ValidationError``, ``LimitExceeded``).
        """
        checked = names.check_tags(tags)
        edit = tagging(self._world, checked)
        self._change("TagInstanceProfile", lambda state, one: replace(one, tags=edit(one.tags)), **tag_list(checked))

    def untag(self, *keys: str) -> None:
        """Take tags off."""
        edit = untagging(keys)
        self._change("UntagInstanceProfile", lambda state, one: replace(one, tags=edit(one.tags)), TagKeys=list(keys))

    def delete(self) -> None:
        """Delete it.

        Raises IamlabError (``DeleteConflict``) while a role is in it (ENT-16).
        """
        record = self._record

        def deleted(state: State) -> State:
            if self._stored(state).role:
                raise IamlabError(
                    "Cannot delete entity, must remove roles from instance profile first.", code="DeleteConflict"
                )
            return replace(state, profiles={id_: one for id_, one in state.profiles.items() if id_ != self.id})

        given = {"InstanceProfileName": record.name}
        self._world.perform(call("iam:DeleteInstanceProfile", record.arn, given), deleted)

    def _role(self, role: object, verb: str) -> RoleRecord:
        roles = (one.name for one in self._world.state.of_kind(RoleRecord, self.account_id))
        check_no_text(role, "role", f"{as_variable(self.name, 'profile')}.{verb}({{}})", "account.role({})", roles)
        if not isinstance(role, Role):
            raise IamlabError(
                f"{role!r} is no role; an instance profile holds a role: account.role(name).", code="InvalidInput"
            )
        if not role.exists_in(self._world) or role.account_id != self.account_id:
            why = of_another_lab(role, self._world)
            raise IamlabError(f"{role!r} cannot be found in this account.{why}", code="NoSuchEntity")
        return self._world.entity(role.id, RoleRecord)

    def _change(
        self,
        operation: str,
        edit: Callable[[State, InstanceProfileRecord], InstanceProfileRecord],
        more: tuple[Any, ...] = (),
        **parameters: Any,
    ) -> None:
        record = self._record
        made = call(f"iam:{operation}", record.arn, {"InstanceProfileName": record.name, **parameters}, more=more)
        self._world.perform(
            made, lambda state: replace(state, profiles={**state.profiles, self.id: edit(state, self._stored(state))})
        )

    def __repr__(self) -> str:
        record = self._world.state.profiles.get(self.id)
        return f"<instance profile {record.name}>" if record else f"<deleted instance profile {self.id}>"
