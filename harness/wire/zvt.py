"""ZVT, both directions: APDUs, their fields, and the TCP transport (zvt_serial.py has the other).

Data of a command = a part of fixed shape, then BMPs (a tag byte, then a value whose length the
table gives). A BMP that is not in the table has an unknown length, so it ends the parsing: what
was read so far stands, the remainder is kept in ``Fields.rest``.

Source: ZVT PA00P015 13.x (2 commands, 8 BMPs, 9 TLV container), PA00P016 (transport).
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.errors import Garbled
from harness.wire import tlv
from harness.wire.masked import without_bcd

# Commands, class and instruction byte (chapter 14).
SET_ECR_TIME, INPUT_REQUEST, MENU_REQUEST = 0x0401, 0x040D, 0x040E
STATUS_INFORMATION, INTERMEDIATE_STATUS = 0x040F, 0x04FF
STATUS_ENQUIRY = 0x0501
REGISTRATION, AUTHORISATION, LOG_OFF, BALANCE = 0x0600, 0x0601, 0x0602, 0x0603
COMPLETION, TOTALS, REPRINT_RECEIPTS, RESET, ABORT_BY_PT = 0x060F, 0x0610, 0x0612, 0x0618, 0x061E
REPEAT_RECEIPT, PREAUTHORISATION, PARTIAL_REVERSAL = 0x0620, 0x0622, 0x0623
BOOK_TOTAL, PREAUTHORISATION_REVERSAL = 0x0624, 0x0625
REVERSAL, REFUND, END_OF_DAY, SEND_OFFLINE = 0x0630, 0x0631, 0x0650, 0x0651
DIAGNOSIS, SELF_TEST, SET_PT_TIME, INITIALISATION = 0x0670, 0x0679, 0x0691, 0x0693
ABORT_BY_ECR, READ_CARD, PRINT_LINE, PRINT_BLOCK = 0x06B0, 0x06C0, 0x06D1, 0x06D3
SOFTWARE_UPDATE, WRITE_FILE, FILE_REQUEST = 0x0810, 0x0814, 0x040C
ACKNOWLEDGED = 0x8000
REFUSED = 0x84  # the class; the instruction is the reason


@dataclass(frozen=True, slots=True)
class Apdu:
    """One message.

    Attributes:
        command: Class and instruction as one number, e.g. 0x0601.
        payload: What follows the length.
    """

    command: int
    payload: bytes = b""

    def to_bytes(self) -> bytes:
        """Command, length (one byte, or FF and two, low first, from 255 on), payload."""
        size = len(self.payload)
        octets = bytes([size]) if size < 0xFF else b"\xff" + size.to_bytes(2, "little")
        return self.command.to_bytes(2, "big") + octets + self.payload

    @classmethod
    def from_bytes(cls, octets: bytes) -> "Apdu":
        """Exactly one message; raises Garbled when it is cut off or has a tail."""
        size = apdu_size(octets)
        if size is None or size != len(octets):
            raise Garbled(f"ZVT: {len(octets)} bytes are not one APDU: {octets[:3].hex(' ')}")
        start = 5 if octets[2] == 0xFF else 3
        return cls(int.from_bytes(octets[:2], "big"), octets[start:])

    @property
    def refusal(self) -> int | None:
        """The reason of an 84 xx, else None."""
        return self.command & 0xFF if self.command >> 8 == REFUSED else None

    def __str__(self) -> str:
        return f"{self.command >> 8:02X} {self.command & 0xFF:02X} ({len(self.payload)} bytes)"

    def __repr__(self) -> str:
        """Without the payload: there may be a card number in it."""
        return f"<Apdu {self}>"


ACK = Apdu(ACKNOWLEDGED)


def refuse(reason: int) -> Apdu:
    """84 xx."""
    return Apdu(REFUSED << 8 | reason)


def apdu_size(octets: bytes | bytearray) -> int | None:
    """How many bytes the APDU that begins here has; None while its head is not complete."""
    if len(octets) < 3:
        return None
    if octets[2] != 0xFF:
        return 3 + octets[2]
    return 5 + int.from_bytes(octets[3:5], "little") if len(octets) >= 5 else None


class Deframer:
    """APDUs out of a TCP stream, however it is cut."""

    def __init__(self) -> None:
        self._kept = bytearray()

    def feed(self, octets: bytes) -> list[Apdu]:
        """All messages that are complete now."""
        self._kept += octets
        found = []
        while (size := apdu_size(self._kept)) is not None and len(self._kept) >= size:
            found.append(Apdu.from_bytes(bytes(self._kept[:size])))
            del self._kept[:size]
        return found


# --- fields ---------------------------------------------------------------------------------


class Shape(enum.Enum):
    """How a field's length is written, where the table gives no number."""

    LL = 2  # F1 F2 = 12
    LLL = 3  # F1 F2 F3 = 123
    TLV = 0  # BER length


AMOUNT, TLV_CONTAINER, TRACE, TIME, DATE, EXPIRY = 0x04, 0x06, 0x0B, 0x0C, 0x0D, 0x0E
SERVICE, CARD_SEQUENCE, STATUS_BYTE, PAN, RESULT, TERMINAL_ID = 0x03, 0x17, 0x19, 0x22, 0x27, 0x29
MERCHANT, AUTH_CODE, TEXT, CURRENCY, RECEIPT = 0x2A, 0x3B, 0x3C, 0x49, 0x87
TURNOVER, CARD_TYPE, CARD_NAME, RESULT_AS = 0x88, 0x8A, 0x8B, 0xA0
TIMEOUT, MOST_STATUS, TRACK_1, TRACK_2, TRACK_3 = 0x01, 0x02, 0x2D, 0x23, 0x24
ORIGINAL_TRACE, SINGLE_TOTALS, FULL_DATE = 0x37, 0x60, 0xAA

#: Tag -> length of the value, or how the length is written (PA00P015, chapter 8).
BMPS: dict[int, int | Shape] = {
    **dict.fromkeys((0x01, 0x02, 0x03, 0x05, 0x19, 0x27, 0x72, 0x73, 0x74, 0x75, 0x8A, 0x8C), 1),
    **dict.fromkeys((0xA0, 0xD0, 0xD2, 0xD3, 0xE0, 0xE9, 0xEA, 0xF0, 0xF9, 0xFA, 0xFB), 1),
    **dict.fromkeys((0xFC, 0xFD), 1),
    **dict.fromkeys((0x0D, 0x0E, 0x17, 0x3A, 0x49, 0x87), 2),
    **dict.fromkeys((0x0B, 0x0C, 0x37, 0x3D, 0x88, 0xAA), 3),
    **dict.fromkeys((0x29, 0x70, 0x71), 4),
    0x04: 6, 0x2A: 15, 0x3B: 8, 0xBA: 5, 0xEB: 8, 0x06: Shape.TLV,
    **dict.fromkeys((0x22, 0x23, 0x2D, 0x8B, 0xA7, 0xD1), Shape.LL),
    **dict.fromkeys((*range(0xE1, 0xE9), *range(0xF1, 0xF9)), Shape.LL),
    **dict.fromkeys((0x24, 0x2E, 0x3C, 0x60, 0x9A, 0xAF), Shape.LLL),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fields:
    """The BMPs of a message.

    Attributes:
        values: Tag -> value, without its length.
        rest: What could not be parsed, from the first unknown tag on.
    """

    values: Mapping[int, bytes] = field(default_factory=dict)
    rest: bytes = b""

    def __repr__(self) -> str:
        """Without the values: there may be a card number among them."""
        return f"<Fields {' '.join(f'{tag:02X}' for tag in self.values)}>"

    def __contains__(self, tag: int) -> bool:
        return tag in self.values

    def number(self, tag: int) -> int | None:
        """A BCD field as a number; None when absent; raises Garbled when it is not BCD."""
        return from_bcd(self.values[tag]) if tag in self.values else None

    def byte(self, tag: int) -> int | None:
        """A one-byte field; None when absent."""
        value = self.values.get(tag)
        return value[0] if value else None

    def text(self, tag: int) -> str:
        """A text field, ``""`` when absent (ZVT writes CP437)."""
        return text(self.values.get(tag, b""))

    def pan(self) -> str:
        """The card number as it was sent: ``*`` for a masked digit, ``""`` when absent."""
        return self.values.get(PAN, b"").hex().upper().rstrip("F").replace("E", "*")

    def tlv(self, tag: int) -> bytes | None:
        """A data object of the TLV container; None when absent; raises Garbled."""
        return tlv.find(self.values.get(TLV_CONTAINER, b""), tag)


def text(octets: bytes) -> str:
    """A text on this wire; BCD of a card number in it is truncated, which no text is."""
    return without_bcd(octets, "cp437").decode("cp437").rstrip("\0 ")


def read_fields(octets: bytes) -> Fields:
    """Parse BMPs; raises Garbled when a known one is cut off."""
    values: dict[int, bytes] = {}
    at = 0
    while at < len(octets) and octets[at] in BMPS:
        tag = octets[at]
        size, start = _value_size(BMPS[tag], octets, at + 1)
        if start + size > len(octets):
            raise Garbled(f"ZVT: BMP {tag:02X} wants {size} bytes, {len(octets) - start} there")
        values[tag] = octets[start : start + size]
        at = start + size
    return Fields(values, octets[at:])


def _value_size(shape: int | Shape, octets: bytes, at: int) -> tuple[int, int]:
    if isinstance(shape, int):
        return shape, at
    if shape is Shape.TLV:
        return tlv.read_length(octets, at)
    digits = octets[at : at + shape.value]
    if len(digits) < shape.value or any(digit & 0x0F > 9 for digit in digits):
        raise Garbled(f"ZVT: {digits.hex(' ')!r} is no {shape.name}VAR length")
    size = 0
    for digit in digits:
        size = size * 10 + (digit & 0x0F)
    return size, at + shape.value


def write_fields(values: Mapping[int, bytes]) -> bytes:
    """BMPs in the given order; raises ValueError for a value that its tag cannot carry."""
    return b"".join(bytes([tag]) + _sized(tag, value) for tag, value in values.items())


def _sized(tag: int, value: bytes) -> bytes:
    shape = BMPS[tag]
    if isinstance(shape, int):
        if len(value) != shape:
            raise ValueError(f"BMP {tag:02X} has {shape} bytes, not {len(value)}")
        return value
    if shape is Shape.TLV:
        return tlv.length(len(value)) + value
    digits = str(len(value)).zfill(shape.value)
    if len(digits) > shape.value:
        raise ValueError(f"BMP {tag:02X} cannot carry {len(value)} bytes")
    return bytes(0xF0 | int(digit) for digit in digits) + value


def bcd(number: int, octets: int) -> bytes:
    """A number in packed BCD; raises ValueError when it does not fit."""
    digits = str(number).zfill(octets * 2)
    if number < 0 or len(digits) > octets * 2:
        raise ValueError(f"{number} does not fit into {octets} BCD bytes")
    return bytes.fromhex(digits)


def from_bcd(octets: bytes) -> int:
    """The number of packed BCD; raises Garbled for a nibble above 9."""
    digits = octets.hex()
    if not digits.isdecimal():
        raise Garbled(f"ZVT: a number of {len(octets)} bytes is not BCD")
    return int(digits)


def masked_pan(pan: str) -> bytes:
    """The value of BMP 22: digits, ``*`` for a masked one; an odd count is padded with F."""
    nibbles = pan.replace("*", "E")
    return bytes.fromhex(nibbles + "F" * (len(nibbles) % 2))
