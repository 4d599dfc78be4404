"""Invariant 17, its safety half: a fault of the line or the host is never put on the issuer."""

from dataclasses import dataclass
from typing import ClassVar

from harness.judge._books import APPROVING
from harness.judge._doubt import EVERY_LINE
from harness.judge._host_words import NOT_OF_THE_ISSUER
from harness.judge._monitor import NAMING, TERMINAL, Monitor, span
from harness.judge._run import Run
from harness.judge._telling import mti_of, stan_of
from harness.judge.invariants._safety import Safety
from harness.model.trace import Observation


@dataclass(frozen=True, slots=True)
class CommFaultIsNoDecline:
    """Whatever is called declined was declined by an answer of the host.

    Covers what the terminal decides, what the register is told and the cause ``card_declined`` on
    any channel. A missing, spoiled or technical answer is no decline (payment invariant 17).
    """

    NUMBERS: ClassVar[tuple[int, ...]] = (17,)
    DOES_WITHOUT: ClassVar[frozenset[str]] = EVERY_LINE

    def watch(self, run: Run) -> Monitor:
        return _CommFaultIsNoDecline("comm_fault_is_no_decline", run)


class _CommFaultIsNoDecline(Safety):
    kinds = NAMING | {"answered", "declined", "sale_ended", "sale_started"}
    CHANNELS = ("display", "ecr", "console")

    def __init__(self, clause: str, run: Run) -> None:
        super().__init__(clause, run)
        self._declined: set[int] = set()  # trace numbers the issuer declined
        self._since_start = False  # whether it declined anything since the last sale began
        self._unproved: list[Observation] = []
        self._said = 0

    def on(self, seen: Observation) -> None:
        if seen.kind == "answered":
            self._answered(seen)
        elif seen.kind == "sale_started":
            self._since_start = False
        elif self._says_declined(seen):
            self._said += 1
            self._weigh(seen)

    def _answered(self, seen: Observation) -> None:
        code = str(seen.get("response") or "")
        if mti_of(seen) in ("0110", "0210") and code not in APPROVING | NOT_OF_THE_ISSUER | {""}:
            self._declined.add(stan_of(seen) or 0)
            self._since_start = True

    def _says_declined(self, seen: Observation) -> bool:
        if seen.kind == "sale_ended":
            return seen.get("outcome") == "declined" or bool(seen.get("cause") == "card_declined")
        if seen.source != TERMINAL:
            return False
        return seen.kind == "declined" or bool(seen.get("cause") == "card_declined")

    def _weigh(self, seen: Observation) -> None:
        stan = stan_of(seen)
        if stan in self._declined or (stan is None and self._since_start):
            return
        if not self.run.hears("host"):
            self._unproved.append(seen)
            return
        where = seen.get("on") or ("ecr" if seen.kind == "sale_ended" else "console")
        self.fail(
            f"the issuer was blamed: declined on {where} at {span(seen.t)}, but the host declined"
            " nothing", (seen.n,),
        )  # fmt: skip

    def last_look(self) -> None:
        if self._unproved:
            self.unsure(
                "something was called declined, and the host, who would know, is not observed",
                [seen.n for seen in self._unproved],
            )

    def held(self) -> str:
        return f"{self._said} times declined was said, each by the issuer's word"
