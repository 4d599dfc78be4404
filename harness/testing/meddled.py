"""A port on whose wire one can lay hands: answers come late, words get lost, the line is cut."""

from collections import deque

from harness.errors import PortLost
from harness.ports.base import Chunk, Port


class MeddledPort(Port):
    """Any port, with faults of the line that are asked for.

    Attributes:
        said: Every message written, also those that were lost.
    """

    def __init__(self, port: Port) -> None:
        super().__init__(port.clock, port.address)
        self._port = port
        self.arrived = port.arrived
        self.said: list[bytes] = []
        self._delay = 0.0
        self._lose = 0
        self._cut = False
        self._held: deque[Chunk] = deque()

    def delay_next(self, seconds: float) -> None:
        """Hold the next chunk back for this long, once."""
        self._delay = seconds

    def lose_next(self, writes: int) -> None:
        """Let the next writes vanish without an error, as the first after a peer's close may."""
        self._lose = writes

    def cut(self) -> None:
        """The line is dead from now on; the instrument at its end lives on."""
        self._cut = True
        self._port.close()

    # --- a port -----------------------------------------------------------------------------

    def open(self) -> None:
        self._port.open()

    def close(self) -> None:
        self._port.close()

    def write(self, data: bytes) -> None:
        self._check()
        self.said.append(data)
        if self._lose:
            self._lose -= 1
            return
        self._port.write(data)

    def read(self, until: float | None = None) -> Chunk | None:
        self._check()
        if not self._held:
            chunk = self._port.read(until)
            if chunk is None or not self._delay:
                return chunk
            self._held.append(Chunk(chunk.t + self._delay, chunk.data))
            self._delay = 0.0
        due = self._held[0].t
        if until is not None and until < due:
            self.clock.sleep(max(0.0, until - self.clock.now()))
            return None
        self.clock.sleep(max(0.0, due - self.clock.now()))
        return self._held.popleft()

    @property
    def readable(self) -> bool:
        return self._cut or bool(self._held) or self._port.readable

    def _check(self) -> None:
        if self._cut:
            raise PortLost(f"{self.address}: the line was cut")
