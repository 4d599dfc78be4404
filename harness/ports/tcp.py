"""A TCP connection that we make, e.g. to a terminal's register port or to an instrument.

A peer that vanished without a word is noticed in about eight seconds: by keepalive (5 s idle, then
3 probes 1 s apart) when we are silent, by TCP_USER_TIMEOUT when what we sent is not acknowledged
(tcp(7)).
"""

import contextlib
import re
import socket

from harness.clock import Clock
from harness.errors import PortLost
from harness.ports._stream import CHUNK, StreamPort

CONNECT_WITHIN = 5.0  # s
ADDRESS = re.compile(r"(?:(https?)://)?\[?([^\[\]/]+?)\]?(?::(\d+))?")
WELL_KNOWN = {"http": "80", "https": "443"}  # RFC 9110, 4.2
OPTIONS = (
    (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 5),  # s
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 1),  # s
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3),
    (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 8000),  # ms
)


class TcpPort(StreamPort):
    """``host:port``, or ``[address]:port`` for IPv6; ``https://host`` names the port by itself."""

    def __init__(
        self, clock: Clock, address: str, *, connect_within: float = CONNECT_WITHIN
    ) -> None:
        """Nothing is connected yet.

        Args:
            clock: A real clock.
            address: ``host:port``, or ``https://host`` (whose TLS is not made here).
            connect_within: Seconds to wait for the connection, and for room to send.
        """
        super().__init__(clock, address)
        self._within = connect_within
        self._socket: socket.socket | None = None

    def twin(self) -> "TcpPort":
        return TcpPort(self.clock, self.address, connect_within=self._within)

    def _connect(self) -> None:
        found = ADDRESS.fullmatch(self.address)
        number = (found[3] or WELL_KNOWN.get(found[1])) if found else None
        if not found or number is None or int(number) > 65535:
            raise PortLost(f"{self.address!r} is no host:port")
        self._socket = socket.create_connection((found[2], int(number)), self._within)
        tune(self._socket)

    def _descriptor(self) -> int | None:
        return self._live().fileno()

    def _receive(self) -> bytes | None:
        return self._live().recv(CHUNK)

    def _send(self, data: bytes) -> None:
        self._live().sendall(data)

    def _disconnect(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
            self._socket.close()
            self._socket = None

    def _live(self) -> socket.socket:
        if self._socket is None:
            raise ConnectionError("not connected")
        return self._socket


def tune(connection: socket.socket) -> None:
    """No waiting for more to send, and notice a peer that has vanished."""
    for level, option, value in OPTIONS:
        connection.setsockopt(level, option, value)
