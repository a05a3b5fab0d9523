"""What an access explorer asks: actions and resources as they were given, put to a world now and at a moment before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from iamlab.analysis.access import AccessMatrix
from iamlab.analysis.actions import shared
from iamlab.analysis.fields import is_pattern
from iamlab.analysis.subjects import everybody
from iamlab.analysis.things import everything
from iamlab.analysis.words import first_of
from iamlab.catalog import LEVELS, find
from iamlab.core.errors import IamlabError
from iamlab.lab import Lab, ResourceLike
from iamlab.views.access_changes import Comparison
from iamlab.views.access_grid import Column, columns
from iamlab.widgets.usual_actions import usual_actions
from iamlab.world.authorization import owner_of
from iamlab.world.calls import Check
from iamlab.world.state import State


class Question:
    """Actions and resources, about which the same can be asked again whenever the world has changed.

    Raises IamlabError as ``lab.access_matrix`` does, and (``InvalidResource``) when AWS asks about none of the given.
    """

    def __init__(
        self,
        lab: Lab,
        actions: str | Iterable[str] | None,
        resources: ResourceLike | Iterable[ResourceLike] | None,
    ) -> None:
        self._lab = lab
        self._usual = actions is None
        given = usual_actions(lab.snapshot()) if actions is None else actions
        self._given = tuple(given) if isinstance(given, Iterable) and not isinstance(given, str) else given
        asked = lab.access_matrix(None, self._given, [] if resources is None else resources)
        self._names = asked.actions if asked.actions == self._given else _by_level(asked.actions)
        self._resources = None if resources is None else asked.resources
        if resources is not None and asked.asks_nothing:
            raise self._never()
        self._before: AccessMatrix | None = None
        self._columns: dict[tuple[tuple[str, ...], tuple[str, ...]], tuple[Column, ...]] = {}
        self.missing: tuple[str, ...] = ()
        """The resources that were given and are not there any more."""

    def _never(self) -> IamlabError:
        forms = find(self._names[0]).resource_forms[:3]
        advice = f"Give one of the form {' or '.join(forms)}." if forms else "It takes no resource."
        return IamlabError(
            f"AWS never asks about {', '.join(self._names[:3])} on {', '.join(self._resources or ('nothing',))}. "
            f"{advice}",
            code="InvalidResource",
        )

    def asked(self, before: State, previous: Comparison | None = None) -> Comparison:
        """The answers of now, beside those of a moment before; ``previous`` is how they stood until now."""
        state = self._lab.snapshot()
        if self._usual:  # a world that has grown is asked about what is new in it as well
            self._names = tuple(dict.fromkeys((*self._names, *usual_actions(state))))
        then = self._before
        if then is None or then.state is not before or then.actions != self._names:
            then = self._before = AccessMatrix(before, everybody(before), self._names, self._there(before))
        there = self._there(state)
        self.missing = tuple(one for one in self._resources or () if one not in there)
        return Comparison(then, self._lab.access_matrix(None, self._names, there), previous)

    def _there(self, state: State) -> list[str]:
        """Of what is asked about, what there was at that moment."""
        if self._resources is None:
            asked_about = shared(self._names).asked_about
            return [arn for arn in everything(state) if asked_about(arn)]
        return [arn for arn in self._resources if is_pattern(arn) or arn == "*" or self._exists(state, arn)]

    def _exists(self, state: State, arn: str) -> bool:
        """Whether it can be asked about: a bucket that is gone cannot."""
        try:
            owner_of(state, Check(action=self._names[0], resource=arn))
        except IamlabError:
            return False
        return True

    def columns(self, matrix: AccessMatrix) -> tuple[Column, ...]:
        """The actions that AWS asks about, resource by resource."""
        if any(is_pattern(one) for one in matrix.resources):
            return columns(matrix)  # hang on the policies
        key = matrix.actions, matrix.resources
        if key not in self._columns:
            self._columns = {key: columns(matrix)}
        return self._columns[key]

    @property
    def nothing(self) -> str:
        """What is said when there is not a single column."""
        return f"There is nothing in this world that AWS asks about {first_of(self._names, MOST)}."

    @property
    def python(self) -> str:
        """The same in plain Python."""
        about = "" if self._resources is None else f", resources={_listed(self._resources)}"
        given = repr(self._given) if isinstance(self._given, str) else _listed(self._given)
        return f"lab.access_matrix(actions={given}{about}).frame()"

    def python_of(self, columns: Sequence[Column]) -> str:
        """The question of one column in plain Python, the first as an example."""
        first = columns[0] if columns else Column(action=self._names[0], resource="*")
        about = "" if first.resource == "*" else f", {first.resource!r}"
        return f"lab.who_can({first.action!r}{about})"


def _by_level(names: Iterable[str]) -> tuple[str, ...]:
    """Names that a pattern stands for: to list, to read, to write ... of each service."""
    return tuple(sorted(names, key=lambda one: (one.partition(":")[0], LEVELS.index(find(one).access_level), one)))


MOST: Final = 6
"""Names that are spelled out."""


def _listed(names: Iterable[str]) -> str:
    several = list(names)
    return f"{several[:MOST]!r}" if len(several) <= MOST else f"[{', '.join(map(repr, several[:MOST]))}, ...]"
