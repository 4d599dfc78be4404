"""A pulse switch: a microcontroller that opens the terminal's supply line and times it itself.

Source: this file; the protocol is ours, so that anybody can flash one. ASCII lines at 115200 bit/s
8N1, ended by LF, answered by one line ended by CR LF, case does not matter, times in whole us:

``ID?``            ``PULSE-SWITCH <version> <serial> steps=<n> min=<n>us short=<0|1>``
``STATE?``         ``CLOSED``, ``OPEN``, ``SHORT`` or ``PULSING``
``CLOSE``          ``OK CLOSED``; error 3 while the load is shorted
``OPEN``           ``OK OPEN``, at once, also in the middle of a pattern; ends a short
``SHORT ON|OFF``   ``OK SHORT`` / ``OK OPEN``: a second MOSFET across the terminal; only when open
``PULSE 3000us``   ``OK 1`` when it begins: open for 3000 us, then closed; only when closed
``PULSE o3000us c500us o200us``  ``OK 3``: a pattern of opened and closed steps, then closed
``DONE o3001us c500us o201us``   said unasked at the end of each: the steps as its timer had them
``ERR <n> <text>`` 1 unknown word, 2 bad argument, 3 not now, 4 too many steps, 5 has no such part

After a reset, and with its power gone, the line is open (gate resistors) and not shorted. A step
shorter than 10 us is refused; a gate is moved within 1 us of its time.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from harness.drivers._line import Line
from harness.drivers._switched import Feeds, Switched
from harness.errors import BenchError, DeviceRefused, Garbled
from harness.model.power import Switching
from harness.model.units import Seconds
from harness.ports.base import Port

IDENTITY = r"^PULSE-SWITCH "
STEP = re.compile(r"([oc])(\d{1,12})us")
LONGEST = 999_999_999  # us


class Driver(Switched):
    """Plays Switch, PulseSwitch, ShortingSwitch, Identified, Watched and SafeState."""

    BAUD: ClassVar[int] = 115200
    NAME: ClassVar[str] = "the pulse switch"
    switching = Switching(min_open=0.02, min_pulse=10e-6, pulses=16, shorts=True)
    steps: ClassVar[int] = 32

    def __init__(self, port: Port, *, feeds: Feeds = "dc", shorts: bool = True) -> None:
        """Nothing is said yet.

        Args:
            port: The serial line.
            feeds: What it opens: dc, mains, vbus, poe or battery.
            shorts: Whether its second MOSFET, across the terminal, is there.
        """
        super().__init__(port, feeds=feeds)
        self.switching = replace(self.switching, shorts=shorts)
        self._line = Line(port, self._unasked)
        self._asked: list[tuple[bool, float]] = []

    def identify(self) -> str:
        return self._line.ask("ID?")

    def pulse(self, pattern: Sequence[tuple[bool, Seconds]]) -> None:
        steps = [(closed, round(time * 1e6)) for closed, time in pattern]
        shortest = round((self.switching.min_pulse or 0) * 1e6)
        if not 1 <= len(steps) <= self.steps:
            raise DeviceRefused(f"a pattern has 1 to {self.steps} steps, not {len(steps)}")
        for _, time in steps:
            if not shortest <= time <= LONGEST:
                raise DeviceRefused(f"a step lasts {shortest} us to {LONGEST} us, not {time} us")
        told = " ".join(f"{'c' if closed else 'o'}{time}us" for closed, time in steps)
        self._line.tell(f"PULSE {told}", f"OK {len(steps)}")
        self._asked = [(closed, time * 1e-6) for closed, time in steps]

    def set_short(self, *, on: bool) -> None:
        if not self.switching.shorts:
            raise DeviceRefused("this pulse switch has nothing to short with")
        if on:
            self._line.tell("OPEN", "OK OPEN")
        self._line.tell(f"SHORT {'ON' if on else 'OFF'}", "OK SHORT" if on else "OK OPEN")
        state = self._line.ask("STATE?")
        if state != ("SHORT" if on else "OPEN"):
            raise DeviceRefused(
                f"the pulse switch says {state} after SHORT {'ON' if on else 'OFF'}"
            )
        self._told = False
        self.observe("opened", shorted=on)

    def attend(self) -> None:
        """Take in what it says unasked: the end of a pattern."""
        self._line.attend()

    def _move(self, *, closed: bool) -> float:
        if closed and self._line.ask("STATE?") == "SHORT":
            self._line.tell("SHORT OFF", "OK OPEN")
        self._line.tell("CLOSE" if closed else "OPEN", f"OK {'CLOSED' if closed else 'OPEN'}")
        return self._port.clock.now()

    def _is_closed(self) -> bool:
        state = self._line.ask("STATE?")
        if state not in ("CLOSED", "OPEN", "SHORT", "PULSING"):
            raise Garbled(f"STATE? was answered by {state[:80]!r}")
        return state in ("CLOSED", "PULSING")  # a pattern ends closed

    def _unasked(self, line: str, t: float) -> bool:
        """Whether it is the end of a pattern, which is then told."""
        if not line.startswith("DONE"):
            return False
        timed = [[kind == "c", int(time) * 1e-6] for kind, time in STEP.findall(line)]
        asked = [list(step) for step in self._asked]
        self.observe("pulsed", t=t, asked=asked, measured=timed)
        if [step[0] for step in timed] != [step[0] for step in asked] and asked:
            raise BenchError(f"the pulse switch timed {line[:200]!r}, asked were {asked}")
        return True
