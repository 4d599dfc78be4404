"""Keysight E36231A, E36232A (one output), E36233A and E36234A (two) autoranging supplies.

Source: Keysight E36200 Series Programming Guide (E36200-90008) by way of public drivers, among them
Keysight's own Command Expert driver and one tried on an E36233A, firmware 1.1.1-1.0.3-1.01.
The models with one output are spoken to without channel lists (that they would take one is
unconfirmed). Outputs paired in series or parallel are parted before they are armed. A list of its
own is not used (unconfirmed that it has one): dips are timed by the host. Full current is there
only up to a third of full voltage (200 W per output).
"""

import re
from typing import ClassVar

from harness.drivers._keysight_e36 import E36
from harness.model.power import Capability

IDENTITY = r"(?i)^keysight[^,]*,E3623[1-4]A,"  # matched against *IDN? before energising
ONE_OUTPUT = r"(?i)^keysight[^,]*,E3623[12]A,"


class Driver(E36):
    """Plays Supply, Protected, Identified, Polled and SafeState on one channel."""

    capability = Capability(
        latency=0.01, rise_time=0.05, fall_time=0.5, voltage_step=0.003, current_step=0.003
    )
    _known = False
    COUPLINGS: ClassVar[tuple[str, ...]] = ("OUTP:PAIR",)

    def identify(self) -> str:
        """The identity; from then on the driver knows whether channels are named."""
        text = super().identify()
        self.channel_lists = not re.search(ONE_OUTPUT, text)
        self._known = True
        return text

    def make_safe(self) -> None:
        """The safe state; before it is known which model it is, both are told to go off."""
        if not self._known:
            for order in ("OUTP OFF{to}", "OUTP OFF"):
                self._scpi.shout(self._spelt(order))
            self.identify()
        super().make_safe()
