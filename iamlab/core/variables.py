"""Policy variables: ``${aws:username}`` stands for what the request says it is (POL-16 to POL-20)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from iamlab.core.wildcard import ANY, Test, Token, test_of, tokens

Value = str | tuple[str, ...]
"""A context value: text when the key is single-valued, a tuple when it is multivalued."""
Values = Mapping[str, Value]
"""Context values by key, keys in lower case: their letter case means nothing (COND-02)."""

_ESCAPES: Final = ("*", "?", "$")
_KEY: Final = r"[^\s:,'{}$]+:[^\s,'{}$]+(?: [^\s,'{}$]+)*"
_BODY: Final = re.compile(rf"({_KEY})(?:, '([^'{{}}]*)')?")
_VARIABLE: Final = re.compile(r"\$\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Variable:
    """One ``${key}``; ``default`` stands in when the key has no value (POL-17)."""

    key: str
    default: str | None

    def value(self, values: Values) -> str | None:
        """What the request says, or the default; None when there is neither. Lists have no one value (POL-16)."""
        found = values.get(self.key.lower())
        return found if isinstance(found, str) else self.default


Part = Token | Variable


@dataclass(frozen=True, slots=True)
class Template:
    """A text with wildcards and variables, taken apart once."""

    text: str
    parts: tuple[Part, ...]

    @property
    def variables(self) -> tuple[Variable, ...]:
        """The variables in it, in order."""
        return tuple(part for part in self.parts if isinstance(part, Variable))

    def resolve(self, values: Values) -> list[Token] | None:
        """Every variable replaced by its value, which is literal (UNSURE-7); None when one has none (POL-19)."""
        resolved: list[Token] = []
        for part in self.parts:
            if isinstance(part, Variable):
                value = part.value(values)
                if value is None:
                    return None
                resolved.append((False, value))
            else:
                resolved.append(part)
        return resolved

    def literal(self, values: Values) -> str | None:
        """The text with variables replaced and every other character itself; None when a variable has no value."""
        resolved = self.resolve(values)
        return None if resolved is None else "".join(text for _, text in resolved)

    def test(self, values: Values) -> Test | None:
        """A test of texts against the resolved pattern; None when a variable has no value."""
        resolved = self.resolve(values)
        return None if resolved is None else test_of(resolved)


def template(text: str, *, variables: bool = True) -> Template:
    """Take a text apart. Without ``variables``, ``${...}`` is literal text, as in version 2008 (POL-02).

    >>> [part.key for part in template("home/${aws:username}/*").variables]
    ['aws:username']
    """
    return Template(text, tuple(_parts(text)) if variables and "${" in text else tuple(tokens(text)))


def _parts(text: str) -> Iterator[Part]:
    end = 0
    for found in _VARIABLE.finditer(text):
        yield from tokens(text[end : found.start()])
        body = found.group(1)
        if body in _ESCAPES:
            yield False, body
        else:
            key, default = _BODY.fullmatch(body).groups()  # type: ignore[union-attr]  # fault() was asked first
            yield Variable(key, default)
        end = found.end()
    yield from tokens(text[end:])


def fault(text: str) -> str:
    """What is wrong with the variables in a text, in words; empty when nothing is.

    >>> fault("home/${aws:username")
    "'${' is never closed"
    """
    rest = _VARIABLE.sub("", text)
    if "${" in rest:
        return "'${' is never closed"
    for body in _VARIABLE.findall(text):
        if body not in _ESCAPES and not _BODY.fullmatch(body):
            return "'${}' names no key" if not body else f"'${{{body}}}' is no variable"
    return ""


def segments(whole: Template, count: int = 6) -> tuple[Template, ...]:
    """The template cut at its first ``count - 1`` colons; those inside a variable do not count."""
    cut: list[list[Part]] = [[]]
    for part in whole.parts:
        if isinstance(part, Variable) or part[0]:
            cut[-1].append(part)
            continue
        first, *rest = part[1].split(":", count - len(cut))
        cut[-1].append((False, first))
        cut.extend([(False, text)] for text in rest)
    return tuple(Template(whole.text, tuple(part for part in parts if part != (False, ""))) for parts in cut)


def arn_parts(whole: Template) -> tuple[Template, ...]:
    """The six parts of an ARN's pattern; what an incomplete one leaves out is ``*`` (POL-13).

    >>> [part.text for part in arn_parts(template("arn:aws:s3"))[3:]]
    ['*', '*', '*']
    """
    parts = segments(whole)
    return (*parts, *[ANYTHING] * (6 - len(parts)))


ANYTHING: Final = Template(ANY, ((True, ANY),))
