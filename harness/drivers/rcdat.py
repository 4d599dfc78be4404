"""Mini-Circuits RCDAT, RC4DAT and RC8DAT step attenuators, by Telnet.

Source: Mini-Circuits Programming Manual, Programmable Attenuators (ASCII commands over Ethernet);
the words are in ``_rcdat.py``.
Quirk: a value too large is not refused: the device goes to its maximum and answers 2.
"""

import re
from collections.abc import Sequence

from harness.drivers._rcdat import IDENTITY, Rcdat
from harness.errors import Garbled, PortTimeout
from harness.ports.base import Port

__all__ = ["IDENTITY", "Driver"]

ANSWER_TIME = 2.0  # s
BUSY = 2.0  # s after that a busy host may come to read an answer
LONGEST = 4096  # bytes without an answer in them


class Driver(Rcdat):
    """Plays Attenuator, Identified and SafeState."""

    class SPELLING:
        """Both ways, a line ends with CR LF."""

        @staticmethod
        def asked(text: str) -> bytes:
            return f"{text}\r\n".encode()

        answered = asked

    def __init__(self, port: Port, *, channel: Sequence[int] = (), step: float = 0.25) -> None:
        """Nothing is said yet.

        Args:
            port: ``host:23``.
            channel: The channels in the antenna leads, from 1; none on a model that has but one.
            step: What its levels are multiples of, dB.
        """
        super().__init__(channel, step)
        self._port = port

    def _ask(self, command: str) -> str:
        clock = self._port.clock
        self._drop_unasked()
        self._port.write(f"{command}\r\n".encode())
        until, rest, size = clock.now() + ANSWER_TIME, b"", 0
        while (chunk := self._port.read(until)) is not None and chunk.t <= until + BUSY:
            *lines, rest = re.split(rb"[\r\n]", rest + chunk.data)
            said = [line.decode("latin-1").strip() for line in lines if line.strip()]
            if said:
                return said[0]
            size += len(chunk.data)
            if size > LONGEST:
                raise Garbled(f"{self._port.address}: no line in {size} bytes after {command}")
        raise PortTimeout(f"{self._port.address}: no answer to {command} in {ANSWER_TIME} s")

    def _drop_unasked(self) -> None:
        """A late answer, or the Telnet greeting."""
        size = 0
        while self._port.readable and (chunk := self._port.read(self._port.clock.now())):
            size += len(chunk.data)
            if size > LONGEST:
                raise Garbled(f"{self._port.address}: it does not stop talking")
