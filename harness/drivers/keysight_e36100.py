"""Keysight E36102A/B to E36106A/B single-output supplies.

Source: Keysight E36100B Series Operating and Service Guide, as public drivers quote it: one output,
so no INSTrument subsystem and no channel lists (-113, -108); VOLTage:PROTection (on at *RST),
CURRent:PROTection, OUTPut:PROTection:CLEar. It has no list of its own (unconfirmed: none is named
in its drivers), so its dips are timed by the host. The A models are taken to speak alike
(unconfirmed). Fall time and latency are of its class, not read in the guide.
"""

from harness.drivers._keysight_e36 import E36
from harness.errors import RigError
from harness.model.power import Capability
from harness.ports.base import Port

IDENTITY = r"(?i)^keysight[^,]*,E3610[2-6][AB],"  # matched against *IDN? before energising


class Driver(E36):
    """Plays Supply, Protected, Identified, Polled and SafeState."""

    # Steps: the coarsest of the series, E36106B (100 V).
    capability = Capability(
        latency=0.01, rise_time=0.05, fall_time=0.5, voltage_step=0.003, current_step=0.002
    )
    channel_lists = False

    def __init__(self, port: Port, *, channel: int = 1, inter_command: float = 0.0) -> None:
        """As ``ScpiSupply``; raises RigError for any channel but 1."""
        if channel != 1:
            raise RigError(f"keysight_e36100: it has one output, so no channel {channel}")
        super().__init__(port, inter_command=inter_command)
