"""The signal watched: bars, and a warning before it is too weak to work with."""

from typing import Protocol

from harness.clock import Clock
from harness.sim.terminal.at_line import ModemSilent
from harness.sim.terminal.log import Log
from harness.sim.terminal.personality import Personality
from harness.sim.terminal.screen import Alarms

STEPS = (-120.0, -110.0, -100.0, -90.0)  # dBm RSRP: so many of them reached, so many bars
NO_CELL = -140  # dBm, the lowest RSRP that is reported (TS 36.133, 9.1.4)
RECOVERED = 3.0  # dB above the level of the warning, so that it does not flutter


class Listens(Protocol):
    """Who asks the modem for its signal."""

    def signal(self) -> float | None: ...


class SignalWatch:
    """Looks every few seconds, by AT, whatever else the line does.

    Attributes:
        rsrp: The last reading, dBm; None without a cell.
    """

    def __init__(
        self, clock: Clock, modem: Listens, personality: Personality, alarms: Alarms, log: Log
    ) -> None:
        self._clock = clock
        self._modem = modem
        self._every = personality.times.signal_every
        self._weak = personality.limits.weak_rsrp
        self._lost = personality.limits.no_signal_rsrp
        self._alarms = alarms
        self._log = log
        self._bars = -1
        self.rsrp: float | None = None

    def run(self) -> None:
        """Look for ever; a task of its own."""
        while True:
            self._clock.sleep(self._every)
            try:
                self.take(self._modem.signal())
            except ModemSilent:
                self.take(None)

    def take(self, rsrp: float | None) -> None:
        """One reading, dBm; None without a cell, which is another condition than a weak one."""
        self.rsrp = rsrp
        bars = self.bars(rsrp)
        if bars != self._bars:
            self._bars = bars
            self._log.say("sig", f"bars={bars} rsrp={NO_CELL if rsrp is None else round(rsrp)}")
        self.warn(rsrp)

    def bars(self, rsrp: float | None) -> int:
        """So many bars a reading gets."""
        return 0 if rsrp is None else sum(rsrp >= step for step in STEPS)

    def warn(self, rsrp: float | None) -> None:
        """Begin or end the warning; below a certain level it is none any more: the cell goes."""
        if rsrp is not None and self._lost <= rsrp < self._weak:
            self._alarms.begin("weak_signal", f"RSRP {rsrp:.0f} dBm")
        elif rsrp is None or rsrp >= self._weak + RECOVERED:
            self._alarms.end("weak_signal")
