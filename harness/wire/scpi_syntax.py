"""SCPI program messages: how they are cut, and what a parameter may look like.

Source: IEEE 488.2-1992 clause 7 (program messages) and SCPI-1999 vol. 1 clauses 6 (headers),
7 (parameters), 8.3 (channel lists) and 21.8 (errors).
"""

import re
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

#: SCPI-1999 vol. 1, 21.8.9 to 21.8.12: the numbers and their fixed texts.
ERRORS: dict[int, str] = {
    0: "No error",
    -100: "Command error", -101: "Invalid character", -102: "Syntax error",
    -103: "Invalid separator", -104: "Data type error", -108: "Parameter not allowed",
    -109: "Missing parameter", -112: "Program mnemonic too long", -113: "Undefined header",
    -114: "Header suffix out of range", -120: "Numeric data error",
    -121: "Invalid character in number", -123: "Exponent too large", -124: "Too many digits",
    -128: "Numeric data not allowed", -131: "Invalid suffix", -138: "Suffix not allowed",
    -141: "Invalid character data", -151: "Invalid string data", -158: "String data not allowed",
    -161: "Invalid block data", -168: "Block data not allowed", -171: "Invalid expression",
    -178: "Expression data not allowed",
    -200: "Execution error", -211: "Trigger ignored", -213: "Init ignored",
    -221: "Settings conflict", -222: "Data out of range", -223: "Too much data",
    -224: "Illegal parameter value", -240: "Hardware error", -241: "Hardware missing",
    -310: "System error", -330: "Self-test failed", -350: "Queue overflow",
    -363: "Input buffer overrun", -400: "Query error", -410: "Query INTERRUPTED",
    -420: "Query UNTERMINATED", -430: "Query DEADLOCKED",
    -440: "Query UNTERMINATED after indefinite response",
}  # fmt: skip


class ScpiError(Exception):
    """What an instrument puts into its error queue.

    Attributes:
        code: The standard's number, or a positive one of the maker's.
        text: The fixed text, and after a ``;`` what the instrument adds; or the maker's own.
    """

    def __init__(self, code: int, more: str = "") -> None:
        self.code = code
        if code > 0 and more:
            self.text = more  # the maker's own number has the maker's own text
        else:
            self.text = ERRORS.get(code, "Device-specific error") + (f";{more}" if more else "")
        super().__init__(f"{code},{self.text}")


class Limit(Enum):
    """A number given by name (SCPI-1999 vol. 1, 7.2.1)."""

    MIN = "MINimum"
    MAX = "MAXimum"
    DEF = "DEFault"


@dataclass(frozen=True, slots=True)
class Unit:
    """One program message unit: a header and its parameters, not yet understood."""

    header: str
    parameters: tuple[str, ...]

    @property
    def common(self) -> bool:
        return self.header.startswith("*")


_BLOCK = re.compile(r"#[0-9]")
_HEADER = re.compile(r"\*[A-Za-z]\w*\??|:?[A-Za-z]\w*(?::[A-Za-z]\w*)*\??", re.ASCII)
_MNEMONIC_LENGTH = 12  # IEEE 488.2, 7.6.1.4.1


def _end_of_quoted(text: str, start: int) -> int:
    """The index after a string that begins at ``start``; a doubled quote stands for itself."""
    quote, at = text[start], start + 1
    while True:
        at = text.find(quote, at)
        if at < 0:
            raise ScpiError(-151)
        if text[at + 1 : at + 2] != quote:
            return at + 1
        at += 2


def _end_of_block(text: str, start: int) -> int:
    """The index after a block (IEEE 488.2, 7.7.6): ``#<n><length><bytes>``, or ``#0`` and all."""
    digits = int(text[start + 1])
    if not digits:
        return len(text)  # of indefinite length: it ends with the message
    length = text[start + 2 : start + 2 + digits]
    if len(length) < digits or not (length.isascii() and length.isdigit()):
        raise ScpiError(-161)
    end = start + 2 + digits + int(length)
    if end > len(text):
        raise ScpiError(-161)
    return end


@lru_cache(maxsize=1024)
def cut(text: str, separator: str) -> tuple[str, ...]:
    """Cut at a separator, but not inside strings, blocks and expressions.

    Raises:
        ScpiError: -151, -161 or -171 for one that does not end.
    """
    parts, start, at, depth = [], 0, 0, 0
    while at < len(text):
        letter = text[at]
        if letter in "'\"" or _BLOCK.match(text, at):
            at = _end_of_block(text, at) if letter == "#" else _end_of_quoted(text, at)
            continue
        depth += (letter == "(") - (letter == ")")
        if depth < 0:
            raise ScpiError(-171)
        if letter == separator and depth == 0:
            parts.append(text[start:at])
            start = at + 1
        at += 1
    if depth:
        raise ScpiError(-171)
    return (*parts, text[start:])


@lru_cache(maxsize=1024)  # a poll says the same again and again
def read_unit(text: str) -> Unit | None:
    """One unit of a message; None for an empty one.

    Raises:
        ScpiError: -101, -102, -103 or -112 for a header that is none.
    """
    text = text.strip(" \t\r")
    if not text:
        return None
    if any(not (" " <= letter <= "~" or letter == "\t") for letter in text.split("#", 1)[0]):
        raise ScpiError(-101)
    found = _HEADER.match(text)
    if not found:
        raise ScpiError(-102)
    header, rest = found[0], text[found.end() :]
    if rest and rest[0] not in " \t":
        raise ScpiError(-103 if rest[0] in ",:;" else -102)
    if any(len(name) > _MNEMONIC_LENGTH for name in re.split(r"[:*?]", header)):
        raise ScpiError(-112)
    rest = rest.strip(" \t")
    parameters = tuple(part.strip(" \t") for part in cut(rest, ",")) if rest else ()
    if "" in parameters:
        raise ScpiError(-109 if len(parameters) > 1 and parameters[-1] == "" else -102)
    return Unit(header.upper(), parameters)


# --- headers --------------------------------------------------------------------------------

_NODE = re.compile(r"(\[)?:?(\*?[A-Z][A-Za-z]*)(<n>)?:?(\])?")


def spellings(name: str) -> tuple[str, str]:
    """Short and long form of a mnemonic as manuals print it: ``VOLTage`` -> VOLT, VOLTAGE."""
    return re.sub("[a-z]", "", name), name.upper()


@lru_cache(maxsize=2048)
def header_pattern(written: str) -> re.Pattern[str]:
    """What headers ``[SOURce:]VOLTage[:LEVel]?`` stands for, as ``:SOUR:VOLT:LEV?`` (upper case).

    ``<n>`` after a mnemonic allows a numeric suffix, which becomes a group of the match.
    """
    query = written.endswith("?")
    nodes, at, body = [], 0, written.removesuffix("?")
    while at < len(body):
        found = _NODE.match(body, at)
        if not found or not found[0]:
            raise ValueError(f"{written!r} is no header: stuck at {body[at:]!r}")
        short, long = spellings(found[2])
        suffix = r"(\d{1,3})?" if found[3] else ""
        node = f":(?:{re.escape(long)}|{re.escape(short)}){suffix}"
        nodes.append(f"(?:{node})?" if found[1] else node)
        at = found.end()
    return re.compile("".join(nodes) + (r"\?" if query else ""), re.ASCII)


# --- parameters -----------------------------------------------------------------------------

#: SCPI-1999 vol. 1, 7.2.3 after IEEE 488.2, table 7-2; M is milli but for HZ and OHM.
MULTIPLIERS = {
    "EX": 1e18, "PE": 1e15, "T": 1e12, "G": 1e9, "MA": 1e6, "K": 1e3, "": 1.0,
    "M": 1e-3, "U": 1e-6, "N": 1e-9, "P": 1e-12, "F": 1e-15, "A": 1e-18,
}  # fmt: skip
_NUMBER = re.compile(
    r"([+-]?(?:\d++(?:\.\d*+)?|\.\d++))(?:[ \t]*+[Ee][ \t]*+([+-]?\d++))?[ \t]*+([A-Za-z/.\d-]*+)",
    re.ASCII,
)
_RADIX = {"H": 16, "Q": 8, "B": 2}  # IEEE 488.2, 7.7.4


def read_number(text: str, unit: str = "") -> float | Limit:
    """A decimal number with or without its unit, ``#H1F``, or MIN, MAX, DEF.

    Args:
        text: The parameter.
        unit: ``V``, ``A``, ``S``; "" where none is allowed.

    Raises:
        ScpiError: -104, -121, -123, -124, -131, -138, -141, -158, -168 or -178.
    """
    if text[:1] in "'\"":
        raise ScpiError(-158)
    if text[:1] == "(":
        raise ScpiError(-178)
    if text[:1] == "#":
        return float(_read_radix(text))
    if text[:1].isalpha():
        return _read_limit(text)
    found = _NUMBER.fullmatch(text)
    if not found:
        raise ScpiError(-121)
    mantissa, exponent, suffix = found.groups()
    if len(mantissa) > 255:  # IEEE 488.2, 7.7.2.4.1
        raise ScpiError(-124)
    if exponent and (len(exponent) > 6 or abs(int(exponent)) > 32000):
        raise ScpiError(-123)
    return float(f"{mantissa}e{exponent or 0}") * _multiplier(suffix.upper(), unit)


def _read_radix(text: str) -> int:
    base = _RADIX.get(text[1:2].upper())
    if base is None:
        raise ScpiError(-168)
    if not re.fullmatch(r"[0-9A-Fa-f]{1,64}", text[2:]):
        raise ScpiError(-121)
    try:
        return int(text[2:], base)
    except ValueError:
        raise ScpiError(-121) from None


def _read_limit(text: str) -> Limit:
    for limit in Limit:
        if text.upper() in spellings(limit.value):
            return limit
    raise ScpiError(-104 if re.fullmatch(r"\w+", text, re.ASCII) else -141)


def _multiplier(suffix: str, unit: str) -> float:
    if not suffix:
        return 1.0
    if not unit:
        raise ScpiError(-138)
    factor = MULTIPLIERS.get(suffix.removesuffix(unit)) if suffix.endswith(unit) else None
    if factor is None:
        raise ScpiError(-131)
    if unit in ("HZ", "OHM") and suffix == "M" + unit:
        return 1e6
    return factor


def read_boolean(text: str) -> bool:
    """ON, OFF, or a number, rounded; 0 is OFF (SCPI-1999 vol. 1, 7.3)."""
    word = text.upper()
    if word in ("ON", "OFF"):
        return word == "ON"
    value = read_number(text)
    if isinstance(value, Limit):
        raise ScpiError(-141)
    return abs(value) >= 0.5


def read_text(text: str) -> str:
    """A quoted string, its doubled quotes undone."""
    if len(text) < 2 or text[0] not in "'\"" or _end_of_quoted(text, 0) != len(text):
        raise ScpiError(-104)
    return text[1:-1].replace(text[0] * 2, text[0])


@lru_cache(maxsize=1024)
def read_channels(text: str, last: int) -> tuple[int, ...]:
    """``(@1,3)`` or ``(@1:3)``, in the order given (SCPI-1999 vol. 1, 8.3.2).

    Raises:
        ScpiError: -104 for another kind of parameter, -171 for a list that is none, -222 for a
            channel that is none.
    """
    if not text.startswith("("):
        raise ScpiError(-104)
    found = re.fullmatch(r"\([ \t]*@(.*)\)", text)
    if not found:
        raise ScpiError(-171)
    channels: list[int] = []
    for part in found[1].split(","):
        ends = re.fullmatch(r"[ \t]*(\d{1,4})[ \t]*(?::[ \t]*(\d{1,4})[ \t]*)?", part, re.ASCII)
        if not ends:
            raise ScpiError(-171)
        low, high = int(ends[1]), int(ends[2] or ends[1])
        if not (1 <= low <= last and 1 <= high <= last):
            raise ScpiError(-222)
        channels += range(low, high + 1) if low <= high else range(low, high - 1, -1)
    return tuple(dict.fromkeys(channels))
