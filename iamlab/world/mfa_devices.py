"""MFA devices, as the learner holds them, and the codes that they show."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from iamlab.core.errors import IamlabError
from iamlab.world import names
from iamlab.world.access_keys import owner_words
from iamlab.world.authorization import denied
from iamlab.world.callers import Signer
from iamlab.world.credentials import MfaDeviceRecord
from iamlab.world.entities import UserRecord
from iamlab.world.handles import Handle, check_no_text, of_another_lab
from iamlab.world.operations import call
from iamlab.world.state import State
from iamlab.world.trail import CONSOLE
from iamlab.world.world import World

WRONG_CODE: Final = "MultiFactorAuthentication failed with invalid MFA one time pass code."


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
        raise denied(WRONG_CODE)
