"""Errors: AWS's code, what is wrong, where, and what to do about it."""

from __future__ import annotations

from typing import Final


class IamlabError(Exception):
    """Anything iamlab refuses; ``code`` is AWS's error code where AWS has one.

    >>> print(IamlabError("The user with name bob cannot be found.", code="NoSuchEntity"))
    NoSuchEntity: The user with name bob cannot be found.
    """

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.message = message
        self.code = code

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


class PolicyError(IamlabError):
    """A policy document that AWS would not store, or that iamlab cannot judge yet.

    ``message`` is AWS's own sentence (POL-24), ``problem`` what is wrong in ours, ``remedy`` what to write instead.
    ``path`` is the JSON path (``Statement[0].Effect``), ``line`` and ``column`` count from 1 and are None
    when the policy was not given as text.
    """

    def __init__(
        self,
        message: str,
        *,
        problem: str,
        remedy: str,
        path: str = "",
        value: object = None,
        line: int | None = None,
        column: int | None = None,
        code: str = "MalformedPolicyDocument",
    ) -> None:
        super().__init__(message, code=code)
        self.problem = problem
        self.remedy = remedy
        self.path = path
        self.value = value
        self.line = line
        self.column = column

    @property
    def place(self) -> str:
        """Where it is, in words: path, and line and column when there is a text."""
        position = f"line {self.line}, column {self.column}" if self.line is not None else ""
        if self.path and position:
            return f"{self.path} ({position})"
        return self.path or position or "the document"

    def __str__(self) -> str:
        said, place, problem = (shortened(text) for text in (self.message.rstrip("."), self.place, self.problem))
        return f"{self.code}: {said}. At {place}: {problem} {self.remedy}"


LONGEST: Final = 300
"""Characters shown of what the document itself supplied: a name in it may be as long as the document."""


def shortened(text: str, longest: int = LONGEST) -> str:
    """The text; of one that is longer, its beginning and its end.

    >>> shortened("abcdefgh", 4)
    'ab ... gh'
    """
    return text if len(text) <= longest else f"{text[: longest // 2]} ... {text[-longest // 2 :]}"


def printable(text: str) -> str:
    """The text in one line, whatever stands in it: the key of an object, for one, may hold a line break."""
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in text)
