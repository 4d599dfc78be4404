"""``data_used``: what a fault may cost in mobile data, retries and all."""

from collections import deque
from dataclasses import dataclass

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

    Attributes:
        most: The cap.
        per: The time it holds for.
        fault: Label or word of the fault meant; the first one when left out.
    """

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

    def on(self, seen: Observation) -> None:
        if seen.source != "network":
            return
        fault = self.run.fault(self._word.fault)
        if fault is None:
            self._recent.clear()
            self._recent.append(seen)  # the last count before the fault is where it begins
            return
        if fault.cleared is not None and seen.t > fault.cleared.t:
            return
        if self._recent and _bytes(seen) < _bytes(self._recent[-1]):
            self._recent.clear()  # the counter began anew
        self._recent.append(seen)
        while after(seen.t, self._recent[0].t + self._word.per) and len(self._recent) > 2:
            self._recent.popleft()
        self._weigh(self._recent[0], seen)

    def _weigh(self, first: Observation, last: Observation) -> None:
        used, took = _bytes(last) - _bytes(first), last.t - first.t
        self._longest = max(self._longest, took)
        if used >= self._worst:
            self._worst, self._lines = used, (first.n, last.n)
        if used > self._word.most and not after(took, self._word.per * 1.1):
            self.fail(f"{Bytes(used)} in {span(took)}", self._lines)

    def conclude(self) -> None:
        if self.run.fault(self._word.fault) is None:
            return
        if not self._lines:
            self.unsure("nobody counted what crossed the path while the fault stood")
        elif self._longest < ENOUGH * self._word.per:
            said = f"counted for {span(self._longest)} only, {Bytes(self._worst)} in it"
            self.unsure(said, self._lines)
        else:
            self.hold(f"{Bytes(self._worst)} in {span(self._longest)} at most", self._lines)

    def waiting(self) -> str:
        if self.run.fault(self._word.fault) is None:
            return "no fault was injected, so nothing was counted"
        return "counted until the fault is cleared"


def _bytes(seen: Observation) -> int:
    return int(seen.get("bytes") or 0)
