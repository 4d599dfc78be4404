"""The Keysight E36100 series: one output, no channel lists, no INSTrument subsystem, no list.

Source: Keysight E36100B Series Operating and Service Guide, as public drivers quote it (a channel
or an instrument selected is refused: -108, -113). Its triggered levels need no mode.
"""

from collections.abc import Mapping
from typing import ClassVar

from harness.sim.supplies.commands import COMMANDS, addressed, without
from harness.sim.supplies.instrument import Supply
from harness.sim.supplies.outputs import At
from harness.wire.scpi import Command
from harness.wire.scpi_syntax import Limit


class Instrument(Supply):
    """An E36102 to E36106, A or B, by its personality."""

    COMMANDS: ClassVar[Mapping[str, Command]] = addressed(
        without(COMMANDS, "INSTrument", "LIST:", "MODE", "PAIR"), 0
    )

    def initiate(self, at: At = None) -> None:
        output = self.channels[1].set
        output.volts_mode = output.amps_mode = "STEP"
        super().initiate(at)

    def set_number(self, field: str, value: float | Limit, at: At = None) -> None:
        """A level set at once is the triggered one too, until that is set (E3632A, VOLT:TRIG)."""
        super().set_number(field, value, at)
        if field in ("volts", "amps"):
            super().set_number(f"{field}_triggered", value, at)

    def _summarise(self) -> None:
        """With one output its bits stand in STATus:QUEStionable itself."""
        groups = self.status.groups
        groups["ques"].become(self._summaries[1].condition)
        groups["oper"].become((self.channels[1].phase == "armed") << 5)
