"""A helper process of a link engine, started by its port and gone with it: ``tun://name``.

The process is spawned, never forked: it leaves for namespaces of its own, which only a process with
one thread may do. Both ends are a UNIX socket of type SEQPACKET; when ours closes, by whatever
death of this process, the worker ends and takes all that it made with it.
"""

import contextlib
import json
import os
import re
import select
import socket
import subprocess
import sys

from harness.errors import NotSupported, PortLost
from harness.ports._stream import StreamPort

#: Scheme of an address -> the worker's module.
WORKERS = {"tun": "harness.links.tun_worker", "relay": "harness.links.relay_worker"}
#: Scheme -> what else would do where it cannot work.
INSTEAD = {
    "tun": "Next move: `driver: gateway` on a Linux box with root, `driver: relay` without, or the "
    "simulated `driver: link`",
    "relay": "Next move: another `bind:`, or doors above 1024",
}
#: In a worker's environment: whose it is, so that one whose run is dead can be told.
RUN = "HARNESS_RUN"
START = 30.0  # s a worker may take to be ready
PIECE = 32768  # bytes of a datagram at most


def start(
    module: str, *arguments: str, within: float = START
) -> tuple[subprocess.Popen[bytes], socket.socket]:
    """Start a worker; returns its process and the controlling connection.

    Raises:
        NotSupported: It cannot work on this machine, in its own words.
        PortLost: It did not start.
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        process = subprocess.Popen(  # noqa: S603 - an argument list, of our own module
            [sys.executable, "-m", module, "--control", str(theirs.fileno()), *arguments],
            pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            start_new_session=True, env={**os.environ, RUN: str(os.getpid())},
        )  # fmt: skip
    told, _, _ = select.select([ours], [], [], within)
    first = ours.recv(PIECE) if told else b""
    said = json.loads(first) if first else {}
    if said.get("event") == "started":
        return process, ours
    stop(process, ours)
    if "error" in said:
        raise NotSupported(said["error"])
    raise PortLost(f"{module} did not start within {within:g} s" if not told else "it has died")


def stop(process: subprocess.Popen[bytes], control: socket.socket) -> None:
    """End a worker and wait until it is gone."""
    control.close()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(5.0)
        return
    process.kill()
    process.wait()


class WorkerPort(StreamPort):
    """``tun://name``; the name is this link's alone while it is open."""

    _process: subprocess.Popen[bytes] | None = None
    _socket: socket.socket | None = None

    def _connect(self) -> None:
        found = re.fullmatch(r"(\w+)://([\w.-]+)", self.address)
        if not found or found[1] not in WORKERS:
            raise PortLost(f"{self.address!r} is no address of a link's worker, as tun://name")
        try:
            started = start(WORKERS[found[1]], "--name", found[2])
        except NotSupported as error:
            raise NotSupported(f"{self.address}: {error}. {INSTEAD[found[1]]}") from error
        self._process, self._socket = started

    def _descriptor(self) -> int | None:
        return self._live().fileno()

    def _receive(self) -> bytes | None:
        return self._live().recv(PIECE * 2)

    def _send(self, data: bytes) -> None:
        for at in range(0, len(data), PIECE):
            self._live().sendall(data[at : at + PIECE])

    def _disconnect(self) -> None:
        process, self._process = self._process, None
        held, self._socket = self._socket, None
        if process is not None and held is not None:
            stop(process, held)

    def _live(self) -> socket.socket:
        if self._socket is None:
            raise ConnectionError("not open")
        return self._socket
