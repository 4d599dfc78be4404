"""A tap on the terminal's flash: counts the pages it programs, and cuts the power at the n-th.

Source: this file; the protocol is ours, so that anybody can build one: a microcontroller on chip
select, clock and data of a serial flash, which counts the page program commands (02h, 12h, 32h), or
a logic analyser with a trigger output; and a MOSFET in the terminal's feed, closed by itself. ASCII
lines at 115200 bit/s 8N1, ended by LF, answered by one line ended by CR LF, times in whole us:

``ID?``              ``FLASH-TAP <version> <serial>``
``STATE?``           ``IDLE``, ``ARMED`` or ``OPEN``
``COUNT?``           ``COUNT <n>``: pages since it was armed or disarmed last
``ARM 17 3000000us`` ``OK ARMED 17``: counts from 0; as the 17th page begins the line opens, for 3 s
``DISARM``           ``OK IDLE``: closes the line at once, too, and counts from 0
``TRIGGERED 17``     said unasked: the line has been opened
``CLOSED 17``        said unasked: it is closed again; of the pages since there is no end
``REST 42``          said unasked: 42 pages so far, and none for a second
``ERR <n> <text>``   1 unknown word, 2 bad argument, 3 not while the line is open

The terminal lives on its capacitors for some milliseconds, so a cut is in the n-th page or before
the next one: no page after it is programmed on a healthy supply.
"""

import re
from typing import ClassVar

from harness.drivers._line import Line
from harness.errors import BenchError, DeviceRefused, Garbled
from harness.model.roles import Observe, ignore
from harness.model.units import Seconds
from harness.ports.base import Port

IDENTITY = r"^FLASH-TAP "
UNASKED = re.compile(r"(TRIGGERED|CLOSED|REST) (\d{1,9})")
#: What it says unasked -> what is observed.
OBSERVED = {"TRIGGERED": "triggered", "CLOSED": "closed", "REST": "programmed"}
MOST, LONGEST = 999_999_999, 999_999_999  # pages; us


class Driver:
    """Plays FlashTap, Identified, Watched and SafeState."""

    BAUD: ClassVar[int] = 115200
    observe: Observe = staticmethod(ignore)

    def __init__(self, port: Port) -> None:
        """Nothing is said yet.

        Args:
            port: The serial line.
        """
        self._line = Line(port, self._unasked)

    def identify(self) -> str:
        return self._line.ask("ID?")

    def arm(self, count: int, *, lasting: Seconds) -> None:
        """Cut at the ``count``-th page from now on, for ``lasting``; raises DeviceRefused."""
        micros = round(lasting * 1e6)
        if not 1 <= count <= MOST or not 1 <= micros <= LONGEST:
            raise DeviceRefused(f"page {count} for {lasting}: wanted 1 or more, up to 999 s")
        self._line.tell(f"ARM {count} {micros}us", f"OK ARMED {count}")

    def disarm(self) -> None:
        """The line is closed, and no cut is to come; read back."""
        self._line.tell("DISARM", "OK IDLE")
        state = self._line.ask("STATE?")
        if state != "IDLE":
            raise DeviceRefused(f"the flash tap says {state[:80]} after DISARM")

    def pages(self) -> int:
        """How many were programmed since it was armed or disarmed last."""
        answer = self._line.ask("COUNT?")
        found = re.fullmatch(r"COUNT (\d{1,12})", answer)
        if found is None:
            raise Garbled(f"COUNT? was answered by {answer[:80]!r}")
        return int(found[1])

    def make_safe(self) -> None:
        """Closed and idle: what has no cut to make leaves the power to others."""
        try:
            self.disarm()
        except DeviceRefused as error:
            raise BenchError(f"the flash tap could not be disarmed ({error})") from error

    def attend(self) -> None:
        """Take in what it says unasked."""
        self._line.attend()

    def _unasked(self, line: str, t: float) -> bool:
        """Whether nobody asked for it; then it is told."""
        found = UNASKED.fullmatch(line)
        if found is None:
            return False
        self.observe(OBSERVED[found[1]], t=t, count=int(found[2]))
        return True
