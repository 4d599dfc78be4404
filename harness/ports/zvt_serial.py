"""ZVT's serial transport over another port: what is written and read here are whole APDUs.

Each block is acknowledged the moment it is read, and each that is written is repeated until the
other station has acknowledged it. One task may wait in ``read`` while others ``write``. A line that
is lost takes what was under way with it: repeated on the next one, a sale would be made twice.

Source: ZVT PA00P016, 3; the rules are in ``harness.wire.zvt_serial``.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from harness.errors import Garbled, PortLost, PortTimeout
from harness.ports.base import Chunk, Port
from harness.wire import zvt, zvt_serial

SPOILT = 1 + zvt_serial.REPEATS  # blocks in a row: the other station has given up by then, too


class ZvtSerialPort(Port):
    """Blocks over a line."""

    def __init__(
        self,
        line: Port,
        *,
        gap: float = zvt_serial.GAP,
        answer: float = zvt_serial.ANSWER,
        repeats: int = zvt_serial.REPEATS,
    ) -> None:
        """Nothing is opened yet.

        Args:
            line: What carries the bytes.
            gap: T1, s.
            answer: T2, s.
            repeats: How often a block is sent again.
        """
        super().__init__(line.clock, line.address)
        self._line = line
        self._rules = {"gap": gap, "answer": answer}
        self._repeats = repeats
        self._station = self._make_station()

    def _make_station(self) -> zvt_serial.Station:
        return zvt_serial.Station(repeats=self._repeats, **self._rules)

    def open(self) -> None:
        self._line.open()

    def close(self) -> None:
        self._station = self._make_station()
        self._line.close()

    @property
    def readable(self) -> bool:
        return bool(self._station.heard) or self._line.readable

    def read(self, until: float | None = None) -> Chunk | None:
        """One APDU; raises PortLost, and Garbled when block after block is spoilt."""
        station = self._station
        if not self._wait_for(lambda: bool(station.heard), until):
            return None
        return Chunk(self.clock.now(), station.heard.popleft().to_bytes())

    def write(self, data: bytes) -> None:
        """One APDU, delivered; raises PortLost, and PortTimeout after the last repeat."""
        station = self._station
        self._wait_for(lambda: station.sending is None, None)
        block, octets = station.send(zvt.Apdu.from_bytes(data), self.clock.now())
        with self._on_the_line():
            self._line.write(octets)
        self._wait_for(lambda: block.delivered is not None, None)
        if not block.delivered:
            raise PortTimeout(f"{self.address}: {block.apdu} is not acknowledged")

    def _wait_for(self, true: Callable[[], bool], until: float | None) -> bool:
        while not true():
            if self._line.readable:
                self._take()
                continue
            now, due = self.clock.now(), self._station.deadline
            if due is not None and now >= due:
                self._say(self._station.late(now))
            elif until is not None and now >= until:
                return False
            else:
                times = [time for time in (until, due) if time is not None]
                self._line.arrived.wait_for(
                    lambda: true() or self._line.readable, min(times, default=None)
                )
        return True

    @contextmanager
    def _on_the_line(self) -> Iterator[None]:
        try:
            yield
        except PortLost:
            self._station = self._make_station()
            raise

    def _take(self) -> None:
        with self._on_the_line():
            chunk = self._line.read(self.clock.now())
        if chunk is not None:
            self._say(self._station.feed(chunk.data, chunk.t))
        if self._station.spoilt >= SPOILT:
            self._station.spoilt = 0
            raise Garbled(f"{self.address}: block after block is spoilt")

    def _say(self, octets: bytes) -> None:
        if octets:
            with self._on_the_line():
                self._line.write(octets)
        self._line.arrived.notify()  # whoever else waits here looks again
