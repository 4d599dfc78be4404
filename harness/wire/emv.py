"""Contact cards: the answer to reset, and commands.

Source: ISO/IEC 7816-3:2006, 8.2 (ATR), 10.2 (waiting time); ISO/IEC 7816-4, 5.1 (command APDU).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import xor

from harness.errors import Garbled
from harness.wire import tlv

LONGEST_ATR = 33  # bytes, TS included (7816-3, 8.1)
CONVENTIONS = {0x3B: "direct", 0x3F: "inverse"}


@dataclass(frozen=True, slots=True)
class Atr:
    """An answer to reset.

    Attributes:
        convention: ``direct`` or ``inverse``.
        protocols: The protocols offered, in order; T=0 when none is named.
        interface: ``TA1`` ... -> byte.
        historical: The historical bytes.
    """

    convention: str
    protocols: tuple[int, ...] = (0,)
    interface: Mapping[str, int] = field(default_factory=dict)
    historical: bytes = b""

    @property
    def waiting_time(self) -> int:
        """Longest silence before a T=0 card's byte, in etu at D = 1: 960 x WI (TC2, else 10)."""
        return 960 * (self.interface.get("TC2") or 10)


def parse_atr(octets: bytes) -> Atr:
    """Read an ATR; raises Garbled for a wrong TS, TCK or length."""
    if len(octets) < 2 or len(octets) > LONGEST_ATR:
        raise Garbled(f"ATR: {len(octets)} bytes")
    if octets[0] not in CONVENTIONS:
        raise Garbled(f"ATR: TS is {octets[0]:02X}, not 3B or 3F")
    interface, offered, at = _interface(octets)
    historical = octets[at : at + (octets[1] & 0x0F)]
    at += octets[1] & 0x0F
    with_tck = any(protocol != 0 for protocol in offered)
    if len(octets) != at + with_tck:
        raise Garbled(f"ATR: {at + with_tck} bytes wanted, {len(octets)} came")
    if with_tck and reduce(xor, octets[1:]):
        raise Garbled(f"ATR: TCK is {octets[-1]:02X}, the bytes do not add up to it")
    protocols = tuple(dict.fromkeys(one for one in offered if one != 15)) or (0,)
    return Atr(CONVENTIONS[octets[0]], protocols, interface, historical)


def _interface(octets: bytes) -> tuple[dict[str, int], list[int], int]:
    """(interface bytes, protocols named by the TDs, where the historical bytes begin)."""
    interface: dict[str, int] = {}
    offered: list[int] = []
    announced, at, level = octets[1] >> 4, 2, 1
    while announced:
        for bit, letter in enumerate("ABCD"):
            if announced >> bit & 1:
                if at >= len(octets):
                    raise Garbled(f"ATR: cut off before T{letter}{level}")
                interface[f"T{letter}{level}"] = octets[at]
                at += 1
        last = interface.get(f"TD{level}")
        announced, level = (0, level) if last is None else (last >> 4, level + 1)
        if last is not None:
            offered.append(last & 0x0F)
    return interface, offered, at


def with_tck(octets: bytes) -> bytes:
    """An ATR with its check byte appended."""
    return octets + bytes([reduce(xor, octets[1:])])


@dataclass(frozen=True, slots=True)
class Command:
    """A command APDU, short form.

    Attributes:
        head: CLA and INS as one number, e.g. 0x00A4.
        p1: First parameter.
        p2: Second parameter.
        body: The command's data.
        expects: Le, 0 for 256; None when no answer data is expected.
    """

    head: int
    p1: int = 0
    p2: int = 0
    body: bytes = b""
    expects: int | None = 0

    def to_bytes(self) -> bytes:
        """The APDU; raises ValueError when the data is longer than 255 bytes."""
        start = self.head.to_bytes(2, "big") + bytes([self.p1, self.p2])
        size = bytes([len(self.body)]) if self.body else b""
        return start + size + self.body + (b"" if self.expects is None else bytes([self.expects]))

    @classmethod
    def from_bytes(cls, octets: bytes) -> "Command":
        """Read an APDU; raises Garbled when its length does not add up."""
        if len(octets) < 4:
            raise Garbled(f"a command of {len(octets)} bytes")
        head, p1, p2 = int.from_bytes(octets[:2], "big"), octets[2], octets[3]
        if len(octets) <= 5:
            return cls(head, p1, p2, b"", octets[4] if len(octets) == 5 else None)
        end = 5 + octets[4]
        if octets[4] == 0 or not end <= len(octets) <= end + 1:
            raise Garbled(f"a command of {len(octets)} bytes that says {octets[4]}")
        return cls(head, p1, p2, octets[5:end], octets[end] if len(octets) > end else None)


SELECT, READ_RECORD, GET_OPTIONS = 0x00A4, 0x00B2, 0x80A8
GENERATE_AC, GET_DATA, EXTERNAL_AUTHENTICATE, VERIFY = 0x80AE, 0x80CA, 0x0082, 0x0020
AAC, TC, ARQC = 0x00, 0x40, 0x80  # EMV Book 3, 6.5.5: reference control parameter, and CID


def select(aid: bytes) -> bytes:
    """SELECT by name, first occurrence (EMV Book 1, 11.3)."""
    return Command(SELECT, 0x04, 0x00, aid).to_bytes()


def get_options(pdol: bytes = b"") -> bytes:
    """GET PROCESSING OPTIONS with the PDOL's values (EMV Book 3, 6.5.8)."""
    return Command(GET_OPTIONS, 0, 0, tlv.encode(0x83, pdol)).to_bytes()


def read_record(file: int, record: int) -> bytes:
    """READ RECORD of a short file identifier (EMV Book 3, 6.5.11)."""
    return Command(READ_RECORD, record, file << 3 | 4).to_bytes()


def generate_ac(wanted: int, values: bytes) -> bytes:
    """GENERATE AC with the CDOL's values (EMV Book 3, 6.5.5)."""
    return Command(GENERATE_AC, wanted, 0, values).to_bytes()


def read_dol(octets: bytes) -> list[tuple[int, int]]:
    """A data object list: (tag, length) in order (EMV Book 3, 5.4); raises Garbled."""
    wanted, at = [], 0
    while at < len(octets):
        tag, at = tlv.read_tag(octets, at)
        if at >= len(octets):
            raise Garbled(f"a DOL ends after its tag {tag:X}")
        wanted.append((tag, octets[at]))
        at += 1
    return wanted


#: Tags of numbers (format n), which are cut and filled at their left (EMV Book 3, annex A1).
NUMERIC = frozenset({
    0x42, 0x5F24, 0x5F25, 0x5F28, 0x5F2A, 0x5F30, 0x5F34, 0x5F36, 0x5F57, 0x9A, 0x9C, 0x9F01,
    0x9F02, 0x9F03, 0x9F11, 0x9F15, 0x9F1A, 0x9F21, 0x9F35, 0x9F39, 0x9F3B, 0x9F3C, 0x9F3D,
    0x9F41, 0x9F42, 0x9F43, 0x9F44,
})  # fmt: skip
#: Tags of compressed numbers (format cn), which are filled up with F.
COMPRESSED = frozenset({0x5A, 0x9F20})


def fill_dol(octets: bytes, values: Mapping[int, bytes]) -> bytes:
    """The values a DOL asks for, cut and filled as EMV Book 3, 5.4 says; zeros for the unknown."""
    return b"".join(_fitted(tag, values.get(tag, b""), size) for tag, size in read_dol(octets))


def _fitted(tag: int, value: bytes, size: int) -> bytes:
    if tag in NUMERIC:
        return value[max(0, len(value) - size) :].rjust(size, b"\0")
    filler = b"\xff" if value and tag in COMPRESSED else b"\0"
    return value[:size].ljust(size, filler)


def read_afl(octets: bytes) -> list[tuple[int, int]]:
    """(file, record) of every record an application file locator names (EMV Book 3, 10.2)."""
    if len(octets) % 4:
        raise Garbled(f"an AFL of {len(octets)} bytes")
    return [
        (octets[at] >> 3, record)
        for at in range(0, len(octets), 4)
        for record in range(octets[at + 1], octets[at + 2] + 1)
    ]
