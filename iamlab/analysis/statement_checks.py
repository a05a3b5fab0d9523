"""Findings about the principals, actions and resources of a statement."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from iamlab import catalog
from iamlab.analysis.finding import Advice, Found, Level, Subject
from iamlab.analysis.globs import overlap
from iamlab.core import wildcard
from iamlab.core.arn import is_account_id
from iamlab.core.errors import IamlabError
from iamlab.core.operators import take_apart
from iamlab.core.policy import Effect, PolicyKind

ADVICE: Final[Mapping[str, Advice]] = {
    "INVALID_SERVICE_IN_ACTION": Advice(
        id="VAL-08",
        level=Level.ERROR,
        why="The statement is stored, and says nothing about what was meant.",
        remedy="Write the service's prefix as AWS has it, for example s3 or ec2.",
    ),
    "INVALID_ACTION": Advice(
        id="VAL-08",
        level=Level.ERROR,
        why="The statement is stored, and says nothing about what was meant.",
        remedy="Write an action that there is.",
    ),
    "INVALID_ARN_REGION": Advice(
        id="VAL-09",
        level=Level.ERROR,
        why="No resource has such an ARN, so the statement is about nothing.",
        remedy="Write a Region such as eu-central-1, or * for any.",
    ),
    "INVALID_ARN_ACCOUNT": Advice(
        id="VAL-09",
        level=Level.ERROR,
        why="No resource has such an ARN, so the statement is about nothing.",
        remedy="Write an account's twelve digits, or * for any.",
    ),
    "INVALID_ARN_SERVICE_CASE": Advice(
        id="VAL-09",
        level=Level.ERROR,
        why="ARNs are compared letter by letter, so the statement is about nothing.",
        remedy="Write the service in small letters.",
    ),
    "ARN_REGION_NOT_ALLOWED": Advice(
        id="VAL-10",
        level=Level.ERROR,
        why="Resources of this kind have no Region or account in their ARNs, so the statement is about nothing.",
        remedy="Leave Region and account empty: arn:aws:s3:::bucket.",
    ),
    "RESOURCE_MISMATCH": Advice(
        id="VAL-11",
        level=Level.ERROR,
        why="The action is never asked about such a resource, so the statement has no effect on it.",
        remedy="Name a resource of the form that the action takes.",
    ),
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
    "PASS_ROLE_WITH_STAR_IN_RESOURCE": Advice(
        id="VAL-33",
        level=Level.SECURITY,
        why="Any role of the account can be handed to a service, an administrator's among them.",
        remedy="Name the roles, or the service by iam:PassedToService.",
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
        why="Everybody is allowed, without an AWS account as well.",
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
    "ALLOW_WITH_NOT_ACTION": Advice(
        id="VAL-39",
        level=Level.SECURITY,
        why="All other actions of all services are allowed, those to come among them.",
        remedy="List what is allowed with Action.",
    ),
    "ALLOW_WITH_NOT_RESOURCE": Advice(
        id="VAL-39",
        level=Level.SECURITY,
        why="All other resources are allowed, those to come among them.",
        remedy="List what is allowed with Resource.",
    ),
    "EVERYTHING_ON_EVERYTHING": Advice(
        id="VAL-39",
        level=Level.SECURITY,
        why="Whoever has this is an administrator.",
        remedy="Name the actions that are needed, and their resources.",
    ),
    "CREATE_SLR_WITH_STAR_IN_RESOURCE": Advice(
        id="VAL-43",
        level=Level.WARNING,
        why="Any service can be given a role of its own in the account.",
        remedy="Name the role's path, or the service by iam:AWSServiceName.",
    ),
    "EMPTY_ARRAY": Advice(
        id="VAL-45",
        level=Level.SUGGESTION,
        why="The statement matches nothing by it.",
        remedy="Fill it, or take the statement out.",
    ),
    "EMPTY_CONDITION": Advice(
        id="VAL-45",
        level=Level.SUGGESTION,
        why="It asks for nothing, though it looks as if it did.",
        remedy="Fill it, or leave Condition out.",
    ),
    "EMPTY_SID_VALUE": Advice(
        id="VAL-45", level=Level.SUGGESTION, why="It names nothing.", remedy="Fill it, or leave Sid out."
    ),
    "REDUNDANT_ACTION": Advice(
        id="VAL-46",
        level=Level.SUGGESTION,
        why="It changes nothing.",
        remedy="Leave it out.",
    ),
    "REDUNDANT_RESOURCE": Advice(
        id="VAL-46",
        level=Level.SUGGESTION,
        why="It changes nothing.",
        remedy="Leave it out.",
    ),
    "REDUNDANT_PRINCIPAL": Advice(
        id="VAL-47",
        level=Level.SUGGESTION,
        why="The role's ARN names all its sessions.",
        remedy="Keep the one that you mean: the session alone is narrower, and no boundary limits it.",
    ),
    "RESOURCE_STAR": Advice(
        id="VAL-49",
        level=Level.SUGGESTION,
        why="Every action listed can be limited to the resources that are meant.",
        remedy="Name their ARNs.",
    ),
    "WILDCARD_IN_SERVICE_NAME": Advice(
        id="VAL-50",
        level=Level.SUGGESTION,
        why="Services that are yet to come may match.",
        remedy="Write the services out.",
    ),
}

FEDERATED_ACTIONS: Final = ("sts:assumerolewithsaml", "sts:assumerolewithwebidentity")
SOURCES: Final = ("aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths")
GITHUB: Final = "token.actions.githubusercontent.com"
PASS_ROLE: Final = "iam:passrole"
CREATE_LINKED: Final = "iam:createservicelinkedrole"
PLAIN_BUCKET: Final = re.compile(r"(?!storage-lens|job/|access-grants|accesspoint)[^/:*]+(/.*)?")
_REGION: Final = re.compile(r"[a-z]{2}(-[a-z]+)+-\d|")


def check(subject: Subject) -> Found:
    """Findings of one statement, place and sentence for each."""
    yield from _empty(subject)
    yield from _principals(subject)
    yield from _actions(subject)
    yield from _resources(subject)
    if subject.statement.effect is Effect.ALLOW:
        yield from _broad(subject)


def _empty(subject: Subject) -> Found:
    for element, value in subject.written.items():
        if element == "Sid" and value == "":
            yield "EMPTY_SID_VALUE", subject.at("Sid"), "The Sid is empty."
        elif element == "Condition" and not value:
            yield "EMPTY_CONDITION", subject.at("Condition"), "The condition is empty."
        elif element == "Condition":
            lists = (f"{operator}.{key}" for operator, block in value.items() for key in block if block[key] == [])
            yield from (("EMPTY_ARRAY", subject.at("Condition", one), "No value is listed.") for one in lists)
            empty = (operator for operator, block in value.items() if not block)
            yield from (
                ("EMPTY_CONDITION", subject.at("Condition", one), f"There is nothing under {one}.") for one in empty
            )
        elif value in ([], {}):
            yield "EMPTY_ARRAY", subject.at(element), f"{element} is empty."


# Principals


def _principals(subject: Subject) -> Found:
    statement = subject.statement
    for kind, name in statement.principals:
        if kind == "AWS" and re.fullmatch(r"(AIDA|AROA)[A-Z0-9]+", name):
            yield "INVALID_USER_REFERENCE", subject.at("Principal"), f"{name} is a unique ID."
    if statement.effect is not Effect.ALLOW:
        return
    keys = _keys(subject)
    everyone = ("AWS", "*") in statement.principals
    if subject.kind is PolicyKind.TRUST:
        yield from _trust(subject, keys, everyone)
    elif subject.kind is PolicyKind.RESOURCE:
        if everyone and not statement.conditions:
            yield "PUBLIC_ACCESS", subject.at("Principal"), "Everybody is allowed, without a condition."
        services = [name for kind, name in statement.principals if kind == "Service"]
        if services and not keys & set(SOURCES):
            problem = f"{services[0]} is allowed for whatever it acts for."
            yield "RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL", subject.at("Principal"), problem


def _trust(subject: Subject, keys: set[str], everyone: bool) -> Found:
    statement = subject.statement
    actions = {one.lower() for one in statement.actions}
    kinds = {kind for kind, _ in statement.principals}
    if kinds == {"Federated"} and actions == {"sts:assumerole"}:
        problem = "An identity provider never calls sts:AssumeRole."
        yield "MISMATCHED_ACTION_FOR_PRINCIPAL", subject.at("Action"), problem
    if kinds and "Federated" not in kinds and actions and actions <= set(FEDERATED_ACTIONS):
        problem = f"{', '.join(sorted(kinds))} principals call sts:AssumeRole."
        yield "MISMATCHED_ACTION_FOR_PRINCIPAL", subject.at("Action"), problem
    if everyone:
        yield "WILDCARD_IN_TRUST", subject.at("Principal"), "Everybody is trusted."
    for kind, name in statement.principals:
        if kind == "Federated" and ":saml-provider/" not in name:
            yield from _oidc(subject, name, keys)
        if kind == "AWS" and subject.account and "sts:externalid" not in keys:
            owner = name if is_account_id(name) else (name.split(":") + [""] * 5)[4]
            if is_account_id(owner) and owner not in {subject.account, *subject.own}:
                problem = f"The account {owner} is trusted without an external ID."
                yield "THIRD_PARTY_WITHOUT_EXTERNAL_ID", subject.at("Principal"), problem
    names = {name for _, name in statement.principals}
    for name in sorted(names):
        if ":assumed-role/" in name:
            account, role = name.split(":")[4], name.split("/")[1]
            if any(one.startswith(f"arn:aws:iam::{account}:role/") and one.endswith(f"/{role}") for one in names):
                yield "REDUNDANT_PRINCIPAL", subject.at("Principal"), f"{name} and its role are both named."


def _oidc(subject: Subject, name: str, keys: set[str]) -> Found:
    host = name.partition(":oidc-provider/")[2] or name
    held = {key for key in keys if key.startswith(f"{host.lower()}:")}
    if host == GITHUB:
        if f"{GITHUB}:sub" not in held:
            yield "MISSING_GITHUB_REPO_CONDITION_KEY", subject.at("Principal"), "No repository is named."
    elif not held:
        problem = f"No condition says who of {host} is meant."
        yield "MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL", subject.at("Principal"), problem


def _keys(subject: Subject) -> set[str]:
    """The condition keys that must be there and have a value, in lower case."""
    return {
        one.key.lower()
        for one in subject.statement.conditions
        if take_apart(one.operator)[1] != "Null" and not take_apart(one.operator)[2]
    }


# Actions


def _actions(subject: Subject) -> Found:
    for element, patterns in (("Action", subject.statement.actions), ("NotAction", subject.statement.not_actions)):
        for index, pattern in enumerate(patterns):
            place = subject.value_at(element, index)
            if pattern != "*":
                yield from _action(place, pattern)
            others = [one for one in patterns[:index] + patterns[index + 1 :] if one.lower() != pattern.lower()]
            earlier = pattern.lower() in [one.lower() for one in patterns[:index]]
            cover = next((one for one in others if wildcard.matches(one.lower(), pattern.lower())), None)
            if earlier or cover:
                yield "REDUNDANT_ACTION", place, f"{pattern} is among what {cover or pattern} says already."


def _action(place: str, pattern: str) -> Found:
    service, _, name = pattern.partition(":")
    if wildcard.has_wildcard(service):
        if pattern != "*:*":
            yield "WILDCARD_IN_SERVICE_NAME", place, f"{pattern} is about several services."
        return
    known = catalog.service_actions(service.lower())
    if not known:
        yield "INVALID_SERVICE_IN_ACTION", place, f"There is no service {service!r}."
    elif not any(wildcard.matches(name.lower(), one.lower()) for one in known):
        yield "INVALID_ACTION", place, f"{pattern} is no action{_nearest(pattern)}."


def _nearest(action: str) -> str:
    try:
        catalog.find(action)
    except IamlabError as error:
        return f";{error.message.rpartition('.')[2].rstrip('?')}?" if "Did you mean" in error.message else ""
    return ""


def _expanded(patterns: Iterable[str]) -> list[catalog.Action]:
    """The catalogue's actions that the patterns name, where the service is written out."""
    found = []
    for pattern in patterns:
        service, _, name = pattern.lower().partition(":")
        found += [
            catalog.find(f"{service}:{one}")
            for one in catalog.service_actions(service)
            if wildcard.matches(name, one.lower())
        ]
    return found


# Resources


def _resources(subject: Subject) -> Found:
    statement = subject.statement
    for element, patterns in (("Resource", statement.resources), ("NotResource", statement.not_resources)):
        for index, pattern in enumerate(patterns):
            place = subject.value_at(element, index)
            yield from _arn(place, pattern)
            others = [one for one in patterns if one != pattern]
            cover = next((one for one in others if one == "*" or _covers(one, pattern)), None)
            if cover or pattern in patterns[:index]:
                yield "REDUNDANT_RESOURCE", place, f"{pattern} is among what {cover or pattern} says already."
    if statement.resources and "*" not in statement.resources:
        yield from _mismatch(subject)


def _covers(broad: str, narrow: str) -> bool:
    """Whether a pattern that ends in its only wildcard takes in another."""
    stem = broad.removesuffix("*")
    return broad.endswith("*") and stem.count(":") >= 5 and not wildcard.has_wildcard(stem) and narrow.startswith(stem)


def _arn(place: str, pattern: str) -> Found:
    parts = pattern.split(":", 5)
    if len(parts) < 6 or parts[0] != "arn":
        return
    _, _, service, region, account, resource = parts
    if service != service.lower():
        yield "INVALID_ARN_SERVICE_CASE", place, f"{service} is not written in small letters."
        return
    if not wildcard.has_wildcard(region) and not _REGION.fullmatch(region):
        yield "INVALID_ARN_REGION", place, f"{region!r} is no Region."
    if not wildcard.has_wildcard(account) and account not in ("", "aws") and not is_account_id(account):
        yield "INVALID_ARN_ACCOUNT", place, f"{account!r} is no account."
    if service == "s3" and (region or account) and PLAIN_BUCKET.fullmatch(resource):
        yield "ARN_REGION_NOT_ALLOWED", place, f"{pattern} has a Region or an account."


def _mismatch(subject: Subject) -> Found:
    statement = subject.statement
    for index, pattern in enumerate(statement.actions):
        if wildcard.has_wildcard(pattern):
            continue
        for action in _expanded([pattern]):
            if action.name == "s3:ListAllMyBuckets" and "arn:aws:s3:::*" in statement.resources:
                continue
            if action.wildcard_only:
                problem = f"{action.name} takes no resource; only the resource * grants it."
            elif any(_may_fit(one, form) for one in statement.resources for form in action.resource_forms):
                continue
            else:
                forms = " or ".join(action.resource_forms[:2])
                problem = f"{action.name} is asked about {forms}, and none of the resources is one."
            yield "RESOURCE_MISMATCH", subject.value_at("Action", index), problem


def _may_fit(pattern: str, form: str) -> bool:
    """Whether some ARN is of the form and matches the pattern; variables of either may be anything."""
    if pattern.count(":") < 5:
        return True  # completed by AWS (POL-13)
    if form.endswith(":::${BucketName}") and "/" in pattern:
        return False  # a bucket's name has no slash: this is about objects (POL-15)
    parts = zip(_open(pattern).split(":", 5), _open(form).split(":", 5), strict=True)
    return all(overlap(one, other) for one, other in parts)


def _open(text: str) -> str:
    return re.sub(r"\$\{[^}]*\}", "*", text)


# What is allowed too broadly


def _broad(subject: Subject) -> Found:
    statement = subject.statement
    if subject.kind in (PolicyKind.SCP, PolicyKind.RCP, PolicyKind.ENDPOINT, PolicyKind.TRUST):
        return
    keys = _keys(subject)
    if statement.not_actions:
        problem = f"All but {', '.join(statement.not_actions)} is allowed."
        yield "ALLOW_WITH_NOT_ACTION", subject.at("NotAction"), problem
    if statement.not_resources:
        problem = f"All but {', '.join(statement.not_resources)} is allowed."
        yield "ALLOW_WITH_NOT_RESOURCE", subject.at("NotResource"), problem
    everywhere = "*" in statement.resources
    lower = [one.lower() for one in statement.actions]
    openly = everywhere and any(one in ("*", "*:*", "iam:*") for one in lower)
    if openly and not statement.conditions:
        broad = next(one for one in statement.actions if one.lower() in ("*", "*:*", "iam:*"))
        yield "EVERYTHING_ON_EVERYTHING", subject.at("Action"), f"{broad} is allowed on everything."
    if openly or subject.kind is PolicyKind.RESOURCE:
        return
    on_all = everywhere or bool(statement.not_resources)
    if on_all and _names(subject, PASS_ROLE) and "iam:passedtoservice" not in keys:
        yield (
            "PASS_ROLE_WITH_STAR_IN_RESOURCE",
            subject.at(_resource_element(subject)),
            "iam:PassRole is allowed for any role.",
        )
    if on_all and _names(subject, CREATE_LINKED) and "iam:awsservicename" not in keys:
        problem = "iam:CreateServiceLinkedRole is allowed for any service."
        yield "CREATE_SLR_WITH_STAR_IN_RESOURCE", subject.at(_resource_element(subject)), problem
    actions = _expanded(statement.actions) if not any("*" in one.partition(":")[0] for one in lower) else []
    if everywhere and actions and not statement.conditions and not any(one.wildcard_only for one in actions):
        yield "RESOURCE_STAR", subject.at("Resource"), "The resource is *."


def _names(subject: Subject, action: str) -> bool:
    statement = subject.statement
    if statement.not_actions:
        return not any(wildcard.matches(one.lower(), action) for one in statement.not_actions)
    return any(wildcard.matches(one.lower(), action) for one in statement.actions)


def _resource_element(subject: Subject) -> str:
    return "Resource" if subject.statement.resources else "NotResource"
