"""Invariant 21: after a power loss the terminal's clock is right, or it does not sell."""

from dataclasses import dataclass
from typing import ClassVar

from harness.judge._books import moves_money
from harness.judge._doubt import CONSOLE, DISPLAY, REGISTER
from harness.judge._monitor import Monitor, span
from harness.judge._run import Run
from harness.judge._telling import stan_of
from harness.judge.invariants._safety import Safety
from harness.model.trace import Observation
from harness.model.units import Seconds


@dataclass(frozen=True, slots=True)
class ClockAgrees:
    """Every request for money carries a date and time that agree with the host's.

    Attributes:
        by: How far they may be apart; a request may have waited for its line.
    """

    NUMBERS: ClassVar[tuple[int, ...]] = (21,)
    DOES_WITHOUT: ClassVar[frozenset[str]] = frozenset({CONSOLE, DISPLAY, REGISTER})

    by: Seconds = Seconds(120)

    def watch(self, run: Run) -> Monitor:
        return _ClockAgrees(self, run)


class _ClockAgrees(Safety):
    kinds = frozenset({"request_received"})

    def __init__(self, word: ClockAgrees, run: Run) -> None:
        super().__init__("clock_agrees", run)
        self._by = float(word.by)
        self._told = 0
        self._worst = 0.0

    def on(self, seen: Observation) -> None:
        skew = seen.get("skew")
        if not isinstance(skew, int | float) or not moves_money(seen):
            return
        self._told += 1
        self._worst = max(self._worst, abs(skew))
        if abs(skew) > self._by:
            self.fail(
                f"trace number {stan_of(seen)} at {span(seen.t)} carries a time that is"
                f" {span(abs(skew))} {'ahead of' if skew > 0 else 'behind'} the host's", (seen.n,),
            )  # fmt: skip

    def last_look(self) -> None:
        if not self._told and self.run.hears("host"):
            self.unsure("no request told the terminal's date and time")

    def held(self) -> str:
        return f"{self._told} requests, at most {span(self._worst)} apart from the host's clock"
