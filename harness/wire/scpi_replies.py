r"""SCPI answers, the client's half: numbers, errors, strings and blocks as instruments send them.

Source: IEEE 488.2-1992 clause 8 (response messages); SCPI-1999 vol. 1, 7.2.1.4 (9.9E37 and 9.91E37)
and 21.8.3 (SYSTem:ERRor?). What real instruments do besides is tolerated: NULs, blanks, ``\r``,
units after a number, an error without quotes.
"""

import math
import re

from harness.wire.scpi_syntax import MULTIPLIERS

INFINITY = 9.9e37
NOT_A_NUMBER = 9.91e37
#: Nothing is given back (``*+``): a long row of digits or blanks is gone through once.
_NUMBER = re.compile(
    r"\s*+([+-]?(?:\d++(?:\.\d*+)?|\.\d++)(?:[Ee][+-]?\d++)?)\s*+([A-Za-z%]*+)\s*+", re.ASCII
)
#: What some put behind a number; its multiplier counts (IEEE 488.2, 7.7.3; SCPI-1999, 7.2.3).
_SUFFIX = re.compile(r"([A-Z]{0,2}?)(VDC|ADC|V|A|W|VA|S|HZ|OHM|AH|WH)")
_PLAIN = frozenset({"", "%", "PCT", "DB", "DBM", "C", "CEL", "K", "F", "FAR"})
#: IEEE 488.2, 8.7.5 to 8.7.7; SCPI-1999 vol. 2, 9.5 (FORMat:SREGister).
_RADIX = re.compile(r"#(?:[Hh]([0-9A-Fa-f]{1,16})|[Qq]([0-7]{1,22})|[Bb]([01]{1,64}))")
_ERROR = re.compile(r'\s*([+-]?\d+)\s*,?\s*(?:"((?:[^"]|"")*)"|([^"]*))(.*)', re.ASCII | re.DOTALL)
BLANKS = " \t\r\n\0"


def strip(line: bytes) -> str:
    r"""One answer as text, without ``\r``, NULs and blanks around it."""
    return line.decode("latin-1").strip(BLANKS)


def parse_error(text: str) -> tuple[int, str]:
    """``+0,"No error"``, ``0,"No error"`` or ``-113,Undefined header,...`` as number and text.

    Raises:
        ValueError: it is no error entry.
    """
    found = _ERROR.fullmatch(text.strip(BLANKS))
    if not found:
        raise ValueError(f"{text!r} is no answer to SYSTem:ERRor?")
    quoted, bare = found[2], found[3]
    return int(found[1]), (bare or "").strip() if quoted is None else quoted.replace('""', '"')


def parse_number(text: str) -> float:
    """NR1, NR2 or NR3; 9.9E37 is infinite and 9.91E37 is NaN, either way round.

    Raises:
        ValueError: it is no number.
    """
    found = _NUMBER.fullmatch(text.strip(BLANKS))
    if not found:
        raise ValueError(f"{text!r} is no number")
    value = float(found[1])
    if abs(value) == NOT_A_NUMBER:
        return math.nan
    if abs(value) >= INFINITY:
        return math.copysign(math.inf, value)
    return value * _factor(found[2].upper())


def _factor(suffix: str) -> float:
    if suffix in _PLAIN:
        return 1.0
    found = _SUFFIX.fullmatch(suffix)
    if not found or found[1] not in MULTIPLIERS:
        raise ValueError(f"{suffix} is no unit")
    if found[2] in ("HZ", "OHM") and found[1] == "M":
        return 1e6
    return MULTIPLIERS[found[1]]


def parse_numbers(text: str) -> list[float]:
    """Numbers with commas between."""
    return [parse_number(part) for part in text.split(",")]


def parse_integer(text: str) -> int:
    """NR1, or a number that is whole; ``#H``, ``#Q``, ``#B`` where FORMat:SREGister says so.

    Raises:
        ValueError: it is none; infinity and NaN are no registers and no counts.
    """
    found = _RADIX.fullmatch(text.strip(BLANKS))
    if found:
        bases = zip(found.groups(), (16, 8, 2), strict=True)
        return next(int(digits, base) for digits, base in bases if digits)
    value = parse_number(text)
    if not value.is_integer():
        raise ValueError(f"{text!r} is no whole number")
    return int(value)


def parse_boolean(text: str) -> bool:
    """0 or 1, ON or OFF, YES or NO.

    Raises:
        ValueError: it is neither.
    """
    word = text.strip(BLANKS).upper()
    if word in ("ON", "OFF", "YES", "NO"):
        return word in ("ON", "YES")
    value = parse_number(word)
    if value not in (0, 1):  # 9.91E37 is no yes
        raise ValueError(f"{text!r} is neither 0 nor 1")
    return value == 1


def parse_string(text: str) -> str:
    """String response data, with its quotes or (as some send it) without."""
    text = text.strip(BLANKS)
    if len(text) >= 2 and text[0] == text[-1] and text[0] in "'\"":
        return text[1:-1].replace(text[0] * 2, text[0])
    return text


def parse_block(answer: bytes) -> bytes:
    """The bytes of ``#9000000012...`` or of the indefinite ``#0...`` (IEEE 488.2, 8.7.9, 8.7.10).

    Raises:
        ValueError: it is no block, or a torn one.
    """
    if answer[:1] != b"#" or not answer[1:2].isdigit():
        raise ValueError(f"{answer[:16]!r} is no block")
    digits = int(answer[1:2])
    if digits == 0:
        return answer[2:].removesuffix(b"\n")
    length = answer[2 : 2 + digits]
    if len(length) < digits or not length.isdigit():
        raise ValueError(f"{answer[:16]!r} is no block")
    body = answer[2 + digits : 2 + digits + int(length)]
    if len(body) < int(length):
        raise ValueError(f"a block of {int(length)} bytes ends after {len(body)}")
    return body
