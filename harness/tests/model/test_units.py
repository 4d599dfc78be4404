"""Quantities: units are read, never guessed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.model.units import (
    PARSERS,
    Amps,
    BitRate,
    Bytes,
    Db,
    Dbm,
    Fraction,
    Money,
    Quantity,
    Seconds,
    Volts,
)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Seconds, "90 s", 90), (Seconds, "300 ms", 0.3), (Seconds, "10us", 1e-5),
        (Seconds, "1.5 min", 90), (Seconds, "2 h", 7200), (Seconds, "1 d", 86400),
        (Volts, "9 V", 9), (Volts, "3200 mV", 3.2), (Amps, "50 mA", 0.05), (Dbm, "-95 dBm", -95),
        (Db, "30.5 dB", 30.5), (Fraction, "40 %", 0.4), (BitRate, "8 kbit/s", 8000),
        (Bytes, "64 KiB", 65536), (Bytes, "1.5 KB", 1500), (Bytes, " 10  MiB ", 10 << 20),
    ],
)  # fmt: skip
def test_a_number_with_its_unit_is_read(kind: type[Quantity], text: str, value: float) -> None:
    """Units of one kind all lead to its base unit, with no rounding on the way."""
    seen = kind.parse(text)
    assert seen == value
    assert type(seen) is kind


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        (Seconds, "90", "the unit is missing"), (Seconds, "90 V", "unit 'V' is unknown here"),
        (Seconds, "s", "no quantity"), (Seconds, "", "no quantity"), (Seconds, "1,5 s", "unknown"),
        (Seconds, "-1 s", "no less than 0 s"), (Fraction, "-1 %", "no less than"),
        (BitRate, "-1 bit/s", "no less than"), (Volts, "nan V", "no quantity"),
        (Bytes, "64", "the unit is missing"), (Bytes, "-1 B", "no amount of data"),
        (Bytes, "0.5 B", "no part of a byte"), (Bytes, "1 kib", "unknown"),
        (Money, "12.34", "no amount of money"), (Money, "12.345 CNY", "2 digits"),
        (Money, "1.5 JPY", "0 digits"), (Money, "1 XXX", "no amount of money"),
        (Money, "-1 CNY", "no amount of money"),
    ],
)  # fmt: skip
def test_what_is_no_quantity_is_refused(kind: type[Quantity], text: str, said: str) -> None:
    """The refusal says what is wrong and, where it helps, which units would do."""
    with pytest.raises(ValueError, match=said):
        kind.parse(text)


@given(st.text(max_size=30))
def test_no_text_whatever_raises_anything_else(text: str) -> None:
    """Garbage is a ValueError, for every kind."""
    for parse in PARSERS.values():
        try:
            parse(text)
        except ValueError:
            continue


@given(st.integers(0, 10**9), st.sampled_from(sorted(Money.CURRENCIES)))
def test_money_is_exact(minor: int, currency: str) -> None:
    """An amount written and read again is the same, to the smallest coin."""
    money = Money(minor, currency)
    assert Money.parse(str(money)) == money


@given(st.decimals(0, 1000, places=3), st.sampled_from(["us", "ms", "s", "min"]))
def test_times_are_read_without_rounding(number: Decimal, unit: str) -> None:
    """0.1 + 0.2 is not what a scenario says: decimal digits are kept as long as they can be."""
    factor = {"us": "0.000001", "ms": "0.001", "s": "1", "min": "60"}[unit]
    assert Seconds.parse(f"{number} {unit}") == float(number * Decimal(factor))


def test_currencies_have_their_numbers() -> None:
    """ISO 4217 numeric codes are three digits, and CNY is 156."""
    assert Money(1).numeric == "156"
    assert all(len(number) == 3 for number, _ in Money.CURRENCIES.values())


def test_quantities_say_their_unit() -> None:
    """In a report a number has its unit."""
    assert [str(one) for one in (Seconds(0.3), Volts(9), Fraction(0.4), Bytes(3))] == [
        "300 ms", "9 V", "40 %", "3 B",
    ]  # fmt: skip
    assert repr(Volts(9)) == "Volts(9)"
