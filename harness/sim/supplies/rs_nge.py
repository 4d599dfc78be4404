"""The R&S NGE100B series: levels on a 10 mV grid, OVP, fuse and EasyRamp.

Source: public NGE103B drivers; R&S NGE100B user manual 5601.1343.02 (parameters).
"""

from collections.abc import Mapping
from typing import ClassVar

from harness.sim.supplies._rs import BASIC, FUSE_IN_SECONDS, RAMP, VOLTS, RsSupply
from harness.sim.supplies.commands import setting, word
from harness.wire.scpi import BOOLEAN, Command


class Instrument(RsSupply):
    """An NGE102B or NGE103B, by its personality. Its QuickArb is not modelled."""

    COMMANDS: ClassVar[Mapping[str, Command]] = {
        **BASIC,
        **FUSE_IN_SECONDS,
        **RAMP,
        **word(f"{VOLTS}:PROTection[:STATe]", "over_volts_on", BOOLEAN),
        **setting(f"{VOLTS}:PROTection:LEVel", "over_volts", "V"),
    }
