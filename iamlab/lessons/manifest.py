"""The manifest: which cell sources were delivered, so that an edit can be told from an old version."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Final

from iamlab.world.files import put_aside, replace_whole

_FORMAT: Final = 1


def fingerprint(notebook: bytes) -> str | None:
    """A hash of what a person writes in a notebook: the kind and source of each cell that is not empty.

    Outputs, execution counts and metadata change by running, and running the last cell adds an empty one:
    none of these is an edit. None when this is no notebook that can be read.
    """
    try:
        cells = json.loads(notebook)["cells"]
        sources = [(cell["cell_type"], _joined(cell["source"])) for cell in cells]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    written = [[kind, source] for kind, source in sources if source.strip()]
    return hashlib.sha256(json.dumps(written).encode()).hexdigest()


def _joined(source: object) -> str:
    """A source as one text: notebooks hold it as a text or as a list of lines; TypeError otherwise."""
    if isinstance(source, str):
        return source
    if isinstance(source, list):
        return "".join(source)
    raise TypeError(f"a cell's source is {type(source).__name__}, expected text or lines")


def manifest_path(folder: Path) -> Path:
    """Where the manifest of that learner's folder is."""
    return folder / ".iamlab" / "manifest.json"


def read_manifest(folder: Path) -> tuple[dict[str, str], Path | None]:
    """The fingerprints as last delivered, by file name; and where a damaged manifest was put, if it was.

    A damaged one counts as empty, which makes each lesson one of unknown origin: none is overwritten.
    Raises OSError when there is a manifest that cannot be read.
    """
    path = manifest_path(folder)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return {}, None
    delivered = _parse(data)
    if delivered is None:
        return {}, put_aside(path)
    return delivered, None


def write_manifest(folder: Path, delivered: dict[str, str]) -> None:
    """Write the fingerprints, at once; OSError when that cannot be done."""
    content = {"format": _FORMAT, "delivered": dict(sorted(delivered.items()))}
    replace_whole(manifest_path(folder), json.dumps(content, indent=1).encode() + b"\n")


def _parse(data: bytes) -> dict[str, str] | None:
    """The fingerprints in a manifest's text, or None when this is not what ``write_manifest`` writes."""
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        return None
    if not isinstance(content, dict) or content.get("format") != _FORMAT:
        return None
    delivered = content.get("delivered")
    if not isinstance(delivered, dict) or not all(isinstance(value, str) for value in delivered.values()):
        return None
    return delivered
