"""adb's shell protocol (feature ``shell_v2``): output, errors and exit status on one stream.

A packet is one byte that says what it is, four bytes of length (low first), and so many bytes.

Source: AOSP, packages/modules/adb, shell_protocol.h.
"""

import struct
from dataclasses import dataclass

from harness.errors import Garbled

HEAD = struct.Struct("<BI")
LONGEST = 1 << 20  # bytes of a packet; a daemon's buffer is no larger
STDIN, STDOUT, STDERR, EXIT, CLOSE_STDIN, WINDOW_SIZE = range(6)


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet: what it is, and its bytes; those of ``EXIT`` are one, the status."""

    kind: int
    octets: bytes = b""

    def to_bytes(self) -> bytes:
        return HEAD.pack(self.kind, len(self.octets)) + self.octets


class Deframer:
    """Packets out of a stream of bytes, however it is cut."""

    def __init__(self) -> None:
        self._kept = bytearray()

    def feed(self, octets: bytes) -> list[Packet]:
        """The packets that are whole now; raises Garbled."""
        self._kept += octets
        found: list[Packet] = []
        while len(self._kept) >= HEAD.size:
            kind, size = HEAD.unpack_from(self._kept)
            if kind > WINDOW_SIZE or size > LONGEST or (kind == EXIT and size != 1):
                raise Garbled(f"adb shell: no packet of kind {kind} has {size} bytes")
            end = HEAD.size + size
            if len(self._kept) < end:
                break
            found.append(Packet(kind, bytes(self._kept[HEAD.size : end])))
            del self._kept[:end]
        return found
