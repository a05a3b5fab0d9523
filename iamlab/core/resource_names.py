"""What may stand under Resource and NotResource (POL-11 to POL-14; POL-24, text 6)."""

from __future__ import annotations

from typing import Any, Final

from iamlab.core import wildcard
from iamlab.core.arn import PARTITIONS
from iamlab.core.dialect import LEGACY, PolicyKind, has_variables, items, statements
from iamlab.core.documents import Document
from iamlab.core.places import Path
from iamlab.core.variables import fault, segments, template

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
    "federated-user/",
    "report/",
    "access-report/",
)


def check_resources(document: Document, kind: PolicyKind) -> None:
    """Raise PolicyError for the first resource that AWS would refuse."""
    variables = has_variables(document)
    for path, statement in statements(document):
        for place, text in items(path, statement, "Resource", "NotResource"):
            if text != "*":
                _resource(document, place, text, statement)
                if variables and "${" in text:
                    _variables(document, place, text)
                if kind is PolicyKind.SESSION and text.count(":") < 5:
                    document.fail(
                        LEGACY,
                        place,
                        problem=f"{text!r} is an incomplete ARN, which a session policy may not hold.",
                        remedy="Write all six parts: arn:aws:sqs:*:*:*.",
                    )


def _variables(document: Document, place: Path, text: str) -> None:
    """They may stand after the fifth colon alone (POL-16)."""
    if said := fault(text):
        document.fail(LEGACY, place, problem=f"{said}.", remedy="Write ${aws:username}, for example.")
    if any(part.variables for part in segments(template(text))[:5]):
        document.fail(
            LEGACY,
            place,
            problem="a policy variable stands before the fifth colon of the ARN.",
            remedy="Variables may stand in the last part alone: arn:aws:s3:::acme-dev/home/${aws:username}/*.",
        )


def _resource(document: Document, place: Path, text: str, statement: dict[str, Any]) -> None:
    parts = text.split(":", 5)
    if parts[0] != "arn" or len(parts) < 3:
        document.fail(
            f'Resource {text} must be in ARN format or "*".',
            place,
            problem=f"{text!r} is no ARN.",
            remedy=f'Write the whole name, for example {_example(statement)}, or "*".',
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


BUCKET: Final = "arn:aws:s3:::acme-photos"
ROLE: Final = "arn:aws:iam::111111111111:role/Deploy"
NAMED_BY_ACTIONS: Final = {
    "role": ROLE,
    "group": "arn:aws:iam::111111111111:group/Developers",
    "user": "arn:aws:iam::111111111111:user/alice",
    "policy": "arn:aws:iam::111111111111:policy/DevAccess",
}
"""What the name of an action of IAM says it is about: iam:PassRole, iam:GetUser."""


def _example(statement: dict[str, Any]) -> str:
    """An ARN of the kind that the statement's first action is about, as far as its name says so."""
    first = next((action for _, action in items((), statement, "Action")), "")
    service, _, name = first.lower().partition(":")
    if service == "s3":
        return f"{BUCKET}/*" if "object" in name else BUCKET
    if service in ("iam", "sts"):
        return next((arn for word, arn in NAMED_BY_ACTIONS.items() if word in name), ROLE)
    return f"{BUCKET} or {ROLE}"


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
