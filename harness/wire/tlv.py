"""BER-TLV, as EMV cards and ZVT's TLV container write it.

Source: ISO/IEC 7816-4, 5.2.2 (tag and length fields); EMV 4.4 Book 3, annex B; ZVT PA00P015, 9.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from harness.errors import Garbled

CONSTRUCTED = 0x20
DEEPEST = 16  # levels; cards and terminals nest three or four
LONGEST = (1 << 24) - 1  # bytes of a value: a length field of 83 and three bytes


@dataclass(frozen=True, slots=True)
class Tlv:
    """One data object.

    Attributes:
        tag: The tag's bytes as one number, e.g. 0x9F36.
        value: The value field.
    """

    tag: int
    value: bytes

    @property
    def constructed(self) -> bool:
        """Whether the value is itself made of data objects."""
        first = self.tag
        while first > 0xFF:
            first >>= 8
        return bool(first & CONSTRUCTED)


def parse(octets: bytes) -> list[Tlv]:
    """The data objects of one level, in order; raises Garbled where they do not fit.

    Zero octets before, between and after data objects are skipped (ISO/IEC 7816-4, 5.2.2.1).
    """
    found, at = [], 0
    while at < len(octets):
        if octets[at] == 0:
            at += 1
            continue
        tag, at = read_tag(octets, at)
        size, at = read_length(octets, at)
        if at + size > len(octets):
            raise Garbled(f"TLV {tag:X}: {size} bytes wanted, {len(octets) - at} there")
        found.append(Tlv(tag, octets[at : at + size]))
        at += size
    return found


def walk(octets: bytes) -> Iterator[Tlv]:
    """All data objects of all levels, a template before its content; raises Garbled.

    Deeper than ``DEEPEST`` is Garbled: each level is copied, and nobody nests so many.
    """
    return _walk(octets, DEEPEST)


def _walk(octets: bytes, deeper: int) -> Iterator[Tlv]:
    for row in parse(octets):
        yield row
        if row.constructed:
            if not deeper:
                raise Garbled(f"TLV {row.tag:X}: nested more than {DEEPEST} deep")
            yield from _walk(row.value, deeper - 1)


def find(octets: bytes, tag: int) -> bytes | None:
    """The value of the first data object with this tag, at any level; raises Garbled."""
    return next((row.value for row in walk(octets) if row.tag == tag), None)


def encode(tag: int, value: bytes) -> bytes:
    """One data object."""
    octets = tag.to_bytes(max(1, (tag.bit_length() + 7) // 8), "big")
    return octets + length(len(value)) + value


def build(rows: Iterable[tuple[int, bytes]]) -> bytes:
    """Data objects one after the other."""
    return b"".join(encode(tag, value) for tag, value in rows)


def length(size: int) -> bytes:
    """A length field: one byte below 128, else 81, 82 or 83 and the length; raises ValueError."""
    if size < 0x80:
        return bytes([size])
    if size > LONGEST:
        raise ValueError(f"a value of {size} bytes; {LONGEST} is the most")
    more = (size.bit_length() + 7) // 8
    return bytes([0x80 | more]) + size.to_bytes(more, "big")


def read_length(octets: bytes, at: int) -> tuple[int, int]:
    """(length, where the value begins); raises Garbled on the indefinite and over-long forms."""
    if at >= len(octets):
        raise Garbled("TLV: the length field is missing")
    first = octets[at]
    if first < 0x80:
        return first, at + 1
    more = first & 0x7F
    if not 1 <= more <= 3 or at + 1 + more > len(octets):
        raise Garbled(f"TLV: {octets[at : at + 4].hex(' ')} is no length")
    return int.from_bytes(octets[at + 1 : at + 1 + more], "big"), at + 1 + more


def read_tag(octets: bytes, at: int) -> tuple[int, int]:
    """(tag, where its length begins); raises Garbled."""
    end = at + 1
    if octets[at] & 0x1F == 0x1F:
        while end < len(octets) and octets[end] & 0x80:
            end += 1
        end += 1
    if end > len(octets) or end - at > 4:
        raise Garbled(f"TLV: {octets[at : at + 4].hex(' ')} is no tag")
    return int.from_bytes(octets[at:end], "big"), end
