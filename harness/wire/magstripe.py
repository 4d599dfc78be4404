"""Magnetic stripes: characters to bits and back, as a reader gives them after F2F decoding.

Bits are a text of ``0`` and ``1`` in the order in which they passed the head. A stripe may pass the
other way round; what is then read is the same bits reversed, and it is accepted.

Source: ISO/IEC 7811-2 (track 1: 6 bits and parity; tracks 2 and 3: 4 bits and parity), 7811-6;
7813 (tracks 1 and 2); 4909 (track 3).
"""

from dataclasses import dataclass
from functools import reduce
from operator import xor


@dataclass(frozen=True, slots=True)
class Alphabet:
    """How one track is written.

    Attributes:
        bits: Bits of a character, without its parity bit; least significant first.
        base: The ASCII code of value 0.
        start: The start sentinel.
        end: The end sentinel.
        most: Most characters, sentinels and LRC included.
    """

    bits: int
    base: int
    start: str
    end: str
    most: int


TRACKS = {
    1: Alphabet(6, 0x20, "%", "?", 79), 2: Alphabet(4, 0x30, ";", "?", 40),
    3: Alphabet(4, 0x30, ";", "?", 107),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Swipe:
    """What came of a swipe.

    Attributes:
        text: Between the sentinels; ``""`` when there is a fault.
        fault: ``""``, or ``blank``, ``no_start``, ``no_end``, ``parity`` or ``lrc``.
    """

    text: str = ""
    fault: str = ""


def encode(text: str, *, track: int = 2, leading: int = 20, trailing: int = 20) -> str:
    """Bits of a track: zeros, start sentinel, text, end sentinel, LRC, zeros.

    Raises ValueError for a character that the track does not have, or a text too long for it.
    """
    alphabet = TRACKS[track]
    values = [ord(char) - alphabet.base for char in f"{alphabet.start}{text}{alphabet.end}"]
    if len(values) + 1 > alphabet.most or not all(0 <= one < 1 << alphabet.bits for one in values):
        raise ValueError(f"track {track} cannot carry this text of {len(text)} characters")
    values.append(reduce(xor, values))
    body = "".join(_bits_of(value, alphabet.bits) for value in values)
    return "0" * leading + body + "0" * trailing


def decode(bits: str, *, track: int = 2) -> Swipe:
    """Read a track, in either direction; a damaged one is a ``Swipe`` with its fault."""
    if "1" not in bits:
        return Swipe(fault="blank")
    ways = [_decode_one_way(one, TRACKS[track]) for one in (bits, bits[::-1])]
    good = [way for way in ways if not way.fault]
    # Read the wrong way, bits may by chance begin with a whole message: the longer one was written.
    return max(good, key=lambda way: len(way.text)) if good else ways[0]


def _decode_one_way(bits: str, alphabet: Alphabet) -> Swipe:
    width = alphabet.bits + 1
    at = bits.find("1")
    if bits[at : at + width] != _bits_of(ord(alphabet.start) - alphabet.base, alphabet.bits):
        return Swipe(fault="no_start")
    chars, checked, odd = "", 0, True
    while at + width <= len(bits) and len(chars) < alphabet.most - 1:  # the LRC is one more
        piece = bits[at : at + width]
        value = int(piece[-2::-1], 2)
        chars, checked, at = chars + chr(value + alphabet.base), checked ^ value, at + width
        odd = odd and piece.count("1") % 2 == 1
        if chars.endswith(alphabet.end):
            return _checked(chars, bits[at : at + width], _bits_of(checked, alphabet.bits), odd)
    return Swipe(fault="no_end" if odd else "parity")


def _checked(chars: str, lrc: str, wanted: str, odd: bool) -> Swipe:
    if not odd:
        return Swipe(fault="parity")
    return Swipe(chars[1:-1]) if lrc == wanted else Swipe(fault="lrc")


def _bits_of(value: int, bits: int) -> str:
    """Least significant bit first, then odd parity."""
    body = f"{value:0{bits}b}"[::-1]
    return body + str(1 - body.count("1") % 2)


def track2(pan: str, expiry: str, service: str = "201", discretionary: str = "") -> str:
    """The text of track 2 (ISO/IEC 7813): ``expiry`` is YYMM."""
    return f"{pan}={expiry}{service}{discretionary}"


def service_of(text: str) -> str:
    """The service code of track 2, ``""`` where there is none (ISO/IEC 7813, 7.3).

    Where a card has no expiry date, or no service code, a separator stands in its place.
    """
    rest = text.partition("=")[2]
    code = rest[1:4] if rest.startswith("=") else rest[4:7]
    return code if code.isdigit() and len(code) == 3 else ""


def has_chip(service: str) -> bool:
    """Whether a card with this service code has a chip that is to be used (7813: 2xx and 6xx)."""
    return service[:1] in ("2", "6")
