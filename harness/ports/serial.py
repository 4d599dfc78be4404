"""A serial line: a tty (best by ``/dev/serial/by-id/...``), ``rfc2217://`` or ``socket://``.

A tty is opened exclusively twice over: ``flock`` stops a second harness, ``TIOCEXCL`` stops others
that do not ask (both are needed; root passes the second). DTR and RTS have their level before the
line is opened, because raising or dropping them resets some boards and hangs up some modems. A USB
device that went and came back under another name is found there; another one in its place is left
alone (``plugged``).
"""

import contextlib
import fcntl
import os
import socket
import termios

import serial

from harness.clock import Clock
from harness.errors import PortTimeout, RigError
from harness.ports import plugged
from harness.ports._stream import CHUNK, StreamPort, told
from harness.ports.tcp import tune

BAUD = 115200
NAP = 0.1  # s: one read of a line without a descriptor; set once, for rfc2217:// renegotiates
SEND_WITHIN = 5.0  # s until a line that takes nothing is given up


class SerialPort(StreamPort):
    """A serial line, 8N1 unless said otherwise."""

    # On unplug pyserial raises these three, depending on the call.
    ERRORS = (serial.SerialException, OSError, termios.error)

    def __init__(
        self,
        clock: Clock,
        address: str,
        *,
        baud: int = BAUD,
        data_bits: int = 8,
        parity: str = "N",
        stop_bits: float = 1,
        dtr: bool = True,
        rts: bool = True,
    ) -> None:
        """Nothing is opened yet.

        Args:
            clock: A real clock.
            address: A path, ``rfc2217://host:port`` or ``socket://host:port``.
            baud: Line speed, bit/s.
            data_bits: 7 or 8.
            parity: N, E or O.
            stop_bits: 1, 1.5 or 2.
            dtr: Level of DTR from the start.
            rts: Level of RTS from the start.

        Raises:
            RigError: The settings make no sense.
        """
        super().__init__(clock, address)
        self._is_path = address.startswith("/")
        self._was: plugged.UsbTty | None = None
        try:
            self._line = serial.serial_for_url(
                address, do_not_open=True, baudrate=baud, parity=parity, stopbits=stop_bits,
                bytesize=data_bits, timeout=NAP,
                write_timeout=None if address.startswith("rfc2217") else SEND_WITHIN,
                exclusive=True if self._is_path else None,
            )  # fmt: skip
        except ValueError as error:
            raise RigError(f"{address}: {told(error)}") from error
        self._line.dtr, self._line.rts = dtr, rts

    def _connect(self) -> None:
        if self._was is not None:
            node, instead = plugged.now_at(self.address, self._was)
            if node is None:
                raise serial.SerialException(instead)
            self._line.port = node
        self._line.open()
        if self._is_path:
            self._was = plugged.plugged_at(str(self._line.port)) or self._was
        if self._is_path and os.isatty(self._line.fileno()):
            fcntl.ioctl(self._line.fileno(), termios.TIOCEXCL)
        elif (descriptor := self._descriptor()) is not None and not self._is_path:
            with socket.socket(fileno=os.dup(descriptor)) as same:  # socket:// sets none of these
                tune(same)

    def _descriptor(self) -> int | None:
        # rfc2217:// reads its socket itself and has no descriptor to offer.
        with contextlib.suppress(OSError):  # io.UnsupportedOperation is one
            return int(self._line.fileno())
        return None

    def _receive(self) -> bytes | None:
        descriptor = self._descriptor()
        if descriptor is not None:
            return os.read(descriptor, CHUNK)
        first = self._line.read(1)
        return bytes(first + self._line.read(self._line.in_waiting)) if first else None

    def _send(self, data: bytes) -> None:
        try:
            self._line.write(data)
        except serial.SerialTimeoutException as error:
            raise PortTimeout(f"{self.address}: took nothing for {SEND_WITHIN:g} s") from error

    def _disconnect(self) -> None:
        with contextlib.suppress(*self.ERRORS):
            self._line.close()
