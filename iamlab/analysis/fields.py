"""A pattern of resources taken apart: what in it belongs to one owner, and how the patterns of policies divide that."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Final

from iamlab.analysis.globs import combinations, overlap
from iamlab.analysis.things import Things, known
from iamlab.core import wildcard
from iamlab.core.errors import IamlabError
from iamlab.core.variables import ANYTHING, Template, Values, Variable, arn_parts, template
from iamlab.core.wildcard import ANY, ONE, Test, Token
from iamlab.world.state import State


@dataclass(frozen=True)
class Glob:
    """The last part of an ARN as a pattern; a wildcard character that stands for itself is written ``${*}``."""

    tokens: tuple[Token, ...]

    @cached_property
    def text(self) -> str:
        """As policies write it."""
        return "".join(text if wild else _escaped(text) for wild, text in self.tokens)

    @cached_property
    def test(self) -> Test:
        """Whether a text matches."""
        return wildcard.test_of(self.tokens)

    @property
    def literal(self) -> str | None:
        """The one text that it matches; None for a pattern with wildcards."""
        return None if any(wild for wild, _ in self.tokens) else "".join(text for _, text in self.tokens)

    @cached_property
    def stem(self) -> str:
        """All before the first wildcard."""
        found = ""
        for wild, text in self.tokens:
            if wild:
                break
            found += text
        return found

    def may_meet(self, other: Glob) -> bool:
        """Whether they can have a text in common, as far as their beginnings say."""
        return self.stem.startswith(other.stem) or other.stem.startswith(self.stem)


def glob(text: str) -> Glob:
    """The pattern of a text in which every wildcard is one."""
    return Glob(tuple(wildcard.tokens(text)))


def _escaped(text: str) -> str:
    return "".join(f"${{{one}}}" if one in (ANY, ONE) else one for one in text)


@lru_cache(maxsize=4096)
def within(one: Glob, other: Glob) -> bool:
    """Whether every text that matches the one matches the other."""
    return all(flag for (flag,) in combinations(one.tokens, [other.tokens]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """What of the pattern belongs to one owner: the objects of one bucket, or all of it.

    ``head`` is the ARN up to its fifth colon, ``whole`` the rest. ``required`` narrows it: the pattern itself, where it
    covers the bucket in part. ``forms`` are those of the resources that the actions take, and of what a table's policy
    is for. ``points`` are the things of this world in it, ``examples`` ARNs that are none, of every form.
    """

    head: str
    whole: Glob
    required: tuple[Glob, ...]
    forms: tuple[Glob, ...]
    points: tuple[str, ...]
    examples: tuple[str, ...]

    @property
    def words(self) -> str:
        """Itself, as an ARN."""
        narrowed = f", as far as {self.head}{self.required[0].text} covers it" if self.required else ""
        return f"{self.head}{self.whole.text}{narrowed}"

    def holds(self, arn: str) -> bool:
        """Whether the ARN is in it."""
        rest = arn[len(self.head) :]
        return arn.startswith(self.head) and all(one.test(rest) for one in (self.whole, *self.required))

    def about(self, text: str, variables: bool) -> Template | None:
        """The last part of a policy's pattern; None for one that covers nothing here, or everything."""
        return None if text == ANY else _about(self.head, text, variables)


@lru_cache(maxsize=16_384)
def _about(head: str, text: str, variables: bool) -> Template | None:
    *before, last = arn_parts(template(text, variables=variables))
    tests = (wildcard.test_of(part.parts) for part in before)  # type: ignore[arg-type]  # no variables stand there
    if last == ANYTHING or not all(test(part) for test, part in zip(tests, head.split(":"), strict=False)):
        return None
    return last


def resolved(last: Template, values: Values, open_keys: Iterable[str]) -> Glob | None:
    """The pattern for one caller: known variables replaced, open ones any text; None when one has no value (POL-19)."""
    found: list[Token] = []
    for part in last.parts:
        if not isinstance(part, Variable):
            found.append(part)
        elif part.key.lower() in open_keys:
            found.append((True, ANY))
        else:
            value = part.value(values)
            if value is None:
                return None
            found.append((False, value))
    return Glob(tuple(found))


def keys_of(text: str, variables: bool) -> tuple[str, ...]:
    """The keys of the variables in a policy's pattern, in lower case."""
    return tuple(one.key.lower() for one in template(text, variables=variables).variables)


def may_cover(text: str, variables: bool, resource: str, values: Values, open_keys: Iterable[str]) -> bool:
    """Whether a policy's pattern covers the resource, whatever its open variables stand for."""
    if text == ANY:
        return True
    globs = [resolved(one, values, open_keys) for one in arn_parts(template(text, variables=variables))]
    rest = resource.split(":", 5)
    return len(rest) == 6 and all(one is not None and one.test(part) for one, part in zip(globs, rest, strict=True))


# Into fields


def is_pattern(resource: str) -> bool:
    """Whether the resource stands for several; ``*`` stands for none in particular."""
    return resource != ANY and wildcard.has_wildcard(resource)


def check_pattern(pattern: str) -> None:
    """Raise IamlabError (``InvalidResource``) for a pattern that cannot be asked about."""
    parts = pattern.split(":", 5)
    if len(parts) < 6 or parts[0] != "arn":
        raise IamlabError(f"{pattern!r} is no ARN. Write arn:aws:s3:::acme-photos/*, for example.", code=INVALID)
    if any(wildcard.has_wildcard(part) for part in parts[:5]):
        raise IamlabError(
            f"{pattern!r} leaves open whose resources are meant: * and ? may stand in the last part alone, after the "
            "fifth colon. Write out partition, service, Region and account.",
            code=INVALID,
        )


INVALID: Final = "InvalidResource"


def fields(state: State, things: Things, pattern: str) -> tuple[Field, ...]:
    """The pattern taken apart; nothing when AWS asks none of the actions about any resource in it.

    Raises IamlabError (``NoSuchBucket``) when no bucket of this world fits.
    """
    found = tuple(_fields(state, things, pattern))
    return tuple(one for one in found if one.examples or one.points)


def _fields(state: State, things: Things, pattern: str) -> Iterator[Field]:
    *before, last = pattern.split(":", 5)
    head, asked = ":".join(before) + ":", glob(last)
    if before[2] != "s3" or before[4] or things.actions.names == ("s3:CreateBucket",):
        yield _field(state, things, head, asked, ())
        return
    buckets = [one.arn.removeprefix(head) for one in state.resources.values() if one.kind == "bucket"]
    there = False
    for name in buckets:
        objects = Glob(((False, f"{name}/"), (True, ANY)))
        if asked.test(name):
            there = True
            yield _field(state, things, head, Glob(((False, name),)), ())
        if overlap(last, f"{name}/*"):
            there = True
            if within(asked, objects):
                yield _field(state, things, head, asked, ())
            else:
                yield _field(state, things, head, objects, () if within(objects, asked) else (asked,))
    if not there:
        names = f" There are {', '.join(buckets)}." if buckets else ""
        raise IamlabError(f"No bucket of this lab fits {pattern!r}.{names}", code="NoSuchBucket")


def _field(state: State, things: Things, head: str, whole: Glob, required: tuple[Glob, ...]) -> Field:
    forms = tuple(one for one in _forms(things, head) if one.may_meet(whole))
    made = Field(head=head, whole=whole, required=required, forms=forms, points=(), examples=())
    points = tuple(arn for arn in known(state) if made.holds(arn) and things.actions.asked_about(arn))
    made = replace(made, forms=(*_tables(state, made), *forms), points=points)
    return replace(made, examples=tuple(one.arn for one in cut(made, ()) if things.actions.asked_about(one.arn)))


def _forms(things: Things, head: str) -> Iterator[Glob]:
    """The last parts of the forms, a variable in them being any text that is not empty."""
    for form in things.actions.forms:
        parts = form.split(":", 5)
        if len(parts) == 6 and parts[2] == head.split(":")[2]:
            yield Glob(tuple(_form(parts[5])))


def _form(text: str) -> Iterator[Token]:
    for word in re.split(r"(\$\{[^}]*\}|\*)", text):
        if word == ANY or word.startswith("${"):
            yield from ((True, ONE), (True, ANY))
        elif word:
            yield False, word


def _tables(state: State, field: Field) -> Iterator[Glob]:
    """What is judged by the policy of the table that it belongs to."""
    for record in state.resources.values():
        if record.kind == "table" and record.arn.startswith(field.head):
            yield Glob(((False, f"{record.arn.removeprefix(field.head)}/"), (True, ANY)))


# The cut


@dataclass(frozen=True, slots=True)
class Part:
    """The ARNs that match the same patterns, without the points: ``flags`` says which, ``arn`` is one of them."""

    flags: tuple[bool, ...]
    arn: str


def cut(field: Field, patterns: Sequence[Glob], points: Iterable[str] = ()) -> tuple[Part, ...]:
    """The field divided by the patterns. Neither its points nor those given are in any part.

    Raises TooManyPartsError.
    """
    left_out = {arn.removeprefix(field.head) for arn in (*field.points, *points)}
    asked = (*field.required, *field.forms)
    met: list[str] = []
    while True:
        literals = [((False, text),) for text in met]
        every = [*(one.tokens for one in (*asked, *patterns)), *literals]
        found = {
            flags: text
            for flags, text in combinations(field.whole.tokens, every).items()
            if not any(flags[len(every) - len(met) :]) and all(flags[: len(field.required)])
        }
        more = [text for text in found.values() if text in left_out]
        if not more:
            break
        met += more
    return tuple(Part(flags[: len(asked) + len(patterns)], field.head + text) for flags, text in found.items())
