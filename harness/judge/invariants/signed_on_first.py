"""Invariant 15: no money moves before a sign-on, nor after a sign-off."""

from dataclasses import dataclass
from typing import ClassVar

from harness.judge._books import ADVICE, moves_money, signs_on
from harness.judge._doubt import EVERY_LINE
from harness.judge._monitor import TERMINAL, Monitor, span
from harness.judge._run import Run
from harness.judge._telling import mti_of, stan_of
from harness.judge.invariants._safety import Safety
from harness.model.trace import Observation


@dataclass(frozen=True, slots=True)
class SignedOnFirst:
    """A terminal that was started in this run signs on before it sells, and after each sign-off.

    ``signs_on_again`` has the rest: after an answer of 99 or A0 comes a sign-on (payment invariant
    15). A host that forgot a sign-on asks for a new one, which is not held against the terminal.
    A MAC that fits was made with keys of a sign-on: of one before the first start seen here.
    """

    NUMBERS: ClassVar[tuple[int, ...]] = (15,)
    DOES_WITHOUT: ClassVar[frozenset[str]] = EVERY_LINE

    def watch(self, run: Run) -> Monitor:
        return _SignedOnFirst("signed_on_first", run)


class _SignedOnFirst(Safety):
    kinds = frozenset({"request_received", "signed_on", "signed_off", "answered"})

    def __init__(self, clause: str, run: Run) -> None:
        super().__init__(clause, run)
        self._off: Observation | None = None
        self._count = 0

    def on(self, seen: Observation) -> None:
        if signs_on(seen):
            self._off = None
        elif seen.kind == "signed_off":
            self._off = seen
        elif seen.kind == "request_received" and (moves_money(seen) or mti_of(seen) == ADVICE):
            self._count += 1
            if self._off is not None:
                self.fail(
                    f"trace number {stan_of(seen)} was sent at {span(seen.t)}, and the terminal"
                    f" had signed off at {span(self._off.t)}", (self._off.n, seen.n),
                )  # fmt: skip
            elif not self.run.signed_on and self._started() and seen.get("mac_ok") is not True:
                self.fail(
                    f"trace number {stan_of(seen)} was sent at {span(seen.t)}, and the terminal"
                    " never signed on", (self.run.books.boots[0].n, seen.n),
                )  # fmt: skip

    def _started(self) -> bool:
        """Whether its first start is in the trace: then its sign-on would be, too."""
        boots = self.run.books.boots
        return bool(boots) and boots[0].source == TERMINAL

    def held(self) -> str:
        return f"{self._count} requests, each signed on"
