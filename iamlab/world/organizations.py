"""An organization, as the learner holds it: its units, its accounts, and the policies that bind them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from iamlab.core.errors import IamlabError
from iamlab.core.policy import Policy, PolicyKind, PolicySource
from iamlab.world import names
from iamlab.world.account import Account
from iamlab.world.handles import Handle, of_another_lab
from iamlab.world.operations import call
from iamlab.world.organization_records import (
    AWS_OWN,
    FULL_ACCESS,
    RCP_FULL_ACCESS,
    TYPES,
    ControlPolicyRecord,
    OrganizationRecord,
    UnitRecord,
)
from iamlab.world.quotas import size
from iamlab.world.state import State
from iamlab.world.world import World

FULL: Final = {PolicyKind.SCP: FULL_ACCESS, PolicyKind.RCP: RCP_FULL_ACCESS}
KINDS: Final = {"SCP": PolicyKind.SCP, "RCP": PolicyKind.RCP}

Edit = Callable[[OrganizationRecord], OrganizationRecord]
Making = Callable[[OrganizationRecord], tuple[OrganizationRecord, str]]


class ControlPolicy(Handle):
    """A service or resource control policy."""

    def __init__(self, organization: Organization, id_: str) -> None:
        super().__init__(organization._world, f"{organization.id}/{id_}")
        self.organization = organization
        self.id = id_

    @property
    def _record(self) -> ControlPolicyRecord:
        return self.organization.policy_record(self.id)

    @property
    def name(self) -> str:
        """Its name."""
        return self._record.name

    @property
    def arn(self) -> str:
        """Its ARN."""
        return self._record.arn

    @property
    def policy(self) -> Policy:
        """Its document."""
        return self._record.policy

    def update(self, document: PolicySource) -> None:
        """Replace its document, at once and wherever it is attached.

        Raises PolicyError, or IamlabError (``PolicyChangesNotAllowedException`` for AWS's own).
        """
        self.organization.update_policy(self, document)

    def delete(self) -> None:
        """Delete it. Raises IamlabError (``PolicyInUseException``) while it is attached somewhere."""
        self.organization.delete_policy(self)

    def __repr__(self) -> str:
        there = self._world.state.organizations.get(self.organization.id)
        if there is None or (self.id not in AWS_OWN and self.id not in there.policies):
            return f"<deleted control policy {self.id}>"
        return f"<control policy {self.name} {self.id}>"


class Unit(Handle):
    """An organizational unit, or the root of the organization."""

    def __init__(self, organization: Organization, id_: str) -> None:
        super().__init__(organization._world, id_)
        self.organization = organization
        self.id = id_

    @property
    def name(self) -> str:
        """Its name."""
        return self.organization.record.name_of(self.id)

    def delete(self) -> None:
        """Delete it. Raises IamlabError (``OrganizationalUnitNotEmptyException``, ``InvalidInput`` for the root)."""
        self.organization.delete_unit(self)

    def __repr__(self) -> str:
        word = "root" if self.id.startswith("r-") else "unit"
        there = self._world.state.organizations.get(self.organization.id)
        if there is None or self.id not in (there.root, *there.units):
            return f"<deleted {word} {self.id}>"
        return f"<{word} {self.name} {self.id}>"


Target = Unit | Account


class Organization(Handle):
    """One organization: the management account made it, and nothing binds that account (EVAL-06)."""

    def __init__(self, world: World, id_: str) -> None:
        super().__init__(world, id_)
        self.id = id_

    @property
    def record(self) -> OrganizationRecord:
        """The whole of it, as it is now."""
        return _stored(self._world.state, self.id)

    @property
    def management_account(self) -> Account:
        """The account that made it."""
        return Account(self._world, self.record.management_account)

    @property
    def root(self) -> Unit:
        """What every unit and account is under."""
        return Unit(self, self.record.root)

    @property
    def units(self) -> tuple[Unit, ...]:
        """The organizational units, in order of creation."""
        return tuple(Unit(self, one) for one in self.record.units)

    @property
    def accounts(self) -> tuple[Account, ...]:
        """Its accounts, the management account first."""
        return tuple(Account(self._world, one) for one in self.record.parents)

    def enable(self, kind: str) -> None:
        """Put SCPs or RCPs into use: ``"SCP"`` or ``"RCP"``. AWS then allows everything at every level (EVAL-27).

        Raises IamlabError (``PolicyTypeAlreadyEnabledException``).
        """
        type_ = _kind(kind)

        def enabled(one: OrganizationRecord) -> OrganizationRecord:
            if type_ in one.enabled:
                raise IamlabError(f"{kind}s are in use already.", code="PolicyTypeAlreadyEnabledException")
            targets = (one.root, *one.units, *one.parents)
            attached = {target: (*one.attached.get(target, ()), FULL[type_]) for target in targets}
            return replace(one, enabled=(*one.enabled, type_), attached=attached)

        given = {"RootId": self.record.root, "PolicyType": TYPES[type_]}
        self._change("EnablePolicyType", self._arn(self.record.root), given, enabled)

    def create_unit(self, name: str, parent: Unit | None = None) -> Unit:
        """Create an organizational unit, under the root unless another unit is given.

        Raises IamlabError (``ValidationError``, ``ParentNotFoundException``, ``TargetNotFoundException``,
        ``DuplicateOrganizationalUnitException``).
        """
        names.UNIT_NAME.check(name)
        above = self._parent(parent or self.root)

        def created(one: OrganizationRecord) -> tuple[OrganizationRecord, str]:
            if name in [other.name for other in one.units.values() if other.parent == above]:
                raise IamlabError(f"There is a unit {name} there already.", code="DuplicateOrganizationalUnitException")
            id_ = f"ou-{one.root.removeprefix('r-')}-{self._world.next_id('', 8).lower()}"
            full = tuple(FULL[kind] for kind in one.enabled)
            units = {**one.units, id_: UnitRecord(id=id_, name=name, parent=above)}
            return replace(one, units=units, attached={**one.attached, id_: full}), id_

        given = {"ParentId": above, "Name": name}
        return Unit(self, self._make("CreateOrganizationalUnit", self._arn(above), given, created))

    def delete_unit(self, unit: Unit) -> None:
        """What ``unit.delete()`` does."""
        id_ = self._target(unit)

        def deleted(one: OrganizationRecord) -> OrganizationRecord:
            if id_ not in one.units:
                raise IamlabError(
                    f"{unit!r} is no organizational unit. Take one of organization.units.", code="InvalidInput"
                )
            if id_ in one.parents.values() or id_ in [other.parent for other in one.units.values()]:
                raise IamlabError(
                    f"The unit {one.name_of(id_)} still has accounts or units in it. Move them first.",
                    code="OrganizationalUnitNotEmptyException",
                )
            return replace(
                one,
                units={key: value for key, value in one.units.items() if key != id_},
                attached={key: value for key, value in one.attached.items() if key != id_},
            )

        self._change("DeleteOrganizationalUnit", self._arn(id_), {"OrganizationalUnitId": id_}, deleted)

    def add(self, account: Account, parent: Unit | None = None) -> None:
        """Take an account in; the invitation counts as accepted. It is under the root then: a unit takes a second call.

        Raises IamlabError (``InvalidInput``, ``ParentNotFoundException``, ``TargetNotFoundException``,
        ``DuplicateAccountException``).
        """
        id_ = _check_account(self._world, account)
        if parent is not None:
            self._parent(parent)

        def added(one: OrganizationRecord) -> OrganizationRecord:
            if self._world.state.organization_of(id_):
                raise IamlabError(f"The account {id_} is in an organization already.", code="DuplicateAccountException")
            full = tuple(FULL[kind] for kind in one.enabled)
            return replace(one, parents={**one.parents, id_: one.root}, attached={**one.attached, id_: full})

        given = {"Target": {"Id": id_, "Type": "ACCOUNT"}}
        with self._world.together():
            self._change("InviteAccountToOrganization", self._arn(id_), given, added)
            if parent is not None and parent != self.root:
                self.move(account, parent)

    def move(self, account: Account, parent: Unit) -> None:
        """Put an account under another unit.

        Raises IamlabError (``InvalidInput``, ``ParentNotFoundException``, ``TargetNotFoundException``,
        ``AccountNotFoundException``).
        """
        id_, above = _check_account(self._world, account), self._parent(parent)

        def moved(one: OrganizationRecord) -> OrganizationRecord:
            if id_ not in one.parents:
                raise IamlabError(f"The account {id_} is not in this organization.", code="AccountNotFoundException")
            return replace(one, parents={**one.parents, id_: above})

        before = self.record.parents.get(id_, self.record.root)  # a stranger is taken to be under the root
        given = {"AccountId": id_, "SourceParentId": before, "DestinationParentId": above}
        self._change("MoveAccount", self._arn(id_), given, moved)

    def remove(self, account: Account) -> None:
        """Let an account go; what was attached to it goes with it.

        Raises IamlabError (``AccountNotFoundException``; ``MasterCannotLeaveOrganizationException``).
        """
        id_ = _check_account(self._world, account)

        def removed(one: OrganizationRecord) -> OrganizationRecord:
            if id_ not in one.parents:
                raise IamlabError(f"The account {id_} is not in this organization.", code="AccountNotFoundException")
            if id_ == one.management_account:
                raise IamlabError(
                    "The management account cannot leave its organization.",
                    code="MasterCannotLeaveOrganizationException",
                )
            return replace(
                one,
                parents={key: value for key, value in one.parents.items() if key != id_},
                attached={key: value for key, value in one.attached.items() if key != id_},
            )

        self._change("RemoveAccountFromOrganization", self._arn(id_), {"AccountId": id_}, removed)

    def create_policy(self, name: str, document: PolicySource, *, kind: str = "SCP") -> ControlPolicy:
        """Create a service or resource control policy: ``kind`` is ``"SCP"`` or ``"RCP"``.

        Raises PolicyError, or IamlabError (``DuplicatePolicyException``; ``ConstraintViolationException`` if too long).
        """
        names.POLICY_NAME.check(name)
        type_ = _kind(kind)
        parsed = self._parse(document, type_)

        def created(one: OrganizationRecord) -> tuple[OrganizationRecord, str]:
            if name in [other.name for other in one.policies.values() if other.kind is type_]:
                raise IamlabError(f"There is a policy {name} already.", code="DuplicatePolicyException")
            record = ControlPolicyRecord(
                id="p-" + self._world.next_id("", 10).lower(),
                name=name,
                kind=type_,
                policy=parsed,
                organization=one.id,
                management_account=one.management_account,
            )
            return replace(one, policies={**one.policies, record.id: record}), record.id

        given = {"Name": name, "Description": "", "Type": TYPES[type_], "Content": parsed.document}
        return ControlPolicy(self, self._make("CreatePolicy", "*", given, created))

    def policy(self, name: str) -> ControlPolicy:
        """A control policy by name, AWS's own included. Raises IamlabError (``PolicyNotFoundException``)."""
        known = {FULL_ACCESS: "FullAWSAccess", RCP_FULL_ACCESS: "RCPFullAWSAccess"}
        known |= {one.id: one.name for one in self.record.policies.values()}
        found = next((id_ for id_, one in known.items() if one == name), None)
        if found is None:
            raise IamlabError(
                f"There is no control policy {name!r}. There are {', '.join(known.values())}.",
                code="PolicyNotFoundException",
            )
        return ControlPolicy(self, found)

    def attached(self, target: Target) -> tuple[ControlPolicy, ...]:
        """The control policies of a target itself (ListPoliciesForTarget); those above it count as well (EVAL-27)."""
        return tuple(ControlPolicy(self, id_) for id_ in self.record.attached.get(self._target(target), ()))

    def attach(self, policy: ControlPolicy, target: Target) -> None:
        """Attach a control policy to the root, a unit or an account.

        Raises IamlabError (``DuplicatePolicyAttachmentException``, ``PolicyTypeNotEnabledException``,
        ``ConstraintViolationException`` beyond the quota).
        """
        id_, where = self._policy_id(policy), self._target(target)

        def attached(one: OrganizationRecord) -> OrganizationRecord:
            record = one.policy(id_)
            there = one.attached.get(where, ())
            if record.kind not in one.enabled:
                raise IamlabError(
                    f"The type of {record.name} is not in use yet: organization.enable('SCP') or enable('RCP').",
                    code="PolicyTypeNotEnabledException",
                )
            if id_ in there:
                raise IamlabError(f"{record.name} is attached there already.", code=DUPLICATE)
            most = self._world.quotas.control_policies(record.kind)
            if sum(one.policy(other).kind is record.kind for other in there) >= most:
                raise IamlabError(
                    f"You have attached the maximum of {most} policies to {one.name_of(where)}.",
                    code="ConstraintViolationException",
                )
            return replace(one, attached={**one.attached, where: (*there, id_)})

        self._change("AttachPolicy", self._arn(where), {"PolicyId": id_, "TargetId": where}, attached)

    def detach(self, policy: ControlPolicy, target: Target) -> None:
        """Take a control policy off. Without any Allow at a level, everything below is denied (EVAL-27).

        Raises IamlabError (``PolicyNotAttachedException``; ``ConstraintViolationException`` for the last SCP of a
        target and for RCPFullAWSAccess).
        """
        id_, where = self._policy_id(policy), self._target(target)

        def detached(one: OrganizationRecord) -> OrganizationRecord:
            there = one.attached.get(where, ())
            record = one.policy(id_)
            if id_ not in there:
                raise IamlabError(f"{record.name} is not attached there.", code="PolicyNotAttachedException")
            same = [other for other in there if one.policy(other).kind is record.kind]
            if id_ == RCP_FULL_ACCESS or len(same) == 1:
                raise IamlabError(
                    f"{record.name} cannot be detached: "
                    + ("it is always there." if id_ == RCP_FULL_ACCESS else "attach another policy there first."),
                    code="ConstraintViolationException",
                )
            return replace(one, attached={**one.attached, where: tuple(other for other in there if other != id_)})

        self._change("DetachPolicy", self._arn(where), {"PolicyId": id_, "TargetId": where}, detached)

    def update_policy(self, policy: ControlPolicy, document: PolicySource) -> None:
        """What ``policy.update(document)`` does."""
        record = self.policy_record(self._policy_id(policy))
        parsed = self._parse(document, record.kind)

        def updated(one: OrganizationRecord) -> OrganizationRecord:
            if record.id not in one.policies:
                raise IamlabError(f"{record.name} is AWS's own.", code="PolicyChangesNotAllowedException")
            return replace(one, policies={**one.policies, record.id: replace(record, policy=parsed)})

        given = {"PolicyId": record.id, "Content": parsed.document}
        self._change("UpdatePolicy", record.arn, given, updated)

    def delete_policy(self, policy: ControlPolicy) -> None:
        """What ``policy.delete()`` does."""
        record = self.policy_record(self._policy_id(policy))

        def deleted(one: OrganizationRecord) -> OrganizationRecord:
            if record.id not in one.policies:
                raise IamlabError(f"{record.name} is AWS's own.", code="PolicyChangesNotAllowedException")
            if any(record.id in there for there in one.attached.values()):
                raise IamlabError(f"{record.name} is attached somewhere.", code="PolicyInUseException")
            return replace(one, policies={key: value for key, value in one.policies.items() if key != record.id})

        self._change("DeletePolicy", record.arn, {"PolicyId": record.id}, deleted)

    def policy_record(self, id_: str) -> ControlPolicyRecord:
        """The record of a control policy. Raises IamlabError (``PolicyNotFoundException``)."""
        try:
            return self.record.policy(id_)
        except (KeyError, TypeError):
            raise IamlabError(
                f"There is no control policy {id_}. Take one with organization.policy(name).",
                code="PolicyNotFoundException",
            ) from None

    def _parse(self, document: PolicySource, kind: PolicyKind) -> Policy:
        parsed = Policy.parse(document, kind)
        # Here white space counts, where the policy was given as text (ENT-14).
        length = len(document) if isinstance(document, str) else size(parsed)
        most = self._world.quotas.control_policy_size(kind)
        if length > most:
            raise IamlabError(
                f"The policy has {length} characters. It may have {most}.", code="ConstraintViolationException"
            )
        return parsed

    def _change(self, operation: str, about: str, given: dict[str, Any], edit: Edit) -> None:
        self._make(operation, about, given, lambda one: (edit(one), ""))

    def _make(self, operation: str, about: str, given: dict[str, Any], edit: Making) -> str:
        """One operation on the organization: ``edit`` makes the new record, and the ID of what has come into being."""

        def changed(state: State) -> tuple[State, str]:
            record, id_ = edit(_stored(state, self.id))
            return replace(state, organizations={**state.organizations, self.id: record}), id_

        return self._world.make(call(f"organizations:{operation}", about, given), changed)

    def _arn(self, target: str) -> str:
        record = self.record
        word = "root" if target == record.root else "ou" if target in record.units else "account"
        return f"arn:aws:organizations::{record.management_account}:{word}/{record.id}/{target}"

    def _target(self, target: object) -> str:
        record = self.record
        known = (record.root, *record.units, *record.parents)
        why = of_another_lab(target, self._world)
        if not isinstance(target, Unit | Account) or target.id not in known or why:
            raise IamlabError(
                f"{target!r} is no root, unit or account of this organization."
                + (why or " Give organization.root, one of organization.units or one of organization.accounts."),
                code="TargetNotFoundException",
            )
        return target.id

    def _parent(self, unit: object) -> str:
        """The ID of the root or of a unit: what accounts and units are under."""
        if isinstance(unit, Account):
            raise IamlabError(
                f"{unit!r} is an account, and nothing is under it. Give organization.root or a unit.",
                code="ParentNotFoundException",
            )
        return self._target(unit)

    def _policy_id(self, policy: object) -> str:
        if not isinstance(policy, ControlPolicy):
            raise IamlabError(
                f"{policy!r} is no control policy. Make one with organization.create_policy(name, document).",
                code="InvalidInput",
            )
        if why := of_another_lab(policy, self._world):
            raise IamlabError(f"{policy!r} is not of this organization.{why}", code="PolicyNotFoundException")
        return self.policy_record(policy.id).id

    def __repr__(self) -> str:
        there = self._world.state.organizations.get(self.id)
        if there is None:
            return f"<deleted organization {self.id}>"
        return f"<organization {self.id} of {there.management_account}>"


DUPLICATE: Final = "DuplicatePolicyAttachmentException"


def create(world: World, account: Account) -> Organization:
    """Create an organization with that account as its management account; SCPs and RCPs are not in use yet.

    Raises IamlabError (``AlreadyInOrganizationException``, ``InvalidInput``).
    """
    _check_account(world, account)

    def created(state: State) -> tuple[State, str]:
        if state.organization_of(account.id):
            raise IamlabError("The account is in an organization already.", code="AlreadyInOrganizationException")
        id_, root = "o-" + world.next_id("", 10).lower(), "r-" + world.next_id("", 4).lower()
        record = OrganizationRecord(
            id=id_,
            root=root,
            management_account=account.id,
            parents={account.id: root},
            attached={root: (), account.id: ()},
        )
        return replace(state, organizations={**state.organizations, id_: record}), id_

    made = call("organizations:CreateOrganization", "*", {"FeatureSet": "ALL"})
    return Organization(world, world.make(made, created))


def _check_account(world: World, account: object) -> str:
    """The number of an account of that world; raises IamlabError (``InvalidInput``) for anything else."""
    why = of_another_lab(account, world)
    if not isinstance(account, Account) or account.id not in world.state.accounts or why:
        raise IamlabError(
            f"{account!r} is no account of this lab."
            + (why or " Take one of lab.accounts, or make one with lab.create_account(name, account_id)."),
            code="InvalidInput",
        )
    return account.id


def _stored(state: State, id_: str) -> OrganizationRecord:
    record = state.organizations.get(id_)
    if record is None:
        raise IamlabError(f"There is no organization {id_}.", code="AWSOrganizationsNotInUseException")
    return record


def _kind(kind: object) -> PolicyKind:
    found = KINDS.get(str(kind).upper())
    if found is None:
        raise IamlabError(f"A control policy is an 'SCP' or an 'RCP', not {kind!r}.", code="InvalidInput")
    return found
