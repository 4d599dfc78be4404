"""``expect``: after a trigger, within a time, something is seen.

One obligation per trigger. On an observation: first what is over expires; then each open obligation
looks at it; last it may open a new obligation, so that it never satisfies its own.
"""

from dataclasses import dataclass, field

from harness.judge._monitor import TERMINAL, Monitor, after, span
from harness.judge._run import ASKED, BLIND, Run
from harness.judge.vocabulary._matching import edge, kinds_of, match, of_whom, told
from harness.model.pattern import Pattern
from harness.model.trace import Observation
from harness.model.units import Seconds


@dataclass(frozen=True, slots=True)
class Expect:
    """See the module text. Times run from the trigger and are inclusive.

    Attributes:
        within: How long all of ``see`` may take.
        see: What must be seen, all of it, in any order.
        after: The trigger: a pattern, ``fault`` or ``cleared``; ``given_ready`` when left out.
        not_before: What comes earlier than this is wrong.
        but_not: May not be seen before the rest, nor while it must be stable.
        stable_for: How long after the last of ``see`` the obligation stays open for ``but_not``.
        each: Every trigger opens an obligation, not only the first.
        unless: Excuses open obligations.
        name: How reports name it.
    """

    within: Seconds
    see: list[Pattern]
    after: Pattern | None = None
    not_before: Seconds | None = None
    but_not: list[Pattern] = field(default_factory=list)
    stable_for: Seconds | None = None
    each: bool = False
    unless: list[Pattern] = field(default_factory=list)
    name: str = ""

    def __post_init__(self) -> None:
        if not self.see:
            raise ValueError("see: nothing is expected")
        if self.not_before is not None and self.not_before > self.within:
            raise ValueError(
                f"not_before {self.not_before} lies behind within {self.within}: nothing could do"
            )

    @property
    def trigger(self) -> Pattern:
        return edge(self.after) if self.after is not None else _READY

    def watch(self, run: Run) -> Monitor:
        return _Expect(self, run)


def _is_reversal(pattern: Pattern) -> bool:
    """Whether a reversal is to reach the host."""
    return pattern.source == "host" and pattern.fields.get("mti") in ("0400", "0410")


_READY = Pattern(source="engine", kind="given_ready")


@dataclass(slots=True)
class _Obligation:
    trigger: Observation
    bound: dict[str, str]
    left: list[Pattern]
    witnesses: list[Observation] = field(default_factory=list)
    satisfied: float | None = None


class _Expect(Monitor):
    def __init__(self, word: Expect, run: Run) -> None:
        name = word.name or " and ".join(map(str, word.see))
        super().__init__(f"expect {name}", run, float(word.within))
        self._word = word
        self._within = float(word.within)
        self._stable = float(word.stable_for or 0.0)
        self._open: list[_Obligation] = []
        self._met: list[_Obligation] = []
        self._excused = 0
        self._triggered = False
        self._asked = 0.0  # when the register was last told no success, s
        kinds = kinds_of((word.trigger, *word.see, *word.but_not, *word.unless))
        self.kinds = None if kinds is None else kinds | ASKED

    # --- reading --------------------------------------------------------------------------------

    def on(self, seen: Observation) -> None:
        self.at(seen.t)
        if seen.kind in ASKED and seen.get("outcome") != "approved":
            self._asked = seen.t
        for one in tuple(self._open):
            if self.settled is None:
                self._look(one, seen)
        if self.settled is None and (self._word.each or not self._triggered):
            bound = self._word.trigger.matches(seen)
            if bound is not None:
                self._triggered = True
                self._open.append(_Obligation(seen, dict(bound), list(self._word.see)))

    def _look(self, one: _Obligation, seen: Observation) -> None:
        for pattern in self._word.unless:
            if match(pattern, seen, one.bound) is not None:
                self._open.remove(one)
                self._excused += 1
                return
        for pattern in self._word.but_not:
            if match(pattern, seen, one.bound) is not None:
                took = seen.t - one.trigger.t
                self.fail(
                    f"{str(pattern)!r} was seen {span(took)} after the trigger"
                    f"{of_whom(one.bound)}, where it may not be", (one.trigger.n, seen.n), took,
                )  # fmt: skip
                return
        for pattern in tuple(one.left):
            bound = match(pattern, seen, one.bound)
            if bound is not None:
                self._see(one, pattern, seen, bound)

    def _see(
        self, one: _Obligation, pattern: Pattern, seen: Observation, bound: dict[str, str]
    ) -> None:
        took = seen.t - one.trigger.t
        early = self._word.not_before
        if early is not None and took < early:
            self.fail(
                f"{str(pattern)!r} was seen after {span(took)} already{of_whom(one.bound)};"
                f" not before {span(early)}", (one.trigger.n, seen.n), took,
            )  # fmt: skip
            return
        one.bound.update(bound)
        one.left.remove(pattern)
        one.witnesses.append(seen)
        if not one.left:
            one.satisfied = seen.t
            if not self._stable:
                self._close(one)

    # --- time -----------------------------------------------------------------------------------

    def deadline(self) -> float | None:
        return min(map(self._due, self._open), default=None)

    def _due(self, one: _Obligation) -> float:
        if one.satisfied is not None:
            return one.satisfied + self._stable
        return one.trigger.t + self._within

    def at(self, t: float) -> None:
        for one in tuple(self._open):
            if self.settled is None and after(t, self._due(one)):
                self._expire(one)

    def _expire(self, one: _Obligation) -> None:
        if one.satisfied is not None:
            self._close(one)
            return
        why = self._no_wonder(one)
        if why:
            self.unsure(why, (one.trigger.n,))
            return
        self.fail(
            f"{told(one.left)} was not seen within {span(self._within)} of"
            f" {span(one.trigger.t)}{of_whom(one.bound)}",
            (one.trigger.n, *(seen.n for seen in one.witnesses)),
        )

    def _no_wonder(self, one: _Obligation) -> str:
        """Why it shows nothing that it was not seen, or ``""``."""
        run, trigger = self.run, one.trigger
        unheard = next(filter(None, (self._unheard(one, pattern) for pattern in one.left)), "")
        if unheard:
            return unheard
        steps = any(pattern.source == "engine" for pattern in one.left)
        if run.blind is not None and (steps or run.blind.n > trigger.n):
            return BLIND
        if any(_is_reversal(pattern) for pattern in one.left) and run.waits_for_a_sale():
            return "what it owes waits for its next transaction, and none was begun"
        if trigger.kind == "fault_injected":
            shown = [own.effect for own in run.faults if own.at.n == trigger.n]
            if not any(one and not after(one.t, trigger.t + self._within) for one in shown):
                return "the fault took no effect in time: there was nothing to see"
        return ""

    def _unheard(self, one: _Obligation, pattern: Pattern) -> str:
        """Why this could not have been heard, or ``""``."""
        run, source = self.run, pattern.source
        heard = run.hears_terminal() if source == TERMINAL else run.hears(source)
        heard = heard and (source != TERMINAL or run.tells(pattern.kind or "line"))
        on, cause = pattern.fields.get("on"), pattern.fields.get("cause")
        named = cause is not None and isinstance(on, str)
        if named and not run.could_tell(str(on), [str(cause)]):
            return f"the {on} is not observed on this rig, or has no word for {cause}"
        if source not in ("", "engine") and not heard:
            return f"nothing was heard of the {source}, so {str(pattern)!r} could not be seen"
        if pattern.kind == "report" and self._asked < one.trigger.t and not run.hears_unasked():
            return "its register alone is heard, and asked nothing in that time"
        return ""

    def _close(self, one: _Obligation) -> None:
        self._open.remove(one)
        self._met.append(one)
        if not self._word.each:
            self._praise()

    def _praise(self) -> None:
        slowest = max(self._met, key=lambda one: (one.satisfied or 0.0) - one.trigger.t)
        took = (slowest.satisfied or 0.0) - slowest.trigger.t
        times = f", the slowest of {len(self._met)}" if self._word.each else ""
        self.hold(
            f"seen after {span(took)}{times} (budget {span(self._within)})",
            (slowest.trigger.n, *(seen.n for seen in slowest.witnesses)), took,
        )  # fmt: skip

    def conclude(self) -> None:
        if self._met and not self._open:
            self._praise()

    def waiting(self) -> str:
        if not self._triggered:
            return f"its trigger {str(self._word.trigger)!r} never came"
        if not self._open:
            return f"every trigger was excused ({self._excused})" if self._excused else "watching"
        one = self._open[0]
        if one.satisfied is not None:
            return f"the run ended before it had been stable for {span(self._stable)}"
        return f"the run ended before {told(one.left)} was seen or its budget was over"
