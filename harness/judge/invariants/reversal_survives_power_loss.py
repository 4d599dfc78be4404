"""Invariant 5: a pending reversal outlives every restart."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from harness.judge._books import STANDING, Books
from harness.judge._doubt import CONSOLE, EVERY_LINE
from harness.judge._host_words import ALSO_DONE, REVERSAL_DONE
from harness.judge._monitor import SKEW, Monitor, span
from harness.judge._run import Run
from harness.judge.invariants._at_rest import AtRest, Breach, Finding, Held, Missing, plural
from harness.judge.invariants._in_flight import Cut, in_flight


@dataclass(frozen=True, slots=True)
class ReversalSurvivesPowerLoss:
    """What had to be reversed before a restart is reversed after it.

    A pending reversal survives power loss, restart, sign-on, day change and update; it leaves only
    by a 0410 with 00, 12 or 25 (payment invariant 5), restart or not. A sale that the journal holds
    as approved or declined had nothing pending any more.
    """

    NUMBERS: ClassVar[tuple[int, ...]] = (5, 16)
    DOES_WITHOUT: ClassVar[frozenset[str]] = EVERY_LINE - {CONSOLE}

    def watch(self, run: Run) -> Monitor:
        return AtRest("reversal_survives_power_loss", run, lambda books: check(books, run))


def check(books: Books, run: Run) -> Iterator[Finding]:
    """What the books show of it."""
    if not (run.hears("host") or run.hears("console")):
        yield Missing("neither host nor console is observed on this rig")
        return
    yield from _left_otherwise(books)
    cut = in_flight(books)
    for one in cut:
        if books.undone[one.stan] or _done(books, one):
            continue
        if books.in_journal(one.stan, *STANDING, "declined", "failed", "reversed") is not None:
            continue
        if books.no_journal() and not books.saved[one.stan]:
            yield Missing(books.no_journal())
            continue
        sent = sum(row.n > one.boot.n for row in books.reversals[one.stan])
        how = f"sent {plural(sent, 'time')} and never accepted" if sent else "never sent"
        yield Breach(
            f"the reversal of trace number {one.stan} was pending when the terminal restarted at"
            f" {span(one.boot.t)}, and was {how} afterwards",
            (one.since, one.boot, *books.reversals[one.stan]),
        )
    yield Held(f"{plural(len(cut), 'reversal')} pending at a restart, none lost")


def _left_otherwise(books: Books) -> Iterator[Finding]:
    """Called done on answers of which none says so."""
    for stan, rows in books.decided.items():
        done = next((row for row in rows if row.kind == "reversal_done"), None)
        if done is None:
            continue
        heard = [
            row for row in books.replied[stan] if row.n < done.n or row.t <= done.t + SKEW
        ]  # fmt: skip
        codes = {str(row.get("response")) for row in heard}
        if codes and not codes & (REVERSAL_DONE | ALSO_DONE):
            yield Breach(
                f"trace number {stan} was called reversed at {span(done.t)}, and the host had"
                f" answered its reversal with {', '.join(sorted(codes))}", (*heard, done),
            )  # fmt: skip


def _done(books: Books, one: Cut) -> bool:
    return any(row.kind == "reversal_done" for row in books.decided[one.stan])
