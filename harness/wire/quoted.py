"""Errors that quote a device: no card number in their texts, nor in those that led to them.

A quote may be cut in the middle of a number, which then no check digit gives away. So in an error
every row of figures that is longer than what may be shown, and begins as card numbers do, is cut.
"""

import re
from collections.abc import Iterator

from harness.wire.pan import mask

#: Eleven digits and more, of which some may be missing; but no fraction and no ICCID (89...).
_FIGURES = re.compile(r"(?<![0-9.])((?=2[2-7]|[34569])(?:[0-9][ -]?){5}[0-9])(?:[ -]?[0-9]){5,}")
#: The same as bytes in hex.
_SPELT = re.compile(r"(?:3[0-9] ?){11,}")


def quoted(text: str) -> str:
    """What an error may say of what a device said."""
    return _SPELT.sub("***", _FIGURES.sub(r"\1***", mask(text)))


def hide(error: BaseException) -> None:
    """Mask the texts of an error and of all that it came from: whoever prints one, prints all."""
    for one in _chain(error):
        one.args = tuple(quoted(part) if isinstance(part, str) else part for part in one.args)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        one = waiting.pop()
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            waiting += [one.__cause__, one.__context__]
            yield one
