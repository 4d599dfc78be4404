"""Bytes of any size that are read where they are wanted, and views of them that are wrong.

What serves, signs or checks an image of a gigabyte reads pieces of it; what spoils one changes a
piece as it is read. Nothing here holds more than a piece.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

PIECE = 1 << 18  # B read at a time


class Extent(Protocol):
    """So many bytes, anywhere of which can be read."""

    @property
    def size(self) -> int:
        """How many there are."""

    def read(self, start: int, count: int) -> bytes:
        """``count`` bytes from ``start``; fewer at the end, none behind it."""


@dataclass(frozen=True, slots=True)
class Held:
    """Bytes in memory."""

    octets: bytes

    @property
    def size(self) -> int:
        return len(self.octets)

    def read(self, start: int, count: int) -> bytes:
        return self.octets[start : start + count]


@dataclass(frozen=True, slots=True)
class Joined:
    """One behind the other."""

    first: Extent
    second: Extent

    @property
    def size(self) -> int:
        return self.first.size + self.second.size

    def read(self, start: int, count: int) -> bytes:
        head = self.first.read(start, count)
        at = max(0, start - self.first.size)
        return head + self.second.read(at, count - len(head)) if len(head) < count else head


@dataclass(frozen=True, slots=True)
class Cut:
    """The bytes of another from ``start`` on, ``size`` of them where there are as many."""

    whole: Extent
    size: int
    start: int = 0

    def read(self, start: int, count: int) -> bytes:
        return self.whole.read(self.start + start, max(0, min(count, self.size - start)))


@dataclass(frozen=True, slots=True)
class Flipped:
    """Another with one bit changed; bit 0 is the highest of the first byte."""

    whole: Extent
    bit: int

    @property
    def size(self) -> int:
        return self.whole.size

    def read(self, start: int, count: int) -> bytes:
        piece = self.whole.read(start, count)
        at = self.bit // 8 - start
        if not 0 <= at < len(piece):
            return piece
        return piece[:at] + bytes([piece[at] ^ 0x80 >> self.bit % 8]) + piece[at + 1 :]


def pieces(extent: Extent, start: int = 0, end: int | None = None) -> Iterator[bytes]:
    """All of it, or from ``start`` to before ``end``, piece by piece."""
    end = extent.size if end is None else end
    while start < end:
        piece = extent.read(start, min(PIECE, end - start))
        if not piece:
            return
        yield piece
        start += len(piece)


def digest(extent: Extent) -> str:
    """SHA-256 of all of it, hex."""
    sha = hashlib.sha256()
    for piece in pieces(extent):
        sha.update(piece)
    return sha.hexdigest()
