"""``data_used``: what a fault may cost in mobile data, retries and all."""

from collections import deque
from dataclasses import dataclass
from typing import ClassVar

from harness.judge._doubt import CONSOLE, DISPLAY
from harness.judge._monitor import Monitor, after, span
from harness.judge._run import Run
from harness.model.trace import Observation
from harness.model.units import Bytes, Seconds

#: Of ``per`` that must have been watched for an answer.
ENOUGH = 0.9


@dataclass(frozen=True, slots=True)
class DataUsed:
    """While the fault stands, never more than so much crosses the path in so much time.

    Counted on the path, both ways, headers and repetitions included, as a carrier charges it.
    It is counted now and then, so a span of time is known from within and from without: what lies
    within it and is too much breaks the cap, what lies around it and is not keeps it.

    Attributes:
        most: The cap.
        per: The time it holds for.
        fault: Label or word of the fault meant; the first one when left out.
    """

    NUMBERS: ClassVar[tuple[int, ...]] = (22,)
    DOES_WITHOUT: ClassVar[frozenset[str]] = frozenset({CONSOLE, DISPLAY})

    most: Bytes
    per: Seconds = Seconds(3600)
    fault: str | None = None

    def watch(self, run: Run) -> Monitor:
        return _DataUsed(self, run)


class _DataUsed(Monitor):
    kinds = frozenset({"counted"})

    def __init__(self, word: DataUsed, run: Run) -> None:
        super().__init__(f"data_used at most {word.most} in {span(word.per)}", run)
        self._word = word
        self._recent: deque[Observation] = deque()
        self._worst = 0
        self._longest = 0.0
        self._lines: tuple[int, ...] = ()
        self._anew: Observation | None = None

    def on(self, seen: Observation) -> None:
        if seen.source != "network" or _bytes(seen) is None:
            return
        fault = self.run.fault(self._word.fault)
        if fault is None:
            self._recent.clear()
            self._recent.append(seen)  # the last count before the fault is where it begins
            return
        if fault.cleared is not None and seen.t > fault.cleared.t:
            return
        if self._recent and _used(self._recent[-1], seen) < 0:
            self._recent.clear()  # the counter began anew: what came last before it is not known
            self._anew = seen
        self._recent.append(seen)
        self._weigh(fault.at, seen)

    def _weigh(self, at: Observation, last: Observation) -> None:
        """From within: counts not before the fault, and no further apart than the time."""
        rows, per = self._recent, self._word.per
        while len(rows) > 2 and not after(rows[1].t + per, last.t):
            rows.popleft()  # the next one still lies around it
        within = [row for row in rows if row.n > at.n and not after(last.t, row.t + per)]
        first = rows[0]
        self._longest = max(self._longest, last.t - first.t)
        if _used(first, last) >= self._worst:
            self._worst, self._lines = _used(first, last), (first.n, last.n)
        if within and _used(within[0], last) > self._word.most:
            took = span(last.t - within[0].t)
            self.fail(f"{Bytes(_used(within[0], last))} in {took}", (within[0].n, last.n))

    def conclude(self) -> None:
        if self.run.fault(self._word.fault) is None:
            return
        said = f"{Bytes(self._worst)} in {span(self._longest)} at most"
        if not self._lines:
            self.unsure("nobody counted what crossed the path while the fault stood")
        elif self._anew is not None:
            self.unsure(f"the counter began anew at {span(self._anew.t)}", (self._anew.n,))
        elif self._longest < ENOUGH * self._word.per:
            said = f"counted for {span(self._longest)} only, {Bytes(self._worst)} in it"
            self.unsure(said, self._lines)
        elif self._worst > self._word.most:
            self.unsure(f"{said}: too much, but some of it may be from beside it", self._lines)
        else:
            self.hold(said, self._lines)

    def waiting(self) -> str:
        if self.run.fault(self._word.fault) is None:
            return "no fault was injected, so nothing was counted"
        return "counted until the fault is cleared"


def _bytes(seen: Observation) -> int | None:
    """None where it is no count."""
    count = seen.get("bytes")
    return count if isinstance(count, int) and not isinstance(count, bool) else None


def _used(first: Observation, last: Observation) -> int:
    return (_bytes(last) or 0) - (_bytes(first) or 0)
