"""Card numbers that go on in the next line: on a console, in a receipt, in a log."""

import re

from harness.wire.pan import Span, find, in_digits, mask, numbers

#: What a log may put before each of its lines: a time (and a tag), seconds since 1970 or power-on.
_STAMP = re.compile(
    r"\s*(?:[\[(]?(?:(?:[0-9]{4}-)?[0-9]{2}-[0-9]{2}[T ])?[0-9]{1,2}:[0-9]{2}:[0-9]{2}"
    r"(?:[.,][0-9]+)?Z?[\])]?(?: +[0-9]+ +[0-9]+ [A-Z] [^:]*: |(?: +[\w/.-]+:)? +)"
    r"|\[ *[0-9]+\.[0-9]+\] *"
    r"|1[5-9][0-9]{8}(?:[0-9]{3}|\.[0-9]+)?(?: +[0-9]+ +[0-9]+ [A-Z] [^:]*: |\s+))"
)
_TAG = re.compile(r"(?:[A-Z] )?[\w./-]{1,20}: +")  # level, who says it: where both lines do
_CUT = re.compile(r"(?<![0-9*])[0-9]+-?$")  # what is behind stars has been truncated
_ENDS = frozenset("0123456789-")  # the last sign of what is cut
_COUNTER = re.compile(r"[0-9]{6,}\s+")
LEAST = 4  # digits of a number on each of two lines, else it is chance
REACH = 40  # signs of a line's end in which the beginning of a number can lie


def continued(before: str, after: str) -> Span | None:
    """The rest of a card number, in the line ``after``, that begins at the end of the one before.

    The rest may stand behind a time stamp; a column of figures that both lines begin with is one,
    too. What the line before has shown by then cannot be taken back.
    """
    before = before.rstrip()
    if before[-1:] not in _ENDS or not _CUT.search(before):
        return None
    stamp = _STAMP.match(after) or _counter(before, after)
    begins = stamp.end() if stamp else 0
    was, tag = _STAMP.match(before), _TAG.match(after, begins)
    begins = tag.end() if tag and was and before.startswith(tag[0], was.end()) else begins
    left = before[-REACH:]
    both, seam = left + after[begins : begins + REACH], len(left)
    for span in in_digits(both):
        pieces = both[span.start : seam], both[seam : span.end]
        sizes = [sum(map(str.isdecimal, piece)) for piece in pieces]
        if span.start < seam and min(sizes) >= LEAST and not find(pieces[0]):
            return Span(begins, begins + span.end - seam, span.shown)
    return None


def _counter(before: str, after: str) -> re.Match[str] | None:
    was, now = _COUNTER.match(before), _COUNTER.match(after)
    return now if was and now and was.end() == now.end() else None


def mask_after(before: str, text: str) -> tuple[str, str]:
    """A line masked, and what card numbers were in it, those that began in the line before, too."""
    rest = continued(before, text)
    if rest is None:
        return mask(text), numbers(text)
    clean, found = mask_after("", text[rest.end :])
    cut = f"{mask(text[: rest.start])}***{clean}"
    return cut, f"{rest.shown}, {found}" if found else rest.shown


def mask_lines(text: str) -> tuple[str, str]:
    """Several lines masked, and what card numbers go on in the next line."""
    lines = text.split("\n")
    pairs = list(zip(["", *lines], lines, strict=False))
    split = [rest.shown for pair in pairs if (rest := continued(*pair)) is not None]
    return "\n".join(mask_after(*pair)[0] for pair in pairs), ", ".join(split)
