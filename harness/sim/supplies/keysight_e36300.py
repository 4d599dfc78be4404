"""The Keysight E36300 series: the language that ``instrument.py`` itself speaks, and tracking.

Source: Keysight E36300 Series Programming Guide (E36311-90008), OUTPut:TRACk, as public tools
quote it: output 3 has what output 2 is set to.
"""

from collections.abc import Mapping
from typing import ClassVar

from harness.sim.supplies.commands import COMMANDS
from harness.sim.supplies.instrument import Supply
from harness.sim.supplies.outputs import At
from harness.wire.scpi import BOOLEAN, Command
from harness.wire.scpi_syntax import Limit


class Instrument(Supply):
    """An E36311A, E36312A or E36313A, by its personality."""

    COMMANDS: ClassVar[Mapping[str, Command]] = {
        **COMMANDS,
        "OUTPut:TRACk[:STATe]": Command("set_tracking", (BOOLEAN,)),
        "OUTPut:TRACk[:STATe]?": Command("tracking"),
    }
    _tracking = False

    def set_tracking(self, on: bool) -> None:
        self._tracking = on

    def tracking(self) -> int:
        return int(self._tracking)

    def set_number(self, field: str, value: float | Limit, at: At = None) -> None:
        super().set_number(field, value, at)
        if self._tracking and field == "volts" and self.channels[2] in self._at(at):
            super().set_number(field, value, (3,))
