"""Keysight E36311A, E36312A and E36313A triple-output supplies, one channel.

Source: Keysight E36300 Series Programming Guide, E36311-90008 (APPLy, VOLTage, CURRent, OUTPut,
MEASure, LIST, TRIGger, SYSTem:ERRor), as public E36312A tools quote it; never tried on a real unit.
The list's 100 points and 0.01 to 3600 s are those of such tools. What else it has in common with
its relatives: ``_keysight_e36.py``.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from harness.drivers._keysight_e36 import E36
from harness.drivers._scpi_powers import OwnList
from harness.model.power import Capability, Points

IDENTITY = r"(?i)^keysight[^,]*,E3631[123]A,"  # matched against *IDN? before anything is energised


class Driver(E36, OwnList):
    """Plays Supply, Protected, ListMode, Identified, Polled and SafeState on one channel."""

    VERBS: ClassVar[Mapping[str, str | tuple[str, str]]] = {
        **E36.VERBS, "limited": "STAT:QUES:INST:ISUM{n}?",
    }  # fmt: skip
    # Points, dwell: E36300 LIST subsystem. Fall time: no load, with the unit's own sink.
    capability = Capability(
        points=100, min_dwell=0.01, max_dwell=3600.0, latency=0.01, rise_time=0.05, fall_time=0.5,
        sinks=True, voltage_step=0.002, current_step=0.002,
    )  # fmt: skip
    HALT: ClassVar[tuple[str, ...]] = ("ABOR{of}",)
    REST: ClassVar[tuple[str, ...]] = ("VOLT:MODE FIX{to}",)
    COUPLINGS: ClassVar[tuple[str, ...]] = ("OUTP:PAIR", "OUTP:TRAC")  # the E36311A has neither

    def identify(self) -> str:
        """The identity; the smallest model is then known to have no list (unconfirmed)."""
        text = super().identify()
        if ",E36311A," in text.upper():
            self.capability = replace(self.capability, points=0)
        return text

    def _upload(self, points: Points) -> Points:
        at, volts = f"(@{self._channel})", self.capability.voltage_step
        amps = self._scpi.number(self._query("amps"))
        self._tell("ABOR{of};:VOLT:MODE FIX{to}")
        levels = [float(level) for level, _ in points]
        stays = [float(dwell) for _, dwell in points]
        self._scpi.put("LIST:VOLT", levels, at=at, within=1.5 * volts)
        self._scpi.put("LIST:CURR", [amps], at=at, within=0.003)  # else an old length would not fit
        self._scpi.put("LIST:DWEL", stays, at=at, within=0.001)
        seen = self._rows(
            self._scpi.numbers(f"LIST:VOLT? {at}"), self._scpi.numbers(f"LIST:DWEL? {at}")
        )
        self._tell("LIST:COUN 1{to};STEP AUTO{to};TERM:LAST ON{to};:TRIG:SOUR IMM{to}")
        return seen

    def _start(self) -> None:
        self._tell("VOLT:MODE LIST{to};:INIT{of}")

    def _halt(self) -> None:
        self._tell("ABOR{of};:VOLT:MODE FIX{to}")
