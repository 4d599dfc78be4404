"""The signal light does not shine while the terminal itself says that there is no signal (F10)."""

from dataclasses import dataclass

from harness.judge._monitor import TERMINAL, after, span
from harness.judge._run import Run
from harness.judge.invariants._safety import Safety
from harness.model.trace import Observation

#: Causes with which no light can rightly tell of a signal: without a SIM there may be one to see.
DARK = frozenset({"no_signal", "modem_fault"})
SIGNAL, ON = "signal", "on"
#: s for which light and word may differ: each is looked at in its own time.
WITHIN = 30.0
#: Fact of a terminal whose signal may be another bearer's.
SPARE = "spare_bearer"


@dataclass(frozen=True, slots=True)
class LightsAgree:
    """The signal light is not steadily on while no signal or no modem is told.

    What else the lights mean, and how they blink, is each maker's own affair. The cause counts from
    its detection to its end, where the log tells of ends.
    """

    def watch(self, run: Run) -> "_LightsAgree":
        return _LightsAgree("lights_agree", run)


class _LightsAgree(Safety):
    kinds = frozenset({"light", "detected", "cleared", "boot", "state"})
    CHANNELS = ("console",)
    HELD = "the signal light never shone for long while it said that there was no signal"

    def __init__(self, clause: str, run: Run) -> None:
        super().__init__(clause, run)
        self._lit: Observation | None = None
        self._dark: Observation | None = None

    def on(self, seen: Observation) -> None:
        self.at(seen.t)
        if seen.source != TERMINAL:
            return
        cause = seen.get("cause")
        if seen.kind == "light" and seen.get("name") == SIGNAL:
            self._lit = (self._lit or seen) if seen.get("state") == ON else None
        elif seen.kind == "detected" and cause in DARK:
            self._dark = seen
        elif seen.kind == "boot":
            self._lit = self._dark = None
        elif self._dark is not None and self._is_over(seen):
            self._dark = None

    def _is_over(self, seen: Observation) -> bool:
        """It is told as over, or the line is up."""
        assert self._dark is not None  # noqa: S101 - the caller has looked
        if seen.kind == "state":
            return seen.get("online") is True
        return seen.kind == "cleared" and seen.get("cause") == self._dark.get("cause")

    def deadline(self) -> float | None:
        if self._lit is None or self._dark is None or SPARE in self.run.facts:
            return None
        return max(self._lit.t, self._dark.t) + WITHIN

    def at(self, t: float) -> None:
        due, lit, dark = self.deadline(), self._lit, self._dark
        if due is None or lit is None or dark is None or not after(t, due):
            return
        if self.run.tells("cleared"):
            said = f"its signal light was on {span(WITHIN)} after it had told {dark['cause']}"
            self.fail(said, (lit.n, dark.n))
