"""The shapes of single ZVT messages: status answers, statuses, aborts, totals, printed text.

Source: ZVT PA00P015: 2.56.5 (status enquiry), 3.1.3 (totals), 3.3 (abort), 3.5 and 3.6 (print line
and block), 3.7 (intermediate status), 9.4 (TLV 07, 09, 25, 1F07).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from harness.errors import Garbled
from harness.wire import tlv, zvt
from harness.wire.zvt import Fields

TEXT_LINE, ATTRIBUTE, PRINT_TEXTS, RECEIPT_TYPE = 0x07, 0x09, 0x25, 0x1F07
LINEFEEDS = 0xFF  # this attribute: the text is their count
WRONG_CURRENCY = 0x6F
#: In BMP 60 after two receipt numbers: a count (binary) and a turnover (BCD) per brand.
BRANDS, BRAND_SIZE, SPAN_SIZE = 7, 7, 4


# --- status enquiry -------------------------------------------------------------------------


def read_status_answer(payload: bytes) -> tuple[str, int, Fields]:
    """(software version, status byte, fields) of the 06 0F that answers 05 01; raises Garbled.

    The version (LLLVAR, its length bytes F0..F9) may be left out.
    """
    version, at = "", 0
    if len(payload) > 3 and all(0xF0 <= octet <= 0xF9 for octet in payload[:3]):
        size = int("".join(str(octet & 0x0F) for octet in payload[:3]))
        version, at = zvt.text(payload[3 : 3 + size]), 3 + size
    if at >= len(payload):
        raise Garbled("ZVT: the answer to a status enquiry has no status")
    return version, payload[at], zvt.read_fields(payload[at + 1 :])


def write_status_answer(status: int, version: str = "", tail: bytes = b"") -> zvt.Apdu:
    """The 06 0F that answers 05 01; ``tail`` is BMPs, e.g. a TLV container."""
    said = version.encode("cp437")
    head = bytes(0xF0 | int(digit) for digit in f"{len(said):03d}") + said if said else b""
    return zvt.Apdu(zvt.COMPLETION, head + bytes([status]) + tail)


# --- intermediate status, abort -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Intermediate:
    """One 04 FF.

    Attributes:
        status: The status byte.
        minutes: The new T4, where the terminal sets it.
        fields: The TLV container is in here.
    """

    status: int
    minutes: int | None = None
    fields: Fields = field(default_factory=Fields)


def read_intermediate(payload: bytes) -> Intermediate:
    """04 FF: status byte, a timeout in minutes that may be missing, TLV; raises Garbled."""
    if not payload:
        raise Garbled("ZVT: an intermediate status without a status")
    try:
        fields = zvt.read_fields(payload[1:])
    except Garbled:
        fields = None
    if fields is not None and not fields.rest and set(fields.values) <= {zvt.TLV_CONTAINER}:
        return Intermediate(payload[0], None, fields)  # 3.7 has no other field behind the status
    digits = f"{payload[1]:02x}"  # so the next byte is the timeout
    minutes = int(digits) if digits.isdecimal() else None
    return Intermediate(payload[0], minutes, zvt.read_fields(payload[2:]))


def read_abort(payload: bytes) -> tuple[int, Fields]:
    """(result code, fields) of 06 1E; a wrong currency is followed by the right one."""
    if not payload:
        raise Garbled("ZVT: an abort without its code")
    start = 3 if payload[0] == WRONG_CURRENCY and len(payload) >= 3 else 1
    return payload[0], zvt.read_fields(payload[start:])


# --- totals ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SingleTotals:
    """BMP 60.

    Attributes:
        first: Receipt number of the first transaction.
        last: And of the last one.
        brands: (count, minor units) of each brand, the remaining cards at the end.
    """

    first: int
    last: int
    brands: tuple[tuple[int, int], ...]

    @property
    def count(self) -> int:
        """Transactions of all brands."""
        return sum(count for count, _ in self.brands)


def read_totals(value: bytes) -> SingleTotals:
    """BMP 60; raises Garbled when it has another size."""
    if len(value) != SPAN_SIZE + BRANDS * BRAND_SIZE:
        raise Garbled(f"ZVT: totals of {len(value)} bytes")
    rows = [value[at : at + BRAND_SIZE] for at in range(SPAN_SIZE, len(value), BRAND_SIZE)]
    brands = tuple((row[0], zvt.from_bcd(row[1:])) for row in rows)
    return SingleTotals(zvt.from_bcd(value[:2]), zvt.from_bcd(value[2:4]), brands)


def write_totals(totals: SingleTotals) -> bytes:
    """The value of BMP 60; a count above 255 is written as 255."""
    rows = [bytes([min(count, 0xFF)]) + zvt.bcd(amount, 6) for count, amount in totals.brands]
    return zvt.bcd(totals.first, 2) + zvt.bcd(totals.last, 2) + b"".join(rows)


# --- printed text ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """One line to be printed.

    Attributes:
        text: Without its end.
        last: Whether the receipt ends with it.
    """

    text: str
    last: bool = False


def ends_receipt(attribute: int) -> bool:
    """Whether an attribute says that the receipt is at its end."""
    return attribute not in (0x80, LINEFEEDS) and bool(attribute & 0x80)


def read_print_line(payload: bytes) -> list[Line]:
    """06 D1: attribute, text, TLV; line feeds are empty lines; raises Garbled."""
    if not payload:
        raise Garbled("ZVT: a print line without its attribute")
    attribute, rest = payload[0], payload[1:]
    if attribute == LINEFEEDS:
        return [Line("")] * (rest[0] if rest else 1)
    return [Line(zvt.text(rest[: _text_size(rest)]), ends_receipt(attribute))]


def _text_size(octets: bytes) -> int:
    """Where a container begins (terminals say there whose receipt it is), else the end.

    A text has no length, but no control signs either: a 06 that is the tag of a container reaches
    exactly to the end.
    """
    at = -1
    while (at := octets.find(zvt.TLV_CONTAINER, at + 1)) >= 0:
        try:
            size, start = tlv.read_length(octets, at + 1)
        except Garbled:
            continue
        if start + size == len(octets):
            return at
    return len(octets)


def read_print_block(payload: bytes) -> list[Line]:
    """06 D3: the lines of TLV 25; an attribute after a line may end the receipt; raises Garbled."""
    container = zvt.read_fields(payload).values.get(zvt.TLV_CONTAINER, b"")
    lines: list[Line] = []
    for row in _print_rows(container):
        attribute = row.value[0] if row.value else 0
        if row.tag == TEXT_LINE:
            lines.append(Line(zvt.text(row.value)))
        elif row.tag == ATTRIBUTE and attribute == LINEFEEDS:
            lines.append(Line(""))
        elif row.tag == ATTRIBUTE and ends_receipt(attribute):
            lines.append(Line("", last=True))
    return lines


def _print_rows(container: bytes) -> Iterator[tlv.Tlv]:
    for row in tlv.parse(container):
        if row.tag == PRINT_TEXTS:
            yield from tlv.parse(row.value)


def write_print_line(text: str, *, last: bool = False) -> zvt.Apdu:
    """06 D1."""
    return zvt.Apdu(zvt.PRINT_LINE, bytes([0x81 if last else 0]) + text.encode("cp437", "replace"))


def write_print_block(texts: list[str], receipt_type: int) -> zvt.Apdu:
    """06 D3: a whole receipt."""
    rows = [(TEXT_LINE, text.encode("cp437", "replace")) for text in texts]
    inner = tlv.build([*rows, (ATTRIBUTE, b"\x81")])
    container = tlv.build([(RECEIPT_TYPE, bytes([receipt_type])), (PRINT_TEXTS, inner)])
    return zvt.Apdu(zvt.PRINT_BLOCK, zvt.write_fields({zvt.TLV_CONTAINER: container}))
