"""Rohde & Schwarz NGL200, NGM200, NGU and NGP800 supplies, one channel.

``VOLT:PROT`` alone is the switch of the over-voltage protection here, where the HMP's is its level.
Safety limits (ALIMit) bound what anybody may set. The shortest stay is told in contradictory ways
(RsNgx: "1 ms to 60 ms"; meant is surely 60 s), so 10 ms is kept (unconfirmed). The points of the
NGU401's QuickArb have five values, not four, so it is not played. Over-power is not asked for:
which models have POW:PROT is not told, and a question that is not understood is not answered.

Source: RsNgx 3.1 (R&S's own driver, command descriptions), R&S's published QuickArb examples, and a
public NGP driver (clearing may bring the output back).
"""

from collections.abc import Mapping
from typing import ClassVar

from harness.drivers._rs import AT, VERBS, RsSupply
from harness.drivers._scpi_powers import HardLimit, OwnList
from harness.errors import DeviceRefused, NotSupported
from harness.model.power import Capability, Points

IDENTITY = r"(?i)^ROHDE ?& ?SCHWARZ,NG[LMUP]\d{3},"


class Driver(RsSupply, OwnList, HardLimit):
    """Plays Supply, Protected, HardLimited, ListMode, Identified, Polled and SafeState."""

    # Points: RsNgx. Fall time: the NGP's, which cannot sink (assumed); the others are faster.
    capability = Capability(
        points=1024, min_dwell=0.01, max_dwell=60.0, dwell_step=0.001, latency=0.02,
        rise_time=0.02, fall_time=0.3, voltage_step=0.001, current_step=0.001,
    )  # fmt: skip
    VERBS: ClassVar[Mapping[str, str | tuple[str, str]]] = {
        **VERBS,
        "output": ("OUTP:GEN {v};:" + AT + "OUTP {v}", "OUTP:GEN?"),
        "channel": (AT + "OUTP {v}", AT + "OUTP?"),
        "ovp_on": (AT + "VOLT:PROT:STAT {v}", AT + "VOLT:PROT:STAT?"),
        "limit": (AT + "VOLT:ALIM {v}", AT + "VOLT:ALIM?"),
        "limit_on": (AT + "ALIM {v}", AT + "ALIM?"),
        "repeats": (AT + "ARB:REP {v}", AT + "ARB:REP?"),
        "list": (AT + "ARB {v}", AT + "ARB?"),
    }
    HALT: ClassVar[tuple[str, ...]] = (AT + "ARB OFF",)
    # EasyRamp and the output's delay, left on at the front panel, would make other edges.
    REST: ClassVar[tuple[str, ...]] = (AT + "VOLT:RAMP OFF", AT + "OUTP:DEL OFF")
    CLEARS: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "ovp": (AT + "VOLT:PROT:CLE",),
        "ocp": (AT + "FUSE:TRIP:CLE",),
    }

    def _upload(self, points: Points) -> Points:
        if ",NGU401," in self.identify().upper():
            raise NotSupported("the points of an NGU401's QuickArb have another shape")
        amps = self._scpi.number(self._query("amps"))
        rows = [(float(level), amps, float(stay), 0) for level, stay in points]
        self._halt()
        self._tell(AT + "ARB:CLE")
        self._tell(AT + "ARB:DATA " + ",".join(f"{value:.6g}" for row in rows for value in row))
        self._put("repeats", 1, 0)
        self._tell(AT + "ARB:BEH:END HOLD")
        if self._scpi.ask(self._spelt(AT + "ARB:BEH:END?")).upper() != "HOLD":
            raise DeviceRefused("the list would end with the output off")
        told = self._scpi.numbers(self._spelt(AT + "ARB:DATA?"))
        seen = self._rows(told[0::4], told[2::4])
        self._tell(AT + "ARB:TRAN {n}")
        return self._compare(points, seen)

    def _start(self) -> None:
        # Not read back: a short list would be over before it could be measured.
        self._tell(AT + "ARB ON")

    def _halt(self) -> None:
        self._switch("list", on=False)
