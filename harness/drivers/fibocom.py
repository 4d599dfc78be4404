"""Fibocom cellular modems (L6, L7, L8 and FM series), by AT commands.

Source: Fibocom L610, L716, L860 and FM350 AT Commands Manuals.
Quirks: ``+GTCCINFO?`` answers with rows that have no name; those on Intel's XMM have ``+XCESQ?``
besides; no byte counters are known.
"""

from typing import ClassVar

from harness.drivers._modem import SETTINGS, Modem
from harness.drivers._modem_ways import Lines, Way, Ways, each
from harness.wire import at_cells, at_signal, at_sim
from harness.wire.at_signal import Quality

IDENTITY = r"(?i)\bfibocom\b|\bL[678]\d{2}-|\bFM\d{3}-"


def _quality(lines: Lines) -> Quality | None:
    serving = at_cells.gtccinfo(lines)
    return None if serving is None else serving.quality


class Driver(Modem):
    """Plays all that a modem plays."""

    SETTINGS: ClassVar[tuple[str | tuple[str, ...], ...]] = (*SETTINGS, "AT+MSMPD=1")
    RESET: ClassVar[tuple[str, ...]] = ("AT+CFUN=15", "AT+CFUN=1,1")
    OFF: ClassVar[tuple[str, ...]] = ("AT+CPWROFF", "AT+CPOF")
    WAYS: ClassVar[Ways] = {
        "signal": (
            Way("AT+XCESQ?", each(at_signal.xcesq), lambda quality: quality.known),
            Way("AT+GTCCINFO?", _quality, lambda quality: quality.known),
        ),
        "serving_cell": (Way("AT+GTCCINFO?", at_cells.gtccinfo),),
        "iccid": (Way("AT+CCID", at_sim.first_of), Way("AT+ICCID", at_sim.first_of)),
    }
