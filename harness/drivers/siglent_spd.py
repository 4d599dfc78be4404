"""Siglent SPD3303X, SPD3303X-E and SPD1000X supplies, one channel.

Source: SPD3303X Quick Start EN_02A and SPD1000X User Manual EN_03B, "Remote control", and public
notes from an SPD3303X-E. It answers no question that it does not know, so only known ones are
asked, one a message, with 20 ms between them: what comes while it works is lost. ``TIMEr:SET``
queues -103 and obeys: what reads back decides. Outputs and timers have no questions: they are bits
of ``SYST:STAT?``. The SPD3303X has no protection that can be set; for the SPD1000X's, texts name
different commands and none to ask for a trip (unconfirmed), so it is not used. Its list is the
timer of five groups; what the output does at the timer's end is not told (unconfirmed), so the
groups that are left hold the last voltage.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from harness.drivers._scpi_powers import ListOnly
from harness.errors import BenchError, DeviceRefused, Garbled, RigError
from harness.model.power import Capability, Points
from harness.model.units import Seconds, Volts
from harness.ports.base import Port

IDENTITY = r"(?i)^siglent technologies,SPD(3303X|1168X|1305X)"  # before anything is energised

GROUPS, LONGEST = 5, Seconds(10_000)
OBEYED = -103  # what TIMEr:SET queues each time
SERIES, PARALLEL = 0b11, 0b10  # bits 2 and 3 of an SPD3303X's status; an SPD1000X has none there


class Driver(ListOnly):
    """Plays Supply, ListMode, Identified, Polled and SafeState on CH1 or CH2."""

    # One of the five groups is kept for what comes after the last point.
    capability = Capability(
        points=GROUPS - 1, min_dwell=1.0, max_dwell=float(LONGEST), dwell_step=1.0, latency=0.1,
        rise_time=0.05, fall_time=0.5, voltage_step=0.01, current_step=0.01,
    )  # fmt: skip
    VERBS: ClassVar[Mapping[str, str | tuple[str, str]]] = {
        "output": ("OUTP CH{n},{v}", "SYST:STAT?"),
        "volts": ("CH{n}:VOLT {v}", "CH{n}:VOLT?"),
        "amps": ("CH{n}:CURR {v}", "CH{n}:CURR?"),
        "measured_volts": "MEAS:VOLT? CH{n}",
        "measured_amps": "MEAS:CURR? CH{n}",
    }
    HALT: ClassVar[tuple[str, ...]] = ("TIME CH{n},OFF",)
    TALK: ClassVar[Mapping[str, Any]] = {
        "markers": (
            ("*IDN?", r"(?i)siglent.*"), ("SYST:VERS?", r"\d+(\.\d+){2,}\S*"), ("INST?", r"CH\d"),
        )
    }  # fmt: skip

    def __init__(self, port: Port, *, channel: int = 1, inter_command: float = 0.02) -> None:
        """Take CH1 or CH2; nothing is said yet.

        Raises:
            RigError: CH3 can neither be set, nor measured, nor asked whether it is on.
        """
        if channel not in (1, 2):
            raise RigError(f"siglent_spd: channel {channel} cannot be verified; wanted 1 or 2")
        super().__init__(port, channel=channel, inter_command=inter_command)

    def identify(self) -> str:
        return super().identify().replace("\0", "")

    def output(self) -> bool:
        return bool(self._status() >> (3 + self._channel) & 1)

    def limiting(self) -> bool:
        """Bits 0 and 1: the channel is in CC mode."""
        return bool(self._status() >> (self._channel - 1) & 1)

    def make_safe(self) -> None:
        super().make_safe()
        if self._coupled():  # CH1 would drive CH2 as well
            self._tell("OUTP:TRACK 0")
            if self._coupled():
                raise BenchError("its channels stay in series or parallel")

    def _status(self) -> int:
        answer = self._scpi.ask("SYST:STAT?")
        try:
            return int(answer, 16)
        except ValueError as error:
            raise Garbled(f"'SYST:STAT?' was answered by {answer!r}") from error

    def _coupled(self) -> bool:
        return self._status() >> 2 & 0b11 in (SERIES, PARALLEL)

    # --- its timer --------------------------------------------------------------------------

    def _upload(self, points: Points) -> Points:
        self._halt()
        if self._coupled():
            raise DeviceRefused("its timer runs only while its channels are independent")
        amps = self._scpi.number(self._query("amps"))
        rows = [*points, *[(points[-1][0], LONGEST)] * (GROUPS - len(points))]
        for group, (volts, stay) in enumerate(rows, 1):
            self._scpi.send(f"TIME:SET CH{self._channel},{group},{volts:.2f},{amps:.2f},{stay:.0f}")
        errors = [error for error in self._scpi.errors() if error[0] != OBEYED]
        if errors:
            raise DeviceRefused(f"TIME:SET was refused: {errors}")
        seen = [self._group(group, amps) for group in range(1, GROUPS + 1)]
        self._compare(rows, seen)
        return seen[: len(points)]

    def _group(self, group: int, amps: float) -> tuple[Volts, Seconds]:
        query = f"TIME:SET? CH{self._channel},{group}"
        answer = self._scpi.ask(query)
        try:
            volts, seen, stay = map(float, answer.rstrip(",").split(","))
        except ValueError as error:
            raise Garbled(f"{query!r} was answered by {answer!r}") from error
        if abs(seen - amps) > 1.5 * self.capability.current_step:
            raise DeviceRefused(f"group {group} was given {amps:g} A and reads back {seen:g} A")
        return Volts(volts), Seconds(stay)

    def _start(self) -> None:
        self._tell("TIME CH{n},ON")
        if not self._status() >> (5 + self._channel) & 1:
            raise DeviceRefused("its timer did not start")

    def _halt(self) -> None:
        self._tell(self.HALT[0])
