"""The R&S NGL, NGM, NGU and NGP series: safety limits, QuickArb with interpolation, EasyRamp.

Source: RsNgx 3.1 (R&S's own driver, command descriptions) and R&S's published QuickArb examples.
"""

from collections.abc import Mapping
from typing import ClassVar

from harness.sim.supplies._rs import AMPS, ARB, BASIC, FUSE_IN_SECONDS, RAMP, VOLTS, RsSupply
from harness.sim.supplies.commands import AT, setting, word
from harness.wire.scpi import BOOLEAN, Command, choice

POWER = "[SOURce:]POWer"


def limits(header: str, field: str, unit: str) -> dict[str, Command]:
    """The safety limits of a level (``VOLTage:ALIMit``)."""
    return {
        **setting(f"{header}[:LEVel][:IMMediate]:ALIMit[:UPPer]", f"{field}_upper", unit),
        **setting(f"{header}[:LEVel][:IMMediate]:ALIMit:LOWer", f"{field}_lower", unit),
    }


class Instrument(RsSupply):
    """An NGL, NGM or NGP, by its personality."""

    COLUMNS: ClassVar[int] = 4
    COMMANDS: ClassVar[Mapping[str, Command]] = {
        **BASIC,
        **FUSE_IN_SECONDS,
        **setting("FUSE:DELay:INITial", "fuse_start", "S"),
        **RAMP,
        **ARB,
        # Here VOLT:PROT alone is the switch; on the HMP it is the level.
        **word(f"{VOLTS}:PROTection[:STATe]", "over_volts_on", BOOLEAN),
        **setting(f"{VOLTS}:PROTection:LEVel", "over_volts", "V"),
        **limits(VOLTS, "volts", "V"),
        **limits(AMPS, "amps", "A"),
        **word("[SOURce:]ALIMit[:STATe]", "limits_on", BOOLEAN),
        **word("OUTPut:DELay[:STATe]", "delay_on", BOOLEAN),
        **setting("OUTPut:DELay:DURation", "delay", "S"),
        **word("ARBitrary:BEHavior:END", "list_end", choice("HOLD", "OFF")),
        **word(f"{POWER}:PROTection[:STATe]", "over_watts_on", BOOLEAN),
        **setting(f"{POWER}:PROTection:LEVel", "over_watts", "W"),
        f"{POWER}:PROTection:TRIPped?": Command("tripped", (AT,), ("watts",)),
        f"{POWER}:PROTection:CLEar": Command("release", (AT,), ("opp",)),
        "[SOURce:]PROTection:CLEar": Command("release", (AT,), ("any",)),
        "FUSE:TRIPped:CLEar": Command("release", (AT,), ("ocp",)),
        "READ?": Command("read_both", (AT,)),
        "ARBitrary:DATA?": Command("written_list"),
        "ARBitrary[:STATe]": Command("switch_list", (BOOLEAN, AT)),
        "ARBitrary[:STATe]?": Command("list_on", (AT,)),
    }

    def switch_list(self, on: bool, at: tuple[int, ...] | None = None) -> None:
        """ARBitrary[:STATe]: it runs once the output is on."""
        for row in self._at(at):
            if on:
                row.start_list()
            else:
                row.stop()

    def read_both(self, at: tuple[int, ...] | None = None) -> str:
        """READ?: volts and amps."""
        return f"{self.measure('volts', at)},{self.measure('amps', at)}"

    def list_on(self, at: tuple[int, ...] | None = None) -> str:
        return ",".join(str(int(row.list_on)) for row in self._at(at))
