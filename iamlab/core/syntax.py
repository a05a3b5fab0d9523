"""What AWS checks before it stores a policy, in AWS's order and with AWS's texts (POL-21, POL-24)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from iamlab.core.action_names import check_actions
from iamlab.core.dialect import LEGACY, NOT_MODELLED, PolicyKind, did_you_mean, items, statements
from iamlab.core.documents import SYNTAX, Document
from iamlab.core.principals import check_principals
from iamlab.core.resource_names import check_resources

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
        if not isinstance(statement.get("Condition", {}), dict):
            remedy = "Write {operator: {key: value}}."
            document.fail(SYNTAX, (*path, "Condition"), problem="Condition is no JSON object.", remedy=remedy)


def _sid_characters(document: Document, _: PolicyKind) -> None:
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
    if kind is PolicyKind.MANAGED and document.value.get("Version") != VERSIONS[0]:
        document.fail(
            "Policy document must be version 2012-10-17 or greater.",
            ("Version",),
            problem="a managed policy says which version of the policy language it is written in.",
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


def _sids_unique(document: Document, _: PolicyKind) -> None:
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


# Last: what AWS accepts and iamlab does not judge yet. Refused, never ignored.


def _modelled(document: Document, _: PolicyKind) -> None:
    for path, statement in statements(document):
        if "Condition" in statement:
            document.fail(
                "Conditions are not modelled yet.",
                (*path, "Condition"),
                problem="this version of iamlab cannot judge a Condition, and does not ignore what it cannot judge.",
                remedy="Remove it, or split the policy so that the statement without it stands alone.",
                code=NOT_MODELLED,
            )
        for place, text in items(path, statement, "Resource", "NotResource"):
            if "${" in text and document.value.get("Version") == VERSIONS[0]:
                document.fail(
                    "Policy variables are not modelled yet.",
                    place,
                    problem="this version of iamlab cannot fill in ${...}.",
                    remedy="Write the name itself.",
                    code=NOT_MODELLED,
                )


CHECKS: Final[tuple[Check, ...]] = (
    _top_level,
    _statement_shape,
    _sid_characters,
    _version,
    _effect,
    _sids_unique,
    _has_actions,
    check_resources,
    check_actions,
    _has_resources,
    check_principals,
    _modelled,
)
