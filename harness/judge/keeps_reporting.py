"""``keeps_reporting``: a remedy that is none changes nothing (requirements N1 .. N4)."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from harness.judge._monitor import NAMING, TERMINAL, Monitor, after, either, known_causes, span
from harness.judge._run import Injected, Run
from harness.model.pattern import Pattern
from harness.model.trace import Observation

#: Causes that may stand beside any other: they say what waits, not what is wrong.
BESIDE = frozenset({"reversal_pending", "cancelled", "timed_out"})
#: What may undo a fault before it is told as cleared: its step, or a bench that gives up.
UNDOING = frozenset({"step_started", "healing", "bench_error"})
#: From the end of one of several true causes to the word of another, s: it is looked at closer.
#: Also from the terminal's word that a fault is over to the bench's, which reads back its settings.
AT_ONCE = 1.0


@dataclass(frozen=True, slots=True)
class KeepsReporting:
    """From the first naming of the cause until the fault is cleared the terminal stands by it.

    It may not say that the condition is over, not approve a sale begun meanwhile, and its last word
    before the clearing must be the true cause. Of several true causes one may take another's place.

    Attributes:
        cause: The true cause, or several of which one will do.
        until: What ends the watch.
        after: A remedy that is none; when given, it must be seen, or nothing was shown.
        fault: Label or word of the fault meant; the first one when left out.
    """

    NUMBERS: ClassVar[tuple[int, ...]] = (17,)

    cause: str | list[str]
    until: Literal["cleared"] = "cleared"
    after: Pattern | None = None
    fault: str | None = None
    SHORT: ClassVar[str] = "cause"

    def __post_init__(self) -> None:
        known_causes(self.causes)

    @property
    def causes(self) -> tuple[str, ...]:
        return (self.cause,) if isinstance(self.cause, str) else tuple(self.cause)

    def watch(self, run: Run) -> Monitor:
        return _KeepsReporting(self, run)


class _KeepsReporting(Monitor):
    def __init__(self, word: KeepsReporting, run: Run) -> None:
        super().__init__(f"keeps_reporting {either(word.causes)}", run)
        self._word = word
        self._first: Observation | None = None
        self._last: Observation | None = None
        self._remedy: Observation | None = None
        self._standing: set[str] = set()
        self._over: Observation | None = None
        self._undone = False
        own = NAMING | UNDOING | {"cleared", "sale_started", "sale_ended", "fault_cleared"}
        bare = word.after is not None and not word.after.kind
        self.kinds = None if bare else own | ({word.after.kind} if word.after else frozenset())
        self._begun: set[str] = set()

    def on(self, seen: Observation) -> None:
        fault = self.run.fault(self._word.fault)
        if fault is None or seen.t < fault.at.t:
            return
        self.at(seen.t)
        if seen.kind in UNDOING:
            self._undone |= self._undoes(seen, fault)
        if fault.cleared is not None:
            self._end()
            return
        if self._word.after is not None and self._word.after.matches(seen) is not None:
            self._remedy = self._remedy or seen
        if seen.source == TERMINAL and seen.kind in NAMING:
            self._named(seen)
        elif self._first is not None:
            self._check(seen)

    def _undoes(self, seen: Observation, fault: Injected) -> bool:
        """Whether it begins here to be taken away: the terminal may be the first to know."""
        if seen.kind != "step_started":
            return True
        steps, index = self.run.spec.get("when") or (), int(seen.get("index", 0))
        step = steps[index] if index < len(steps) else None
        return isinstance(step, dict) and step.get("clear") in (fault.label, fault.word)

    def _named(self, seen: Observation) -> None:
        cause = seen.get("cause")
        if cause in self._word.causes:
            self._first = self._first or seen
            self._standing.add(str(cause))
            if len(self._word.causes) == 1:
                self._give_way()
            self._over = None
        channel = str(seen.get("on") or "")
        if not self.run.can_name(channel, self._word.causes):
            return  # the nearest that its protocol has
        if self._first is not None and cause and cause not in BESIDE:
            self._last = seen

    def _check(self, seen: Observation) -> None:
        name = str(seen.get("sale"))
        if self._undone:
            return
        if seen.kind == "cleared" and seen.get("cause") in self._word.causes:
            self._standing.discard(str(seen["cause"]))
            self._over = None if self._standing else seen
        elif seen.kind == "sale_started":
            self._begun.add(name)
        elif seen.get("outcome") == "approved" and name in self._begun:
            self.fail(f"{name} was approved at {span(seen.t)}, while the fault stood", (seen.n,))

    def deadline(self) -> float | None:
        """When a cause that is over is followed by no other, and by no end of the fault."""
        if self._over is None:
            return None
        due, fault = self._over.t + AT_ONCE, self.run.fault(self._word.fault)
        gone = None if fault is None else fault.cleared
        return due if gone is None or after(gone.t, due) else None

    def at(self, t: float) -> None:
        due = self.deadline()
        if due is not None and after(t, due):
            self._give_way()

    def _give_way(self) -> None:
        """It said that a cause was over, and it was not."""
        over, fault = self._over, self.run.fault(self._word.fault)
        if over is None or fault is None or fault.effect is None:
            return  # as far as is known nothing was wrong
        said = f"it said at {span(over.t)} that {over['cause']} was over, while the fault stood"
        self.fail(said, (over.n,))

    def _end(self) -> None:
        fault = self.run.fault(self._word.fault)
        if fault is None or fault.cleared is None:
            return
        held = span(fault.cleared.t - fault.at.t)
        if self._word.after is not None and self._remedy is None:
            self.unsure(f"the remedy {str(self._word.after)!r} was never seen", (fault.at.n,))
        elif not self.run.hears_terminal():
            self.unsure("no channel of the terminal is observed on this rig", (fault.at.n,))
        elif fault.effect is None:
            self.unsure("the fault took no effect: there was nothing to report", (fault.at.n,))
        elif self._first is None and not self.run.hears_unasked():
            self.unsure("its register alone is heard, and was never told", (fault.at.n,))
        elif self._first is None or self._last is None:
            self.fail(
                f"{either(self._word.causes)} was not named in the {held} of the fault",
                (fault.at.n, fault.cleared.n),
            )
        else:
            self._last_word(self._first, self._last, held)

    def _last_word(self, first: Observation, last: Observation, held: str) -> None:
        if last.get("cause") in self._word.causes:
            self.hold(f"it stood by {last['cause']} for the {held} of the fault", (first.n, last.n))
        else:
            self.fail(
                f"its last word before the clearing was {last['cause']} at {span(last.t)}",
                (first.n, last.n),
            )

    def conclude(self) -> None:
        self._end()

    def waiting(self) -> str:
        if self.run.fault(self._word.fault) is None:
            return "no fault was injected, so there was nothing to report"
        return "the fault was never cleared"
