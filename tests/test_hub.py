"""The values for JupyterHub on Kubernetes: keys and types of the chart, an image and a folder that fit together.

The chart itself reads them in a cluster only; the part of its schema that is used stands below.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from iamlab import __version__
from iamlab.app import DEFAULT_FOLDER
from iamlab.lessons.course import START_PAGE

ROOT = Path(__file__).resolve().parents[1]
HUB = ROOT / "binder" / "hub"
VALUES: dict[str, Any] = yaml.safe_load((HUB / "values.yaml").read_text(encoding="utf-8"))


def _object(**members: Any) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "properties": members}


TEXT, NUMBER, FLAG = {"type": "string"}, {"type": "number"}, {"type": "boolean"}
MEMORY = {"type": "string", "pattern": "^[0-9]+(\\.[0-9]+)?[KMGT]$"}  # KubeSpawner's suffixes; "Gi" is the volume's
# From the chart's configuration reference.
SCHEMA = _object(
    singleuser=_object(
        image=_object(name=TEXT, tag=TEXT, pullPolicy=TEXT, pullSecrets={"type": "array"}),
        defaultUrl=TEXT,
        memory=_object(guarantee=MEMORY, limit=MEMORY),
        cpu=_object(guarantee=NUMBER, limit=NUMBER),
        startTimeout=NUMBER,
        storage=_object(
            type={"enum": ["dynamic", "static", "none"]},
            capacity={"type": "string", "pattern": "^[0-9]+[KMGT]i$"},
            homeMountPath=TEXT,
        ),
        lifecycleHooks=_object(
            postStart=_object(exec=_object(command={"type": "array", "items": TEXT})),
        ),
        networkPolicy=_object(
            enabled=FLAG,
            egressAllowRules=_object(
                privateIPs=FLAG, nonPrivateIPs=FLAG, cloudMetadataServer=FLAG, dnsPortsPrivateIPs=FLAG
            ),
        ),
        cloudMetadata=_object(blockWithIptables=FLAG),
    ),
    hub=_object(config={"type": "object", "additionalProperties": {"type": "object"}}),
    scheduling=_object(userScheduler=_object(enabled=FLAG)),
    prePuller=_object(hook=_object(enabled=FLAG), continuous=_object(enabled=FLAG)),
    cull=_object(enabled=FLAG, timeout=NUMBER, every=NUMBER),
)


def test_the_values_fit_the_schema() -> None:
    """Every key is one of the chart's, with a value of its type."""
    jsonschema.validate(VALUES, SCHEMA)


@pytest.mark.parametrize("wrong", [{"singleUser": {}}, {"singleuser": {"memory": {"limit": "1Gi"}}}, {"cull": 3600}])
def test_a_mistyped_key_or_value_does_not_fit(wrong: dict[str, Any]) -> None:
    """The schema is no rubber stamp."""
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, SCHEMA)


def test_the_disk_is_where_the_lessons_are_brought_and_opened() -> None:
    """One folder, in the four places that name it; and the image's tag is this version."""
    single = VALUES["singleuser"]
    home = f"/home/jovyan/{DEFAULT_FOLDER}"
    assert single["storage"]["homeMountPath"] == home
    assert single["lifecycleHooks"]["postStart"]["exec"]["command"] == ["iamlab", "lessons", "--copy", "--folder", home]
    assert single["defaultUrl"] == f"/lab/tree/{DEFAULT_FOLDER}/{START_PAGE}"
    assert f"--folder {DEFAULT_FOLDER}" in (ROOT / "binder" / "postBuild").read_text(encoding="utf-8")
    assert single["image"]["tag"] == __version__


def test_the_recipe_names_what_the_values_hold() -> None:
    """The sizes in its table are those of the values."""
    said = (HUB / "README.md").read_text(encoding="utf-8")
    memory, cpu = VALUES["singleuser"]["memory"], VALUES["singleuser"]["cpu"]
    assert f"`{memory['guarantee']}`" in said
    assert f"`{memory['limit']}`" in said
    assert re.search(rf"`{cpu['guarantee']}` CPU", said)
