"""Rohde & Schwarz NGE102B and NGE103B supplies, one channel.

Levels stand on a 10 mV grid; the instrument moves a value between to it. Its QuickArb and a word
that clears its fuse: (unconfirmed), so it plays no list, and its fuse is cleared by its switch.

Source: R&S NGE100B user manual 5601.1343.02 (parameters), public NGE103B drivers (INSTrument,
OUTPut, OUTPut:GENeral, APPLy), and the commands of its sisters in RsNgx (VOLTage:PROTection, FUSE).
"""

from collections.abc import Mapping
from typing import ClassVar

from harness.drivers._rs import AT, VERBS, RsSupply
from harness.model.power import Capability

IDENTITY = r"(?i)^ROHDE ?& ?SCHWARZ,NGE10[23]B?,"


class Driver(RsSupply):
    """Plays Supply, Protected, Identified, Polled and SafeState on one channel."""

    capability = Capability(
        latency=0.11, rise_time=0.05, fall_time=0.5, voltage_step=0.01, current_step=0.001
    )
    VERBS: ClassVar[Mapping[str, str | tuple[str, str]]] = {
        **VERBS,
        "output": ("OUTP:GEN {v};:" + AT + "OUTP {v}", "OUTP:GEN?"),
        "channel": (AT + "OUTP {v}", AT + "OUTP?"),
        "ovp_on": (AT + "VOLT:PROT:STAT {v}", AT + "VOLT:PROT:STAT?"),
    }
    # EasyRamp, left on at the front panel, would turn every switching on into a ramp.
    REST: ClassVar[tuple[str, ...]] = (AT + "VOLT:RAMP OFF",)
