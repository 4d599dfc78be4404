"""A supply is called bad when something was done to it, and not otherwise (F10)."""

from dataclasses import dataclass

from harness.judge._monitor import NAMING, TERMINAL, Monitor, span
from harness.judge._run import Run
from harness.judge.invariants._safety import Safety
from harness.judge.invariants._supply import KINDS, moves
from harness.model.trace import Observation

#: Causes that say how the supply is now.
SUPPLY = frozenset({"supply_low", "supply_high", "battery_low"})
#: The register is also told of what was before the run began.
LATCHED = "ecr"


@dataclass(frozen=True, slots=True)
class NoFalseAlarm:
    """A terminal names a bad supply only after its supply was moved, or while a fault moves it.

    Who cries wolf on a good supply is not believed on a bad one, and refuses sales for nothing.
    """

    def watch(self, run: Run) -> Monitor:
        return _NoFalseAlarm("no_false_alarm", run)


class _NoFalseAlarm(Safety):
    kinds = NAMING | KINDS
    CHANNELS = ("console", "display")

    def __init__(self, clause: str, run: Run) -> None:
        super().__init__(clause, run)
        self._moved = False
        self._named = 0

    def on(self, seen: Observation) -> None:
        if seen.source != TERMINAL:
            self._moved |= moves(seen)
        elif seen.get("cause") in SUPPLY and seen.get("on") != LATCHED:
            self._named += 1
            if not self._moved:
                self.fail(
                    f"{seen['cause']} was named at {span(seen.t)}, and nobody had moved the"
                    " supply", (seen.n,),
                )  # fmt: skip

    def held(self) -> str:
        return f"a bad supply was named {self._named} times, never without a reason"
