"""Which bytes of a thing an HTTP request gets: conditions and ranges.

Source: RFC 9110, 8.8.3.2 (comparison of tags), 13.1.1 (If-Match), 13.1.2 (If-None-Match), 13.1.5
(If-Range), 13.2.2 (their order), 14.1.2 and 14.2 (byte ranges), 15.5.17 (416). Of several ranges
none is served, as 14.2 allows; nothing here has a date, so a condition by date never holds.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

OK, PARTIAL, UNCHANGED, FAILED, NOT_THERE = 200, 206, 304, 412, 416
_RANGE = re.compile(r"bytes=[ \t]*([0-9]*)-([0-9]*)[ \t]*", re.IGNORECASE)
LONGEST_NUMBER = 20  # digits; longer than any size


class Part(NamedTuple):
    """Which bytes are sent, and as what; ``end`` is behind the last."""

    status: int
    start: int
    end: int


def choose(size: int, etag: str, asked: Mapping[str, str], *, ranges: bool = True) -> Part:
    """What a request gets.

    Args:
        size: Bytes of the thing.
        etag: Its strong tag, with its quotes.
        asked: Lower-case header -> value.
        ranges: Whether the method knows ranges: only GET does.
    """
    wanted = asked.get("if-match")
    if wanted is not None and not _names(wanted, etag, weak=False):
        return Part(FAILED, 0, 0)
    if _names(asked.get("if-none-match", ""), etag, weak=True):
        return Part(UNCHANGED, 0, 0)
    unchanged = asked.get("if-range", etag).strip() == etag
    found = span(asked.get("range", ""), size) if ranges and unchanged else None
    if found is None:
        return Part(OK, 0, size)
    start, end = found
    return Part(PARTIAL, start, end) if start < end else Part(NOT_THERE, 0, 0)


def span(text: str, size: int) -> tuple[int, int] | None:
    """First byte and the one behind the last; equal where there is none, None for no range."""
    found = _RANGE.fullmatch(text.strip())
    if found is None or found.groups() == ("", ""):
        return None
    if max(map(len, found.groups())) > LONGEST_NUMBER:
        return None
    first, last = found.groups()
    if not first:
        return max(0, size - int(last)), size
    if last and int(last) < int(first):
        return None
    return min(int(first), size), min(size, int(last) + 1) if last else size


def _names(tags: str, etag: str, *, weak: bool) -> bool:
    """Whether a list of tags has this one, or ``*``."""
    seen = [tag.strip() for tag in tags.split(",")]
    return "*" in seen or etag in [tag.removeprefix("W/") if weak else tag for tag in seen]
