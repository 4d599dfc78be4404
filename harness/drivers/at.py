"""Any cellular modem that speaks 3GPP's AT commands.

Source: 3GPP TS 27.007, 27.005; Huawei ME909s and Cinterion PLS8 AT command references for theirs.
For what the standard leaves to the makers, the usual commands in turn. It takes a modem that no
dialect knows; a modem whose maker has a driver of its own does better with that.
"""

from typing import ClassVar

from harness.drivers._modem import Modem
from harness.drivers._modem_ways import Way, Ways, each
from harness.wire import at_counters, at_sim

IDENTITY = None


class Driver(Modem):
    """Plays all that a modem plays, as far as the modem goes along."""

    RESET: ClassVar[tuple[str, ...]] = ("AT+CFUN=1,1", "AT^RESET", "AT+CRESET", "AT+CFUN=16")
    OFF: ClassVar[tuple[str, ...]] = ("AT+CPOF", "AT+CPWROFF", "AT^SMSO")
    WAYS: ClassVar[Ways] = {
        "iccid": tuple(
            Way(f"AT{command}", at_sim.first_of)
            for command in ("+CCID", "+ICCID", "+CICCID", "^ICCID?", "#CCID")
        ),
        "bytes_used": (Way("AT^DSFLOWQRY", each(at_counters.dsflowqry)),),
    }
