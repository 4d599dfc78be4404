"""What must survive the supply: counters, keys, the sale under way, and the journal.

Two ways to write, each power-safe by construction:

* a small file is *replaced*: new copy, sync, rename, sync. A cut leaves the old or the new one;
* the journal is *appended to*: one sealed line, sync. A cut leaves a torn tail, dropped at boot.

A request goes out only after its ``Pending`` is durable, and a ``Pending`` goes only after what it
came to is durable in the journal, so every cut leaves at least one of the two.
"""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from harness.sim.terminal import books
from harness.sim.terminal.deals import TERMS
from harness.sim.terminal.flash import Flash
from harness.sim.terminal.journal import Journal
from harness.sim.terminal.log import Log
from harness.sim.terminal.records import (
    Closing,
    Entry,
    Pending,
    seal,
    seal_record,
    unseal,
    unseal_record,
)
from harness.wire.subfields import Totals

STAN_END = 1_000_000  # field 11 has six digits, and 0 is none
SKIPPED = 1000  # trace numbers left out where somebody else has used some
CLOSING, PARAMETERS = "closing", "parameters"  # flash records


class Storage:
    """The terminal's memory, over its flash.

    Attributes:
        stan: Last trace number used.
        batch: The open batch.
        receipt: Last receipt number used.
        met: Whether a host has ever told it a batch; a spare's memory is empty.
        signed_off: Whether its operator has signed it off.
        parameters: What a technician has set otherwise than the model has it.
        pending: Transactions without an end, by trace number.
        closing: The open batch's settlement, while it is under way.
        journal: Entries of the open batch.
        files: Where the journal is, and in which format.
        damaged: Journal lines that were lost.
        faults: What was found wrong at boot.
    """

    Journal: type[Journal] = Journal

    def __init__(self, flash: Flash, log: Log) -> None:
        self._flash = flash
        self._log = log
        self.stan = 0
        self.batch = 1
        self.receipt = 0
        self.met = self.signed_off = False
        self.parameters: dict[str, int] = {}
        self.pending: dict[int, Pending] = {}
        self.closing: Closing | None = None
        self.journal: list[Entry] = []
        self.files = self.Journal(flash, self._replace)
        self.damaged = 0
        self.faults: list[str] = []
        self._writer_gone = flash.clock.signal("the terminal's storage")
        self._writing = False

    # --- at boot ----------------------------------------------------------------------------

    def load(self) -> None:
        """Read everything back and mend what a cut has torn."""
        self._drop_unfinished_copies()
        self.files.open()
        self._load_counters()
        self._load_journal()
        self._load_pending()
        self._load_closing()
        self.parameters = self._recall(PARAMETERS) or {}
        self._log.say(
            "store",
            f"journal batch={self.batch:06d} entries={len(self.journal)} damaged={self.damaged}"
            f" pending={len(self.pending)} stan={self.stan:06d}",
        )

    def _drop_unfinished_copies(self) -> None:
        for name in self._flash.names():
            if name.endswith(".new"):
                self._flash.delete(name)
        self._flash.sync()

    def _load_counters(self) -> None:
        held = self._recall("counters")
        if held is not None:
            self.stan, self.batch = held["stan"], held["batch"]
            self.receipt = held["receipt"]
            self.met, self.signed_off = held.get("met", True), held.get("signed_off", False)

    def _load_journal(self) -> None:
        self.journal, self.damaged, torn = self.files.read(self.batch)
        self.receipt = max([self.receipt, *(entry.receipt for entry in self.journal)])
        if torn:
            self._log.say_warning("store", "journal: a torn entry at the end was dropped")
            self.files.rewrite(self.batch, self.journal)
        if self.damaged:
            self.faults.append(f"journal: {self.damaged} damaged")

    def _load_pending(self) -> None:
        for name in self._flash.names():
            if not name.startswith("pending."):
                continue
            found = unseal_record(Pending, self._flash.read(name) or b"")
            if found is None:
                self.meet_torn_pending(name)
            else:
                self.pending[found.stan] = found
        for entry in self.journal:
            if entry.stan in self.pending and not self._owed_still(entry):
                self.drop_pending(entry.stan)  # a cut came between the journal and the delete

    def _load_closing(self) -> None:
        held = self._recall(CLOSING)
        found = Closing(**held) if held else None
        if found is not None and found.batch == self.batch:  # else a cut came after its end
            self.closing = found

    def meet_torn_pending(self, name: str) -> None:
        """A pending record that cannot be read: never to be thrown away."""
        self.faults.append(f"{name}: unreadable")

    # --- counters and keys ------------------------------------------------------------------

    def next_stan(self) -> int:
        """A trace number never used before: durable before anybody sees it (invariant 8)."""
        self.stan = mine = self.stan % (STAN_END - 1) + 1
        self.save_counters()
        return mine  # another task may have drawn the next one meanwhile

    def skip_stans(self) -> None:
        """Somebody else has used numbers of this terminal: go on well above them."""
        self.stan = (self.stan + SKIPPED) % (STAN_END - 1)
        self.save_counters()

    def age_of(self, stan: int) -> int:
        """How many numbers were given after this one; they begin anew at 1."""
        return (self.stan - stan) % (STAN_END - 1)

    def next_receipt(self) -> int:
        self.receipt = self.receipt % 9999 + 1
        return self.receipt  # durable with the journal entry that carries it

    def open_batch(self, number: int) -> None:
        """Start a batch; the one before it stays as it is, read-only."""
        self.batch = number
        self.save_counters()
        self.closing = None
        self.journal, self.damaged = [], 0
        self._load_journal()

    def save_counters(self) -> None:
        with self._alone():  # the newest values, whoever was waiting longest
            held = {
                "stan": self.stan, "batch": self.batch, "receipt": self.receipt, "met": self.met,
                "signed_off": self.signed_off,
            }  # fmt: skip
            self._replace_alone("counters", seal(held))

    def save_closing(self, closing: Closing) -> None:
        """How far the end of the batch is; durable when this returns."""
        self.remember(CLOSING, dataclasses.asdict(closing))
        self.closing = closing

    def set_parameter(self, name: str, value: int | None) -> None:
        """Have a parameter otherwise; None: as the model has it."""
        kept = {key: held for key, held in self.parameters.items() if key != name}
        self.parameters = kept if value is None else {**kept, name: value}
        self.remember(PARAMETERS, self.parameters)

    def sign_off(self, *, off: bool) -> None:
        """Remember whether the operator has signed the terminal off."""
        self.signed_off = off
        self.save_counters()

    def remember(self, name: str, plain: Any) -> None:
        """Keep a small record, power-safe."""
        self._replace(name, seal(plain))

    def recall(self, name: str) -> Any:
        """A record kept by ``remember``; None when there is none."""
        return self._recall(name)

    def _recall(self, name: str) -> Any:
        held = self._flash.read(name)
        found = None if held is None else unseal(held)
        if held is not None and found is None:
            self.faults.append(f"{name}: unreadable")
        return found

    # --- the sale under way -----------------------------------------------------------------

    def save_pending(self, pending: Pending) -> None:
        """Durable when this returns; the request may go out after that and not before."""
        self.write_pending(f"pending.{pending.stan:06d}", seal_record(pending))
        self.pending[pending.stan] = pending

    def write_pending(self, name: str, record: bytes) -> None:
        self._replace(name, record)

    def amend_pending(self, stan: int, **changes: Any) -> Pending:
        """Change fields of a pending record, e.g. its reason or its number of tries."""
        changed = dataclasses.replace(self.pending[stan], **changes)
        self.save_pending(changed)
        return changed

    def is_advice(self, stan: int) -> bool:
        """Whether what is owed under this number is told to the host until it answers."""
        return TERMS[self.pending[stan].deal].advice

    def _owed_still(self, entry: Entry) -> bool:
        """An advice is owed until the host has given it its number, whatever the journal says."""
        return self.is_advice(entry.stan) and not entry.rrn

    def owes_as(self, stan: int) -> str:
        """What a pending transaction comes to: an advice stands, anything else is undone."""
        return "approved" if self.is_advice(stan) else "owed"

    def drop_pending(self, stan: int) -> None:
        """What it came to is durable: forget it."""
        self.pending.pop(stan, None)
        self._flash.delete(f"pending.{stan:06d}")
        self.make_durable()

    # --- the journal ------------------------------------------------------------------------

    def record(self, entry: Entry) -> None:
        """Add to the journal; durable when this returns, and only then is its pending dropped."""
        self.files.append(entry)
        self.make_durable()
        if entry.batch == self.batch:
            self.journal.append(entry)
        if entry.stan in self.pending and not self._owed_still(entry):
            self.drop_pending(entry.stan)

    def make_durable(self) -> None:
        """What was appended and deleted so far outlives a cut from here on."""
        self._flash.sync()

    def outcome_of(self, stan: int) -> Entry | None:
        """The last thing the journal says of a sale."""
        found = [entry for entry in self.journal if entry.stan == stan]
        return found[-1] if found else None

    def last_entry(self) -> Entry | None:
        return self.outcome_of(self.journal[-1].stan) if self.journal else None

    def totals(self) -> Totals:
        """What stands approved in the open batch, as a settlement has it."""
        return books.totals(self.journal)

    def every_entry(self) -> list[Entry]:
        """The entries of every batch that is kept, oldest batch first."""
        return [entry for entries, _ in self.files.every() for entry in entries]

    def _journal_name(self, batch: int | None = None) -> str:
        return self.files.name(self.batch if batch is None else batch)

    def _replace(self, name: str, contents: bytes) -> None:
        with self._alone():
            self._replace_alone(name, contents)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One replacement at a time: two of one name would share their new copy."""
        self._writer_gone.wait_for(lambda: not self._writing)
        self._writing = True
        try:
            yield
        finally:
            self._writing = False
            self._writer_gone.notify()

    def _replace_alone(self, name: str, contents: bytes) -> None:
        self._flash.write(f"{name}.new", contents)
        self._flash.sync()
        self._flash.rename(f"{name}.new", name)
        self._flash.sync()
