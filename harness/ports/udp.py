"""Datagrams to one peer, e.g. an SNMP agent: each write is one, each chunk is one.

Nothing is known of a peer before it answers; a refused port is told by ICMP at the next read.
"""

import re
import socket

from harness.errors import PortLost
from harness.ports._stream import CHUNK, StreamPort


class UdpPort(StreamPort):
    """``udp://host:port``, or ``udp://[address]:port`` for IPv6."""

    _socket: socket.socket | None = None

    def _connect(self) -> None:
        found = re.fullmatch(r"udp://\[?([^\[\]]+?)\]?:(\d+)", self.address)
        if not found or int(found[2]) > 65535:
            raise PortLost(f"{self.address!r} is no udp://host:port")
        family, kind, protocol, _, place = socket.getaddrinfo(
            found[1], int(found[2]), type=socket.SOCK_DGRAM
        )[0]
        self._socket = socket.socket(family, kind, protocol)
        self._socket.connect(place)  # what anybody else sends is not taken

    def _descriptor(self) -> int | None:
        return self._live().fileno()

    def _receive(self) -> bytes | None:
        return self._live().recv(CHUNK) or None  # an empty datagram ends nothing

    def _send(self, data: bytes) -> None:
        self._live().send(data)

    def _disconnect(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _live(self) -> socket.socket:
        if self._socket is None:
            raise ConnectionError("not open")
        return self._socket
