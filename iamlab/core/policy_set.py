"""The policies that have a say in one request, by their type, and the way from an action to the statements about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from iamlab.core.matching import NamedPolicy, action_applies
from iamlab.core.policy import Effect, Policy, Statement

Level = tuple[NamedPolicy, ...]
"""Policies that count together: all of one type, or all at one level of the organization (EVAL-06, EVAL-08)."""
About = tuple[tuple[Statement, ...], tuple[Statement, ...]]
"""The statements whose action matches: the denies, and the allows."""


ORDER: Final = ("rcps", "scps", "endpoint", "resource", "identity", "boundary", "session")
"""The order of consideration, which is also that in which reasons are reported (EVAL-04).

When several types deny, AWS names one of them and does not say which comes first (UNSURE-19).
"""
LEVELLED: Final = ("scps", "rcps")
"""Types with one level of policies for each level of the organization."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicySet:
    """The policies that may have a say, by their type; None is absent, and differs from empty.

    ``identity``: the caller's own and its groups'. ``boundary``: one policy. ``session``: those passed when the session
    was made. ``resource``: the resource's policy, a role's trust policy, a KMS key's policy. ``scps``: of the caller's
    account, ``rcps``: of the resource's account, one tuple for each level of the organization, from the root down.
    ``endpoint``: the policy of the VPC endpoint that the request goes through. ``management_account``: of the
    organization; SCPs and RCPs do not bind it.
    """

    identity: Level = ()
    boundary: Level | None = None
    session: Level | None = None
    resource: Level | None = None
    scps: tuple[Level, ...] | None = None
    rcps: tuple[Level, ...] | None = None
    endpoint: Level | None = None
    management_account: str = ""
    present: tuple[tuple[str, tuple[Level, ...]], ...] = field(init=False, repr=False, compare=False)
    _about: dict[tuple[str, int, str], About] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Note which types are there, in AWS's order, so that deciding asks for no others."""
        found = tuple((name, self.levels(name)) for name in ORDER)
        object.__setattr__(self, "present", tuple((name, levels) for name, levels in found if levels))

    def levels(self, layer: str) -> tuple[Level, ...]:
        """The policies of one type as levels; most types have one."""
        found = getattr(self, layer)
        return () if found is None else found if layer in LEVELLED else (found,)

    def about(self, layer: str, level: int, policies: Level, action: str) -> About:
        """The statements of one level that are about the action, which is in lower case; looked for once."""
        found = self._about.get((layer, level, action))
        if found is None:
            if len(self._about) >= MOST_REMEMBERED:
                self._about.clear()
            found = self._about[layer, level, action] = _joined(about(one.policy, action) for one in policies)
        return found


MOST_REMEMBERED: Final = 512
"""Actions remembered; there are 22,000, and whoever asks for all of them needs no memory of each."""


def _joined(several: Iterable[About]) -> About:
    found = tuple(several)
    if len(found) == 1:
        return found[0]
    return tuple(s for denies, _ in found for s in denies), tuple(s for _, allows in found for s in allows)


def about(policy: Policy, action: str) -> About:
    """The statements of one policy that are about the action: those of its service, tested by name."""
    candidates = policy.about_service(action.partition(":")[0])
    matching = [one for one in candidates if action_applies(one.actions, one.not_actions, action)]
    return (
        tuple(one for one in matching if one.effect is Effect.DENY),
        tuple(one for one in matching if one.effect is Effect.ALLOW),
    )
