"""What a world knows, as nodes of a picture: each in the shape of its kind, and in the box of its account."""

from __future__ import annotations

from typing import Final

from iamlab.core.arn import Arn
from iamlab.core.errors import IamlabError
from iamlab.views.graph import EVERYBODY_HERE, Node
from iamlab.world import documents
from iamlab.world.authorization import resource_with_policy
from iamlab.world.entities import EntityRecord, InstanceProfileRecord, RoleRecord
from iamlab.world.resources import ResourceRecord
from iamlab.world.state import State

NOTHING: Final = "no resource in particular"
"""What an action is about that takes no resource."""


def box(state: State, account: str) -> str:
    """The name of an account's box, ``Development (111111111111)``; empty for one that is not in the lab."""
    record = state.accounts.get(account)
    return f"{record.name} ({account})" if record else ""


def entity_node(state: State, record: EntityRecord) -> Node:
    """A user, a group or a role."""
    detail = documents.current(state, record.trust).to_json() if isinstance(record, RoleRecord) else ""
    return Node(kind=record.kind, name=record.name, account=box(state, record.account), detail=detail)


def thing_node(state: State, record: ResourceRecord) -> Node:
    """A resource of a service."""
    detail = documents.current(state, record.policy).to_json() if record.policy else ""
    return Node(kind="resource", name=record.arn, account=box(state, record.account), detail=detail)


def profile_node(state: State, record: InstanceProfileRecord) -> Node:
    """An instance profile."""
    return Node(kind="instance profile", name=record.name, account=box(state, record.account))


def account_node(state: State, account: str) -> Node:
    """An account as a principal: in its own box it stands for everybody there, and outside of the lab for itself."""
    where = box(state, account)
    return Node(kind="account", name=EVERYBODY_HERE if where else account, account=where)


def asked_node(state: State, asked: str, words: str = "") -> Node:
    """What is asked about: an ARN, a pattern of them, or ``*``; ``words`` say which part of a pattern is meant.

    Identities have the shape of their kind. Whatever belongs to an account of the lab stands in its box.
    """
    if asked == "*":
        return Node(kind="resource", name=NOTHING)
    meant = words or asked  # of a pattern it may be one thing alone
    entity, thing = state.entity_at(meant), state.resources.get(meant)
    if entity is not None:
        return entity_node(state, entity)
    if thing is not None:
        return thing_node(state, thing)
    profile = next((one for one in state.profiles.values() if one.arn == meant), None)
    if profile is not None:
        return profile_node(state, profile)
    return Node(kind="resource", name=meant, account=box(state, _owner(state, asked)))


def _owner(state: State, asked: str) -> str:
    """Whose it is: as the ARN says, of a bucket as the world does; empty where neither says."""
    try:
        arn = Arn.parse(asked)
    except IamlabError:
        return ""
    bucket = resource_with_policy(state, asked) if arn.service == "s3" and not arn.account else None
    return bucket.account if bucket else arn.account
