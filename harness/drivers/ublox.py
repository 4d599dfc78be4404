"""u-blox cellular modems (SARA, LARA, TOBY, LENA), by AT commands.

Source: u-blox Cellular Modules AT Commands Manual (UBX-13002752), SARA-R5 and LARA-R6 AT commands
manuals. Quirks: ``+CFUN?`` may report 19 in flight mode; ``+UCGED`` must be switched on before it
can be read, and which of its forms there is depends on the series.
"""

from typing import ClassVar

from harness.drivers._modem import SETTINGS, Modem
from harness.drivers._modem_ways import Lines, Way, Ways, each
from harness.wire import at_cells, at_counters, at_signal, at_sim
from harness.wire.at_signal import Quality

# Their receivers for satellites say u-blox as well.
IDENTITY = r"\b(?:SARA|LARA|TOBY|LENA|LISA|MPCI)-[A-Z0-9]"


def _quality(lines: Lines) -> Quality | None:
    serving = at_cells.ucged(lines)
    return None if serving is None else serving.quality


class Driver(Modem):
    """Plays all that a modem plays."""

    SETTINGS: ClassVar[tuple[str | tuple[str, ...], ...]] = (
        *SETTINGS, ("AT+UCGED=2", "AT+UCGED=5"), "AT+USIMSTAT=1",
    )  # fmt: skip
    RESET: ClassVar[tuple[str, ...]] = ("AT+CFUN=16", "AT+CFUN=1,1")
    OFF: ClassVar[tuple[str, ...]] = ("AT+CPWROFF",)
    WAYS: ClassVar[Ways] = {
        "signal": (
            Way("AT+UCGED?", _quality, lambda quality: quality.known),
            Way("AT+CESQ", each(at_signal.cesq), lambda quality: quality.known),
        ),
        "serving_cell": (
            Way("AT+UCGED?", at_cells.ucged, lambda serving: serving.cell is not None),
        ),
        "iccid": (Way("AT+CCID", at_sim.first_of),),
        "bytes_used": (Way("AT+UGCNTRD", at_counters.ugcntrd),),
    }
