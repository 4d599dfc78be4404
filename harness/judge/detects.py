"""``detects``: the terminal notices the fault and names its true cause, on whatever channel."""

from dataclasses import dataclass
from typing import ClassVar

from harness.judge._monitor import (
    NAMING,
    TERMINAL,
    Monitor,
    after,
    either,
    known_causes,
    span,
)
from harness.judge._register_line import STOPPING
from harness.judge._run import ASKED, Run
from harness.judge._since import Since, reference
from harness.model.trace import Observation
from harness.model.units import Seconds

#: s of calm after which at the latest a terminal says that it is over.
CALM = 10.0


@dataclass(frozen=True, slots=True)
class Detects:
    """The terminal names the cause within its budget.

    What it has said of a fault just before, and not taken back yet, stands: whoever reads it is
    told. It must outlast the fault then.

    Attributes:
        cause: The true cause, or several of which one will do.
        within: The budget; what is said exactly at its end still counts.
        since: What the budget runs from.
        fault: Label or word of the fault meant; the first one when left out.
    """

    NUMBERS: ClassVar[tuple[int, ...]] = (17,)

    cause: str | list[str]
    within: Seconds
    since: Since = "injected"
    fault: str | None = None

    def __post_init__(self) -> None:
        known_causes(self.causes)
        if self.since == "detected":
            raise ValueError("since: detected seen; wanted injected, took_effect or cleared")

    @property
    def causes(self) -> tuple[str, ...]:
        return (self.cause,) if isinstance(self.cause, str) else tuple(self.cause)

    def watch(self, run: Run) -> Monitor:
        return _Detects(self, run)


class _Detects(Monitor):
    kinds = (
        NAMING | ASKED | {"fault_injected", "fault_took_effect", "fault_cleared", "cleared", "boot"}
    )

    def __init__(self, word: Detects, run: Run) -> None:
        super().__init__(f"detects {either(word.causes)}", run, float(word.within))
        self._word = word
        self._start: Observation | None = None
        self._within = float(word.within)
        self._wrong: list[Observation] = []
        self._asked = 0.0  # when the register last had an answer, or none
        self._standing: dict[str, Observation] = {}  # true cause -> said before, not taken back
        self._outlasts = False  # whether it stood all through the budget
        self._calm: Observation | None = None  # the last clearing before the fault

    def on(self, seen: Observation) -> None:
        if seen.kind in ASKED:
            self._asked = seen.t if self._is_occasion(seen) else self._asked
        elif seen.kind == "cleared":
            self._take_back(str(seen.get("cause")), seen)
        elif seen.kind == "boot":
            self._standing.clear()
        elif seen.kind not in NAMING:
            self._calm = seen if seen.kind == "fault_cleared" and not self._start else self._calm
            fault = self.run.fault(self._word.fault)
            self._start = self._start or reference(fault, self._word.since)
        elif self._start is not None and seen.source == TERMINAL and seen.t >= self._start.t:
            self._named(self._start, seen)
        elif seen.kind == "detected" and seen.get("cause") in self._word.causes:
            self._standing[str(seen["cause"])] = seen

    def _take_back(self, cause: str, seen: Observation) -> None:
        """It is over, as the terminal says: it has noticed only what was over before that."""
        stood = self._standing.pop(cause, None)
        if stood is None or not self._outlasts:
            return
        fault = self.run.fault(self._word.fault)
        if fault is not None and fault.cleared is not None:
            self.hold(
                f"{cause} was named at {span(stood.t)} already and stood until {span(seen.t)}",
                (stood.n, seen.n),
            )
        elif not self._standing:
            self.fail(f"{cause} was taken back at {span(seen.t)}, and it was so", (seen.n,))

    def _is_occasion(self, seen: Observation) -> bool:
        """No success is, nor what is asked when all is over; but a start tells of what was."""
        fault = self.run.fault(self._word.fault)
        stands = fault is None or fault.cleared is None or fault.word.startswith(STOPPING)
        return seen.get("outcome") != "approved" and stands

    def _named(self, start: Observation, seen: Observation) -> None:
        cause = seen.get("cause")
        if self._outlasts:
            return
        if cause not in self._word.causes:
            self._wrong += [seen] if cause else []
            return
        took = seen.t - start.t
        where = f" on {seen['on']}" if seen.kind == "report" and seen.get("on") else ""
        said = f"{cause} was named{where} after {span(took)} (budget {span(self._within)})"
        if after(took, self._within):  # fed late, before anybody told the time
            self.fail(said, (start.n, seen.n), took)
        else:
            self.hold(said, (start.n, seen.n), took)

    def deadline(self) -> float | None:
        waits = self._start is not None and not self._outlasts
        return self._start.t + self._within if self._start is not None and waits else None

    def at(self, t: float) -> None:
        due = self.deadline()
        if due is not None and after(t, due):
            self._expire(self._start)

    def _expire(self, start: Observation | None) -> None:
        assert start is not None  # noqa: S101 - a deadline has a start
        fault = self.run.fault(self._word.fault)
        effect = fault.effect if fault is not None else None
        if not self.run.hears_terminal():
            self.unsure("no channel of the terminal is observed on this rig", (start.n,))
        elif effect is None or after(effect.t, start.t + self._within):
            self.unsure("the fault took no effect in time: there was nothing to notice", (start.n,))
        elif self._asked < effect.t and not self.run.hears_unasked():
            self.unsure("its register alone is heard, and asked nothing in that time", (start.n,))
        elif self._standing and self._calm is not None and not after(start.t, self._calm.t + CALM):
            self._outlasts = True
        else:
            wanted = either(self._word.causes)
            blamed = f"; {_blamed(self._wrong)} instead" if self._wrong else ""
            self.fail(
                f"{wanted} was never named within {span(self._within)}{blamed}",
                (start.n, effect.n, *(seen.n for seen in self._wrong[:3])),
            )

    def conclude(self) -> None:
        if self._start is not None and not self.run.hears_terminal():
            self.unsure("no channel of the terminal is observed on this rig", (self._start.n,))

    def waiting(self) -> str:
        if self._start is None:
            fault = self._word.fault or "fault"
            return f"the {fault} was never {self._word.since.replace('_', ' ')}"
        if self._outlasts:
            return (
                f"{either(list(self._standing))} was named before the fault, and not taken back yet"
            )
        return (
            f"the run ended {span(self.run.now - self._start.t)} after the fault was"
            f" {self._word.since.replace('_', ' ')}, within the budget of {span(self._within)},"
            f" and {either(self._word.causes)} had not been named"
        )


def _blamed(wrong: list[Observation]) -> str:
    """``card_declined on ecr at 63.2 s``, the first few."""
    rows = [
        f"{seen['cause']}{' on ' + str(seen['on']) if seen.get('on') else ''} at {span(seen.t)}"
        for seen in {seen["cause"]: seen for seen in reversed(wrong)}.values()
    ]
    return f"it said {', '.join(reversed(rows[-3:]))}"
