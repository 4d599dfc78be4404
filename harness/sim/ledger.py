"""The acquirer's books: what was charged, what was undone, what each batch adds up to. Pure.

An entry's key is (merchant, terminal, batch, trace number). The same key with the same contents is
a repeat; with other contents it is a violation. A reversal may come twice, and may come before the
request it undoes: that request is then refused when it arrives.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from harness.wire.subfields import Totals

Status = Literal["approved", "declined", "reversed"]
CREDITS = ("void", "refund")
WRAP = 500_000  # a trace number that falls by more than that has begun again at 1


class Key(NamedTuple):
    """What makes a transaction one."""

    mid: str
    tid: str
    batch: int
    stan: int


@dataclass(slots=True)
class Entry:
    """One transaction.

    Attributes:
        key: Merchant, terminal, batch, trace number.
        kind: ``sale``, ``void`` or ``refund``.
        amount: Minor units.
        pan: Truncated.
        print: What its contents come to; equal for a repeat. Holds no card number.
        status: What became of it.
        code: The answer code.
        answer: The answer's fields, for repeats.
        voids: The sale a void takes back.
        voided: Whether a void took it back.
        uploaded: Whether a batch upload brought it.
    """

    key: Key
    kind: str
    amount: int
    pan: str
    print: str
    status: Status
    code: str = "00"
    answer: Mapping[int, str] = field(default_factory=dict)
    voids: Key | None = None
    voided: bool = False
    uploaded: bool = False

    def told(self) -> dict[str, Any]:
        """As an observation has it."""
        return {
            "tid": self.key.tid, "batch": self.key.batch, "stan": self.key.stan,
            "amount": self.amount, "pan": self.pan, "status": self.status, "entry": self.kind,
            "response": self.code,
        }  # fmt: skip


Violate = Callable[[str, Key, str], None]


class Ledger:
    """All entries of all terminals.

    Args:
        violate: Called with a rule, a key and a sentence when the books see what no terminal may
            send.

    Attributes:
        entries: Key -> entry.
        settled: (merchant, terminal, batch) -> the totals it was closed with.
    """

    def __init__(self, violate: Violate) -> None:
        self._violate = violate
        self.entries: dict[Key, Entry] = {}
        self.settled: dict[tuple[str, str, int], Totals] = {}
        self._undone: set[Key] = set()  # reversed before they came
        self._last: dict[tuple[str, str, int], int] = {}

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries.values())

    def repeat_of(self, key: Key, print_: str) -> Entry | None:
        """The entry this request repeats; a key used for something else is a violation."""
        known = self.entries.get(key)
        if known is None:
            return None
        if known.print != print_:
            self._violate("stan_reused", key, "one trace number for two transactions")
        return known

    def refusal(self, key: Key) -> str:
        """Why a new entry cannot be booked: an answer code, or ``""``."""
        if key in self._undone:
            return "22"  # it was reversed before it came: Q/CUP 006.6, related-transaction error
        if key[:3] in self.settled:
            self._violate("batch_settled", key, "a transaction for a batch that is settled")
            return "77"
        last = self._last.get(key[:3], 0)
        if 0 <= last - key.stan < WRAP:
            self._violate("stan_not_rising", key, f"trace number {key.stan} after {last}")
        return ""

    def book(self, entry: Entry) -> None:
        """Enter what was decided."""
        self.entries[entry.key] = entry
        batch = entry.key[:3]
        self._last[batch] = max(self._last.get(batch, 0), entry.key.stan)
        if entry.voids is not None and entry.status == "approved":
            self.entries[entry.voids].voided = True

    def void_refusal(self, original: Key, amount: int) -> str:
        """Why this sale cannot be voided: an answer code, or ``""``."""
        sale = self.entries.get(original)
        if sale is None or sale.kind != "sale" or sale.status == "declined":
            return "25"
        if sale.status == "reversed" or sale.voided:
            return "22"
        if original[:3] in self.settled:
            return "12"
        return "" if sale.amount == amount else "64"

    def reverse(self, key: Key, amount: int, pan: str) -> str:
        """Undo a transaction; idempotent. Returns the answer code."""
        entry = self.entries.get(key)
        if entry is None:
            self._undone.add(key)
            return "25"
        if (entry.amount, entry.pan) != (amount, pan or entry.pan):
            self._violate("reversal_differs", key, "a reversal unlike what it reverses")
            return "22"
        if entry.status == "declined":
            return "25"
        if entry.status == "approved" and key[:3] in self.settled:
            return "12"  # cross-day: the batch is closed
        if entry.voided:
            self._violate("reversal_of_voided", key, "a reversal of a sale already voided")
            return "22"
        if entry.status == "approved" and entry.voids is not None:
            self.entries[entry.voids].voided = False
        entry.status = "reversed"
        return "00"

    def totals(self, mid: str, tid: str, batch: int) -> Totals:
        """What stands in a batch: sales as debit, voids and refunds as credit."""
        standing = [
            entry
            for entry in self.entries.values()
            if entry.key[:3] == (mid, tid, batch) and entry.status == "approved"
        ]
        credit = [entry.amount for entry in standing if entry.kind in CREDITS]
        debit = [entry.amount for entry in standing if entry.kind not in CREDITS]
        return Totals(sum(debit), len(debit), sum(credit), len(credit))

    def close(self, mid: str, tid: str, batch: int) -> None:
        """Make a batch read-only; closing twice changes nothing."""
        self.settled.setdefault((mid, tid, batch), self.totals(mid, tid, batch))
