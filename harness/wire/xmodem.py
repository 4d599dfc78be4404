"""XMODEM packets, as a receiver reads them: 128 bytes or 1024, checksum or CRC.

::

    SOH | number | ~number | 128 B | sum of them mod 256, or CRC-16 (polynomial 1021, from 0)
    STX | number | ~number | 1024 B | CRC-16

Source: Christensen, "MODEM protocol documentation" (1982); Forsberg, "XMODEM/YMODEM Protocol
Reference" (1988), 7 and 8 (CRC, 1k). Senders use a library; nothing of it is in here.
"""

import binascii
from dataclasses import dataclass, field

SOH, STX, EOT, ACK, NAK, CAN = 0x01, 0x02, 0x04, 0x06, 0x15, 0x18
#: Asks for CRCs instead of checksums.
WANTS_CRC = b"C"
SIZES = {SOH: 128, STX: 1024}
PAD = 0x1A


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet.

    Attributes:
        number: From 1 on, modulo 256.
        content: 128 or 1024 bytes; the last ones may be padding.
    """

    number: int
    content: bytes = field(repr=False)


def size_of(first: int, *, crc: bool) -> int:
    """Bytes of the packet that begins with ``first``; 0 where none does."""
    content = SIZES.get(first, 0)
    return content and 3 + content + (2 if crc else 1)


def read(octets: bytes, *, crc: bool) -> Packet | None:
    """A whole packet; None where its number or its check is wrong."""
    number, inverse = octets[1], octets[2]
    content, check = octets[3 : 3 + SIZES[octets[0]]], octets[3 + SIZES[octets[0]] :]
    if number != inverse ^ 0xFF:
        return None
    seen = int.from_bytes(check, "big")
    wanted = binascii.crc_hqx(content, 0) if crc else sum(content) & 0xFF
    return Packet(number, content) if seen == wanted else None
