"""AWS's rules for names (ENT-04): who breaks one is told which, and the world stays as it was."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from iamlab.core.arn import is_account_id
from iamlab.core.errors import IamlabError

VALIDATION_ERROR: Final = "ValidationError"
SHOWN: Final = 80
"""Characters of a value that are repeated."""
LONG: Final = 256
"""Bits of a number that is too long to be repeated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NameRule:
    """How a field's value may look: its pattern, its length, and both in words.

    ``aws`` is the pattern as AWS writes it, where a breach is told in AWS's words for parameters; ``says`` is AWS's own
    sentence about the pattern, where it has one.
    """

    field: str
    pattern: str
    longest: int
    words: str
    shortest: int = 1
    aws: str = ""
    says: str = ""

    def check(self, value: object) -> str:
        """Give the value back, or raise IamlabError (``ValidationError``): AWS's words, and then ours."""
        if not isinstance(value, str):
            raise IamlabError(
                f"{self.field} is a text; this is of the Python type {type(value).__name__}.", code=VALIDATION_ERROR
            )
        if not self.shortest <= len(value) <= self.longest:
            least, most = f"greater than or equal to {self.shortest}", f"less than or equal to {self.longest}"
            said = self._constraint(value, f"have length {least if len(value) < self.shortest else most}")
            may = f"{self.shortest} to {self.longest}" if self.shortest < self.longest else f"{self.longest}"
            raise IamlabError(
                f"{said}{self.field} has {len(value)} characters. It may have {may}.", code=VALIDATION_ERROR
            )
        if not re.fullmatch(self.pattern, value):
            if self.says:
                raise IamlabError(f"{self.says} ({_shown(value)} has others)", code=VALIDATION_ERROR)
            said = self._constraint(value, f"satisfy regular expression pattern: {self.aws}")
            if not said:
                said = f"The specified value for {self.field} is invalid: {value!r}. "
            raise IamlabError(f"{said}It must contain only {self.words}.", code=VALIDATION_ERROR)
        return value

    def _constraint(self, value: str, must: str) -> str:
        return f"{breach(self.field, value, must)}. " if self.aws else ""


def breach(field: str, value: object, must: str) -> str:
    """AWS's sentence about a parameter that is too long, too large, or of other characters.

    >>> print(breach("tokenCode", 12345, "have length greater than or equal to 6"))
    1 validation error detected: Value '12345' at 'tokenCode' failed to satisfy constraint: Member must have length \
greater than or equal to 6
    """
    return (
        f"1 validation error detected: Value {_shown(str(value))} at {field!r} failed to satisfy constraint: "
        f"Member must {must}"
    )


def _shown(value: str) -> str:
    """The value in single quotes and in one line, however it came; of a long one the beginning."""
    text = value if len(value) <= SHOWN else f"{value[:SHOWN]}..."
    return "'" + "".join(one if one.isprintable() else repr(one)[1:-1] for one in text) + "'"


_CHARACTERS: Final = r"[A-Za-z0-9_+=,.@-]+"
_WORDS: Final = "letters, digits and the characters _+=,.@-"


def _of_iam(field: str, longest: int) -> NameRule:
    """The name of something that IAM keeps."""
    return NameRule(
        field=field,
        pattern=_CHARACTERS,
        longest=longest,
        words=_WORDS,
        aws=r"[\w+=,.@-]+",
        says=f"The specified value for {field} is invalid. It must contain only alphanumeric characters and/or the "
        "following: +=,.@_-",
    )


def _of_sts(field: str, longest: int) -> NameRule:
    """The name of a session, or who is said to be behind it."""
    return NameRule(field=field, pattern=_CHARACTERS, shortest=2, longest=longest, words=_WORDS, aws=r"[\w+=,.@-]*")


USER_NAME: Final = _of_iam("userName", 64)
ROLE_NAME: Final = _of_iam("roleName", 64)
GROUP_NAME: Final = _of_iam("groupName", 128)
POLICY_NAME: Final = _of_iam("policyName", 128)
PROFILE_NAME: Final = _of_iam("instanceProfileName", 128)
DEVICE_NAME: Final = _of_iam("virtualMFADeviceName", 226)
PATH: Final = NameRule(
    field="path",
    pattern=r"/|/[\u0021-\u007e]+/",
    longest=512,
    words="printable characters between slashes, /eng/qa/",
    aws=r"(\u002F)|(\u002F[\u0021-\u007E]+\u002F)",
)
POLICY_PATH: Final = NameRule(
    field="path",
    pattern=r"((/[A-Za-z0-9.,+@=_-]+)*)/",
    longest=512,
    words="names between slashes, /eng/qa/",
    aws=r"((/[A-Za-z0-9\.,\+@=_-]+)*)/",
)
SESSION_NAME: Final = _of_sts("roleSessionName", 64)
SOURCE_IDENTITY: Final = _of_sts("sourceIdentity", 64)
FEDERATED_NAME: Final = _of_sts("name", 32)
EXTERNAL_ID: Final = NameRule(
    field="externalId",
    pattern=r"[A-Za-z0-9_+=,.@:/-]+",
    shortest=2,
    longest=1224,
    words="letters, digits and the characters _+=,.@:/-",
    aws=r"[\w+=,.@:\/-]*",
)
DESCRIPTION: Final = NameRule(
    field="description",
    pattern=r"[\u0009\u000a\u000d\u0020-\u007e\u00a1-\u00ff]*",
    shortest=0,
    longest=1000,
    words="printable Latin-1 characters and line breaks",
    aws=r"[\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*",
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
TOKEN_CODE: Final = NameRule(
    field="tokenCode", pattern=r"[0-9]{6}", shortest=6, longest=6, words="six digits", aws=r"[\d]*"
)
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
            code=VALIDATION_ERROR,
        )
    return value


def check_tags(tags: Mapping[str, str] | None, *, ignoring_case: bool = False) -> dict[str, str]:
    """Give the tags back as a dict, none for None.

    Raises IamlabError (``ValidationError``). On users and roles one key cannot stand in two letter cases:
    ``ignoring_case`` (ENT-19).
    """
    if not isinstance(tags, Mapping | None):
        raise IamlabError(f'Tags are a dict such as {{"team": "web"}}, not {tags!r}.', code=VALIDATION_ERROR)
    checked = {TAG_KEY.check(key): TAG_VALUE.check(value) for key, value in (tags or {}).items()}
    if ignoring_case and len({key.lower() for key in checked}) < len(checked):
        raise IamlabError(
            "Duplicate tag keys found. Please note that tag keys are case insensitive.", code="InvalidInput"
        )
    return checked


def check_texts(field: str, values: object) -> tuple[str, ...]:
    """Give a list of texts back as a tuple, or raise IamlabError (``ValidationError``); one text alone is no list."""
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise IamlabError(f"{field} is a list of texts, not {values!r}.", code=VALIDATION_ERROR)
    found = tuple(values)
    for one in found:
        if not isinstance(one, str) or not one:
            raise IamlabError(f"{field} holds {one!r}, which is no text.", code=VALIDATION_ERROR)
    return found


def check_number(field: str, value: object, least: int, most: int) -> int:
    """Give a whole number between the two back, or raise IamlabError (``ValidationError``)."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise IamlabError(f"{field} is a whole number; this is {value!r}.", code=VALIDATION_ERROR)
    if not least <= value <= most:
        must = f"greater than or equal to {least}" if value < least else f"less than or equal to {most}"
        said = breach(field, value if value.bit_length() < LONG else "...", f"have value {must}")
        raise IamlabError(f"{said}. It may be {least} to {most}.", code=VALIDATION_ERROR)
    return value
