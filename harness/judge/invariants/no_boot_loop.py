"""A terminal starts, it does not go round in circles (scenario P-3)."""

from dataclasses import dataclass

from harness.judge._monitor import TERMINAL, Monitor, span
from harness.judge._run import Run
from harness.judge.invariants._safety import Safety
from harness.model.trace import Observation

#: The supply begins to fall and rise, and has done so.
ROUNDS = frozenset({"power_uploaded", "power_achieved"})


@dataclass(frozen=True, slots=True)
class NoBootLoop:
    """Never more than ``most`` starts in a row without being ready in between.

    Each round of a supply's fault is counted by itself, and what follows the last one: what takes
    longer to start than the next fall leaves it is started again by that fall.

    Attributes:
        most: Starts that are still no loop; a supply that comes back slowly may cost a few.
    """

    most: int = 3

    def watch(self, run: Run) -> Monitor:
        return _NoBootLoop(self, run)


class _NoBootLoop(Safety):
    kinds = ROUNDS | {"boot", "state"}
    CHANNELS = ("console",)

    def __init__(self, word: NoBootLoop, run: Run) -> None:
        super().__init__("no_boot_loop", run)
        self._most = word.most
        self._row: list[Observation] = []
        self._worst = 0

    def on(self, seen: Observation) -> None:
        if seen.kind in ROUNDS:
            self._row = []
        if seen.source != TERMINAL:
            return
        if seen.kind == "state":
            self._row = [] if seen.get("state") == "ready" else self._row
            return
        self._row.append(seen)
        self._worst = max(self._worst, len(self._row))
        if len(self._row) > self._most:
            self.fail(
                f"it started {len(self._row)} times in {span(seen.t - self._row[0].t)} and was"
                " never ready in between", (row.n for row in self._row),
            )  # fmt: skip

    def held(self) -> str:
        return f"at most {self._worst} starts in a row"
