"""What a text may be hiding: the same text read through an escape, a code or another alphabet.

Nothing here knows of card numbers; ``wire/pan.py`` looks for them in every reading. A reading knows
for each of its signs where in the text that stands, so that what was found can be hidden there.
Escapes: of URLs (RFC 3986, 2.1), JSON (RFC 8259, 7), C and HTML. Base64 and its URL-safe form: RFC
4648, 4 and 5. EBCDIC digits: code pages 037 and 500 (F0 to F9). UTF-16: the byte between is 0.
Septets: short messages in PDU mode (3GPP TS 23.038, 6.1.2.1), seven bits a sign. BCD: two digits a
byte, here as signs, where bytes were taken for text; D separates and F fills up (ISO/IEC 7813).
"""

import base64
import binascii
import re
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from harness.wire import gsm7

#: A sign written as something longer; exactly one of the groups holds its number.
_ESCAPE = re.compile(
    r"%([0-9A-Fa-f]{2})|\\{1,2}u([0-9A-Fa-f]{4})|\\{1,2}x([0-9A-Fa-f]{2})|&#[xX]([0-9A-Fa-f]{1,4});"
    r"|&#([0-9]{1,5});|\\{1,2}([0-7]{3})"
)
_BASES = (16, 16, 16, 16, 10, 8)
#: Fours with a sign between that no column of figures has. Commas and tabs are left: tables.
_FOURS = re.compile(r"(?<![0-9.])[0-9]{4}([._/+])[0-9]{4}(?:\1[0-9]{1,7}){1,3}(?![0-9])")
_HEX = re.compile(r"[0-9A-Fa-f]{2}(?:([ :]?)[0-9A-Fa-f]{2})(?:\1[0-9A-Fa-f]{2}){11,}")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
#: Three digits, blanks or dashes that begin a group of base64: four signs, each of a few.
_FIGURES = re.compile(r"(?:[ILMNO][CDSTijyz][048AEIMQUYcgkosw][g-z0-9+/_-]){3}")
_URL_SAFE = str.maketrans("-_", "+/")
_FROM_EBCDIC = str.maketrans(
    {0xF0 + digit: str(digit) for digit in range(10)} | {0x40: " ", 0x60: "-", 0x7E: "=", 0xC4: "D"}
)
_EBCDIC = re.compile("[\xf0-\xf9]{4}")
_OTHER_SCRIPT = re.compile(r"(?![0-9])\d|(?![\0-\x7f])\s")
#: Hex that may spell figures: three in a row, of one or two bytes each.
_SPELT = re.compile(r"(?:3[0-9][ :]?(?:00[ :]?)?){3}|(?:[Ff][0-9][ :]?){3}")

#: Octets of packed septets that are read at a time, and how many of the next ones with them.
_MESSAGE, _LAP = 7 * 20, 7 * 4

_HALVES = [(octet >> 4, octet & 15) for octet in range(256)]


def _signs(*wanted: tuple[range, range]) -> str:
    """A character class of bytes by what their halves may be."""
    octets = [at for at, (high, low) in enumerate(_HALVES)
              if any(high in highs and low in lows for highs, lows in wanted)]  # fmt: skip
    return "[" + "".join(f"\\x{at:02x}" for at in octets) + "]"


_DIGIT, _D, _F = range(10), range(13, 14), range(15, 16)
_BCD_ROW = re.compile(f"{_signs((_DIGIT, _DIGIT))}{{6,}}")
_BCD_END = re.compile(
    f"(?:{_signs((_DIGIT, _D), (_D, _DIGIT))}{_signs((_DIGIT, _DIGIT))}+)?{_signs((_DIGIT, _F))}?"
)
#: Signs of such a row that no text has: controls. By two of them it is told from words and figures.
_CONTROL = re.compile("[\0-\x08\x10-\x19\x80-\x89\x90-\x99]")
_CONTROLS = 2


class Reading(NamedTuple):
    """A text as it reads when it is decoded.

    Attributes:
        text: What it says.
        starts: Where in the original each of its signs begins.
        ends: And where it ends.
    """

    text: str
    starts: list[int]
    ends: list[int]


def readings(text: str) -> Iterator[Reading]:
    """All ways to read a text, or parts of it, other than as it stands."""
    if _ESCAPE.search(text):
        yield _unescaped(text)
    if "\0" in text:
        yield _without_nul(text)
    if not text.isascii():
        if _OTHER_SCRIPT.search(text):
            yield Reading("".join(map(_plain, text)), *_in_place(text))
        if _EBCDIC.search(text):
            yield Reading(text.translate(_FROM_EBCDIC), *_in_place(text))
    for fours in _FOURS.finditer(text):
        plain = fours[0].replace(fours[1], " ")
        yield _moved(Reading(plain, *_in_place(plain)), fours.start())
    yield from _dumped(text)
    yield from _packed(text)
    yield from _armoured(text)


def octets_in(text: str) -> Iterator[Reading]:
    """The bytes that base64 stands for, in hex, two signs each."""
    for run in _BASE64.finditer(text):
        if run[0].islower() or run[0].isupper() or _HEX.fullmatch(run[0]):
            continue  # a path, a constant, a dump
        inner = _decoded(run[0].rstrip("="), 0)
        starts = [run.start() + at for at in inner.starts for _ in range(2)]
        ends = [run.start() + at for at in inner.ends for _ in range(2)]
        yield Reading(inner.text.encode("latin-1").hex(), starts, ends)


def bcd_in(text: str) -> Iterator[Reading]:
    """Rows of BCD that were taken for text, or are written in one with escapes; in hex.

    Each ends with the number's digits, or with what may be behind those; what stands before the
    number may belong to the row by chance.
    """
    asides = [_unescaped(text)] if _ESCAPE.search(text) else []
    for reading in (Reading(text, *_in_place(text)), *asides) if _odd(text) or asides else ():
        for row in _BCD_ROW.finditer(reading.text):
            if len(_CONTROL.findall(row[0])) >= _CONTROLS:
                behind = _BCD_END.match(reading.text, row.end())
                at = range(row.start(), behind.end() if behind else row.end())
                yield Reading(
                    reading.text[at.start : at.stop].encode("latin-1").hex(),
                    [reading.starts[one] for one in at for _ in range(2)],
                    [reading.ends[one] for one in at for _ in range(2)],
                )


def _odd(text: str) -> bool:
    return _CONTROL.search(text) is not None


def _in_place(text: str) -> tuple[list[int], list[int]]:
    return list(range(len(text))), list(range(1, len(text) + 1))


def _moved(reading: Reading, by: int) -> Reading:
    return Reading(
        reading.text, [at + by for at in reading.starts], [at + by for at in reading.ends]
    )


def _plain(sign: str) -> str:
    """A digit of any script as ours (full width, Arabic), a blank of any width as a blank."""
    if sign.isascii():
        return sign
    if sign.isdecimal():
        return str(int(sign))
    return " " if sign.isspace() else sign


def _unescaped(text: str) -> Reading:
    signs, starts, ends, at = [], [], [], 0
    while at < len(text):
        found = _ESCAPE.match(text, at) if text[at] in "%\\&" else None
        end = found.end() if found else at + 1
        sign = text[at]
        if found:
            number = next(i for i, group in enumerate(found.groups()) if group)
            sign = chr(int(found[number + 1], _BASES[number]))
        signs.append(sign)
        starts.append(at)
        ends.append(end)
        at = end
    return Reading("".join(signs), starts, ends)


def _without_nul(text: str) -> Reading:
    kept = [at for at, sign in enumerate(text) if sign != "\0"]
    return Reading("".join(text[at] for at in kept), kept, [at + 1 for at in kept])


def _dumped(text: str) -> Iterator[Reading]:
    """Bytes in hex that spell figures: in ASCII, in UTF-16, in EBCDIC."""
    for run in _HEX.finditer(text):
        if not _SPELT.search(run[0]):
            continue
        step = 2 + len(run[1])
        bare = run[0].replace(run[1], "") if run[1] else run[0]
        for odd in (0,) if run[1] else (0, 1):
            octets = bytes.fromhex(bare[odd : odd + (len(bare) - odd) // 2 * 2])
            said = octets.decode("latin-1")
            starts = [run.start() + odd + at * step for at in range(len(said))]
            reading = Reading(said, starts, [at + 2 for at in starts])
            yield reading
            if "\0" in said:
                yield _within(_without_nul(said), reading)
            if _EBCDIC.search(said):
                yield Reading(said.translate(_FROM_EBCDIC), reading.starts, reading.ends)


def _packed(text: str) -> Iterator[Reading]:
    """Bytes in hex that are septets with figures among them, at whatever bit those begin."""
    for run in _HEX.finditer(text):
        step = 2 + len(run[1])
        bare = run[0].replace(run[1], "") if run[1] else run[0]
        for odd in (0,) if run[1] else (0, 1):
            octets = bytes.fromhex(bare[odd : odd + (len(bare) - odd) // 2 * 2])
            for at in range(0, len(octets), _MESSAGE):
                piece = octets[at : at + _MESSAGE + _LAP]
                for reading in map(partial(_unpacked, piece, step), _septets(piece)):
                    yield _moved(reading, run.start() + odd + at * step)


def _septets(octets: bytes) -> set[int]:
    """At which bits (0 to 6) septets begin of which 11 in a row are digits, blanks or dashes.

    Those all have the sixth bit (0x20) and not the seventh; each bit of ``rows`` stands for a
    septet that begins there, and those behind it, two, four, eight, eleven of them.
    """
    bits = int.from_bytes(octets, "little")
    one = bits >> 5 & ~(bits >> 6)
    two = one & one >> 7
    four = two & two >> 14
    rows = four & four >> 28 & four >> 49
    from_the_first = f"{rows:b}"[::-1]
    return {at for at in range(7) if "1" in from_the_first[at::7]}


def _unpacked(octets: bytes, step: int, first: int) -> Reading:
    said = gsm7.unpack(octets, len(octets) * 8, first=first)
    bits = range(first, first + 7 * len(said), 7)
    return Reading(
        "".join(gsm7.BASIC[septet] for septet in said), [at // 8 * step for at in bits],
        [(at + 6) // 8 * step + 2 for at in bits],
    )  # fmt: skip


def _within(inner: Reading, outer: Reading) -> Reading:
    """A reading of a reading, by the places of the original."""
    return Reading(
        inner.text, [outer.starts[at] for at in inner.starts],
        [outer.ends[at - 1] for at in inner.ends],
    )  # fmt: skip


def _armoured(text: str) -> Iterator[Reading]:
    """Base64 with figures in it, at whatever sign it begins."""
    for run in _BASE64.finditer(text):
        body = run[0].rstrip("=")
        for first in {found.start() % 4 for found in _FIGURES.finditer(body)}:
            yield _moved(_decoded(body, first), run.start())


def _decoded(body: str, first: int) -> Reading:
    """Base64 from its sign number ``first`` on, as far as it makes bytes."""
    quads = body[first:].translate(_URL_SAFE)
    quads = quads[:-1] if len(quads) % 4 == 1 else quads
    try:
        said = base64.b64decode(quads + "=" * (-len(quads) % 4)).decode("latin-1")
    except binascii.Error:
        return Reading("", [], [])
    starts = [first + at * 8 // 6 for at in range(len(said))]
    return Reading(said, starts, [first + -(-(at + 1) * 8 // 6) for at in range(len(said))])
