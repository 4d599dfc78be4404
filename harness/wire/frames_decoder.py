"""Frames and signs out of a stream of bytes, and on again after garbage."""

from collections.abc import Mapping

from harness.errors import Garbled
from harness.wire.frames import Broken, Item, Shape, Sign


class _Incomplete(Exception):
    """More bytes must come first."""


class Decoder:
    """See the module text.

    Args:
        shape: What frames look like.
        signs: Byte -> its word.
    """

    def __init__(self, shape: Shape, signs: Mapping[int, str] | None = None) -> None:
        self._shape = shape
        self._signs = dict(signs or {})
        self._kept = bytearray()
        self._suspect = 0  # so many bytes are of a broken frame: what looks like a sign is none

    @property
    def waiting(self) -> bool:
        """Whether something has begun that is not complete."""
        return bool(self._kept)

    def feed(self, octets: bytes) -> list[Item]:
        """All that is complete now."""
        self._kept += octets
        found: list[Item] = []
        try:
            while self._kept:
                item, used = self._first()
                del self._kept[:used]
                self._suspect = max(0, self._suspect - used)
                if item is not None:
                    found.append(item)
        except _Incomplete:
            pass
        return found

    def give_up(self) -> list[Item]:
        """Nothing came for too long: what has begun is broken; what is in it may still be good."""
        found: list[Item] = [Broken("frames: broken off")] if self._kept else []
        while self._kept:
            self._suspect = len(self._kept) - 1
            del self._kept[:1]
            found += self.feed(b"")
        return found

    def _first(self) -> tuple[Item | None, int]:
        """What stands first, and how many bytes it has; raises _Incomplete."""
        start = self._shape.start
        begun = bytes(self._kept[: len(start)])
        if begun == start:
            return self._frame()
        if start.startswith(begun):
            raise _Incomplete
        word = self._signs.get(begun[0])
        if word is not None and not self._suspect:
            return Sign(word), 1
        return None, 1

    def _frame(self) -> tuple[Item, int]:
        shape = self._shape
        try:
            inner, size = self._doubled() if shape.double else self._plain()
        except Garbled as error:
            return Broken(str(error)), self._skip(len(self._kept))
        if len(self._kept) < size:
            raise _Incomplete
        behind = shape.check.size if shape.check.last else 0
        end, last = bytes(self._kept[size - behind - len(shape.end) : size - behind]), size - behind
        if end != shape.end:
            return Broken("frames: no end where it should be"), self._skip(size)
        try:
            return shape.take_apart(inner, bytes(self._kept[last:size])), size
        except Garbled as error:  # between good ends: nothing else begins in it
            return Broken(str(error)), size if shape.end else self._skip(size)

    def _skip(self, extent: int) -> int:
        """Drop the start of a broken frame; in the rest of it only frames are looked for."""
        self._suspect = extent
        return len(self._shape.start)

    def _plain(self) -> tuple[bytes, int]:
        """What stands between start and end, and the whole frame's size."""
        shape = self._shape
        begin = len(shape.start)
        behind = len(shape.end) + (shape.check.size if shape.check.last else 0)
        if shape.length.octets:
            at = begin + shape.head + shape.length.octets
            if len(self._kept) < at:
                raise _Incomplete
            body = shape.body_size(bytes(self._kept[begin + shape.head : at]))
            stop = at + body + (0 if shape.check.last else shape.check.size)
        else:
            stop = self._kept.find(shape.end, begin + shape.head)
            self._check_restart(begin, stop)
        return bytes(self._kept[begin:stop]), stop + behind

    def _check_restart(self, begin: int, stop: int) -> None:
        """A frame without a length: another start before its end means it was sent anew."""
        shape = self._shape
        seen = bytes(self._kept[begin : stop if stop >= 0 else len(self._kept)])
        if seen.find(shape.start) >= 0:
            raise Garbled("frames: begun anew")
        if stop < 0:
            if len(seen) > shape.head + shape.longest:
                raise Garbled("frames: no end")
            raise _Incomplete

    def _doubled(self) -> tuple[bytes, int]:
        """The same where a byte is doubled."""
        shape = self._shape
        inner, at = bytearray(), len(shape.start)
        while True:
            pair = bytes(self._kept[at : at + 2])
            if not pair or (pair[:1] == shape.double and len(pair) < 2):
                raise _Incomplete
            if pair == shape.end:
                return bytes(inner), at + 2 + (shape.check.size if shape.check.last else 0)
            if pair[:1] == shape.double and pair[1:] != shape.double:
                raise Garbled("frames: begun anew" if pair == shape.start else "frames: a lone DLE")
            inner.append(pair[0])
            at += 2 if pair[:1] == shape.double else 1
            if len(inner) > shape.longest + shape.head + shape.length.octets + shape.check.size:
                raise Garbled("frames: no end")
