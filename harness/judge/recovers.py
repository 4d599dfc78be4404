"""``recovers``: when the world is whole again the terminal is back, and a sale proves it."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from harness.judge._doubt import DISPLAY
from harness.judge._monitor import TERMINAL, Monitor, after, span
from harness.judge._run import BLIND, Run
from harness.model.trace import Observation
from harness.model.units import Seconds

#: What a terminal answers a status enquiry with when nothing is wrong (ZVT PA00P015, 05 01).
ALL_WELL = "00"

EXHAUSTED = "data_exhausted"
#: A world that became whole later than this before the end of the budget left no time, s.
SOON = 60.0

#: What a sale takes, s: one begun later than that before the end of the budget says nothing.
A_SALE = 15.0

#: States in which a terminal is not back, whatever it said before.
DOWN = frozenset({"booting", "recovering", "connecting", "updating", "out_of_service", "halted"})


@dataclass(frozen=True, slots=True)
class Recovers:
    """The terminal reaches a state again within its budget, from the last clearing on.

    Attributes:
        within: The budget, from the last ``fault_cleared`` (``healing`` where there is none).
        to: The state wanted.
        proven_by: ``sale``: besides, a sale begun after the clearing is approved.
    """

    NUMBERS: ClassVar[tuple[int, ...]] = (18,)
    DOES_WITHOUT: ClassVar[frozenset[str]] = frozenset({DISPLAY})

    within: Seconds
    to: str = "ready"
    proven_by: Literal["sale"] | None = None

    def watch(self, run: Run) -> Monitor:
        return _Recovers(self, run)


class _Recovers(Monitor):
    kinds = frozenset({
        "state", "boot", "terminal_status", "fault_injected", "fault_cleared", "healing",
        "sale_started", "sale_ended", "plan", "line",
    })  # fmt: skip

    def __init__(self, word: Recovers, run: Run) -> None:
        super().__init__(f"recovers to {word.to}", run, float(word.within))
        self._word = word
        self._within = float(word.within)
        self._clear()

    def _clear(self) -> None:
        self._standing = self.run.state
        self._spoken: Observation | None = None  # the last line of its log
        self._fresh = False  # whether the standing state was said since the injection
        self._start: Observation | None = None
        self._back: tuple[float, int] | None = None  # when it was back, and the line that says so
        self._trying: dict[str, Observation] = {}
        self._proof: Observation | None = None
        self._refused: Observation | None = None
        self._ended: Observation | None = None  # the carrier's word that the plan is at its end

    # --- reading --------------------------------------------------------------------------------

    def on(self, seen: Observation) -> None:
        if seen.kind == "line":
            self._spoken = seen
            return
        if seen.kind == "fault_injected":
            self._clear()  # a new fault: what was recovered before is no recovery from this one
        elif seen.kind in ("fault_cleared", "healing"):
            self._restart()
        elif seen.kind == "plan":
            self._ended = seen if seen.get("state") == "exhausted" else None
        elif seen.source == TERMINAL:
            self._state(seen)
        else:
            self._sale(seen)
        self._check()

    def _restart(self) -> None:
        start = self.run.last_cleared()
        if start is None or start is self._start:
            return
        self._start, self._back = start, None
        if self._fresh and self._standing is not None and self._is_back(self._standing):
            self._back = (start.t, self._standing.n)

    def _is_back(self, seen: Observation | None) -> bool:
        """An offline ``ready`` is no recovery, unless the sale says otherwise."""
        if seen is None or seen.kind != "state" or seen.get("state") != self._word.to:
            return False
        return self._word.proven_by == "sale" or seen.get("online") is not False

    def _state(self, seen: Observation) -> None:
        if seen.kind == "terminal_status":
            self._answer(seen)
            return
        self._standing, self._fresh = seen, True
        if self._is_back(seen):
            if self._start is not None and self._back is None and seen.t >= self._start.t:
                self._back = (seen.t, seen.n)
        elif seen.kind == "boot" or seen.get("state") in DOWN - {self._word.to}:
            self._back = None  # gone again: a boot loop is no recovery

    def _answer(self, seen: Observation) -> None:
        """It answers the register that all is well: a state it never left still stands."""
        if str(seen.get("code")) == ALL_WELL:
            self._stand(seen)

    def _stand(self, seen: Observation) -> None:
        start = self._start
        open_ = start is not None and self._back is None and seen.t >= start.t
        standing = self._standing or self.run.state  # one that it was in before the story
        if open_ and (self._is_back(standing) or self._only_answers()):
            self._back = (seen.t, seen.n)

    def _only_answers(self) -> bool:
        """Whether its answers must do: no state can be read, or a line of the log was lost.

        The latter where it has sold and its last word is no state in which a terminal is down.
        """
        last = self._standing
        silent = last is None and not self.run.hears("console")
        up = last is not None and last.kind == "state" and last.get("state") not in DOWN
        return self._word.to == "ready" and (silent or (up and self._proof is not None))

    def _sale(self, seen: Observation) -> None:
        name = str(seen.get("sale"))
        if seen.kind == "sale_started":
            if self._start is not None and seen.t >= self._start.t:
                self._trying[name] = seen
        elif name in self._trying:
            approved = seen.get("outcome") == "approved"
            if approved and self._proof is None:
                self._proof = seen
                self._stand(seen)
            elif not approved:
                self._refused = seen
            del self._trying[name]

    # --- deciding -------------------------------------------------------------------------------

    def _done(self) -> float | None:
        """When all that is asked for was there, None while it is not."""
        if self._back is None:
            return None
        if self._word.proven_by is None:
            return self._back[0]
        return max(self._back[0], self._proof.t) if self._proof is not None else None

    def _check(self) -> None:
        if self._word.proven_by == "sale" and self._done() is not None:
            self._praise()  # the sale is the proof; nothing after it undoes it

    def _praise(self) -> None:
        done, start, back = self._done(), self._start, self._back
        if done is None or start is None or back is None:
            return
        took = done - start.t
        proof = " and sold" if self._proof is not None else ""
        budget = f"(budget {span(self._within)})"
        said = f"{self._word.to}{proof} {span(took)} after the clearing {budget}"
        evidence = (start.n, back[1], *([self._proof.n] if self._proof else []))
        if after(took, self._within):
            self.fail(said, evidence, took)
        else:
            self.hold(said, evidence, took)

    def deadline(self) -> float | None:
        # before ``healing`` another fault may still come, and the budget begins anew with it
        if self._start is None or self.run.healing is None or self._done() is not None:
            return None
        return self._start.t + self._within

    def at(self, t: float) -> None:
        due = self.deadline()
        if due is not None and after(t, due):
            self._expire()

    def _expire(self) -> None:
        assert self._start is not None  # noqa: S101 - a deadline has a start
        limit = f"{span(self._within)} after the clearing"
        late = self._ill(self._start)
        if late is not None:
            self.unsure(f"the world was not whole again in time: {late}", (self._start.n, late.n))
        elif self._back is None:
            self._expire_away(self._start, limit)
        elif self._begun_late():
            self.unsure(f"the first proving sale was begun at the end of {limit}", self._evidence())
        elif self._trying or self._refused is not None:
            self.fail(f"no sale was approved {limit}; {self._last_try()}", self._evidence())
        else:
            self.unsure(f"no proving sale was begun {limit}", self._evidence())

    def _expire_away(self, start: Observation, limit: str) -> None:
        """It was not seen to be back."""
        why = self._no_wonder()
        last, proof = self._standing, self._proof
        if why:
            self.unsure(why, (start.n, *([proof.n] if proof is not None else [])))
            return
        seen = last.get("state", last.kind) if last is not None else "not known"
        self.fail(
            f"not {self._word.to} {limit}; its last state is {seen}",
            (start.n, *([last.n] if last is not None else [])),
        )

    def _no_wonder(self) -> str:
        """Why it shows nothing that it was not seen to be back, or ``""``."""
        run = self.run
        reasons = (
            (run.blind is not None, BLIND),
            (not run.hears("console"), "the terminal's state is not observed on this rig"),
            (self._proof is not None and self._is_silent(), "it sold, but its console has said no"
             f" state since the clearing; {self._word.to} was not seen"),
            (self._untried() and run.waits_for_a_sale(), "it is online, and what it owes waits for"
             " its next transaction; none was begun after the clearing"),
            (self._untried() and self._speaks() and self._is_back(self._standing), "its log goes"
             f" on, {self._word.to} is its last state, and nothing was asked of it in that time"),
        )  # fmt: skip
        return next((why for true, why in reasons if true), "")

    def _ill(self, start: Observation) -> Observation | None:
        """What shows that the bench, not the terminal, kept the fault going to the end."""
        lingers = self.run.lingers
        if self._ended is not None and any(one.word == EXHAUSTED for one in self.run.faults):
            return self._ended
        spare = min(SOON, self._within / 2)
        if lingers is not None and lingers.t >= start.t + self._within - spare:
            return lingers
        return None

    def _speaks(self) -> bool:
        """Whether its log went on after the clearing: who is dead says nothing."""
        start, last = self._start, self._spoken
        return start is not None and last is not None and last.t >= start.t

    def _is_silent(self) -> bool:
        """Whether the log fell silent: a cable of ours, perhaps, and no word of the terminal's."""
        start, last = self._start, self._standing
        return start is None or last is None or last.t < start.t

    def _begun_late(self) -> bool:
        """Whether the bench left no time for a sale: its first one has only just begun."""
        tried = [seen.t for seen in self._trying.values()]
        due = self.deadline()
        late = due is not None and all(t > due - min(A_SALE, self._within / 4) for t in tried)
        return bool(tried) and self._refused is None and late

    def _untried(self) -> bool:
        """Whether no sale was made since the clearing."""
        return not (self._trying or self._refused or self._proof)

    def _last_try(self) -> str:
        if self._trying:
            name, seen = next(reversed(self._trying.items()))
            return f"{name}, begun at {span(seen.t)}, had no end yet"
        assert self._refused is not None  # noqa: S101 - it expired with a try
        seen = self._refused
        why = f" ({seen['cause']})" if seen.get("cause") else ""
        return f"{seen.get('sale')} ended {seen.get('outcome')}{why} at {span(seen.t)}"

    def _evidence(self) -> tuple[int, ...]:
        rows = [self._start, self._refused, *self._trying.values()]
        return tuple(seen.n for seen in rows if seen is not None)

    def conclude(self) -> None:
        if self._start is not None and self._done() is not None:
            self._praise()

    def waiting(self) -> str:
        if self._start is None:
            return "no fault was cleared, so there was nothing to recover from"
        if self._back is None:
            return f"the run ended before the terminal was {self._word.to} or its budget was over"
        if self._done() is None:
            return "no proving sale was approved before the run ended, and its budget was not over"
        return f"it is {self._word.to}; whether it stays so is known when the run ends"
