"""The acquirer's books: what was charged, what was undone, what each batch adds up to.

An entry's key is (merchant, terminal, batch, trace number). The same key with the same contents is
a repeat; with other contents it is a violation. A reversal may come twice, and may come before the
request it undoes: that request is then refused when it arrives. What one entry did to another (a
void to its sale, a completion to its pre-authorisation) is never stored twice: it stands as long as
the entry that did it stands.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from harness.sim.host_store import Store
from harness.wire.subfields import Totals

Status = Literal["approved", "declined", "reversed"]
WRAP = 500_000  # a trace number that falls by more than that has begun again at 1
MOST = 115  # per cent of a pre-authorisation that a completion may book (Q/CUP 009.1)


class Key(NamedTuple):
    """What makes a transaction one."""

    mid: str
    tid: str
    batch: int
    stan: int


class Terms(NamedTuple):
    """What a kind of entry means for the books.

    Attributes:
        sign: 1 adds to a batch's debits, -1 to its credits, 0 to neither: a reservation.
        advice: It is told, not asked: never reversed, and may come late.
        same_batch: What it refers to must be of the open batch.
        most: Per cent of the original's amount that it may have; 0: that amount and no other.
    """

    sign: int = 0
    advice: bool = False
    same_batch: bool = False
    most: int = 0


KINDS: dict[str, Terms] = {
    "sale": Terms(1), "offline": Terms(1, advice=True), "refund": Terms(-1, advice=True),
    "void": Terms(-1, same_batch=True), "preauth": Terms(), "preauth_void": Terms(),
    "completion": Terms(1, most=MOST),
}  # fmt: skip


@dataclass(slots=True)
class Entry:
    """One transaction.

    Attributes:
        key: Merchant, terminal, batch, trace number.
        kind: A word of ``KINDS``.
        amount: Minor units.
        pan: Truncated.
        print: What its contents come to; equal for a repeat. Holds no card number.
        status: What became of it.
        code: The answer code.
        answer: The answer's own fields, for repeats.
        of: The entry it refers to.
        card: What its card number comes to; equal for the same card. Holds no card number.
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
    of: Key | None = None
    card: str = ""
    uploaded: bool = False


Violate = Callable[[str, Key, str], None]


class Ledger:
    """All entries of all terminals.

    Args:
        violate: Called with a rule, a key and a sentence when the books see what no terminal may
            send.
        store: Where they are kept; left out, in memory.

    Attributes:
        store: The same.
        entries: Key -> entry.
        settled: (merchant, terminal, batch) -> the totals it was closed with.
    """

    def __init__(self, violate: Violate, store: Store | None = None) -> None:
        self._violate = violate
        self.store = store or Store()
        self.entries: dict[Key, Entry] = {}
        self.settled: dict[tuple[str, str, int], Totals] = {}
        self._about: dict[Key, list[Entry]] = {}  # by what they refer to
        self._asked: set[Key] = set()  # inquiries
        self._undone = {Key(*row) for row in self.store.undone()}  # reversed before they came
        self._last: dict[tuple[str, str, int], int] = {}
        for row in self.store.entries():
            of = Key(*row.pop("of")) if row["of"] else row.pop("of")
            self._file(Entry(key=Key(*row.pop("key")), of=of, print=row.pop("mark"), **row))
        for batch, totals in self.store.settled():
            self.settled[batch] = Totals(*totals)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries.values())

    # --- one transaction --------------------------------------------------------------------

    def repeat_of(self, key: Key, print_: str) -> Entry | None:
        """The entry this request repeats; a key used for something else is a violation."""
        known = self.entries.get(key)
        if known is None:
            return None
        if known.print != print_:
            self._violate("stan_reused", key, "one trace number for two transactions")
        return known

    def refusal(self, key: Key, kind: str = "sale") -> str:
        """Why a new entry cannot be booked: an answer code, or ``""``."""
        if key in self._undone:
            return "22"  # it was reversed before it came: Q/CUP 006.6, related-transaction error
        if key[:3] in self.settled:
            self._violate("batch_settled", key, "a transaction for a batch that is settled")
            return "77"
        last = self._last.get(key[:3], 0)
        if 0 <= last - key.stan < WRAP and not KINDS[kind].advice:
            self._violate("stan_not_rising", key, f"trace number {key.stan} after {last}")
        return ""

    def book(self, entry: Entry) -> None:
        """Enter what was decided."""
        self._file(entry)
        self._keep(entry)

    def note_inquiry(self, key: Key) -> None:
        """An inquiry was answered: it is in no book, but nobody may reverse it."""
        self._asked.add(key)

    def reverse(self, key: Key, amount: int, pan: str) -> str:
        """Undo a transaction; idempotent. Returns the answer code."""
        entry = self.entries.get(key)
        if entry is None:
            return self._reverse_unknown(key)
        if (entry.amount, entry.pan) != (amount, pan or entry.pan):
            self._violate("reversal_differs", key, "a reversal unlike what it reverses")
            return "22"
        if KINDS[entry.kind].advice:
            self._violate("advice_reversed", key, f"a reversal of an advice ({entry.kind})")
            return "12"
        if entry.status == "declined":
            return "25"
        if entry.status == "approved" and key[:3] in self.settled:
            return "12"  # cross-day: the batch is closed
        if taker := self.taker(key):
            what = "voided" if "void" in taker.kind else "completed"
            self._violate(f"reversal_of_{what}", key, f"a reversal of what is already {what}")
            return "22"
        entry.status = "reversed"
        self._keep(entry)
        return "00"

    def _reverse_unknown(self, key: Key) -> str:
        if key in self._asked:
            self._violate("inquiry_reversed", key, "a reversal of an inquiry")
        else:
            self._undone.add(key)
            self.store.undo(key)
        return "25"

    # --- what refers to another -------------------------------------------------------------

    def taker(self, key: Key) -> Entry | None:
        """What stands and has taken this entry back, or completed it; None: nothing has.

        A completion that was voided itself has not: its pre-authorisation is open again.
        """
        for entry in self._about.get(key, ()):
            if entry.status == "approved" and self.taker(entry.key) is None:
                return entry
        return None

    def voided(self, entry: Entry) -> bool:
        """Whether a void took it back."""
        taker = self.taker(entry.key)
        return taker is not None and "void" in taker.kind

    def related_refusal(self, entry: Entry, originals: tuple[str, ...]) -> str:
        """Why an entry that refers to another cannot be made: an answer code, or ``""``.

        ``originals`` are the kinds it may refer to.
        """
        first = None if entry.of is None else self.entries.get(entry.of)
        if first is None or first.kind not in originals or first.status == "declined":
            return "25"
        if first.status == "reversed" or self.taker(first.key) is not None:
            return "22"
        terms = KINDS[entry.kind]
        if terms.same_batch and first.key[:3] in self.settled:
            return "12"
        if terms.most:
            return "64" if entry.amount * 100 > first.amount * terms.most else ""
        return "" if entry.amount == first.amount else "64"

    def preauth_of(self, mid: str, auth: str, card: str) -> Key | None:
        """The newest pre-authorisation with this authorisation code, of this card where known."""
        for entry in reversed(self.entries.values()):
            fits = entry.key.mid == mid and entry.kind == "preauth" and entry.answer.get(38) == auth
            if fits and card in ("", entry.card):
                return entry.key
        return None

    # --- batches ----------------------------------------------------------------------------

    def totals(self, mid: str, tid: str, batch: int) -> Totals:
        """What stands in a batch: sales as debit, voids and refunds as credit."""
        standing = [
            entry
            for entry in self.entries.values()
            if entry.key[:3] == (mid, tid, batch) and entry.status == "approved"
        ]
        debit = [entry.amount for entry in standing if KINDS[entry.kind].sign > 0]
        credit = [entry.amount for entry in standing if KINDS[entry.kind].sign < 0]
        return Totals(sum(debit), len(debit), sum(credit), len(credit))

    def close(self, mid: str, tid: str, batch: int) -> None:
        """Make a batch read-only; closing twice changes nothing."""
        key = (mid, tid, batch)
        if key not in self.settled:
            self.settled[key] = self.totals(*key)
            totals = self.settled[key]
            self.store.settle(key, (totals.debit, totals.debits, totals.credit, totals.credits))

    def upload(self, entry: Entry) -> None:
        """A batch upload brought it."""
        entry.uploaded = True
        self._keep(entry)

    # --- what is told and kept --------------------------------------------------------------

    def told(self, entry: Entry) -> dict[str, Any]:
        """As an observation has it."""
        return {
            "tid": entry.key.tid, "batch": entry.key.batch, "stan": entry.key.stan,
            "amount": entry.amount, "pan": entry.pan, "status": entry.status, "entry": entry.kind,
            "response": entry.code, "voided": self.voided(entry), "uploaded": entry.uploaded,
        }  # fmt: skip

    def _file(self, entry: Entry) -> None:
        self.entries[entry.key] = entry
        batch, stan = entry.key[:3], entry.key.stan
        last = self._last.get(batch, 0)
        self._last[batch] = max(last, stan) if last - stan < WRAP else stan
        if entry.of is not None:
            self._about.setdefault(entry.of, []).append(entry)

    def _keep(self, entry: Entry) -> None:
        self.store.save(
            key=entry.key, kind=entry.kind, amount=entry.amount, pan=entry.pan, mark=entry.print,
            status=entry.status, code=entry.code, answer=entry.answer, of=entry.of, card=entry.card,
            uploaded=entry.uploaded,
        )  # fmt: skip
