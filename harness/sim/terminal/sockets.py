"""The board's lines: its console, its service port, and the sockets of registers.

A serial line is there whether the terminal is on or not, a socket only while somebody listens.
"""

import contextlib
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from harness.clock import Clock, Task
from harness.errors import PortLost
from harness.ports.base import Port

if TYPE_CHECKING:
    from harness.sim.terminal.board import Software

SERVICE = "loader"  # the protocol of the service port
KEEPALIVE = 8.0  # s until a register's socket notices that nobody is there any more


class Sockets:
    """See the module text.

    Attributes:
        outlets: ``console``, and one for each register protocol.
    """

    def __init__(
        self, clock: Clock, registers: Iterable[str], listening: Callable[[], "Software | None"],
        spawn: Callable[[str, Callable[[], object]], Task],
    ) -> None:  # fmt: skip
        """Open to whoever connects.

        Args:
            clock: The bench's clock.
            registers: Words of the register protocols that this model has.
            listening: What runs on the board and hears its lines now.
            spawn: Begins a task that dies with the supply.
        """
        self._clock = clock
        self._listening = listening
        self._spawn = spawn
        self._registers: list[Port] = []
        self._consoles: list[Port] = []
        self._service: Port | None = None
        words = tuple(registers)
        self.outlets: dict[str, Callable[[Port], None]] = {
            "console": self._accept_console,
            **{word: partial(self.accept_register, word) for word in words},
            **({SERVICE: self._accept_service} if SERVICE in words else {}),
        }

    def power_lost(self) -> None:
        """Whoever was connected to a register's socket is not told."""
        for port in self._registers:
            _vanish(port)
        self._registers.clear()

    def write_console(self, line: str) -> None:
        """A line of its log, to all who are connected."""
        for port in list(self._consoles):
            try:
                port.write(line.encode("utf-8") + b"\r\n")
            except PortLost:
                self._consoles.remove(port)

    def _accept_console(self, port: Port) -> None:
        """A serial line is there whether the terminal is on or not."""
        self._consoles.append(port)
        self._clock.spawn("terminal console", lambda: self._read_console(port))

    def _read_console(self, port: Port) -> None:
        while True:
            try:
                chunk = port.read()
            except PortLost:
                return
            running = self._listening()
            if chunk is not None and running is not None:
                self._spawn("console", partial(running.console_input, chunk.data))

    def _accept_service(self, port: Port) -> None:
        """A serial line, too; what came while the terminal was off was heard by nobody."""
        self._service = port
        self.serve_service()

    def serve_service(self) -> None:
        """Somebody listens at the service port from now on."""
        running = self._listening()
        if self._service is None or running is None:
            return
        with contextlib.suppress(PortLost):  # unplugged; or it recovers, and serves nobody
            while self._service.readable:
                self._service.read(self._clock.now())
            running.serve_register(SERVICE, self._service)

    def accept_register(self, word: str, port: Port) -> None:
        """A connection by one of the register protocols; refused while nothing listens."""
        running = self._listening()
        if running is None:
            raise PortLost(f"{port.address}: connection refused")
        self._registers.append(port)
        running.serve_register(word, port)


def _vanish(port: Port) -> None:
    """Go without a word where the port can; a served one is a real socket and must be closed."""
    vanish: Any = getattr(port, "vanish", None)
    if vanish is not None:
        vanish(keepalive=KEEPALIVE)
    else:
        port.close()
