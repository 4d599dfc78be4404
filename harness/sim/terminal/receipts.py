"""Receipts: printed once, again as a copy, and made up for when a cut kept one from coming out."""

from harness.sim.terminal.printer import Printer
from harness.sim.terminal.records import Entry
from harness.sim.terminal.storage import Storage

PRINTED = "printed"  # a flash record: whose receipt came out last


class Receipts:
    """Prints from the journal, never from anything else (invariant 13)."""

    def __init__(self, storage: Storage, printer: Printer) -> None:
        self._storage = storage
        self._printer = printer

    def print(self, entry: Entry, *, copy: bool = False) -> None:
        """Print, and remember that it is printed."""
        if self._printer.print_receipt(entry, copy=copy):
            self._storage.remember(PRINTED, _key(entry))

    def last(self) -> Entry | None:
        """The last transaction, if it has a receipt."""
        entry = self._storage.last_entry()
        return entry if entry is not None and entry.outcome == "approved" else None

    def owed(self) -> Entry | None:
        """What was approved and whose receipt never came out whole."""
        entry = self.last()
        whole = entry is None or self._storage.recall(PRINTED) == _key(entry)
        return None if whole else entry


def _key(entry: Entry) -> dict[str, int]:
    return {"batch": entry.batch, "stan": entry.stan}
