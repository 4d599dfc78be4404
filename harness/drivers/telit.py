"""Telit cellular modems (LE910, ME910, LM960, FN980 and their kin), by AT commands.

Source: Telit LE910Cx and ME910C1 AT Commands Reference Guides.
Quirk: ``#RFSTS`` has another order in each technology, and which it is only its shape tells.
"""

from typing import ClassVar

from harness.drivers._modem import SETTINGS, Modem
from harness.drivers._modem_ways import Lines, Way, Ways
from harness.wire import at_cells, at_counters, at_sim
from harness.wire.at_signal import Quality

IDENTITY = r"(?i)\btelit\b|\b(?:LE|ME|ML|NE|LM|LN|FN|HE)[0-9]{3}[A-Z0-9-]*"


def _quality(lines: Lines) -> Quality | None:
    serving = at_cells.rfsts(lines)
    return None if serving is None else serving.quality


class Driver(Modem):
    """Plays all that a modem plays."""

    SETTINGS: ClassVar[tuple[str | tuple[str, ...], ...]] = (*SETTINGS, "AT#QSS=1")
    RESET: ClassVar[tuple[str, ...]] = ("AT#REBOOT", "AT+CFUN=1,1")
    OFF: ClassVar[tuple[str, ...]] = ("AT#SHDN", "AT#SYSHALT")
    WAYS: ClassVar[Ways] = {
        "signal": (Way("AT#RFSTS", _quality, lambda quality: quality.known),),
        "serving_cell": (Way("AT#RFSTS", at_cells.rfsts),),
        "iccid": (Way("AT#CCID", at_sim.first_of),),
        "bytes_used": (Way("AT#GDATAVOL=2", at_counters.gdatavol),),
    }
