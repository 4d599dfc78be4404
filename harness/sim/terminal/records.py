"""What the terminal remembers, as sealed lines: a CRC, a blank, JSON, a newline.

A torn line does not pass its CRC (or lacks its newline), so it is never taken for another.
"""

import json
import zlib
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


@dataclass(frozen=True, slots=True)
class Pending:
    """A sale under way, or one that must be reversed: what a 0400 has to repeat.

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

    def __repr__(self) -> str:
        return f"Pending(stan={self.stan}, batch={self.batch}, pan={self.masked})"


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


def read_journal(held: bytes) -> tuple[list[Entry], int, bool]:
    """The entries, how many lines before the last are damaged, and whether the tail is torn.

    A torn tail is what a power cut leaves of an entry that was never finished; a damaged line
    with good ones behind it is a loss.
    """
    read = [unseal_record(Entry, line) for line in held.splitlines(keepends=True)]
    last = max((n for n, entry in enumerate(read) if entry is not None), default=-1)
    damaged = sum(entry is None for entry in read[: last + 1])
    return [entry for entry in read if entry is not None], damaged, len(read) > last + 1
