"""The trail: every call as CloudTrail would note it, and as the CLI command and boto3 call that would make it."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

CLI_COMMANDS: Final = {"s3": "s3api"}
"""Services whose AWS CLI command is not the service's own name."""
DOCUMENTS: Final = ("AssumeRolePolicyDocument", "Policy", "PolicyDocument", "Content", "ResourcePolicy", "KeyPolicy")
"""Parameters that AWS takes as JSON text."""
CONSOLE: Final = "signin"
SIGN_IN: Final = "# sign in at https://console.aws.amazon.com/"
BUILDER: Final = "builder"
"""Who builds the world: acts unchecked, and is nobody in AWS."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailEntry:
    """One call: when, by whom, what, about what, and how it ended.

    ``caller`` is the ARN of who called, or ``builder`` when the world was being built and nothing was checked.
    ``issuer`` is the ARN behind a session: of its role, or of a federated user's user.
    ``parameters`` stand under AWS's names. ``error`` is AWS's code, empty when the call was carried out; ``rule`` is
    the rule that settled the authorization.
    """

    time: datetime
    caller: str
    service: str
    operation: str
    action: str
    resource: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    issuer: str = ""
    source_identity: str = ""
    error: str = ""
    message: str = ""
    rule: str = ""

    @property
    def checked(self) -> bool:
        """Whether the call had to be authorized; the builder's are not."""
        return self.caller != BUILDER

    @property
    def outcome(self) -> str:
        """In a word or a code: ``allowed``, ``not checked``, or AWS's error code."""
        return self.error or ("allowed" if self.checked else "not checked")

    def cli(self) -> str:
        """The AWS CLI command; signing in to the console has none, and is a comment."""
        if self.service == CONSOLE:
            return SIGN_IN
        words = ["aws", CLI_COMMANDS.get(self.service, self.service), _words(self.operation, "-")]
        for name, value in _as_options(self.service, self.operation, self.parameters).items():
            option = f"--{_words(name, '-')}"
            if isinstance(value, bool):
                words.append(option if value else f"--no-{option[2:]}")
                continue
            text = value if isinstance(value, str) else json.dumps(value)
            # A value that begins with a dash would be read as the next option.
            words += [f"{option}={text}"] if text.startswith("-") else [option, text]
        if (self.service, self.operation) in TO_FILE:
            words.append("output.bin")
        return shlex.join(words)

    def boto3(self) -> str:
        """The boto3 call, on a client of the service's name; signing in to the console is a comment."""
        if self.service == CONSOLE:
            return SIGN_IN
        arguments = ", ".join(f"{name}={_literal(name, value)}" for name, value in self.parameters.items())
        return f"{self.service if self.service != 'lambda' else 'lambda_'}.{_words(self.operation, '_')}({arguments})"

    def __repr__(self) -> str:
        who = self.caller.rpartition(":")[2]
        about = f" on {self.resource}" if self.resource not in ("", "*") else ""
        return f"<{self.time:%H:%M:%S} {who} {self.service}:{self.operation}{about}: {self.outcome}>"


TO_FILE: Final = (("s3", "GetObject"), ("lambda", "Invoke"))
"""Calls whose CLI command wants a file for what comes back."""


def _as_options(service: str, operation: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """The parameters as the AWS CLI takes them: a few calls have options of its own, and files in place of content."""
    options = dict(parameters)
    match service, operation:
        case "ec2", "RunInstances":
            # One number for both: here an instance is started alone.
            return {
                "Count" if name == "MinCount" else name: value for name, value in options.items() if name != "MaxCount"
            }
        case "iam", "CreateVirtualMFADevice":
            options |= {"Outfile": "device.png", "BootstrapMethod": "QRCodePNG"}
        case "iam", "CreateSAMLProvider":
            options["SAMLMetadataDocument"] = "file://metadata.xml"
        case "lambda", "CreateFunction":
            options["ZipFile"] = "fileb://code.zip"
            del options["Code"]
    return options


def _words(name: str, separator: str) -> str:
    """``CreateSAMLProvider`` as create-saml-provider, ``EnableMFADevice`` as enable-mfa-device."""
    name = re.sub(r"V2$", f"{separator}v2", name)
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", separator, name).lower()


def _literal(name: str, value: Any) -> str:
    if name in DOCUMENTS and not isinstance(value, str):
        return f"json.dumps({value!r})"
    return repr(value)
