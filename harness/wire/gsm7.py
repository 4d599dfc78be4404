"""The GSM 7 bit default alphabet and its extension table (3GPP TS 23.038, 6.2.1), and UCS2."""

from collections.abc import Iterable, Iterator, Mapping

ESCAPE = 0x1B
#: Code -> sign; ESC itself shows as a blank where nothing of the extension table follows it.
BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ"
    " !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
SHIFTED = {
    0x0A: "\f", 0x14: "^", 0x28: "{", 0x29: "}", 0x2F: "\\", 0x3C: "[", 0x3D: "~", 0x3E: "]",
    0x40: "|", 0x65: "€",
}  # fmt: skip


def unpack(octets: bytes, count: int, *, skip: int = 0, first: int = 0) -> list[int]:
    """Septets packed as 23.038, 6.1.2.1 says, least significant bits first.

    Args:
        octets: The packed text; one that is too short gives fewer septets.
        count: How many septets there are.
        skip: How many septets at the beginning are something else (a header and its fill bits).
        first: The bit at which the first of them begins.
    """
    most = min(count, (len(octets) * 8 - first) // 7)
    pairs = octets + b"\0"  # a septet lies in two octets at most
    return [
        (pairs[bit >> 3] | pairs[(bit >> 3) + 1] << 8) >> (bit & 7) & 0x7F
        for bit in range(first + 7 * skip, first + 7 * most, 7)
    ]


def pack(septets: Iterable[int]) -> bytes:
    """The other way round, for those who write such text."""
    octets, held, bits = bytearray(), 0, 0
    for septet in septets:
        held |= (septet & 0x7F) << bits
        bits += 7
        if bits >= 8:
            octets.append(held & 0xFF)
            held, bits = held >> 8, bits - 8
    return bytes(octets) + (bytes([held]) if bits else b"")


def decode(
    septets: Iterable[int], basic: str = BASIC, shifted: Mapping[int, str] | None = None
) -> str:
    """Septets as text; a national language has tables of its own (``gsm7_national``)."""
    return "".join(_signs(septets, basic, SHIFTED if shifted is None else shifted))


def _signs(septets: Iterable[int], basic: str, behind: Mapping[int, str]) -> Iterator[str]:
    shifted = False
    for septet in septets:
        if shifted:
            # 23.038, 6.2.1.1: a code that the extension table lacks is shown from the basic one.
            shifted = False
            yield behind.get(septet, basic[septet] if septet != ESCAPE else " ")
        elif septet == ESCAPE:
            shifted = True
        else:
            yield basic[septet]
    if shifted:
        yield " "


def encode(text: str) -> list[int] | None:
    """Text as septets; None when the alphabet lacks one of its signs."""
    found: list[int] = []
    for sign in text:
        at = BASIC.find(sign)
        if at >= 0 and at != ESCAPE:
            found.append(at)
            continue
        code = next((code for code, shifted in SHIFTED.items() if shifted == sign), None)
        if code is None:
            return None
        found += [ESCAPE, code]
    return found


def ucs2(octets: bytes) -> str:
    """UCS2 as text; phones send surrogates too, so it is read as UTF-16, and half a sign shows."""
    return octets[: len(octets) // 2 * 2].decode("utf-16-be", "replace")
