"""Invariant 7: what may have reached the host is known to the terminal after any power cut."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from harness.judge._books import Books
from harness.judge._doubt import CONSOLE, EVERY_LINE
from harness.judge._monitor import Monitor, span
from harness.judge._run import Run
from harness.judge.invariants._at_rest import AtRest, Breach, Finding, Held, Missing, plural
from harness.judge.invariants._in_flight import in_flight

#: What a journal calls a transaction that came to an end.
COMPLETED = ("approved", "voided", "declined", "failed", "reversed")


@dataclass(frozen=True, slots=True)
class PersistBeforeSend:
    """A request at the host before a restart has a reversal or a finished record after it.

    For any cut after the first byte of the request: after the restart either a 0400 reaches the
    host or the journal holds a completed record (payment invariant 7).
    """

    NUMBERS: ClassVar[tuple[int, ...]] = (7,)
    DOES_WITHOUT: ClassVar[frozenset[str]] = EVERY_LINE - {CONSOLE}

    def watch(self, run: Run) -> Monitor:
        return AtRest("persist_before_send", run, lambda books: check(books, run))


def check(books: Books, run: Run) -> Iterator[Finding]:
    """What the books show of it."""
    if not run.hears("host"):
        yield Missing("the host is not observed on this rig")
        return
    cut = [one for one in in_flight(books) if one.request is not None]
    for one in cut:
        if books.undone[one.stan] or any(row.n > one.boot.n for row in books.reversals[one.stan]):
            continue
        if books.no_journal():
            yield Missing(books.no_journal())
        elif books.in_journal(one.stan, *COMPLETED) is None and one.request is not None:
            yield Breach(
                f"trace number {one.stan} was at the host when the terminal restarted at"
                f" {span(one.boot.t)}; afterwards it neither reversed it nor had a record of it",
                (one.request, one.boot),
            )
    yield Held(f"{plural(len(cut), 'request')} cut by a restart, none forgotten")
