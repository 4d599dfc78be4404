"""Invariant 19: what is made to be said over TLS is never said without it."""

from dataclasses import dataclass
from typing import ClassVar

from harness.judge._doubt import EVERY_LINE
from harness.judge._monitor import Monitor, span
from harness.judge._run import Run
from harness.judge._telling import mti_of
from harness.judge.invariants._safety import Safety
from harness.model.trace import Observation


@dataclass(frozen=True, slots=True)
class NothingInClear:
    """Every connection to the host is a TLS connection, also when TLS has just failed.

    A host that shows a bad certificate tempts a terminal to try without (PCI PTS POI, open
    protocols), and what is sent to whoever shows one is as good as in clear. Who completes the
    handshake and then leaves has sent nothing. Nothing is shown where the host does not say how it
    was connected to.
    """

    NUMBERS: ClassVar[tuple[int, ...]] = (19,)
    DOES_WITHOUT: ClassVar[frozenset[str]] = EVERY_LINE

    def watch(self, run: Run) -> Monitor:
        return _NothingInClear("nothing_in_clear", run)


class _NothingInClear(Safety):
    kinds = frozenset({"connected", "handshake", "disconnected", "request_received"})

    def __init__(self, clause: str, run: Run) -> None:
        super().__init__(clause, run)
        self._secured = 0
        self._untold = 0
        self._good = 0  # connections that stand, by a good certificate
        self._bad: Observation | None = None  # the one that stands, by a bad one

    def on(self, seen: Observation) -> None:
        if seen.kind == "disconnected":
            self._good, self._bad = max(0, self._good - 1), None
        elif seen.kind == "request_received":
            self._look_whom(seen)
        else:
            self._look_how(seen)

    def _look_whom(self, seen: Observation) -> None:
        if self._bad is not None and not self._good:
            self.fail(
                f"a {mti_of(seen)} was sent at {span(seen.t)} to a host whose certificate was"
                f" {self._bad['shown']}", (self._bad.n, seen.n),
            )  # fmt: skip

    def _look_how(self, seen: Observation) -> None:
        if seen.get("shown") is not None and not seen.get("why"):
            good = seen["shown"] == "good"
            self._good, self._bad = self._good + good, None if good else seen
        if seen.kind == "handshake" or seen.get("secured") is True:
            self._secured += 1
        elif seen.get("secured") is False:
            self.fail(f"a connection without TLS at {span(seen.t)}", (seen.n,))
        else:
            self._untold += 1

    def last_look(self) -> None:
        if self.settled is None and (self._untold or not self._secured):
            self.unsure("the host does not say whether its connections were secured")

    def held(self) -> str:
        return f"{self._secured} connections, all by TLS"
