"""Requests to services, as a signed call: which operation an action is, and what its parameters are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from iamlab.core.arn import Arn
from iamlab.core.errors import IamlabError
from iamlab.world.access_keys import AccessKey
from iamlab.world.callers import invalid
from iamlab.world.calls import Call, Check
from iamlab.world.operations import BY_ACTION, KEYS, OPERATIONS
from iamlab.world.services import SERVICES
from iamlab.world.sessions import Session
from iamlab.world.state import State
from iamlab.world.world import World

READ_ONLY: Final = frozenset(
    {
        "s3:GetObject",
        "s3:ListBuckets",
        "s3:ListObjectsV2",
        "s3:GetBucketPolicy",
        "lambda:Invoke",
        "sts:GetCallerIdentity",
    }
)
"""Operations of the table that change nothing, and may be called by the name of their action."""
DATA: Final = frozenset({"s3:PutObject", "s3:DeleteObject"})
"""Those whose effect on a bucket's content does not matter to IAM."""


def service_call(
    state: State, action: str, resource: str, context: Mapping[str, Any], parameters: Mapping[str, Any]
) -> Call:
    """The call of an action on a resource, with the parameters that follow from the resource's ARN.

    Raises IamlabError (``InvalidInput``) for an operation that changes the world: that is called on the world.
    """
    name = BY_ACTION.get(action, action)
    if name in OPERATIONS and name not in READ_ONLY | DATA:
        raise IamlabError(
            f"{action} changes the world: call it on the world, for example account.create_user('bob'), "
            "bucket.put_policy(...), lab.sts.assume_role(...). lab.evaluate asks without doing.",
            code="InvalidInput",
        )
    service, _, operation = name.partition(":")
    given = {**_target(state, service, resource), **parameters}
    facts: dict[str, Any] = {}
    for key in OPERATIONS[name].keys if name in OPERATIONS else ():
        facts.update(KEYS[key](given))
    facts = {key: str(value) if isinstance(value, int) else value for key, value in facts.items()}
    check = Check(action=action, resource=resource, context={**facts, **context})
    return Call(service=service, operation=operation, parameters=given, checks=(check,))


def _target(state: State, service: str, resource: str) -> dict[str, Any]:
    """The parameters that name the resource, as its service has them; an unknown one is named by nothing."""
    if resource == "*":
        return {}
    if service == "s3":
        bucket, _, key = Arn.parse(resource).resource.partition("/")
        return {"Bucket": bucket, **({"Key": key} if key else {})}
    if service in ("iam", "sts"):
        kind, name = Arn.parse(resource).kind, Arn.parse(resource).name
        words = {"user": "UserName", "group": "GroupName", "role": "RoleName"}
        if kind == "policy":
            return {"PolicyArn": resource}
        return {words[kind]: name} if kind in words else {}
    record = state.resources.get(resource)
    return SERVICES[record.kind].target(record) if record is not None else {}


WITHOUT_TOKEN: Final = "A temporary key (ASIA...) came without its session token: the three of them belong together."
OTHER_TOKEN: Final = "A temporary key (ASIA...) came with another session token than its own."


def by_credentials(
    world: World, access_key_id: str, secret_access_key: str, session_token: str | None
) -> AccessKey | Session:
    """Whoever a set of credentials belongs to (STS-26).

    Raises IamlabError (``MissingAuthenticationToken``, ``InvalidClientTokenId``, ``SignatureDoesNotMatch``).
    """
    if not all(isinstance(one, str) and one for one in (access_key_id, secret_access_key)):
        raise IamlabError("Request is missing Authentication Token", code="MissingAuthenticationToken")
    key, session = world.state.keys.get(access_key_id), world.state.sessions.get(access_key_id)
    known = key or session
    if known is None:
        raise invalid("sts:GetCallerIdentity")
    if session is not None and session_token != session.token:
        raise invalid("sts:GetCallerIdentity", WITHOUT_TOKEN if session_token is None else OTHER_TOKEN)
    if secret_access_key != known.secret:
        raise IamlabError(
            "The request signature we calculated does not match the signature you provided. "
            "Check your AWS Secret Access Key and signing method.",
            code="SignatureDoesNotMatch",
        )
    return AccessKey(world, access_key_id) if key else Session(world, access_key_id)
