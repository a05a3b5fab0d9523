"""What requests are about: buckets, objects, keys, queues, topics, functions, instances, tables and secrets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from iamlab.world.entities import SavedPolicy, Tags

REGION: Final = "us-east-1"
"""Where the regional resources of every world are; IAM and other global services answer here as well (COND-20)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceRecord:
    """One resource of a service; ``kind`` is bucket, object, key, queue, topic, function, instance, table or secret.

    ``blocks_public`` is S3 Block Public Access (EVAL-30). ``profile`` is the unique ID of an instance's profile,
    ``role`` that of a function's role.
    """

    arn: str
    kind: str
    account: str
    name: str
    created: datetime
    policy: SavedPolicy | None = None
    tags: Tags = ()
    blocks_public: bool = False
    profile: str = ""
    role: str = ""
