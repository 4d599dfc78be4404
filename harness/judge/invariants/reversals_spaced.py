"""Invariant 6: so many tries of a reversal in an episode, and a pause between two of them."""

from collections import defaultdict
from dataclasses import dataclass
from typing import ClassVar

from harness.judge._books import REVERSAL
from harness.judge._doubt import CONSOLE, EVERY_LINE
from harness.judge._monitor import TERMINAL, Monitor, after, span
from harness.judge._run import Run
from harness.judge._telling import mti_of, stan_of
from harness.judge.invariants._safety import Safety
from harness.model.trace import Observation
from harness.model.units import Seconds

#: What a host does to a request that it has, and takes no notice of: no ``request_received``.
DEAF = "ignore"


@dataclass(frozen=True, slots=True)
class ReversalsSpaced:
    """Between two 0400 of one sale lies a gap, and after so many of them a longer pause.

    An episode begins anew with a restart and with whatever a register or a scenario asks for: debts
    come before new business, and behind the episode that was under way then. What is allowed is the
    terminal's configuration (payment invariant 6; usual are 1 to 3 tries); the values here leave
    room for how long a message is under way.

    Attributes:
        tries: 0400 of one episode.
        gap: Between two of them at least.
        pause: Between two episodes at least.
    """

    NUMBERS: ClassVar[tuple[int, ...]] = (6,)
    DOES_WITHOUT: ClassVar[frozenset[str]] = EVERY_LINE - {CONSOLE}

    tries: int = 3
    gap: Seconds = Seconds(4)
    pause: Seconds = Seconds(15)

    def watch(self, run: Run) -> Monitor:
        return _ReversalsSpaced(self, run)


class _ReversalsSpaced(Safety):
    kinds = frozenset({"request_received", "misbehaved", "boot", "sale_started", "step_started"})

    def __init__(self, word: ReversalsSpaced, run: Run) -> None:
        super().__init__("reversals_spaced", run)
        self._word = word
        self._episode: defaultdict[int, list[Observation]] = defaultdict(list)
        self._under_way: set[int] = set()  # whose episode was, when the register asked
        self._count = 0

    def on(self, seen: Observation) -> None:
        if seen.kind == "misbehaved" and seen.get("act") != DEAF:
            return
        if seen.kind not in ("request_received", "misbehaved"):
            self._begin_anew(seen)
            return
        stan = stan_of(seen)
        if mti_of(seen) == REVERSAL and stan is not None:
            self._count += 1
            self._try(stan, self._episode[stan], seen)

    def _begin_anew(self, seen: Observation) -> None:
        if seen.kind == "boot":
            if seen.source == TERMINAL:
                self._episode.clear()
                self._under_way.clear()
            return
        self._under_way |= {stan for stan, rows in self._episode.items() if rows}
        self._episode.clear()

    def _try(self, stan: int, rows: list[Observation], seen: Observation) -> None:
        if rows and after(rows[-1].t + self._word.gap, seen.t):
            self.fail(
                f"trace number {stan} was reversed again after {span(seen.t - rows[-1].t)};"
                f" a gap of {span(self._word.gap)} was to lie between", (rows[-1].n, seen.n),
            )  # fmt: skip
        if rows and not after(rows[-1].t + self._word.pause, seen.t):
            self._under_way.discard(stan)
        rows.append(seen)
        first = rows[-self._word.tries - 1] if len(rows) > self._word.tries else None
        least = (self._word.tries - 1) * self._word.gap + self._word.pause
        if first is None or not after(first.t + least, seen.t):
            return
        if stan in self._under_way:
            self._under_way.remove(stan)
            del rows[:-2]  # at least these are of the new one
            return
        self.fail(
            f"{self._word.tries + 1} reversals of trace number {stan} in"
            f" {span(seen.t - first.t)}, without a pause of {span(self._word.pause)} after"
            f" {self._word.tries}", (row.n for row in rows[-self._word.tries - 1 :]),
        )  # fmt: skip

    def held(self) -> str:
        return f"{self._count} reversals, none too soon after another"
