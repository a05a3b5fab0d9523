"""Context values and policy values as what they stand for: numbers, instants, addresses, bytes.

Each reader gives None for a text that it cannot read: such a value never matches (COND-04, UNSURE-10).
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from iamlab.core.errors import IamlabError
from iamlab.core.variables import Value

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def as_text(value: object) -> str | None:
    """One JSON value as the text that is compared; None when it is neither text, number nor boolean (COND-04).

    >>> as_text(True), as_text(900), as_text("x")
    ('true', '900', 'x')
    """
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return format(Decimal(repr(value)), "f") if isinstance(value, float) and json.dumps(value)[-1].isdigit() else None


def context_values(given: Mapping[str, Any]) -> dict[str, Value]:
    """What a request's context says, by key in lower case: a list is multivalued, anything else one value.

    Instants may be given as datetime with a time zone. Raises IamlabError (``InvalidInput``).
    """
    values: dict[str, Value] = {}
    for key, value in given.items():
        if not isinstance(key, str) or ":" not in key:
            raise _error(f"{key!r} is no context key. Write service:name, for example aws:SourceIp.")
        lower = key.lower()
        if lower in values:
            raise _error(f"The context holds {key!r} twice, in different letter case.")
        if type(value) is str:
            values[lower] = value
        elif isinstance(value, list | tuple | set | frozenset):
            listed = tuple(_text(key, one) for one in value)
            values[lower] = listed if isinstance(value, list | tuple) else tuple(sorted(listed))
        else:
            values[lower] = _text(key, value)
    return values


def _text(key: str, value: object) -> str:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise _error(f"The instant given for {key} has no time zone: write datetime(..., tzinfo=UTC).")
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    text = as_text(value)
    if text is None:
        raise _error(f"{value!r} for {key} is no context value. Give text, a number, True or False, or a list of them.")
    return text


def _error(message: str) -> IamlabError:
    return IamlabError(message, code="InvalidInput")


_NUMBER: Final = re.compile(r"[+-]?(\d{1,999}(\.\d{0,999})?|\.\d{1,999})", re.ASCII)


def number(text: str) -> Decimal | None:
    """An integer or a decimal number."""
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def boolean(text: str) -> bool | None:
    """``true`` or ``false``, in any letter case (UNSURE-12)."""
    return {"true": True, "false": False}.get(text.lower())


_DATE: Final = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:\d\d)?)?)?)?", re.ASCII
)
_EPOCH: Final = re.compile(r"-?\d{1,15}(\.\d{1,9})?", re.ASCII)


@lru_cache(maxsize=1024)
def instant(text: str) -> Decimal | None:
    """A W3C date and time or seconds since 1970, as seconds; four digits alone are a year (COND-06, UNSURE-11).

    >>> instant("1970-01-02"), instant("2026") == instant("2026-01-01T00:00:00Z")
    (Decimal('86400'), True)
    """
    if found := _DATE.fullmatch(text):
        year, month, day, hour, minute, second, fraction, zone = found.groups()
        try:
            moment = datetime(
                int(year),
                int(month or 1),
                int(day or 1),
                int(hour or 0),
                int(minute or 0),
                int(second or 0),
                tzinfo=UTC,
            )
        except ValueError:
            return None
        seconds = Decimal((moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1))
        return seconds + (Decimal(f"0.{fraction}") if fraction else 0) - _offset(zone or "Z")
    return Decimal(text) if _EPOCH.fullmatch(text) else None


def _offset(zone: str) -> int:
    if zone == "Z":
        return 0
    seconds = int(zone[1:3]) * 3600 + int(zone[4:6]) * 60
    return seconds if zone[0] == "+" else -seconds


@lru_cache(maxsize=1024)
def network(text: str) -> Network | None:
    """A range of addresses; a bare address is the range of itself alone (COND-08, UNSURE-13)."""
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


@lru_cache(maxsize=1024)
def address(text: str) -> Address | None:
    """One address."""
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def binary(text: str) -> bytes | None:
    """The bytes that a base64 text stands for."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
