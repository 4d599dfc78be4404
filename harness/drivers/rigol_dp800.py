"""Rigol DP800 series (DP832, DP831, DP821, DP811 and their A models), one channel.

Source: Rigol DP800 Programming Guide (2-9 APPLy, 2-34 MEASure, 2-53 to 2-64 OUTPut, TIMEr, SYSTem).
Its list is the timer: groups of whole seconds, which run while both timer and output are on and
cannot be edited meanwhile. Timer commands without a channel mean the selected one, so it is
selected, and asked for, before the groups are written. What the output does when the timer is
switched off in between is not told (unconfirmed): the voltage is set again, and read back.
"""

from typing import ClassVar

from harness.drivers._rigol import Rigol
from harness.errors import DeviceRefused
from harness.model.power import Capability, Points

IDENTITY = r"(?i)^rigol technologies,DP8\d\d"  # matched before anything is energised


class Driver(Rigol):
    """Plays Supply, Protected, ListMode, Identified, Polled and SafeState on one channel."""

    # Groups and stays: guide, :TIMEr:PARAmeter. 10 mV, 1 mA: without the high-resolution option.
    capability = Capability(
        points=2048, min_dwell=1.0, max_dwell=99999.0, dwell_step=1.0, latency=0.06, rise_time=0.05,
        fall_time=0.5, voltage_step=0.01, current_step=0.001,
    )  # fmt: skip
    HALT: ClassVar[tuple[str, ...]] = (":OUTP:TIME:STAT CH{n},OFF",)

    def _upload(self, points: Points) -> Points:
        self._halt()
        self._tell(":INST:NSEL {n}")
        if self._scpi.number(":INST:NSEL?") != self._channel:
            raise DeviceRefused(f"channel {self._channel} could not be selected")
        amps = self._scpi.number(self._query("amps"))
        self._write(
            [
                f":TIME:PARA {index},{volts:g},{amps:g},{stay:.0f}"
                for index, (volts, stay) in enumerate(points)
            ]
        )
        self._tell(f":TIME:GROUP {len(points)}")
        self._tell(":TIME:CYCLE N,1")
        self._tell(":TIME:ENDS LAST")
        told = [self._scpi.ask(f":TIME:{what}?").replace(" ", "") for what in ("CYCLE", "ENDS")]
        if told != ["N,1", "LAST"]:
            raise DeviceRefused(f"the timer was to run once and end on its last group: {told}")
        return self._compare(points, self._groups(f":TIME:PARA? 0,{len(points)}"))

    def _start(self) -> None:
        self._tell(":OUTP:TIME:STAT CH{n},ON")

    def _halt(self) -> None:
        self._tell(self.HALT[0])
