"""Registration lines, in every shape modems give them."""

import pytest

from harness.wire.at_registration import RegistrationReport as Report
from harness.wire.at_registration import registration


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        # asked for, TS 27.007 10.1.22
        ("+CEREG: 0,1", Report(1, n=0)),
        ('+CEREG: 2,1,"DE10","5F1EA15",7', Report(1, 2, "DE10", "5F1EA15", 7)),
        ("+CEREG: 3,3,,,,0,15", Report(3, 3, cause_type=0, cause=15)),
        (
            '+CEREG: 5,1,"DE10","5F1EA15",7,,,"00100100","01000011"',
            Report(1, 5, "DE10", "5F1EA15", 7),
        ),
        ("+CREG: 2,1,0001,0000a1b2", Report(1, 2, "0001", "0000a1b2")),
        # unasked
        ("+CEREG: 5", Report(5)),
        ('+CEREG: 1,"DE10","5F1EA15",7', Report(1, None, "DE10", "5F1EA15", 7)),
        ("+CEREG: 3,,,,0,15", Report(3, cause_type=0, cause=15)),
        ("+CREG: 2,,", Report(2)),
        ("+CREG: 1, 8BE3, 00002BAF", Report(1, None, "8BE3", "00002BAF")),
        ('+CREG : 1,"8BE3","00002BAF",07', Report(1, None, "8BE3", "00002BAF", 7)),
        # RAC before the cell on CEREG, behind AcT on CGREG
        ('+CEREG: 1,"1F00","79","D903",7', Report(1, None, "1F00", "D903", 7)),
        ("+CEREG: 1,18,79,D903,7", Report(1, None, "18", "D903", 7)),
        ('+CEREG: 2,1,"1F00","79","D903",7', Report(1, 2, "1F00", "D903", 7)),
        ('+CGREG: 2,1,"DE10","5F1",7,"01"', Report(1, 2, "DE10", "5F1", 7)),
        ("+CGREG: 3,3,,,,,0,7", Report(3, 3, cause_type=0, cause=7)),
        # out of public logs: blanks where none belong, a field too many, 5G with its slices
        ("+CGREG: 2,1, 81ED, 1A9CEB", Report(1, 2, "81ED", "1A9CEB")),
        ("+CREG: 2,1,  0 5, 2715", Report(1, 2, "0 5", "2715")),
        ("+CREG: 2,1,000B,2816, B, C2816", Report(1, 2, "000B", "2816")),
        ('+CGREG: 1,"1422","00000142",3,"00"', Report(1, None, "1422", "00000142", 3)),
        # Iridium: zeros in front of numbers
        ('+CREG:002,001,"18d8","ffff"', Report(1, 2, "18d8", "ffff")),
        ('+CREG:002,001,"0001","0010"', Report(1, 2, "0001", "0010")),
        ('+CGREG:002,0011,"0f0d","14c3"', Report(11, 2, "0f0d", "14c3")),
        ('+CREG: 001,"0001","0010",000', Report(1, None, "0001", "0010", 0)),
        ("+CREG: 1,0001,0010,0", Report(1, None, "0001", "0010", 0)),
        ("+CREG: 2,05,06", Report(2, None, "05", "06")),
        ("+CREG: 2,05,06,7", Report(2, None, "05", "06", 7)),
        ("+C5GREG: 0", Report(0)),
        (
            '+C5GREG: 2,1,"0000C3","000000010000001A",11,4,"01.010203"',
            Report(1, 2, "0000C3", "000000010000001A", 11),
        ),
        (
            '+C5GREG: 1,"6301D","065472283",11,9,01.000000',
            Report(1, None, "6301D", "065472283", 11),
        ),
        ("+C5GREG: 2,3,,,,,,0,7", Report(3, 2, cause_type=0, cause=7)),
    ],
)
def test_registration_is_read_in_every_shape(line: str, wanted: Report) -> None:
    """Whether n is there is decided by shape, as modems send the read form unasked too."""
    assert registration(line) == wanted


@pytest.mark.parametrize(
    "line", ["+CEREG:", "+CEREG: x", "+CEREG: 99", "+CSQ: 1,2", "OK", '+CREG: "']
)
def test_no_registration_is_made_up(line: str) -> None:
    """Another line, or nonsense, is None."""
    assert registration(line) is None
