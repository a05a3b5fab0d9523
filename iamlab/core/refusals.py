"""Requests that AWS refuses before it reads any policy."""

from __future__ import annotations

from typing import Final

from iamlab.core.arn import Arn
from iamlab.core.errors import IamlabError
from iamlab.core.request import PrincipalType, Request
from iamlab.core.settlement import FREE_ACTIONS

LONG_TERM_ONLY: Final = ("sts:getsessiontoken", "sts:getfederationtoken")
"""What role sessions may not call (STS-16)."""
UNSIGNED: Final = (PrincipalType.ANONYMOUS, PrincipalType.PROVIDER)
"""Callers whose requests bear no signature (STS-16, EVAL-19)."""


_OPEN: Final = frozenset({"s3", "sqs", "sns", "execute-api", "es"})
_OPEN_ACTIONS: Final = frozenset(
    {"sts:assumerolewithsaml", "sts:assumerolewithwebidentity", "lambda:invokefunctionurl"}
)


def takes_unsigned(action: str) -> bool:
    """Whether requests for the action may bear no signature, so that a policy is read for them.

    S3, SQS and SNS (EVAL-19), the calls of STS with which people of an identity provider come (STS-16), and what an
    owner opens at an address of its own: function URLs, API Gateway, OpenSearch.
    """
    lower = action.lower()
    return lower.partition(":")[0] in _OPEN or lower in _OPEN_ACTIONS


def check_possible(request: Request) -> None:
    """Refuse what no policy could allow, whatever it says.

    Raises IamlabError: ``AccessDenied`` for calls that the kind of credentials cannot make,
    ``MissingAuthenticationToken`` for a call that nobody has signed, where a signature is wanted (STS-26),
    ``InvalidClientTokenId`` for credentials of another partition (ENT-01).
    """
    action = request.action.lower()
    type_ = request.principal.type
    name = request.action.partition(":")[2]
    if type_ is PrincipalType.ROOT and action == "sts:assumerole":
        raise _denied("Roles may not be assumed by root accounts.")  # STS-05
    unsigned = type_ is PrincipalType.ANONYMOUS and not takes_unsigned(action)
    if unsigned or (type_ in UNSIGNED and action in FREE_ACTIONS):  # these need no permission, but somebody who asks
        raise IamlabError("Request is missing Authentication Token", code="MissingAuthenticationToken")
    if type_ is PrincipalType.SERVICE and action in LONG_TERM_ONLY:
        raise _denied(f"A service cannot call {name}; a user or root user with long-term keys can.")  # STS-14
    if type_ is PrincipalType.ROLE_SESSION and action in LONG_TERM_ONLY:
        raise _denied(f"A role session cannot call {name}; long-term keys can.")
    if type_ is PrincipalType.FEDERATED_USER and action != "sts:getcalleridentity":
        if action.startswith("sts:"):
            raise _denied(f"A federated user cannot call {name}; of STS it may call GetCallerIdentity alone.")  # STS-15
        if action.startswith("iam:"):
            raise _denied(f"A federated user cannot call {name}, nor any other operation of IAM.")  # STS-15
    if request.resource != "*" and request.principal.arn.startswith("arn:"):
        of, about = Arn.parse(request.principal.arn).partition, request.resource.split(":", 2)[1]
        if of != about:
            raise IamlabError(
                f"The security token included in the request is invalid. Credentials of the partition {of} "
                f"are unknown in {about}.",
                code="InvalidClientTokenId",
            )


def _denied(message: str) -> IamlabError:
    return IamlabError(message, code="AccessDenied")
