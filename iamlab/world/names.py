"""AWS's rules for names (ENT-04): who breaks one is told which, and the world stays as it was."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from iamlab.core.arn import is_account_id
from iamlab.core.errors import IamlabError


@dataclass(frozen=True, slots=True, kw_only=True)
class NameRule:
    """How a field's value may look: its pattern, its length, and both in words."""

    field: str
    pattern: str
    longest: int
    words: str
    shortest: int = 1

    def check(self, value: object) -> str:
        """Give the value back, or raise IamlabError (``ValidationError``)."""
        if not isinstance(value, str):
            raise IamlabError(
                f"{self.field} is a text; this is of the Python type {type(value).__name__}.",
                code="ValidationError",
            )
        if not self.shortest <= len(value) <= self.longest:
            raise IamlabError(
                f"{self.field} has {len(value)} characters. It may have {self.shortest} to {self.longest}.",
                code="ValidationError",
            )
        if not re.fullmatch(self.pattern, value):
            raise IamlabError(
                f"The specified value for {self.field} is invalid: {value!r}. It must contain only {self.words}.",
                code="ValidationError",
            )
        return value


_CHARACTERS: Final = r"[A-Za-z0-9_+=,.@-]+"
_WORDS: Final = "letters, digits and the characters _+=,.@-"

USER_NAME: Final = NameRule(field="userName", pattern=_CHARACTERS, longest=64, words=_WORDS)
ROLE_NAME: Final = NameRule(field="roleName", pattern=_CHARACTERS, longest=64, words=_WORDS)
GROUP_NAME: Final = NameRule(field="groupName", pattern=_CHARACTERS, longest=128, words=_WORDS)
POLICY_NAME: Final = NameRule(field="policyName", pattern=_CHARACTERS, longest=128, words=_WORDS)
PATH: Final = NameRule(
    field="path",
    pattern=r"/|/[\u0021-\u007e]+/",
    longest=512,
    words="printable characters between slashes, /eng/qa/",
)
POLICY_PATH: Final = NameRule(
    field="path", pattern=r"((/[A-Za-z0-9.,+@=_-]+)*)/", longest=512, words="names between slashes, /eng/qa/"
)
BUCKET_NAME: Final = NameRule(
    field="bucket",
    pattern=r"(?!xn--|.*\.\.|\d+\.\d+\.\d+\.\d+$)[a-z0-9][a-z0-9.-]*[a-z0-9]",
    shortest=3,
    longest=63,
    words="lower-case letters, digits, dots and dashes, with a letter or digit at both ends, and be no IP address",
)
ACCOUNT_NAME: Final = NameRule(field="accountName", pattern=r"[\u0020-\u007e]+", longest=50, words="printable ASCII")


def check_account_id(value: object) -> str:
    """Give the twelve digits back, or raise IamlabError (``ValidationError``)."""
    if not isinstance(value, str) or not is_account_id(value):
        raise IamlabError(
            f'An account ID is a text of twelve digits, for example "111111111111"; this is {value!r}.',
            code="ValidationError",
        )
    return value
