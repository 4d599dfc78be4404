"""Who says ready and nothing pending owes no reversal (invariants 5 and 14)."""

from dataclasses import dataclass
from typing import ClassVar

from harness.judge._books import APPROVING
from harness.judge._monitor import TERMINAL, Monitor, span
from harness.judge._run import Run
from harness.judge.invariants._safety import Safety
from harness.judge.recovers import ALL_WELL
from harness.model.trace import Observation


@dataclass(frozen=True, slots=True)
class ReadyOwesNothing:
    """Never ``ready`` with nothing pending while a sale that failed waits for its reversal.

    A terminal may be ready and reverse before its next sale, if it says that something is pending.
    Neither may it answer its register that all is well, where its last word is that nothing is.
    """

    NUMBERS: ClassVar[tuple[int, ...]] = (5, 14)

    def watch(self, run: Run) -> Monitor:
        return _ReadyOwesNothing("ready_owes_nothing", run)


class _ReadyOwesNothing(Safety):
    kinds = frozenset({"state", "terminal_status"})
    CHANNELS = ("console",)
    HELD = "whenever it was ready, no reversal was owed"

    def __init__(self, clause: str, run: Run) -> None:
        super().__init__(clause, run)
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

    def on(self, seen: Observation) -> None:
        said = self._called_ready(seen) if seen.source == TERMINAL else None
        if said is None:
            return
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
