"""What AWS checks before it stores a policy, in AWS's order and with AWS's texts (POL-21, POL-24)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from iamlab.core.action_names import check_actions
from iamlab.core.condition_syntax import check_condition_shape, check_condition_values
from iamlab.core.dialect import (
    FIRST,
    IAM_KINDS,
    LATEST,
    LEGACY,
    PolicyKind,
    did_you_mean,
    has_variables,
    items,
    statements,
)
from iamlab.core.documents import SYNTAX, Document
from iamlab.core.principals import check_principals
from iamlab.core.resource_names import check_resources

VERSIONS: Final = (LATEST, FIRST)
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
Check = Callable[[Document, PolicyKind], None]


def check(document: Document, kind: PolicyKind) -> None:
    """Raise the PolicyError that AWS would report first; return nothing when AWS would store the document."""
    for one in CHECKS:
        one(document, kind)


# 1. "Syntax errors in policy."


def _top_level(document: Document, _: PolicyKind) -> None:
    value = document.value
    if not isinstance(value, dict):
        document.fail(SYNTAX, problem="a policy is a JSON object.", remedy='Write {"Version": ..., "Statement": ...}.')
    for key in value:
        if key not in TOP_LEVEL:
            document.fail(SYNTAX, (key,), problem=f"unknown element {key!r}.", remedy=did_you_mean(key, TOP_LEVEL))
    if "Statement" not in value:
        document.fail(SYNTAX, problem="there is no Statement.", remedy='Add "Statement": [...].')
    if value.get("Version", FIRST) not in VERSIONS:
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
    for path, statement in statements(document):
        if not isinstance(statement, dict):
            document.fail(SYNTAX, path, problem="a statement is a JSON object.", remedy='Write {"Effect": ...}.')
        for key in statement:
            if key not in ELEMENTS:
                remedy = did_you_mean(key, ELEMENTS)
                document.fail(SYNTAX, (*path, key), problem=f"unknown element {key!r}.", remedy=remedy)
        for one, other in PAIRS:
            if one in statement and other in statement:
                problem = f"{one} and {other} cannot stand in one statement."
                document.fail(SYNTAX, path, problem=problem, remedy="Keep one, or make two statements.")
        if "Effect" not in statement:
            document.fail(SYNTAX, path, problem="Effect is missing.", remedy='Add "Effect": "Allow" or "Deny".')
    _types(document)


def _types(document: Document) -> None:
    for path, statement in statements(document):
        for element in ("Sid", "Effect"):
            if not isinstance(statement.get(element, ""), str):
                place = (*path, element)
                document.fail(SYNTAX, place, problem=f"{element} is no text.", remedy="Put it in double quotes.")
        for place, item in items(path, statement, "Action", "NotAction", "Resource", "NotResource"):
            if not isinstance(item, str):
                remedy = "Write one text in double quotes, or a list of them."
                document.fail(
                    SYNTAX,
                    place,
                    problem=f"{place[len(path)]} holds something that is no text.",
                    remedy=remedy,
                )


def _sid_characters(document: Document, kind: PolicyKind) -> None:
    if kind not in IAM_KINDS:
        return
    for path, statement in statements(document):
        if not re.fullmatch("[A-Za-z0-9]*", statement.get("Sid", "")):
            document.fail(
                "Statement IDs (SID) must be alpha-numeric. "
                "Check that your input satisfies the regular expression [0-9A-Za-z]*",
                (*path, "Sid"),
                problem=f"the Sid {statement['Sid']!r} has other characters than letters and digits.",
                remedy="IAM allows A-Z, a-z and 0-9, no blanks and no dashes.",
            )


# 2. and 3.


def _version(document: Document, kind: PolicyKind) -> None:
    needed = kind in (PolicyKind.MANAGED, PolicyKind.RCP)
    if needed and not has_variables(document):
        document.fail(
            "Policy document must be version 2012-10-17 or greater.",
            ("Version",),
            problem=f"a {kind.value} says which version of the policy language it is written in.",
            remedy='Write "Version": "2012-10-17".',
        )


def _effect(document: Document, _: PolicyKind) -> None:
    for path, statement in statements(document):
        if statement["Effect"] not in ("Allow", "Deny"):
            document.fail(
                LEGACY,
                (*path, "Effect"),
                problem=f"Effect is {statement['Effect']!r}.",
                remedy='Write "Allow" or "Deny", with a capital letter.',
            )


# 4. and 5.


def _sids_unique(document: Document, kind: PolicyKind) -> None:
    if kind not in IAM_KINDS:
        return
    seen: set[str] = set()
    for path, statement in statements(document):
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
    for path, statement in statements(document):
        if not any(items(path, statement, "Action", "NotAction")):
            document.fail(
                "Policy statement must contain actions.",
                path,
                problem="the statement names no action.",
                remedy='Add "Action": "s3:ListAllMyBuckets", for example.',
            )


# 8. and 9.


def _has_resources(document: Document, kind: PolicyKind) -> None:
    for path, statement in statements(document):
        if kind is not PolicyKind.TRUST and not any(items(path, statement, "Resource", "NotResource")):
            document.fail(
                "Policy statement must contain resources.",
                path,
                problem="the statement names no resource.",
                remedy='Add "Resource": "*" or the ARN it is about.',
            )


# A resource control policy only denies (POL-21).


def _rcp(document: Document, kind: PolicyKind) -> None:
    if kind is not PolicyKind.RCP or _is_full_access(document):
        return
    for path, statement in statements(document):
        if statement["Effect"] != "Deny":
            document.fail(
                SYNTAX,
                (*path, "Effect"),
                problem="a resource control policy allows nothing; RCPFullAWSAccess, which AWS attaches, does.",
                remedy='Write "Deny".',
            )
        if "NotAction" in statement:
            document.fail(
                SYNTAX,
                (*path, "NotAction"),
                problem="NotAction has no place in a resource control policy.",
                remedy="Write Action, and name a service: s3:*.",
            )
        for place, action in items(path, statement, "Action"):
            if action == "*":
                document.fail(
                    SYNTAX,
                    place,
                    problem='a resource control policy cannot deny "*".',
                    remedy="Name a service: s3:*.",
                )


def _is_full_access(document: Document) -> bool:
    """Whether it is RCPFullAWSAccess, which allows everyone everything."""
    everything = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
    return all(
        {key: value for key, value in statement.items() if key != "Sid"} == everything
        for _, statement in statements(document)
    )


CHECKS: Final[tuple[Check, ...]] = (
    _top_level,
    _statement_shape,
    check_condition_shape,
    _sid_characters,
    _version,
    _effect,
    check_condition_values,
    _sids_unique,
    _has_actions,
    check_resources,
    check_actions,
    _has_resources,
    check_principals,
    _rcp,
)
