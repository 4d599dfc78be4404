"""VISA resources, through pyvisa and its pure Python backend.

What pyvisa-py 0.8 does on failure is no base for a bench: opening a closed port succeeds, a
peer's close reads as a timeout in a hot loop, the next write is lost without an error, a write can
block for ever, and a read that times out throws away what it had. So this port looks at the file
descriptor itself and reads exactly what is there, through the session. Addresses are VISA resource
strings: ``TCPIP0::host::port::SOCKET``, ``ASRL/dev/ttyUSB0::INSTR``, ``TCPIP::host::INSTR``
(VXI-11), ``TCPIP::host::hislip0::INSTR``, ``USB0::...::INSTR``.

It moves bytes: termination characters stay off; ending and cutting lines is the driver's.
It blocks its caller in short slices, so it belongs on a ``ThreadClock``. Two threads take turns, a
question and its answer at a time, or are refused. Once lost it stays lost until somebody calls
``open``: what the instrument did meanwhile nobody knows. Never close a ``ResourceManager``: pyvisa
hands out one per process, and closing it closes everybody's sessions (pyvisa #742).

Source: pyvisa-py 0.8.1, ``tcpip.py``, ``serial.py``, ``sessions.py``; pyvisa-py #376, #596; tcp(7).
"""

import contextlib
import select
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any, NoReturn, TypeVar

import pyvisa
from pyvisa.constants import StatusCode
from pyvisa_py.protocols import hislip

from harness.clock import Clock
from harness.errors import BenchError, PortLost, PortTimeout
from harness.ports._turn import Turn
from harness.ports._visa_lines import (
    CLOSED,
    answer_begins,
    clear_hislip,
    cut,
    make_loud,
    opened,
    sockets,
    tune,
    waiting_bytes,
)
from harness.ports.base import Chunk, Port

T = TypeVar("T")
SLICE = 0.05  # s: how long a wait may be deaf to a kill or a close
ASK = 0.5  # s: the same where the instrument itself waits (VXI-11, USBTMC)
BLOCK = 4096  # bytes a session reads or writes at once
MESSAGE = 1 << 20  # bytes of a message read at once
MOST_PARTS = 64  # of one message


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
        self._turn = Turn(clock, address)
        self._stream = "::SOCKET" in address.upper() or address.upper().startswith("ASRL")

    # --- open and close ---------------------------------------------------------------------

    def open(self) -> None:
        if self._resource is not None:
            return
        self._resource = resource = opened(self.address)
        self._turn = Turn(self.clock, self.address)  # who hangs on the old line holds up nobody
        try:
            for name, value in self._settings.items():
                setattr(resource, name, value)
            self._set_up_line()
        except BaseException:
            self.close()
            raise

    def _set_up_line(self) -> None:
        interface = self._session.interface
        make_loud(interface)
        lines = sockets(interface)
        if self._stream and not lines:
            interface.write_timeout = self._write_timeout  # pyserial
        try:
            for line in lines:
                tune(line)
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
        with contextlib.suppress(Exception):  # it is broken already
            cut(self._resource.visalib.sessions[self._resource.session].interface)
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
        """Do something with the session; whatever breaks it is PortLost, and closes it.

        Broken ones raise socket, pyserial, pyusb, struct, RPC, Runtime and AssertionErrors.
        """
        try:
            return act()
        except BenchError:
            raise
        except Exception as error:
            self._lose(f"{type(error).__name__}: {error}", error)
            raise  # never reached

    # --- bytes out --------------------------------------------------------------------------

    def write(self, data: bytes) -> None:
        with self._turn.taken(self.clock.now() + self._write_timeout, over=False):
            session = self._session
            self._check_alive(session)
            if not self._stream:
                self._try(partial(self._set_timeout, self._write_timeout))
            resource, step = self._resource, BLOCK if self._stream else max(len(data), 1)
            for start in range(0, len(data), step):
                if self._stream:
                    self._wait_writable(start)
                self._check_still(resource)
                self._try(partial(self._write_block, data[start : start + step]))

    def _check_still(self, resource: Any) -> None:
        """A line that was made anew meanwhile is not for who waited on the old one."""
        if self._resource is not resource:
            raise PortLost(f"{self.address}: {self._why}")

    def _check_alive(self, session: Any) -> None:
        """pyvisa-py would let a write after the end vanish without an error."""
        line = next(iter(sockets(session.interface)), session.interface if self._stream else None)
        if line is not None and self._try(lambda: waiting_bytes(line)) is None:
            self._lose(CLOSED)

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
        # ``until`` is for the instrument; another's turn may last longer on a host that stalls.
        patience = self.clock.now() + self._write_timeout
        turn = self._turn
        with turn.taken(float("inf") if until is None else max(until, patience), over=True):
            chunk = self._read(until)
            if chunk is not None and not chunk.data.endswith((b"\n", b"\r")):
                turn.stay()
            return chunk

    def _read(self, until: float | None) -> Chunk | None:
        resource = self._resource
        while True:
            self._check_still(resource)
            if not self._chunks:
                self._take_in()
            if self._chunks:
                return self._chunks.popleft()
            left = float("inf") if until is None else until - self.clock.now()
            if left <= 0:
                return None
            self._wait(left)
            self.clock.sleep(0.0)  # a killed task ends here

    @property
    def readable(self) -> bool:
        if self._turn.is_anothers():
            return False
        if not self._chunks and self._resource is not None:
            try:
                with self._turn.taken(float("inf")):
                    self._take_in()
            except PortLost:
                return True
        return bool(self._chunks) or self._resource is None

    def _take_in(self) -> None:
        """Read what has already come, without waiting; PortLost if the other end has gone.

        VXI-11 and USBTMC cannot be looked at: asking an instrument that owes nothing is itself an
        error of the protocol (-420).
        """
        interface = self._session.interface
        if self._stream:
            self._take_in_stream(interface)
        elif isinstance(interface, hislip.Instrument):
            begins = self._try(lambda: answer_begins(interface))
            if begins is None:
                self._lose(CLOSED)
            elif begins:
                self._read_message(self._write_timeout)

    def _take_in_stream(self, line: Any) -> None:
        count = self._try(lambda: waiting_bytes(line))
        if count is None:
            self._lose(CLOSED)
        while count > 0:
            # No more than one recv takes: what pyvisa-py reads beyond it would not be seen here.
            size = min(count, BLOCK)
            part, _ = self._try(partial(self._session.read, size))
            if not part:
                break
            self._chunks.append(Chunk(self.clock.now(), bytes(part)))
            count -= len(part)

    def _wait(self, left: float) -> None:
        interface = self._session.interface
        if self._stream:
            self._try(lambda: select.select([interface], [], [], min(left, SLICE)))
        elif isinstance(interface, hislip.Instrument):
            self._try(lambda: select.select(sockets(interface)[:1], [], [], min(left, SLICE)))
        else:
            self._check_alive(self._session)
            self._read_message(min(left, ASK))

    def _read_message(self, seconds: float) -> None:
        """One message, in parts of ``MESSAGE`` bytes."""
        status = StatusCode.success_max_count_read
        while status == StatusCode.success_max_count_read:
            self._try(partial(self._set_timeout, seconds))
            part, status = self._try(partial(self._session.read, MESSAGE))
            if part:
                self._chunks.append(Chunk(self.clock.now(), bytes(part)))
            if status < 0 and status != StatusCode.error_timeout:
                self._lose(repr(status))
            if len(self._chunks) > MOST_PARTS:
                self._lose("a message that does not end")

    def _set_timeout(self, seconds: float) -> None:
        self._resource.timeout = max(1, int(seconds * 1000))

    def clear(self) -> None:
        """Drop what has come; on a message-based resource, a device clear (IEEE 488.1)."""
        with self._turn.taken(self.clock.now() + self._write_timeout, over=True):
            interface = self._session.interface
            if self._stream:
                self._take_in()
            else:
                self._try(partial(self._set_timeout, self._write_timeout))
                is_hislip = isinstance(interface, hislip.Instrument)
                act = partial(clear_hislip, interface) if is_hislip else self._resource.clear
                self._try(act)
            self._chunks.clear()
