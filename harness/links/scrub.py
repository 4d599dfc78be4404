"""Card numbers in bytes that pass by, made unreadable in place: in ASCII, in BCD, over two packets.

Which digits are a card number is for ``wire/pan.py`` to say. First 6 and last 4 stay (PCI DSS
3.4.1), everything keeps its length, and track data behind a number goes with it.
"""

import re
from collections.abc import Iterator

from harness.wire import pan

#: Where a card number may be: 12 bytes of ASCII digits, or 6 of BCD; far fewer than all bytes are.
_DIGITS = re.compile(rb"[0-9](?:[ -]?[0-9]){11,}")
_BCD = re.compile(b"[" + b"".join(rb"\x%x0-\x%x9" % (high, high) for high in range(10)) + b"]{6,}")
#: Figures in disguise, as far as one can tell from a few: base64, EBCDIC, escapes, UTF-16, fours.
#: Not seen here: digits of other scripts in UTF-8, and BCD in base64.
_CODED = re.compile(
    rb"(?:[ILMNO][CDSTijyz][048AEIMQUYcgkosw][g-z0-9+/_-]){3}|(?:[\xf0-\xf9][\x40\x60]?){12}"
    rb"|(?:%3[0-9]|\\u003[0-9]|\\x3[0-9]|&#[45][0-9];|[0-9]\0|\0[0-9]){6}"
    rb"|(?:[Ff][0-9][ :]?){12}|[0-9]{4}(?:(?:[._/+]|%20)[0-9]{4}){2}"
)
BEFORE, BEHIND = 4, 24  # bytes that belong to it: a tag and a length, the rest of a track
FAR = 19 * 6  # the longest number, six signs a digit
STAR = 0x2A
REACH = 48  # bytes on each side of a seam in which a number with its track can lie
SHOWN_FIRST, SHOWN_LAST = 6, 4


def scrub(octets: bytearray) -> bool:
    """Hide every card number; True when there was one."""
    found = False
    places = (_DIGITS, _scrub_text, BEHIND), (_BCD, _scrub_dump, BEHIND), (_CODED, _scrub_text, FAR)
    for pattern, hide, behind in places:
        for start, end in _windows(pattern, bytes(octets), behind):
            piece = octets[start:end]
            if hide(piece):
                octets[start:end] = piece
                found = True
    return found


def _windows(pattern: re.Pattern[bytes], octets: bytes, behind: int) -> Iterator[tuple[int, int]]:
    """Where to look, with what belongs to it; such as touch each other are one."""
    start, end = -1, -1
    for match in pattern.finditer(octets):
        first, last = max(0, match.start() - BEFORE), min(len(octets), match.end() + behind)
        if first > end >= 0:
            yield start, end
            start = first
        start, end = (first if start < 0 else start), last
    if end >= 0:
        yield start, end


def scrub_seam(before: bytearray, after: bytearray) -> bool:
    """Hide a card number that begins at the end of one piece and ends in the next."""
    left, right = before[-REACH:], after[:REACH]
    both = left + right
    if not scrub(both):
        return False
    before[len(before) - len(left) :] = both[: len(left)]
    after[: len(right)] = both[len(left) :]
    return True


def _scrub_text(octets: bytearray) -> bool:
    spans = pan.find(octets.decode("latin-1"))
    for span in spans:
        digits = [at for at in range(span.start, span.end) if 0x30 <= octets[at] <= 0x39]
        shown = _shown(digits, span.shown)
        said = "".join(chr(octets[at]) for at in sorted(shown))
        if said not in span.shown.replace("***", ""):
            shown = set()  # digits of a code are none of the number
        for at in range(span.start, span.end):
            if at not in shown:
                octets[at] = STAR
    return bool(spans)


def _scrub_dump(octets: bytearray) -> bool:
    """BCD, as a hex dump shows it; a hidden half-byte is 0."""
    dump = octets.hex()
    spans = pan.find(dump)
    for span in spans:
        places = [at for at in range(span.start, span.end) if dump[at].isdecimal()]
        shown = _shown(places, span.shown)
        for at in range(span.start, span.end):
            if at not in shown:
                octets[at // 2] &= 0x0F if at % 2 == 0 else 0xF0
    return bool(spans)


def _shown(digits: list[int], text: str) -> set[int]:
    """Places that stay: of a number alone its first and last digits, of a track its first."""
    number = text.split("=")[0].split("D")[0].split("d")[0]
    if "***" not in number or len(number) < SHOWN_FIRST + SHOWN_LAST:
        return set()
    if len(digits) > pan.LONGEST or number != text:
        return set(digits[:SHOWN_FIRST])
    return {*digits[:SHOWN_FIRST], *digits[-SHOWN_LAST:]}
