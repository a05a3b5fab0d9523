"""Access keys and MFA devices, as the learner holds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from iamlab.core.arn import root_arn
from iamlab.core.errors import IamlabError
from iamlab.world import names
from iamlab.world.callers import Caller, Signer
from iamlab.world.credentials import ACTIVE, INACTIVE, AccessKeyRecord, Credentials, MfaDeviceRecord
from iamlab.world.entities import UserRecord
from iamlab.world.handles import Handle, check_no_text, of_another_lab
from iamlab.world.operations import call
from iamlab.world.state import State
from iamlab.world.trail import CONSOLE
from iamlab.world.world import KEY_LENGTH, World

WRONG_CODE: Final = "MultiFactorAuthentication failed with invalid MFA one time pass code."


class AccessKey(Handle):
    """A long-term key (AKIA...). ``credentials`` is there only on what CreateAccessKey gave back (ENT-09)."""

    def __init__(self, world: World, id_: str, credentials: Credentials | None = None) -> None:
        super().__init__(world, id_)
        self.id = id_
        self.credentials = credentials

    @property
    def _record(self) -> AccessKeyRecord:
        return _key(self._world.state, self.id)

    @property
    def status(self) -> str:
        """``Active`` or ``Inactive``."""
        return self._record.status

    @property
    def caller(self) -> Caller:
        """Whoever signs with this key."""
        return Caller(Signer.KEY, self.id)

    def exists_in(self, world: World) -> bool:
        """Whether it is of that world, and still there."""
        return self._world is world and self.id in world.state.keys

    def deactivate(self) -> None:
        """Make it inactive: requests signed with it fail until it is active again."""
        self._update(INACTIVE)

    def activate(self) -> None:
        """Make it active again."""
        self._update(ACTIVE)

    def _update(self, status: str) -> None:
        self._perform(
            "UpdateAccessKey",
            lambda state: {**state.keys, self.id: replace(_key(state, self.id), status=status)},
            Status=status,
        )

    def delete(self) -> None:
        """Delete it, for good.

        Raises IamlabError (``NoSuchEntity``) when it is gone already.
        """
        self._perform(
            "DeleteAccessKey",
            lambda state: {id_: one for id_, one in state.keys.items() if id_ != _key(state, self.id).id},
        )

    def _perform(self, operation: str, edit: Any, **parameters: Any) -> None:
        owner = self._record.owner
        arn, given = owner_words(self._world.state, owner)
        made = call(f"iam:{operation}", arn, {**given, "AccessKeyId": self.id, **parameters})
        self._world.perform(made, lambda state: replace(state, keys=edit(state)))

    def __repr__(self) -> str:
        record = self._world.state.keys.get(self.id)
        return f"<access key {self.id} {record.status.lower()}>" if record else f"<deleted access key {self.id}>"


def _key(state: State, id_: str) -> AccessKeyRecord:
    record = state.keys.get(id_)
    if record is None:
        raise IamlabError(f"The Access Key with id {id_} cannot be found.", code="NoSuchEntity")
    return record


def owner_words(state: State, owner: str) -> tuple[str, dict[str, Any]]:
    """The ARN of a key's or device's owner, and the parameter that names it: none for the root user."""
    record = state.entities.get(owner)
    if isinstance(record, UserRecord):
        return record.arn, {"UserName": record.name}
    return root_arn(owner), {}


def create_key(world: World, owner: str, arn: str, parameters: Mapping[str, Any]) -> AccessKey:
    """Make a key for a user or a root user; what comes back shows the secret, once."""

    def created(state: State) -> tuple[State, AccessKeyRecord]:
        world.quotas.check("AccessKeysPerUser", len(state.keys_of(owner)) + 1)
        record = AccessKeyRecord(
            id=world.next_id("AKIA", KEY_LENGTH), owner=owner, created=state.now, secret=world.next_secret()
        )
        return replace(state, keys={**state.keys, record.id: record}), record

    made = world.make(call("iam:CreateAccessKey", arn, parameters), created)
    parts = {"AccessKeyId": made.id, "SecretAccessKey": made.secret}
    return AccessKey(world, made.id, Credentials(made.id, parts))


class MfaDevice(Handle):
    """A virtual MFA device or a passkey (ENT-20). To have one registered changes no decision; to use it does."""

    def __init__(self, world: World, arn: str) -> None:
        super().__init__(world, arn)
        self.arn = arn

    @property
    def _record(self) -> MfaDeviceRecord:
        record = self._world.state.devices.get(self.arn)
        if record is None:
            raise IamlabError(f"MFA Device with serial number {self.arn} does not exist.", code="NoSuchEntity")
        return record

    @property
    def code(self) -> str:
        """The six digits that it shows now; others every thirty seconds of the world's clock.

        Raises IamlabError (``InvalidInput``) for a passkey, which shows none.
        """
        record = self._record
        if record.passkey:
            raise IamlabError(
                "A passkey shows no code. It signs in to the console, and cannot be passed to AssumeRole.",
                code="InvalidInput",
            )
        return record.code(self._world.state.now)

    @property
    def tags(self) -> dict[str, str]:
        """Its tags."""
        return dict(self._record.tags)

    def enable(self, user: Any, code1: str | None = None, code2: str | None = None) -> None:
        """Enable it for a user or root user; without codes, those that it shows now and in thirty seconds.

        Raises IamlabError (``InvalidAuthenticationCode``, ``EntityAlreadyExists``, ``LimitExceeded``,
        ``NoSuchEntity``).
        """
        device = self._record
        owner = owner_id(self._world, user, device.account)
        arn, given = owner_words(self._world.state, owner)
        first, second = code1 or _shown(device, self._world.state, 0), code2 or _shown(device, self._world.state, 30)
        for one in (first, second):
            names.TOKEN_CODE.check(one)

        def enabled(state: State) -> State:
            record = self._record
            if record.owner:
                raise IamlabError("MFA Device is already in use.", code="EntityAlreadyExists")
            self._world.quotas.check("MFADevicesPerUser", len(state.devices_of(owner)) + 1)
            right = not record.passkey and (first, second) == (_shown(record, state, 0), _shown(record, state, 30))
            if not record.passkey and not right:
                raise IamlabError("Authentication code for device is not valid.", code="InvalidAuthenticationCode")
            return replace(state, devices={**state.devices, self.arn: replace(record, owner=owner)})

        codes = {"SerialNumber": self.arn, "AuthenticationCode1": first, "AuthenticationCode2": second}
        made = call("iam:EnableMFADevice", arn, {**given, **codes})
        if device.passkey:  # registered in the console, by no call
            made = replace(made, service=CONSOLE, operation="EnablePasskey", parameters={})
        self._world.perform(made, enabled)

    def deactivate(self) -> None:
        """Take it from its user.

        Raises IamlabError (``NoSuchEntity``) when it is nobody's.
        """
        record = self._record
        if not record.owner:
            raise IamlabError(f"The device {self.arn} is not enabled for anybody.", code="NoSuchEntity")
        arn, given = owner_words(self._world.state, record.owner)

        def deactivated(state: State) -> State:
            return replace(state, devices={**state.devices, self.arn: replace(self._record, owner="")})

        self._world.perform(call("iam:DeactivateMFADevice", arn, {**given, "SerialNumber": self.arn}), deactivated)

    def delete(self) -> None:
        """Delete it.

        Raises IamlabError (``DeleteConflict``) while it is enabled for somebody (ENT-16).
        """

        def deleted(state: State) -> State:
            if self._record.owner:
                raise IamlabError("Cannot delete a virtual MFA device that is in use.", code="DeleteConflict")
            return replace(state, devices={arn: one for arn, one in state.devices.items() if arn != self.arn})

        made = call("iam:DeleteVirtualMFADevice", self.arn, {"SerialNumber": self.arn})
        if self._record.passkey:  # AWS has no call for it: what nobody has is gone
            made = replace(made, service=CONSOLE, operation="DeletePasskey", parameters={})
        self._world.perform(made, deleted)

    def __repr__(self) -> str:
        return f"<MFA device {self.arn.rpartition('/')[2]}>"


def _shown(record: MfaDeviceRecord, state: State, seconds: int) -> str:
    """The code of now, or of some seconds later."""
    return record.code(state.now + timedelta(seconds=seconds)) if not record.passkey else "000000"


def owner_id(world: World, user: Any, account: str) -> str:
    """The unique ID of a user of that account, or the account's number for its root user.

    Raises IamlabError (``InvalidInput``, ``NoSuchEntity``).
    """
    users = (one.name for one in world.state.of_kind(UserRecord, account))
    check_no_text(user, "user", "device.enable({})", "account.user({})", users)
    signer = getattr(getattr(user, "caller", None), "signer", None)
    if signer not in (Signer.USER, Signer.ROOT):
        raise IamlabError(f"{user!r} is no user: a device belongs to a user or to the root user.", code="InvalidInput")
    if not user.exists_in(world) or user.account_id != account:
        why = of_another_lab(user, world)
        raise IamlabError(f"{user!r} cannot be found in the account {account}.{why}", code="NoSuchEntity")
    return str(user.caller.id)


def check_code(state: State, owner: str, serial: str | None, code: str) -> None:
    """Refuse a wrong code, or one of a device that is not the owner's or is a passkey (COND-25, ENT-20).

    Raises IamlabError (``AccessDenied``, ``ValidationError``).
    """
    names.TOKEN_CODE.check(code)
    device = next((one for one in state.devices_of(owner) if serial in (None, one.arn) and not one.passkey), None)
    if device is None or code != device.code(state.now):
        raise IamlabError(WRONG_CODE, code="AccessDenied")
