"""Errors that quote a device: no card number in their texts, nor in those that led to them.

A quote may be cut in the middle of a number, which then no check digit gives away. So in an error
every row of figures that is longer than what may be shown, and begins as card numbers do, is cut,
in whatever disguise; so is every row of bytes that was taken for text and may be BCD.
"""

import re
from collections.abc import Iterator
from typing import Any

from harness.wire.masked import LOST, masked
from harness.wire.pan import mask
from harness.wire.pan_disguises import bcd_in, readings

#: What UTF-8 cannot read is shown as a sign of its own; it may have been two digits of BCD.
ANY = "\x99"
#: Eleven digits and more, of which some may be missing; but no fraction and no ICCID (89...).
_FIGURES = re.compile(r"(?<![0-9.])((?=2[2-7]|[34569])(?:[0-9][ -]?){5}[0-9])(?:[ -]?[0-9]){5,}")
#: The same behind an EMV tag of a card number or a track, and its length.
_TAGGED = re.compile(r"(5[Aa7](?:0[0-9A-Fa-f]|1[0-3])[0-9]{6})[0-9]{5,}[Dd]?[0-9]*")
#: The same as bytes in hex.
_SPELT = re.compile(r"(?:3[0-9] ?){11,}")


def quoted(text: str) -> str:
    """What an error may say of what a device said."""
    shown = mask(text)
    spans = [
        (reading.starts[found.start()], reading.ends[found.end() - 1])
        for reading in readings(shown) for found in _FIGURES.finditer(reading.text)
    ]  # fmt: skip
    rows = bcd_in(shown.replace(LOST, ANY))
    spans += [(reading.starts[0], reading.ends[-1]) for reading in rows]
    for start, end in _apart(spans):
        shown = f"{shown[:start]}***{shown[end:]}"
    shown = _TAGGED.sub(r"\1***", _FIGURES.sub(r"\1***", shown))
    return _SPELT.sub("***", shown)


def _apart(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """From the last to the first, such as touch each other as one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans, reverse=True):
        if found and end > found[-1][0]:
            start, end = min(start, found[-1][0]), max(end, found.pop()[1])
        found.append((start, end))
    return found


def hide(error: BaseException) -> None:
    """Mask the texts of an error and of all that it came from: whoever prints one, prints all."""
    for one in chain(error):
        one.args = tuple(map(_quoted, one.args))


def _quoted(part: Any) -> Any:
    """One argument of an error; bytes are shown by ``repr``, as what could not be decoded is."""
    if isinstance(part, str):
        return quoted(part)
    if isinstance(part, bytes):
        said, dump = part.decode("latin-1"), part.hex()
        return part if (quoted(said), mask(dump)) == (said, dump) else b"***"
    return masked(part)


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error, and all that it came from."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        one = waiting.pop()
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            waiting += [one.__cause__, one.__context__]
            yield one
