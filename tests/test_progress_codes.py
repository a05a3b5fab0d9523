"""The progress code: there and back, mistyped, of older and newer versions, and never a loss."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamlab import IamlabError
from iamlab.lessons import progress, progress_codes
from iamlab.lessons.progress_codes import ORDER, STATES, Progress, decode, encode, restore_progress

STATED = st.dictionaries(st.sampled_from(ORDER), st.sampled_from(STATES[1:]))
MET = st.sets(st.integers(1, 24)).map(lambda numbers: tuple(sorted(numbers)))


@given(STATED, MET)
def test_what_goes_in_comes_out(states: dict[str, str], met: tuple[int, ...]) -> None:
    """Every progress has a code, and the code says it, however it is written."""
    said = Progress(states=states, misconceptions=met)
    code = encode(said)
    for written in (code, code.lower(), code.replace("-", " "), f"  {code}\n"):
        assert decode(written) == said


@given(STATED, st.data())
def test_a_mistyped_letter_is_noticed(states: dict[str, str], data: st.DataObject) -> None:
    """One wrong letter anywhere is answered with an error, never with other progress."""
    said = Progress(states=states)
    code = encode(said)
    at = data.draw(st.sampled_from([i for i, letter in enumerate(code) if letter != "-"]))
    wrong = code[:at] + data.draw(st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567").filter(code[at].__ne__))
    try:
        found = decode(wrong + code[at + 1 :])
    except IamlabError:
        return
    assert found == said  # the last letter has bits that say nothing


@pytest.mark.parametrize(
    "code", ["", "hello", "AEES", None, 7, "A" * 5_000_000, "ÄÖ-ÜÜ", "AAAA-AAAA-AAAA-AAAA"], ids=repr
)
def test_nonsense_is_answered_with_a_sentence(code: object, tmp_path: Path) -> None:
    """Restoring it changes nothing and never raises."""
    progress.record("01.1", "correct", home=tmp_path)
    said = repr(restore_progress(code, home=tmp_path))  # type: ignore[arg-type]
    assert "no progress code" in said
    assert len(said) < 300
    assert progress.status("01.1", home=tmp_path) == "correct"


def test_a_code_brings_progress_into_a_fresh_folder(tmp_path: Path) -> None:
    """What was solved and met there is solved and met here; what is solved here stays so."""
    old, new = tmp_path / "old", tmp_path / "new"
    progress.record("01.1", "correct", home=old)
    progress.record("01.3", "not yet", home=old)
    progress.met(13, home=old)
    progress.record("01.3", "correct", home=new)
    said = repr(restore_progress(repr(progress_codes.progress_code(home=old)), home=new))
    assert said == "1 exercise of the code is solved on your map now."
    assert [progress.status(id_, home=new) for id_ in ("01.1", "01.2", "01.3")] == [
        "correct",
        "not attempted",
        "correct",
    ]
    assert progress.misconceptions(home=new) == (13,)


@pytest.mark.parametrize(
    ("states", "said"),
    [
        ({"01.3": "not yet"}, "The code holds no solved exercise."),
        ({"01.1": "correct", "01.2": "correct"}, "2 exercises of the code are solved on your map now."),
    ],
)
def test_restoring_says_how_many_are_solved(states: dict[str, str], said: str, tmp_path: Path) -> None:
    """None, or several."""
    assert repr(restore_progress(encode(Progress(states=states)), home=tmp_path)) == said


def test_a_code_of_fewer_exercises_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """The order only grows: a code made before the newest exercises came is still good."""
    said = Progress(states={"01.1": "correct", "01.3": "not yet"}, misconceptions=(3,))
    with monkeypatch.context() as older:
        older.setattr(progress_codes, "ORDER", ORDER[:3])
        code = encode(said)
    assert decode(code) == said
    monkeypatch.setattr(progress_codes, "ORDER", ORDER[:2])
    with pytest.raises(IamlabError, match="newer version"):
        decode(code)
