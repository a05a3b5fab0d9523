"""What of a pattern is meant, in words."""

from __future__ import annotations

import pytest

from iamlab.analysis.fields import Field, glob
from iamlab.analysis.portions import Piece, Portion

HEAD = "arn:aws:s3:::"
FIELD = Field(head=HEAD, whole=glob("b/*"), required=(), forms=(), points=(), examples=())
YES, NO = (True,), (False,)


def _portion(patterns, ways, points=None):
    named = {f"{HEAD}{key}": meant for key, meant in (points or {}).items()}
    return Portion(f"{HEAD}b/*", (Piece(FIELD, tuple(map(glob, patterns)), ways, named),), ())


@pytest.mark.parametrize(
    ("patterns", "ways", "points", "words"),
    [
        ([], {(): True}, {}, "all of @b/*"),
        (["b/home/*"], {YES: True, NO: False}, {}, "@b/home/*"),
        (["b/home/*"], {YES: False, NO: True}, {}, "@b/* but not @b/home/*"),
        (["*/home/*"], {YES: True, NO: False}, {}, "@b/*, as far as @*/home/* covers it"),
        (
            ["b/home/*"],
            {YES: True, NO: False},
            {"b/1": True, "b/home/2": False},
            "@b/home/* but not @b/home/2; and @b/1",
        ),
        (["b/home/*"], {YES: False, NO: False}, {"b/1": True}, "@b/1"),
        ([], {(): True}, {"b/1": False, "b/2": False}, "@b/* but not @b/1 or @b/2"),
        ([], {(): False}, {f"b/{at}": True for at in range(9)}, "@b/0, @b/1, @b/2, @b/3 and 5 more"),
        (
            ["b/x/*", "b/x/y/*"],
            {(True, True): False, (True, False): True, (False, False): False},
            {},
            "@b/x/* but not @b/x/y/*",
        ),
    ],
)
def test_words(patterns, ways, points, words):
    """Made from the patterns that make the difference."""
    assert _portion(patterns, ways, points).words == words.replace("@", HEAD)


def test_covers():
    """Single resources are as they are named, all others as what they match."""
    portion = _portion(["b/home/*"], {YES: True, NO: False}, {"b/1": True, "b/home/2": False})
    covered = [one for one in ("b/home/1", "b/home/2", "b/1", "b/2", "c/home/1") if portion.covers(f"{HEAD}{one}")]
    assert covered == ["b/home/1", "b/1"]
