"""``backs_off``: the longer a host is away, the longer the pauses between two tries."""

from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean
from typing import ClassVar

from harness.judge._doubt import CONSOLE, DISPLAY
from harness.judge._monitor import Monitor, span
from harness.judge._run import Run
from harness.model.trace import Observation

#: Fewer tries than this are no storm, however they lie.
FEW = 3


@dataclass(frozen=True, slots=True)
class BacksOff:
    """In the last half of the fault the tries lie further apart than at its beginning.

    A try is a connection that reaches the host, or that it refuses or turns away. Where none does,
    nobody counted: a line that is dead says nothing of pauses.

    Attributes:
        times: The mean pause in the last half, over that of the first tries, at least.
        fault: Label or word of the fault meant; the first one when left out.
    """

    NUMBERS: ClassVar[tuple[int, ...]] = (22,)
    DOES_WITHOUT: ClassVar[frozenset[str]] = frozenset({CONSOLE, DISPLAY})

    times: float = 2.0
    fault: str | None = None

    def watch(self, run: Run) -> Monitor:
        return _BacksOff(self, run)


class _BacksOff(Monitor):
    kinds = frozenset({"connected", "misbehaved", "turned_away"})

    def __init__(self, word: BacksOff, run: Run) -> None:
        super().__init__("backs_off", run)
        self._word = word
        self._tries: list[Observation] = []

    def on(self, seen: Observation) -> None:
        fault = self.run.fault(self._word.fault)
        if seen.source != "host" or fault is None or fault.cleared is not None:
            return
        if seen.kind != "misbehaved" or seen.get("act") == "refuse":
            self._tries.append(seen)

    def conclude(self) -> None:
        fault = self.run.fault(self._word.fault)
        if fault is None or fault.cleared is None:
            return
        stood = fault.cleared.t - fault.at.t
        if not self.run.hears("host"):
            self.unsure("host is not observed here")
        elif fault.effect is None:
            self.unsure("the fault took no effect: there was nothing to back off from")
        elif not self._tries:
            self.unsure("no try came as far as the host, so nobody counted", (fault.at.n,))
        elif len(self._tries) <= FEW:
            self.hold(f"{len(self._tries)} tries in {span(stood)}", self._lines(self._tries))
        else:
            self._compare(fault.at.t + stood / 2, stood)

    def _compare(self, half: float, stood: float) -> None:
        early = [then.t - one.t for one, then in pairwise(self._tries[: FEW + 1])]
        first = fmean(early)  # of several, for two sockets may be opened at once
        late = [seen for seen in self._tries if seen.t >= half]
        pauses = [after.t - before.t for before, after in pairwise(late)]
        last = fmean(pauses) if pauses else stood / 2
        said = f"{span(first)} between the first of {len(self._tries)} tries, {span(last)}"
        lines = self._lines(self._tries[:2] + self._tries[-2:])
        if last >= self._word.times * first:
            self.hold(f"{said} in the last half", lines)
        else:
            wanted = f"wanted {self._word.times:g} times the first"
            self.fail(f"{said} in the last half; {wanted}", lines)

    @staticmethod
    def _lines(tries: list[Observation]) -> list[int]:
        return [seen.n for seen in tries]

    def waiting(self) -> str:
        if self.run.fault(self._word.fault) is None:
            return "no fault was injected"
        return "the fault was never cleared"
