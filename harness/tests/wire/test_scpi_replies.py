"""The client's half of SCPI: what instruments answer."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.wire.scpi_replies import (
    parse_block,
    parse_boolean,
    parse_error,
    parse_integer,
    parse_number,
    parse_numbers,
    parse_string,
    strip,
)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('+0,"No error"', (0, "No error")),
        ('0,"No error"', (0, "No error")),
        ("+0, No error", (0, "No error")),
        ('-222,"Data out of range"', (-222, "Data out of range")),
        ("-113,Undefined header,MEAS:POW?", (-113, "Undefined header,MEAS:POW?")),
        ('-113,"Undefined header;FOO:BAR 1"', (-113, "Undefined header;FOO:BAR 1")),
        ('-100,"say ""what"""\r\0', (-100, 'say "what"')),
        ("0", (0, "")),
    ],
)
def test_an_error_entry_is_read_in_every_shape(text: str, wanted: tuple[int, str]) -> None:
    """With sign or without, quoted or bare, with tails."""
    assert parse_error(text) == wanted


@pytest.mark.parametrize("text", ["", "KEYSIGHT,E36313A,1,2", "No error", '"0"'])
def test_what_is_no_error_entry_is_refused(text: str) -> None:
    """Another answer is never taken for ``no error``."""
    with pytest.raises(ValueError, match="SYSTem:ERRor"):
        parse_error(text)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("+5.00000000E+00", 5.0),
        ("5", 5.0),
        ("-.5", -0.5),
        ("3.300V", 3.3),
        ("200ms", 0.2),
        ("300mA", 0.3),
        ("0.005 kV", 5.0),
        ("2MHz", 2e6),
        ("5.1 VDC", 5.1),
        ("-12.5dBm", -12.5),
        ("55 %", 55.0),
        (" 7.\r\0", 7.0),
        ("9.9E37", math.inf),
        ("-9.90000000E+37", -math.inf),
        ("9.9E99", math.inf),
    ],
)
def test_a_number_is_read(text: str, wanted: float) -> None:
    """NR1, NR2, NR3, with NULs, or a unit whose multiplier counts; 9.9E37 is infinite."""
    assert parse_number(text) == pytest.approx(wanted)


@pytest.mark.parametrize(
    "text", ["3,3", "3.3 X", "5V 2A", "1.2.3", "5.0\x005.0", "+-5", "0x10", ""]
)
def test_another_countrys_comma_and_unknown_units_are_no_number(text: str) -> None:
    """Half of it would be a wrong value."""
    with pytest.raises(ValueError, match=r"no number|no unit"):
        parse_number(text)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("#H4010", 0x4010), ("#hff", 255), ("#Q17", 15), ("#B101", 5), ("16400", 16400),
        ("+1.64E+4", 16400),
    ],
)  # fmt: skip
def test_a_register_is_read_in_every_base(text: str, wanted: int) -> None:
    """FORMat:SREGister HEX, OCT or BIN (SCPI-1999 vol. 2, 9.5; IEEE 488.2, 8.7.5 to 8.7.7)."""
    assert parse_integer(text) == wanted


@pytest.mark.parametrize("text", ["#H", "#Q8", "#B12", "#X1", "#H1 2", "1.5", "9.9E37"])
def test_what_is_no_register_is_refused(text: str) -> None:
    """A figure that the base has not, no figure, a fraction, infinity."""
    with pytest.raises(ValueError, match="number"):
        parse_integer(text)


def test_not_a_number_is_nan() -> None:
    """9.91E37 stands for NaN."""
    assert math.isnan(parse_number("+9.91000000E+37"))


@pytest.mark.parametrize("text", ["", "five", "1,2", "0x5", "1.2.3", "ERROR"])
def test_what_is_no_number_is_refused(text: str) -> None:
    """Nonsense is not read as zero."""
    with pytest.raises(ValueError, match="is no number"):
        parse_number(text)


def test_the_other_kinds_of_answer() -> None:
    """Lists, booleans and strings."""
    assert parse_numbers("+1.0E+00,2,3.5") == [1.0, 2.0, 3.5]
    assert [parse_boolean(text) for text in ("1", "0", "ON", "off ", "+1", "YES", "no")] == [
        True,
        False,
        True,
        False,
        True,
        True,
        False,
    ]
    assert [parse_string(text) for text in ('"a""b"', "'x'", "bare")] == ['a"b', "x", "bare"]
    assert strip(b"\0 7\r\0") == "7"


@given(st.binary(max_size=300), st.integers(0, 3))
def test_a_block_is_read_back(body: bytes, padding: int) -> None:
    """What a definite block holds comes out, however its length is written."""
    digits = f"{len(body):0{len(str(len(body))) + padding}d}"

    assert parse_block(f"#{len(digits)}{digits}".encode() + body + b"\n") == body


@pytest.mark.parametrize("text", [b"", b"#", b"5", b"#3", b"#3ab1x", b"#15abc"])
def test_a_torn_block_is_refused(text: bytes) -> None:
    """No half block is taken for a whole one."""
    with pytest.raises(ValueError, match="block"):
        parse_block(text)


def test_an_indefinite_block_ends_with_the_line() -> None:
    """``#0`` runs to the newline."""
    assert parse_block(b"#0abc\n") == b"abc"
