"""Frames with numbers: a head of type, acknowledged number and own number (CodePay's USB line).

Each body has a number from 1 to 255, in turn; the other end sends it back as acknowledgement, in a
frame of its own or in an empty one. A number that came last comes again because its
acknowledgement was lost. The register opens the line by a frame of type 1, the terminal confirms by
type 2 and forgets what was before. Empty frames keep the line alive.

Source: fixtures/frames/codepay.yaml.
"""

from harness.wire.frames import Frame, Shape
from harness.wire.frames_line import Delivered, Failed, Handshake, Heard, Line
from harness.wire.frames_signs import Acknowledged, Enquired

COMMON, OPENING, CONFIRMING = 0, 1, 2
NOTHING = 0


class Numbered(Line):
    """See the module text."""

    def __init__(self, shape: Shape, hand: Handshake, *, register: bool) -> None:
        super().__init__(shape, hand, register=register)
        self._open = False
        self._number = 0
        self._body: bytes | None = None
        self._heard = NOTHING

    def go_on(self) -> None:
        if self._body is not None or not self._queue:
            return
        self._body, self._tries = self._queue.popleft(), 0
        if not self._open and self._register:
            self._try_to_open()
            return
        self._number_it()
        self._try()

    def _number_it(self) -> None:
        self._number = self._number % 255 + 1

    def _try_to_open(self) -> None:
        if self._tries > self._hand.repeats:
            self._fail("nobody confirms the line", sent=False)
            return
        self._tries += 1
        self._put(b"", OPENING)
        self.wait()

    def _try(self) -> None:
        assert self._body is not None  # noqa: S101 - there is one on its way
        if self._tries > self._hand.repeats:
            self._fail("not acknowledged", sent=True)
            return
        self._tries += 1
        self._put(self._body, COMMON, own=self._number)
        self.wait()

    def _fail(self, why: str, *, sent: bool) -> None:
        self._body, self._open = None, False
        for word in ("answer", "heartbeat", "silent"):
            self.stop_waiting(word)
        self.tell(Failed(why, sent=sent))
        self.go_on()

    def _put(self, body: bytes, kind: int, *, taken: int = NOTHING, own: int = NOTHING) -> None:
        self.put(body, bytes([kind, taken, own]))
        if self._hand.heartbeat and self._open:
            self.wait("heartbeat", self._hand.heartbeat)

    def _opened(self) -> None:
        self._open = True
        self._heard = NOTHING
        if self._hand.silent:
            self.wait("silent", self._hand.silent)
        if self._hand.heartbeat:
            self.wait("heartbeat", self._hand.heartbeat)

    # --- what is due ---

    def on_answer(self) -> None:
        """The acknowledgement is late."""
        if self._body is not None:
            self._try() if self._open or not self._register else self._try_to_open()

    def on_heartbeat(self) -> None:
        """Nothing was sent for a while."""
        self._put(b"", COMMON)

    def on_silent(self) -> None:
        """Nothing was heard for too long: the line must be opened anew."""
        if self._body is not None:
            self._fail("the line is dead", sent=self._tries > 0)
        else:
            self._open = False
            self.stop_waiting("heartbeat")
            self.tell(Failed("the line is dead", sent=True))

    # --- what comes ---

    def on_frame(self, frame: Frame) -> None:
        kind, taken, own = frame.head
        if self._open and self._hand.silent:
            self.wait("silent", self._hand.silent)
        if kind == OPENING and not self._register:
            self._body, self._number = None, 0
            self._queue.clear()
            self.stop_waiting()
            self._opened()
            self._put(b"", CONFIRMING)
        elif kind == CONFIRMING and self._register and not self._open:
            self._opened()
            self._begin()
        elif kind == COMMON:
            self._common(taken, own, frame.body)

    def enquire(self, now: float) -> None:
        self._now = now
        if self._open:
            self.tell(Delivered())
        else:
            self._queue.append(b"")
            self.go_on()

    def _begin(self) -> None:
        """The line is open: the body that it was opened for goes out; there may be none."""
        if self._body == b"":
            self._body = None
            self.stop_waiting()
            self.tell(Delivered())
            self.go_on()
        elif self._body is not None:
            self._tries = 0
            self._number_it()
            self._try()

    def _common(self, taken: int, own: int, body: bytes) -> None:
        if self._body is not None and taken == self._number and taken != NOTHING:
            self._body = None
            self.stop_waiting()
            self.tell(Delivered())
            self.go_on()
        if own == NOTHING:
            return
        self._put(b"", COMMON, taken=own)
        if own != self._heard:
            self._heard = own
            self.tell(Heard(body))


#: Kind of handshake -> its line.
LINES: dict[str, type[Line]] = {
    "none": Line, "ack": Acknowledged, "enq": Enquired, "numbered": Numbered,
}  # fmt: skip


def make_line(shape: Shape, hand: Handshake, *, register: bool) -> Line:
    """One end of a line of this kind."""
    return LINES[hand.kind](shape, hand, register=register)
