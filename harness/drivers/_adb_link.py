"""The connection to an adb server: one device chosen, one service asked for.

Source: AOSP, packages/modules/adb: docs/dev/services.md (``host:transport:``), docs/dev/protocol.md
("smartsockets"), transport.cpp (its texts).
"""

import re
from collections.abc import Callable

from harness.errors import DeviceRefused, Garbled, PortError, PortLost, UsageError
from harness.ports.base import Chunk, Port
from harness.wire import adb_smart

WITHIN = 10.0  # s, a command that does little
LONGEST = 1 << 23  # bytes of an answer
PIECE = 1 << 16  # bytes written at once
#: What of a refusal says that the device is not there now; a terminal may have no power.
AWAY = ("not found", "no devices", "offline", "closed", "no transport", "still connecting")


class NoServer(PortError):
    """Nobody listens where the adb server should be: nothing was sent."""


class Link:
    """One server, and one device of it.

    Attributes:
        device: Serial number; ``""`` for the only one.
    """

    def __init__(self, port: Port, device: str = "", *, within: float = WITHIN) -> None:
        """Nothing is asked yet; raises UsageError where ``device`` cannot be a serial number."""
        if not re.fullmatch(r"[\w.:\[\]-]{0,128}", device):
            raise UsageError(f"{device!r} is no adb serial number")
        self.device = device
        self._port = port
        self._clock = port.clock
        self._within = within
        self._inbox = adb_smart.Inbox()

    def select(self, until: float) -> None:
        """Connect to the server, and through it to the device: what is opened next is its own."""
        self._connect()
        which = f"host:transport:{self.device}" if self.device else "host:transport-any"
        self._ask(which, until)

    def open(self, what: str, until: float) -> None:
        """Open a service of the device that was selected; raises DeviceRefused, PortLost."""
        self._ask(what, until)

    def close(self) -> None:
        """Part from the server; whatever ran for us on the device ends."""
        self._port.close()

    def _until(self, within: float | None) -> float:
        return self._clock.now() + (self._within if within is None else within)

    def _for(self, content: bytes) -> float:
        return 6 * self._within + len(content) / 50_000  # s: a slow flash

    def _connect(self) -> None:
        self._port.close()
        self._inbox = adb_smart.Inbox()
        try:
            while self._port.readable and self._port.read(self._clock.now()) is not None:
                pass  # what was left of the connection before
        except PortLost:
            pass
        try:
            self._port.open()
        except PortLost as error:
            said = f"{self._port.address}: no adb server ({error}); is `adb start-server` done?"
            raise NoServer(said) from error

    def _ask(self, request: str, until: float) -> None:
        try:
            octets = adb_smart.text_bytes(request)
        except ValueError as error:
            raise UsageError(str(error)) from error
        self._port.write(octets)
        try:
            reason = self._whole(self._inbox.status, until)
        except BaseException:
            self.close()
            raise
        if reason:
            self.close()
            raise self._refusal(reason)

    def _refusal(self, reason: str) -> Exception:
        first = reason.strip().splitlines()[0]
        who = f"{self._port.address}: terminal {self.device or '(the only one)'}"
        if "unauthorized" in reason:
            return DeviceRefused(f"{who}: {first} Confirm this computer's key on its display")
        if "more than one" in reason:
            return DeviceRefused(f"{who}: {first}; name it in the rig file (`device:`)")
        if any(word in reason for word in AWAY):
            return PortLost(f"{who}: {first}")
        return DeviceRefused(f"{who}: {first}")

    def _whole(self, take: Callable[[], str | None], until: float) -> str:
        while (said := take()) is None:
            self._inbox.feed(self._next(until).data)
        return said

    def _next(self, until: float) -> Chunk:
        chunk = self._port.read(until)
        if chunk is None:
            raise PortLost(f"{self._port.address}: no answer over adb in time")
        return chunk

    def _send(self, octets: bytes) -> None:
        for at in range(0, len(octets), PIECE):
            self._port.write(octets[at : at + PIECE])

    def _raw(self, what: str, content: bytes, until: float) -> bytes:
        """All that a service without packets says, given its input."""
        self.select(until)
        try:
            self.open(what, until)
            self._send(content)
            return self._all(until)
        finally:
            self.close()

    def _all(self, until: float) -> bytes:
        said = bytearray(self._inbox.rest())
        try:
            while len(said) <= LONGEST:
                said += self._next(until).data
        except PortLost:
            return bytes(said)
        raise Garbled(f"{self._port.address}: a command does not stop talking")
