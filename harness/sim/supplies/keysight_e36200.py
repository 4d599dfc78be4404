"""The Keysight E36200 series: channel lists, up to two outputs that may be paired, no list.

Source: Keysight E36200 Series Programming Guide (E36200-90008), as public drivers quote it. Each
output gives its rated voltage and its rated current, but not both at once (``watts``). Pairing is
kept, and outlives *RST (assumed); what paired outputs do together is not modelled.
"""

from collections.abc import Mapping
from typing import ClassVar

from harness.sim.supplies.commands import COMMANDS, addressed, without
from harness.sim.supplies.instrument import Supply
from harness.wire.scpi import Command


class Instrument(Supply):
    """An E36233A or E36234A, by its personality."""

    COMMANDS: ClassVar[Mapping[str, Command]] = addressed(without(COMMANDS, "LIST:"), 2)
    _pair = "OFF"

    def set_pair(self, how: str) -> None:
        if how != self._pair:
            for channel in self.channels.values():
                channel.switch(on=False)
        self._pair = how

    def pair(self) -> str:
        return self._pair
