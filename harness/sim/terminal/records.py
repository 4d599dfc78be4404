"""What the terminal remembers, as sealed lines: a CRC, a blank, JSON, a newline.

A torn line does not pass its CRC (or lacks its newline), so it is never taken for another.
"""

import json
import zlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

R = TypeVar("R", "Entry", "Pending")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the journal.

    Attributes:
        stan: System trace audit number.
        batch: Batch number it belongs to.
        amount: Minor units.
        pan: Card number, first six and last four digits.
        outcome: ``approved``, ``declined``, ``failed`` or ``reversed``.
        entry: ``chip`` or ``stripe``.
        rrn: Retrieval reference number, field 37.
        auth: Authorisation code, field 38.
        receipt: Receipt number.
        time: ISO 8601, by the terminal's own clock.
        deal: Which transaction; one of ``deals.TERMS``.
        original: ``key`` of the one it refers to, or empty.
        number: The whole card number, for a void and the batch's upload; in no log and on no paper.
        mode: Field 22.
        sequence: Field 23, or empty.
        icc: Field 55, hex, or empty.
    """

    stan: int
    batch: int
    amount: int
    pan: str
    outcome: str
    entry: str = ""
    rrn: str = ""
    auth: str = ""
    receipt: int = 0
    time: str = ""
    deal: str = "sale"
    original: str = ""
    number: str = ""
    mode: str = ""
    sequence: str = ""
    icc: str = ""

    @property
    def key(self) -> str:
        """Batch and trace number, as field 61 has them."""
        return f"{self.batch:06d}{self.stan:06d}"

    @property
    def date(self) -> str:
        """MMDD."""
        return self.time[5:7] + self.time[8:10]

    def __repr__(self) -> str:
        return f"Entry({self.key} {self.deal} {self.amount} {self.pan} {self.outcome})"


@dataclass(frozen=True, slots=True)
class Pending:
    """A transaction under way, or a debt: what a 0400 or a repeated 0220 has to say again.

    Attributes:
        stan: The sale's own number; the reversal goes out under it.
        batch: The sale's batch.
        amount: Minor units.
        pan: The whole card number; it never leaves but inside a 0400.
        masked: What may be shown of it.
        expiry: YYMM, or empty.
        entry: ``chip`` or ``stripe``.
        mode: Field 22.
        sequence: Field 23, or empty.
        icc: Field 55, hex, or empty.
        auth: Field 38 of the answer, or empty.
        reason: Field 39 of the 0400: 98 no answer, A0 bad MAC, 06 other.
        tries: 0400 sent so far.
        time: Field 12 and 13 of the sale, ``hhmmssMMDD``.
        deal: Which transaction; one of ``deals.TERMS``.
        original: Field 61: batch, trace number and date of the one it refers to, or empty.
        first_rrn: Field 37 of that one, or empty.
        first_auth: Field 38 of that one, or empty.
    """

    stan: int
    batch: int
    amount: int
    pan: str
    masked: str
    expiry: str = ""
    entry: str = ""
    mode: str = ""
    sequence: str = ""
    icc: str = ""
    auth: str = ""
    reason: str = "98"
    tries: int = 0
    time: str = ""
    deal: str = "sale"
    original: str = ""
    first_rrn: str = ""
    first_auth: str = ""

    def __repr__(self) -> str:
        return f"Pending(stan={self.stan}, batch={self.batch}, pan={self.masked})"


@dataclass(frozen=True, slots=True)
class Closing:
    """A batch that is being closed.

    Attributes:
        batch: Its number.
        uploaded: Items that the host has; None before it has answered the settlement.
    """

    batch: int
    uploaded: int | None = None


def made_of(
    sale: Pending, outcome: str, *, time: str, rrn: str = "", auth: str = "", receipt: int = 0
) -> Entry:
    """The journal's entry for what a transaction came to."""
    return Entry(
        sale.stan, sale.batch, sale.amount, sale.masked, outcome, sale.entry, rrn=rrn,
        auth=auth or sale.auth, receipt=receipt, time=time, deal=sale.deal,
        original=sale.original[:12], number=sale.pan if outcome == "approved" else "",
        mode=sale.mode, sequence=sale.sequence, icc=sale.icc,
    )  # fmt: skip


def seal(plain: Any) -> bytes:
    """One sealed line."""
    body = json.dumps(plain, separators=(",", ":"), sort_keys=True).encode()
    return f"{zlib.crc32(body):08x} ".encode() + body + b"\n"


def unseal(line: bytes) -> Any:
    """What was sealed; None when the line is torn or damaged."""
    head, _, body = line.removesuffix(b"\n").partition(b" ")
    if not line.endswith(b"\n") or head != f"{zlib.crc32(body):08x}".encode():
        return None
    return json.loads(body)


def seal_record(record: Entry | Pending) -> bytes:
    """A record as one sealed line."""
    return seal(asdict(record))


def unseal_record(kind: type[R], line: bytes) -> R | None:
    """The record of a sealed line; None when it is torn or damaged."""
    plain = unseal(line)
    return None if plain is None else kind(**plain)


def unseal_entry(line: bytes) -> Entry | None:
    """An entry of a sealed line; None when it is torn or damaged."""
    return unseal_record(Entry, line)


def read_journal(
    held: bytes, unseal_line: Callable[[bytes], Entry | None] = unseal_entry
) -> tuple[list[Entry], int, bool]:
    """The entries, how many lines before the last are damaged, and whether the tail is torn.

    A torn tail is what a power cut leaves of an entry that was never finished; a damaged line
    with good ones behind it is a loss.
    """
    read = [unseal_line(line) for line in held.splitlines(keepends=True)]
    last = max((n for n, entry in enumerate(read) if entry is not None), default=-1)
    damaged = sum(entry is None for entry in read[: last + 1])
    return [entry for entry in read if entry is not None], damaged, len(read) > last + 1
