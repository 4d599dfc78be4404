"""Who says ready and nothing pending owes no reversal (invariants 5 and 14)."""

from dataclasses import dataclass
from typing import ClassVar

from harness.judge._books import APPROVING
from harness.judge._doubt import CONSOLE, EVERY_LINE
from harness.judge._monitor import TERMINAL, Monitor, span
from harness.judge._run import Run
from harness.judge._telling import mti_of, stan_of
from harness.judge.invariants._safety import Safety
from harness.judge.recovers import ALL_WELL
from harness.model.trace import Observation


@dataclass(frozen=True, slots=True)
class ReadyOwesNothing:
    """Never ``ready`` with nothing pending while a sale that failed waits for its reversal.

    A terminal may be ready and reverse before its next sale, if it says that something is pending.
    What it reverses after a start was owed when that start was over, whatever it said then.
    Neither may it answer its register that all is well, where its last word is that nothing is.
    """

    NUMBERS: ClassVar[tuple[int, ...]] = (5, 14)
    DOES_WITHOUT: ClassVar[frozenset[str]] = EVERY_LINE - {CONSOLE}

    def watch(self, run: Run) -> Monitor:
        return _ReadyOwesNothing("ready_owes_nothing", run)


class _ReadyOwesNothing(Safety):
    kinds = frozenset({"state", "terminal_status", "boot", "request_received"})
    CHANNELS = ("console",)
    HELD = "whenever it was ready, no reversal was owed"

    def __init__(self, clause: str, run: Run) -> None:
        super().__init__(clause, run)
        self._quiet: Observation | None = None  # since its last start: ready, and nothing pending
        self._known: set[int] = set()  # trace numbers that are over: looked at once, not each time

    def _over(self, stan: int) -> bool:
        """Known to be reversed or refused: by the terminal, or by the host, whom it has heard."""
        books = self.run.books
        codes = [str(row.get("response")) for row in books.answers[stan]]
        return books.concluded(stan) or bool(codes and not APPROVING.intersection(codes))

    def _called_ready(self, seen: Observation) -> Observation | None:
        """The state by which it is ready and nothing pends, or None.

        A register's protocol has no word for what is pending: the log's last state has.
        """
        state = seen if seen.kind == "state" else self.run.state
        ready = seen.get("state") == "ready" or str(seen.get("code")) == ALL_WELL
        return state if ready and state is not None and state.get("pending") == 0 else None

    def _reversed_late(self, seen: Observation) -> None:
        """A 0400 for a request of before the last start, of which its first ready said nothing."""
        books, stan, quiet = self.run.books, stan_of(seen) or 0, self._quiet
        asked = books.requests[stan]
        if quiet is None or not books.boots or not asked or asked[-1].n > books.boots[-1].n:
            return
        if not self._over(stan):
            self.fail(
                f"ready with nothing pending at {span(quiet.t)}, and trace number {stan}, from"
                f" before its start, was reversed only at {span(seen.t)}",
                (asked[-1].n, quiet.n, seen.n),
            )

    def on(self, seen: Observation) -> None:
        if seen.kind == "boot":
            self._quiet = None
        elif seen.kind == "request_received":
            if mti_of(seen) == "0400":
                self._reversed_late(seen)
        elif seen.source == TERMINAL and (said := self._called_ready(seen)) is not None:
            if seen.kind == "state":
                self._quiet = self._quiet or seen
            self._owed(seen, said)

    def _owed(self, seen: Observation, said: Observation) -> None:
        """What was said to have failed, and is not reversed where it calls itself ready."""
        books = self.run.books
        for stan in sorted(books.requests.keys() - self._known):
            decided = books.decided[stan]
            failed = decided[-1] if decided and decided[-1].kind == "not_done" else None
            if self._over(stan):
                self._known.add(stan)
            elif failed is not None and failed.n < said.n:
                self.fail(
                    f"ready with nothing pending at {span(seen.t)}, and trace number {stan}, which"
                    " was not done, is not reversed",
                    (books.requests[stan][0].n, failed.n, seen.n),
                )
                return
