"""Invariant 15: a terminal whose keys were refused signs on before it moves money again."""

from dataclasses import dataclass
from typing import ClassVar

from harness.judge._books import ADVICE, MONEY, REVERSAL, signs_on
from harness.judge._doubt import EVERY_LINE
from harness.judge._host_words import SPOILING
from harness.judge._monitor import TERMINAL, Monitor, span
from harness.judge._run import Run
from harness.judge._telling import mti_of, stan_of
from harness.judge.invariants._safety import Safety
from harness.model.trace import Observation

#: "Sign on again" (Q/CUP 006.6-2015, A.2): PIN block, MAC.
RE_SIGN_ON = frozenset({"99", "A0"})
#: What the host may do to the answer of a sign-on after which nobody has new keys.
KEYS_LOST = SPOILING | {"drop"}
SIGN_ON = "0800"


@dataclass(frozen=True, slots=True)
class SignsOnAgain:
    """After an answer of 99 or A0 comes a sign-on, and only then a sale or a reversal.

    And where a sign-on's answer was spoilt the keys of before are not used on (payment invariant
    15): known by a MAC that does not fit, with no other sign-on between, nor a start (P13).
    """

    NUMBERS: ClassVar[tuple[int, ...]] = (15,)
    DOES_WITHOUT: ClassVar[frozenset[str]] = EVERY_LINE

    def watch(self, run: Run) -> Monitor:
        return _SignsOnAgain("signs_on_again", run)


class _SignsOnAgain(Safety):
    kinds = frozenset({"answered", "signed_on", "request_received", "misbehaved", "boot"})

    def __init__(self, clause: str, run: Run) -> None:
        super().__init__(clause, run)
        self._refused: Observation | None = None
        self._times = 0
        self._lost: Observation | None = None  # the last sign-on, where its answer was spoilt

    def on(self, seen: Observation) -> None:
        if seen.kind == "misbehaved":
            if mti_of(seen) == SIGN_ON and seen.get("act") in KEYS_LOST:
                self._lost = seen
        elif seen.kind == "boot":
            self._lost = None if seen.source == TERMINAL else self._lost
        else:
            self._look_at_keys(seen)
            self._look_for_sign_on(seen)

    def _look_at_keys(self, seen: Observation) -> None:
        lost = self._lost
        if lost is None or seen.kind != "request_received" or not self.run.hears("console"):
            return  # whether it started meanwhile only its log tells
        if mti_of(seen) == SIGN_ON and stan_of(seen) != stan_of(lost):
            self._lost = None
        elif mti_of(seen) in MONEY | {REVERSAL, ADVICE} and seen.get("mac_ok") is False:
            self.fail(
                f"a sign-on at {span(lost.t)} brought no keys ({lost['act']}), and trace number"
                f" {stan_of(seen)} was sent with those of before", (lost.n, seen.n),
            )  # fmt: skip

    def _look_for_sign_on(self, seen: Observation) -> None:
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
