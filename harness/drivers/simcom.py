"""SIMCom cellular modems (SIM7600, SIM7000 and SIM7080, A7670 and its kin), by AT commands.

Source: SIMCom SIM7500_SIM7600, SIM7000 and A76XX Series AT Command Manuals.
Quirks: lines end with two CRs; ``+CPSI`` gives its levels in tenths (SIM7600), in whole dB
(SIM7000) or as indexes (A76XX), told apart by their size; no byte counters are known.
"""

from typing import ClassVar

from harness.drivers._modem import Modem
from harness.drivers._modem_ways import Lines, Way, Ways
from harness.wire import at_cells, at_sim
from harness.wire.at_signal import Quality

# The A76XX calls its maker "INCORPORATED" in some firmware.
IDENTITY = r"(?i)\bsimcom\b|\bSIM[78]\d{3}|\bA76[0-9]{2}"


def _quality(lines: Lines) -> Quality | None:
    serving = at_cells.cpsi(lines)
    return None if serving is None else serving.quality


class Driver(Modem):
    """Plays all that a modem plays."""

    RESET: ClassVar[tuple[str, ...]] = ("AT+CRESET", "AT+CFUN=1,1", "AT+CFUN=6")
    OFF: ClassVar[tuple[str, ...]] = ("AT+CPOF", "AT+CPOWD=1")
    WAYS: ClassVar[Ways] = {
        "signal": (Way("AT+CPSI?", _quality, lambda quality: quality.known),),
        "serving_cell": (Way("AT+CPSI?", at_cells.cpsi),),
        "iccid": (Way("AT+CICCID", at_sim.first_of),),
    }
