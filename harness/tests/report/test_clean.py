"""What a device wrote is made safe to show."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.model.trace import Observation
from harness.report.clean import clean, quote, seconds


@pytest.mark.parametrize("sign", ["\x1b", "\x00", "\r", "\n", "\u202e", "\u2066", "\ufeff", "\x9b"])
def test_a_sign_that_would_do_something_is_shown_as_an_escape(sign: str) -> None:
    """Escape sequences, line ends and turned-round text cannot forge a report."""
    shown = clean(f"before{sign}after")

    assert sign not in shown
    assert shown.startswith("before\\")


def test_a_card_number_is_truncated_once_more() -> None:
    """Should a trace hold a full number after all, no report repeats it."""
    assert clean("PAN 9999990000000014 read") == "PAN 999999***0014 read"


def test_a_long_text_is_cut() -> None:
    """A terminal that floods its log does not flood the report."""
    assert len(clean("x" * 10_000)) == 400


@given(st.text())
def test_whatever_comes_in_one_printable_line_comes_out(said: str) -> None:
    """No text at all makes a second line or a control sign."""
    shown = clean(said)

    assert len(shown.splitlines()) <= 1
    assert all(ord(sign) >= 0x20 for sign in shown)


def test_an_observation_is_quoted_with_its_fields() -> None:
    """Texts with spaces are quoted, words are not."""
    seen = Observation(3, 1.0, "terminal", "report", {"on": "ecr", "text": "LOW POWER"})

    assert quote(seen) == 'on=ecr text="LOW POWER"'


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, "-"), (0, "0 s"), (0.043, "43 ms"), (0.77, "770 ms"), (5, "5 s"), (4.12, "4.1 s"),
     (125.4, "125 s")],
)  # fmt: skip
def test_times_are_short_and_keep_what_matters(value: float | None, shown: str) -> None:
    """Milliseconds below a second, tenths below a hundred."""
    assert seconds(value) == shown
