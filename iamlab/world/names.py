"""AWS's rules for names (ENT-04): who breaks one is told which, and the world stays as it was."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
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
SESSION_NAME: Final = NameRule(field="roleSessionName", pattern=_CHARACTERS, shortest=2, longest=64, words=_WORDS)
SOURCE_IDENTITY: Final = NameRule(
    field="sourceIdentity", pattern=rf"(?!aws:){_CHARACTERS}", shortest=2, longest=64, words=_WORDS
)
FEDERATED_NAME: Final = NameRule(field="name", pattern=_CHARACTERS, shortest=2, longest=32, words=_WORDS)
EXTERNAL_ID: Final = NameRule(
    field="externalId",
    pattern=r"[A-Za-z0-9_+=,.@:/-]+",
    shortest=2,
    longest=1224,
    words="letters, digits and the characters _+=,.@:/-",
)
PROFILE_NAME: Final = NameRule(field="instanceProfileName", pattern=_CHARACTERS, longest=128, words=_WORDS)
DEVICE_NAME: Final = NameRule(field="virtualMFADeviceName", pattern=_CHARACTERS, longest=226, words=_WORDS)
DESCRIPTION: Final = NameRule(
    field="description",
    pattern=r"[\u0009\u000a\u000d\u0020-\u007e\u00a1-\u00ff]*",
    shortest=0,
    longest=1000,
    words="printable Latin-1 characters and line breaks",
)
_TAG: Final = r"(?:[\w.:/=+\-@]|(?![\t-\r\x1c-\x1f\x85])\s)"  # blanks of every kind, but no tab and no line break
TAG_KEY: Final = NameRule(
    field="tag key",
    pattern=rf"(?!(?i:aws:)){_TAG}+",
    longest=128,
    words="letters, digits, blanks and _.:/=+-@, and must not begin with aws:",
)
TAG_VALUE: Final = NameRule(
    field="tag value",
    pattern=rf"(?!(?i:aws:)){_TAG}*",
    shortest=0,
    longest=256,
    words="letters, digits, blanks and _.:/=+-@, and must not begin with aws:",
)
TOKEN_CODE: Final = NameRule(field="tokenCode", pattern=r"[0-9]{6}", shortest=6, longest=6, words="six digits")
STATEMENT_ID: Final = NameRule(
    field="statementId", pattern=r"[A-Za-z0-9_-]+", longest=100, words="letters, digits, dashes and underscores"
)
SERVICE_RESOURCE_NAME: Final = NameRule(
    field="name", pattern=r"[A-Za-z0-9_.-]+", longest=80, words="letters, digits, dots, dashes and underscores"
)
SECRET_NAME: Final = NameRule(
    field="name", pattern=r"[A-Za-z0-9/_+=.@-]+", longest=512, words="letters, digits and the characters /_+=.@-"
)
OBJECT_KEY: Final = NameRule(field="key", pattern=r"(?s:.+)", longest=1024, words="characters")
UNIT_NAME: Final = NameRule(field="name", pattern=r"(?s:.+)", longest=128, words="characters")
SAML_NAME: Final = NameRule(
    field="name", pattern=r"[A-Za-z0-9_.-]+", longest=128, words="letters, digits and the characters _.-"
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


def check_tags(tags: Mapping[str, str] | None, *, ignoring_case: bool = False) -> dict[str, str]:
    """Give the tags back as a dict, none for None.

    Raises IamlabError (``ValidationError``). On users and roles one key cannot stand in two letter cases:
    ``ignoring_case`` (ENT-19).
    """
    if not isinstance(tags, Mapping | None):
        raise IamlabError(f'Tags are a dict such as {{"team": "web"}}, not {tags!r}.', code="ValidationError")
    checked = {TAG_KEY.check(key): TAG_VALUE.check(value) for key, value in (tags or {}).items()}
    if ignoring_case and len({key.lower() for key in checked}) < len(checked):
        raise IamlabError(
            "Duplicate tag keys found. Please note that tag keys are case insensitive.", code="InvalidInput"
        )
    return checked


def check_texts(field: str, values: object) -> tuple[str, ...]:
    """Give a list of texts back as a tuple, or raise IamlabError (``ValidationError``); one text alone is no list."""
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise IamlabError(f"{field} is a list of texts, not {values!r}.", code="ValidationError")
    found = tuple(values)
    for one in found:
        if not isinstance(one, str) or not one:
            raise IamlabError(f"{field} holds {one!r}, which is no text.", code="ValidationError")
    return found


def check_number(field: str, value: object, least: int, most: int) -> int:
    """Give a whole number between the two back, or raise IamlabError (``ValidationError``)."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise IamlabError(f"{field} is a whole number; this is {value!r}.", code="ValidationError")
    if not least <= value <= most:
        raise IamlabError(f"{field} is {value}. It may be {least} to {most}.", code="ValidationError")
    return value
