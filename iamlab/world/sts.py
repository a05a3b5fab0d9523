"""The Security Token Service: who gets temporary credentials, for what, and for how long."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final, Protocol

from iamlab.core.arn import Arn
from iamlab.core.errors import IamlabError
from iamlab.core.policy import PolicySource
from iamlab.world import names
from iamlab.world.authorization import denied
from iamlab.world.callers import Caller, Signer, identify
from iamlab.world.calls import Call, Check
from iamlab.world.credentials import SessionRecord
from iamlab.world.entities import RoleRecord, UserRecord
from iamlab.world.frozen import Frozen, check_session_tags, freeze, judged
from iamlab.world.handles import check_no_text, check_of_this_lab
from iamlab.world.identities import Role
from iamlab.world.mfa_devices import check_code
from iamlab.world.operations import call, passed
from iamlab.world.policies import ManagedPolicy
from iamlab.world.providers import IdentityToken
from iamlab.world.sessions import Session, issue, shown
from iamlab.world.state import State
from iamlab.world.trail import CONSOLE
from iamlab.world.world import World

SHORTEST: Final = 900
DEFAULT: Final = 3600
LONGEST: Final = 43200
LONGEST_CHAINED: Final = 3600
LONGEST_OF_USER: Final = 129600
DEFAULT_OF_USER: Final = 43200
LONGEST_OF_ROOT: Final = 3600
CONSOLE_LASTS: Final = 12 * 3600
LONGEST_SWITCHED: Final = 64  # characters of path and name (ENT-23)
WITH_MFA: Final = {"aws:MultiFactorAuthPresent": "true", "aws:MultiFactorAuthAge": "0"}
"""The condition keys of a call that brings the code of an MFA device (COND-25)."""
Lasting = Callable[[State, RoleRecord], int]
"""For how many seconds a session of the role lasts, in that state; or why there is none."""


class Acts(Protocol):
    """Whoever has credentials: a user, a root user, an access key, a session."""

    @property
    def caller(self) -> Caller:
        """What its requests are signed with."""

    def exists_in(self, world: World) -> bool:
        """Whether it is of that world, and still there."""


class Sts:
    """STS of a world. Durations are in seconds; sessions come back with their credentials, to be revealed once."""

    def __init__(self, world: World) -> None:
        self._world = world

    def assume_role(
        self,
        caller: Acts,
        role: Role | str,
        session_name: str,
        *,
        duration: int | None = None,
        policy: PolicySource | None = None,
        policies: Iterable[ManagedPolicy] = (),
        tags: Mapping[str, str] | None = None,
        transitive_tag_keys: Iterable[str] = (),
        external_id: str | None = None,
        mfa: bool | str = False,
        source_identity: str | None = None,
    ) -> Session:
        """Assume a role: temporary credentials with the role's permissions, and none of the caller's (STS-01).

        ``role`` may be given by its ARN. ``mfa`` is the code that the caller's MFA device shows, or True for the right
        one. ``policy`` and ``policies`` narrow the session (STS-08). Raises AccessDeniedError, IamlabError
        (``ValidationError``, ``ExpiredToken``, ``PackedPolicyTooLarge``, ``InvalidParameterValue`` ...) or PolicyError.
        """
        who = self._who(caller)
        arn = _role_arn(self._world, role)
        names.SESSION_NAME.check(session_name)
        _check_duration(duration, LONGEST)
        if external_id is not None:
            names.EXTERNAL_ID.check(external_id)
        calling = self._world.state.sessions.get(who.id) if who.signer is Signer.SESSION else None
        frozen = freeze(
            self._world,
            arn,
            policy,
            policies,
            tags=tags,
            transitive=transitive_tag_keys,
            source_identity=source_identity,
            calling=calling,
        )
        sent = self._mfa(who, mfa)
        given = {"RoleArn": arn, "RoleSessionName": session_name, **frozen.given}
        given |= {**passed(DurationSeconds=duration, ExternalId=external_id), **sent}
        made = judged(call("sts:AssumeRole", arn, given), frozen, WITH_MFA if sent else {})

        def lasting(state: State, record: RoleRecord) -> int:
            self._check_code(state, who, sent)
            return _duration(state, duration, record, calling)

        return self._assumed(made, frozen, session_name, who, lasting, **_authenticated(calling))

    def switch_role(self, session: Session, role: Role | str) -> Session:
        """Switch roles in the console: no external ID can be sent, and it ends with the console session (STS-27).

        Raises IamlabError (``InvalidInput``) when the session is none of the console, ``ValidationError`` when path and
        name of the role are too long to be typed there (ENT-23), and as ``assume_role`` does.
        """
        if not isinstance(session, Session) or session.record.kind != "console":
            raise IamlabError("Only a console session switches roles: lab.console_sign_in(user).", code="InvalidInput")
        named = _role_arn(self._world, role).partition(":role/")[2]
        if len(named) > LONGEST_SWITCHED:
            raise IamlabError(
                f"Path and name of the role have {len(named)} characters. To be switched to in the console, they may "
                f"have {LONGEST_SWITCHED} together.",
                code=names.VALIDATION_ERROR,
            )
        return self.assume_role(session, role, session.name)

    def assume_role_with_web_identity(
        self,
        token: IdentityToken,
        role: Role | str,
        session_name: str,
        *,
        duration: int | None = None,
        policy: PolicySource | None = None,
        policies: Iterable[ManagedPolicy] = (),
    ) -> Session:
        """Assume a role with an OIDC token; the call is not signed, the trust policy alone decides (STS-16).

        Raises AccessDeniedError, IamlabError (``InvalidIdentityToken``, ``ExpiredTokenException``,
        ``ValidationError``) or PolicyError.
        """
        _check_token(token, saml=False)
        names.SESSION_NAME.check(session_name)
        given = {"RoleSessionName": session_name, "WebIdentityToken": "(the token)"}
        return self._federated(
            "sts:AssumeRoleWithWebIdentity", token, role, session_name, given, duration, policy, policies
        )

    def assume_role_with_saml(
        self,
        assertion: IdentityToken,
        role: Role | str,
        *,
        duration: int | None = None,
        policy: PolicySource | None = None,
        policies: Iterable[ManagedPolicy] = (),
    ) -> Session:
        """Assume a role with a SAML assertion, whose subject is the session's name (STS-16).

        Raises as ``assume_role_with_web_identity`` does.
        """
        _check_token(assertion, saml=True)
        name = names.SESSION_NAME.check(assertion.subject)
        given = {"PrincipalArn": assertion.provider.arn, "SAMLAssertion": "(the assertion)"}
        return self._federated("sts:AssumeRoleWithSAML", assertion, role, name, given, duration, policy, policies)

    def _federated(
        self,
        operation: str,
        token: IdentityToken,
        role: Role | str,
        session_name: str,
        given: Mapping[str, Any],
        duration: int | None,
        policy: PolicySource | None,
        policies: Iterable[ManagedPolicy],
    ) -> Session:
        saml = token.provider.saml
        arn = _role_arn(self._world, role)
        _check_duration(duration, LONGEST)
        # The tags are in the token, and no parameter of the call.
        frozen = replace(freeze(self._world, arn, policy, policies), tags=check_session_tags(token.tags))
        said = {**token.claims, **({} if saml else {"aws:FederatedProvider": token.provider.arn})}
        given = {"RoleArn": arn, **given, **frozen.given, **passed(DurationSeconds=duration)}
        made = judged(call(operation, arn, given), frozen, {**said, "sts:RoleSessionName": session_name})

        def lasting(state: State, record: RoleRecord) -> int:
            provider = state.providers.get(token.provider.arn)
            if provider is None:
                raise IamlabError(
                    f"No identity provider {token.provider.name} found in your account.", code="InvalidIdentityToken"
                )
            if not saml and token.audience not in provider.audiences:
                raise IamlabError(
                    f"Incorrect token audience: it is for {token.audience}, and {token.provider.name} may speak for "
                    f"{', '.join(provider.audiences)}. Make one for that with {NEW_TOKEN}",
                    code="InvalidIdentityToken",
                )
            if state.now >= token.expires:
                raise IamlabError(
                    f"Token is expired: it was valid until {token.expires:%H:%M:%S}. Make a new one with {NEW_TOKEN}",
                    code="ExpiredTokenException",
                )
            return _duration(state, duration, record, None)

        who = Caller(Signer.SERVICE, token.provider.arn)
        return self._assumed(made, frozen, session_name, who, lasting, facts=tuple(said.items()))

    def _assumed(
        self, made: Call, frozen: Frozen, session_name: str, who: Caller, lasting: Lasting, **parts: Any
    ) -> Session:
        """Make the call by which a role is assumed; ``parts`` of the session are those that come from the caller."""
        arn = made.checks[0].resource

        def assumed(state: State) -> tuple[State, SessionRecord]:
            record = state.entity_at(arn)
            assert isinstance(record, RoleRecord)  # its trust policy has just allowed this
            return issue(
                self._world,
                state,
                kind="role",
                duration=lasting(state, record),
                entity=record.id,
                name=session_name,
                caller=identify(state, who).principal.arn,
                **frozen.parts,
                **parts,
            )

        return shown(self._world, self._world.make(made, assumed, caller=who), frozen.packed)

    def get_session_token(self, caller: Acts, *, duration: int | None = None, mfa: bool | str = False) -> Session:
        """Temporary credentials of the user itself, best used with MFA (STS-14).

        Raises IamlabError (``AccessDenied`` for anything but long-term keys, ``ValidationError``).
        """
        who = self._who(caller)
        _check_duration(duration, LONGEST_OF_USER)
        sent = self._mfa(who, mfa)
        made = call("sts:GetSessionToken", "*", {**passed(DurationSeconds=duration), **sent})

        def got(state: State) -> tuple[State, SessionRecord]:
            owner = self._long_term(who, "GetSessionToken")
            self._check_code(state, who, sent)
            return issue(
                self._world,
                state,
                kind="user",
                duration=_of_user(duration, owner),
                entity=owner,
                name=_name(state, owner),
                mfa=bool(sent),
                mfa_at=state.now if sent else None,
                caller=identify(state, who).principal.arn,
            )

        return shown(self._world, self._world.make(made, got, caller=who))

    def get_federation_token(
        self,
        caller: Acts,
        name: str,
        *,
        duration: int | None = None,
        policy: PolicySource | None = None,
        policies: Iterable[ManagedPolicy] = (),
        tags: Mapping[str, str] | None = None,
    ) -> Session:
        """Credentials for somebody else, with what both the user and the session policy allow (STS-15).

        Without a session policy they allow nothing (EVAL-22). Raises AccessDeniedError, IamlabError or PolicyError.
        """
        who = self._who(caller)
        names.FEDERATED_NAME.check(name)
        _check_duration(duration, LONGEST_OF_USER)
        account = identify(self._world.state, who, "sts:GetFederationToken").principal.account
        arn = f"arn:aws:sts::{account}:federated-user/{name}"
        frozen = freeze(self._world, arn, policy, policies, tags=tags)
        given = {"Name": name, **frozen.given, **passed(DurationSeconds=duration)}
        made = judged(call("sts:GetFederationToken", arn, given), frozen, {})

        def got(state: State) -> tuple[State, SessionRecord]:
            owner = self._long_term(who, "GetFederationToken")
            return issue(
                self._world,
                state,
                kind="federated",
                duration=_of_user(duration, owner),
                entity=owner,
                name=name,
                caller=identify(state, who).principal.arn,
                **frozen.parts,
            )

        return shown(self._world, self._world.make(made, got, caller=who), frozen.packed)

    def get_caller_identity(self, caller: Acts) -> dict[str, str]:
        """Who am I: UserId, Account and Arn (STS-13); needs no permission (EVAL-24)."""
        who = self._who(caller)
        self._world.perform(call("sts:GetCallerIdentity", "*", {}), lambda state: state, caller=who)
        found = identify(self._world.state, who, "sts:GetCallerIdentity")
        principal = found.principal
        user_id = found.context.get("aws:userid") or principal.values.get("aws:userid", principal.account)
        return {"UserId": str(user_id), "Account": principal.account, "Arn": principal.arn}

    def console_sign_in(self, user: Acts, *, mfa: bool | str = False) -> Session:
        """Sign in to the console with a password, and with MFA if a device is enabled (COND-24).

        ``mfa`` is the device's code, or True for the right one; a passkey needs True. Raises IamlabError
        (``AccessDenied``: no password, a missing or wrong code; ``ValidationError``: what is no code).
        """
        who = self._who(user)
        if who.signer is Signer.SESSION:
            raise denied("A session does not sign in to the console; a user or a root user does, with a password.")
        owner = self._owner(who)
        record = self._world.state.entities.get(owner)
        devices = self._world.state.devices_of(owner)
        made = Call(service=CONSOLE, operation="ConsoleLogin", parameters={}, checks=(_FREE,))

        def signed_in(state: State) -> tuple[State, SessionRecord]:
            if record is not None and not getattr(record, "console", False):
                raise denied(f"The user {record.name} has no password: user.create_login_profile().")
            if devices and not mfa:
                raise denied("An MFA device is enabled: the console asks for it. Sign in with mfa=True.")
            if mfa and not devices:
                raise denied(NO_DEVICE)
            if mfa and mfa is not True:
                check_code(state, owner, None, mfa)
            return issue(
                self._world,
                state,
                kind="console",
                duration=CONSOLE_LASTS,
                entity=owner,
                name=_name(state, owner),
                mfa=bool(mfa),
                mfa_at=state.now if mfa else None,
            )

        return Session(self._world, self._world.make(made, signed_in, caller=who).id)

    def _who(self, caller: Acts) -> Caller:
        users = (one.name for one in self._world.state.of_kind(UserRecord))
        check_no_text(caller, "user", "{}", "account.user({})", users)
        found = getattr(caller, "caller", None)
        if not isinstance(found, Caller) or found.signer is Signer.ROLE:
            raise IamlabError(
                f"{caller!r} has no credentials to call STS with. A user, a root user, an access key or a session has.",
                code="InvalidInput",
            )
        if not caller.exists_in(self._world) and found.signer in (Signer.USER, Signer.ROOT):
            raise IamlabError(f"{caller!r} is not of this lab, or has been deleted.", code="NoSuchEntity")
        return found

    def _owner(self, who: Caller) -> str:
        """The user or account behind credentials: whose MFA devices count."""
        if who.signer is Signer.KEY:
            key = self._world.state.keys.get(who.id)
            return key.owner if key else ""
        session = self._world.state.sessions.get(who.id)
        return session.entity if session else who.id

    def _long_term(self, who: Caller, call_name: str) -> str:
        if who.signer is Signer.SESSION:
            raise denied(f"Cannot call {call_name} with session credentials; it takes long-term keys.")
        return self._owner(who)

    def _mfa(self, who: Caller, mfa: bool | str) -> dict[str, str]:
        """The parameters that bring an MFA device's code; none without MFA."""
        if not mfa:
            return {}
        devices = [one for one in self._world.state.devices_of(self._owner(who)) if not one.passkey]
        if not devices:
            raise denied(NO_DEVICE)
        code = devices[0].code(self._world.state.now) if mfa is True else names.TOKEN_CODE.check(mfa)
        return {"SerialNumber": devices[0].arn, "TokenCode": code}

    def _check_code(self, state: State, who: Caller, sent: Mapping[str, str]) -> None:
        """Refuse a wrong code, if one was sent (COND-25)."""
        if sent:
            check_code(state, self._owner(who), sent["SerialNumber"], sent["TokenCode"])


NO_DEVICE: Final = (
    "There is no MFA device that shows codes: device = account.create_mfa_device(name), device.enable(user). "
    "A passkey signs in to the console only."
)
NEW_TOKEN: Final = "lab.identity_token(provider, subject, audience=...)."
_FREE: Final = Check(action="sts:GetCallerIdentity")  # signing in needs no permission (EVAL-24)


def _role_arn(world: World, role: object) -> str:
    if isinstance(role, Role):
        check_of_this_lab(role, world)
        return role.arn
    if not isinstance(role, str) or ":role/" not in role:
        raise IamlabError(
            f"{role!r} is no role. Give a role, account.role(name), or its ARN.", code=names.VALIDATION_ERROR
        )
    return str(Arn.parse(role))


def _check_token(token: object, *, saml: bool) -> None:
    """Refuse what is no assertion of a SAML provider, or no token of an OIDC one (``InvalidIdentityToken``)."""
    if not isinstance(token, IdentityToken) or token.provider.saml is not saml:
        raise IamlabError(
            f"{token!r} is no {'SAML assertion' if saml else 'OIDC token'}. Take a provider that speaks "
            f"{'SAML' if saml else 'OIDC'}, and make one with {NEW_TOKEN}",
            code="InvalidIdentityToken",
        )


def _check_duration(duration: object, longest: int) -> None:
    if duration is not None:
        names.check_number("durationSeconds", duration, SHORTEST, longest)


def _too_long() -> IamlabError:
    return IamlabError(
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.", code=names.VALIDATION_ERROR
    )


def _duration(state: State, asked: int | None, role: RoleRecord, calling: SessionRecord | None) -> int:
    """How long a session lasts: STS-04, in a chain STS-06, in the console STS-27."""
    if calling is not None and calling.kind == "console":
        left = int((calling.expires - state.now).total_seconds())
        return min(asked or role.max_session_duration, role.max_session_duration, left)
    if calling is not None and asked is not None and asked > LONGEST_CHAINED:
        raise IamlabError(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
            code=names.VALIDATION_ERROR,
        )
    if asked is not None and asked > role.max_session_duration:
        raise _too_long()
    return asked or DEFAULT


def _authenticated(calling: SessionRecord | None) -> dict[str, Any]:
    """What a role's session keeps of the MFA of the session that called for it."""
    return {"mfa": True, "mfa_at": calling.mfa_at} if calling and calling.mfa else {"mfa": False}


def _of_user(asked: int | None, owner: str) -> int:
    """STS-14, STS-15: twelve hours by default, for a root user at most one."""
    duration = asked or DEFAULT_OF_USER
    return min(duration, LONGEST_OF_ROOT) if owner.isdigit() else duration


def _name(state: State, owner: str) -> str:
    record = state.entities.get(owner)
    return record.name if record else "root"
