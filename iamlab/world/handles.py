"""What a learner holds: a name for something that a world keeps; and what is given in its place, with the remedy."""

from __future__ import annotations

from collections.abc import Iterable
from keyword import iskeyword

from iamlab.core.errors import IamlabError
from iamlab.world.world import World

LONGEST = 80
"""Characters of a text that are repeated to whoever gave it."""


class Handle:
    """A name for something that a world keeps; ``key`` is what it is known by there, whatever else of it changes.

    Two are equal when they are of one world and name the same.
    """

    def __init__(self, world: World, key: str) -> None:
        self._world = world
        self._key = key

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and (self._world, self._key) == (other._world, other._key)

    def __hash__(self) -> int:
        return hash(self._key)


def check_no_text(given: object, word: str, call: str, finder: str, known: Iterable[str] | None = None) -> None:
    """Refuse a text where the thing itself is wanted, and say how to get that from the text (``InvalidInput``).

    ``call`` is the operation as one writes it, with ``{}`` for the thing; ``finder`` what finds it, with ``{}`` for its
    name, and ``known`` the names that there are, where that can be said.

    >>> check_no_text("eric", "user", "developers.remove({})", "account.user({})", ["eric"])
    Traceback (most recent call last):
    iamlab.core.errors.IamlabError: InvalidInput: 'eric' is a text; give the user itself: developers.remove(eric), \
where eric = account.user('eric').
    """
    if not isinstance(given, str):
        return
    name = (given.rpartition("/")[2] if given.startswith("arn:") else given)[:LONGEST]
    said, variable, found = "; give", as_variable(name, word), finder.format(repr(name))
    if known is not None and name.lower() not in {one.lower() for one in known}:
        said, variable, found = f", and there is no {word} of that name here. Give", word, finder.format("name")
    raise IamlabError(
        f"{given[:LONGEST]!r} is a text{said} the {word} itself: {call.format(variable)}, where {variable} = {found}.",
        code="InvalidInput",
    )


def as_variable(name: str, word: str) -> str:
    """The variable in which whoever follows the lessons has a thing of that name, or else what it is.

    >>> as_variable("Developers", "group"), as_variable("AppRole", "role")
    ('developers', 'role')
    """
    lower = name[:1].lower() + name[1:]
    return lower if lower.isidentifier() and lower.islower() and not iskeyword(lower) else word


def of_another_lab(given: object, world: object) -> str:
    """The sentence about something that is of another lab; empty when it is of this one."""
    here = getattr(given, "_world", world) is world
    return "" if here else " It is of another lab: take both from the same one."


def check_of_this_lab(given: object, world: object) -> None:
    """Refuse something that is of another lab, where its namesake would be taken for it (``NoSuchEntity``)."""
    if why := of_another_lab(given, world):
        raise IamlabError(f"{given!r} cannot be used here.{why}", code="NoSuchEntity")
