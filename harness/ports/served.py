"""Simulated devices on real ptys and TCP ports, for programs that know nothing of us.

Runs on a ``CooperativeClock(wall=True)``: it listens to the descriptors and hands each new
connection to the device's outlet as one end of a memory port.
"""

import errno
import os
import pty
import shutil
import socket
import struct
import tempfile
import tty
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from harness.clock import CooperativeClock
from harness.errors import PortLost
from harness.ports.base import Port
from harness.ports.memory import MemoryPort, pair

Accept = Callable[[Port], None]

#: A reader that lets this much pile up is dropped, bytes.
BACKLOG = 1 << 20
#: How soon a full socket is tried again, s.
TRY_AGAIN = 0.005
#: Where the names of ttys are, and whose they are: the process's number follows.
FOLDER = "harness-tty-"
#: How soon a device that takes no connection is tried again, s.
COME_BACK = 0.25


def serve_tcp(
    clock: CooperativeClock, accept: Accept, *, host: str = "127.0.0.1", port: int = 0
) -> tuple[str, int]:
    """Listen; returns (host, port). Raises OSError when the address cannot be had."""
    listener = socket.create_server((host, port), backlog=16)
    bound = listener.getsockname()
    serve_listener(clock, listener, accept)
    _open.append(listener)
    return str(bound[0]), int(bound[1])


def serve_listener(clock: CooperativeClock, listener: socket.socket, accept: Accept) -> None:
    """Serve what connects to a socket that listens already, as long as the caller keeps it."""
    listener.setblocking(False)

    def arrived() -> None:
        connection, address = listener.accept()
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        _Bridge(clock, connection).join(accept, f"{address[0]}:{address[1]}")

    clock.listen(listener.fileno(), arrived)


#: Listening sockets, and the folder of the ttys' names, live as long as the process.
_open: list[socket.socket | tempfile.TemporaryDirectory[str]] = []


class _Bridge:
    """One TCP connection, joined to one end of a memory port."""

    def __init__(self, clock: CooperativeClock, connection: socket.socket) -> None:
        self._clock = clock
        self._socket = connection
        self._unsent = bytearray()
        self._ours: MemoryPort | None = None
        self._shut = False

    def join(self, accept: Accept, name: str) -> None:
        self._ours, theirs = pair(self._clock, name)
        try:
            accept(theirs)
        except PortLost:  # the device is off or deaf: refused
            self._reset()
            return
        self._clock.listen(self._socket.fileno(), self._from_socket)
        self._clock.spawn(f"to {name}", self._to_socket)

    def _from_socket(self) -> None:
        assert self._ours is not None  # noqa: S101 - joined before it listens
        try:
            data = self._socket.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        try:
            if data:
                self._ours.write(data)
                return
        except PortLost:
            pass
        self._ours.close()
        self._shut_down()

    def _to_socket(self) -> None:
        assert self._ours is not None  # noqa: S101
        try:
            while True:
                chunk = self._ours.read()
                if chunk is not None:
                    self._unsent += chunk.data
                    self._send_all(self._ours)
        except PortLost as lost:
            if "closed by" in str(lost):
                self._shut_down()
            else:
                self._reset()

    def _send_all(self, ours: MemoryPort) -> None:
        """Wait until the socket has taken it; who lets too much pile up meanwhile is dropped."""
        while not self._shut and not self._send():
            if len(self._unsent) + ours.unread > BACKLOG:
                self._reset()
                return
            self._clock.sleep(TRY_AGAIN)

    def _send(self) -> bool:
        """What fits; whether that was all."""
        try:
            while self._unsent:
                del self._unsent[: self._socket.send(self._unsent)]
        except BlockingIOError:
            return False
        except OSError:
            self._shut_down()
        return True

    def _reset(self) -> None:
        """As a device that lost power: the peer sees a reset."""
        if self._shut:  # the client was quicker
            return
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._shut_down()

    def _shut_down(self) -> None:
        if self._shut:
            return
        self._shut = True
        self._unsent.clear()
        if self._ours is not None:
            self._ours.close()  # the device is told: nobody listens to it any more
        if self._clock.listens_to(self._socket.fileno()):
            self._clock.unlisten(self._socket.fileno())
        self._socket.close()


def serve_pty(clock: CooperativeClock, accept: Accept, name: str = "tty") -> str:
    """A tty whose other end is the device; returns its path. Bytes nobody reads are dropped.

    The path is a link that stays the same, as those in ``/dev/serial/by-id`` do: a device whose
    port goes away, as USB does in a restart, hangs the tty up and takes it along; the link is there
    again, to another tty, when the device takes a connection again.
    """
    link = _links() / name.replace("/", "-")
    while link.is_symlink():
        link = link.with_name(f"{link.name}-")
    line = _Tty(clock, accept, link)
    line.plug()
    clock.spawn(f"to {link}", line.live)
    return str(link)


@lru_cache(maxsize=1)
def _links() -> Path:
    """A folder for the links of this process, which goes with it, or with the next one."""
    for left in Path(tempfile.gettempdir()).glob(f"{FOLDER}*"):
        owner = left.name.removeprefix(FOLDER).partition("-")[0]
        if owner.isdecimal() and not Path("/proc", owner).exists():
            shutil.rmtree(left, ignore_errors=True)  # its process was killed
    folder = tempfile.TemporaryDirectory(prefix=f"{FOLDER}{os.getpid()}-")
    _open.append(folder)
    return Path(folder.name)


class _Tty:
    """The tty of one device, made anew for every connection that the device takes."""

    def __init__(self, clock: CooperativeClock, accept: Accept, link: Path) -> None:
        self._clock, self._accept, self._link = clock, accept, link
        self._ours: MemoryPort | None = None
        self._master = self._slave = -1

    def plug(self) -> bool:
        """Connect to the device; False where it refuses."""
        ours, theirs = pair(self._clock, str(self._link))
        try:
            self._accept(theirs)
        except PortLost:
            return False
        self._ours = ours
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        # The slave stays open here, or the master would see EIO whenever nobody has it open.
        self._link.symlink_to(os.ttyname(self._slave))
        self._clock.listen(self._master, self._arrived)
        return True

    def live(self) -> None:
        """Carry what the device says, as long as there is one; connect again when it is lost."""
        while True:
            try:
                while self._ours is not None:
                    chunk = self._ours.read()
                    if chunk is not None:
                        _write_what_fits(self._master, chunk.data)
            except PortLost:
                self._unplug()
            while not self.plug():
                self._clock.sleep(COME_BACK)

    def _arrived(self) -> None:
        assert self._ours is not None  # noqa: S101 - it is there as long as this is listened to
        try:
            self._ours.write(os.read(self._master, 65536))
        except PortLost:
            return  # the task will see it
        except OSError as error:
            if error.errno not in (errno.EIO, errno.EAGAIN):
                raise

    def _unplug(self) -> None:
        self._ours = None
        self._link.unlink(missing_ok=True)
        self._clock.unlisten(self._master)
        os.close(self._slave)
        os.close(self._master)


def _write_what_fits(descriptor: int, data: bytes) -> None:
    try:
        while data:
            data = data[os.write(descriptor, data) :]
    except BlockingIOError:
        return  # as a UART that nobody listens to
