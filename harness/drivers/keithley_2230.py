"""Keithley 2220 and 2230 multi-channel supplies (also 2220G, 2230G), one channel.

Source: Keithley Series 2220/2230 programmer manual as public drivers use it (pymeasure's 2200, a
2230 library) and the 2231A reference manual 5-24. Every message selects its channel, for the
selection may have been moved. ``OUTP:ENAB`` lets a channel take part in ``OUTP``, which switches
all of them; ``CHAN:OUTP`` switches the selected one: texts differ on what each does alone
(unconfirmed), so both are set, the second is read back, and off is measured. ``VOLT:LIM`` refuses
set-points above it. It has no list; over-voltage protection is the 2230G's only (unconfirmed), and
the names of series, parallel and tracking differ (unconfirmed): neither is used.
"""

from collections.abc import Mapping
from typing import ClassVar

from harness.drivers._scpi_powers import HardLimit
from harness.errors import RigError
from harness.model.power import Capability
from harness.ports.base import Port

IDENTITY = r"(?i)^keithley[^,]*,\s*(model )?22[23]0"  # matched before anything is energised

AT = "INST:SEL CH{n};"


class Driver(HardLimit):
    """Plays Supply, HardLimited, Identified, Polled and SafeState on one channel."""

    capability = Capability(
        latency=0.1, rise_time=0.15, fall_time=0.5, voltage_step=0.001, current_step=0.001
    )
    VERBS: ClassVar[Mapping[str, str | tuple[str, str]]] = {
        "output": (f"{AT}:SOUR:CHAN:OUTP:STAT {{v}}", f"{AT}:SOUR:CHAN:OUTP:STAT?"),
        "volts": (f"{AT}:VOLT {{v}}", f"{AT}:VOLT?"),
        "amps": (f"{AT}:CURR {{v}}", f"{AT}:CURR?"),
        "measured_volts": f"{AT}:MEAS:VOLT?",
        "measured_amps": f"{AT}:MEAS:CURR?",
        "limited": "STAT:QUES:INST:ISUM{n}?",
        "enabled": (f"{AT}:SOUR:OUTP:ENAB {{v}}", f"{AT}:SOUR:OUTP:ENAB?"),
        "limit": (f"{AT}:VOLT:LIM {{v}}", f"{AT}:VOLT:LIM?"),
        "limit_on": (f"{AT}:VOLT:LIM:STAT {{v}}", f"{AT}:VOLT:LIM:STAT?"),
    }
    ON_OFF: ClassVar[tuple[str, str]] = ("1", "0")

    def __init__(self, port: Port, *, channel: int = 1, inter_command: float = 0.0) -> None:
        """Take a channel; nothing is said yet.

        Raises:
            RigError: No such channel: a selection that fails would leave another one selected.
        """
        if channel not in (1, 2, 3):
            raise RigError(f"keithley_2230: no channel {channel}; wanted 1, 2 or 3")
        super().__init__(port, channel=channel, inter_command=inter_command)

    def set_output(self, *, on: bool) -> None:
        if on:
            self._switch("enabled", on=True)
        super().set_output(on=on)
