"""Managed policies, as the learner holds them: AWS's and the customer's own."""

from __future__ import annotations

from dataclasses import dataclass

from iamlab.core.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagedPolicy:
    """A policy with a name and an ARN of its own, to be attached; ``owner`` is ``aws`` or an account ID."""

    name: str
    arn: str
    owner: str
    policy: Policy

    def __repr__(self) -> str:
        return f"<managed policy {self.arn}>"
