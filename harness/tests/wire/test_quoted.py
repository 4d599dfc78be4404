"""Errors in a device's own words: cut quotes, and errors that come from others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import Garbled
from harness.tests.safety.spellings import PANS, fours, parts_held
from harness.wire.quoted import hide, quoted


@given(
    st.sampled_from(PANS), st.integers(0, 12), st.integers(20, 60),
    st.sampled_from(["", " ", "-"]), st.booleans(),
)  # fmt: skip
def test_a_quote_may_be_cut_in_a_number(
    pan: str, before: int, longest: int, between: str, hexed: bool
) -> None:
    """Wherever it is cut: no more of it is shown than first six and last four."""
    said = "x" * before + " " + fours(pan, between)
    octets = said.encode()[: longest - 20 + 10]
    shown = octets.hex() if hexed else repr(octets)

    text = quoted(f"COUNT? was answered by {shown} and no number")

    assert parts_held(text.encode()) == []
    assert quoted(text) == text


@pytest.mark.parametrize(
    "innocent",
    [
        "left: 0.30000000000000004 V is no 12.5", "20261122030405", "SIM 89860000000000000019",
        "Keysight,E36312A,MY59001234,1.0", "port 5025, 192.168.100.100", "stan 000123 batch 000001",
        "3030 3132", "1763778161 s", "411111***1111",
    ],
)  # fmt: skip
def test_what_is_no_number_of_a_card_is_told(innocent: str) -> None:
    """Times, versions, serial numbers, card numbers that are truncated already."""
    assert quoted(innocent) == innocent


def test_what_led_to_an_error_is_masked_too() -> None:
    """A traceback prints the whole chain."""
    said = f"VOLT {PANS[0]}"
    error = Garbled(f"MEAS? was answered by {said[:17]!r}")
    error.__cause__ = ValueError(f"{said!r} is no number", 3)
    error.__cause__.__context__ = error  # a ring, even

    hide(error)

    assert error.__cause__.args == ("'VOLT 999999***0014' is no number", 3)
    assert str(error) == "MEAS? was answered by 'VOLT 999999***'"
