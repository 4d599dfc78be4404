"""Patterns: what points at an observation, and what does not."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.model.pattern import Pattern
from harness.model.trace import Observation
from harness.model.words import WordError

DOWNLOAD = Observation(7, 1.0, "terminal", "update", {"phase": "downloading", "percent": 40})
LINE = Observation(8, 2.0, "terminal", "line", {"text": "REQ 0042 SENT"})
ANSWER = Observation(9, 3.0, "host", "answered", {"of": "first", "stan": 42, "mti": "0210"})


@pytest.mark.parametrize(
    ("plain", "seen"),
    [
        ("answered", ANSWER), ("update.downloading", DOWNLOAD), ("terminal: REQ", LINE),
        ({"host": "answered", "of": "first"}, ANSWER), ({"host": "answered", "stan": "42"}, ANSWER),
        ({"update": "downloading", "percent": ">= 37"}, DOWNLOAD),
        ({"terminal": "update.downloading", "percent": "< 41"}, DOWNLOAD),
        ({"source": "host", "kind": "answered", "mti": ["0110", "0210"]}, ANSWER),
        ({"src": "terminal", "match": r"^REQ \d+"}, LINE), ({"text": "SENT"}, LINE),
        ({"answered": ""}, ANSWER),
    ],
)  # fmt: skip
def test_a_pattern_matches_what_it_means(plain: Any, seen: Observation) -> None:
    """Every spelling finds its observation, and none of the others."""
    pattern = Pattern.read(plain)
    assert pattern.matches(seen) is not None
    for other in {DOWNLOAD.n: DOWNLOAD, LINE.n: LINE, ANSWER.n: ANSWER}.values():
        assert (pattern.matches(other) is not None) == (other is seen)


@pytest.mark.parametrize(
    "plain",
    [
        "declined", "update.installing", "host: REQ", "terminal: SEND", {"host": "settled"},
        {"host": "answered", "of": "second"}, {"update": "downloading", "percent": "> 40"},
        {"update": "installing"}, {"match": r"^SENT"}, {"host": "answered", "absent": "x"},
    ],
)  # fmt: skip
def test_a_pattern_does_not_match_what_it_does_not_mean(plain: Any) -> None:
    """A different source, kind, phase, field, number or text is another observation."""
    pattern = Pattern.read(plain)
    assert [pattern.matches(seen) for seen in (DOWNLOAD, LINE, ANSWER)] == [None] * 3


def test_named_groups_bind() -> None:
    """What a regular expression names is told."""
    pattern = Pattern.read({"terminal": "line", "match": r"REQ (?P<stan>\d+)( (?P<no>X))?"})
    assert pattern.matches(LINE) == {"stan": "0042"}


@pytest.mark.parametrize(
    ("plain", "said"),
    [
        ("", "wanted a kind"), ("  ", "wanted a kind"), ("terminl: X", "did you mean 'terminal'"),
        ("two words", "wanted a kind"), ({}, "wanted a pattern"), (3, "wanted a pattern"),
        (None, "wanted a pattern"), (["a"], "wanted a pattern"), ({"match": "("}, "no regular"),
        ({"source": ""}, "matches everything"),
    ],
)  # fmt: skip
def test_what_is_no_pattern_is_refused(plain: Any, said: str) -> None:
    """A pattern that could never, or always, match is a slip of the pen."""
    with pytest.raises(WordError, match=said) as told:
        Pattern.read(plain, ("when", 1))
    assert told.value.path[:2] == ("when", 1)


def test_a_pattern_says_what_it_wants() -> None:
    """In a reason it is readable."""
    assert str(Pattern.read({"host": "answered", "of": "first"})) == "host: answered of=first"
    assert str(Pattern.read("terminal: NO SIGNAL")) == "terminal 'NO SIGNAL'"
    assert str(Pattern.read("update.downloading")) == "update.downloading"


@given(
    st.recursive(
        st.text() | st.integers() | st.none(),
        lambda inner: st.dictionaries(st.text(), inner),
        max_leaves=5,
    )
)
def test_no_value_whatever_raises_anything_else(plain: Any) -> None:
    """Any plain value is a pattern that can be asked, or a WordError."""
    try:
        pattern = Pattern.read(plain)
    except WordError:
        return
    for seen in (DOWNLOAD, LINE, ANSWER):
        pattern.matches(seen)
    assert str(pattern)
