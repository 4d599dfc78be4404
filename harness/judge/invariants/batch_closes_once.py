"""Invariant 9: a batch ends with its acknowledged settlement, and then it is read-only."""

from dataclasses import dataclass
from typing import ClassVar

from harness.judge._books import ADVICE, moves_money, mti_of
from harness.judge._monitor import TERMINAL, Monitor, span
from harness.judge._run import Run
from harness.judge._telling import stan_of
from harness.judge.invariants._safety import Safety
from harness.model.trace import Observation

SETTLEMENT = "0500"
#: Answers by which a terminal hears that its batch is closed: of the settlement, of the last item.
HEARD = frozenset({"0510", "0330"})


@dataclass(frozen=True, slots=True)
class BatchClosesOnce:
    """The batch number changes only after the settlement was acknowledged, or by a sign-on.

    And once the terminal has heard that its batch is closed nothing is sold in it and it is not
    settled again; a settlement whose answer was lost is asked for again, which the host takes once
    (payment invariant 9, cut point P10).
    """

    NUMBERS: ClassVar[tuple[int, ...]] = (9,)

    def watch(self, run: Run) -> Monitor:
        return _BatchClosesOnce("batch_closes_once", run)


class _BatchClosesOnce(Safety):
    kinds = frozenset({"request_received", "signed_on", "settled", "answer_received"})

    def __init__(self, clause: str, run: Run) -> None:
        super().__init__(clause, run)
        self._last: dict[str, Observation] = {}  # terminal -> its last request that names a batch
        self._given: dict[str, str] = {}  # terminal -> the batch that its host gave it
        self._closed: dict[tuple[str, str], Observation] = {}
        self._known: dict[tuple[str, str], Observation] = {}  # of those, what the terminal knows

    def on(self, seen: Observation) -> None:
        if seen.kind == "settled":
            self._closed[_key(seen)] = seen
        elif seen.kind == "signed_on":
            self._given[str(seen.get("tid"))] = str(seen.get("batch"))
        elif seen.kind == "answer_received":
            if seen.source == TERMINAL and mti_of(seen) in HEARD:
                self._known |= {key: row for key, row in self._closed.items() if row.n < seen.n}
        elif seen.get("batch") is not None:
            self._request(seen)

    def _request(self, seen: Observation) -> None:
        selling = moves_money(seen) or mti_of(seen) == ADVICE
        if not selling and mti_of(seen) != SETTLEMENT:
            return
        key = _key(seen)
        if key in self._known:
            what = f"trace number {stan_of(seen)} was sent" if selling else "a settlement was asked"
            self.fail(
                f"{what} at {span(seen.t)} for batch {key[1]}, which was closed and"
                " acknowledged", (self._known[key].n, seen.n),
            )  # fmt: skip
        last = self._last.get(key[0])
        if last is not None and str(last["batch"]) != key[1]:
            closed = (key[0], str(last["batch"])) in self._closed
            if not closed and self._given.get(key[0]) != key[1]:
                self.fail(
                    f"batch {key[1]} was begun at {span(seen.t)}, and the settlement of batch"
                    f" {last['batch']} was never acknowledged", (last.n, seen.n),
                )  # fmt: skip
        self._last[key[0]] = seen

    def held(self) -> str:
        return f"{len(self._closed)} batches closed, each after its acknowledgement"


def _key(seen: Observation) -> tuple[str, str]:
    return str(seen.get("tid")), str(seen.get("batch"))
