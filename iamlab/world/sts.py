"""The Security Token Service: who gets temporary credentials, for what, and for how long."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from iamlab.core.arn import Arn
from iamlab.core.errors import IamlabError
from iamlab.core.matching import NamedPolicy
from iamlab.core.policy import Policy, PolicyKind, PolicySource
from iamlab.world import names
from iamlab.world.access_keys import check_code
from iamlab.world.authorization import denied, request_tags
from iamlab.world.callers import Caller, Signer, identify, managed
from iamlab.world.calls import Call, Check
from iamlab.world.credentials import SessionRecord
from iamlab.world.entities import RoleRecord, UserRecord
from iamlab.world.handles import check_no_text, check_of_this_lab
from iamlab.world.identities import Role, check_policy
from iamlab.world.operations import call, tag_list
from iamlab.world.policies import ManagedPolicy
from iamlab.world.profiles import Provider
from iamlab.world.quotas import size
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
MOST_POLICY_ARNS: Final = 10
MOST_TAGS: Final = 50
LONGEST_POLICIES: Final = 2048  # characters, inline and ARNs together (STS-08)


class Acts(Protocol):
    """Whoever has credentials: a user, a root user, an access key, a session."""

    @property
    def caller(self) -> Caller:
        """What its requests are signed with."""

    def exists_in(self, world: World) -> bool:
        """Whether it is of that world, and still there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityToken:
    """What an identity provider says of somebody: an OIDC token or a SAML assertion.

    ``claims`` are the condition keys that the trust policy sees (``HOST:sub``, ``saml:sub``).
    """

    provider: Provider
    subject: str
    audience: str
    expires: datetime
    claims: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Passed:
    """What was passed with the call and is frozen into the session."""

    policies: tuple[NamedPolicy, ...] | None
    given: Mapping[str, Any]
    packed: int


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
        who, state = self._who(caller), self._world.state
        arn = _role_arn(self._world, role)
        names.SESSION_NAME.check(session_name)
        if duration is not None:
            _check_duration(duration, LONGEST)
        if external_id is not None:
            names.EXTERNAL_ID.check(external_id)
        if source_identity is not None:
            names.SOURCE_IDENTITY.check(source_identity)
        calling = state.sessions.get(who.id) if who.signer is Signer.SESSION else None
        passed_tags = _check_session_tags(tags)
        inherited = _inherited(calling)
        keys = _check_transitive(transitive_tag_keys, passed_tags, inherited)
        all_tags = {**inherited, **passed_tags}
        passed = _passed(self._world, policy, policies, passed_tags, arn)
        serial, code = self._mfa(who, mfa)
        given = {"RoleArn": arn, "RoleSessionName": session_name, **passed.given}
        given |= {"DurationSeconds": duration} if duration is not None else {}
        given |= {"TransitiveTagKeys": list(keys)} if keys else {}
        given |= {"ExternalId": external_id} if external_id is not None else {}
        given |= {"SerialNumber": serial, "TokenCode": code} if code else {}
        given |= {"SourceIdentity": source_identity} if source_identity is not None else {}
        identity = _source_identity(calling, source_identity)
        facts = _call_facts(all_tags, (*inherited, *keys), identity, bool(code))
        made = _with_sessions_checks(call("sts:AssumeRole", arn, given), facts, bool(all_tags), bool(identity))
        issued: list[SessionRecord] = []

        def assumed(state: State) -> State:
            if code:
                check_code(state, self._owner(who), serial, code)
            record = state.entity_at(arn)
            if not isinstance(record, RoleRecord):  # unreachable by a call that was authorized, not so by the builder's
                raise IamlabError(f"The role {arn} cannot be found.", code="NoSuchEntity")
            changed, session = issue(
                self._world,
                state,
                kind="role",
                duration=_duration(state, duration, record, calling),
                entity=record.id,
                name=session_name,
                policies=passed.policies,
                tags=tuple(all_tags.items()),
                transitive=(*inherited, *keys),
                source_identity=identity,
                mfa=bool(calling and calling.mfa),
                mfa_at=calling.mfa_at if calling and calling.mfa else None,
                caller=identify(state, who).principal.arn,
            )
            issued.append(session)
            return changed

        self._world.perform(made, assumed, caller=who)
        return shown(self._world, issued[0], passed.packed)

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
        if duration is not None:
            _check_duration(duration, LONGEST)
        tags = _check_session_tags(token.tags)
        passed = _passed(self._world, policy, policies, {}, arn)
        given = {"RoleArn": arn, **given, **passed.given}
        given |= {"DurationSeconds": duration} if duration is not None else {}
        made = call(operation, arn, given)
        said = {**token.claims, **({} if saml else {"aws:FederatedProvider": token.provider.arn})}
        facts = {**said, "sts:RoleSessionName": session_name, **request_tags(tags)}
        made = _with_sessions_checks(made, facts, bool(tags), False)
        issued: list[SessionRecord] = []

        def assumed(state: State) -> State:
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
            record = state.entity_at(arn)
            assert isinstance(record, RoleRecord)  # its trust policy has just allowed this
            if duration is not None and duration > record.max_session_duration:
                raise _too_long()
            changed, session = issue(
                self._world,
                state,
                kind="role",
                duration=duration or DEFAULT,
                entity=record.id,
                name=session_name,
                policies=passed.policies,
                tags=tuple(tags.items()),
                facts=tuple(said.items()),
                caller=token.provider.arn,
            )
            issued.append(session)
            return changed

        self._world.perform(made, assumed, caller=Caller(Signer.SERVICE, token.provider.arn))
        return shown(self._world, issued[0], passed.packed)

    def get_session_token(self, caller: Acts, *, duration: int | None = None, mfa: bool | str = False) -> Session:
        """Temporary credentials of the user itself, best used with MFA (STS-14).

        Raises IamlabError (``AccessDenied`` for anything but long-term keys, ``ValidationError``).
        """
        who = self._who(caller)
        if duration is not None:
            _check_duration(duration, LONGEST_OF_USER)
        serial, code = self._mfa(who, mfa)
        given: dict[str, Any] = {"DurationSeconds": duration} if duration is not None else {}
        given |= {"SerialNumber": serial, "TokenCode": code} if code else {}
        made = call("sts:GetSessionToken", "*", given)
        issued: list[SessionRecord] = []

        def got(state: State) -> State:
            owner = self._long_term(who, "GetSessionToken")
            if code:
                check_code(state, owner, serial, code)
            changed, session = issue(
                self._world,
                state,
                kind="user",
                duration=_of_user(duration, owner),
                entity=owner,
                name=_name(state, owner),
                mfa=bool(code),
                mfa_at=state.now if code else None,
                caller=identify(state, who).principal.arn,
            )
            issued.append(session)
            return changed

        self._world.perform(made, got, caller=who)
        return shown(self._world, issued[0])

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
        who, state = self._who(caller), self._world.state
        names.FEDERATED_NAME.check(name)
        if duration is not None:
            _check_duration(duration, LONGEST_OF_USER)
        checked = _check_session_tags(tags)
        account = identify(state, who, "sts:GetFederationToken").principal.account
        arn = f"arn:aws:sts::{account}:federated-user/{name}"
        passed = _passed(self._world, policy, policies, checked, arn)
        given = {"Name": name, **passed.given}
        given |= {"DurationSeconds": duration} if duration is not None else {}
        made = call("sts:GetFederationToken", arn, given)
        made = _with_sessions_checks(made, request_tags(checked), bool(checked), False)
        issued: list[SessionRecord] = []

        def got(state: State) -> State:
            owner = self._long_term(who, "GetFederationToken")
            changed, session = issue(
                self._world,
                state,
                kind="federated",
                duration=_of_user(duration, owner),
                entity=owner,
                name=name,
                policies=passed.policies,
                tags=tuple(checked.items()),
                caller=identify(state, who).principal.arn,
            )
            issued.append(session)
            return changed

        self._world.perform(made, got, caller=who)
        return shown(self._world, issued[0], passed.packed)

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
        issued: list[SessionRecord] = []

        def signed_in(state: State) -> State:
            if record is not None and not getattr(record, "console", False):
                raise denied(f"The user {record.name} has no password: user.create_login_profile().")
            if devices and not mfa:
                raise denied("An MFA device is enabled: the console asks for it. Sign in with mfa=True.")
            if mfa and not devices:
                raise denied(NO_DEVICE)
            if mfa and mfa is not True:
                check_code(state, owner, None, mfa)
            changed, session = issue(
                self._world,
                state,
                kind="console",
                duration=CONSOLE_LASTS,
                entity=owner,
                name=_name(state, owner),
                mfa=bool(mfa),
                mfa_at=state.now if mfa else None,
            )
            issued.append(session)
            return changed

        self._world.perform(made, signed_in, caller=who)
        return Session(self._world, issued[0].id)

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

    def _mfa(self, who: Caller, mfa: bool | str) -> tuple[str, str]:
        """Serial number and code to send; empty without MFA."""
        if not mfa:
            return "", ""
        devices = [one for one in self._world.state.devices_of(self._owner(who)) if not one.passkey]
        if not devices:
            raise denied(NO_DEVICE)
        code = devices[0].code(self._world.state.now) if mfa is True else names.TOKEN_CODE.check(mfa)
        return devices[0].arn, code


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


def _of_user(asked: int | None, owner: str) -> int:
    """STS-14, STS-15: twelve hours by default, for a root user at most one."""
    duration = asked or DEFAULT_OF_USER
    return min(duration, LONGEST_OF_ROOT) if owner.isdigit() else duration


def _name(state: State, owner: str) -> str:
    record = state.entities.get(owner)
    return record.name if record else "root"


# Session tags and source identity


def _check_session_tags(tags: Mapping[str, str] | None) -> dict[str, str]:
    checked = names.check_tags(tags, ignoring_case=True)
    if len(checked) > MOST_TAGS:
        raise IamlabError(
            f"{len(checked)} session tags were passed. At most {MOST_TAGS} may be.", code=names.VALIDATION_ERROR
        )
    return checked


def _inherited(calling: SessionRecord | None) -> dict[str, str]:
    """The transitive tags of the session that calls (STS-09)."""
    if calling is None or calling.kind != "role":
        return {}
    transitive = {key.lower() for key in calling.transitive}
    return {key: value for key, value in calling.tags if key.lower() in transitive}


def _check_transitive(keys: Iterable[str], passed: Mapping[str, str], inherited: Mapping[str, str]) -> tuple[str, ...]:
    found = names.check_texts("transitiveTagKeys", keys)
    lower = {key.lower() for key in passed}
    unknown = next((key for key in found if key.lower() not in lower), None)
    if unknown is not None:
        raise IamlabError(
            f"The transitive tag key {unknown!r} must be among the tags that are passed.", code="InvalidParameterValue"
        )
    clash = next((key for key in inherited if key.lower() in lower), None)
    if clash is not None:
        raise IamlabError(
            f"The tag {clash!r} can't be set because it conflicts with a transitive tag of the calling session.",
            code="InvalidParameterValue",
        )
    return found


def _source_identity(calling: SessionRecord | None, asked: str | None) -> str:
    before = calling.source_identity if calling else ""
    if before and asked not in (None, before):
        raise IamlabError(
            f"The source identity is {before} and cannot be changed along a chain of roles.",
            code=names.VALIDATION_ERROR,
        )
    return before or asked or ""


def _call_facts(tags: Mapping[str, str], transitive: Iterable[str], identity: str, mfa: bool) -> dict[str, Any]:
    """The condition keys of the call itself, beside those of its parameters (COND-22, COND-25)."""
    found = request_tags(tags)
    keys = list(transitive)
    if keys:
        found["sts:TransitiveTagKeys"] = keys
    if identity:
        found["sts:SourceIdentity"] = identity
    if mfa:
        found |= {"aws:MultiFactorAuthPresent": "true", "aws:MultiFactorAuthAge": "0"}
    return found


def _with_sessions_checks(made: Call, facts: Mapping[str, Any], tags: bool, identity: bool) -> Call:
    """The call with what session tags and a source identity need besides (EVAL-16)."""
    first = made.checks[0]
    context = {**first.context, **facts}
    actions = [first.action, *(["sts:TagSession"] if tags else []), *(["sts:SetSourceIdentity"] if identity else [])]
    checks = tuple(Check(action=action, resource=first.resource, context=context) for action in actions)
    return Call(service=made.service, operation=made.operation, parameters=made.parameters, checks=checks)


# Session policies


def _passed(
    world: World,
    policy: PolicySource | None,
    policies: Iterable[ManagedPolicy],
    tags: Mapping[str, str],
    arn: str,
) -> _Passed:
    """The session policies, read and frozen as they are now (STS-08, STS-20).

    Raises PolicyError, or IamlabError (``ValidationError``, ``PackedPolicyTooLarge``, ``MalformedPolicyDocument``,
    ``NoSuchEntity``).
    """
    inline = Policy.parse(policy, PolicyKind.SESSION) if policy is not None else None
    if isinstance(policies, str) or not isinstance(policies, Iterable):
        raise IamlabError(
            f"Session policies are a list of managed policies, not {policies!r}.", code=names.VALIDATION_ERROR
        )
    arns = [check_policy(one, "policies=[{}]", world) for one in policies]
    if len(arns) > MOST_POLICY_ARNS:
        raise IamlabError(
            f"{len(arns)} session policies were passed. At most {MOST_POLICY_ARNS} may be.", code=names.VALIDATION_ERROR
        )
    account = arn.split(":")[4]
    for one in arns:
        if one.split(":")[4] not in ("aws", account):
            raise IamlabError(f"The policy {one} is not in the account {account}.", code="MalformedPolicyDocument")
    plain = (size(inline) if inline else 0) + sum(map(len, arns))
    if plain > LONGEST_POLICIES:
        raise IamlabError(
            f"Session policies and ARNs have {plain} characters. They may have {LONGEST_POLICIES}.",
            code=names.VALIDATION_ERROR,
        )
    texts = [json.dumps(inline.document) if inline else "", *arns, *(f"{key}={value}" for key, value in tags.items())]
    packed = -(-100 * len(zlib.compress("\n".join(texts).encode(), 9)) // PACKED_LIMIT) if any(texts) else 0
    if packed > 100:
        raise IamlabError(
            f"Session policies and tags take {packed} percent of the space that there is.", code="PackedPolicyTooLarge"
        )
    found = [NamedPolicy(name="session policy", policy=inline)] if inline else []
    found += [managed(world.state, one) for one in arns]
    given: dict[str, Any] = {"Policy": inline.document} if inline else {}
    given |= {"PolicyArns": [{"arn": one} for one in arns]} if arns else {}
    return _Passed(policies=tuple(found) or None, given={**given, **tag_list(tags)}, packed=packed)


PACKED_LIMIT: Final = 2048
"""Bytes of compressed session policies and tags; AWS packs in a way of its own, so the percentage is an estimate."""


def token(
    provider: Provider,
    now: datetime,
    subject: str,
    *,
    audience: str,
    claims: Mapping[str, str] | None = None,
    tags: Mapping[str, str] | None = None,
    valid: timedelta = timedelta(hours=1),
) -> IdentityToken:
    """What a provider says of somebody, with the condition keys that a trust policy sees (COND-27).

    Raises IamlabError (``InvalidInput``).
    """
    if not isinstance(provider, Provider):
        raise IamlabError(
            f"{provider!r} is no identity provider. Make one with account.create_saml_provider(name) or "
            "account.create_oidc_provider(url, audiences).",
            code="InvalidInput",
        )
    texts = (subject, audience, *(claims.values() if isinstance(claims, Mapping) else ()))
    if not all(isinstance(one, str) and one for one in texts) or not isinstance(claims, Mapping | None):
        raise IamlabError("Subject, audience and claims are texts: claims={'ref': 'main'}.", code="InvalidInput")
    if not isinstance(valid, timedelta):
        raise IamlabError(f"A token is valid for a timedelta, not {valid!r}.", code="InvalidInput")
    prefix = "saml" if provider.saml else provider.name
    said = {f"{prefix}:sub": subject, f"{prefix}:aud": audience}
    said |= {f"{prefix}:{name}": value for name, value in (claims or {}).items()}
    return IdentityToken(
        provider=provider,
        subject=subject,
        audience=audience,
        expires=now + valid,
        claims=said,
        tags=names.check_tags(tags, ignoring_case=True),
    )
