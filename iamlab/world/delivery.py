"""How EC2 hands the credentials of a role to an instance, and renews them in time (STS-23)."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from iamlab.core.errors import IamlabError
from iamlab.world.authorization import authorize
from iamlab.world.callers import Caller, Signer
from iamlab.world.calls import Check
from iamlab.world.entities import RoleRecord
from iamlab.world.services import EC2
from iamlab.world.sessions import issue
from iamlab.world.state import State
from iamlab.world.world import World

DELIVERED_FOR: Final = 6 * 3600
"""Seconds for which delivered credentials last; a role's MaxSessionDuration does not bind services (STS-04)."""
RENEWED: Final = timedelta(minutes=5)
"""How long before the old credentials expire the new ones are there at the latest."""


def deliver(world: World, state: State, instance: str) -> State:
    """The state in which EC2 has assumed the instance's role for it; the same state if it may not or there is none."""
    record = state.resources[instance]
    profile = state.profiles.get(record.profile)
    role = state.entities.get(profile.role) if profile else None
    if not isinstance(role, RoleRecord):
        return state
    context = {"sts:RoleSessionName": record.name}
    try:
        authorize(
            state,
            Caller(Signer.SERVICE, EC2),
            Check(action="sts:AssumeRole", resource=role.arn, context=context),
            "sts",
        )
    except IamlabError:
        return state
    state, _ = issue(
        world,
        state,
        kind="role",
        duration=DELIVERED_FOR,
        entity=role.id,
        name=record.name,
        mfa=False,
        caller=EC2,
        instance=instance,
    )
    return state


def renew(world: World, state: State) -> State:
    """The state in which every running instance has credentials that last a while yet, if it may have any."""
    for arn, record in tuple(state.resources.items()):
        if record.kind != "instance" or not record.profile:
            continue
        last = [one.expires for one in state.sessions.values() if one.instance == arn]
        if not last or last[-1] - state.now < RENEWED:
            state = deliver(world, state, arn)
    return state
