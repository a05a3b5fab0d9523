"""Amazon Resource Names: six parts between colons, the last one holding the rest (ENT-01, ENT-02)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from iamlab.core.errors import IamlabError

PARTITIONS: Final = (
    "aws",
    "aws-cn",
    "aws-us-gov",
    "aws-iso",
    "aws-iso-b",
    "aws-iso-e",
    "aws-iso-f",
    "aws-eusc",
)
ACCOUNT_ID_LENGTH: Final = 12


def root_arn(account: str, partition: str = "aws") -> str:
    """The ARN of an account's root user; as a principal of a policy, all of the account.

    >>> root_arn("111111111111")
    'arn:aws:iam::111111111111:root'
    """
    return f"arn:{partition}:iam::{account}:root"


def is_account_id(text: str) -> bool:
    """Whether the text is twelve ASCII digits."""
    return len(text) == ACCOUNT_ID_LENGTH and text.isascii() and text.isdigit()


@dataclass(frozen=True, slots=True, kw_only=True)
class Arn:
    """One name, taken apart. ``region`` and ``account`` are empty where the service has none."""

    partition: str = "aws"
    service: str
    region: str = ""
    account: str = ""
    resource: str

    @classmethod
    def parse(cls, text: str) -> Arn:
        """Take a full ARN apart.

        Raises IamlabError (``ValidationError``) when it has not six parts.

        >>> Arn.parse("arn:aws:iam::111111111111:user/alice").resource
        'user/alice'
        """
        parts = text.split(":", 5)
        if len(parts) != 6 or parts[0] != "arn" or not parts[1] or not parts[2] or not parts[5]:
            raise IamlabError(
                f"{text!r} is no ARN. Write arn:partition:service:region:account:resource, "
                "for example arn:aws:s3:::acme-photos.",
                code="ValidationError",
            )
        _, partition, service, region, account, resource = parts
        return cls(partition=partition, service=service, region=region, account=account, resource=resource)

    @property
    def kind(self) -> str:
        """The word before the first slash: ``user`` of ``user/alice``, ``root`` of ``root``."""
        return self.resource.partition("/")[0]

    @property
    def name(self) -> str:
        """What follows the last slash, ``alice`` of ``user/eng/alice``; the whole where there is none."""
        return self.resource.rpartition("/")[2]

    def __str__(self) -> str:
        return f"arn:{self.partition}:{self.service}:{self.region}:{self.account}:{self.resource}"
