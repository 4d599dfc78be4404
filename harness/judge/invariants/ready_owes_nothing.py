"""Who says ready and nothing pending owes no reversal (invariants 5 and 14)."""

from dataclasses import dataclass
from typing import ClassVar

from harness.judge._books import APPROVING
from harness.judge._monitor import TERMINAL, Monitor, span
from harness.judge._run import Run
from harness.judge.invariants._safety import Safety
from harness.model.trace import Observation


@dataclass(frozen=True, slots=True)
class ReadyOwesNothing:
    """Never ``ready`` with nothing pending while a sale that failed waits for its reversal.

    A terminal may be ready and reverse before its next sale, if it says that something is pending.
    """

    NUMBERS: ClassVar[tuple[int, ...]] = (5, 14)

    def watch(self, run: Run) -> Monitor:
        return _ReadyOwesNothing("ready_owes_nothing", run)


class _ReadyOwesNothing(Safety):
    kinds = frozenset({"state"})
    CHANNELS = ("console",)
    HELD = "whenever it was ready, no reversal was owed"

    def _over(self, stan: int) -> bool:
        """Known to be reversed or refused: by the terminal, or by the host, whom it has heard."""
        books = self.run.books
        codes = [str(row.get("response")) for row in books.answers[stan]]
        return books.concluded(stan) or bool(codes and not APPROVING.intersection(codes))

    def on(self, seen: Observation) -> None:
        if seen.source != TERMINAL or seen.get("state") != "ready" or seen.get("pending") != 0:
            return
        for stan, rows in self.run.books.requests.items():
            decided = self.run.books.decided[stan]
            failed = decided[-1] if decided and decided[-1].kind == "not_done" else None
            if failed is not None and not self._over(stan):
                self.fail(
                    f"ready with nothing pending at {span(seen.t)}, and trace number {stan}, which"
                    " was not done, is not reversed", (rows[0].n, failed.n, seen.n),
                )  # fmt: skip
                return
