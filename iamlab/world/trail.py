"""The trail: every change as the AWS call that would make it, as CLI command and as boto3 call."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

CLI_COMMANDS: Final = {"s3": "s3api"}
"""Services whose AWS CLI command is not the service's own name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One call: the service, AWS's name of the operation, and its parameters under AWS's names."""

    service: str
    operation: str
    parameters: Mapping[str, Any]

    def cli(self) -> str:
        """The AWS CLI command.

        >>> Step(service="iam", operation="CreateUser", parameters={"UserName": "alice"}).cli()
        'aws iam create-user --user-name alice'
        """
        words = ["aws", CLI_COMMANDS.get(self.service, self.service), _words(self.operation, "-")]
        for name, value in self.parameters.items():
            option, text = f"--{_words(name, '-')}", value if isinstance(value, str) else json.dumps(value)
            # A value that begins with a dash would be read as the next option.
            words += [f"{option}={text}"] if text.startswith("-") else [option, text]
        return shlex.join(words)

    def boto3(self) -> str:
        """The boto3 call, on a client of the service's name.

        >>> Step(service="iam", operation="CreateUser", parameters={"UserName": "alice"}).boto3()
        "iam.create_user(UserName='alice')"
        """
        arguments = ", ".join(f"{name}={_literal(value)}" for name, value in self.parameters.items())
        return f"{self.service}.{_words(self.operation, '_')}({arguments})"


def _words(name: str, separator: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", separator, name).lower()


def _literal(value: Any) -> str:
    return repr(value) if isinstance(value, str) else f"json.dumps({value!r})"
