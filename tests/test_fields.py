"""A pattern of resources taken apart, and divided by other patterns: every ARN is in one part."""

from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from iamlab.analysis.fields import Field, Glob, cut, glob, may_cover, within

texts = st.text("ab/", max_size=5)
globs = st.text("ab/*?", max_size=5).map(glob)


def _field(whole, points=()):
    return Field(head="arn:aws:s3:::", whole=whole, required=(), forms=(), points=points, examples=())


@given(globs, st.lists(globs, max_size=4), st.lists(texts, max_size=3))
def test_every_text_is_in_one_part_and_looks_like_its_example(whole, patterns, points):
    """But for the points, which are in none."""
    field = _field(whole, tuple(f"arn:aws:s3:::{one}" for one in points))
    parts = cut(field, patterns)
    for part in parts:
        example = part.arn.removeprefix(field.head)
        assert field.holds(part.arn)
        assert example not in points
        assert tuple(one.test(example) for one in patterns) == part.flags
    every = ("".join(letters) for length in range(5) for letters in product("ab/", repeat=length))
    for text in every:
        if whole.test(text) and text not in points:
            assert [part.flags for part in parts].count(tuple(one.test(text) for one in patterns)) == 1


@given(globs, globs, texts)
def test_what_is_within_matches(one, other, text):
    """A pattern within another matches nothing that the other does not."""
    if within(one, other) and one.test(text):
        assert other.test(text)


def test_a_character_that_stands_for_itself_is_written_so():
    """As policies escape it."""
    assert Glob(((False, "a*"), (True, "*"))).text == "a${*}*"


def test_an_open_variable_may_be_anything():
    """And a known one is what it is."""
    text, arn = "arn:aws:s3:::b/${aws:PrincipalTag/team}/*", "arn:aws:s3:::b/red/1"
    assert may_cover(text, True, arn, {}, ["aws:principaltag/team"])
    assert may_cover(text, True, arn, {"aws:principaltag/team": "red"}, [])
    assert not may_cover(text, True, arn, {"aws:principaltag/team": "blue"}, [])
    assert not may_cover(text, True, arn, {}, [])
