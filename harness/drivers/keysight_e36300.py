"""Keysight E36311A, E36312A and E36313A triple-output supplies, one channel.

Source: Keysight E36300 Series Programming Guide (APPLy/VOLTage/CURRent, OUTPut, MEASure, LIST,
TRIGger, SYSTem:ERRor subsystems), as public E36312A tools quote it; never tried on a real unit.
Over-current protection has no level of its own: it trips at CURR. Relatives put the output back on
when a protection is cleared (E3632A user's guide, VOLT:PROT:CLE), so it is switched off first.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import ClassVar

from harness.drivers._scpi import ScpiSession
from harness.errors import BenchError, DeviceRefused
from harness.model.roles import Observe, Timing, ignore
from harness.model.units import Amps, Seconds, Volts
from harness.ports.base import Port

IDENTITY = r"(?i)^keysight[^,]*,E3631[123]A,"  # matched against *IDN? before anything is energised
RESOLUTION = 0.003  # V, A: a set value and its read-back may differ by this
OFF = Volts(0.5)  # an output below this is off
PROTECTIONS = {"ovp": "VOLT:PROT", "ocp": "CURR:PROT"}


class Driver:
    """Plays Supply, Protected, ListMode, Identified, Polled and SafeState on one channel."""

    # Points, dwell: E36300 LIST subsystem. Fall time: no load, with the unit's own sink.
    timing: ClassVar[Timing] = Timing(min_dwell=0.01, points=100, fall_time=0.5, sinks=True)
    poll_every: float = 2.5
    observe: Observe = staticmethod(ignore)

    def __init__(self, port: Port, *, channel: int = 1, inter_command: float = 0.0) -> None:
        """Take a channel (1 to 3); nothing is said yet."""
        self._scpi = ScpiSession(port, inter_command=inter_command)
        self._at = f"(@{channel})"
        self._volts: Volts | None = None  # as set last; a list goes back to it
        self._tripped = ""

    def identify(self) -> str:
        return self._scpi.ask("*IDN?")

    def set_output(self, *, on: bool) -> None:
        self._tell(f"OUTP {'ON' if on else 'OFF'},{{at}}")
        if self.output() != on:
            why = self.tripped()
            raise DeviceRefused(f"the output is still {'off' if on else 'on'} {why}".rstrip())
        self.observe("output", on=on)

    def output(self) -> bool:
        return self._scpi.boolean(f"OUTP? {self._at}")

    def set_voltage(self, volts: Volts) -> None:
        self._put("VOLT", volts)
        self._volts = volts
        self.observe("set", volts=float(volts))

    def set_current_limit(self, amps: Amps) -> None:
        self._put("CURR", amps)

    def measure_voltage(self) -> Volts:
        volts = Volts(self._scpi.number(f"MEAS:VOLT? {self._at}"))
        self.observe("measured", t=self._scpi.heard, volts=float(volts))
        return volts

    def measure_current(self) -> Amps:
        return Amps(self._scpi.number(f"MEAS:CURR? {self._at}"))

    def poll(self) -> None:
        volts = self._scpi.number(f"MEAS:VOLT? {self._at}")
        heard = self._scpi.heard
        self.observe("measured", t=heard, volts=volts, amps=float(self.measure_current()))
        self.tripped()

    def set_over_voltage(self, volts: Volts) -> None:
        self._put("VOLT:PROT", volts)
        self._tell("VOLT:PROT:STAT ON,{at}")
        if not self._scpi.boolean(f"VOLT:PROT:STAT? {self._at}"):
            raise DeviceRefused("over-voltage protection stays off")

    def over_voltage(self) -> Volts:
        return Volts(self._scpi.number(f"VOLT:PROT? {self._at}"))

    def tripped(self) -> str:
        which = ""
        for word, root in PROTECTIONS.items():
            if self._scpi.boolean(f"{root}:TRIP? {self._at}"):
                which = word
                break
        if which and which != self._tripped:
            self.observe("tripped", which=which)
        self._tripped = which
        return which

    def clear_trip(self) -> None:
        self.set_output(on=False)  # or clearing might switch it on
        which = self.tripped()
        try:
            self._tell("OUTP:PROT:CLE {at}")
        except DeviceRefused:
            if not which:
                raise
            self._tell(f"{PROTECTIONS[which]}:CLE {{at}}")
        if self.tripped():
            raise DeviceRefused(f"{self._tripped} stays latched: its reason is still there")

    def play(self, points: Sequence[tuple[Volts, Seconds]]) -> None:
        self._check_points(points)
        guard, amps = self.over_voltage(), self._scpi.number(f"CURR? {self._at}")
        self._tell("ABOR {at};:VOLT:MODE FIX,{at}")
        self._put("LIST:VOLT", *(volts for volts, _ in points))
        self._put("LIST:CURR", amps)  # else an old one's length would not fit
        self._scpi.put("LIST:DWEL", [dwell for _, dwell in points], at=self._at, within=0.001)
        self._tell("LIST:COUN 1,{at};STEP AUTO,{at};TERM:LAST ON,{at};:TRIG:SOUR IMM,{at}")
        if abs(self.over_voltage() - guard) > RESOLUTION:  # some supplies raise it to fit a list
            raise DeviceRefused(f"the list moved the over-voltage level from {guard}")
        self._tell("VOLT:MODE LIST,{at};:INIT {at}")

    def stop(self) -> None:
        self._tell("ABOR {at};:VOLT:MODE FIX,{at}")
        if self._volts is not None:
            self.set_voltage(self._volts)  # LIST:TERM:LAST has moved it to the last point

    def make_safe(self) -> None:
        self._scpi.shout(f"OUTP OFF,{self._at}")  # first of all, and whether it answers or not
        for command in ("ABOR {at}", "OUTP OFF,{at}", "VOLT:MODE FIX,{at}"):
            with suppress(DeviceRefused):  # e.g. an old error in its queue; what counts is below
                self._tell(command)
        if self.output():
            raise BenchError("the supply's output could not be switched off")
        self.observe("output", on=False)
        clock = self._scpi.port.clock
        deadline = clock.now() + 4 * self.timing.fall_time
        while (volts := self.measure_voltage()) >= OFF:
            if clock.now() >= deadline:
                raise BenchError(f"the output is off but still has {volts}: is it fed back?")
            self._scpi.pause(0.05)

    def _put(self, header: str, *values: float) -> None:
        self._scpi.put(header, values, at=self._at, within=RESOLUTION)

    def _tell(self, command: str) -> None:
        """Tell, with the channel for every ``{at}``; one message acts at once and is one check."""
        self._scpi.tell(command.format(at=self._at))

    def _check_points(self, points: Sequence[tuple[Volts, Seconds]]) -> None:
        shortest = self.timing.min_dwell or 0.0
        if not 1 <= len(points) <= self.timing.points:
            raise DeviceRefused(f"a list has 1 to {self.timing.points} points, not {len(points)}")
        if any(not shortest <= dwell <= 3600 for _, dwell in points):
            raise DeviceRefused(f"a list's points last {shortest:g} s to 3600 s")
