"""A pcapng file, written block by block (draft-ietf-opsawg-pcapng): IPv4 packets with comments."""

import struct
from collections.abc import Sequence
from typing import BinaryIO

SECTION, INTERFACE, STATISTICS, PACKET = 0x0A0D0D0A, 1, 5, 6
MAGIC, LINKTYPE_IPV4 = 0x1A2B3C4D, 228
COMMENT, APPLICATION, NAME, RESOLUTION = 1, 4, 2, 9
NANOSECONDS = b"\x09"


class PcapNg:
    """A file under way.

    Args:
        out: Where it goes; the caller closes it.
        interfaces: Names of the places where packets are seen.
        application: Who writes it.
        comment: About the whole.
    """

    def __init__(
        self, out: BinaryIO, interfaces: Sequence[str], *, application: str, comment: str
    ) -> None:
        self._out = out
        about = _options((COMMENT, comment.encode()), (APPLICATION, application.encode()))
        self._block(SECTION, struct.pack("<IHHq", MAGIC, 1, 0, -1) + about)
        for name in interfaces:
            options = _options((NAME, name.encode()), (RESOLUTION, NANOSECONDS))
            self._block(INTERFACE, struct.pack("<HHI", LINKTYPE_IPV4, 0, 0) + options)

    def write(self, interface: int, t: float, packet: bytes, comments: Sequence[str] = ()) -> None:
        """A packet, seen at ``t`` (s since 1970) at the interface of that number."""
        size = len(packet)
        head = struct.pack("<III", interface, *_stamp(t)) + struct.pack("<II", size, size)
        options = _options(*((COMMENT, one.encode()) for one in comments))
        self._block(PACKET, head + _padded(packet) + options)

    def remark(self, interface: int, t: float, comments: Sequence[str]) -> None:
        """What is to be said and goes with no packet."""
        options = _options(*((COMMENT, one.encode()) for one in comments))
        self._block(STATISTICS, struct.pack("<III", interface, *_stamp(t)) + options)

    def _block(self, kind: int, body: bytes) -> None:
        size = struct.pack("<I", 12 + len(body))
        self._out.write(struct.pack("<I", kind) + size + body + size)


def _stamp(t: float) -> tuple[int, int]:
    nanoseconds = round(t * 1e9)
    return nanoseconds >> 32, nanoseconds & 0xFFFFFFFF


def _padded(octets: bytes) -> bytes:
    return octets + bytes(-len(octets) % 4)


def _options(*rows: tuple[int, bytes]) -> bytes:
    if not rows:
        return b""
    told = b"".join(struct.pack("<HH", code, len(text)) + _padded(text) for code, text in rows)
    return told + bytes(4)
