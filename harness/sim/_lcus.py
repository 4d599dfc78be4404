"""A serial relay board of the LCUS kind, at the level of its bytes; what its relays do is not here.

A frame is ``A0``, relay, state, sum; one with a wrong sum is ignored, as is any other byte. ``FF``
asks for the status: a text line per relay, as slow as 9600 bit/s are.

Source: LC Technology's description of the LCUS boards.
"""

from collections.abc import Callable

from harness.clock import Clock
from harness.errors import PortLost
from harness.ports.base import Port

HEAD, STATUS = 0xA0, 0xFF
BYTE = 10 / 9600  # s on the line


class LcusBoard:
    """The board.

    Attributes:
        on: Which of its relays are on, from number 1.
    """

    def __init__(
        self, clock: Clock, relays: int, moved: Callable[[int, bool], None], *, tells: bool = True
    ) -> None:
        """Make one, with all relays off.

        Args:
            clock: The bench's clock.
            relays: How many it has.
            moved: Told the number of a relay and whether it is on, each time it changes.
            tells: Whether it answers ``FF``; the oldest do not.
        """
        self._clock, self._moved, self._tells = clock, moved, tells
        self.on = dict.fromkeys(range(1, relays + 1), False)

    def accept(self, port: Port) -> None:
        """Serve a new connection to its serial line."""
        self._clock.spawn("relay board", lambda: self._listen(port))

    def _listen(self, port: Port) -> None:
        heard = b""
        try:
            while (chunk := port.read()) is not None:
                heard += chunk.data
                while heard and (used := self._take(heard, port)):
                    heard = heard[used:]
        except PortLost:
            pass  # relays stay as they are when the computer goes

    def _take(self, heard: bytes, port: Port) -> int:
        """How many bytes were understood, or skipped; 0 when a frame is not complete."""
        if heard[0] == STATUS and self._tells:
            rows = "".join(f"CH{n}:{'ON' if on else 'OFF'}\r\n" for n, on in self.on.items())
            self._clock.sleep(len(rows) * BYTE)
            port.write(rows.encode())
            return 1
        if heard[0] != HEAD:
            return 1
        if len(heard) < 4:
            return 0
        relay, state = heard[1], heard[2]
        if heard[3] != (HEAD + relay + state) & 0xFF:
            return 1
        if relay in self.on and state in (0, 1) and self.on[relay] != bool(state):
            self.on[relay] = bool(state)
            self._moved(relay, bool(state))
        return 4
