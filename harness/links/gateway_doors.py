"""What a gateway answers itself, at the address the terminal sees: names, and the portal.

Packets are led there by the rules; nobody else is answered there.
"""

import socket
from collections.abc import Callable

from harness.clock import CooperativeClock
from harness.errors import BenchError
from harness.links import names
from harness.links.gateway_rules import Doors, Wanted
from harness.links.portal import Portal
from harness.model.network import NamesMode
from harness.ports.base import Port
from harness.ports.served import serve_tcp

#: Told of what was answered: the event, and its fields.
Tell = Callable[..., None]
TRIES = 20  # ports that are free for UDP and taken for TCP


class GatewayDoors:
    """Opened at the first need, and open until the process ends.

    Args:
        clock: The worker's.
        address: The box's own, towards the terminal.
        wanted: What holds just now.
        tell: Told ``name_asked`` and ``diverted``.
    """

    def __init__(
        self,
        clock: CooperativeClock,
        address: str,
        wanted: Callable[[], Wanted],
        tell: Tell,
    ) -> None:
        self._clock, self._address = clock, address
        self._wanted, self._tell = wanted, tell
        self._portal = Portal(clock)
        self._doors: Doors | None = None

    def open(self) -> Doors:
        """The ports; raises BenchError when there are none to be had."""
        if self._doors is None:
            self._doors = Doors(self._open_portal(80), self._open_portal(443), self._open_names())
        return self._doors

    def _open_portal(self, wanted: int) -> int:
        """For connections that were made to the port ``wanted``, whomever they were meant for."""

        def accept(port: Port) -> None:
            self._tell("diverted", host="", port=wanted)
            self._portal.accept(port, self._wanted().how)

        return serve_tcp(self._clock, accept, host=self._address)[1]

    # --- names ---

    def _open_names(self) -> int:
        for _ in range(TRIES):
            line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            line.setblocking(False)
            line.bind((self._address, 0))
            port = int(line.getsockname()[1])
            try:
                serve_tcp(self._clock, self._by_tcp, host=self._address, port=port)
            except OSError:
                line.close()
                continue
            self._clock.listen(line.fileno(), lambda: self._by_udp(line))  # noqa: B023 - returns
            return port
        raise BenchError("no port for a name service is free on UDP and TCP")

    def _by_udp(self, line: socket.socket) -> None:
        query, whom = line.recvfrom(65535)
        reply = self._resolve(query)
        if reply is not None:
            line.sendto(reply, whom)

    def _by_tcp(self, port: Port) -> None:
        names.serve(self._clock, port, self._resolve)

    def _resolve(self, query: bytes) -> bytes | None:
        zone = self._wanted().zone
        answered = names.answer(
            query, zone, self._mode(), portal=self._address, spared=zone.__contains__
        )
        if answered.host:
            self._tell("name_asked", host=answered.host, answer=answered.said)
        return answered.wire

    def _mode(self) -> NamesMode:
        """What was asked for, or what the end of the plan does."""
        wanted = self._wanted()
        if wanted.names != "answer":
            return wanted.names
        return "unknown" if wanted.how.names == "unknown" else "hijack"
