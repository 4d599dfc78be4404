"""Rigol DP2000 series (DP2031), one channel.

Source: Rigol DP2000 Programming Guide 4.8 OUTPut, 4.9 SOURce and 4.12 TIMEr, and what public notes
saw on a DP2031 with firmware 01.00.01.00.16. A trip shows 150 to 250 ms late, and until then the
output still says that it is on. A pairing of channels survives ``*RST`` and shows up to 2 s late,
so the safe state ends every pairing. Its list is the arb of the channel that is being edited; that
it holds stays down to 1 ms is one driver's word (unconfirmed), so what reads back decides.
"""

from typing import ClassVar

from harness.drivers._rigol import Rigol
from harness.errors import BenchError, DeviceRefused
from harness.model.power import Capability, Points

IDENTITY = r"(?i)^rigol technologies,DP20\d\d,"  # matched before anything is energised

LATCH = 0.3  # s until a trip can be seen
UNPAIRED = 3.0  # s until OUTP:PAIR? must have told that the channels are apart


class Driver(Rigol):
    """Plays Supply, Protected, ListMode, Identified, Polled and SafeState on one channel."""

    capability = Capability(
        points=512, min_dwell=0.001, max_dwell=3600.0, latency=0.05, rise_time=0.05, fall_time=0.3,
        voltage_step=0.001, current_step=0.001,
    )  # fmt: skip
    HALT: ClassVar[tuple[str, ...]] = (":TIME:CHAN CH{n}", ":TIME:STAT OFF")
    #: The arb's settings for one run that begins at once and stays on its last group.
    ONCE: ClassVar[dict[str, str]] = {"CYCLE": "N,1", "ENDS": "LAST", "RUN": "CONT", "TRIG": "MAN"}

    def set_output(self, *, on: bool) -> None:
        super().set_output(on=on)
        if on:
            self._scpi.pause(LATCH)
            if not self.output():
                self.observe("output", on=False)
                raise DeviceRefused(f"the output went off again: {self.tripped() or 'no trip'}")

    def make_safe(self) -> None:
        super().make_safe()
        if self._scpi.ask(":OUTP:PAIR?") == "OFF":
            return
        self._tell(":OUTP:PAIR OFF")
        clock = self._scpi.port.clock
        deadline = clock.now() + UNPAIRED
        while (pair := self._scpi.ask(":OUTP:PAIR?")) != "OFF":
            if clock.now() >= deadline:
                raise BenchError(f"its channels stay paired: {pair}")
            self._scpi.pause(0.2)

    def _upload(self, points: Points) -> Points:
        self._halt()
        if self._scpi.ask(":TIME:CHAN?") != f"CH{self._channel}":
            raise DeviceRefused(f"channel {self._channel} could not be chosen for its arb")
        amps = self._scpi.number(self._query("amps"))
        self._write(
            [
                command
                for index, (volts, stay) in enumerate(points, 1)
                for command in (
                    f":TIME:GROUP:INDE {index}",
                    f":TIME:GROUP:PARA {volts:g},{amps:g},{stay:g}",
                )
            ]
        )
        over = self._scpi.integer(":TIME:GROUP:NUM?") - len(points)
        if over > 0:  # of an older list
            self._tell(f":TIME:GROUP:INDE {len(points) + 1}")
            self._tell(f":TIME:GROUP:DEL {over}")
        for what, word in self.ONCE.items():
            self._tell(f":TIME:{what} {word}")
            if not self._scpi.ask(f":TIME:{what}?").replace(" ", "").startswith(word):
                raise DeviceRefused(f":TIME:{what} was set to {word} and reads back differently")
        if self._scpi.number(":TIME:GROUP:NUM?") != len(points):
            raise DeviceRefused(f"the arb does not hold {len(points)} groups")
        self._tell(":TIME:GROUP:INDE 1")
        return self._compare(points, self._groups(f":TIME:GROUP:PARA? {len(points)}"))

    def _start(self) -> None:
        self._tell(":TIME:STAT ON")

    def _halt(self) -> None:
        for command in self.HALT:
            self._tell(command)
