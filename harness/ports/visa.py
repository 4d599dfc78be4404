"""VISA resources, through pyvisa and its pure Python backend.

What pyvisa-py 0.8 does on failure is no base for a bench: opening a closed port succeeds, a
peer's close reads as a timeout in a hot loop, the next write is lost without an error, a write can
block for ever, and a read that times out throws away what it had. So this port looks at the file
descriptor itself and reads exactly what is there, through the session. Addresses are VISA resource
strings: ``TCPIP0::host::port::SOCKET``, ``ASRL/dev/ttyUSB0::INSTR``, ``TCPIP::host::INSTR``
(VXI-11), ``TCPIP::host::hislip0::INSTR``, ``USB0::...::INSTR``.

It moves bytes: termination characters stay off, cutting lines is the driver's. It blocks its
caller in short slices, so it belongs on a ``ThreadClock``. Never close a ``ResourceManager``:
pyvisa hands out one per process, and closing it closes everybody's sessions (pyvisa #742).

Source: pyvisa-py 0.8.1, ``tcpip.py``, ``serial.py``, ``sessions.py``; pyvisa-py #376, #596; tcp(7).
"""

import contextlib
import re
import select
import socket
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any, NoReturn, TypeVar

import pyvisa
from pyvisa.constants import StatusCode

from harness.clock import Clock
from harness.errors import PortLost, PortTimeout
from harness.ports.base import Chunk, Port

T = TypeVar("T")
SLICE = 0.05  # s: how long a wait may be deaf to a kill or a close
CONNECT = 2.0  # s
BLOCK = 4096  # bytes a session reads or writes at once
CLOSED = "closed by the other end"
_TCP = re.compile(
    r"TCPIP\d*::([^:]+)::(?:(\d+)::SOCKET|(\w+(?:,\d+)?)::INSTR|INSTR)", re.IGNORECASE
)

#: What a broken session raises, besides VisaIOError: raw socket and pyserial errors, a key or an
#: attribute that is gone (pyvisa-py drops its interface on close).
_BROKEN = (OSError, pyvisa.Error, KeyError, AttributeError, ValueError)


class VisaPort(Port):
    """One VISA resource."""

    def __init__(
        self,
        clock: Clock,
        address: str,
        *,
        write_timeout: float = 2.0,
        settings: dict[str, Any] | None = None,
    ) -> None:
        """Make a port; nothing is opened yet.

        Args:
            clock: For stamps and deadlines.
            address: A VISA resource string.
            write_timeout: Seconds the other end may refuse to take bytes.
            settings: Attributes of the pyvisa resource, e.g. ``{"baud_rate": 9600}``.
        """
        super().__init__(clock, address)
        self._write_timeout, self._settings = write_timeout, dict(settings or {})
        self._resource: Any = None
        self._chunks: deque[Chunk] = deque()
        self._why = "not open"
        self._stream = "::SOCKET" in address.upper() or address.upper().startswith("ASRL")

    # --- open and close ---------------------------------------------------------------------

    def open(self) -> None:
        if self._resource is not None:
            return
        self._check_reachable()
        try:
            manager = pyvisa.ResourceManager("@py")
            resource = manager.open_resource(self.address, open_timeout=int(CONNECT * 1000))
        except Exception as error:  # pyvisa-py raises bare Exception
            raise PortLost(f"{self.address}: cannot be opened: {error}") from error
        self._resource = resource
        try:
            for name, value in self._settings.items():
                setattr(resource, name, value)
            self._set_up_line()
        except BaseException:
            self.close()
            raise

    def _check_reachable(self) -> None:
        """Connect once beforehand: pyvisa-py never looks at the result of its own connect."""
        found = _TCP.match(self.address)
        if not found:
            return
        host, port, device = found.groups()
        if port is None:
            is_hislip = (device or "").lower().startswith("hislip")
            port = (device.partition(",")[2] or 4880) if is_hislip else 111
        try:
            socket.create_connection((host, int(port)), CONNECT).close()
        except OSError as error:
            raise PortLost(f"{self.address}: cannot be reached: {error}") from error

    def _set_up_line(self) -> None:
        line = self._session.interface
        if not isinstance(line, socket.socket):
            if self._stream:
                line.write_timeout = self._write_timeout  # pyserial
            return
        try:
            line.getpeername()  # raises unless connected
            # Nagle costs 44 ms per "write, write, query"; the VISA attribute for it is broken.
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            for option, value in (("KEEPIDLE", 5), ("KEEPINTVL", 1), ("USER_TIMEOUT", 3000)):
                if hasattr(socket, f"TCP_{option}"):
                    line.setsockopt(socket.IPPROTO_TCP, getattr(socket, f"TCP_{option}"), value)
        except OSError as error:
            raise PortLost(f"{self.address}: cannot be connected: {error}") from error

    def close(self) -> None:
        resource, self._resource, self._why = self._resource, None, "closed here"
        self._chunks.clear()
        if resource is not None:
            with contextlib.suppress(Exception):  # it is being let go, in whatever state
                resource.close()
        self.arrived.notify()

    def _lose(self, reason: object, cause: BaseException | None = None) -> NoReturn:
        self.close()
        self._why = str(reason)
        raise PortLost(f"{self.address}: {reason}") from cause

    @property
    def _session(self) -> Any:
        resource = self._resource
        if resource is None:
            raise PortLost(f"{self.address}: {self._why}")
        try:
            return resource.visalib.sessions[resource.session]
        except (pyvisa.Error, KeyError) as error:
            self._lose("its session was closed by somebody else", error)

    def _try(self, act: Callable[[], T]) -> T:
        """Do something with the session; whatever breaks it is PortLost, and closes it."""
        try:
            return act()
        except _BROKEN as error:
            self._lose(f"{type(error).__name__}: {error}", error)

    # --- bytes out --------------------------------------------------------------------------

    def write(self, data: bytes) -> None:
        session = self._session
        if not self._stream:
            self._try(lambda: self._write_block(data))
            return
        if self._try(lambda: _waiting_bytes(session.interface)) is None:
            self._lose(CLOSED)  # pyvisa-py would let this write vanish without an error
        for start in range(0, len(data), BLOCK):
            block = data[start : start + BLOCK]
            self._wait_writable(start)
            self._try(partial(self._write_block, block))

    def _wait_writable(self, done: int) -> None:
        """pyvisa-py's own write waits without an end, so it must not be asked too early."""
        line = self._session.interface
        deadline = self.clock.now() + self._write_timeout
        while not self._try(lambda: select.select([], [line], [], SLICE)[1]):
            self.clock.sleep(0.0)
            if self.clock.now() >= deadline:
                self.close()  # half a message is out there: nothing more can be said on this wire
                raise PortTimeout(
                    f"{self.address}: the other end took {done} bytes and then no more "
                    f"within {self._write_timeout:g} s"
                )

    def _write_block(self, block: bytes) -> None:
        sent, status = self._session.write(block)
        if sent is not None and sent < len(block):
            raise OSError(f"{sent} of {len(block)} bytes were taken ({status!r})")

    # --- bytes in ---------------------------------------------------------------------------

    def read(self, until: float | None = None) -> Chunk | None:
        while True:
            if not self._chunks:
                self._take_in()
            if self._chunks:
                return self._chunks.popleft()
            left = None if until is None else until - self.clock.now()
            if left is not None and left <= 0:
                return None
            if self._stream:
                self._wait_readable(SLICE if left is None else min(left, SLICE))
            else:
                self._read_message(10.0 if left is None else left)
            self.clock.sleep(0.0)  # a killed task ends here

    @property
    def readable(self) -> bool:
        if not self._chunks and self._resource is not None:
            try:
                self._take_in()
            except PortLost:
                return True
        return bool(self._chunks) or self._resource is None

    def _take_in(self) -> None:
        """Read what has already come, without waiting; PortLost if the other end has gone.

        A message-based resource cannot be looked at: asking one that owes nothing is itself an
        error of the protocol (-420).
        """
        session = self._session
        if not self._stream:
            return
        count = self._try(lambda: _waiting_bytes(session.interface))
        if count is None:
            self._lose(CLOSED)
        while count > 0:
            # No more than one recv takes: what pyvisa-py reads beyond it would not be seen here.
            size = min(count, BLOCK)
            part, _ = self._try(partial(session.read, size))
            if not part:
                break
            self._chunks.append(Chunk(self.clock.now(), bytes(part)))
            count -= len(part)

    def _wait_readable(self, seconds: float) -> None:
        line = self._session.interface
        self._try(lambda: select.select([line], [], [], seconds))

    def _read_message(self, seconds: float) -> None:
        session = self._session

        def read() -> tuple[bytes, StatusCode]:
            self._resource.timeout = max(1, int(seconds * 1000))
            part, status = session.read(1 << 20)
            return bytes(part or b""), status

        part, status = self._try(read)
        if part:
            self._chunks.append(Chunk(self.clock.now(), part))
        elif status < 0 and status != StatusCode.error_timeout:
            self._lose(repr(status))

    def clear(self) -> None:
        """Drop what has come; on a message-based resource, a device clear (IEEE 488.1)."""
        if self._stream:
            self._take_in()
        else:
            self._try(self._resource.clear)
        self._chunks.clear()


def _waiting_bytes(line: Any) -> int | None:
    """How much can be read at once; None at the end of the stream."""
    if not isinstance(line, socket.socket):
        return int(line.in_waiting)  # pyserial; raises OSError when the device has gone
    try:
        ahead = line.recv(1 << 16, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return 0
    return len(ahead) or None
