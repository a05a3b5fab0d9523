"""Notebooks as they are read: cells, what they show, the words of their prose; and which notebooks there are."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any, Final

from IPython.core.inputtransformer2 import TransformerManager

HERE: Final = Path(__file__).resolve().parent
GALLERY: Final = "gallery.ipynb"
"""Every widget on a story's world: no lesson, and not among what learners get."""
OBJECTIVES: Final = "**After this lesson you can**"
RECAP: Final = "## What you can do now"


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """What a cell shows: as text (also a stream's), as HTML, and whether it is an error or a warning."""

    plain: str = ""
    html: str = ""
    drawing: bool = False
    trouble: str = ""

    @property
    def text(self) -> str:
        """All that is read of it; a tag in the HTML counts as the end of a line."""
        return f"{self.plain}\n{unescape(_TAG.sub(chr(10), self.html))}"


_TAG: Final = re.compile(r"(?s)<style.*?</style>|</?[a-zA-Z][^>]*>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell, and what it shows."""

    id: str
    code: bool
    source: str
    outputs: tuple[Output, ...] = ()

    @property
    def lines(self) -> int:
        """Lines that are not empty."""
        return sum(bool(line.strip()) for line in self.source.splitlines())

    @property
    def tree(self) -> ast.Module:
        """The code as Python reads it (magics made calls); empty for what is no Python."""
        try:
            return ast.parse(TransformerManager().transform_cell(self.source))
        except SyntaxError:
            return ast.Module(body=[], type_ignores=[])


@dataclass(frozen=True, slots=True, kw_only=True)
class Notebook:
    """A lesson's notebook or its solutions; ``there`` are the notebooks that exist once all are built."""

    path: Path
    about: Mapping[str, Any]
    cells: tuple[Cell, ...]
    there: frozenset[Path] = field(repr=False)

    @property
    def solutions(self) -> bool:
        """Whether this is the variant with the solutions."""
        return self.path.parent.name == "solutions"

    @property
    def prose(self) -> tuple[Cell, ...]:
        """The cells of text."""
        return tuple(cell for cell in self.cells if not cell.code)

    @property
    def code(self) -> tuple[Cell, ...]:
        """The cells of code."""
        return tuple(cell for cell in self.cells if cell.code)


def course(folder: Path = HERE) -> frozenset[Path]:
    """The notebooks in a folder and in its ``solutions``: those that there are, and those that the sources make."""
    there = {*folder.glob("*.ipynb"), *folder.glob("solutions/*.ipynb")}
    for source in folder.glob("src/*.py"):
        name = notebook_name(source)
        there.add(folder / name)
        if re.search(r"(?m)^#\s+exercises: *\[ *[\"']", source.read_text(encoding="utf-8")):
            there.add(folder / "solutions" / name)
    return frozenset(path.resolve() for path in there)


def read(path: Path, content: Mapping[str, Any], there: Iterable[Path]) -> Notebook:
    """A notebook's JSON as values."""
    return Notebook(
        path=path,
        about=content["metadata"].get("iamlab", {}),
        cells=tuple(
            Cell(
                id=cell.get("id", f"cell-{at:02}"),
                code=cell["cell_type"] == "code",
                source=_joined(cell["source"]),
                outputs=tuple(_output(one) for one in cell.get("outputs", [])),
            )
            for at, cell in enumerate(content["cells"])
        ),
        there=frozenset(one.resolve() for one in there),
    )


def _output(given: Mapping[str, Any]) -> Output:
    kind = given["output_type"]
    if kind == "error":
        return Output(trouble=f"it ends in an error ({given['ename']}: {given['evalue']})")
    if kind == "stream":
        text = _joined(given["text"])
        warns = given["name"] == "stderr"
        return Output(plain=text, trouble=f"it warns ({text.strip().partition(chr(10))[0]!r})" if warns else "")
    data = given["data"]
    html = _joined(data.get("text/html", "")) + _joined(data.get("image/svg+xml", ""))
    return Output(plain=_joined(data.get("text/plain", "")), html=html, drawing="<svg" in html)


def _joined(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)


def notebook_name(source: Path) -> str:
    """The file that a source becomes."""
    return f"{source.stem.replace('_', '-')}.ipynb"


_CODE_BLOCK: Final = re.compile(r"(?ms)^ *(```|~~~).*?^ *\1 *$")
_CODE_IN_A_LINE: Final = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL)


def points(source: str, marker: str) -> list[str]:
    """The points of the list after a marker, up to the first line that does not belong to a list.

    >>> points("# T\\n**Can**\\n\\n- do this,\\n  and that,\\n- end.\\n\\nMore.\\n- no", "**Can**")
    ['- do this,', '- end.']
    """
    if marker not in source:
        return []
    lines = source.partition(marker)[2].strip("\n").splitlines()
    rest = next((at for at, line in enumerate(lines) if line.strip() and not line.startswith(("- ", " "))), len(lines))
    return [line for line in lines[:rest] if line.startswith("- ")]


def words(source: str) -> int:
    """Words that are read one after the other: tables, code blocks, objectives and recap are looked over instead.

    An inline code or a link's text counts as it is read; its address does not.

    >>> words("Ask **who** may `s3:GetObject` on [this - page](x.ipynb):\\n\\n| a | b |\\n|---|---|\\n| 1 | 2 |")
    7
    """
    lines = without_code(source, inline="code").splitlines()
    marked = next((at for at, line in enumerate(lines) if line in (OBJECTIVES, RECAP)), len(lines))
    listed = False
    read: list[str] = []
    for at, line in enumerate(lines):
        listed = at > marked and (line.startswith("- ") or (listed and line.startswith(" ")))
        if not listed and not line.lstrip().startswith("|"):
            read.append(line)
    return sum(any(letter.isalnum() for letter in word) for word in "\n".join(read).split())


def without_code(source: str, *, inline: str = "") -> str:
    """Prose alone: no code blocks, no tags, no addresses, and something else for code within a line."""
    text = re.sub(_CODE_IN_A_LINE, inline, re.sub(_CODE_BLOCK, "", source))
    text = re.sub(r"(?s)<!--.*?-->|</?[a-zA-Z][^>]*>", "", text)
    return re.sub(r"\]\([^)]*\)|https?://\S+", "]", text)


def with_links(source: str) -> str:
    """Prose with its addresses: ``a[0](b)`` in code is no link."""
    return re.sub(rf"(?<!\[){_CODE_IN_A_LINE.pattern}", "", re.sub(_CODE_BLOCK, "", source), flags=re.DOTALL)
