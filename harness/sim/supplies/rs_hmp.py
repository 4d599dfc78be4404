"""The R&S (HAMEG) HMP series: EasyArb, OVP without a switch of its own, fuse delays in ms.

Source: HMP series SCPI programmer's manual, as pymeasure's HMP4040 and public HMP drivers use it.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from harness.sim.supplies._rs import ARB, BASIC, VOLTS, RsSupply
from harness.sim.supplies.commands import setting, word
from harness.sim.supplies.outputs import At
from harness.wire.scpi import Command, choice, number
from harness.wire.scpi_syntax import Limit, ScpiError

SLOTS = (1, 2, 3)


class Instrument(RsSupply):
    """An HMP2020 to HMP4040, by its personality."""

    COMMANDS: ClassVar[Mapping[str, Command]] = {
        **BASIC,
        **ARB,
        # Here VOLT:PROT alone is the level; on the NGx it is the switch.
        **setting(f"{VOLTS}:PROTection[:LEVel]", "over_volts", "V"),
        **word(f"{VOLTS}:PROTection:MODE", "over_volts_mode", choice("MEASured", "PROTected")),
        "FUSE:DELay": Command("set_fuse_delay", (number(),)),
        "FUSE:DELay?": Command("fuse_delay"),
        "ARBitrary:STARt": Command("start_list", (number(),)),
        "ARBitrary:STOP": Command("stop_list", (number(),)),
        "ARBitrary:SAVE": Command("save_list", (number(),)),
        "ARBitrary:RESTore": Command("restore_list", (number(),)),
    }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._saved: dict[int, tuple[float, ...]] = dict.fromkeys(SLOTS, ())

    def set_fuse_delay(self, delay: float | Limit, at: At = None) -> None:
        """FUSE:DELay, in ms."""
        seconds = delay if isinstance(delay, Limit) else delay / 1000
        self.set_number("over_amps_delay", seconds, at)

    def fuse_delay(self, at: At = None) -> str:
        return ",".join(f"{1000 * row.set.over_amps_delay:.0f}" for row in self._at(at))

    def save_list(self, slot: float | Limit) -> None:
        """ARBitrary:SAVE: one of three memories, which outlive a reset."""
        self._saved[self._memory(slot)] = self._table

    def restore_list(self, slot: float | Limit) -> None:
        self._table = self._saved[self._memory(slot)]

    def _memory(self, slot: float | Limit) -> int:
        if isinstance(slot, Limit) or slot not in SLOTS:
            raise ScpiError(-222)
        return int(slot)

    def start_list(self, n: float | Limit) -> None:
        self.channels[self._other(n)[0]].start_list()

    def stop_list(self, n: float | Limit) -> None:
        self.channels[self._other(n)[0]].stop()
