"""EEZ Bench Box 3 (BB3) programmable supply, one channel.

Its over-voltage level is no ceiling: a set-point or a list above it silently moves it, so the
driver reads it before each and refuses what is above. A running list is ended only with the output
going off; ``stop`` puts it back on once it is down. Lists that start on a live output need its
check for external voltages off (OUTP:PROT:MEAS, which outlives *RST); it is put back on afterwards.
A list begins with some tenths of a millisecond at 0 V, and INIT starts every channel that is in
list mode. With VOLT:PROT:TYPE HW a crow-bar acts 3 % above whatever is set; the type is left alone.

Source: EEZ BB3 SCPI reference 1.8, chapters 5.8 to 5.19 and 7; its firmware's trigger and list
code. Never tried on a real unit.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from harness.drivers._scpi_powers import HardLimit, OwnList
from harness.errors import DeviceRefused
from harness.model.power import Capability, Points
from harness.model.units import Volts
from harness.wire.scpi_replies import parse_error

IDENTITY = r"(?i)^Envox,\s*(EEZ )?BB3\b"


class Driver(OwnList, HardLimit):
    """Plays Supply, Protected, HardLimited, ListMode, Identified, Polled and SafeState."""

    # Points, dwell: firmware, "usable down to 1 ms". Latency: it polls its socket every 10 ms.
    capability = Capability(
        points=256, min_dwell=0.001, max_dwell=65535.0, latency=0.02, rise_time=0.02,
        fall_time=0.1, sinks=True, voltage_step=0.005, current_step=0.0005,
    )  # fmt: skip
    TALK: ClassVar[Mapping[str, Any]] = {"chatter": r"\*\*ERROR"}
    VERBS: ClassVar[Mapping[str, str | tuple[str, str]]] = {
        "output": ("OUTP {v},CH{n}", "OUTP? CH{n}"),
        "volts": ("SOUR{n}:VOLT {v}", "SOUR{n}:VOLT?"),
        "amps": ("SOUR{n}:CURR {v}", "SOUR{n}:CURR?"),
        "measured_volts": "MEAS:VOLT? CH{n}",
        "measured_amps": "MEAS:CURR? CH{n}",
        "limited": "STAT:QUES:INST:ISUM{n}?",
        "ovp": ("SOUR{n}:VOLT:PROT {v}", "SOUR{n}:VOLT:PROT?"),
        "ovp_on": ("SOUR{n}:VOLT:PROT:STAT {v}", "SOUR{n}:VOLT:PROT:STAT?"),
        "ovp_tripped": "SOUR{n}:VOLT:PROT:TRIP?",
        "ocp_tripped": "SOUR{n}:CURR:PROT:TRIP?",
        "opp_tripped": "SOUR{n}:POW:PROT:TRIP?",
        "limit": ("SOUR{n}:VOLT:LIM {v}", "SOUR{n}:VOLT:LIM?"),
        "outside": ("OUTP:PROT:MEAS {v}", "OUTP:PROT:MEAS?"),
    }
    TRIPS: ClassVar[Mapping[str, str]] = {
        "ovp": "ovp_tripped", "ocp": "ocp_tripped", "opp": "opp_tripped",
    }  # fmt: skip
    CLEAR: ClassVar[tuple[str, ...]] = ("OUTP:PROT:CLE CH{n}",)
    FIXED = "INST:NSEL {n};:VOLT:MODE FIX;:CURR:MODE FIX"
    HALT: ClassVar[tuple[str, ...]] = ("ABOR",)
    REST: ClassVar[tuple[str, ...]] = (FIXED, "OUTP:PROT:MEAS ON")

    def set_voltage(self, volts: Volts) -> None:
        self._keep_below_ovp(volts)
        super().set_voltage(volts)

    def _keep_below_ovp(self, volts: float) -> None:
        level = self.over_voltage()
        if not volts <= level + 1e-6:
            raise DeviceRefused(f"{volts:g} V would move the over-voltage level, which is {level}")

    def stop(self) -> None:
        was_on = self.output()
        super().stop()
        if was_on and not self.output() and not self.tripped():
            self._await_off()  # it does not go on while its output still has a voltage
            self.set_output(on=True)

    def _upload(self, points: Points) -> Points:
        step = self.capability.voltage_step  # a level beside the grid is refused at INIT only
        levels = [round(round(level / step) * step, 6) for level, _ in points]
        self._keep_below_ovp(max(levels))
        self._check_others()
        amps = self._scpi.number(self._query("amps"))
        lists, state = self._spelt("SOUR{n}:LIST:"), self.ON_OFF[not self.output()]
        self._tell(self.FIXED)
        self._scpi.put(lists + "VOLT", levels, within=0.5 * step)
        self._scpi.put(lists + "CURR", [amps], within=self.capability.current_step)
        self._scpi.put(lists + "DWEL", [stay for _, stay in points], within=0.001)
        self._scpi.put(lists + "COUN", [1], within=0)
        self._tell("TRIG:SOUR IMM;:TRIG:EXIT:COND LAST,CH{n};:OUTP:TRIG {v},CH{n}", state)
        if "LAST" not in self._scpi.ask(self._spelt("TRIG:EXIT:COND? CH{n}")):
            raise DeviceRefused("the list would end with the output off")
        return self._rows(self._scpi.numbers(lists + "VOLT?"), self._scpi.numbers(lists + "DWEL?"))

    def _check_others(self) -> None:
        for n in range(1, self._scpi.integer("SYST:CHAN?") + 1):
            if n != self._channel and "FIX" not in self._scpi.ask(f"INST:NSEL {n};:VOLT:MODE?"):
                raise DeviceRefused(f"channel {n} is in a transient mode: INIT would start it too")

    def _start(self) -> None:
        try:
            self._switch("outside", on=False)
            self._tell("INST:NSEL {n};:VOLT:MODE LIST;:CURR:MODE LIST")
            self._initiate()
        except DeviceRefused:
            self._halt()
            raise

    def _initiate(self) -> None:
        # Asked in the same message, its errors come in the same look at its socket: a list of
        # some 10 ms would be over before it could be measured.
        code, text = parse_error(self._scpi.ask("INIT;:SYST:ERR?"))
        if code:
            raise DeviceRefused(f'INIT was refused: {code:+d},"{text}"')

    def _halt(self) -> None:
        try:
            self._tell(self.FIXED)
        except DeviceRefused:  # 308: the list still runs
            self._tell("ABOR")
            self._tell(self.FIXED)
        self._switch("outside", on=True)
