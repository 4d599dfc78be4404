"""How the acquirer decides, and what an upload lists."""

from typing import Any

from harness.sim.host_rules import ruled, uploaded_stans
from harness.wire.iso8583 import Message

PAN = "6212345678901265"
RULES: list[dict[str, Any]] = [
    {"card": "9999990000000022", "answer": "51"},
    {"amount": 500, "answer": "A0"},
    {"between": [100, 199], "answer": "last_two_digits"},
]


def test_the_first_rule_that_fits_decides() -> None:
    """Card, one amount, a range with the code in its last digits; no rule is an approval."""
    assert ruled(RULES, 150, "9999990000000022") == "51"
    assert ruled(RULES, 500, PAN) == "A0"
    assert ruled(RULES, 151, PAN) == "51"
    assert ruled(RULES, 200, PAN) == "00"


def test_what_is_no_card_is_declined() -> None:
    """A number that fails Luhn, or none, is 14."""
    assert ruled(RULES, 200, PAN[:-1] + "6") == "14"
    assert ruled([], 200, "") == "14"


def test_an_upload_lists_its_trace_numbers() -> None:
    """Items of 40 digits behind their count; a chip item is its own field 11."""
    items = "".join(f"00{stan:06d}{PAN:0>20}{100:012d}" for stan in (7, 8))

    assert uploaded_stans(Message("0320", {48: "02" + items})) == [7, 8]
    assert uploaded_stans(Message("0320", {48: "00"})) == []
    assert uploaded_stans(Message("0320", {2: PAN, 11: "000009"})) == [9]
