"""One end of a TCP connection, small but honest (RFC 9293; timers RFC 6298; congestion RFC 5681).

What a test of payments needs of it: data written into a hole is *accepted* and vanishes without a
word, is sent again with growing gaps, arrives once and in order when the hole closes in time, and
the connection dies by itself when it does not. Windows are not advertised (a reader here never
falls behind), every segment is acknowledged at once, and nothing waits in TIME-WAIT.
"""

from collections.abc import Callable
from dataclasses import dataclass

from harness.clock import Clock, Timer
from harness.ports.base import BufferedPort

HEADER = 40  # bytes: IPv4 and TCP without options
LARGEST = 1360  # bytes of data in a segment: a cellular MTU of 1400
WINDOW = 64 * 1024
RTO_FIRST, RTO_LEAST, RTO_MOST = 1.0, 1.0, 60.0  # s (RFC 6298, 2)
TRIES = 6  # retransmissions of one segment before giving up: after 123 s at 1, 2, 4 .. 32, 60 s

CONNECTING, ACCEPTING, OPEN, ENDED = "connecting", "accepting", "open", "ended"


@dataclass(frozen=True, slots=True)
class Segment:
    """What travels. ``flags`` is a string of S (SYN), A (ACK), F (FIN), R (RST)."""

    flags: str
    seq: int = 0
    ack: int = 0
    payload: bytes = b""

    @property
    def size(self) -> int:
        return HEADER + len(self.payload)


class End(BufferedPort):
    """One end. ``write`` never waits: what the window does not take yet is queued.

    Args:
        clock: The bench's clock.
        address: The other end, ``host:port``.
        send: Puts a segment on the way.
        opened: Called when the handshake is done; must not wait.

    Attributes:
        state: ``connecting``, ``accepting``, ``open`` or ``ended``.
        why: Why it ended, ``""`` before.
        sent_again: Segments retransmitted so far.
    """

    def __init__(
        self,
        clock: Clock,
        address: str,
        send: Callable[[Segment], None],
        opened: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(clock, address)
        self._send, self._opened = send, opened
        self.state, self.why, self.sent_again = "", "", 0
        self._out = bytearray()  # from _una on, once open
        self._una = self._next = self._high = 0  # first unacknowledged, next, highest sent
        self._expected = 0  # the next byte of the other end
        self._early: dict[int, bytes] = {}
        self._fin: int | None = None  # where our FIN stands, once sent
        self._their_fin: int | None = None
        self._closing = False
        self._timer: Timer | None = None
        self._rto, self._srtt, self._var, self._tries = RTO_FIRST, 0.0, 0.0, 0
        self._timed: tuple[int, float] | None = None  # (seq, when sent) of one clean segment
        self._window, self._threshold, self._repeats = 10 * LARGEST, WINDOW, 0

    # --- what the owner does ---

    def open(self) -> None:
        self.check_alive()

    def connect(self) -> None:
        """Send the SYN."""
        self._start(CONNECTING)

    def write(self, data: bytes) -> None:
        self.check_alive()
        self._out += data
        self._pump()

    @property
    def unsent(self) -> int:
        return len(self._out) if self._lost is None else 0

    def close(self) -> None:
        """Send what is queued, then FIN."""
        if self._lost is None:
            self.put_lost("closed here")
        if self.state in (CONNECTING, ACCEPTING):
            self._end("closed here")
        self._closing = True
        self._pump()

    def reset(self) -> None:
        """Send RST and forget everything."""
        if self.state not in ("", ENDED):
            self._send(Segment("R", self._next))
        self._end("reset here")

    def vanish(self) -> None:
        """Power loss: nothing is sent, nothing is answered any more."""
        self._end("closed here")

    # --- what arrives ---

    def receive(self, segment: Segment) -> None:
        """A segment of the other end arrived."""
        if self.state == ENDED:
            return
        if "R" in segment.flags:
            self._end("refused" if self.state == CONNECTING else "reset by the other end")
        elif "S" in segment.flags:
            self._take_syn(segment)
        elif self.state != CONNECTING:
            self._take_ack(segment)
            self._take_payload(segment)

    def cut(self) -> None:
        """Somebody on the way sent RST in the other end's name."""
        self.receive(Segment("R"))

    def hear_icmp(self, word: str) -> None:
        """A gateway says that a packet went no further: only an attempt to connect minds.

        RFC 1122, 4.2.3.9: soft errors; as Linux does it, connect fails and the rest goes on.
        """
        if word == "prohibited" and self.state == CONNECTING:
            self._end(word)

    def _take_syn(self, segment: Segment) -> None:
        self._expected = max(self._expected, 1)
        if self.state == "":
            self._start(ACCEPTING)
        elif self.state == ACCEPTING:
            self._send(Segment("SA", 0, 1))
        else:
            self._take_ack(segment)
            self._acknowledge()

    def _start(self, state: str) -> None:
        self.state, self._next, self._high = state, 1, 1
        self._send_syn()

    def _send_syn(self) -> None:
        self._send(Segment("S") if self.state == CONNECTING else Segment("SA", 0, 1))
        self._arm()

    def _take_ack(self, segment: Segment) -> None:
        if segment.ack == self._una and self._high > self._una:
            self._take_repeat(segment)
            return
        if not self._una < segment.ack <= self._high:
            return
        gone = segment.ack - self._una
        if self.state == OPEN:
            del self._out[: min(gone, len(self._out))]
        self._una, self._next = segment.ack, max(self._next, segment.ack)
        self._tries, self._repeats = 0, 0
        self._measure(segment.ack)
        if self.state == OPEN:
            slow = self._window < self._threshold
            self._window += LARGEST if slow else max(1, LARGEST * LARGEST // self._window)
        if self.state in (CONNECTING, ACCEPTING):
            self.state = OPEN
            self.arrived.notify()
            if self._opened is not None:
                self._opened()
        self._arm()
        self._pump()

    def _take_repeat(self, segment: Segment) -> None:
        """The third repeated ACK says that the first segment was lost (RFC 5681, 3.2)."""
        if segment.payload or "F" in segment.flags or self.state != OPEN:
            return
        self._repeats += 1
        if self._repeats == 3:
            self._slow_down(to=max(self._high - self._una, 4 * LARGEST) // 2)
            self._send_one(self._una)

    def _take_payload(self, segment: Segment) -> None:
        if "F" in segment.flags:
            self._their_fin = segment.seq + len(segment.payload)
        if not segment.payload and "F" not in segment.flags:
            return
        self._early[segment.seq] = max(self._early.get(segment.seq, b""), segment.payload, key=len)
        for seq in sorted(self._early):
            if seq > self._expected:
                break
            fresh = self._early.pop(seq)[self._expected - seq :]
            self._expected += len(fresh)
            if self._lost is None:
                self.put_arrived(fresh)
        if self._their_fin == self._expected:
            self._expected += 1
            self.put_lost("closed by the other end")
            self._closing = True
        self._acknowledge()
        self._pump()

    def _acknowledge(self) -> None:
        self._send(Segment("A", self._next, self._expected))

    # --- what is sent ---

    def _pump(self) -> None:
        """Send what the window takes, and the FIN behind the last byte."""
        if self.state != OPEN:
            return
        end = self._una + len(self._out)
        while self._next < end and self._next - self._una < min(self._window, WINDOW):
            self._next += self._send_one(self._next)
        if self._closing and self._fin is None and self._next == end:
            self._fin = end
        if self._fin is not None and self._next == self._fin:
            self._send(Segment("FA", self._fin, self._expected))
            self._next += 1
        self._high = max(self._high, self._next)
        if self._timer is None:
            self._arm()
        if self._fin is not None and self._una > self._fin and self._their_fin is not None:
            self._end("closed")

    def _send_one(self, seq: int) -> int:
        at = seq - self._una
        piece = bytes(self._out[at : at + LARGEST])
        if seq >= self._high and self._timed is None:
            self._timed = (seq, self.clock.now())
        elif seq < self._high:
            self.sent_again += 1
            self._timed = None  # Karn: a segment sent twice measures nothing
        self._send(Segment("A", seq, self._expected, piece))
        return len(piece)

    # --- time ---

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._high > self._una:
            self._timer = self.clock.call_at(self.clock.now() + self._rto, self._time_out)

    def _time_out(self) -> None:
        self._timer = None
        self._tries += 1
        if self._tries > TRIES:
            self._end("no answer from the other end")
            return
        self._rto = min(2 * self._rto, RTO_MOST)
        self._timed = None
        if self.state != OPEN:
            self.sent_again += 1
            self._send_syn()
            return
        self._slow_down(to=LARGEST)
        if self._una < self._high:
            self._next = self._una
        if self._fin is not None and self._next == self._fin:
            self.sent_again += 1
        self._pump()
        self._arm()

    def _slow_down(self, *, to: int) -> None:
        self._threshold = max((self._high - self._una) // 2, 2 * LARGEST)
        self._window = to

    def _measure(self, ack: int) -> None:
        if self._timed is None or ack <= self._timed[0]:
            return
        took = self.clock.now() - self._timed[1]
        self._timed = None
        if self._srtt:
            self._var += (abs(self._srtt - took) - self._var) / 4
            self._srtt += (took - self._srtt) / 8
        else:
            self._srtt, self._var = took, took / 2
        self._rto = max(RTO_LEAST, min(self._srtt + 4 * self._var, RTO_MOST))

    def _end(self, why: str) -> None:
        if self.state == ENDED:
            return
        self.state, self.why = ENDED, why
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._out.clear()
        self.put_lost(why)
