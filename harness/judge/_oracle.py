"""The three who know about money: the host's ledger, the terminal's own records, the register.

The ledger is the truth; what the terminal kept and printed and what the register was told are
claims about it. A FAIL needs two of them that contradict, or one that contradicts itself; a PASS
needs the ledger and one of the others; anything less is INCONCLUSIVE and says who is missing.
"""

from dataclasses import dataclass

from harness.judge._run import Run
from harness.judge._sold import UNKNOWN

LEDGER, RECORDS, REGISTER = "host ledger", "terminal's records", "register's view"


@dataclass(frozen=True, slots=True)
class Oracle:
    """Who of the three was there.

    Attributes:
        there: Name -> what it told, for those that are there.
        missing: Name -> why it is not.
    """

    there: dict[str, str]
    missing: dict[str, str]

    @property
    def compares(self) -> bool:
        """Whether there is anybody to compare the ledger with."""
        return RECORDS in self.there or REGISTER in self.there

    def absent(self, *names: str) -> str:
        """``; without the register's view: nothing was told it``, or ``""``."""
        wanted = names or tuple(self.missing)
        gone = [f"{name}: {why}" for name, why in self.missing.items() if name in wanted]
        return f"; without the {' and the '.join(gone)}" if gone else ""

    def __str__(self) -> str:
        rows = [f"{name}: {told}" for name, told in self.there.items()]
        rows += [f"{name}: missing ({why})" for name, why in self.missing.items()]
        return "; ".join(rows)


def oracle_of(run: Run) -> Oracle:
    """Who was there, by what the trace holds."""
    there: dict[str, str] = {}
    missing: dict[str, str] = {}
    for name, (told, why) in {
        LEDGER: _ledger(run), RECORDS: _records(run), REGISTER: _register(run)
    }.items():  # fmt: skip
        if why:
            missing[name] = why
        else:
            there[name] = told
    return Oracle(there, missing)


def _ledger(run: Run) -> tuple[str, str]:
    return f"{len(run.books.ledger.rows or ())} entries", run.books.no_ledger()


def _records(run: Run) -> tuple[str, str]:
    books = run.books
    receipts = sum(map(len, books.receipts.values()))
    printed = f"{receipts} receipts" if receipts else ""
    if not books.no_journal():
        kept = f"journal of {len(books.journal.rows or ())}"
        return ", ".join(filter(None, (kept, printed))), ""
    log = "log" if books.decided else ""
    told = ", ".join(filter(None, (printed, log)))
    return (f"{told}; no journal ({books.no_journal()})", "") if told else ("", books.no_journal())


def _register(run: Run) -> tuple[str, str]:
    ended = [sale for sale in run.books.sales.values() if sale.last is not None]
    known = sum(sale.outcome != UNKNOWN for sale in ended)
    if ended:
        unknown = f", {len(ended) - known} unknown" if len(ended) > known else ""
        return f"{known} results{unknown}", ""
    if run.hears("ecr"):
        return "no sale", ""
    return "", "nobody listened to the register"
