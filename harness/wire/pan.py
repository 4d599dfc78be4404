"""Card numbers: find them in what passes by, and truncate them before anyone sees them.

First 6 and last 4 digits may stay (PCI DSS 3.4.1). Digits count as a card number when there are 13
to 19 of them, they begin as cards do and pass Luhn (ISO/IEC 7812-1), and they stand alone; so time
stamps, trace numbers, ICCIDs and IMEIs do not.

Disguises that are seen through: single spaces or dashes between digits; fours with a dot, a line,
a slash or a plus between; track 2 with all that follows its ``=`` or ``D``; what escapes, base64,
UTF-16, EBCDIC, other scripts' digits and hex dumps of these hide, and the septets of short messages
(``wire/pan_disguises.py``); BCD that was taken for text; BCD in a hex dump or in base64, where a
length byte before (fields 2 and 35 of ISO 8583, tags 5A and 57 of EMV) tells where they begin; and
of two lines, one of which has the beginning of a number and the next one the rest
(``wire/pan_lines``).

Known limits, since what sees through them takes innocent figures for cards: digits glued to other
digits (fixed fields without a length: read them field by field, and ask of each), one digit a line,
fours in columns (commas, tabs), BCD in the midst of other decimal BCD without a length or of which
every byte is a letter too, semi-octets the wrong way round (a sender's number in a PDU), rows of a
hex dump or of wrapped base64 that cut a number in two, a code within a code, digits written
backwards or as words, and anything encrypted or compressed. What is taken for a card and is none:
one in ten rows of 13 to 19 digits that begin like one, as in one hex digest of two hundred.
"""

import bisect
import re
from collections.abc import Iterator
from typing import NamedTuple

from harness.wire.pan_disguises import Reading, bcd_in, octets_in, readings

LONGEST, SHORTEST = 19, 13  # digits; ISO/IEC 7812-1 and the shortest in use
FEWEST = 7  # signs in which one can be written: bytes of BCD
# First digits: 3 to 6 banking, 22 to 27 the 2-series of Mastercard and Mir, 9 national use (test
# cards). 8 is telecommunications (ICCID), 20 a year.
_ISSUED = re.compile(r"2[2-7]|[34569]")

# However it is disguised, each digit of a number is written with one at least, but in base64.
_ENOUGH = re.compile(r"(?:[^0-9]*+[0-9]){13}")
CONTROL = re.compile(r"[\0-\x08\x10-\x19]")
_LONG_WORD = re.compile(r"[A-Za-z0-9+/_-]{16}")
_RUN = re.compile(
    r"(?<![0-9.])(?=[0-9 -]{13})[0-9]+(?:[ -][0-9]+)*(?![0-9])|(?<=[^0-9]\.)[0-9]{13,}(?![0-9])"
)
_TAIL = re.compile(r"[=Dd][0-9]{4,}[Ff?]?")  # expiry, service code and discretionary data
_TRACK = re.compile(r"[=Dd]\*+$")
_DUMP = re.compile(r"(?<![0-9]\.)[0-9A-Fa-f]{2}(?:([ :]?)[0-9A-Fa-f]{2})(?:\1[0-9A-Fa-f]{2}){5,}")
_TAGGED = re.compile(r"(?=5[Aa]0[7-9Aa]|57(?:0[7-9A-Fa-f]|1[0-3]))")  # EMV: tag, bytes that follow
_DECIMAL = re.compile(r"[0-9]{13,}")
_DIGITS = re.compile("[0-9]*")
TRACK_3 = 99  # the format code before its card number (ISO/IEC 4909)
_DOUBLED = str.maketrans("0123456789", "0246813579")  # and the digits of what comes of it added
#: Texts without any that were looked at lately: drivers and recorder look at each in turn, and what
#: devices say they say again and again. Never one that has a number.
_CLEAN: set[str] = set()
KEPT, KEPT_SIGNS = 4096, 500  # so many texts of so many signs at most


class Span(NamedTuple):
    """Where a card number stands in a text, and what may be shown for it."""

    start: int
    end: int
    shown: str


def luhn(digits: str) -> bool:
    """Whether the check digit is right (ISO/IEC 7812-1, annex B)."""
    doubled = digits[-2::-2].translate(_DOUBLED)
    return (sum(map(int, digits[::-2])) + sum(map(int, doubled))) % 10 == 0


def is_pan(digits: str) -> bool:
    """Whether these digits, standing alone, are to be taken for a card number."""
    if not SHORTEST <= len(digits) <= LONGEST or not _ISSUED.match(digits):
        return False
    imei = len(digits) == 15 and digits.startswith("35")  # 15 digits with 35: never a card
    return not imei and len(set(digits)) > 1 and luhn(digits)


def mask_pan(pan: str) -> str:
    """First 6, last 4, stars between; what is too short to keep ten digits loses all of them."""
    if len(pan) < SHORTEST:
        return "***"
    return f"{pan[:6]}***{pan[-4:]}"


def find(text: str) -> list[Span]:
    """All card numbers in a text, in order, not overlapping; the longest reading wins."""
    if text in _CLEAN or _is_harmless(text):
        return []
    found = [*in_digits(text), *_in_dumps(text), *_in_disguise(text)]
    found.sort(key=lambda span: (span.start - span.end, span.start))
    chosen: list[Span] = []
    for span in found:
        at = bisect.bisect(chosen, span)
        after_last = at == 0 or chosen[at - 1].end <= span.start
        if after_last and (at == len(chosen) or span.end <= chosen[at].start):
            chosen.insert(at, span)
    if not chosen and len(text) <= KEPT_SIGNS:
        if len(_CLEAN) >= KEPT:
            _CLEAN.clear()
        _CLEAN.add(text)
    return chosen


def _is_harmless(text: str) -> bool:
    """Whether no number can be in it, at a glance; so it is with most of what passes."""
    return len(text) < FEWEST or (
        text.isascii()
        and not _ENOUGH.match(text)
        and not _LONG_WORD.search(text)
        and not CONTROL.search(text)
        and "\\" not in text
    )


def mask(text: str) -> str:
    """The text with every card number truncated; masking twice changes nothing more."""
    while True:
        pieces, at = [], 0
        for span in find(text):
            pieces += [text[at : span.start], span.shown]
            at = span.end
        if not pieces:
            return text
        text = "".join([*pieces, text[at:]])  # what is left of one may read on with what is beside


def numbers(text: str) -> str:
    """The card numbers of a text, truncated, and nothing else of it; ``""`` when there is none."""
    return ", ".join(dict.fromkeys(_TRACK.sub("", span.shown) for span in find(text)))


def in_digits(text: str) -> Iterator[Span]:
    """Digits as a person or a log writes them: in one group, or in several."""
    for run in _RUN.finditer(text):
        body = run[0]
        if len(body) < SHORTEST:
            continue
        groups = [(m.start(), m.end()) for m in re.finditer("[0-9]+", body)]
        if len(groups) > 1 and all(end - start == 2 for start, end in groups):
            continue  # a hex dump
        for first, (start, _) in enumerate(groups):
            digits = ""
            for begin, end in groups[first : first + LONGEST]:
                digits += body[begin:end]
                if len(digits) > LONGEST:
                    break
                if is_pan(digits):
                    yield _span(text, run.start() + start, run.start() + end, digits)


def _span(text: str, start: int, end: int, digits: str) -> Span:
    tail = _TAIL.match(text, end)
    if tail is None:
        return Span(start, end, mask_pan(digits))
    return Span(start, tail.end(), f"{mask_pan(digits)}{text[end]}***")


def _in_disguise(text: str) -> Iterator[Span]:
    """What is no row of digits before it is decoded."""
    for reading in readings(text):
        for span in in_digits(reading.text):
            yield _back(reading, span.start, span.end, span.shown)
    for reading in octets_in(text):
        for start, end in _tagged(reading.text):
            if start % 2 == 0:
                yield _back(reading, start, end, _shown(reading.text[start:end]))
    for reading in bcd_in(text):
        yield from _in_row(reading)


def _in_row(reading: Reading) -> Iterator[Span]:
    """BCD as signs: where the row ends is known, and where it begins only to the byte."""
    row = _leading(reading.text)
    last = len(row)
    found = [
        (at + size == last, size, -at)
        for size in range(SHORTEST, LONGEST + 1) for at in range(0, last - size + 1, 2)
        if is_pan(row[at : at + size])
    ]  # fmt: skip
    if found:
        _, size, at = max(found)
        first = -max(at for _, _, at in found)
        yield _back(reading, first, len(reading.text), mask_pan(row[-at : size - at]))


def _back(reading: Reading, start: int, end: int, shown: str) -> Span:
    return Span(reading.starts[start], reading.ends[end - 1], shown)


def _in_dumps(text: str) -> Iterator[Span]:
    """BCD in a hex dump: bounded by letters, or announced by a length."""
    for run in _DUMP.finditer(text):
        places = [run.start() + at for at, sign in enumerate(run[0]) if sign not in " :"]
        dump = "".join(text[place] for place in places)
        for start, end in (*_bcd(dump, spaced=bool(run[1])), *_tagged(dump)):
            yield Span(places[start], places[end - 1] + 1, _shown(dump[start:end]))


def _shown(bcd: str) -> str:
    """What may be shown of a number, and of what follows it in BCD."""
    return mask_pan(_leading(bcd))


def _leading(text: str) -> str:
    """The digits that it begins with."""
    digits = _DIGITS.match(text)
    return digits[0] if digits is not None else ""


def _bcd(dump: str, *, spaced: bool) -> Iterator[tuple[int, int]]:
    for run in _DECIMAL.finditer(dump):
        start, end = run.span()
        if spaced and is_pan(run[0]):  # unspaced ones are read by ``in_digits``
            yield start, _end_of_track(dump, end)
        for at in range(start + start % 2, end - SHORTEST - 1, 2):
            announced = int(dump[at : at + 2])
            last = min(at + 2 + announced, end)
            if is_pan(dump[at + 2 : last]) and announced <= LONGEST:
                yield at + 2, last
        yield from _bcd_track(dump, start, end)


def _tagged(dump: str) -> Iterator[tuple[int, int]]:
    """Tags 5A and 57 of EMV (book 3, annex A): a length in bytes, the number, then F or D."""
    for found in _TAGGED.finditer(dump):
        first = found.start() + 4
        end = first + 2 * int(dump[first - 2 : first], 16)
        digits = _leading(dump[first:end])
        after = dump[first + len(digits) : end][:1]
        if after in ("", "F", "f", "D", "d") and is_pan(digits):
            yield first, min(end, len(dump))


def _bcd_track(dump: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Fields 35 and 36 in BCD: length (behind which track 3 has a code), card number, D, rest."""
    if dump[end : end + 1] not in ("D", "d"):
        return
    for size in range(LONGEST, SHORTEST - 1, -1):
        first = end - size
        if first - 2 < start or not is_pan(dump[first:end]):
            continue
        announced = int(dump[first - 2 : first])
        if size + 4 < announced <= 37:
            yield first, min(first + announced, len(dump))
        elif announced == TRACK_3:
            yield first, _end_of_track(dump, end)


def _end_of_track(dump: str, end: int) -> int:
    tail = _TAIL.match(dump, end)
    return tail.end() if tail else end
