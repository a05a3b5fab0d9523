"""The story's worlds under their names, for whatever takes a lab or the name of a world."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from iamlab.core.errors import IamlabError
from iamlab.lab import Lab
from iamlab.lessons import story, worlds

WORLDS: Final[Mapping[str, Callable[[], Lab]]] = {
    "first_day": worlds.first_day,
    "administrator": story.administrator,
    "developer_group": story.developer_group,
    "staging_and_production": story.staging_and_production,
    "two_accounts": story.two_accounts,
    "consultant": story.consultant,
    "application_on_ec2": story.application_on_ec2,
}
"""What makes each of them, by its name."""


def lab_of(lab: Lab | str) -> Lab:
    """The lab itself, or a fresh world of the story by its name.

    Raises IamlabError (``InvalidInput``) for anything else.
    """
    if isinstance(lab, Lab):
        return lab
    if isinstance(lab, str) and lab in WORLDS:
        return WORLDS[lab]()
    raise IamlabError(
        f"{lab!r} is neither a lab nor one of the story's worlds: {', '.join(WORLDS)}.", code="InvalidInput"
    )
