"""Card numbers: find them in what passes by, and truncate them before anyone sees them.

First 6 and last 4 digits may stay (PCI DSS 3.4.1). Digits count as a card number when there are 13
to 19 of them, they begin as cards do and pass Luhn (ISO/IEC 7812-1), and they stand alone; so time
stamps, trace numbers, ICCIDs and IMEIs do not. Disguises that are seen through: single spaces or
dashes between digits, track 2 with all that follows its ``=`` or ``D``, digits in hex of ASCII, and
BCD in a hex dump, where a length byte before (fields 2 and 35 of ISO 8583, tags 5A and 57 of EMV)
tells where they begin.
"""

import bisect
import re
from collections.abc import Iterator
from typing import NamedTuple

LONGEST, SHORTEST = 19, 13  # digits; ISO/IEC 7812-1 and the shortest in use
# First digits: 3 to 6 banking, 22 to 27 the 2-series of Mastercard and Mir, 9 national use (test
# cards). 8 is telecommunications (ICCID), 20 a year.
_ISSUED = re.compile(r"2[2-7]|[34569]")

_RUN = re.compile(r"(?<![0-9.])[0-9]+(?:[ -][0-9]+)*(?![0-9])|(?<=[^0-9]\.)[0-9]+(?![0-9])")
_TAIL = re.compile(r"[=Dd][0-9]{4,}[Ff?]?")  # expiry, service code and discretionary data
_DUMP = re.compile(r"(?<![0-9]\.)[0-9A-Fa-f]{2}(?:([ :]?)[0-9A-Fa-f]{2})(?:\1[0-9A-Fa-f]{2}){5,}")
_SPELT = re.compile(r"3[0-9](?:([ :]?)3[0-9])(?:\1?3[0-9]){11,}")
_TAGGED = re.compile(r"(?=5[Aa]0[7-9Aa]|57(?:0[7-9A-Fa-f]|1[0-3]))")  # EMV: tag, bytes that follow
_DECIMAL = re.compile(r"[0-9]{13,}")


class Span(NamedTuple):
    """Where a card number stands in a text, and what may be shown for it."""

    start: int
    end: int
    shown: str


def luhn(digits: str) -> bool:
    """Whether the check digit is right (ISO/IEC 7812-1, annex B)."""
    weighed = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return sum(value - 9 * (value > 9) for value in weighed) % 10 == 0


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
    readings = [*_in_digits(text), *_in_dumps(text), *_in_hex_of_ascii(text)]
    readings.sort(key=lambda span: (span.start - span.end, span.start))
    chosen: list[Span] = []
    for span in readings:
        at = bisect.bisect(chosen, span)
        after_last = at == 0 or chosen[at - 1].end <= span.start
        if after_last and (at == len(chosen) or span.end <= chosen[at].start):
            chosen.insert(at, span)
    return chosen


def mask(text: str) -> str:
    """The text with every card number truncated; masking twice changes nothing more."""
    pieces, at = [], 0
    for span in find(text):
        pieces += [text[at : span.start], span.shown]
        at = span.end
    return "".join([*pieces, text[at:]])


def _in_digits(text: str) -> Iterator[Span]:
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


def _in_hex_of_ascii(text: str) -> Iterator[Span]:
    for run in _SPELT.finditer(text):
        digits = re.sub("[ :]", "", run[0])[1::2]
        if is_pan(digits):
            yield Span(run.start(), run.end(), mask_pan(digits))


def _in_dumps(text: str) -> Iterator[Span]:
    """BCD in a hex dump: bounded by letters, or announced by a length."""
    for run in _DUMP.finditer(text):
        places = [run.start() + at for at, sign in enumerate(run[0]) if sign not in " :"]
        dump = "".join(text[place] for place in places)
        for start, end in (*_bcd(dump, spaced=bool(run[1])), *_tagged(dump)):
            digits = re.match("[0-9]*", dump[start:end])
            assert digits is not None  # noqa: S101 - the pattern matches nothing, too
            yield Span(places[start], places[end - 1] + 1, mask_pan(digits[0]))


def _bcd(dump: str, *, spaced: bool) -> Iterator[tuple[int, int]]:
    for run in _DECIMAL.finditer(dump):
        start, end = run.span()
        if spaced and is_pan(run[0]):  # unspaced ones are read by ``_in_digits``
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
        digits = re.match("[0-9]*", dump[first:end])
        assert digits is not None  # noqa: S101 - the pattern matches nothing, too
        after = dump[first + digits.end() : end][:1]
        if after in ("", "F", "f", "D", "d") and is_pan(digits[0]):
            yield first, min(end, len(dump))


def _bcd_track(dump: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Field 35 in BCD: length, card number, D, the rest."""
    if dump[end : end + 1] not in ("D", "d"):
        return
    for size in range(LONGEST, SHORTEST - 1, -1):
        first = end - size
        if first - 2 < start or not is_pan(dump[first:end]):
            continue
        announced = int(dump[first - 2 : first])
        if size + 4 < announced <= 37:
            yield first, min(first + announced, len(dump))


def _end_of_track(dump: str, end: int) -> int:
    tail = _TAIL.match(dump, end)
    return tail.end() if tail else end
