"""What was read of a card, and what can be wrong with one."""

import re
from dataclasses import dataclass, field

from harness.errors import Garbled
from harness.wire import emv, tlv
from harness.wire.pan import luhn, mask_pan

AID = bytes.fromhex("F000000001")  # proprietary, partial name: all test cards begin with it
TRACK_2 = re.compile(r"(\d{12,19})[=D](\d{4})(\d{3})")
ICC_TAGS = (0x9F26, 0x9F27, 0x9F10, 0x9F37, 0x9F36, 0x95, 0x9A, 0x9C, 0x9F02, 0x5F2A, 0x9F1A)


class CardTrouble(Exception):
    """The card cannot be used. ``cause`` says why."""

    def __init__(self, cause: str, detail: str = "") -> None:
        super().__init__(detail or cause)
        self.cause = cause


class Wrong(CardTrouble):
    """Worth another try.

    Attributes:
        entry: ``chip``, ``stripe`` or ``contactless``: what was tried.
    """

    def __init__(self, cause: str, detail: str, entry: str = "chip") -> None:
        super().__init__(cause, detail)
        self.entry = entry


@dataclass(frozen=True, slots=True, repr=False)
class Card:
    """What was read of a card; forgotten after the sale.

    Attributes:
        entry: ``chip``, ``stripe`` or ``contactless``.
        pan: The whole number; ``masked`` is what may be shown.
        expiry: YYMM.
        track_2: As field 35 wants it.
        mode: Field 22.
        sequence: Field 23, or empty.
        icc: Field 55, hex, or empty.
        dol: What the chip wants for its second cryptogram.
        values: Tag -> value that the terminal has for such lists.
    """

    entry: str
    pan: str
    expiry: str
    track_2: str
    mode: str
    sequence: str = ""
    icc: str = ""
    dol: bytes = b""
    values: dict[int, bytes] = field(default_factory=dict)

    @property
    def masked(self) -> str:
        return mask_pan(self.pan)

    def __repr__(self) -> str:
        return f"<Card {self.entry} {self.masked}>"


def track_of(octets: bytes, entry: str) -> tuple[str, str, str]:
    """(number, expiry, the track as field 35 wants it) of tag 57; raises Wrong."""
    text = octets.hex().upper()
    found = TRACK_2.match(text)
    if not found or not luhn(found[1]):
        raise Wrong("card_unreadable", f"the {entry} gives no card number", entry)
    return found[1], found[2], text.rstrip("F")


def found_in(answer: bytes, tag: int) -> bytes:
    """A data object of a card's answer; empty when it has none, or makes no sense."""
    try:
        return tlv.find(answer, tag) or b""
    except Garbled:
        return b""


def cryptogram_kind(answer: bytes) -> int | None:
    """What a GENERATE AC gave: AAC, TC or ARQC (bits 8 and 7 of the CID); None for none."""
    said = found_in(answer, 0x80) or found_in(answer, 0x9F27)
    return said[0] & 0xC0 if said else None


def field_55(values: dict[int, bytes]) -> str:
    """Field 55, hex: a cryptogram and what it was made of."""
    rows = [(tag, values[tag]) for tag in ICC_TAGS if values.get(tag)]
    return tlv.build(rows).hex().upper()


def terminal_values(amount: int, currency: str, random: bytes) -> dict[int, bytes]:
    """What a terminal puts into the lists of a card (EMV Book 3, annex A)."""
    return {
        0x9F02: bytes.fromhex(f"{amount:012d}"), 0x9F03: bytes(6), 0x95: bytes(5),
        0x9F1A: bytes.fromhex(f"0{currency}"), 0x9C: b"\x00",
        0x5F2A: bytes.fromhex(f"0{currency}"), 0x9F37: random,
        0x9F66: bytes.fromhex("26000000"),  # terminal transaction qualifiers: chip, online
    }  # fmt: skip


#: Reference control parameter of the first GENERATE AC: everything goes online.
ONLINE = emv.ARQC
