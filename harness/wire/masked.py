"""What a device said, handed on: its texts masked, however deep they lie in what a driver returns.

A call's result may be printed by whoever asked for it, and is shown by pytest where a comparison
fails; so it holds no card number from the moment on that it leaves the device's owner. Numbers and
bytes stay what they are: a screenshot, an image. Bytes that come off a card are ``Octets``.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any, SupportsIndex, TypeVar, overload

from harness.wire.pan import CONTROL, FEWEST, find, mask

_T = TypeVar("_T")
LOST = "\ufffd"  # what an alphabet cannot read


def masked(value: _T) -> _T:
    """The same with every card number in its texts truncated; itself where there was none."""
    found: Any = _clean(value)
    return found  # type: ignore[no-any-return]


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        return _of_pairs(value)
    if isinstance(value, tuple | list):
        return _of_row(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _of_record(value)
    return value


def _text(value: str) -> str:
    if len(value) < FEWEST:
        return value
    shown = mask(value)
    return value if shown == value else shown  # what is more than a text (a word) stays that


def _of_pairs(value: Mapping[Any, Any]) -> Any:
    pairs = [(key, one, _clean(key), _clean(one)) for key, one in value.items()]
    if all(key is clean_key and one is clean for key, one, clean_key, clean in pairs):
        return value
    return {key: one for _, _, key, one in pairs}


def _of_row(value: Any) -> Any:
    row = [_clean(one) for one in value]
    if all(one is clean for one, clean in zip(value, row, strict=True)):
        return value
    return type(value)(*row) if hasattr(value, "_fields") else type(value)(row)


def _of_record(value: Any) -> Any:
    own = {one.name: getattr(value, one.name) for one in dataclasses.fields(value) if one.init}
    changed = {name: clean for name, one in own.items() if (clean := _clean(one)) is not one}
    return dataclasses.replace(value, **changed) if changed else value


def without_bcd(octets: bytes, alphabet: str) -> bytes:
    """A text's bytes, card numbers in BCD among them truncated: an alphabet would disguise them.

    Where the alphabet has a sign for each byte, umlauts too, BCD is told by two controls of ASCII.
    """
    said = octets.decode("latin-1")
    doubtful = LOST not in octets.decode(alphabet, "replace")
    for span in reversed(find(said)):
        controls = CONTROL.findall(said, span.start, span.end)
        if len(controls) >= 2 or not (doubtful or said[span.start : span.end].isprintable()):
            octets = octets[: span.start] + span.shown.encode() + octets[span.end :]
    return octets


class Octets(bytes):
    """Bytes that may hold a card number, as those off a card do: whole, but never shown so."""

    def __repr__(self) -> str:
        return f"Octets({mask(self.hex())})"

    __str__ = __repr__

    @overload
    def __getitem__(self, at: SupportsIndex, /) -> int: ...

    @overload
    def __getitem__(self, at: slice, /) -> "Octets": ...

    def __getitem__(self, at: Any, /) -> Any:
        found = super().__getitem__(at)
        return Octets(found) if isinstance(found, bytes) else found
