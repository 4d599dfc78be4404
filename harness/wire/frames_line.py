"""Who speaks when on a line of frames: acknowledgements, repeats, enquiry, numbers, heartbeats.

Sans-I/O, both ends: bytes and times in, bytes (``take``) and events out. ``due`` is when
``pass_time`` must be called at the latest. One body is on its way at a time; more wait their turn.
What was sent and not acknowledged is never called failed: ``Failed.sent`` says that it may have
arrived. The kinds of handshake are in ``frames_signs.py`` and ``frames_numbered.py``.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Literal

from harness.model.units import Seconds
from harness.wire.frames import Broken, Frame, Item, Octets, Shape, Sign
from harness.wire.frames_decoder import Decoder

ENQ, ACK, NAK, EOT = Octets(b"\x05"), Octets(b"\x06"), Octets(b"\x15"), Octets(b"\x04")


@dataclass(frozen=True, slots=True)
class Handshake:
    """How frames are acknowledged.

    Attributes:
        kind: ``none``; ``ack``: each frame by a sign; ``enq``: frames between ENQ and EOT;
            ``numbered``: by numbers in the frames' heads (type, acknowledged, own).
        answer: Until a frame or an enquiry is repeated.
        repeats: How often it is.
        gap: Silence after which a frame that has begun is broken.
        enq: The sign that asks to send.
        ack: The sign that takes.
        nak: The sign that refuses; none where it is empty.
        eot: The sign that ends.
        heartbeat: Between two empty frames; 0 for none.
        silent: Without any frame the other end is gone; 0 for never.
    """

    kind: Literal["none", "ack", "enq", "numbered"] = "none"
    answer: Seconds = Seconds(2)
    repeats: int = 3
    gap: Seconds = Seconds(0.5)
    enq: Octets = ENQ
    ack: Octets = ACK
    nak: Octets = NAK
    eot: Octets = EOT
    heartbeat: Seconds = Seconds(0)
    silent: Seconds = Seconds(0)

    @property
    def signs(self) -> dict[int, str]:
        """Byte -> its word."""
        words = {"none": (), "numbered": (), "ack": ("ack", "nak")}
        used = words.get(self.kind, ("enq", "ack", "nak", "eot"))
        return {getattr(self, word)[0]: word for word in used if getattr(self, word)}


@dataclass(frozen=True, slots=True)
class Heard:
    """A body came; a repeated one comes once."""

    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Delivered:
    """Our body was taken."""


@dataclass(frozen=True, slots=True)
class Failed:
    """Our body was not taken.

    Attributes:
        why: In words.
        sent: Whether it was sent at all: then it may have been taken all the same.
    """

    why: str
    sent: bool


Event = Heard | Delivered | Failed


class Line:
    """One end; without any acknowledgement (``none``).

    Args:
        shape: Of the frames.
        hand: The handshake.
        register: Whether this is the register's end, which opens the line and gives way.

    Attributes:
        busy: Whether the other end is refused to begin.
        spoilt: Frames that came broken, or were refused, since the last that came whole.
    """

    def __init__(self, shape: Shape, hand: Handshake, *, register: bool) -> None:
        self._shape, self._hand, self._register = shape, hand, register
        self._decoder = Decoder(shape, hand.signs)
        self._out = bytearray()
        self._queue: deque[bytes] = deque()
        self._events: list[Event] = []
        self._times: dict[str, float] = {}
        self._tries = 0
        self._last: Frame | None = None
        self._now = 0.0
        self.busy = False
        self.spoilt = 0

    # --- what the owner does ---------------------------------------------------------------

    def send(self, body: bytes, now: float) -> None:
        """Send when it is this body's turn; raises ValueError for one that no frame carries."""
        self._shape.encode(body, bytes(self._shape.head))
        self._now = now
        self._queue.append(body)
        self.go_on()

    def enquire(self, now: float) -> None:
        """Ask whether the other end is there, where the handshake can: an empty turn."""
        self._now = now
        self.tell(Delivered())

    @property
    def hearing(self) -> bool:
        """Whether the other end has the turn."""
        return False

    def feed(self, octets: bytes, now: float) -> list[Event]:
        """What came."""
        self._now = now
        self._take(self._decoder.feed(octets))
        if self._decoder.waiting:
            self._times["gap"] = now + self._hand.gap
        else:
            self._times.pop("gap", None)
        return self._told()

    def pass_time(self, now: float) -> list[Event]:
        """Do what is due; also tells what was not told yet."""
        self._now = now
        for word in [word for word, when in self._times.items() if when <= now]:
            if self._times.pop(word, None) is not None:
                getattr(self, f"on_{word}")()
        return self._told()

    @property
    def due(self) -> float | None:
        """When ``pass_time`` is to be called; at once where something was not told yet."""
        if self._events:
            return self._now
        return min(self._times.values(), default=None)

    def take(self) -> bytes:
        """What is to be written now."""
        octets = bytes(self._out)
        self._out.clear()
        return octets

    # --- what a kind of handshake does -----------------------------------------------------

    def go_on(self) -> None:
        """Send the next body, if it may be sent."""
        while self._queue:
            self.put(self._queue.popleft())
            self.tell(Delivered())

    def on_frame(self, frame: Frame) -> None:
        """A good frame."""
        self.tell(Heard(frame.body))

    def on_sign(self, word: str) -> None:
        """A single byte."""

    def is_refusal(self, word: str) -> bool:
        """Whether a sign says that a frame of ours came spoilt."""
        return word == "nak"

    def on_broken(self) -> None:
        """A spoilt frame."""

    def on_gap(self) -> None:
        """Nothing came for too long."""
        self._take(self._decoder.give_up())

    # --- for the kinds ---------------------------------------------------------------------

    def put(self, body: bytes, head: bytes = b"") -> None:
        """Write a frame."""
        self._out += self._shape.encode(body, head or bytes(self._shape.head))

    def sign(self, word: str) -> None:
        """Write a sign, where the profile has it."""
        self._out += getattr(self._hand, word)

    def tell(self, event: Event) -> None:
        self._events.append(event)

    def wait(self, word: str = "answer", seconds: float | None = None) -> None:
        """Have ``on_<word>`` called later."""
        self._times[word] = self._now + (self._hand.answer if seconds is None else seconds)

    def stop_waiting(self, word: str = "answer") -> None:
        self._times.pop(word, None)

    def is_repeated(self, frame: Frame) -> bool:
        """Whether it is the same again, with nothing of ours between: its sender missed our ACK."""
        again, self._last = frame == self._last, frame
        return again

    def _take(self, items: list[Item]) -> None:
        for item in items:
            if isinstance(item, Frame):
                self.spoilt = 0
                self.on_frame(item)
            elif isinstance(item, Sign):
                self.spoilt += self.is_refusal(item.word)
                self.on_sign(item.word)
            elif isinstance(item, Broken) and "anew" not in item.why:  # the good one follows
                self.spoilt += 1
                self.on_broken()

    def _told(self) -> list[Event]:
        told, self._events = self._events, []
        return told
