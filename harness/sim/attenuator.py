"""Mini-Circuits RCDAT-6000-110: a step attenuator in the antenna lead, by Telnet.

Source: Mini-Circuits Programming Manual, Programmable Attenuators (ASCII commands over Ethernet).
Queries answer ``NAME=value`` or the bare value; SETATT answers 1 (done), 0 (refused) or 2 (asked
for more than there is: set to the most). Steps are 0.25 dB; a value between is rounded.
"""

import random
import re
from collections.abc import Callable

from harness.clock import Clock
from harness.ports.base import Port
from harness.ports.lines import nothing, serve_lines
from harness.sim.radio import Radio

STEP = 0.25


class Attenuator:
    """The attenuator between a modem and its antenna.

    Args:
        clock: The bench's clock.
        radio: What it damps.
        rng: Not drawn from: this device has no chance in it.
        maximum: The most it takes, dB.
        serial: Serial number.

    Attributes:
        db: What it takes now, dB.
        outlets: ``telnet``.
    """

    def __init__(
        self,
        clock: Clock,
        radio: Radio,
        *,
        rng: random.Random | None = None,
        maximum: float = 110.0,
        serial: str = "12208010101",
    ) -> None:
        self._clock, self._radio, self._maximum, self._serial = clock, radio, maximum, serial
        self.db = 0.0
        self.outlets: dict[str, Callable[[Port], None]] = {"telnet": self._accept}

    def _accept(self, port: Port) -> None:
        serve_lines(self._clock, "attenuator", port, self._answer, gone=nothing)

    def _answer(self, line: str) -> bytes:
        return f"{self._say(line.strip().lstrip(':').upper())}\r\n".encode()

    def _say(self, command: str) -> str:
        asked = {
            "MN?": f"MN=RCDAT-6000-{self._maximum:g}",
            "SN?": f"SN={self._serial}",
            "FIRMWARE?": "A3",
            "ATT?": f"{self.db:g}",
        }
        if command in asked:
            return asked[command]
        found = re.fullmatch(r"SETATT[=:]\s*(\d{1,4}(?:\.\d{1,6})?)", command)
        return self._set(float(found[1])) if found else "0"

    def _set(self, wanted: float) -> str:
        self.db = min(round(wanted / STEP) * STEP, self._maximum)
        self._radio.attenuate(self.db)
        return "2" if wanted > self._maximum else "1"
