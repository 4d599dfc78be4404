"""adb's file transfer (service ``sync:``), both directions.

Four letters, then words (low byte first), the last of which is, for most, the length of what
follows. A file goes as SEND with ``path,mode``, DATA as often as it takes, DONE with its time; the
answer is OKAY, or FAIL with the reason. The same letters mean other shapes in the other direction.

Source: AOSP, packages/modules/adb, docs/dev/sync.md, file_sync_protocol.h.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from harness.errors import Garbled

LONGEST_CHUNK = 1 << 16  # bytes of one DATA
LONGEST_NAME = 1024  # bytes of a path with its mode

#: Letters -> (words, whether the last of them is the length of what follows).
Shapes = Mapping[str, tuple[int, bool]]
REQUESTS: Shapes = {
    "STAT": (1, True), "LIST": (1, True), "RECV": (1, True), "SEND": (1, True),
    "DATA": (1, True), "DONE": (1, False), "QUIT": (1, False),
}  # fmt: skip
ANSWERS: Shapes = {
    "STAT": (3, False), "DENT": (4, True), "DATA": (1, True), "DONE": (1, False),
    "OKAY": (1, False), "FAIL": (1, True),
}  # fmt: skip
#: The end of a list is a directory entry without one.
LISTING: Shapes = {**ANSWERS, "DONE": (4, False)}


@dataclass(frozen=True, slots=True)
class Part:
    """One request or answer.

    Attributes:
        word: Its letters.
        numbers: Its words without the length: STAT's mode, size and time; DONE's time.
        octets: What follows.
    """

    word: str
    numbers: tuple[int, ...] = ()
    octets: bytes = b""


def to_bytes(part: Part, shapes: Shapes) -> bytes:
    """A part of this direction; raises ValueError where its numbers do not fit."""
    words, counted = shapes[part.word]
    numbers = (*part.numbers, len(part.octets)) if counted else part.numbers
    numbers = (*numbers, *(0,) * (words - len(numbers)))
    if len(numbers) != words or (part.octets and not counted):
        raise ValueError(f"adb sync: {part.word} has another shape")
    return part.word.encode("ascii") + struct.pack(f"<{words}I", *numbers) + part.octets


def sent(path: str, mode: int, content: bytes, time: int) -> Iterator[bytes]:
    """All that is said to send a file.

    Args:
        path: Where it goes.
        mode: Its permissions, as ``0o644``.
        content: The file.
        time: When it was changed, s since 1970.

    Raises:
        ValueError: The path is too long, or has a character that no path has.
    """
    name = f"{path},{0o100000 | mode}".encode()
    if len(name) > LONGEST_NAME or b"\0" in name:
        raise ValueError(f"adb sync: no path: {path[:80]!r}")
    yield to_bytes(Part("SEND", octets=name), REQUESTS)
    for at in range(0, len(content), LONGEST_CHUNK):
        chunk = content[at : at + LONGEST_CHUNK]
        yield to_bytes(Part("DATA", octets=chunk), REQUESTS)
    yield to_bytes(Part("DONE", (time,)), REQUESTS)


def path_and_mode(octets: bytes) -> tuple[str, int]:
    """What a SEND names; raises Garbled. The last comma counts: a path may have others."""
    path, comma, mode = octets.decode("utf-8", "replace").rpartition(",")
    if not comma or not mode.isascii() or not mode.isdecimal() or not path:
        raise Garbled("adb sync: SEND wants a path, a comma and a mode")
    return path, int(mode) & 0o7777


class Deframer:
    """Parts out of a stream of bytes, however it is cut."""

    def __init__(self, shapes: Shapes) -> None:
        """Make it.

        Args:
            shapes: ``REQUESTS`` or ``ANSWERS`` (``LISTING`` for those to a LIST).
        """
        self._shapes = shapes
        self._kept = bytearray()

    def feed(self, octets: bytes) -> list[Part]:
        """The parts that are whole now; raises Garbled."""
        self._kept += octets
        found: list[Part] = []
        while (part := self._take()) is not None:
            found.append(part)
        return found

    def _take(self) -> Part | None:
        if len(self._kept) < 4:
            return None
        word = bytes(self._kept[:4]).decode("ascii", "replace")
        if word not in self._shapes:
            raise Garbled(f"adb sync: {word!r} is no word of this direction")
        words, counted = self._shapes[word]
        head = 4 + 4 * words
        if len(self._kept) < head:
            return None
        numbers = struct.unpack_from(f"<{words}I", self._kept, 4)
        size = numbers[-1] if counted else 0
        if size > (LONGEST_CHUNK if word == "DATA" else LONGEST_NAME):
            raise Garbled(f"adb sync: {word} announces {size} bytes")
        if len(self._kept) < head + size:
            return None
        octets = bytes(self._kept[head : head + size])
        del self._kept[: head + size]
        return Part(word, numbers[:-1] if counted else numbers, octets)
