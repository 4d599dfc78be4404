"""Who answers in the host's namespace of a link of real packets: servers, names, the portal.

The namespace has every address there is, so a server is at the address that it is told to have, and
the name service at any that is asked.
"""

import contextlib
import socket
import struct
from collections.abc import Callable

from harness.clock import CooperativeClock
from harness.links import names
from harness.links.endings import DNS, HTTP, PORTAL, SECURE
from harness.links.portal import Portal
from harness.model.network import Exhaustion
from harness.ports.base import Port
from harness.ports.served import Accept, serve_listener

IP_PKTINFO = 8  # ip(7); to answer from the address that was asked
PKTINFO = struct.Struct("i4s4s")  # interface, our address, the address in the header
LARGEST = 65535

#: A query and the terminal's port it came from -> the reply, or None for none.
Resolve = Callable[[bytes, int, int], bytes | None]
TCP, UDP = 6, 17


class Hosts:
    """Servers in the host's namespace.

    Args:
        clock: The worker's or the bench's.
        make_socket: Makes a socket (``tcp`` or ``udp``) in that namespace.
    """

    def __init__(
        self, clock: CooperativeClock, make_socket: Callable[[str], socket.socket]
    ) -> None:
        self._clock, self._make_socket = clock, make_socket
        self._listening: dict[tuple[str, int], socket.socket] = {}

    def serve(self, address: str, port: int, accept: Accept) -> None:
        """Listen there; ``accept`` gets the server's end of every connection."""
        listening = self._make_socket("tcp")
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((address, port))
        listening.listen(16)
        serve_listener(self._clock, listening, accept)
        self._listening[address, port] = listening

    def withdraw(self, address: str, port: int) -> None:
        """Stop listening; connections that stand are left."""
        listening = self._listening.pop((address, port), None)
        if listening is not None:
            self._clock.unlisten(listening.fileno())
            listening.close()

    def close(self) -> None:
        """Stop listening everywhere."""
        for address, port in list(self._listening):
            self.withdraw(address, port)

    def serve_names(self, resolve: Resolve) -> None:
        """Answer at port 53 of every address, over UDP and TCP."""
        line = self._make_socket("udp")
        line.setblocking(False)
        line.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
        line.bind(("", DNS))
        self._clock.listen(line.fileno(), lambda: self._by_udp(line, resolve))
        self._listening["udp", DNS] = line

        def by_tcp(port: Port) -> None:
            near = near_port(port)
            names.serve(self._clock, port, lambda query: resolve(query, TCP, near))

        self.serve("", DNS, by_tcp)

    def serve_portal(self, how: Callable[[int], Exhaustion]) -> None:
        """The carrier's portal at its own address.

        Args:
            how: What it is to say to the conversation of the terminal's port.
        """
        portal = Portal(self._clock)
        for port in (HTTP, *sorted(SECURE)):
            self.serve(PORTAL[1], port, lambda line: portal.accept(line, how(near_port(line))))

    def _by_udp(self, line: socket.socket, resolve: Resolve) -> None:
        with contextlib.suppress(BlockingIOError):
            while True:
                query, about, _, whom = line.recvmsg(LARGEST, socket.CMSG_SPACE(PKTINFO.size))
                reply = resolve(query, UDP, whom[1])
                if reply is not None:
                    asked = next((PKTINFO.unpack(row[2])[2] for row in about), bytes(4))
                    source = PKTINFO.pack(0, asked, bytes(4))
                    line.sendmsg([reply], [(socket.IPPROTO_IP, IP_PKTINFO, source)], 0, whom)


def near_port(port: Port) -> int:
    """The terminal's port, of a connection that was accepted here."""
    return int(port.address.rpartition(":")[2])
