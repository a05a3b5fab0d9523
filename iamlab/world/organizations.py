"""An organization, as the learner holds it: its units, its accounts, and the policies that bind them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from iamlab.core.errors import IamlabError
from iamlab.core.policy import Policy, PolicyKind, PolicySource
from iamlab.world import names
from iamlab.world.account import Account
from iamlab.world.operations import call
from iamlab.world.organization import (
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
MOST_ATTACHED: Final = {PolicyKind.SCP: 10, PolicyKind.RCP: 5}
"""Policies of one type on one root, unit or account (ENT-13)."""
KINDS: Final = {"SCP": PolicyKind.SCP, "RCP": PolicyKind.RCP}

Edit = Callable[[OrganizationRecord], OrganizationRecord]


class ControlPolicy:
    """A service or resource control policy."""

    def __init__(self, organization: Organization, id_: str) -> None:
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

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ControlPolicy) and (self.organization, self.id) == (other.organization, other.id)

    def __hash__(self) -> int:
        return hash(self.id)

    def __repr__(self) -> str:
        return f"<control policy {self.name} {self.id}>"


class Unit:
    """An organizational unit, or the root of the organization."""

    def __init__(self, organization: Organization, id_: str) -> None:
        self.organization = organization
        self.id = id_

    @property
    def name(self) -> str:
        """Its name."""
        return self.organization.record.name_of(self.id)

    def delete(self) -> None:
        """Delete it. Raises IamlabError (``OrganizationalUnitNotEmptyException``, ``InvalidInput`` for the root)."""
        self.organization.delete_unit(self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Unit) and (self.organization, self.id) == (other.organization, other.id)

    def __hash__(self) -> int:
        return hash(self.id)

    def __repr__(self) -> str:
        return f"<{'root' if self.id.startswith('r-') else 'unit'} {self.name} {self.id}>"


Target = Unit | Account


class Organization:
    """One organization: the management account made it, and nothing binds that account (EVAL-06)."""

    def __init__(self, world: World, id_: str) -> None:
        self._world = world
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

        Raises IamlabError (``ValidationError``, ``DuplicateOrganizationalUnitException``).
        """
        names.UNIT_NAME.check(name)
        above = self._target(parent or self.root)
        made: list[str] = []

        def created(one: OrganizationRecord) -> OrganizationRecord:
            if name in [other.name for other in one.units.values() if other.parent == above]:
                raise IamlabError(f"There is a unit {name} there already.", code="DuplicateOrganizationalUnitException")
            suffix = self._world.next_id("", 8).lower()
            made.append(f"ou-{one.root.removeprefix('r-')}-{suffix}")
            full = tuple(FULL[kind] for kind in one.enabled)
            units = {**one.units, made[0]: UnitRecord(id=made[0], name=name, parent=above)}
            return replace(one, units=units, attached={**one.attached, made[0]: full})

        self._change("CreateOrganizationalUnit", self._arn(above), {"ParentId": above, "Name": name}, created)
        return Unit(self, made[0])

    def delete_unit(self, unit: Unit) -> None:
        """What ``unit.delete()`` does."""
        id_ = self._target(unit)

        def deleted(one: OrganizationRecord) -> OrganizationRecord:
            if id_ not in one.units:
                raise IamlabError(f"{unit!r} is no organizational unit.", code="InvalidInput")
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
        """Take an account in, under the root unless a unit is given; the invitation counts as accepted.

        Raises IamlabError (``InvalidInput``, ``DuplicateAccountException``).
        """
        id_, above = self._account(account), self._target(parent or self.root)
        if self._world.state.organization_of(id_):
            raise IamlabError(f"The account {id_} is in an organization already.", code="DuplicateAccountException")

        def added(one: OrganizationRecord) -> OrganizationRecord:
            full = tuple(FULL[kind] for kind in one.enabled)
            return replace(one, parents={**one.parents, id_: above}, attached={**one.attached, id_: full})

        given = {"Target": {"Id": id_, "Type": "ACCOUNT"}}
        self._change("InviteAccountToOrganization", self._arn(id_), given, added)

    def move(self, account: Account, parent: Unit) -> None:
        """Put an account under another unit. Raises IamlabError (``AccountNotFoundException``)."""
        id_, above = self._account(account), self._target(parent)
        before = self.record.parents.get(id_)
        if before is None:
            raise IamlabError(f"The account {id_} is not in this organization.", code="AccountNotFoundException")
        given = {"AccountId": id_, "SourceParentId": before, "DestinationParentId": above}
        self._change(
            "MoveAccount",
            self._arn(id_),
            given,
            lambda one: replace(one, parents={**one.parents, id_: above}),
        )

    def remove(self, account: Account) -> None:
        """Let an account go; what was attached to it goes with it.

        Raises IamlabError (``AccountNotFoundException``; ``MasterCannotLeaveOrganizationException``).
        """
        id_ = self._account(account)

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

        Raises PolicyError, or IamlabError (``DuplicatePolicyException``, ``PolicySizeLimitExceeded``).
        """
        names.POLICY_NAME.check(name)
        type_ = _kind(kind)
        parsed = self._parse(document, type_)
        made: list[str] = []

        def created(one: OrganizationRecord) -> OrganizationRecord:
            if name in [other.name for other in one.policies.values() if other.kind is type_]:
                raise IamlabError(f"There is a policy {name} already.", code="DuplicatePolicyException")
            made.append("p-" + self._world.next_id("", 10).lower())
            record = ControlPolicyRecord(
                id=made[0],
                name=name,
                kind=type_,
                policy=parsed,
                organization=one.id,
                management_account=one.management_account,
            )
            return replace(one, policies={**one.policies, made[0]: record})

        given = {"Name": name, "Description": "", "Type": TYPES[type_], "Content": parsed.document}
        self._change("CreatePolicy", "*", given, created)
        return ControlPolicy(self, made[0])

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
            if sum(one.policy(other).kind is record.kind for other in there) >= MOST_ATTACHED[record.kind]:
                raise IamlabError(
                    f"You have attached the maximum of {MOST_ATTACHED[record.kind]} policies to {one.name_of(where)}.",
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
            raise IamlabError(f"There is no control policy {id_}.", code="PolicyNotFoundException") from None

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
        def changed(state: State) -> State:
            record = edit(_stored(state, self.id))
            return replace(state, organizations={**state.organizations, self.id: record})

        self._world.perform(call(f"organizations:{operation}", about, given), changed)

    def _arn(self, target: str) -> str:
        record = self.record
        word = "root" if target == record.root else "ou" if target in record.units else "account"
        return f"arn:aws:organizations::{record.management_account}:{word}/{record.id}/{target}"

    def _account(self, account: object) -> str:
        if not isinstance(account, Account) or account.id not in self._world.state.accounts:
            raise IamlabError(f"{account!r} is no account of this lab.", code="InvalidInput")
        return account.id

    def _target(self, target: object) -> str:
        record = self.record
        known = (record.root, *record.units, *record.parents)
        if not isinstance(target, Unit | Account) or target.id not in known:
            raise IamlabError(
                f"{target!r} is no root, unit or account of this organization.", code="TargetNotFoundException"
            )
        return target.id

    def _policy_id(self, policy: object) -> str:
        if not isinstance(policy, ControlPolicy):
            raise IamlabError(
                f"{policy!r} is no control policy. Make one with organization.create_policy(name, document).",
                code="InvalidInput",
            )
        return self.policy_record(policy.id).id

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Organization) and (self._world, self.id) == (other._world, other.id)

    def __hash__(self) -> int:
        return hash(self.id)

    def __repr__(self) -> str:
        return f"<organization {self.id} of {self.record.management_account}>"


DUPLICATE: Final = "DuplicatePolicyAttachmentException"


def create(world: World, account: Account) -> Organization:
    """Create an organization with that account as its management account; SCPs and RCPs are not in use yet.

    Raises IamlabError (``AlreadyInOrganizationException``, ``InvalidInput``).
    """
    if not isinstance(account, Account) or account.id not in world.state.accounts:
        raise IamlabError(f"{account!r} is no account of this lab.", code="InvalidInput")
    made: list[str] = []

    def created(state: State) -> State:
        if state.organization_of(account.id):
            raise IamlabError("The account is in an organization already.", code="AlreadyInOrganizationException")
        made.append("o-" + world.next_id("", 10).lower())
        root = "r-" + world.next_id("", 4).lower()
        record = OrganizationRecord(
            id=made[0],
            root=root,
            management_account=account.id,
            parents={account.id: root},
            attached={root: (), account.id: ()},
        )
        return replace(state, organizations={**state.organizations, made[0]: record})

    world.perform(call("organizations:CreateOrganization", "*", {"FeatureSet": "ALL"}), created)
    return Organization(world, made[0])


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
