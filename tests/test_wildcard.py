"""Wildcards: a star is any run, a question mark one character, all else itself, and no pattern takes long."""

from __future__ import annotations

import pytest
from guards import no_hanging

from iamlab.core import wildcard

TABLE = [
    ("", "", True),
    ("", "a", False),
    ("a", "a", True),
    ("a", "A", False),
    ("a", "", False),
    ("a", "ab", False),
    ("*", "", True),
    ("*", "anything/at:all", True),
    ("**", "", True),
    ("***", "abc", True),
    ("?", "", False),
    ("?", "a", True),
    ("?", "ab", False),
    ("??", "ab", True),
    ("?*", "", False),
    ("?*", "a", True),
    ("*?", "a", True),
    ("*?", "", False),
    ("*?*", "a", True),
    ("*?*", "", False),
    ("a*", "a", True),
    ("a*", "ba", False),
    ("*a", "ba", True),
    ("*a", "ab", False),
    ("*a*", "bab", True),
    ("*a*", "bbb", False),
    ("a*a", "a", False),
    ("a*a", "aa", True),
    ("a*a", "aba", True),
    ("ab*ba", "aba", False),
    ("ab*ba", "abba", True),
    ("a*b*c", "abc", True),
    ("a*b*c", "axbxbxc", True),
    ("a*b*c", "acb", False),
    ("*ab*ab", "ab", False),
    ("*ab*ab", "abab", True),
    ("*aab", "aaab", True),
    ("a*?b", "ab", False),
    ("a*?b", "axb", True),
    ("*a?c*", "xabcx", True),
    ("*a?c*", "xacx", False),
    ("?*?", "a", False),
    ("?*?", "ab", True),
    ("Get*", "GetObject", True),
    ("Get*", "getObject", False),
    (".", "x", False),
    (".*", "x", False),
    ("[ab]", "a", False),
    ("[ab]", "[ab]", True),
    ("a|b", "a", False),
    ("^a$", "a", False),
    ("\\*", "\\anything", True),
    ("\\*", "*", False),
    ("{a,b}", "a", False),
    ("*", "line\nbreak", True),
    ("a?b", "a\nb", True),
    ("a", "a\n", False),
    ("*\n", "a\n", True),
    ("?", "é", True),
    ("?", "😀", True),
    ("*ß", "Straß", True),
    ("a*", "a" * 1000, True),
    ("bucket/*/test/*", "bucket/1/2/test/x", True),
    ("bucket/*/test/*", "bucket//test/", True),
    ("bucket/*/test/*", "bucket/test/x", False),
]


@pytest.mark.parametrize(("pattern", "text", "expected"), TABLE, ids=[f"{p!a} on {t[:30]!a}" for p, t, _ in TABLE])
def test_pattern_against_text(pattern, text, expected):
    """The whole text has to fit, letter case counts, and no other character is special."""
    assert wildcard.matches(pattern, text) is expected


@pytest.mark.parametrize(("text", "expected"), [("a*", True), ("?", True), ("", False), ("a.b[c]", False)])
def test_what_holds_a_wildcard(text, expected):
    """Stars and question marks, and nothing else."""
    assert wildcard.has_wildcard(text) is expected


LONG = "a" * 100_000
SLOW = {
    "stars between letters": ("*a*a*a*a*b", LONG, False),
    "a hundred stars between letters": ("*a" * 100 + "*b", LONG, False),
    "ten thousand stars": ("*" * 10_000 + "b", LONG, False),
    "stars and question marks": ("*?" * 1_000 + "b", LONG, False),
    "a question mark and a letter that is not there": ("*?b*", LONG, False),
    "question marks between letters": ("*" + "a?" * 10 + "b*", LONG, False),
    "a pattern as long as the text": ("*" + "a" * 50_000 + "*b*", LONG, False),
    "one that fits at the very end": ("*a*a*a*a*b", LONG + "b", True),
}


@pytest.mark.parametrize(("pattern", "text", "expected"), SLOW.values(), ids=SLOW.keys())
def test_hang_guard_for_patterns_made_to_be_slow(pattern, text, expected):
    """Backtracking over these would take years, not seconds."""
    with no_hanging():
        assert wildcard.matches(pattern, text) is expected
