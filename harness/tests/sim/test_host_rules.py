"""How the acquirer decides, and what an upload lists."""

import datetime
from typing import Any

import pytest

from harness.sim.host_rules import (
    cryptogram_mark,
    ruled,
    skew,
    track_number,
    unlike,
    uploaded_items,
)
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

    assert stans(Message("0320", {48: "02" + items})) == [7, 8]
    assert stans(Message("0320", {48: "00"})) == []
    assert stans(Message("0320", {2: PAN, 11: "000009"})) == [9]


def stans(upload: Message) -> list[int]:
    """Of its items."""
    return [item.stan for item in uploaded_items(upload)]


NOW = datetime.datetime.fromisoformat("2026-01-01T00:00:30+08:00")


@pytest.mark.parametrize(
    ("date", "time", "seconds"),
    [
        ("0101", "000030", 0), ("1231", "235930", -60), ("0101", "000130", 60),
        ("0230", "000000", 183 * 86400), ("0701", "000000", 181 * 86400 - 30),
    ],
)  # fmt: skip
def test_a_clock_is_compared_in_the_year_that_comes_nearest(
    date: str, time: str, seconds: int
) -> None:
    """Fields 12 and 13 have no year; what is no date is as wrong as can be."""
    assert skew(Message("0200", {12: time, 13: date}), NOW) == seconds


def test_a_request_without_a_time_tells_none() -> None:
    """Sign-on and reversal carry neither field."""
    assert skew(Message("0400", {}), NOW) is None


def test_the_track_s_number_is_told_truncated() -> None:
    """Whatever separates it from the expiry; and none where there is no track."""
    assert track_number(Message("0200", {35: f"{PAN}D4912201"})) == "621234***1265"
    assert track_number(Message("0200", {35: f"{PAN}=4912201"})) == "621234***1265"
    assert track_number(Message("0200", {2: PAN})) is None


CHIP = "9F2608AABBCCDDEEFF00119F36020007"


def test_a_cryptogram_is_marked_by_what_is_of_one_transaction() -> None:
    """Cryptogram, counter and the terminal's number; one that lacks or garbles them has no mark."""
    salt = bytes(16)
    own, other = (
        cryptogram_mark(Message("0200", {55: f"{CHIP}9F3704{number}"}), salt)
        for number in ("00000001", "00000002")
    )

    assert own and other and own != other  # noqa: PT018 - one mark each
    assert own == cryptogram_mark(Message("0200", {55: f"9F3704000000019C0100{CHIP}"}), salt)
    assert cryptogram_mark(Message("0200", {55: CHIP}), salt) is None
    assert cryptogram_mark(Message("0200", {55: "9F26"}), salt) is None
    assert cryptogram_mark(Message("0200", {}), salt) is None


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, None), ({55: ""}, None), ({55: "9F02"}, None), ({4: "000000001000"}, "amount (9F02)"),
        ({49: "840"}, "currency (5F2A)"), ({14: "2601"}, "expiry (field 14)"), ({35: ""}, None),
        ({55: "9F02060000000010009F03060000000000055F2A020156"}, None),
        ({55: "9F02060000000000005F2A020156"}, None),
        ({4: "000000000001", 49: "978"}, "amount (9F02), currency (5F2A)"),
    ],
)  # fmt: skip
def test_chip_and_track_are_compared_with_the_fields(
    fields: dict[int, str], wrong: str | None
) -> None:
    """What both tell and is not the same; with cash besides, or about nothing, is no amount."""
    own = {
        4: "000000001234", 14: "4912", 35: f"{PAN}D4912201", 49: "156",
        55: "9F02060000000012345F2A020156",
    }  # fmt: skip
    assert unlike(Message("0200", own | fields)) == wrong
