"""What to ask about in a world when nobody has said: a few actions for each kind of thing that is there."""

from __future__ import annotations

from typing import Final

from iamlab.world.entities import RoleRecord
from iamlab.world.state import State

OF_RESOURCES: Final = {
    "bucket": ("s3:ListBucket", "s3:GetObject", "s3:PutObject"),
    "object": ("s3:GetObject", "s3:PutObject"),
    "key": ("kms:Decrypt",),
    "queue": ("sqs:SendMessage", "sqs:ReceiveMessage"),
    "topic": ("sns:Publish",),
    "table": ("dynamodb:GetItem", "dynamodb:PutItem"),
    "secret": ("secretsmanager:GetSecretValue",),
    "function": ("lambda:InvokeFunction",),
    "instance": ("ec2:StopInstances",),
}
"""For each kind of resource, to look and to change."""
ALWAYS: Final = ("iam:ListUsers",)
OF_ROLES: Final = ("sts:AssumeRole",)
OF_PROFILES: Final = ("iam:PassRole",)


def usual_actions(state: State) -> tuple[str, ...]:
    """The actions for what is in the world now, each once."""
    kinds = {one.kind for one in state.resources.values()}
    found = [action for kind, actions in OF_RESOURCES.items() if kind in kinds for action in actions]
    roles = OF_ROLES if any(state.of_kind(RoleRecord)) else ()
    profiles = OF_PROFILES if state.profiles else ()
    return tuple(dict.fromkeys((*found, *roles, *profiles, *ALWAYS)))
