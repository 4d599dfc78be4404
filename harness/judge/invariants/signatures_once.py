"""Invariants 11 and 14: a signature reaches the host, once, and as what it is."""

from collections import defaultdict
from dataclasses import dataclass
from typing import ClassVar

from harness.judge._doubt import DISPLAY
from harness.judge._monitor import TERMINAL, Monitor, span
from harness.judge._run import Run
from harness.judge._telling import stan_of
from harness.judge.invariants._safety import Safety
from harness.model.trace import Observation


@dataclass(frozen=True, slots=True)
class SignaturesOnce:
    """What was signed is handed in with its batch, never twice, and nothing unsigned as signed.

    Seen from the host and from the terminal's log (scenario H-4; payment invariants 11, 14). After
    a start it may send again what it had no time to note. It names the batch of its sale. One
    counts as left out where a later one came and the batch was settled behind both; a sale as
    unsigned where its signature was asked for and never taken, and the log does say of others that
    it was.
    """

    NUMBERS: ClassVar[tuple[int, ...]] = (11, 14)
    DOES_WITHOUT: ClassVar[frozenset[str]] = frozenset({DISPLAY})

    def watch(self, run: Run) -> Monitor:
        return _SignaturesOnce("signatures_once", run)


class _SignaturesOnce(Safety):
    kinds = frozenset({"signature", "signature_received", "settled", "boot"})

    def __init__(self, clause: str, run: Run) -> None:
        super().__init__(clause, run)
        self._received: dict[int, Observation] = {}
        self._uploaded: dict[int, Observation] = {}  # said since the last start
        self._said: defaultdict[str, dict[int, Observation]] = defaultdict(dict)  # by state
        self._as_signed: dict[int, Observation] = {}
        self._settled: Observation | None = None

    def on(self, seen: Observation) -> None:
        stan = stan_of(seen)
        if seen.kind == "boot":
            self._uploaded.clear()
        elif seen.kind == "settled":
            self._settled = seen
        elif stan is None:
            return
        elif seen.kind == "signature_received":
            self._receive(seen, stan)
        elif seen.source == TERMINAL:
            self._note(seen, stan)

    def _note(self, seen: Observation, stan: int) -> None:
        state = str(seen.get("state"))
        if state == "asked":  # a new sale, which may have the number of an older one
            for known in (self._received, self._uploaded, self._as_signed, *self._said.values()):
                known.pop(stan, None)
        elif state == "uploaded":
            self._uploaded[stan] = seen
        self._said[state][stan] = seen

    def _receive(self, seen: Observation, stan: int) -> None:
        before, said = self._received.get(stan), self._uploaded.get(stan)
        if before is not None and said is not None and before.n < said.n:
            self.fail(
                f"the signature of trace number {stan} was called uploaded at {span(said.t)}, and"
                f" came again at {span(seen.t)}", (before.n, said.n, seen.n),
            )  # fmt: skip
        self._received[stan] = seen
        asked = (*self.run.books.requests[stan], *self.run.books.advices[stan])
        batches = {str(row["batch"]) for row in asked if row.get("batch") is not None}
        if batches and seen.get("batch") is not None and str(seen["batch"]) not in batches:
            self.fail(
                f"the signature of trace number {stan} came for batch {seen['batch']} at"
                f" {span(seen.t)}; its sale is of batch {', '.join(sorted(batches))}",
                (asked[-1].n, seen.n),
            )
        if seen.get("signed") is True and stan in self._said["asked"]:
            self._as_signed.setdefault(stan, seen)

    def last_look(self) -> None:
        taken, pending = self._said["taken"], self._said["pending"]
        for stan, seen in self._as_signed.items():
            if taken and stan in pending and stan not in taken:
                self.fail(
                    f"nobody signed for trace number {stan}, and at {span(seen.t)} the host was"
                    " told that somebody had", (pending[stan].n, seen.n),
                )  # fmt: skip
        for stan, seen in taken.items():
            came = [row for other, row in self._received.items()
                    if other in taken and taken[other].n > seen.n]  # fmt: skip
            settled = self._settled
            if stan not in self._received and came and settled and settled.n > came[0].n:
                self.fail(
                    f"the signature of trace number {stan} was taken at {span(seen.t)}, and the"
                    " host has got a later one and never this", (seen.n, came[0].n, settled.n),
                )  # fmt: skip

    def held(self) -> str:
        return f"{len(self._received)} signatures, each handed in once"
