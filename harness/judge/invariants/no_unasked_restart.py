"""A terminal restarts when its supply or an update makes it, and not by itself (C2, P-3)."""

from dataclasses import dataclass

from harness.judge._monitor import TERMINAL, Monitor, span
from harness.judge._run import Run
from harness.judge.invariants._safety import Safety
from harness.judge.invariants._supply import KINDS, is_power, moves
from harness.model.trace import Observation

#: What a start of each reason follows; a reason that is not here was asked for by nobody.
ASKED_BY = {"power": "supply", "update": "updates", "rollback": "updates", "daily": "terminal"}


@dataclass(frozen=True, slots=True)
class NoUnaskedRestart:
    """Each start follows a change of the supply, or an update that was offered.

    A terminal's own daily restart (PCI PTS) is asked for where it was announced (``restart_due``).
    A watchdog's start is a crash: no fault of line, host, card or supply may end in one. A start
    ``by power`` needs a supply that was touched since the start before it, where one is observed;
    a fault of the supply may touch it as often as it likes while it stands.
    """

    def watch(self, run: Run) -> Monitor:
        return _NoUnaskedRestart("no_unasked_restart", run)


class _NoUnaskedRestart(Safety):
    kinds = KINDS | {"boot", "offered", "fault_cleared", "restart_due"}
    CHANNELS = ("console",)

    def __init__(self, clause: str, run: Run) -> None:
        super().__init__(clause, run)
        self._touched: set[str] = set()
        self._standing = 0  # faults of the supply
        self._starts = 0

    def on(self, seen: Observation) -> None:
        if seen.kind != "boot":
            self._touch(seen)
            return
        self._starts += 1
        reason = str(seen.get("reason") or "")
        wanted = ASKED_BY.get(reason)
        if wanted in self._touched:
            self._touched -= {"terminal"} if self._standing else {"terminal", "supply"}
        elif reason and (wanted is None or wanted in self.run.heard):
            self.fail(f"it started by {reason} at {span(seen.t)}, and nothing outside made it",
                      (seen.n,))  # fmt: skip

    def _touch(self, seen: Observation) -> None:
        if seen.kind == "offered":
            self._touched.add("updates")
        elif seen.kind == "restart_due":
            self._touched.add(TERMINAL)
        elif moves(seen):
            self._touched.add("supply")
        if seen.kind in ("fault_injected", "fault_cleared") and is_power(seen):
            self._standing += 1 if seen.kind == "fault_injected" else -1

    def held(self) -> str:
        return f"{self._starts} starts, each for a reason from outside"
