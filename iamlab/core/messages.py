"""What AWS would answer to a denied request: the code and the sentence (STS-18)."""

from __future__ import annotations

import shlex
from typing import Final

from iamlab.core.layers import OWN, Layer
from iamlab.core.policy_set import PolicySet
from iamlab.core.request import PrincipalType, Request
from iamlab.core.settlement import FREE_ACTIONS, target
from iamlab.core.values import context_values

JSON_SERVICES: Final = ("dynamodb", "ecr", "ecs", "kms", "lambda", "logs", "organizations", "secretsmanager", "ssm")
ERROR_CODES: Final = {"ec2": "UnauthorizedOperation", **dict.fromkeys(JSON_SERVICES, "AccessDeniedException")}
"""Where it is not AccessDenied; of the JSON services those that a learner meets."""

TYPES: Final = {
    "rcps": ("a", "resource control policy"),
    "scps": ("a", "service control policy"),
    "endpoint": ("a", "VPC endpoint policy"),
    "resource": ("a", "resource-based policy"),
    "identity": ("an", "identity-based policy"),
    "boundary": ("a", "permissions boundary"),
    "session": ("a", "session policy"),
}
WITH_ARN: Final = ("identity", "boundary", "session", "scps", "rcps")
"""Types whose explicit deny may end with the policy's ARN."""


def error_code(service: str) -> str:
    """The code that a service gives a denial."""
    return ERROR_CODES.get(service.lower(), "AccessDenied")


def implicit(request: Request, layer: str) -> str:
    """Nothing of that type allows it."""
    type_ = "role trust policy" if _trust(request, layer) else TYPES[layer][1]
    return f"{_asked(request)} because no {type_} allows the {request.action} action"


def explicit(request: Request, layer: Layer) -> str:
    """Something of that type forbids it."""
    article, type_ = ("the", "role trust policy") if _trust(request, layer.name) else TYPES[layer.name]
    arn = next((one.source.arn for one in layer.deciding), "") if layer.name in WITH_ARN else ""
    return f"{_asked(request)} with an explicit deny in {article} {type_}" + (f": {arn}" if arn else "")


def _asked(request: Request) -> str:
    on = "" if request.resource == "*" else f" on resource: {request.resource}"
    return f"User: {request.principal.arn} is not authorized to perform: {request.action}{on}"


def _trust(request: Request, layer: str) -> bool:
    return layer == "resource" and target(request) == "trust"


def simulate_command(request: Request, policies: PolicySet) -> str:
    """``aws iam simulate-principal-policy`` for this request; empty where AWS's simulator cannot answer.

    It knows identity policies, boundaries and SCPs of users and roles; a resource policy only for users, and no trust
    policy (CFN-05).
    """
    principal = request.principal
    known = principal.type in OWN and principal.type is not PrincipalType.FEDERATED_USER
    unknown = (policies.session, policies.resource, policies.rcps, policies.endpoint)
    if not known or request.action.lower() in FREE_ACTIONS or any(one is not None for one in unknown):
        return ""
    if target(request) or not request.same_account:
        return ""
    source = principal.arn if principal.type is PrincipalType.USER else request.role_arn
    words = ["aws", "iam", "simulate-principal-policy", "--policy-source-arn", source]
    words += ["--action-names", request.action]
    if request.resource != "*":
        words += ["--resource-arns", request.resource]
    asked = _condition_keys(policies)
    entries = [_entry(key, value) for key, value in request.context.items() if key.lower() in asked]
    if entries:
        words += ["--context-entries", *entries]
    return shlex.join(words)


def _condition_keys(policies: PolicySet) -> set[str]:
    levels = (*policies.levels("identity"), *policies.levels("boundary"), *policies.levels("scps"))
    statements = (statement for level in levels for one in level for statement in one.policy.statements)
    return {condition.key.lower() for statement in statements for condition in statement.conditions}


def _entry(key: str, value: object) -> str:
    found = context_values({key: value})[key.lower()]
    texts = (found,) if isinstance(found, str) else found
    kind = "string" if isinstance(found, str) else "stringList"
    return f"ContextKeyName={key},ContextKeyValues={','.join(texts)},ContextKeyType={kind}"
