"""``survives``: a named sale ends as it may end, whatever was done to it."""

from dataclasses import dataclass
from typing import Literal

from harness.judge._books import APPROVED
from harness.judge._monitor import Monitor, either, span
from harness.judge._run import BLIND, Run
from harness.judge._sold import UNKNOWN
from harness.judge._staged import wanted_faults
from harness.judge._telling import stan_of
from harness.model.trace import Observation

End = Literal["approved", "declined", "failed", "unknown"]

#: What a resync calls a sale that never happened.
FAILED = {"not_done": "failed", "reversed": "failed"}
REFUND = "refund"  # the deal that is an advice


@dataclass(frozen=True, slots=True)
class Survives:
    """A sale's outcome as the register was told it, or learned it afterwards.

    Attributes:
        sale: The sale's name in the scenario.
        outcome: How it must end, or several ways of which one will do.
    """

    sale: str
    outcome: End | list[End]

    @property
    def outcomes(self) -> tuple[str, ...]:
        return (self.outcome,) if isinstance(self.outcome, str) else tuple(self.outcome)

    def watch(self, run: Run) -> Monitor:
        return _Survives(self, run)


class _Survives(Monitor):
    kinds = frozenset({"sale_ended", "sale_resolved"})

    def __init__(self, word: Survives, run: Run) -> None:
        super().__init__(f"survives {word.sale}", run)
        self._word = word
        self._ended: Observation | None = None
        self._wrong = ""  # how it ended before its fault was there: may be nobody's fault

    def on(self, seen: Observation) -> None:
        if seen.get("sale") != self._word.sale:
            return
        self._ended = seen
        if seen.get("outcome") != UNKNOWN:
            self._judge(seen)

    def _judge(self, seen: Observation) -> None:
        told = str(seen.get("outcome"))
        outcome = FAILED.get(told, told)
        why = f" ({seen['cause']})" if seen.get("cause") else ""
        by = ", as the terminal said afterwards" if seen.kind == "sale_resolved" else ""
        said = f"{self._word.sale} ended {outcome}{why} at {span(seen.t)}{by}"
        if self._fits(outcome):
            self.hold(said, (seen.n,))
        elif self.run.blind is not None:
            self.unsure(f"{said}; {BLIND}", (seen.n, self.run.blind.n))
        elif self._unstaged():
            self._wrong = f"{said}; it had to end {either(self._word.outcomes)}"
        elif outcome == APPROVED and self._goes_out_afterwards(seen):
            self.unsure(f"{said}, before the host was asked: an advice may go out later", (seen.n,))
        else:
            self.fail(f"{said}; it had to end {either(self._word.outcomes)}", (seen.n,))

    def _fits(self, outcome: str) -> bool:
        """A register that is told results and no reasons takes the issuer's no for a failure."""
        wanted = self._word.outcomes
        blind = self.run.hears("ecr") and not self.run.hears_causes("ecr")
        return outcome in wanted or (blind and outcome == "failed" and "declined" in wanted)

    def _goes_out_afterwards(self, seen: Observation) -> bool:
        """An advice is repeated until its answer (payment rules 4.4): from its end on, too."""
        refund = self.run.books.sales.get(self._word.sale)
        if refund is None or refund.deal != REFUND:
            return False
        own, advices = stan_of(seen), self.run.books.advices
        sent = advices[own] if own else [row for rows in advices.values() for row in rows]
        return all(row.t < refund.started.t for row in sent)

    def _unstaged(self) -> list[str]:
        """Faults of the story that have not been injected yet."""
        there = [one.label for one in self.run.faults]
        return [label for label in wanted_faults(self.run.spec) if label not in there]

    def conclude(self) -> None:
        if self._ended is None:
            return
        missing = self._unstaged()
        if self._wrong and missing:
            said = f"{self._word.sale} ended otherwise, but {either(missing)} was never injected"
            self.unsure(said, (self._ended.n,))
        elif self._wrong:
            self.fail(self._wrong, (self._ended.n,))
        elif UNKNOWN in self._word.outcomes:
            self._judge(self._ended)
        else:
            self.unsure(
                f"the register was never told what became of {self._word.sale}", (self._ended.n,)
            )

    def waiting(self) -> str:
        if self._ended is not None:
            return f"nobody knows yet what became of {self._word.sale}"
        begun = self._word.sale in self.run.books.sales
        return f"{self._word.sale} {'had no end' if begun else 'was never begun'}"
