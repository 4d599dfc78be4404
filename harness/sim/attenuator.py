"""Mini-Circuits RCDAT and RC4DAT: step attenuators in the antenna leads, by Telnet and HTTP.

Source: Mini-Circuits Programming Manual, Programmable Attenuators (ASCII commands over Ethernet).
Queries answer ``NAME=value`` or the bare value; SETATT answers 1 (done), 0 (refused) or 2 (asked
for more than there is: set to the most). Steps are 0.25 dB; a value between is rounded. Over HTTP
the path is the command and the body its answer. Outlet ``scpi`` is not the maker's: it is the same
step attenuator in a box that speaks ``*IDN?``, ``INP:ATT``, ``ATT`` and ``SYST:ERR?``.
"""

import random
import re
from collections import deque
from collections.abc import Callable, Sequence

from harness.clock import Clock
from harness.ports.base import Port
from harness.ports.lines import nothing, serve_lines
from harness.sim.radio import Radio
from harness.sim.web import Asked, Said, serve_web

STEP = 0.25
MOST_ERRORS = 20
ON = re.compile(r"CHAN:(\d{1,2}(?::\d{1,2})*):(.+)")
SETTING = re.compile(r"SETATT[=:]\s*(\d{1,4}(?:\.\d{1,6})?)")
NUMBERED = re.compile(r":?(?:INP(?:UT)?:)?ATT(?:ENUATION)?\s+(\S+?)\s*(?:DB)?", re.IGNORECASE)
ASKED = re.compile(r":?(?:INP(?:UT)?:)?ATT(?:ENUATION)?\?", re.IGNORECASE)


class Attenuator:
    """The attenuator between a modem and its antennas.

    Args:
        clock: The bench's clock.
        radio: What it damps: the antenna that hears best counts.
        rng: Not drawn from: this device has no chance in it.
        maximum: The most it takes, dB.
        serial: Serial number.
        model: Its name, without the most it takes.
        channels: How many it has.
        wired: Those in the modem's antenna leads, from 1.

    Attributes:
        levels: What each channel takes now, dB.
        outlets: ``telnet``, ``http``, ``scpi``.
    """

    def __init__(
        self,
        clock: Clock,
        radio: Radio,
        *,
        rng: random.Random | None = None,
        maximum: float = 110.0,
        serial: str = "12208010101",
        model: str = "RCDAT-6000",
        channels: int = 1,
        wired: Sequence[int] = (1,),
    ) -> None:
        self._clock, self._radio, self._maximum, self._serial = clock, radio, maximum, serial
        self._name = f"{model}-{maximum:g}"
        self._wired = tuple(wired)
        self.levels = [0.0] * channels
        self._errors: deque[str] = deque()
        self.outlets: dict[str, Callable[[Port], None]] = {
            "telnet": self._accept, "http": self._accept_web, "scpi": self._accept_scpi,
        }  # fmt: skip

    @property
    def db(self) -> float:
        """What the modem's best antenna loses, dB."""
        return min(self.levels[one - 1] for one in self._wired)

    def _accept(self, port: Port) -> None:
        serve_lines(self._clock, "attenuator", port, self._answer, gone=nothing)

    def _answer(self, line: str) -> bytes:
        return f"{self._say(line)}\r\n".encode()

    def _accept_web(self, port: Port) -> None:
        serve_web(self._clock, "attenuator", port, self._answer_web)

    def _answer_web(self, asked: Asked) -> Said:
        return Said(200, self._say(asked.target.removeprefix("/")).encode(), "text/html")

    # --- the maker's words ------------------------------------------------------------------

    def _say(self, line: str) -> str:
        command = line.strip().lstrip(":").upper()
        asked = {
            "MN?": f"MN={self._name}",
            "SN?": f"SN={self._serial}",
            "FIRMWARE?": "A3",
            "ATT?": " ".join(f"{one:g}" for one in self.levels),
        }
        if command in asked:
            return asked[command]
        if found := SETTING.fullmatch(command):
            return self._set(range(len(self.levels)), float(found[1]))
        if found := ON.fullmatch(command):
            return self._on([int(one) - 1 for one in found[1].split(":")], found[2])
        if command.startswith("SETATT"):
            return "0"
        return f"-99 Unrecognized Command. MN:{self._name} SN:{self._serial}"

    def _on(self, channels: Sequence[int], command: str) -> str:
        if not all(0 <= one < len(self.levels) for one in channels):
            return "0"
        if command == "ATT?" and len(channels) == 1:
            return f"{self.levels[channels[0]]:g}"
        found = SETTING.fullmatch(command)
        return self._set(channels, float(found[1])) if found else "0"

    def _set(self, channels: Sequence[int], wanted: float) -> str:
        for one in channels:
            self.levels[one] = min(round(wanted / STEP) * STEP, self._maximum)
        self._radio.attenuate(self.db)
        return "2" if wanted > self._maximum else "1"

    # --- a box that speaks SCPI -------------------------------------------------------------

    def _accept_scpi(self, port: Port) -> None:
        serve_lines(self._clock, "attenuator", port, self._answer_scpi, gone=nothing)

    def _answer_scpi(self, line: str) -> bytes:
        said = [self._do_scpi(one.strip()) for one in line.split(";") if one.strip()]
        told = ";".join(one for one in said if one)
        return f"{told}\n".encode() if told else b""

    def _do_scpi(self, unit: str) -> str:
        fixed = {"*IDN?": f"HARNESS,{self._name},{self._serial},1.0", "*ESE?": "0"}
        if unit.upper() in fixed:
            return fixed[unit.upper()]
        if unit.upper() in ("SYST:ERR?", ":SYST:ERR?", "SYSTEM:ERROR?"):
            return self._errors.popleft() if self._errors else '0,"No error"'
        if ASKED.fullmatch(unit):
            return f"{self.levels[0]:.2f}"
        found = NUMBERED.fullmatch(unit)
        wrong = self._set_scpi(found[1]) if found else '-113,"Undefined header"'
        if wrong and len(self._errors) < MOST_ERRORS:
            self._errors.append(wrong)
        return ""

    def _set_scpi(self, text: str) -> str:
        """An entry of the error queue, or none."""
        if not re.fullmatch(r"[+-]?\d{1,4}(?:\.\d{0,6})?", text):
            return '-104,"Data type error"'
        if not 0 <= float(text) <= self._maximum:
            return '-222,"Data out of range"'
        self._set(range(len(self.levels)), float(text))
        return ""
