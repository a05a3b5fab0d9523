"""Callers as questions see them: all about each that depends on neither action nor resource, looked at once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final

from iamlab.analysis.actions import shared
from iamlab.analysis.own import Elements
from iamlab.analysis.situation import Situation
from iamlab.analysis.strangers import unknown
from iamlab.analysis.subjects import Subject, everybody
from iamlab.core.layers import caller, service_linked
from iamlab.core.matching import CallerNames
from iamlab.core.policy import Effect
from iamlab.core.request import PrincipalType
from iamlab.world.authorization import Asked, Asker, asker, policy_set, request
from iamlab.world.callers import Caller, Signer, identify
from iamlab.world.entities import RoleRecord
from iamlab.world.state import State

_OWN: Final = ("scps", "identity", "boundary", "session")
"""The layers that come with the caller, whatever it asks about."""


class KnownCaller:
    """One caller, with everything about it that depends on neither action nor resource.

    Callers of one number (``alike``) differ to the engine in what their policies say alone.
    """

    def __init__(self, state: State, who: Caller, context: Mapping[str, Any], elements: Elements) -> None:
        self.caller = who
        self.by: Asker = asker(state, identify(state, who))
        principal = self.by.who.principal
        nothing = Asked(resource="*", owner=principal.account, keys={}, policy=None, rcps=None, organization=None)
        self.base = request(self.by, nothing, "sts:GetCallerIdentity", state.now, context)
        self.values = self.base.values
        policies = policy_set(self.by, nothing)
        self.passes_tags = _passes_tags(state, who)
        self.unknown = unknown(state, who, principal.account)
        self.given = frozenset(key.lower() for key in context)
        self._situations: dict[tuple[bool, bool], Situation] = {}
        situation = self.situation(known=False, resource=True)
        self.own = tuple(
            (name, elements.own(policies.levels(name), situation, self.values))
            for name in _OWN
            if policies.levels(name)
        )
        self.named: CallerNames = caller(self.base, policies)
        alike = (
            principal.type,
            service_linked(self.base),
            principal.account,
            tuple(name for name, _ in self.own),
            self.values.get("kms:resourcealiases"),
        )
        self.alike = elements.callers.of(alike, who)
        session = state.sessions.get(who.id)
        self.credentials = principal.type, session.kind if session else "", session.mfa if session else None
        self.partition = principal.arn.split(":", 2)[1] if principal.arn.startswith("arn:") else ""

    def situation(self, *, known: bool, resource: bool) -> Situation:
        """What decides which keys are open, about a thing that is known or not, or about no resource."""
        found = self._situations.get((known, resource))
        if found is None:
            signer = self.caller.signer if self.caller.signer is not Signer.KEY else Signer.USER
            if self.by.who.principal.type is PrincipalType.PROVIDER:
                signer = Signer.NOBODY  # the calls that it stands behind are unsigned (STS-16)
            found = Situation(signer, self.passes_tags, known, resource, self.given, self.unknown)
            self._situations[known, resource] = found
        return found


class KnownCallers:
    """The callers of one state of the world, each looked at once, whatever is asked of them."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.elements = Elements()
        self._found: dict[Caller, KnownCaller] = {}

    @cached_property
    def everybody(self) -> tuple[Subject, ...]:
        """All callers, with their names."""
        return everybody(self.state)

    def of(self, who: Caller, context: Mapping[str, Any]) -> KnownCaller:
        """What is known of the caller; only without a context of the question's own is it remembered."""
        if context:
            return KnownCaller(self.state, who, context, self.elements)
        found = self._found.get(who)
        if found is None:
            found = self._found[who] = KnownCaller(self.state, who, context, self.elements)
        return found


def _passes_tags(state: State, who: Caller) -> bool:
    """Whether a session of this role may come with tags: its trust policy speaks of sts:TagSession (STS-09)."""
    role = state.entities.get(who.id)
    if not isinstance(role, RoleRecord):
        return False
    probe = shared(("sts:TagSession",))
    return any(probe.about(one) for one in role.trust.policy.statements if one.effect is Effect.ALLOW)
