"""Transactions whose end the terminal did not know when it restarted."""

from bisect import bisect_right
from dataclasses import dataclass

from harness.judge._books import APPROVING, Books
from harness.model.trace import Observation


@dataclass(frozen=True, slots=True)
class Cut:
    """A transaction that a restart cut.

    Attributes:
        stan: Its trace number.
        since: What made it pending: its saved reversal or its request at the host.
        request: Its request at the host, None when none arrived.
        boot: The first restart after it.
    """

    stan: int
    since: Observation
    request: Observation | None
    boot: Observation


def in_flight(books: Books) -> list[Cut]:
    """Saved or sent before a restart, and not known to be over by then; in trace order."""
    starts = [boot.n for boot in books.boots]
    found: list[Cut] = []
    for stan in sorted(set(books.saved) | set(books.requests)):
        request = books.requests[stan][0] if books.requests[stan] else None
        saved = books.saved[stan][0] if books.saved[stan] else None
        since = min((row for row in (saved, request) if row is not None), key=_line, default=None)
        if since is None:
            continue
        next_boot = bisect_right(starts, since.n)
        if next_boot < len(starts):
            boot = books.boots[next_boot]
            if not _over(books, stan, boot.n):
                found.append(Cut(stan, since, request, boot))
    return found


def _over(books: Books, stan: int, before: int) -> bool:
    """Whether the terminal knew an end of it before line ``before``."""
    if books.told_end(stan, before):
        return True
    for row in books.decided[stan]:
        if row.n >= before:
            break
        if row.kind != "not_done":
            return True
        # not done, and nothing reached the host: whether it is owed a reversal, only it can say
        if not row.get("owed") and not books.requests[stan]:
            return True
    refused = any(
        row.n < before and str(row.get("response") or "00") not in APPROVING
        for row in books.heard[stan]
    )
    return refused or any(row.n < before for row in books.undone[stan])


def _line(seen: Observation) -> int:
    return seen.n
