"""Findings about the actions and resources of a statement, and about what is empty in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from iamlab import catalog
from iamlab.analysis import principal_checks
from iamlab.analysis.finding import Advice, Examined, Found, Level
from iamlab.analysis.globs import overlap
from iamlab.core import wildcard
from iamlab.core.arn import is_account_id
from iamlab.core.errors import IamlabError
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
    "PASS_ROLE_WITH_STAR_IN_RESOURCE": Advice(
        id="VAL-33",
        level=Level.SECURITY,
        why="Any role of the account can be handed to a service, an administrator's among them.",
        remedy="Name the roles, or the service by iam:PassedToService.",
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

PASS_ROLE: Final = "iam:passrole"
CREATE_LINKED: Final = "iam:createservicelinkedrole"
PLAIN_BUCKET: Final = re.compile(r"(?!storage-lens|job/|access-grants|accesspoint)[^/:*]+(/.*)?")
_REGION: Final = re.compile(r"[a-z]{2}(-[a-z]+)+-\d|")


def check(examined: Examined) -> Found:
    """Findings of one statement, place and sentence for each."""
    yield from _empty(examined)
    yield from principal_checks.check(examined)
    yield from _actions(examined)
    yield from _resources(examined)
    if examined.statement.effect is Effect.ALLOW:
        yield from _broad(examined)


def _empty(examined: Examined) -> Found:
    for element, value in examined.written.items():
        if element == "Sid" and value == "":
            yield "EMPTY_SID_VALUE", examined.at("Sid"), "The Sid is empty."
        elif element == "Condition" and not value:
            yield "EMPTY_CONDITION", examined.at("Condition"), "The condition is empty."
        elif element == "Condition":
            lists = (f"{operator}.{key}" for operator, block in value.items() for key in block if block[key] == [])
            yield from (("EMPTY_ARRAY", examined.at("Condition", one), "No value is listed.") for one in lists)
            empty = (operator for operator, block in value.items() if not block)
            yield from (
                ("EMPTY_CONDITION", examined.at("Condition", one), f"There is nothing under {one}.") for one in empty
            )
        elif value in ([], {}):
            yield "EMPTY_ARRAY", examined.at(element), f"{element} is empty."


# Actions


def _actions(examined: Examined) -> Found:
    for element, patterns in (("Action", examined.statement.actions), ("NotAction", examined.statement.not_actions)):
        for index, pattern in enumerate(patterns):
            place = examined.value_at(element, index)
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


def _resources(examined: Examined) -> Found:
    statement = examined.statement
    for element, patterns in (("Resource", statement.resources), ("NotResource", statement.not_resources)):
        for index, pattern in enumerate(patterns):
            place = examined.value_at(element, index)
            yield from _arn(place, pattern)
            others = [one for one in patterns if one != pattern]
            cover = next((one for one in others if one == "*" or _covers(one, pattern)), None)
            if cover or pattern in patterns[:index]:
                yield "REDUNDANT_RESOURCE", place, f"{pattern} is among what {cover or pattern} says already."
    if statement.resources and "*" not in statement.resources:
        yield from _mismatch(examined)


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


def _mismatch(examined: Examined) -> Found:
    statement = examined.statement
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
            yield "RESOURCE_MISMATCH", examined.value_at("Action", index), problem


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


def _broad(examined: Examined) -> Found:
    statement = examined.statement
    if examined.kind in (PolicyKind.SCP, PolicyKind.RCP, PolicyKind.ENDPOINT, PolicyKind.TRUST):
        return
    keys = examined.required_keys
    if statement.not_actions:
        problem = f"All but {', '.join(statement.not_actions)} is allowed."
        yield "ALLOW_WITH_NOT_ACTION", examined.at("NotAction"), problem
    if statement.not_resources:
        problem = f"All but {', '.join(statement.not_resources)} is allowed."
        yield "ALLOW_WITH_NOT_RESOURCE", examined.at("NotResource"), problem
    everywhere = "*" in statement.resources
    lower = [one.lower() for one in statement.actions]
    openly = everywhere and any(one in ("*", "*:*", "iam:*") for one in lower)
    if openly and not statement.conditions:
        broad = next(one for one in statement.actions if one.lower() in ("*", "*:*", "iam:*"))
        yield "EVERYTHING_ON_EVERYTHING", examined.at("Action"), f"{broad} is allowed on everything."
    if openly or examined.kind is PolicyKind.RESOURCE:
        return
    on_all = everywhere or bool(statement.not_resources)
    if on_all and _names(examined, PASS_ROLE) and "iam:passedtoservice" not in keys:
        yield (
            "PASS_ROLE_WITH_STAR_IN_RESOURCE",
            examined.at(_resource_element(examined)),
            "iam:PassRole is allowed for any role.",
        )
    if on_all and _names(examined, CREATE_LINKED) and "iam:awsservicename" not in keys:
        problem = "iam:CreateServiceLinkedRole is allowed for any service."
        yield "CREATE_SLR_WITH_STAR_IN_RESOURCE", examined.at(_resource_element(examined)), problem
    actions = _expanded(statement.actions) if not any("*" in one.partition(":")[0] for one in lower) else []
    if everywhere and actions and not statement.conditions and not any(one.wildcard_only for one in actions):
        yield "RESOURCE_STAR", examined.at("Resource"), "The resource is *."


def _names(examined: Examined, action: str) -> bool:
    statement = examined.statement
    if statement.not_actions:
        return not any(wildcard.matches(one.lower(), action) for one in statement.not_actions)
    return any(wildcard.matches(one.lower(), action) for one in statement.actions)


def _resource_element(examined: Examined) -> str:
    return "Resource" if examined.statement.resources else "NotResource"
