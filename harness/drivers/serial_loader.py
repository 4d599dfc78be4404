"""A terminal's service port that takes an image by XMODEM: CRC or checksum, 128 bytes or 1024.

Source: Forsberg, "XMODEM/YMODEM Protocol Reference" (1988), by the library ``xmodem``; the line
that makes a terminal ask for an image is its maker's own. XMODEM tells whether an image arrived,
not what the terminal thinks of it; one that cancels has refused it.
"""

import io
from typing import Any, Literal

from xmodem import XMODEM

from harness.errors import PortLost
from harness.model.roles import Observe, SaleResult, ignore
from harness.model.updates import Image
from harness.ports.base import Port
from harness.wire.xmodem import CAN, NAK, WANTS_CRC

IDENTITY = None
TRIES = 10
ASKS = (WANTS_CRC, bytes([NAK]))
QUIET = 0.2  # s behind what asks for an image; receivers ask again after seconds


class Cancelled(Exception):
    """The terminal said CAN, twice."""


class Driver:
    """Plays Pushable."""

    BAUD = 115200

    def __init__(
        self,
        port: Port,
        *,
        attention: str = "",
        packet: Literal[128, 1024] = 1024,
        answer_within: float = 60.0,
    ) -> None:
        """Nothing is sent yet.

        Args:
            port: A serial line.
            attention: What makes the terminal ask for an image, ``LOAD`` and a carriage return,
                say; nothing where it asks by itself.
            packet: Bytes of a packet.
            answer_within: Seconds until a packet's acknowledgement.
        """
        self.observe: Observe = ignore
        self._port, self._packet, self._within = port, packet, answer_within
        self._attention = attention.encode("ascii")
        self._kept = bytearray()

    def push_update(self, image: Image) -> SaleResult:
        """Send it; ``approved`` when all of it was acknowledged, which is not yet installed."""
        self._kept.clear()
        mode = "xmodem1k" if self._packet == 1024 else "xmodem"
        sender = XMODEM(self._get, self._put, mode=mode)
        try:
            self._port.open()
            self._forget()
            self._put(self._attention)
            if not self._is_asked():
                return SaleResult("failed", text="the terminal does not ask for an image")
            sent = sender.send(_Stream(image), retry=TRIES, timeout=self._within, quiet=True)
        except Cancelled:
            return SaleResult("failed", code="CAN", text="the terminal cancelled the transfer")
        except PortLost as error:
            return SaleResult("failed", text=str(error))
        return SaleResult("approved") if sent else SaleResult("failed", text="not acknowledged")

    def _forget(self) -> None:
        """A transfer that was cancelled is over: what was said of it says nothing of the next."""
        while self._port.readable and (chunk := self._port.read(self._port.clock.now())):
            self._kept += chunk.data
        del self._kept[: self._kept.rfind(CAN) + 1]

    def _is_asked(self) -> bool:
        """Wait until it asks; what it says before, a greeting or noise, has more signs behind it.

        Raises Cancelled, PortLost.
        """
        clock = self._port.clock
        until = clock.now() + TRIES * self._within
        while clock.now() < until:
            chunk = self._port.read(min(until, clock.now() + QUIET) if self._kept else until)
            if chunk is not None:
                self._take(chunk.data)
                del self._kept[:-2]
            hasty = bytes(self._kept) == WANTS_CRC * 2  # one that asks without a pause
            if hasty or (chunk is None and self._kept[-1:] in ASKS):
                del self._kept[:-1]
                return True
            if chunk is None:
                self._kept.clear()
        return False

    def _take(self, octets: bytes) -> None:
        self._kept += octets
        if bytes([CAN, CAN]) in self._kept:
            raise Cancelled

    def _get(self, size: int, timeout: float = 1.0) -> bytes | None:
        """The next bytes; None when they did not come in time. Raises Cancelled, PortLost."""
        until = self._port.clock.now() + timeout
        while len(self._kept) < size:
            chunk = self._port.read(until)
            if chunk is None:
                return None
            self._take(chunk.data)
        taken = bytes(self._kept[:size])
        del self._kept[:size]
        return taken

    def _put(self, octets: Any, timeout: float = 1.0) -> int:
        self._port.write(bytes(octets))
        return len(octets)


class _Stream(io.RawIOBase):
    """An image, read from its start to its end."""

    def __init__(self, image: Image) -> None:
        self._image, self._at = image, 0

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        most = self._image.size - self._at
        taken = self._image.read(self._at, most if size < 0 else min(size, most)) if most else b""
        self._at += len(taken)
        return taken
