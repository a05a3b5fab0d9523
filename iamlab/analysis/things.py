"""What a question is about: resources as the engine sees them, with all that the world knows of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from iamlab.analysis.actions import Actions
from iamlab.core.settlement import kind_of
from iamlab.core.values import context_values
from iamlab.core.variables import Values
from iamlab.world.authorization import Asked, asked, owner_of, sort_of, tags_of
from iamlab.world.calls import Check
from iamlab.world.state import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """One resource as some actions see it: ``mask`` says which. ``known`` is whether it is in the world.

    ``many`` is whether it stands for others that match the same patterns.
    """

    asked: Asked
    mask: int
    known: bool
    many: bool = False
    values: Values = field(init=False)
    alike: tuple[object, ...] = field(init=False)
    """The same for things that are alike to the engine in whom they belong to, and in what has a say about them."""
    partition: str = field(init=False)
    """The partition of its ARN; empty without one."""

    def __post_init__(self) -> None:
        asked = self.asked
        object.__setattr__(self, "values", context_values(asked.keys))
        object.__setattr__(
            self, "alike", (asked.owner, kind_of(asked.resource), asked.policy is None, bool(asked.rcps))
        )
        object.__setattr__(self, "partition", "" if asked.resource == "*" else asked.resource.split(":", 2)[1])


class Things:
    """The things of one state of the world, looked up once each.

    ``parts`` is whether each is one of several that one call is judged on, of which there is nothing else to know.
    """

    def __init__(self, state: State, actions: Actions, *, parts: bool = False) -> None:
        self.state = state
        self.actions = actions
        self.parts = parts
        self._found: dict[tuple[str, str], tuple[Thing, ...]] = {}
        self._owners: dict[str, str] = {}

    def at(self, resource: str, account: str) -> tuple[Thing, ...]:
        """The resource of that ARN, or ``*``, once for each sort of action; ``account`` is the caller's.

        Raises IamlabError (``NoSuchBucket``) for a bucket that is not in this world.
        """
        owner = self._owner(resource)
        key = resource, owner or account
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = tuple(self._seen(resource, owner or account))
        return found

    def _owner(self, resource: str) -> str:
        """The account that the resource belongs to, whoever asks; empty when that hangs on the caller."""
        found = self._owners.get(resource)
        if found is None:
            names = self.actions.names
            found = self._owners[resource] = owner_of(self.state, Check(action=names[0], resource=resource))
        return found

    def _seen(self, resource: str, owner: str) -> list[Thing]:
        mask = self.actions.asked_about(resource, several=self.parts)
        seen = []
        for some in self._sorts(resource, mask):
            check = Check(action=self.actions.first(some), resource=resource)
            known = self.parts or resource == "*" or resource in self._known
            seen.append(Thing(asked=asked(self.state, check, owner), mask=some, known=known))
        return seen

    def _sorts(self, resource: str, mask: int) -> list[int]:
        """The actions in the mask, those together to which the resource looks the same."""
        if not mask:
            return []
        entity = self.state.entity_at(resource)
        if tags_of(self.state, resource) or (entity is not None and entity.boundary):
            found: dict[object, list[str]] = {}
            for name in self.actions.named(mask):
                found.setdefault(sort_of(name), []).append(name.lower())
            return [self.actions.mask(iter(names)) for names in found.values()]
        sts = mask & self.actions.of_service("sts")  # they are judged by a role's trust policy
        return [some for some in (sts, mask & ~sts) if some]

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(known(self.state))


def known(state: State) -> tuple[str, ...]:
    """The ARNs of all that there is; of each the world knows what tags it has."""
    holders = (state.entities, state.policies, state.profiles, state.providers, state.devices)
    return (*state.resources, *(one.arn for each in holders for one in each.values()))


EXAMPLE_KEY: Final = "1.jpg"
"""The object that stands for the objects of a bucket."""


def everything(state: State) -> tuple[str, ...]:
    """The ARNs of all that a request may be about, an example object in each bucket, and ``*`` for none."""
    examples = (f"{one.arn}/{EXAMPLE_KEY}" for one in state.resources.values() if one.kind == "bucket")
    return tuple(dict.fromkeys((*state.resources, *examples, *known(state), "*")))
