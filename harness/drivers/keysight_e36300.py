"""Keysight E36311A, E36312A and E36313A triple-output supplies, one channel.

Source: Keysight E36300 Series Programming Guide (APPLy/VOLTage/CURRent, OUTPut, MEASure, LIST,
TRIGger, SYSTem:ERRor subsystems), as public E36312A tools quote it; never tried on a real unit.
Over-current protection has no level of its own: it trips at CURR. Relatives put the output back on
when a protection is cleared (E3632A user's guide, VOLT:PROT:CLE), so it is switched off first.
"""

from collections.abc import Mapping
from typing import ClassVar

from harness.drivers._scpi_supply import OwnList
from harness.errors import DeviceRefused
from harness.model.power import Capability, Points
from harness.model.units import Seconds, Volts

IDENTITY = r"(?i)^keysight[^,]*,E3631[123]A,"  # matched against *IDN? before anything is energised


class Driver(OwnList):
    """Plays Supply, Protected, ListMode, Identified, Polled and SafeState on one channel."""

    # Points, dwell: E36300 LIST subsystem. Fall time: no load, with the unit's own sink.
    capability = Capability(
        points=100, min_dwell=0.01, max_dwell=3600.0, latency=0.01, rise_time=0.05, fall_time=0.5,
        sinks=True, voltage_step=0.002, current_step=0.002,
    )  # fmt: skip
    VERBS: ClassVar[Mapping[str, str | tuple[str, str]]] = {
        "output": ("OUTP {v},(@{n})", "OUTP? (@{n})"),
        "volts": ("VOLT {v},(@{n})", "VOLT? (@{n})"),
        "amps": ("CURR {v},(@{n})", "CURR? (@{n})"),
        "measured_volts": "MEAS:VOLT? (@{n})",
        "measured_amps": "MEAS:CURR? (@{n})",
        "ovp": ("VOLT:PROT {v},(@{n})", "VOLT:PROT? (@{n})"),
        "ovp_on": ("VOLT:PROT:STAT {v},(@{n})", "VOLT:PROT:STAT? (@{n})"),
        "ovp_tripped": "VOLT:PROT:TRIP? (@{n})",
        "ocp_tripped": "CURR:PROT:TRIP? (@{n})",
    }
    HALT: ClassVar[tuple[str, ...]] = ("ABOR (@{n})",)
    REST: ClassVar[tuple[str, ...]] = ("VOLT:MODE FIX,(@{n})",)

    def clear_trip(self) -> None:
        self.set_output(on=False)
        which = self.tripped()
        try:
            self._tell("OUTP:PROT:CLE (@{n})")
        except DeviceRefused:
            if not which:
                raise
            self._tell({"ovp": "VOLT", "ocp": "CURR"}[which] + ":PROT:CLE (@{n})")
        if self.tripped():
            raise DeviceRefused(f"{self._tripped} stays latched: its reason is still there")

    def _upload(self, points: Points) -> Points:
        at, volts = self._spelt("(@{n})"), self.capability.voltage_step
        amps = self._scpi.number(self._query("amps"))
        self._tell("ABOR (@{n});:VOLT:MODE FIX,(@{n})")
        levels = [float(level) for level, _ in points]
        stays = [float(dwell) for _, dwell in points]
        self._scpi.put("LIST:VOLT", levels, at=at, within=1.5 * volts)
        self._scpi.put("LIST:CURR", [amps], at=at, within=0.003)  # else an old length would not fit
        self._scpi.put("LIST:DWEL", stays, at=at, within=0.001)
        seen = zip(
            self._scpi.numbers(f"LIST:VOLT? {at}"), self._scpi.numbers(f"LIST:DWEL? {at}"),
            strict=True,
        )  # fmt: skip
        self._tell("LIST:COUN 1,(@{n});STEP AUTO,(@{n});TERM:LAST ON,(@{n});:TRIG:SOUR IMM,(@{n})")
        return [(Volts(level), Seconds(dwell)) for level, dwell in seen]

    def _start(self) -> None:
        self._tell("VOLT:MODE LIST,(@{n});:INIT (@{n})")

    def _halt(self) -> None:
        self._tell("ABOR (@{n});:VOLT:MODE FIX,(@{n})")
