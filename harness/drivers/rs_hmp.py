"""Rohde & Schwarz (HAMEG) HMP2020, HMP2030, HMP4030 and HMP4040 supplies, one channel.

EasyArb has no read-back: what is uploaded is what the instrument took without an error. The sources
disagree about its dwell (10 ms, 60 ms; 10 s, 60 s, 99.99 s), so the narrowest is used. What its
output does after the last point, and whether switching the fuse off clears it: (unconfirmed).

Source: HMP series SCPI programmer's manual, as pymeasure's HMP4040, libsigrok's profile and public
HMP drivers use it (INSTrument, OUTPut:SELect/GENeral, VOLTage:PROTection, FUSE, ARBitrary).
"""

from collections.abc import Mapping
from typing import ClassVar

from harness.drivers._rs import AT, VERBS, RsSupply
from harness.drivers._scpi_powers import OwnList
from harness.errors import DeviceRefused
from harness.model.power import Capability, Points
from harness.model.units import Seconds, Volts

# HAMEG's letters and R&S's; the NGE's differ in case again.
IDENTITY = r"(?i)^(HAMEG|ROHDE ?& ?SCHWARZ),HMP[24]0[234]0,"


class Driver(RsSupply, OwnList):
    """Plays Supply, Protected, ListMode, Identified, Polled and SafeState on one channel."""

    # Points, dwell: pymeasure HMP4040. Fall time: nothing sinks its output capacitor (assumed).
    capability = Capability(
        points=128, min_dwell=0.06, max_dwell=10.0, dwell_step=0.01, latency=0.06, rise_time=0.05,
        fall_time=0.5, voltage_step=0.001, current_step=0.001,
    )  # fmt: skip
    VERBS: ClassVar[Mapping[str, str | tuple[str, str]]] = {
        **VERBS,
        # OUTP ON would switch the master too, and take all chosen channels with it.
        "channel": (AT + "OUTP:SEL {v}", AT + "OUTP:SEL?"),
    }
    ON_OFF: ClassVar[tuple[str, str]] = ("1", "0")
    HALT: ClassVar[tuple[str, ...]] = ("ARB:STOP {n}",)

    def _upload(self, points: Points) -> Points:
        amps = self._scpi.number(self._query("amps"))
        rows = [(round(float(level), 3), amps, round(float(stay), 2)) for level, stay in points]
        self._tell("ARB:STOP {n}")
        self._tell("ARB:DATA " + ",".join(f"{value:g}" for row in rows for value in row))
        self._tell("ARB:REP 1")
        if self._scpi.number("ARB:REP?") != 1:
            raise DeviceRefused("the list would be repeated")
        self._tell("ARB:TRAN {n}")
        return [(Volts(level), Seconds(stay)) for level, _, stay in rows]

    def _start(self) -> None:
        self._tell("ARB:STAR {n}")

    def _halt(self) -> None:
        self._tell("ARB:STOP {n}")
