"""Findings about whom a statement names: who is let in, and on what proviso."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from iamlab.analysis.finding import Advice, Examined, Found, Level
from iamlab.analysis.situation import SOURCES
from iamlab.core.arn import is_account_id
from iamlab.core.policy import Effect, PolicyKind

ADVICE: Final[Mapping[str, Advice]] = {
    "MISMATCHED_ACTION_FOR_PRINCIPAL": Advice(
        id="VAL-25",
        level=Level.ERROR,
        why="Nobody can assume the role by this statement.",
        remedy="Use sts:AssumeRole with AWS and Service, sts:AssumeRoleWithSAML or sts:AssumeRoleWithWebIdentity "
        "with Federated.",
    ),
    "INVALID_USER_REFERENCE": Advice(
        id="VAL-26",
        level=Level.WARNING,
        why="This is what an ARN turns into when its user or role has been deleted; a namesake does not match.",
        remedy="Save the policy again with the ARN, or take the entry out.",
    ),
    "RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL": Advice(
        id="VAL-34",
        level=Level.SECURITY,
        why="The service may be acting for anybody's resource, in any account (the confused deputy).",
        remedy="Add a condition on aws:SourceArn or aws:SourceAccount.",
    ),
    "MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL": Advice(
        id="VAL-35",
        level=Level.SECURITY,
        why="Everybody who has an account with that provider can assume the role.",
        remedy="Add a condition on the provider's sub or aud key.",
    ),
    "MISSING_GITHUB_REPO_CONDITION_KEY": Advice(
        id="VAL-35",
        level=Level.SECURITY,
        why="Every repository on GitHub can assume the role.",
        remedy="Add a condition on token.actions.githubusercontent.com:sub that names the repository.",
    ),
    "PUBLIC_ACCESS": Advice(
        id="VAL-36",
        level=Level.SECURITY,
        why="Everybody with an AWS account is allowed, and where the service answers unsigned requests, as S3, SQS and "
        "SNS do, everybody in the world.",
        remedy="Name who may, or add a condition such as aws:PrincipalOrgID.",
    ),
    "WILDCARD_IN_TRUST": Advice(
        id="VAL-36",
        level=Level.SECURITY,
        why="Everybody in this account may assume the role, and in every other account whoever is allowed there.",
        remedy="Name accounts, users, roles or services.",
    ),
    "THIRD_PARTY_WITHOUT_EXTERNAL_ID": Advice(
        id="VAL-37",
        level=Level.SECURITY,
        why="The third party can be tricked into using your role for another of its customers.",
        remedy="Have it give you an external ID, and demand it: StringEquals on sts:ExternalId.",
    ),
    "REDUNDANT_PRINCIPAL": Advice(
        id="VAL-47",
        level=Level.SUGGESTION,
        why="The role's ARN names all its sessions.",
        remedy="Keep the one that you mean: the session alone is narrower, and no boundary limits it.",
    ),
}

FEDERATED_ACTIONS: Final = ("sts:assumerolewithsaml", "sts:assumerolewithwebidentity")
GITHUB: Final = "token.actions.githubusercontent.com"


def check(examined: Examined) -> Found:
    """Findings of one statement's principals, place and sentence for each."""
    statement = examined.statement
    for kind, name in statement.principals:
        if kind == "AWS" and re.fullmatch(r"(AIDA|AROA)[A-Z0-9]+", name):
            yield "INVALID_USER_REFERENCE", examined.at("Principal"), f"{name} is a unique ID."
    if statement.effect is not Effect.ALLOW:
        return
    keys = examined.required_keys
    everyone = ("AWS", "*") in statement.principals
    if examined.kind is PolicyKind.TRUST:
        yield from _trust(examined, keys, everyone)
    elif examined.kind is PolicyKind.RESOURCE:
        if everyone and not statement.conditions:
            yield "PUBLIC_ACCESS", examined.at("Principal"), "Everybody is allowed, without a condition."
        services = [name for kind, name in statement.principals if kind == "Service"]
        if services and not keys & SOURCES:
            problem = f"{services[0]} is allowed for whatever it acts for."
            yield "RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL", examined.at("Principal"), problem


def _trust(examined: Examined, keys: frozenset[str], everyone: bool) -> Found:
    statement = examined.statement
    actions = {one.lower() for one in statement.actions}
    kinds = {kind for kind, _ in statement.principals}
    if kinds == {"Federated"} and actions == {"sts:assumerole"}:
        problem = "An identity provider never calls sts:AssumeRole."
        yield "MISMATCHED_ACTION_FOR_PRINCIPAL", examined.at("Action"), problem
    if kinds and "Federated" not in kinds and actions and actions <= set(FEDERATED_ACTIONS):
        problem = f"{', '.join(sorted(kinds))} principals call sts:AssumeRole."
        yield "MISMATCHED_ACTION_FOR_PRINCIPAL", examined.at("Action"), problem
    if everyone:
        yield "WILDCARD_IN_TRUST", examined.at("Principal"), "Everybody is trusted."
    for kind, name in statement.principals:
        if kind == "Federated" and ":saml-provider/" not in name:
            yield from _oidc(examined, name, keys)
        if kind == "AWS" and examined.account and "sts:externalid" not in keys:
            owner = name if is_account_id(name) else (name.split(":") + [""] * 5)[4]
            if is_account_id(owner) and owner not in {examined.account, *examined.own}:
                problem = f"The account {owner} is trusted without an external ID."
                yield "THIRD_PARTY_WITHOUT_EXTERNAL_ID", examined.at("Principal"), problem
    names = {name for _, name in statement.principals}
    for name in sorted(names):
        if ":assumed-role/" in name:
            account, role = name.split(":")[4], name.split("/")[1]
            if any(one.startswith(f"arn:aws:iam::{account}:role/") and one.endswith(f"/{role}") for one in names):
                yield "REDUNDANT_PRINCIPAL", examined.at("Principal"), f"{name} and its role are both named."


def _oidc(examined: Examined, name: str, keys: frozenset[str]) -> Found:
    host = name.partition(":oidc-provider/")[2] or name
    held = {key for key in keys if key.startswith(f"{host.lower()}:")}
    if host == GITHUB:
        if f"{GITHUB}:sub" not in held:
            yield "MISSING_GITHUB_REPO_CONDITION_KEY", examined.at("Principal"), "No repository is named."
    elif not held:
        problem = f"No condition says who of {host} is meant."
        yield "MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL", examined.at("Principal"), problem
