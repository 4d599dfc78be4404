"""Looking at a run's supply from outside: its output, its journal, who talks to it."""

import re
import select
import socket
import statistics
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from harness.rig import state
from harness.tests.patience import LIMIT
from harness.tests.safety.outside import CLOCK, Outside, over


class Watcher:
    """Asks the supply's output, again and again, over one connection of its own."""

    def __init__(self, resource: str) -> None:
        found = re.match(r"TCPIP0::([\d.]+)::(\d+)::SOCKET", resource)
        assert found
        self._line = socket.create_connection((found[1], int(found[2])), LIMIT)
        self._text = self._line.makefile("rw")

    def on(self) -> bool:
        """Whether the output is on."""
        self._text.write("OUTP? (@2)\n")
        self._text.flush()
        return self._text.readline().strip() == "1"

    def close(self) -> None:
        """Hang up."""
        self._text.close()
        self._line.close()


@contextmanager
def watching(resource: str) -> Iterator[Watcher]:
    """A watcher that hangs up afterwards."""
    watcher = Watcher(resource)
    try:
        yield watcher
    finally:
        watcher.close()


def until_journal(outside: Outside, run: subprocess.Popen[str]) -> None:
    """Wait until the run is about to energise."""
    limit = CLOCK.now() + 4 * LIMIT
    while not list(outside.here.glob("state/*/*.journal")):
        assert run.poll() is None, over(run).said
        assert CLOCK.now() < limit, "it never came to that"
        CLOCK.sleep(0.005)


def until_settled(
    outside: Outside, supply: str, watcher: Watcher, within: float = 2 * LIMIT
) -> float:
    """Wait until somebody has verified that it is off; returns since when it was seen to be."""
    folder = outside.here / "state" / "terminal-harness"
    off, limit = 0.0, CLOCK.now() + within
    while state.begun(supply, folder) is not None:
        if watcher.on():
            off = 0.0
        elif not off:
            off = CLOCK.now()
        assert CLOCK.now() < limit, "nobody verified that it is off"
        CLOCK.sleep(0.001)
    assert not watcher.on()
    assert state.quarantined(supply, folder) is None
    return off or CLOCK.now()


def told(what: str, seconds: list[float]) -> None:
    """Figures for who reads along (``pytest -s``)."""
    rows = sorted(one * 1000 for one in seconds)
    if rows:
        middle = statistics.median(rows)
        print(f"\n{what}: n {len(rows)}, p50 {middle:.0f} ms, max {rows[-1]:.0f} ms")  # noqa: T201


class Counted:
    """A relay to the supply that counts who talks to it, and can be pulled like a plug.

    Attributes:
        most: Most connections that had said something and were open at the same time.
        spoke: How many connections have said something at all.
    """

    def __init__(self, resource: str) -> None:
        found = re.match(r"TCPIP0::([\d.]+)::(\d+)::SOCKET", resource)
        assert found
        self._there = (found[1], int(found[2]))
        self._door = socket.create_server(("127.0.0.1", 0))
        self._pairs: dict[socket.socket, socket.socket] = {}  # both ways
        self._talkers: set[socket.socket] = set()
        self._clients: set[socket.socket] = set()
        self._pull = threading.Event()
        self._over = False
        self.most = self.spoke = 0
        self.resource = f"TCPIP0::127.0.0.1::{self._door.getsockname()[1]}::SOCKET"
        self._thread = threading.Thread(target=self._live, daemon=True)
        self._thread.start()

    def pull(self) -> None:
        """Drop every connection, as a switch that loses power does."""
        self._pull.set()

    def close(self) -> None:
        """The end of it."""
        self._over = True
        self._thread.join()
        self._door.close()

    def _live(self) -> None:
        while not self._over:
            ready, _, _ = select.select([self._door, *self._pairs], [], [], 0.05)
            if self._pull.is_set():
                self._pull.clear()
                self._drop_all()
            else:
                self._serve([line for line in ready if line is not self._door])
                if self._door in ready:
                    self._accept()
        self._drop_all()

    def _serve(self, ready: list[socket.socket]) -> None:
        parts = {line: self._read(line) for line in ready}
        for line, part in parts.items():  # who has gone, before who has come
            if not part:
                self._drop(line)
        for line, part in parts.items():
            if part and line in self._pairs:
                self._pass_on(line, part)

    def _drop_all(self) -> None:
        for client in list(self._clients):
            self._drop(client)

    def _read(self, line: socket.socket) -> bytes:
        try:
            return line.recv(65536)
        except OSError:
            return b""

    def _pass_on(self, line: socket.socket, part: bytes) -> None:
        if line in self._clients and line not in self._talkers:
            self._talkers.add(line)
            self.spoke += 1
            self.most = max(self.most, len(self._talkers))
        with suppress(OSError):
            self._pairs[line].sendall(part)

    def _accept(self) -> None:
        client, _ = self._door.accept()
        there = socket.create_connection(self._there, LIMIT)
        for line in (client, there):
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._clients.add(client)
        self._pairs[client], self._pairs[there] = there, client

    def _drop(self, line: socket.socket) -> None:
        other = self._pairs.pop(line, None)
        if other is None:
            return
        del self._pairs[other]
        for one in (line, other):
            self._talkers.discard(one)
            self._clients.discard(one)
            one.close()


@contextmanager
def counted(resource: str) -> Iterator[Counted]:
    """A relay to the supply."""
    relay = Counted(resource)
    try:
        yield relay
    finally:
        relay.close()
