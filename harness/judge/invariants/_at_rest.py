"""Invariants over money and records: judged when the terminal has come to rest, from the books.

A check is a plain generator over the books: it yields every ``Breach`` it finds, every oracle that
is ``Missing``, and what ``Held``. One breach fails the invariant whatever else is missing.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from harness.judge._books import Books
from harness.judge._monitor import Monitor
from harness.judge._oracle import LEDGER, RECORDS, REGISTER, oracle_of
from harness.judge._run import Run
from harness.model.trace import Observation


@dataclass(frozen=True, slots=True)
class Breach:
    """The terminal broke it: one sentence and the lines it rests on."""

    said: str
    lines: tuple[Observation, ...] = ()


@dataclass(frozen=True, slots=True)
class Missing:
    """What would have to be known, and is not."""

    said: str


@dataclass(frozen=True, slots=True)
class Held:
    """What was found instead of a breach."""

    said: str


Finding = Breach | Missing | Held
Check = Callable[[Books], Iterable[Finding]]


class AtRest(Monitor):
    """Runs a check once, at the end of a run that came to rest.

    Args:
        check: What the books show of it.
        oracle: ``LEDGER`` where the host's ledger is compared with what terminal and register say:
            then a PASS says which of the three was missing, and needs one beside the ledger.
    """

    needs_rest = True

    def __init__(self, clause: str, run: Run, check: Check, *, oracle: str = "") -> None:
        super().__init__(clause, run)
        self._check = check
        self._oracle = oracle

    def on(self, seen: Observation) -> None:
        """Nothing: the books take everything in."""

    def conclude(self) -> None:
        if self.run.rest is None:
            return
        found = list(self._check(self.run.books))
        breaches = [one for one in found if isinstance(one, Breach)]
        missing = dict.fromkeys(one.said for one in found if isinstance(one, Missing))
        if breaches:
            more = f" (and {len(breaches) - 1} more)" if len(breaches) > 1 else ""
            lines = sorted({seen.n for one in breaches for seen in one.lines})
            self.fail(breaches[0].said + more, lines)
        elif missing:
            self.unsure("; ".join(missing))
        else:
            held = [one.said for one in found if isinstance(one, Held)]
            self._praise("; ".join(held) or "nothing spoke against it")

    def _praise(self, said: str) -> None:
        oracle = oracle_of(self.run)
        if self._oracle != LEDGER:
            self.hold(said)
        elif not oracle.compares:
            self.unsure(f"only the ledger is there{oracle.absent()}")
        else:
            self.hold(said + oracle.absent(RECORDS, REGISTER))

    def waiting(self) -> str:
        why = f": {self.run.unrest}" if self.run.unrest else ""
        return f"the terminal never came to rest{why}"


__all__ = ["LEDGER", "AtRest", "Breach", "Check", "Finding", "Held", "Missing", "plural"]


def plural(count: int, word: str) -> str:
    """``1 sale``, ``2 sales``."""
    return f"{count} {word}{'' if count == 1 else 's'}"
