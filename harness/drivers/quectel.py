"""Quectel cellular modems (EC2x, EG9x, BG9x, EM, RM5xx), by AT commands.

Source: Quectel EC25&EC21, BG95&BG77 and RG50xQ&RM5xxQ AT Commands Manuals.
Quirks: ``+QIURC: "pdpdeact",1`` says what ``+CGEV`` says, at times inside answers; older firmware
has no ``+CEREG=3`` (reject causes) and is asked with 2; ``+QENG`` prints ``CONECT``; ``+CCLK`` may
be local time or UTC, as ``+CTZU`` was set, so ``+QLTS=2`` (local time) comes first.
"""

from typing import ClassVar

from harness.drivers._modem import SETTINGS, Modem
from harness.drivers._modem_ways import Way, Ways, each
from harness.wire import at_cells, at_counters, at_signal, at_sim, at_time

IDENTITY = r"(?i)\bquectel\b"


class Driver(Modem):
    """Plays all that a modem plays."""

    SETTINGS: ClassVar[tuple[str | tuple[str, ...], ...]] = (*SETTINGS, "AT+QSIMSTAT=1")
    OFF: ClassVar[tuple[str, ...]] = ("AT+QPOWD=1", "AT+QPOWD", "AT+CPOF")
    WAYS: ClassVar[Ways] = {
        "signal": (Way("AT+QCSQ", each(at_signal.qcsq)),),
        "serving_cell": (Way('AT+QENG="servingcell"', at_cells.qeng),),
        "iccid": (Way("AT+QCCID", at_sim.first_of),),
        "bytes_used": (
            Way("AT+QGDCNT?", each(at_counters.qgdcnt)),
            Way("AT+QGDNRCNT?", each(at_counters.qgdcnt)),
        ),
        "network_time": (Way("AT+QLTS=2", each(at_time.cclk)),),
    }
