"""What of a ZVT message may be shown: its fields, and whether a card number stands in them.

Source: ZVT PA00P015, 3.1 (04 0F: BMPs 22, 23, 24, 2D), 9.4 (TLV 1F08 to 1F0A, 1F1A), 13 (masked
digits are E); PCI DSS 3.4.1 (first six, last four).
"""

from harness.errors import Garbled
from harness.wire import zvt
from harness.wire.pan import SHORTEST, mask, mask_pan, numbers

#: Where card numbers stand in BCD: BMPs and TLV tags.
CARD_BMPS = (zvt.TRACK_2, zvt.TRACK_3)
CARD_TAGS = (0x1F09, 0x1F0A, 0x1F1A, 0x5A, 0x57)
#: And where they may stand as text.
CARD_TEXTS = (zvt.TRACK_1, zvt.TEXT, zvt.CARD_NAME, zvt.TLV_CONTAINER)
MOST_CLEAR = 12  # digits: eight in front and four behind, where a scheme has long issuer numbers
#: Messages whose data are BMPs -> bytes before the first of them.
OF_FIELDS = {zvt.STATUS_INFORMATION: 0, zvt.ABORT_BY_PT: 1}


def number(fields: zvt.Fields, tag: int) -> int | None:
    """A number of a field; None when it is absent or no number."""
    try:
        return fields.number(tag)
    except Garbled:
        return None


def inner(fields: zvt.Fields, tag: int) -> bytes:
    """A data object of the TLV container; nothing when it is absent or the container is torn."""
    try:
        return fields.tlv(tag) or b""
    except Garbled:
        return b""


def clear_numbers(apdu: zvt.Apdu) -> list[str]:
    """What of a message has a card number that is not truncated; raises Garbled."""
    if apdu.command not in OF_FIELDS:
        return _clear(_pieces(apdu.payload))
    fields = zvt.read_fields(apdu.payload[OF_FIELDS[apdu.command] :])
    seen = [one for tag in CARD_TEXTS for one in _pieces(fields.values.get(tag, b""))]
    seen += [fields.values.get(tag, b"").hex().upper() for tag in CARD_BMPS]
    seen += [inner(fields, tag).hex().upper() for tag in CARD_TAGS]
    pan = fields.pan()
    seen.append(pan)
    found = _clear(seen)
    return [*found, shown_pan(fields)] if too_clear(pan) and not found else found


def _clear(texts: list[str]) -> list[str]:
    """Those with a number in them; of several with the same one the first."""
    found = {numbers(text): text for text in reversed(texts) if mask(text) != text}
    return [*reversed(found.values())]


def _pieces(octets: bytes) -> list[str]:
    """A field as text; and where a length in it looks like a digit, what that length announces."""
    found = [octets.decode("latin-1")]  # as which BCD can be told, too; figures are the same
    for at, size in enumerate(octets):
        if 0x30 <= size <= 0x39 and at + size < len(octets) and not found[0][at - 1 : at].isdigit():
            found.append(zvt.text(octets[at + 1 : at + 1 + size]))
    return found if not _clear(found[:1]) else found[:1]


def too_clear(pan: str) -> bool:
    """Whether more of a card number stands there than may."""
    return len(pan) >= SHORTEST and sum(sign.isdecimal() for sign in pan) > MOST_CLEAR


def shown_pan(fields: zvt.Fields) -> str:
    """BMP 22 as it may be shown: first six, last four."""
    pan = fields.pan()
    return mask_pan(pan) if pan else ""
