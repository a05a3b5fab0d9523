"""The Binder badge in README.md, made from the repository's address, which stands in pyproject.toml only.

python tests/readme_badge.py            print the line
python tests/readme_badge.py --write    put it between its two markers in README.md
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from pathlib import Path
from urllib.parse import quote, urlsplit

from iamlab.app import DEFAULT_FOLDER
from iamlab.lessons.course import START_PAGE

ROOT = Path(__file__).resolve().parents[1]
START, END = "<!-- binder badge -->", "<!-- /binder badge -->"


def badge(pyproject: Path = ROOT / "pyproject.toml") -> str:
    """The line of Markdown: a badge that opens the start page, in the learner's folder, on Binder."""
    address = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]["urls"]["Repository"]
    page = f"lab/tree/{DEFAULT_FOLDER}/{START_PAGE}"
    return (
        "[![Open in Binder](https://mybinder.org/badge_logo.svg)]"
        f"(https://mybinder.org/v2/{_source(address)}/HEAD?urlpath={quote(page, safe='')})"
    )


def _source(address: str) -> str:
    """How Binder names a repository: short on GitHub, by its whole address elsewhere."""
    parts = urlsplit(address.removesuffix("/").removesuffix(".git"))
    if parts.netloc == "github.com":
        return "gh" + parts.path
    return "git/" + quote(address, safe="")


def with_badge(readme: str, line: str) -> str:
    """``readme`` with ``line`` between the markers; ValueError unless they are there, once each, in order."""
    before, start, rest = readme.partition(START)
    _, end, after = rest.partition(END)
    if not start or not end or START in rest or END in after:
        raise ValueError(f"README.md must have {START} and after it {END}, once each")
    return f"{before}{START}\n{line}\n{END}{after}"


def main() -> int:
    """Print the line, or write it; 1 with a sentence when README.md has no place for it."""
    parser = argparse.ArgumentParser(description="The Binder badge in README.md.")
    parser.add_argument("--write", action="store_true", help="put it into README.md")
    if not parser.parse_args().write:
        print(badge())
        return 0
    readme = ROOT / "README.md"
    try:
        readme.write_text(with_badge(readme.read_text(encoding="utf-8"), badge()), encoding="utf-8")
    except (OSError, ValueError) as error:
        print(f"readme_badge: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
