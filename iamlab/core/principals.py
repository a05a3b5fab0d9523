"""Who may be named in a policy, and where (POL-06, POL-07, POL-22; POL-24, text 9)."""

from __future__ import annotations

import re
from typing import Any, Final

from iamlab.core import wildcard
from iamlab.core.arn import PARTITIONS, is_account_id
from iamlab.core.dialect import NAMING_KINDS, PolicyKind, did_you_mean, items, statements
from iamlab.core.documents import SYNTAX, Document, as_sequence
from iamlab.core.places import Path


def check_principals(document: Document, kind: PolicyKind) -> None:
    """Raise PolicyError for a principal where none may stand, and for the first that AWS would refuse."""
    for path, statement in statements(document):
        named = next((element for element in ("Principal", "NotPrincipal") if element in statement), None)
        if kind not in NAMING_KINDS:
            if named:
                _unnamed(document, (*path, named), kind)
            continue
        if kind is PolicyKind.TRUST:
            _trust_fields(document, path, statement)
        if not named or not statement[named]:
            document.fail(
                SYNTAX,
                (*path, named) if named else path,
                problem=f"the {kind.value} names no Principal.",
                remedy='Add "Principal": {"Service": "ec2.amazonaws.com"}, for example, or "*" for everyone.',
            )
        if named == "NotPrincipal":
            _not_principal(document, path, statement, kind)
        if kind is PolicyKind.TRUST:
            _trust_actions(document, path, statement)
        _principal(document, (*path, named), statement[named], kind)


def _unnamed(document: Document, place: Path, kind: PolicyKind) -> None:
    whom = "the accounts below" if kind is PolicyKind.SCP else "whom the policy is attached to"
    document.fail(
        "Policy document should not specify a principal.",
        place,
        problem=f"{place[-1]} stands in a{'n' if kind is PolicyKind.IDENTITY else ''} {kind.value}.",
        remedy=f"Remove it: who it is about follows from {whom}.",
    )


def _not_principal(document: Document, path: Path, statement: dict[str, Any], kind: PolicyKind) -> None:
    """Only in resource policies, and only to deny (POL-08)."""
    place = (*path, "NotPrincipal")
    if kind is PolicyKind.RCP:
        document.fail(SYNTAX, place, problem=f"NotPrincipal has no place in a {kind.value}.", remedy=_EVERYBODY)
    if statement["Effect"] != "Deny":
        document.fail(
            SYNTAX,
            place,
            problem="NotPrincipal with Allow would let in everybody else there is; AWS takes it with Deny alone.",
            remedy="Name under Principal who may.",
        )


_EVERYBODY: Final = 'Write "Principal": "*", and name exceptions in a Condition on aws:PrincipalArn.'


TRUST_ACTIONS: Final = (
    "sts:assumerole",
    "sts:assumerolewithsaml",
    "sts:assumerolewithwebidentity",
    "sts:tagsession",
    "sts:setsourceidentity",
    "sts:setcontext",
)


def _trust_fields(document: Document, path: Path, statement: dict[str, Any]) -> None:
    for element in ("Resource", "NotResource", "NotPrincipal"):
        if element in statement:
            document.fail(
                f"Has prohibited field {element}",
                (*path, element),
                problem=f"{element} has no place in a role trust policy.",
                remedy="Remove it: the resource is the role itself, and Principal names who may assume it.",
            )


def _trust_actions(document: Document, path: Path, statement: dict[str, Any]) -> None:
    for place, action in items(path, statement, "Action"):
        named = action.lower()
        if not named.startswith("sts:") or not any(wildcard.matches(named, known) for known in TRUST_ACTIONS):
            document.fail(
                "A role trust policy can hold only the actions that assume a role.",
                place,
                problem=f"{action!r} is none of them.",
                remedy='Write "sts:AssumeRole". What the role may do stands in its permissions policies.',
            )


PRINCIPAL_KINDS: Final = ("AWS", "Service", "Federated", "CanonicalUser")
_NAME: Final = r"[\w+=,.@:/-]"
_PRINCIPAL_ARN: Final = re.compile(
    rf"arn:({'|'.join(PARTITIONS)}):(iam::\d{{12}}:(root|(user|role|oidc-provider|saml-provider)/{_NAME}+)"
    rf"|sts::\d{{12}}:(assumed-role/[\w+=,.@-]+/[\w+=,.@-]+|federated-user/{_NAME}+))",
    re.ASCII,
)
_UNIQUE_ID: Final = re.compile("(AIDA|AROA)[A-Z0-9]{12,124}")


def _principal(document: Document, place: Path, value: Any, policy: PolicyKind) -> None:
    if value == "*":
        return
    if policy is PolicyKind.RCP:
        document.fail(SYNTAX, place, problem="a resource control policy is about everybody.", remedy=_EVERYBODY)
    if not isinstance(value, dict):
        remedy = 'Write "*", or an object such as {"AWS": "111111111111"}.'
        document.fail(SYNTAX, place, problem='Principal is neither an object nor "*".', remedy=remedy)
    for kind, names in value.items():
        if kind not in PRINCIPAL_KINDS:
            remedy = did_you_mean(kind, PRINCIPAL_KINDS)
            document.fail(SYNTAX, (*place, kind), problem=f"unknown kind of principal {kind!r}.", remedy=remedy)
        if not as_sequence(names):
            document.fail(SYNTAX, (*place, kind), problem="the list of principals is empty.", remedy="Name one.")
        for where, name in items(place, value, kind):
            if not isinstance(name, str):
                document.fail(SYNTAX, where, problem="a principal is a text.", remedy="Put it in double quotes.")
            if not _is_principal(kind, name, policy):
                document.fail(
                    f'Invalid principal in policy: "{kind}":"{name}"',
                    where,
                    problem=_principal_problem(name),
                    remedy=_principal_remedy(kind, name),
                )


def _is_principal(kind: str, name: str, policy: PolicyKind) -> bool:
    if kind == "AWS":
        return name == "*" or is_account_id(name) or bool(_PRINCIPAL_ARN.fullmatch(name) or _UNIQUE_ID.fullmatch(name))
    if kind == "Service":
        return re.fullmatch(r"[a-z0-9.-]+\.amazonaws\.com(\.cn)?", name) is not None
    if kind == "Federated":
        return (  # in trust policies alone (POL-06)
            policy is PolicyKind.TRUST
            and re.fullmatch(r"[A-Za-z0-9.-]+\.[a-z]+|arn:[a-z-]+:iam::\d{12}:(oidc|saml)-provider/[^*?]+", name)
            is not None
        )
    return policy is not PolicyKind.TRUST and re.fullmatch("[0-9a-f]{64}", name) is not None  # CanonicalUser


def _principal_remedy(kind: str, name: str) -> str:
    if kind == "AWS" and re.fullmatch(r"[a-z0-9.-]+\.amazonaws\.com", name):
        return f'That is a service: write {{"Service": "{name}"}}.'
    if kind == "Service" and re.fullmatch("[a-z0-9-]+", name):
        return f'The name of a service ends in .amazonaws.com: write "{name}.amazonaws.com".'
    return "Name an account, a user, a role, a session, or a service; no wildcard in part of it."


def _principal_problem(name: str) -> str:
    if ":group/" in name:
        return "a group is no principal: it only passes its policies on to its members."
    if wildcard.has_wildcard(name):
        return "a wildcard cannot stand for part of a principal."
    return f"{name!r} is no principal."
