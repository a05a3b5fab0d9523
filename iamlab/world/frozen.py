"""What is passed with a call of STS and frozen into the session: policies, tags, and who is behind it (STS-20)."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from iamlab.core.errors import IamlabError
from iamlab.core.matching import NamedPolicy
from iamlab.core.policy import Policy, PolicyKind, PolicySource
from iamlab.world import names
from iamlab.world.authorization import request_tags
from iamlab.world.callers import managed
from iamlab.world.calls import Call, Check
from iamlab.world.credentials import SessionRecord
from iamlab.world.identities import check_policy
from iamlab.world.operations import passed, tag_list
from iamlab.world.policies import ManagedPolicy
from iamlab.world.quotas import size
from iamlab.world.world import World

MOST_POLICY_ARNS: Final = 10
MOST_TAGS: Final = 50
LONGEST_POLICIES: Final = 2048  # characters, inline and ARNs together (STS-08)
PACKED_LIMIT: Final = 2048
"""Bytes of compressed session policies and tags; AWS packs in a way of its own, so the percentage is an estimate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """What is frozen into a session; ``policies`` is None if no session policy was passed (EVAL-22).

    ``given`` are the parameters that passed it, ``packed`` is how many percent policies and tags take of their space.
    """

    policies: tuple[NamedPolicy, ...] | None
    tags: Mapping[str, str]
    transitive: tuple[str, ...] = ()
    source_identity: str = ""
    given: Mapping[str, Any] = field(default_factory=dict)
    packed: int = 0

    @property
    def parts(self) -> dict[str, Any]:
        """The fields of the session's record that come of it."""
        return {
            "policies": self.policies,
            "tags": tuple(self.tags.items()),
            "transitive": self.transitive,
            "source_identity": self.source_identity,
        }


def freeze(
    world: World,
    arn: str,
    policy: PolicySource | None,
    policies: Iterable[ManagedPolicy],
    *,
    tags: Mapping[str, str] | None = None,
    transitive: Iterable[str] = (),
    source_identity: str | None = None,
    calling: SessionRecord | None = None,
) -> Frozen:
    """What is passed, read as it is now (STS-08 to STS-10); ``arn`` is what the session is to be of.

    ``calling`` is the session that calls, if one does: transitive tags and the source identity come from it. Raises
    PolicyError, or IamlabError (``ValidationError``, ``PackedPolicyTooLarge``, ``MalformedPolicyDocument``,
    ``InvalidParameterValue``, ``NoSuchEntity``).
    """
    identity = _source_identity(calling, source_identity)
    checked, inherited = check_session_tags(tags), _inherited(calling)
    keys = _check_transitive(transitive, checked, inherited)
    inline = Policy.parse(policy, PolicyKind.SESSION) if policy is not None else None
    arns = _check_policies(world, policies, arn.split(":")[4])
    found = [NamedPolicy(name="session policy", policy=inline)] if inline else []
    return Frozen(
        policies=(*found, *(managed(world.state, one) for one in arns)) or None,
        tags={**inherited, **checked},
        transitive=(*inherited, *keys),
        source_identity=identity,
        given={
            **passed(Policy=inline.document if inline else None, PolicyArns=[{"arn": one} for one in arns]),
            **tag_list(checked),
            **passed(TransitiveTagKeys=list(keys), SourceIdentity=source_identity),
        },
        packed=_packed(inline, arns, checked),
    )


def judged(made: Call, frozen: Frozen, facts: Mapping[str, Any]) -> Call:
    """The call with all that it is judged by: the keys of what is frozen (COND-22), further facts, and the checks that
    session tags and a source identity need besides (EVAL-16).
    """
    first = made.checks[0]
    more = {"sts:TagSession": frozen.tags, "sts:SetSourceIdentity": frozen.source_identity}
    actions = (first.action, *(action for action, needed in more.items() if needed))
    said = {"sts:TransitiveTagKeys": list(frozen.transitive), "sts:SourceIdentity": frozen.source_identity}
    context = {
        **first.context,
        **request_tags(frozen.tags),
        **{key: value for key, value in said.items() if value},
        **facts,
    }
    checks = tuple(Check(action=one, resource=first.resource, context=context) for one in actions)
    return replace(made, checks=checks)


def check_session_tags(tags: Mapping[str, str] | None) -> dict[str, str]:
    """Give session tags back as a dict, none for None. Raises IamlabError (``ValidationError``)."""
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
    """Who is behind the session: once said, the same along a chain of roles (STS-10)."""
    if asked is not None:
        names.SOURCE_IDENTITY.check(asked)
    before = calling.source_identity if calling else ""
    if before and asked not in (None, before):
        raise IamlabError(
            f"The source identity is {before} and cannot be changed along a chain of roles.",
            code=names.VALIDATION_ERROR,
        )
    return before or asked or ""


def _check_policies(world: World, policies: Iterable[ManagedPolicy], account: str) -> tuple[str, ...]:
    """The ARNs of managed session policies, which must be of the session's account or AWS's own."""
    if isinstance(policies, str) or not isinstance(policies, Iterable):
        raise IamlabError(
            f"Session policies are a list of managed policies, not {policies!r}.", code=names.VALIDATION_ERROR
        )
    arns = tuple(check_policy(one, "policies=[{}]", world) for one in policies)
    if len(arns) > MOST_POLICY_ARNS:
        raise IamlabError(
            f"{len(arns)} session policies were passed. At most {MOST_POLICY_ARNS} may be.", code=names.VALIDATION_ERROR
        )
    for one in arns:
        if one.split(":")[4] not in ("aws", account):
            raise IamlabError(f"The policy {one} is not in the account {account}.", code="MalformedPolicyDocument")
    return arns


def _packed(inline: Policy | None, arns: tuple[str, ...], tags: Mapping[str, str]) -> int:
    """How many percent policies and tags take of the space that there is; refused above a hundred (STS-08)."""
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
    return packed
