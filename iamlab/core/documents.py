"""JSON in: a policy as text, dict or list becomes a checked JSON value that remembers where everything stood."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from iamlab.core.errors import PolicyError
from iamlab.core.places import TOKEN, Path, line_column, position, second_place

MAX_CHARACTERS: Final = 131_072
"""What AWS takes on the wire (ENT-04); checked before anything is parsed."""
MAX_DEPTH: Final = 20
"""No policy AWS accepts is deeper than seven levels; a bound keeps hostile nesting cheap."""
SYNTAX: Final = "Syntax errors in policy."


_BAD_CHARACTER: Final = re.compile(r"[^\t\n\r\u0020-\u00ff]")
_ODD_NUMBER: Final = re.compile(r"-?(NaN|Infinity|\d{1000,}.*)")
_SURROGATE: Final = re.compile(r"[\ud800-\udfff]")


def path_text(path: Path) -> str:
    """A path as people write it.

    >>> path_text(("Statement", 0, "Action"))
    'Statement[0].Action'
    """
    parts = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return "".join(parts).removeprefix(".")


@dataclass(frozen=True, slots=True)
class Document:
    """A JSON value, and the text it was read from when there was one."""

    value: Any
    text: str | None = None

    def fail(
        self,
        message: str,
        path: Path = (),
        *,
        problem: str,
        remedy: str,
        code: str = "MalformedPolicyDocument",
    ) -> NoReturn:
        """Raise the PolicyError for what stands at ``path``, with line and column when there is a text."""
        line, column = position(self.text, path) if self.text is not None else (None, None)
        value = value_at(self.value, path)
        raise PolicyError(
            message,
            problem=problem,
            remedy=remedy,
            path=path_text(path),
            value=value,
            line=line,
            column=column,
            code=code,
        )


def value_at(value: Any, path: Path) -> Any:
    """What stands at the path; None where the path ends in something that is missing."""
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def load(source: object) -> Document:
    """Text, dict or list in, Document out: pure JSON, no key twice, not too large and not too deep.

    In a dict, whatever has an ``arn`` may stand in place of that text. Raises PolicyError.
    """
    if isinstance(source, str):
        return _load_text(source)
    if isinstance(source, Mapping | list):
        document = Document(_plain(source, (), _budget()))
        size = len(json.dumps(document.value, ensure_ascii=False, separators=(",", ":")))
        _check_size(document, size)
        return document
    _fail_text(
        f"a policy is a JSON object; this is {_type_name(source)}.",
        "Give a dict, JSON text, or a Policy.",
        value=source,
    )


def _load_text(text: str) -> Document:
    document = Document(None, text)
    _check_size(document, len(text))
    if bad := _BAD_CHARACTER.search(text):
        _fail_at(
            text,
            bad.start(),
            f"the character {bad.group()!a} may not stand in a policy.",
            "Remove it; where it is part of a string, write it as a \\u escape.",
            code="ValidationError",
            message="The policy document holds a character that is none of tab, line feed, CR and U+0020 to U+00FF.",
        )
    _check_depth(text)
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        _fail_json(text, error)
    except _DuplicateKey:
        path, offset = second_place(text)
        problem = f"the key {path[-1]!r} stands twice in one object."
        _fail_at(text, offset, problem, "Keep one of the two.", path=path)
    except ValueError:  # a constant such as NaN, or a number of more digits than Python reads
        odd = next(token for token in TOKEN.finditer(text) if _ODD_NUMBER.fullmatch(token.group()))
        problem = f"{odd.group()[:12]} is no number that JSON knows."
        _fail_at(text, odd.start(), problem, "A policy needs no such number; put text in double quotes.")
    return Document(_plain(value, (), _budget(), text), text)


class _DuplicateKey(Exception):
    pass


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _DuplicateKey
    return members


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON value")


def _check_size(document: Document, size: int) -> None:
    if size > MAX_CHARACTERS:
        # The value is left out of the error: it may be megabytes long.
        raise PolicyError(
            f"The policy document is longer than {MAX_CHARACTERS} characters.",
            problem=f"it has {size} characters.",
            remedy="Shorten it; a managed policy may have 6144.",
            line=1 if document.text is not None else None,
            column=1 if document.text is not None else None,
            code="ValidationError",
        )


def _check_depth(text: str) -> None:
    depth = 0
    for token in TOKEN.finditer(text):
        if token.group() in ("{", "["):
            depth += 1
            if depth > MAX_DEPTH:
                _fail_at(text, token.start(), f"nested more than {MAX_DEPTH} levels deep.", "A policy needs seven.")
        elif token.group() in ("}", "]"):
            depth -= 1


def _plain(value: object, path: Path, budget: Iterator[int], text: str | None = None) -> Any:
    """A copy in plain JSON types, so that later changes to the caller's dict change nothing here.

    ``budget`` runs out where there are more values than characters could write: a list that holds another one
    twice, and that the next twice, is small in Python and endless in JSON.
    """
    if next(budget, None) is None:
        _check_size(Document(None), MAX_CHARACTERS + 1)
    if len(path) > MAX_DEPTH:
        _fail_text(f"nested more than {MAX_DEPTH} levels deep.", "A policy needs seven.", path=path[:3])
    if isinstance(value, str):
        if _SURROGATE.search(value):
            _fail_text("half of a surrogate pair is no character.", "Write the whole character.", path=path, text=text)
        return str(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        if not _is_json_number(value):
            _fail_text("this is no number that JSON knows.", "A policy needs no such number.", path=path, text=text)
        return value
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str) or _SURROGATE.search(key):
                _fail_text(f"the key {key!r} is no text.", "JSON keys are strings.", path=path, text=text)
        return {str(key): _plain(item, (*path, key), budget, text) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, (*path, index), budget, text) for index, item in enumerate(value)]
    if isinstance(arn := getattr(value, "arn", None), str):
        return _plain(arn, path, budget)  # a role, a bucket: it may stand wherever its ARN may
    _fail_text(f"{_type_name(value)} is no JSON value.", "Use text, numbers, lists and dicts.", path=path)


def _budget() -> Iterator[int]:
    return iter(range(MAX_CHARACTERS))


def _is_json_number(value: int | float) -> bool:
    """Neither NaN nor infinite, nor of more digits than Python writes."""
    return math.isfinite(value) if isinstance(value, float) else value.bit_length() < 1024


def _type_name(value: object) -> str:
    if value is None:
        return "nothing (None)"
    if value is ...:
        return "the placeholder ..."
    return f"of the Python type {type(value).__name__}"


def _fail_text(
    problem: str, remedy: str, *, path: Path = (), value: object = None, text: str | None = None
) -> NoReturn:
    line, column = position(text, path) if text is not None else (None, None)
    place = path_text(path)
    raise PolicyError(SYNTAX, problem=problem, remedy=remedy, path=place, value=value, line=line, column=column)


def _fail_at(
    text: str,
    offset: int,
    problem: str,
    remedy: str,
    *,
    code: str = "MalformedPolicyDocument",
    message: str = SYNTAX,
    path: Path = (),
) -> NoReturn:
    line, column = line_column(text, offset)
    place = path_text(path)
    raise PolicyError(message, problem=problem, remedy=remedy, path=place, line=line, column=column, code=code)


def _fail_json(text: str, error: json.JSONDecodeError) -> NoReturn:
    if not text.strip():
        _fail_at(text, 0, "the document is empty.", 'Start with {"Version": "2012-10-17", "Statement": []}.')
    found = text[error.pos : error.pos + 1]
    where = f"found {found!r}" if found else "the text ends here"
    _fail_at(text, error.pos, f"this is not JSON: {error.msg.lower()}; {where}.", _json_remedy(text, error))


def _json_remedy(text: str, error: json.JSONDecodeError) -> str:
    before = text[: error.pos].rstrip()[-1:]
    if text[error.pos : error.pos + 1] == "'":
        return "Use double quotes: JSON knows no single ones."
    if before == ",":
        return "Remove the comma before it, or write what should follow."
    if "delimiter" in error.msg:
        return "A comma, a colon or a closing bracket is missing just before."
    return "Check quotes, commas and brackets just before this place."


def as_sequence(value: Any) -> Sequence[Any]:
    """One value is written bare, several as a list; both are a sequence here (POL-01)."""
    return value if isinstance(value, list) else [value]
