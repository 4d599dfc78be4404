"""Mini-Circuits RCDAT step attenuators, single channel, by Telnet.

Source: Mini-Circuits Programming Manual, Programmable Attenuators (ASCII commands over Ethernet).
Quirk: a value too large is not refused: the device goes to its maximum and answers 2.
"""

import re

from harness.errors import DeviceRefused, Garbled, PortTimeout
from harness.model.roles import Observe, ignore
from harness.model.units import Db
from harness.ports.base import Port

IDENTITY = r"RCDAT"  # the MN? answer, e.g. "MN=RCDAT-6000-110 SN=..."

ANSWER_TIME = 2.0  # s


class Driver:
    """Plays Attenuator, Identified and SafeState."""

    class SPELLING:
        """Both ways, a line ends with CR LF."""

        @staticmethod
        def asked(text: str) -> bytes:
            return f"{text}\r\n".encode()

        answered = asked

    def __init__(self, port: Port) -> None:
        self._port = port
        self._rest = b""
        self._maximum: Db | None = None
        self.observe: Observe = ignore

    def identify(self) -> str:
        """Model, serial number and firmware."""
        return " ".join(self._ask(asked) for asked in ("MN?", "SN?", "FIRMWARE?"))

    def set_attenuation(self, attenuation: Db) -> None:
        """Set it, dB; raises DeviceRefused when the device did not go there."""
        answer = self._ask(f"SETATT={float(attenuation):g}")
        if answer != "1":
            why = "more than it has" if answer == "2" else "refused"
            raise DeviceRefused(f"SETATT={float(attenuation):g}: answered {answer!r} ({why})")
        self.observe("attenuation", db=float(attenuation))

    def attenuation(self) -> Db:
        """What it takes now, dB."""
        return Db(self._number("ATT?"))

    def max_attenuation(self) -> Db:
        """What the model name says (``RCDAT-6000-110``: 110 dB)."""
        if self._maximum is None:
            model = self._ask("MN?")
            found = re.search(r"RCDAT-\d+-(\d+(?:\.\d+)?)", model)
            if not found:
                raise Garbled(f"MN?: {model!r} names no maximum; wanted e.g. MN=RCDAT-6000-110")
            self._maximum = Db(float(found[1]))
        return self._maximum

    def make_safe(self) -> None:
        """0 dB, and read it back."""
        self.set_attenuation(Db(0))
        left = self.attenuation()
        if left > 0:
            raise DeviceRefused(f"still {left} after SETATT=0")

    def _number(self, asked: str) -> float:
        answer = self._ask(asked)
        try:
            return float(answer)
        except ValueError:
            raise Garbled(f"{asked}: {answer!r} is no number") from None

    def _ask(self, command: str) -> str:
        clock = self._port.clock
        while self._port.readable and self._port.read(clock.now()) is not None:
            pass  # a late answer, or the Telnet greeting
        self._rest = b""
        self._port.write(f"{command}\r\n".encode())
        until = clock.now() + ANSWER_TIME
        while (chunk := self._port.read(until)) is not None:
            *lines, self._rest = re.split(rb"[\r\n]", self._rest + chunk.data)
            said = [line.decode("latin-1").strip() for line in lines if line.strip()]
            if said:
                return said[0]
        raise PortTimeout(f"{self._port.address}: no answer to {command} in {ANSWER_TIME} s")
