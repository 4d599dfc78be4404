"""A terminal restarts when its supply or an update makes it, and not by itself (C2, P-3)."""

from dataclasses import dataclass

from harness.judge._monitor import TERMINAL, Monitor, after, span
from harness.judge._run import Run
from harness.judge.invariants._safety import Safety
from harness.judge.invariants._supply import KINDS, is_power, moves
from harness.model.trace import Observation

#: s from the first word of a restart of its own to the restart: time to finish and to tell others.
NOTICE = 10.0
#: s between two such restarts: security rules ask for one a day, and nobody for more.
APART = 12 * 3600.0
#: Conditions that a restart mends, and faults that make the hour of it strike twice.
MENDED = frozenset({"memory_low"})
MOVES_TIME = frozenset({"clock_wrong", "host_time"})

#: What a start of each reason follows; a reason that is not here was asked for by nobody.
ASKED_BY = {"power": "supply", "update": "updates", "rollback": "updates", "daily": "terminal"}


@dataclass(frozen=True, slots=True)
class NoUnaskedRestart:
    """Each start follows a change of the supply, or an update that was offered.

    A terminal's own daily restart (PCI PTS) is asked for where it was announced (``restart_due``),
    ten seconds before at least, not for later, and where it is no second one within hours.
    A watchdog's start is a crash: no fault of line, host, card or supply may end in one. A start
    ``by power`` needs a supply that was touched since the start before it, where one is observed;
    a fault of the supply may touch it as often as it likes while it stands.
    """

    def watch(self, run: Run) -> Monitor:
        return _NoUnaskedRestart("no_unasked_restart", run)


class _NoUnaskedRestart(Safety):
    kinds = KINDS | {"boot", "offered", "fault_cleared", "restart_due", "detected"}
    CHANNELS = ("console",)

    def __init__(self, clause: str, run: Run) -> None:
        super().__init__(clause, run)
        self._touched: set[str] = set()
        self._standing = 0  # faults of the supply
        self._starts = 0
        self._told: list[Observation] = []  # of a restart that is to come
        self._own: Observation | None = None  # the last restart of its own
        self._mends = False  # whether something was said since that another one mends

    def on(self, seen: Observation) -> None:
        if seen.kind != "boot":
            self._touch(seen)
            return
        self._starts += 1
        reason = str(seen.get("reason") or "")
        wanted = ASKED_BY.get(reason)
        if wanted in self._touched:
            if wanted == TERMINAL:
                self._weigh_own(seen)
            self._touched -= {"terminal"} if self._standing else {"terminal", "supply"}
        elif reason and (wanted is None or wanted in self.run.heard):
            self.fail(f"it started by {reason} at {span(seen.t)}, and nothing outside made it",
                      (seen.n,))  # fmt: skip
        self._told = []

    def _weigh_own(self, seen: Observation) -> None:
        """A restart that it announced: early enough, and not one of many."""
        own, self._own = self._own, seen
        first, last = (self._told[0], self._told[-1]) if self._told else (None, None)
        due = None if last is None else last.get("within")
        if first is not None and after(NOTICE, seen.t - first.t):
            said = f"it restarted at {span(seen.t)} and had told {span(seen.t - first.t)} before"
            self.fail(said, (first.n, seen.n))
        elif last is not None and isinstance(due, int | float) and _early(seen.t - last.t, due):
            said = f"it restarted {span(seen.t - last.t)} after it had said in {span(due)}"
            self.fail(said, (last.n, seen.n))
        elif own is not None and not self._mends and after(APART, seen.t - own.t):
            said = f"it restarted by itself at {span(own.t)} and at {span(seen.t)}, for no reason"
            self.fail(said, (own.n, seen.n))
        self._mends = False

    def _touch(self, seen: Observation) -> None:
        if seen.kind == "offered":
            self._touched.add("updates")
        elif seen.kind == "restart_due":
            self._touched.add(TERMINAL)
            self._told.append(seen)
        elif seen.kind == "detected":
            self._mends |= seen.get("cause") in MENDED
        elif moves(seen):
            self._touched.add("supply")
        self._mends |= seen.get("fault") in MOVES_TIME
        if seen.kind in ("fault_injected", "fault_cleared") and is_power(seen):
            self._standing += 1 if seen.kind == "fault_injected" else -1

    def held(self) -> str:
        return f"{self._starts} starts, each for a reason from outside"


def _early(took: float, told: float) -> bool:
    """Whether a restart came sooner than it was told, by more than rounding does."""
    return after(told - max(NOTICE, told / 4), took)
