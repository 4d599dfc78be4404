"""A VXI-11 instrument: ONC RPC with record marking, the core channel, and a portmapper.

Source: RFC 5531 (RPC version 2, 8 and 11), RFC 1833 (portmapper, GETPORT), VXI-11 rev. 1.0, B.5
(device_link, create_link 10, device_write 11, device_read 12, device_clear 15, destroy_link 23).
"""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from harness.tests.ports.instrument import Brain, exactly, nap, now, served

CORE, PORTMAPPER = 0x0607AF, 100000
END, IO_TIMEOUT, MOST = 4, 15, 65536
UNKNOWN_PROCEDURE = 3


class Vxi11:
    """One instrument with its links; every connection may make its own."""

    def __init__(self, brain: Brain) -> None:
        self.brain = brain
        self._links: dict[int, bytearray] = {}
        self._output: dict[int, bytes] = {}
        self._late: dict[int, bool] = {}
        self._lock = threading.Lock()

    def talk(self, line: socket.socket) -> None:
        """Answer calls until the client goes."""
        while True:
            record = b""
            last = False
            while not last:
                (head,) = struct.unpack(">I", exactly(line, 4))
                last = bool(head >> 31)
                record += exactly(line, head & 0x7FFFFFFF)
            if self.brain.stalled:
                continue
            answer = self._reply(record)
            line.sendall(struct.pack(">I", len(answer) | 1 << 31) + answer)

    def _reply(self, record: bytes) -> bytes:
        xid, kind, rpc, _program, _version, procedure = struct.unpack(">6I", record[:24])
        assert (kind, rpc) == (0, 2)
        at = 24
        for _ in ("credentials", "verifier"):
            (length,) = struct.unpack(">I", record[at + 4 : at + 8])
            at += 8 + length
        act = {10: self._create, 11: self._write, 12: self._read, 15: self._clear, 23: self._end}
        known = procedure in act
        head = struct.pack(">6I", xid, 1, 0, 0, 0, 0 if known else UNKNOWN_PROCEDURE)
        return head + (act[procedure](record[at:]) if known else b"")

    def _create(self, _arguments: bytes) -> bytes:
        with self._lock:
            link = len(self._links) + 1
            self._links[link] = bytearray()
        return struct.pack(">iiII", 0, link, 0, MOST)

    def _write(self, arguments: bytes) -> bytes:
        link, _io, _lock, flags, length = struct.unpack(">iIIiI", arguments[:20])
        self._links[link] += arguments[20 : 20 + length]
        if flags & 8:
            message = bytes(self._links[link])
            self._links[link].clear()
            answer = self.brain.ask(message)
            if answer is not None:
                self._late[link], self._output[link] = answer
        return struct.pack(">iI", 0, length)

    def _read(self, arguments: bytes) -> bytes:
        link, size, io_timeout = struct.unpack(">iII", arguments[:12])
        until = now() + io_timeout / 1000
        while not self._output.get(link) or (self._late[link] and not self.brain.ripe.is_set()):
            if now() >= until:
                return struct.pack(">iiI", IO_TIMEOUT, 0, 0)
            nap(0.002)
        size = min(size, MOST)
        part, self._output[link] = self._output[link][:size], self._output[link][size:]
        reason = 0 if self._output[link] else END
        pad = b"\0" * (-len(part) % 4)
        return struct.pack(">iiI", 0, reason, len(part)) + part + pad

    def _clear(self, arguments: bytes) -> bytes:
        (link,) = struct.unpack(">i", arguments[:4])
        self.brain.clears += 1
        self._output.pop(link, None)
        return struct.pack(">i", 0)

    def _end(self, arguments: bytes) -> bytes:
        return struct.pack(">i", 0)


def portmapper(port: int) -> "type[Vxi11]":
    """A portmapper that knows one program: GETPORT gives ``port`` for VXI-11's core channel."""

    class Mapper(Vxi11):
        def _reply(self, record: bytes) -> bytes:
            xid = record[:4]
            program, _version, _protocol, _port = struct.unpack(">4I", record[-16:])
            number = port if program == CORE else 0
            return xid + struct.pack(">6I", 1, 0, 0, 0, 0, number)

    return Mapper


@contextmanager
def vxi11_server() -> Iterator[tuple[int, Brain]]:
    """The port of the core channel, and the instrument's brain."""
    brain = Brain()
    with served(Vxi11(brain).talk, brain) as port:
        yield port, brain


@contextmanager
def portmapper_server(port: int) -> Iterator[int]:
    """The port of a portmapper that knows where the core channel is."""
    brain = Brain()
    with served(portmapper(port)(brain).talk, brain) as own:
        yield own
