"""Receipts: printed once, again as a copy, and made up for when a cut kept one from coming out."""

from harness.sim.terminal.pad import Signatures
from harness.sim.terminal.printer import Printer
from harness.sim.terminal.records import Entry
from harness.sim.terminal.storage import Storage

PRINTED = "printed"  # a flash record: whose receipt came out last
OWED = "receipts"  # a flash record: whose receipts the printer could not print, oldest first


class Receipts:
    """Prints from the journal, never from anything else (invariant 13)."""

    def __init__(self, storage: Storage, printer: Printer, signatures: Signatures) -> None:
        self._storage = storage
        self._printer = printer
        self._signatures = signatures

    def print(self, entry: Entry, *, copy: bool = False) -> bool:
        """Print, and remember that it is printed, or that it is owed; whether it came out.

        A receipt that is none yet is signed first, on a terminal with a pad.
        """
        if not copy:
            self._signatures.take(entry)
        whole = self._printer.print_receipt(entry, copy=copy)
        if whole and entry == self.last():
            self._storage.remember(PRINTED, _key(entry))
        self._note(entry, owed=not whole)
        return whole

    def _note(self, entry: Entry, *, owed: bool) -> None:
        before = self._storage.recall(OWED) or []
        left = [key for key in before if key != _key(entry)] + [_key(entry)] * owed
        if left != before and not (owed and _key(entry) in before):
            self._storage.remember(OWED, left)

    def last(self) -> Entry | None:
        """The last transaction, if it has a receipt."""
        entry = self._storage.last_entry()
        return entry if entry is not None and entry.outcome == "approved" else None

    def kept(self) -> list[Entry]:
        """Of what a receipt may be owed: a batch that was closed meanwhile is kept as well."""
        return self._storage.every_entry()

    def owed(self) -> Entry | None:
        """What was approved and whose receipt never came out whole; the oldest such."""
        for key in self._storage.recall(OWED) or []:
            made = [one for one in self.kept() if _key(one) == key]
            if made and made[-1].outcome == "approved":
                return made[-1]
        entry = self.last()
        whole = entry is None or self._storage.recall(PRINTED) == _key(entry)
        return None if whole else entry


def _key(entry: Entry) -> dict[str, int]:
    return {"batch": entry.batch, "stan": entry.stan}
