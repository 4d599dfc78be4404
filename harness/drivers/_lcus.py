"""A USB serial relay board of the LCUS kind (CH340, 9600 bit/s, 8N1).

Source: LC Technology LCUS-1/2/4/8: ``A0``, channel, 00 off or 01 on, sum of the three; ``FF`` asks
for the status, answered by a line per channel, ``CH1:OFF``. Quirks: frames that follow each other
too closely are lost, so there is a pause after each; some one-channel boards do not answer ``FF``
(``read_back`` off: what was switched is then not verified).
"""

import re

from harness.drivers._heard import heard
from harness.errors import DeviceRefused, PortTimeout
from harness.ports.base import Port

HEAD, STATUS = 0xA0, b"\xff"
ANSWER = re.compile(rb"CH(\d{1,3}): ?(ON|OFF)")
ANSWER_WITHIN = 3.0  # s; eight lines take 0.1 s at 9600 bit/s, but the host may be busy


class Board:
    """Switches channels and checks them."""

    def __init__(self, port: Port, *, read_back: bool, gap: float) -> None:
        self._port, self._read_back, self._gap = port, read_back, gap
        self._wanted: dict[int, bool] = {}

    def now(self) -> float:
        return self._port.clock.now()

    def switch(self, channel: int, *, on: bool) -> None:
        """Send one channel's frame, and pause."""
        frame = bytes([HEAD, channel, on])
        self._port.write(frame + bytes([sum(frame) & 0xFF]))
        self._wanted[channel] = on
        self.wait(self._gap)

    def verify(self) -> float:
        """Compare all that was switched with what the board says; the time at which it said so.

        Raises DeviceRefused naming the channel that differs, PortTimeout.
        """
        if not self._read_back:
            return self._port.clock.now()
        t, seen = self._ask(max(self._wanted, default=1))
        for channel, on in self._wanted.items():
            if seen.get(channel) != on:
                said = {True: "on", False: "off", None: "not there"}[seen.get(channel)]
                raise DeviceRefused(
                    f"relay {channel} was switched {'on' if on else 'off'}, is {said}"
                )
        return t

    def on(self, channel: int) -> bool:
        """Whether a channel is on: as the board says, or as it was switched where it cannot say.

        Raises DeviceRefused for a channel that is not there, PortTimeout.
        """
        seen = self._ask(channel)[1] if self._read_back else self._wanted
        if channel not in seen:
            raise DeviceRefused(f"relay {channel} is not there, or was never switched")
        return seen[channel]

    def _ask(self, least: int) -> tuple[float, dict[int, bool]]:
        """The states, once those of ``least`` relays have come; of fewer, where there are fewer."""
        used = max(self._wanted, default=1)
        self._port.write(STATUS)
        said, seen, t = b"", dict[int, bool](), 0.0
        for chunk in heard(self._port, self._port.clock.now() + ANSWER_WITHIN):
            said += chunk.data
            seen = {int(number): state == b"ON" for number, state in ANSWER.findall(said)}
            if said.endswith(b"\n") and len(seen) >= max(least, used):
                return chunk.t, seen
            t = chunk.t
        if said.endswith(b"\n") and len(seen) >= used:
            return t, seen
        raise PortTimeout(f"{self._port.address}: the relay board answered {said[:40]!r} to FF")

    def wait(self, seconds: float) -> None:
        """Let time pass; what the board says meanwhile was not asked for."""
        for _ in heard(self._port, self._port.clock.now() + seconds):
            pass
