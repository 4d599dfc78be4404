"""Short messages as a modem stores them: SMS-DELIVER in PDU mode (3GPP TS 23.040, 9.2.2.1).

``delivered`` reads one, ``put_together`` joins the parts of long ones (9.2.3.24.1). Nothing raises:
what cannot be read is None, a part that never came shows as ``[...]``. Coding schemes are those of
TS 23.038, 4; alphanumeric senders (type of address 0xD0) are what carriers write under.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from harness.model.cellular import Text
from harness.wire import gsm7, gsm7_national

MISSING = "[...]"
SINGLE, LOCKING = 0x24, 0x25  # 9.2.3.24: the tables of a national language
_DIGITS = "0123456789*#abc"  # TS 23.040, 9.1.2.3; 15 fills up


@dataclass(frozen=True, slots=True)
class Delivered:
    """One SMS-DELIVER.

    Attributes:
        sender: A number, with + where it is international, or letters.
        text: Of this part.
        at: When the centre took it; None when that cannot be read.
        reference: Which long message it is a part of; None for a message of one part.
        part: Which part, from 1.
        parts: How many there are.
    """

    sender: str
    text: str
    at: datetime | None = None
    reference: int | None = None
    part: int = 1
    parts: int = 1


class _Short(Exception):
    """The PDU ended too early."""


class _Octets:
    """Reads from the front."""

    def __init__(self, octets: bytes) -> None:
        self._octets, self._at = octets, 0

    def take(self, count: int) -> bytes:
        found = self._octets[self._at : self._at + count]
        if len(found) < count:
            raise _Short
        self._at += count
        return found

    def one(self) -> int:
        return self.take(1)[0]

    def rest(self, most: int) -> bytes:
        """What is left, at most so much: a text that was cut short is read as far as it is."""
        return self._octets[self._at : self._at + most]


def delivered(pdu: str) -> Delivered | None:
    """Read a PDU in hex, the centre's address before it (TS 27.005, 3.1 ``<pdu>``).

    None for what is no SMS-DELIVER: a stored SMS-SUBMIT, a status report, nonsense.
    """
    text = pdu.strip().strip('"')
    if len(text) % 2 or not re.fullmatch(r"[0-9A-Fa-f]{2,700}", text):
        return None
    try:
        return _delivered(_Octets(bytes.fromhex(text)))
    except _Short:
        return None


def is_other(pdu: str) -> bool:
    """Whether it is a message of another kind: one sent, a draft, a status report."""
    text = pdu.strip()
    if not re.fullmatch(r"(?:[0-9A-Fa-f]{2}){2,350}", text):
        return False
    octets = bytes.fromhex(text)
    return len(octets) > octets[0] + 1 and octets[octets[0] + 1] & 0x03 != 0


def _delivered(octets: _Octets) -> Delivered | None:
    octets.take(octets.one())  # the service centre
    first = octets.one()
    if first & 0x03:
        return None
    sender = _address(octets)
    octets.one()  # protocol identifier
    coding = octets.one()
    at = _stamp(octets.take(7))
    length = octets.one()
    body = octets.rest(140)
    header = body[: body[0] + 1] if first & 0x40 and body else b""
    reference, parts, part = _concatenation(header)
    said = _text(coding, body, length, header)
    return Delivered(sender, said, at, reference, part, parts)


def _address(octets: _Octets) -> str:
    """9.1.2.5: its length is in half octets, for letters as well."""
    length, kind = octets.one(), octets.one()
    value = octets.take((length + 1) // 2)
    if kind & 0x70 == 0x50:
        return gsm7.decode(gsm7.unpack(value, length * 4 // 7)).strip()
    halves = [half for octet in value for half in (octet & 0x0F, octet >> 4)]
    digits = "".join(_DIGITS[half] for half in halves[:length] if half < len(_DIGITS))
    return f"+{digits}" if kind & 0x70 == 0x10 else digits


def _stamp(value: bytes) -> datetime | None:
    """9.2.3.11: swapped digits; the zone in quarter hours, its sign in bit 3."""
    digits = [(octet & 0x0F) * 10 + (octet >> 4) for octet in value[:6]]
    quarters = (value[6] & 0x07) * 10 + (value[6] >> 4)
    zone = timedelta(minutes=15 * (-quarters if value[6] & 0x08 else quarters))
    year, month, day, hour, minute, second = digits
    try:
        return datetime(2000 + year, month, day, hour, minute, second, tzinfo=timezone(zone))
    except ValueError:
        return None


def _concatenation(header: bytes) -> tuple[int | None, int, int]:
    """9.2.3.24.1 and .8: reference, how many parts, which one; (None, 1, 1) for one alone."""
    for kind, value in _elements(header):
        if (kind, len(value)) in ((0x00, 3), (0x08, 4)):
            parts, part = value[-2], value[-1]
            if 1 <= part <= parts:
                return int.from_bytes(value[:-2], "big"), parts, part
    return None, 1, 1


def _elements(header: bytes) -> Iterator[tuple[int, bytes]]:
    """9.2.3.24: identifier and value of each."""
    at = 1
    while at + 1 < len(header):
        yield header[at], header[at + 2 : at + 2 + header[at + 1]]
        at += 2 + header[at + 1]


def _language(header: bytes, wanted: int) -> int | None:
    """The language of a shift table; None where the header names none."""
    values = [value[0] for kind, value in _elements(header) if kind == wanted and len(value) == 1]
    return values[-1] if values else None


def _alphabet(coding: int) -> str:
    """TS 23.038, 4: ``7``, ``8``, ``16`` bits, or ``""`` for text that cannot be read."""
    if coding & 0x80 == 0:  # general, and marked for deletion
        if coding & 0x20:
            return ""  # compressed (TS 23.042): nobody does
        return {0x00: "7", 0x04: "8", 0x08: "16"}.get(coding & 0x0C, "7")
    if coding & 0xF0 == 0xF0:
        return "8" if coding & 0x04 else "7"
    return "16" if coding & 0xF0 == 0xE0 else "7"  # message waiting; reserved is read as default


def _text(coding: int, body: bytes, length: int, header: bytes) -> str:
    """The text behind the header; ``length`` is in septets or octets as the coding says."""
    alphabet = _alphabet(coding)
    if alphabet == "7":
        tables = gsm7_national.tables(_language(header, SINGLE), _language(header, LOCKING))
        return gsm7.decode(gsm7.unpack(body, length, skip=(len(header) * 8 + 6) // 7), *tables)
    octets = body[len(header) : length]
    if alphabet == "16":
        return gsm7.ucs2(octets)
    return octets.decode("latin-1") if alphabet else octets.hex().upper()


def put_together(messages: Sequence[Delivered]) -> list[Text]:
    """Whole messages, oldest first; those without a time stay where they were stored."""
    groups: dict[object, list[Delivered]] = {}
    for place, one in enumerate(messages):
        key = place if one.reference is None else (one.sender, one.reference, one.parts)
        groups.setdefault(key, []).append(one)
    whole = [_joined(group) for group in groups.values()]
    latest = 0.0
    keyed: list[tuple[float, int, Text]] = []
    for place, text in enumerate(whole):
        latest = text.at.timestamp() if text.at else latest
        keyed.append((latest, place, text))
    return [text for _, _, text in sorted(keyed, key=lambda row: row[:2])]


def _joined(parts: Sequence[Delivered]) -> Text:
    first = parts[0]
    by_number = {one.part: one.text for one in parts}
    said = "".join(by_number.get(number, MISSING) for number in range(1, first.parts + 1))
    times = [one.at for one in parts if one.at]
    return Text(first.sender, said, min(times, default=None))
