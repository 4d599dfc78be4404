"""The register is told once that a sale is approved: who books each result books it twice (1)."""

from dataclasses import dataclass
from typing import ClassVar

from harness.judge._doubt import EVERY_LINE, REGISTER
from harness.judge._monitor import TERMINAL, Monitor, span
from harness.judge._run import Run
from harness.judge._telling import stan_of
from harness.judge.invariants._safety import Safety
from harness.judge.recovers import ALL_WELL
from harness.model.trace import Observation


@dataclass(frozen=True, slots=True)
class ToldOnce:
    """Between a sale's start and its end at most one result says that it is approved.

    A repetition because the register withheld its acknowledgement counts as one, and so does what
    a register asks for afterwards (ZVT PA00P015, 2.2.9: 06 20).
    """

    NUMBERS: ClassVar[tuple[int, ...]] = (1,)
    DOES_WITHOUT: ClassVar[frozenset[str]] = EVERY_LINE - {REGISTER}

    def watch(self, run: Run) -> Monitor:
        return _ToldOnce("told_once", run)


class _ToldOnce(Safety):
    kinds = frozenset({"ecr_result", "sale_started", "sale_ended", "acknowledgement_withheld"})
    CHANNELS = ("ecr",)
    HELD = "no sale was approved twice to the register"

    def __init__(self, clause: str, run: Run) -> None:
        super().__init__(clause, run)
        self._selling = False
        self._approved: Observation | None = None

    def on(self, seen: Observation) -> None:
        if seen.kind != "ecr_result":
            self._selling = seen.kind == "sale_started" or (
                self._selling and seen.kind == "acknowledgement_withheld"
            )
            self._approved = None
        elif seen.source == TERMINAL and self._selling and seen.get("code") == ALL_WELL:
            if self._approved is not None:
                self.fail(
                    f"the register was told again at {span(seen.t)} that trace number"
                    f" {stan_of(seen)} is approved", (self._approved.n, seen.n),
                )  # fmt: skip
            self._approved = seen
