"""``keeps_pace``: what a setting brought into force is in force behind a fault as well (F9)."""

from dataclasses import dataclass
from statistics import median
from typing import ClassVar

from harness.judge._doubt import EVERY_LINE
from harness.judge._monitor import Monitor, span
from harness.judge._run import Run
from harness.judge._telling import mti_of
from harness.model.pattern import Pattern
from harness.model.trace import Observation

ECHO = "0820"  # network management (Q/CUP 009.1): who sends nothing else looks after its line
#: Fewer pauses than this have no pace.
FEW = 3


@dataclass(frozen=True, slots=True)
class KeepsPace:
    """With nobody selling, network messages come as often behind the fault as before it.

    How often is each maker's own affair: so only one is compared with the other, by the medians of
    as many pauses from the beginning of each, for a pause may grow the longer nothing happens.

    Attributes:
        since: From when on the pace before the fault is taken; the start when left out.
        times: One may be the other's so many times, at most.
        fault: Label or word of the fault meant; the first one when left out.
    """

    DOES_WITHOUT: ClassVar[frozenset[str]] = EVERY_LINE

    since: Pattern | None = None
    times: float = 1.5
    fault: str | None = None

    def watch(self, run: Run) -> Monitor:
        return _KeepsPace(self, run)


class _KeepsPace(Monitor):
    def __init__(self, word: KeepsPace, run: Run) -> None:
        super().__init__("keeps_pace", run)
        self._word = word
        own = frozenset({"request_received", "sale_started", "boot", "fault_injected", "healing"})
        self.kinds = own | ({word.since.kind} if word.since and word.since.kind else frozenset())
        self._begun = word.since is None
        self._last: Observation | None = None
        self._quiet: Observation | None = None  # the last that was heard behind the fault
        self._before: list[float] = []
        self._behind: list[float] = []
        self._lines: list[int] = []

    def on(self, seen: Observation) -> None:
        fault = self.run.fault(self._word.fault)
        if self._word.since is not None and self._word.since.matches(seen) is not None:
            self._begun, self._last = True, None
        if seen.kind == "healing" and self._quiet is not None and fault is not None:
            self._wait(seen.t - self._quiet.t)
        echo = seen.kind == "request_received" and mti_of(seen) == ECHO
        whole = fault is None or fault.cleared is not None
        if echo and whole and self._begun and self._last is not None:
            (self._before if fault is None else self._behind).append(seen.t - self._last.t)
            self._lines.append(seen.n)
        self._last = seen if echo and whole and self._begun else None
        if seen.kind == "request_received":
            self._quiet = seen if whole and fault is not None else None

    def _wait(self, waited: float) -> None:
        """One that never came; that of several none did is as much as several late ones."""
        longest = self._word.times * max(self._before, default=waited)
        if waited > longest:
            self._behind += [waited] * (FEW if waited > FEW * longest else 1)

    def conclude(self) -> None:
        count = min(len(self._before), len(self._behind))
        ends = [self._lines[0], self._lines[-1]] if self._lines else []
        if not self.run.hears("host"):
            self.unsure("host is not observed here")
        elif self.run.fault(self._word.fault) is None or count < FEW:
            self.unsure(self.waiting(), ends)
        else:
            one, other = median(self._before[:count]), median(self._behind[:count])
            said = f"a network message every {span(one)} before the fault, {span(other)} behind it"
            if max(one, other) > self._word.times * min(one, other):
                self.fail(said, ends)
            else:
                self.hold(said, ends)

    def waiting(self) -> str:
        if self.run.fault(self._word.fault) is None:
            return "no fault was injected, so there is nothing behind it"
        return (
            f"{len(self._before)} pauses between network messages before the fault and"
            f" {len(self._behind)} behind it, wanted {FEW} of each"
        )
