"""Keysight/Agilent N6700 to N6702 and N6705 modular power systems, one output module.

Source: Keysight N6700C and N6705C Operating and Service Guides: LIST (512 steps, 0 to 262.144 s),
watchdog (p. 158 of the N6702C's), questionable bits (N6705C p. 350); National Instruments' N6700
driver for the words. The slowest modules (N673xB, N674xB) set the edges here (class values).

* OUTP? is the *programmed* state: a protection that trips leaves it on, and OUTP:PROT:CLE puts the
  output back to it, at the step where a list, which runs on meanwhile, has got to (N6900 guide,
  p. 251). So the list is aborted and the output is switched off before a latch is released.
* All lists must be of one length or of length 1, those of the trigger outputs too.
* Any SCPI talk feeds the watchdog; when it bites, all outputs are disabled.
"""

import math
from collections.abc import Mapping
from typing import ClassVar

from harness.drivers._scpi_powers import OwnList
from harness.errors import BenchError, DeviceRefused
from harness.model.power import Capability, Points
from harness.model.units import Seconds

IDENTITY = r"(?i)^(agilent|keysight)[^,]*,N670[0-5][ABC]?,"  # matched before energising

#: Bit of STATus:QUEStionable:CONDition -> what disabled the output (N6705C guide, p. 350).
TRIPPED = {
    0: "ovp", 1: "ocp", 2: "power_fail", 3: "opp", 4: "otp", 6: "ovp", 9: "inhibit", 11: "prot",
    12: "oscillation",
}  # fmt: skip


class Driver(OwnList):
    """Plays Supply, Protected, ListMode, DeadMan, Identified, Polled and SafeState."""

    capability = Capability(
        points=512, min_dwell=0.001, max_dwell=262.144, latency=0.005, rise_time=0.02,
        fall_time=0.1, voltage_step=0.004, current_step=0.004, watchdog=(1.0, 3600.0),
    )  # fmt: skip
    VERBS: ClassVar[Mapping[str, str | tuple[str, str]]] = {
        "output": ("OUTP {v},(@{n})", "OUTP? (@{n})"),
        "volts": ("VOLT {v},(@{n})", "VOLT? (@{n})"),
        "amps": ("CURR {v},(@{n})", "CURR? (@{n})"),
        "measured_volts": "MEAS:VOLT? (@{n})",
        "measured_amps": "MEAS:CURR? (@{n})",
        "limited": "STAT:OPER? (@{n})",
        "ovp": ("VOLT:PROT {v},(@{n})", "VOLT:PROT? (@{n})"),
        "questionable": "STAT:QUES:COND? (@{n})",
        "watchdog_delay": ("OUTP:PROT:WDOG:DEL {v}", "OUTP:PROT:WDOG:DEL?"),
        "watchdog": ("OUTP:PROT:WDOG {v}", "OUTP:PROT:WDOG?"),
    }
    LIMITED: ClassVar[int] = 2  # of the operation register, latched
    HALT: ClassVar[tuple[str, ...]] = ("ABOR:TRAN (@{n})",)
    # Somebody may have slowed the edges down.
    REST: ClassVar[tuple[str, ...]] = ("VOLT:MODE FIX,(@{n})", "VOLT:SLEW:MAX ON,(@{n})")
    CLEAR: ClassVar[tuple[str, ...]] = ("ABOR:TRAN (@{n})", "OUTP:PROT:CLE (@{n})")

    def output(self) -> bool:
        """Whether it is programmed on and no protection disables it."""
        return super().output() and not self.tripped()

    def tripped(self) -> str:
        bits = self._scpi.integer(self._query("questionable"))
        which = next((word for bit, word in TRIPPED.items() if bits >> bit & 1), "")
        if which and which != self._tripped:
            self.observe("tripped", which=which)
        self._tripped = which
        return which

    def reset_topology(self) -> None:
        """Switching one output switches no other."""
        self._set_word("OUTP:COUP", "OFF")

    def stay_off_at_power_on(self) -> None:
        """After a return of the mains it begins as after *RST, that is with its outputs off."""
        self._set_word("OUTP:PON:STAT", "RST")

    def make_safe(self) -> None:
        super().make_safe()
        if self._scpi.boolean(self._query("output")):
            raise BenchError("the output is still programmed on: a cleared latch would energise it")

    # --- DeadMan ----------------------------------------------------------------------------

    def set_watchdog(self, seconds: Seconds | None) -> None:
        if seconds is None:
            self._switch("watchdog", on=False)
            return
        low, high = self.capability.watchdog or (0.0, 0.0)
        if not low <= seconds <= high:
            raise DeviceRefused(f"its watchdog takes {low:g} s to {high:g} s, not {seconds}")
        self._put("watchdog_delay", math.ceil(seconds), 0.1)  # whole seconds
        self._switch("watchdog", on=True)

    def watchdog(self) -> Seconds | None:
        if not self._scpi.boolean(self._query("watchdog")):
            return None
        return Seconds(self._scpi.number(self._query("watchdog_delay")))

    # --- ListMode ---------------------------------------------------------------------------

    def _upload(self, points: Points) -> Points:
        at, able = f"(@{self._channel})", self.capability
        amps = self._scpi.number(self._query("amps"))
        self._halt()
        levels = [float(level) for level, _ in points]
        stays = [float(stay) for _, stay in points]
        self._scpi.put("LIST:VOLT", levels, at=at, within=1.5 * able.voltage_step)
        self._scpi.put("LIST:CURR", [amps], at=at, within=1.5 * able.current_step)
        self._scpi.put("LIST:DWEL", stays, at=at, within=0.001)
        self._tell("LIST:TOUT:BOST 0,(@{n});EOST 0,(@{n})")
        self._tell("LIST:COUN 1,(@{n});STEP AUTO,(@{n});TERM:LAST ON,(@{n})")
        return self._rows(
            self._scpi.numbers(f"LIST:VOLT? {at}"), self._scpi.numbers(f"LIST:DWEL? {at}")
        )

    def _start(self) -> None:
        self._tell("VOLT:MODE LIST,(@{n});:TRIG:TRAN:SOUR IMM,(@{n});:INIT:TRAN (@{n})")

    def _halt(self) -> None:
        self._tell("ABOR:TRAN (@{n});:VOLT:MODE FIX,(@{n})")
