"""A small instrument for servers of VISA's transports: it answers, late, hugely or never."""

import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

BIG = bytes(range(32, 127)) * 33_000  # about 3 MB, no line feed in it


class Brain:
    """What the instrument does with a message: ``ask`` gives the answer, or None.

    Attributes:
        heard: Every message, in order.
        clears: How many device clears came.
        pull: Set: the instrument drops its connections.
        stalled: It takes what is sent and does nothing more.
        ripe: Set: its late answers come.
    """

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.clears = 0
        self.pull = threading.Event()
        self.stalled = False
        self.ripe = threading.Event()

    def ask(self, message: bytes) -> tuple[bool, bytes] | None:
        """(whether it is late, answer) to a message, or None."""
        self.heard.append(message)
        last = message.strip().rpartition(b";")[2]
        if not message.strip().endswith(b"?") or last == b"NEVER?":
            return None
        if last == b"SLOW?":
            return True, b"late\n"
        if last == b"BIG?":
            return False, BIG + b"\n"
        count = message.count(b"*ESE?")
        return False, b"0;" * count + b"MAKER,MODEL,1,2\n" if last == b"*IDN?" else last + b"\n"


def exactly(line: socket.socket, count: int) -> bytes:
    """So many bytes; OSError at the end of the stream."""
    got = b""
    while len(got) < count:
        part = line.recv(count - len(got))
        if not part:
            raise ConnectionError("the client has gone")
        got += part
    return got


@contextmanager
def served(talk: Callable[[socket.socket], None], brain: Brain) -> Iterator[int]:
    """Serve connections on loopback by ``talk``, a thread each; gives the port.

    When ``brain.pull`` is set they are all closed.
    """
    lines: list[socket.socket] = []

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            lines.append(self.request)
            with suppress(OSError):
                talk(self.request)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False

    def watch() -> None:
        brain.pull.wait()
        for line in lines:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        threading.Thread(target=watch, daemon=True).start()
        try:
            yield int(server.server_address[1])
        finally:
            brain.pull.set()
            server.shutdown()


def nap(seconds: float) -> None:
    """A server on another machine waits by its own clock."""
    threading.Event().wait(seconds)


def now() -> float:
    """Its clock, s."""
    return time.perf_counter()
