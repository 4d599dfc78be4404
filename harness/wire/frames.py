"""Frames of registers' serial protocols, both directions, by description (``Shape``).

A frame is ``start head length body [check] end [check]``; outside of frames there are single signs
(ENQ, ACK, NAK, EOT). What comes is cut anywhere, begins anywhere and may be spoilt: the decoder
raises nothing, it tells ``Broken`` and goes on with the next frame there is.

Source: ISO 1745 (ENQ, ACK, NAK, EOT, STX, ETX); the profiles in ``fixtures/frames`` name theirs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Self

from harness.errors import Garbled
from harness.model.units import PARSERS
from harness.wire.checks import CHECKS, SIZES

Coding = Literal["none", "bcd", "big", "little", "digits"]
Part = Literal["start", "head", "length", "body", "end", "etx"]
#: Of a frame, in the order in which they go out; ``etx`` is the last byte of ``end``.
PARTS: tuple[Part, ...] = ("start", "head", "length", "body", "end", "etx")


class Octets(bytes):
    """Bytes that a profile writes in hex: ``55 AA``."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """From a text of hex digits; raises ValueError."""
        try:
            return cls(bytes.fromhex(text))
        except ValueError:
            raise ValueError(f"{text!r} seen, wanted bytes in hex, e.g. '55 AA'") from None


PARSERS[Octets] = Octets.parse  # so that a profile's keys are read as those of all files are


@dataclass(frozen=True, slots=True)
class Check:
    """The check at a frame's end.

    Attributes:
        kind: A word of ``wire/checks.py``.
        over: The parts it is computed over.
        order: Byte order of a check of two bytes.
        last: Whether it follows ``end``; before it otherwise.
    """

    kind: str = "none"
    over: tuple[Part, ...] = ("body",)
    order: Literal["big", "little"] = "big"
    last: bool = True

    def __post_init__(self) -> None:
        if self.kind not in CHECKS:
            raise ValueError(f"check {self.kind!r} seen, wanted one of: {', '.join(CHECKS)}")

    @property
    def size(self) -> int:
        """Bytes."""
        return SIZES[self.kind]

    def of(self, parts: Mapping[str, bytes]) -> bytes:
        """The check of these parts."""
        covered = b"".join(parts[part] for part in PARTS if part in self.over)
        return CHECKS[self.kind](covered).to_bytes(self.size, self.order)


@dataclass(frozen=True, slots=True)
class Length:
    """How a frame tells its length.

    Attributes:
        coding: ``none``, two digits a byte, high or low byte first, or a digit a byte.
        size: Bytes.
        counts: The parts that it counts.
    """

    coding: Coding = "none"
    size: int = 2
    counts: tuple[Part, ...] = ("body",)

    def __post_init__(self) -> None:
        if self.coding != "none" and not 1 <= self.size <= 8:
            raise ValueError(f"size {self.size} seen, wanted 1 to 8 bytes")
        if self.coding != "none" and "body" not in self.counts:
            raise ValueError("a length counts the body at least")

    @property
    def octets(self) -> int:
        """Bytes on the wire."""
        return 0 if self.coding == "none" else self.size

    @property
    def most(self) -> int:
        """The largest that can be told."""
        tens = {"bcd": 100**self.size, "digits": 10**self.size}
        return int(tens.get(self.coding, 256**self.size)) - 1

    def write(self, number: int) -> bytes:
        """Raises ValueError when it does not fit."""
        if self.coding == "none":
            return b""
        if not 0 <= number <= self.most:
            raise ValueError(f"a length of {number} does not fit into {self.size} bytes")
        if self.coding == "bcd":
            return bytes.fromhex(f"{number:0{2 * self.size}d}")
        if self.coding == "digits":
            return f"{number:0{self.size}d}".encode()
        return number.to_bytes(self.size, self.coding)

    def number(self, octets: bytes) -> int:
        """Raises Garbled for what is no number."""
        if self.coding in ("big", "little"):
            return int.from_bytes(octets, "little" if self.coding == "little" else "big")
        digits = octets.hex() if self.coding == "bcd" else octets.decode("latin-1")
        if not (digits.isascii() and digits.isdecimal()):
            raise Garbled(f"frames: {octets.hex(' ')} is no length")
        return int(digits)


@dataclass(frozen=True, slots=True)
class Shape:
    """What frames look like.

    Attributes:
        start: Their first bytes.
        head: Bytes between them and the length: type, number.
        length: How the length is told.
        end: Their last bytes.
        check: The check.
        double: A byte that is doubled between start and end, which begin with it (DLE).
        longest: Of a body, bytes.
    """

    start: Octets
    head: int = 0
    length: Length = field(default_factory=Length)
    end: Octets = field(default_factory=Octets)
    check: Check = field(default_factory=Check)
    double: Octets = field(default_factory=Octets)
    longest: int = 1024

    def __post_init__(self) -> None:
        if not self.start:
            raise ValueError("a frame must have start bytes")
        if not self.end and not self.length.octets:
            raise ValueError("a frame must have a length or end bytes")
        if self.double:
            self._check_doubling()
        elif not self.length.octets and not self.check.last and self.check.size:
            raise ValueError("a check before the end needs a length, or nobody can find the end")

    def _check_doubling(self) -> None:
        fits = len(self.double) == 1 and len(self.start) == len(self.end) == 2
        if not fits or self.start[:1] != self.double or self.end[:1] != self.double:
            raise ValueError("where a byte is doubled, start and end are that byte and another")
        if self.start == self.end or self.double * 2 in (self.start, self.end):
            raise ValueError("start, end and the doubled byte must differ")

    def sizes(self, body: int) -> dict[str, int]:
        """Part -> its bytes."""
        fixed = {"start": len(self.start), "head": self.head, "length": self.length.octets}
        return {**fixed, "body": body, "end": len(self.end), "etx": min(1, len(self.end))}

    def encode(self, body: bytes, head: bytes = b"") -> bytes:
        """A frame; raises ValueError for a body too long, or one that would end the frame."""
        if len(body) > self.longest or len(head) != self.head:
            raise ValueError(f"no frame for {len(body)} bytes with a head of {len(head)}")
        plain = not self.length.octets and not self.double
        if plain and max(body.find(self.end), body.find(self.start)) >= 0:
            raise ValueError("this body would end or restart its own frame")
        sizes = self.sizes(len(body))
        counted = self.length.write(sum(sizes[part] for part in self.length.counts))
        parts = self.parts(head, counted, body)
        check = self.check.of(parts)
        inner = head + counted + body + (b"" if self.check.last else check)
        if self.double:
            inner = inner.replace(self.double, self.double * 2)
        return self.start + inner + self.end + (check if self.check.last else b"")

    def parts(self, head: bytes, length: bytes, body: bytes) -> dict[str, bytes]:
        """A frame's parts by name."""
        fixed = {"start": bytes(self.start), "end": bytes(self.end), "etx": bytes(self.end[-1:])}
        return {**fixed, "head": head, "length": length, "body": body}

    def take_apart(self, inner: bytes, last: bytes) -> "Frame":
        """What stood between start and end, and behind it; raises Garbled."""
        if not self.check.last:
            size = self.check.size
            inner, last = inner[: len(inner) - size], inner[len(inner) - size :]
        at = self.head + self.length.octets
        if len(inner) < at:
            raise Garbled("frames: too short")
        head, length, body = inner[: self.head], inner[self.head : at], inner[at:]
        if len(body) > self.longest:
            raise Garbled(f"frames: a body of {len(body)} bytes")
        if length and self.body_size(length) != len(body):
            raise Garbled(f"frames: {len(body)} bytes are not what the length says")
        if self.check.of(self.parts(head, length, body)) != last:
            raise Garbled(f"frames: the {self.check.kind} is wrong")
        return Frame(body, head)

    def body_size(self, length: bytes) -> int:
        """What a length says of the body; raises Garbled."""
        sizes = self.sizes(0)
        size = self.length.number(length) - sum(sizes[part] for part in self.length.counts)
        if not 0 <= size <= self.longest:
            raise Garbled(f"frames: a length of {size} bytes")
        return size


@dataclass(frozen=True, slots=True)
class Frame:
    """A good frame."""

    body: bytes
    head: bytes = b""


@dataclass(frozen=True, slots=True)
class Sign:
    """A single byte outside of frames; ``word`` is what the profile calls it."""

    word: str


@dataclass(frozen=True, slots=True)
class Broken:
    """A frame that is none; ``why`` quotes nothing of it."""

    why: str


Item = Frame | Sign | Broken
