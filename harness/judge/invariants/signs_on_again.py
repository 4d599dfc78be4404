"""Invariant 15: a terminal whose keys were refused signs on before it moves money again."""

from dataclasses import dataclass
from typing import ClassVar

from harness.judge._books import MONEY, REVERSAL, mti_of, signs_on
from harness.judge._monitor import Monitor, span
from harness.judge._run import Run
from harness.judge._telling import stan_of
from harness.judge.invariants._safety import Safety
from harness.model.trace import Observation

#: "Sign on again" (Q/CUP 006.6-2015, A.2): PIN block, MAC.
RE_SIGN_ON = frozenset({"99", "A0"})


@dataclass(frozen=True, slots=True)
class SignsOnAgain:
    """After an answer of 99 or A0 comes a sign-on, and only then a sale or a reversal."""

    NUMBERS: ClassVar[tuple[int, ...]] = (15,)

    def watch(self, run: Run) -> Monitor:
        return _SignsOnAgain("signs_on_again", run)


class _SignsOnAgain(Safety):
    kinds = frozenset({"answered", "signed_on", "request_received"})

    def __init__(self, clause: str, run: Run) -> None:
        super().__init__(clause, run)
        self._refused: Observation | None = None
        self._times = 0

    def on(self, seen: Observation) -> None:
        if signs_on(seen):
            self._refused = None
        elif seen.kind == "answered":
            if str(seen.get("response")) in RE_SIGN_ON:
                self._refused, self._times = seen, self._times + 1
        elif self._refused is not None and mti_of(seen) in MONEY | {REVERSAL}:
            asked = f"{span(self._refused.t)} ({self._refused['response']})"
            self.fail(
                f"the host asked for a sign-on at {asked}, and trace number {stan_of(seen)} was"
                " sent without one", (self._refused.n, seen.n),
            )  # fmt: skip

    def held(self) -> str:
        return f"the host asked for a sign-on {self._times} times, and got it first"
