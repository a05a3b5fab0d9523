"""The world's clock: it stands still unless somebody moves it, and never goes back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from iamlab.core.errors import IamlabError
from iamlab.world.delivery import renew
from iamlab.world.world import World

INVALID_INPUT: Final = "InvalidInput"


class Clock:
    """One clock for the whole world, in UTC. Whoever restores a snapshot has the clock of that moment."""

    def __init__(self, world: World) -> None:
        self._world = world

    @property
    def now(self) -> datetime:
        """The moment that it is, in UTC."""
        return self._world.state.now

    def advance(self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> datetime:
        """Let time pass; sessions may expire by it, and EC2 renews those of its instances.

        Raises IamlabError (``InvalidInput``) for anything but a number, and for going back.
        """
        for one in (days, hours, minutes, seconds):
            if isinstance(one, bool) or not isinstance(one, int | float):
                raise IamlabError(
                    f"Time is moved by a number, clock.advance(minutes=16), not {one!r}.", code=INVALID_INPUT
                )
        try:
            moment = self.now + timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        except (OverflowError, ValueError):
            raise IamlabError("That is further than a clock can be moved.", code=INVALID_INPUT) from None
        return self.move_to(moment)

    def move_to(self, moment: datetime) -> datetime:
        """Move on to a moment; one without a time zone is taken as UTC.

        Raises IamlabError (``InvalidInput``) for an earlier moment.
        """
        if not isinstance(moment, datetime):
            raise IamlabError(f"Give a datetime, not {moment!r}.", code=INVALID_INPUT)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        if moment < self.now:
            raise IamlabError(
                f"The clock says {self.now:%Y-%m-%d %H:%M:%S} UTC and does not go back. Restore a snapshot instead.",
                code=INVALID_INPUT,
            )
        # One change: nobody sees a moment at which EC2 has not renewed what has run out meanwhile.
        renewed = renew(self._world, replace(self._world.state, now=moment))
        self._world.commit(now=moment, sessions=renewed.sessions)
        return moment

    def __repr__(self) -> str:
        return f"<clock {self.now:%Y-%m-%d %H:%M:%S} UTC>"
