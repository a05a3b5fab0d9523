"""Tables: the same answers as pandas frames."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from iamlab.world.account import Account
from iamlab.world.trail import TrailEntry

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("principal", "policy", "through", "effect", "actions", "resources")


def permissions_table(accounts: Iterable[Account]) -> pd.DataFrame:
    """One row for each statement that reaches a user or a role; who has none stands in no row."""
    import pandas as pd  # here, so that importing iamlab stays cheap

    rows = [row for account in accounts for row in _rows(account)]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype("string")


def _rows(account: Account) -> Iterator[tuple[str, ...]]:
    for identity in account.principals:
        for source in identity.policies:
            for statement in source.policy.statements:
                yield (
                    f"{identity.kind} {identity.name}",
                    source.name,
                    f"group {source.via}" if source.via else "itself",
                    statement.effect.value,
                    _listed(statement.actions, statement.not_actions),
                    _listed(statement.resources, statement.not_resources),
                )


def _listed(named: tuple[str, ...], excepted: tuple[str, ...]) -> str:
    return ", ".join(named) if named else "everything except " + ", ".join(excepted)


TRAIL_COLUMNS = ("time", "caller", "operation", "resource", "outcome", "reason", "issuer", "source identity")


def trail_table(trail: Iterable[TrailEntry]) -> pd.DataFrame:
    """One row for each call, oldest first: when, by whom, what, about what, and how it ended."""
    import pandas as pd  # here, so that importing iamlab stays cheap

    rows = [
        (
            entry.time,
            entry.caller,
            f"{entry.service}:{entry.operation}",
            entry.resource,
            entry.outcome,
            entry.message or entry.rule,
            entry.issuer,
            entry.source_identity,
        )
        for entry in trail
    ]
    frame = pd.DataFrame(rows, columns=list(TRAIL_COLUMNS)).astype("string")
    return frame.assign(time=pd.to_datetime([row[0] for row in rows], utc=True))
