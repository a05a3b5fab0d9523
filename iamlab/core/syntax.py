"""What AWS checks before it stores a policy, in AWS's order and with AWS's texts (POL-21, POL-24)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from enum import Enum
from typing import Any, Final

from iamlab.core import wildcard
from iamlab.core.arn import PARTITIONS, is_account_id
from iamlab.core.documents import SYNTAX, Document, Path, as_sequence


class PolicyKind(Enum):
    """Where a policy is used; each place has its own dialect (POL-21)."""

    IDENTITY = "identity policy"
    MANAGED = "managed policy"  # an identity policy with a version and a name of its own
    TRUST = "role trust policy"


VERSIONS: Final = ("2012-10-17", "2008-10-17")
TOP_LEVEL: Final = ("Version", "Id", "Statement")
ELEMENTS: Final = (
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
)
PAIRS: Final = (("Action", "NotAction"), ("Resource", "NotResource"), ("Principal", "NotPrincipal"))
LEGACY: Final = "The policy failed legacy parsing"
NOT_MODELLED: Final = "NotModelled"
"""Our own code, where AWS has none: AWS would accept this, and iamlab cannot judge it yet."""

IAM_RESOURCE_TYPES: Final = (
    "user/",
    "group/",
    "role/",
    "policy/",
    "instance-profile/",
    "mfa/",
    "saml-provider/",
    "oidc-provider/",
    "server-certificate/",
    "sms-mfa/",
    "access-report/",
)

Check = Callable[[Document, PolicyKind], None]


def check(document: Document, kind: PolicyKind) -> None:
    """Raise the PolicyError that AWS would report first; return nothing when AWS would store the document."""
    for one in CHECKS:
        one(document, kind)


def _statements(document: Document) -> Iterator[tuple[Path, dict[str, Any]]]:
    value = document.value["Statement"]
    if isinstance(value, list):
        for index, statement in enumerate(value):
            yield ("Statement", index), statement
    else:
        yield ("Statement",), value


def _items(path: Path, statement: dict[str, Any], *elements: str) -> Iterator[tuple[Path, Any]]:
    """Each single value of the elements, with its path."""
    for element in elements:
        value = statement.get(element, [])
        if isinstance(value, list):
            yield from (((*path, element, index), item) for index, item in enumerate(value))
        else:
            yield (*path, element), value


# 1. "Syntax errors in policy."


def _top_level(document: Document, _: PolicyKind) -> None:
    value = document.value
    if not isinstance(value, dict):
        document.fail(SYNTAX, problem="a policy is a JSON object.", remedy='Write {"Version": ..., "Statement": ...}.')
    for key in value:
        if key not in TOP_LEVEL:
            document.fail(SYNTAX, (key,), problem=f"unknown element {key!r}.", remedy=_did_you_mean(key, TOP_LEVEL))
    if "Statement" not in value:
        document.fail(SYNTAX, problem="there is no Statement.", remedy='Add "Statement": [...].')
    if value.get("Version", VERSIONS[0]) not in VERSIONS:
        document.fail(
            SYNTAX,
            ("Version",),
            problem=f"Version is {value['Version']!r}, which is the date of no policy language.",
            remedy='Write "2012-10-17".',
        )
    if not isinstance(value.get("Id", ""), str):
        document.fail(SYNTAX, ("Id",), problem="Id is no text.", remedy="Put it in double quotes.")


def _statement_shape(document: Document, _: PolicyKind) -> None:
    if document.value["Statement"] == []:
        document.fail(SYNTAX, ("Statement",), problem="there is no statement in it.", remedy="Write at least one.")
    for path, statement in _statements(document):
        if not isinstance(statement, dict):
            document.fail(SYNTAX, path, problem="a statement is a JSON object.", remedy='Write {"Effect": ...}.')
        for key in statement:
            if key not in ELEMENTS:
                remedy = _did_you_mean(key, ELEMENTS)
                document.fail(SYNTAX, (*path, key), problem=f"unknown element {key!r}.", remedy=remedy)
        for one, other in PAIRS:
            if one in statement and other in statement:
                problem = f"{one} and {other} cannot stand in one statement."
                document.fail(SYNTAX, path, problem=problem, remedy="Keep one, or make two statements.")
        if "Effect" not in statement:
            document.fail(SYNTAX, path, problem="Effect is missing.", remedy='Add "Effect": "Allow" or "Deny".')
    _types(document)


def _types(document: Document) -> None:
    for path, statement in _statements(document):
        for element in ("Sid", "Effect"):
            if not isinstance(statement.get(element, ""), str):
                place = (*path, element)
                document.fail(SYNTAX, place, problem=f"{element} is no text.", remedy="Put it in double quotes.")
        for place, item in _items(path, statement, "Action", "NotAction", "Resource", "NotResource"):
            if not isinstance(item, str):
                remedy = "Write one text in double quotes, or a list of them."
                document.fail(
                    SYNTAX,
                    place,
                    problem=f"{place[len(path)]} holds something that is no text.",
                    remedy=remedy,
                )
        if not isinstance(statement.get("Condition", {}), dict):
            remedy = "Write {operator: {key: value}}."
            document.fail(SYNTAX, (*path, "Condition"), problem="Condition is no JSON object.", remedy=remedy)


def _sid_characters(document: Document, _: PolicyKind) -> None:
    for path, statement in _statements(document):
        if not re.fullmatch("[A-Za-z0-9]*", statement.get("Sid", "")):
            document.fail(
                SYNTAX,
                (*path, "Sid"),
                problem=f"the Sid {statement['Sid']!r} has other characters than letters and digits.",
                remedy="IAM allows A-Z, a-z and 0-9, no blanks and no dashes.",
            )


# 2. and 3.


def _version(document: Document, kind: PolicyKind) -> None:
    if kind is PolicyKind.MANAGED and document.value.get("Version") != VERSIONS[0]:
        document.fail(
            "Policy document must be version 2012-10-17 or greater.",
            ("Version",),
            problem="a managed policy says which version of the policy language it is written in.",
            remedy='Add "Version": "2012-10-17".',
        )


def _effect(document: Document, _: PolicyKind) -> None:
    for path, statement in _statements(document):
        if statement["Effect"] not in ("Allow", "Deny"):
            document.fail(
                LEGACY,
                (*path, "Effect"),
                problem=f"Effect is {statement['Effect']!r}.",
                remedy='Write "Allow" or "Deny", with a capital letter.',
            )


# 4. and 5.


def _sids_unique(document: Document, _: PolicyKind) -> None:
    seen: set[str] = set()
    for path, statement in _statements(document):
        sid = statement.get("Sid", "")
        if sid and sid in seen:
            document.fail(
                "Statement IDs (SID) in a single policy must be unique.",
                (*path, "Sid"),
                problem=f"the Sid {sid!r} stands on an earlier statement too.",
                remedy="Give each statement its own, or none.",
            )
        seen.add(sid)


def _has_actions(document: Document, _: PolicyKind) -> None:
    for path, statement in _statements(document):
        if not any(_items(path, statement, "Action", "NotAction")):
            document.fail(
                "Policy statement must contain actions.",
                path,
                problem="the statement names no action.",
                remedy='Add "Action": "s3:ListAllMyBuckets", for example.',
            )


# 6. Resources


def _resources(document: Document, _: PolicyKind) -> None:
    for path, statement in _statements(document):
        for place, text in _items(path, statement, "Resource", "NotResource"):
            if text != "*":
                _resource(document, place, text)


def _resource(document: Document, place: Path, text: str) -> None:
    parts = text.split(":", 5)
    if parts[0] != "arn" or len(parts) < 3:
        document.fail(
            f'Resource {text} must be in ARN format or "*".',
            place,
            problem=f"{text!r} is no ARN.",
            remedy='Write the whole name, for example arn:aws:s3:::acme-photos, or "*".',
        )
    partition, vendor = parts[1], parts[2]
    if partition not in (*PARTITIONS, "*"):
        document.fail(
            f'Partition "{partition}" is not valid for resource "{text}".',
            place,
            problem=f"there is no partition {partition!r}.",
            remedy="Write arn:aws:...",
        )
    if not vendor or wildcard.has_wildcard(vendor):
        document.fail(
            "Resource vendor must be fully qualified and cannot contain regexes.",
            place,
            problem=f"the service {vendor!r} of the ARN is not written out.",
            remedy="Name one service, for example s3.",
        )
    if vendor == "iam" and len(parts) == 6:
        _iam_resource(document, place, text, region=parts[3], resource=parts[5])


def _iam_resource(document: Document, place: Path, text: str, *, region: str, resource: str) -> None:
    if region not in ("", "*"):
        document.fail(
            f"IAM resource {text} cannot contain region information.",
            place,
            problem="IAM is global: its ARNs have no Region.",
            remedy="Leave the Region empty: arn:aws:iam::111111111111:user/alice.",
        )
    if resource not in ("*", "root") and not resource.startswith(IAM_RESOURCE_TYPES):
        document.fail(
            'IAM resource path must either be "*" or start with ' + ", ".join(IAM_RESOURCE_TYPES),
            place,
            problem=f"{resource!r} names no kind of IAM resource.",
            remedy="Write user/alice, group/Developers, role/Auditor, policy/DevAccess ...",
        )


# 7. Actions


def _actions(document: Document, _: PolicyKind) -> None:
    for path, statement in _statements(document):
        for place, text in _items(path, statement, "Action", "NotAction"):
            if text != "*":
                _action(document, place, text)


def _action(document: Document, place: Path, text: str) -> None:
    vendor, colon, name = text.partition(":")
    if not colon or not vendor:
        document.fail(
            "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
            place,
            problem=f"the action {text!r} names no service.",
            remedy="Write service:Name, for example s3:ListAllMyBuckets.",
        )
    if ":" in name:
        document.fail(
            "Actions/Condition can contain only one colon.",
            place,
            problem=f"the action {text!r} has two colons.",
            remedy="Write service:Name, for example s3:GetObject.",
        )
    if not re.fullmatch(r"[A-Za-z0-9*?-]+", vendor):
        document.fail(
            f"Vendor {vendor} is not valid",
            place,
            problem=f"{vendor!r} cannot be a service.",
            remedy="A service prefix has letters, digits and dashes: s3, iam, execute-api.",
        )
    if not re.fullmatch(r"[A-Za-z0-9*?_-]+", name):
        document.fail(
            LEGACY,
            place,
            problem=f"{name!r} cannot be the name of an action.",
            remedy="An action's name has letters, digits, * and ?.",
        )


# 8. and 9.


def _has_resources(document: Document, kind: PolicyKind) -> None:
    for path, statement in _statements(document):
        if kind is not PolicyKind.TRUST and not any(_items(path, statement, "Resource", "NotResource")):
            document.fail(
                "Policy statement must contain resources.",
                path,
                problem="the statement names no resource.",
                remedy='Add "Resource": "*" or the ARN it is about.',
            )


def _principals(document: Document, kind: PolicyKind) -> None:
    for path, statement in _statements(document):
        named = next((element for element in ("Principal", "NotPrincipal") if element in statement), None)
        if kind is not PolicyKind.TRUST and named:
            document.fail(
                "Policy document should not specify a principal.",
                (*path, named),
                problem=f"{named} stands in an identity policy.",
                remedy="Remove it: who it is about follows from whom the policy is attached to.",
            )
        if kind is PolicyKind.TRUST:
            _trust_statement(document, path, statement)


TRUST_ACTIONS: Final = (
    "sts:assumerole",
    "sts:assumerolewithsaml",
    "sts:assumerolewithwebidentity",
    "sts:tagsession",
    "sts:setsourceidentity",
    "sts:setcontext",
)


def _trust_statement(document: Document, path: Path, statement: dict[str, Any]) -> None:
    for element in ("Resource", "NotResource", "NotPrincipal"):
        if element in statement:
            document.fail(
                f"Has prohibited field {element}",
                (*path, element),
                problem=f"{element} has no place in a role trust policy.",
                remedy="Remove it: the resource is the role itself, and Principal names who may assume it.",
            )
    if not statement.get("Principal"):
        document.fail(
            SYNTAX,
            path,
            problem="the trust policy names no Principal.",
            remedy='Add "Principal": {"Service": "ec2.amazonaws.com"}, for example.',
        )
    for place, action in _items(path, statement, "Action"):
        if not any(wildcard.matches(action.lower(), known) for known in TRUST_ACTIONS):
            document.fail(
                "A role trust policy can hold only the actions that assume a role.",
                place,
                problem=f"{action!r} is none of them.",
                remedy='Write "sts:AssumeRole". What the role may do stands in its permissions policies.',
            )
    _principal(document, (*path, "Principal"), statement["Principal"])


PRINCIPAL_KINDS: Final = ("AWS", "Service", "Federated", "CanonicalUser")
_PRINCIPAL_ARN: Final = re.compile(
    r"arn:[a-z-]+:(iam::\d{12}:(root|user/[^*?]+|role/[^*?]+|oidc-provider/[^*?]+|saml-provider/[^*?]+)"
    r"|sts::\d{12}:(assumed-role/[^*?/]+/[^*?/]+|federated-user/[^*?]+))"
)
_UNIQUE_ID: Final = re.compile("(AIDA|AROA)[A-Z0-9]{12,124}")


def _principal(document: Document, place: Path, value: Any) -> None:
    if value == "*":
        return
    if not isinstance(value, dict):
        remedy = 'Write "*", or an object such as {"AWS": "111111111111"}.'
        document.fail(SYNTAX, place, problem='Principal is neither an object nor "*".', remedy=remedy)
    for kind, names in value.items():
        if kind not in PRINCIPAL_KINDS:
            remedy = _did_you_mean(kind, PRINCIPAL_KINDS)
            document.fail(SYNTAX, (*place, kind), problem=f"unknown kind of principal {kind!r}.", remedy=remedy)
        if not as_sequence(names):
            document.fail(SYNTAX, (*place, kind), problem="the list of principals is empty.", remedy="Name one.")
        for where, name in _items(place, value, kind):
            if not isinstance(name, str):
                document.fail(SYNTAX, where, problem="a principal is a text.", remedy="Put it in double quotes.")
            if not _is_principal(kind, name):
                document.fail(
                    f'Invalid principal in policy: "{kind}":"{name}"',
                    where,
                    problem=_principal_problem(name),
                    remedy="Name an account, a user, a role, a session, or a service; no wildcard in part of it.",
                )


def _is_principal(kind: str, name: str) -> bool:
    if kind == "AWS":
        return name == "*" or is_account_id(name) or bool(_PRINCIPAL_ARN.fullmatch(name) or _UNIQUE_ID.fullmatch(name))
    if kind == "Service":
        return re.fullmatch(r"[a-z0-9.-]+\.amazonaws\.com(\.cn)?", name) is not None
    if kind == "Federated":
        return (
            re.fullmatch(r"[A-Za-z0-9.-]+\.[a-z]+|arn:[a-z-]+:iam::\d{12}:(oidc|saml)-provider/[^*?]+", name)
            is not None
        )
    return False  # CanonicalUser: S3 only, never in a trust policy


def _principal_problem(name: str) -> str:
    if ":group/" in name:
        return "a group is no principal: it only passes its policies on to its members."
    if wildcard.has_wildcard(name):
        return "a wildcard cannot stand for part of a principal."
    return f"{name!r} is no principal."


# Last: what AWS accepts and iamlab does not judge yet. Refused, never ignored.


def _modelled(document: Document, _: PolicyKind) -> None:
    for path, statement in _statements(document):
        if "Condition" in statement:
            document.fail(
                "Conditions are not modelled yet.",
                (*path, "Condition"),
                problem="this version of iamlab cannot judge a Condition, and does not ignore what it cannot judge.",
                remedy="Remove it, or split the policy so that the statement without it stands alone.",
                code=NOT_MODELLED,
            )
        for place, text in _items(path, statement, "Resource", "NotResource"):
            if "${" in text and document.value.get("Version") == VERSIONS[0]:
                document.fail(
                    "Policy variables are not modelled yet.",
                    place,
                    problem="this version of iamlab cannot fill in ${...}.",
                    remedy="Write the name itself.",
                    code=NOT_MODELLED,
                )


def _did_you_mean(word: str, known: tuple[str, ...]) -> str:
    near = next((one for one in known if one.lower() == word.lower() or one.lower() + "s" == word.lower()), None)
    return f"Write {near!r}: names are exact, capital letters included." if near else f"Known are {', '.join(known)}."


CHECKS: Final[tuple[Check, ...]] = (
    _top_level,
    _statement_shape,
    _sid_characters,
    _version,
    _effect,
    _sids_unique,
    _has_actions,
    _resources,
    _actions,
    _has_resources,
    _principals,
    _modelled,
)
