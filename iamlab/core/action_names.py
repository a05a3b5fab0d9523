"""What may stand under Action and NotAction (POL-09; POL-24, text 7)."""

from __future__ import annotations

import re

from iamlab.core.dialect import LEGACY, PolicyKind, items, statements
from iamlab.core.documents import Document
from iamlab.core.places import Path


def check_actions(document: Document, _: PolicyKind) -> None:
    """Raise PolicyError for the first action that AWS would refuse."""
    for path, statement in statements(document):
        for place, text in items(path, statement, "Action", "NotAction"):
            if text != "*":
                _action(document, place, text)


def _action(document: Document, place: Path, text: str) -> None:
    vendor, colon, name = text.partition(":")
    if not colon or not vendor:
        document.fail(
            "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
            place,
            problem=f"the action {text!r} names no service.",
            remedy="Write service:Name, for example s3:ListAllMyBuckets.",
        )
    if ":" in name:
        document.fail(
            "Actions/Condition can contain only one colon.",
            place,
            problem=f"the action {text!r} has two colons.",
            remedy="Write service:Name, for example s3:GetObject.",
        )
    if not re.fullmatch(r"[A-Za-z0-9*?-]+", vendor):
        document.fail(
            f"Vendor {vendor} is not valid",
            place,
            problem=f"{vendor!r} cannot be a service.",
            remedy="A service prefix has letters, digits and dashes: s3, iam, execute-api.",
        )
    if not re.fullmatch(r"[A-Za-z0-9*?_-]+", name):
        document.fail(
            LEGACY,
            place,
            problem=f"{name!r} cannot be the name of an action.",
            remedy="An action's name has letters, digits, * and ?.",
        )
