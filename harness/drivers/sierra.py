"""Sierra Wireless cellular modems (EM, MC, HL and WP series), by AT commands.

Source: Sierra Wireless EM74xx/MC74xx, EM75xx and EM919x AT Command References.
Quirks: ``!GSTATUS?`` is a table for people, and has no MCC and MNC; bytes are counted by QMI or
MBIM only, so ``bytes_used`` is not supported.
"""

from typing import ClassVar

from harness.drivers._modem import Modem
from harness.drivers._modem_ways import Lines, Way, Ways
from harness.wire import at_cells, at_sim
from harness.wire.at_signal import Quality

IDENTITY = r"(?i)\bsierra wireless\b|\b(?:EM|MC)[79]\d{3}\b|\b(?:HL|WP)7\d{3}"


def _quality(lines: Lines) -> Quality | None:
    serving = at_cells.gstatus(lines)
    return None if serving is None else serving.quality


class Driver(Modem):
    """Plays all that a modem plays."""

    RESET: ClassVar[tuple[str, ...]] = ("AT!RESET", "AT+CFUN=1,1")
    OFF: ClassVar[tuple[str, ...]] = ("AT!POWERDOWN", "AT+CPOF", "AT+CPWROFF")
    WAYS: ClassVar[Ways] = {
        "signal": (Way("AT!GSTATUS?", _quality, lambda quality: quality.known),),
        "serving_cell": (Way("AT!GSTATUS?", at_cells.gstatus),),
        "iccid": (Way("AT!ICCID?", at_sim.first_of),),
    }
