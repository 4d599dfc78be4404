"""What a terminal by a third hand remembers: a file that only grows, a line for each event.

A line is the CRC-32 of its text and the text, JSON; it is on the disk (fsync) before anything is
done that it speaks of. What was being written as the power went is the last line, does not fit its
CRC and never happened. Imports nothing of the harness. Source: none.
"""

import json
import os
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Row = dict[str, Any]


@dataclass
class Book:
    """All there is to know, made again from the file at each start.

    Attributes:
        file: Where it is.
        starts: How often it was started before.
        stan: The last trace number given away.
        slip: The last number of the terminal's own count.
        keys: Batch and MAC key of the last sign-on, and who signed on.
        owed: A request of which nobody knows the answer.
        deals: What was approved in the open batch.
        closing: The trace number and totals of a settlement that was not answered.
        asked: ServiceID -> the response to it; None while it is being made.
        last: The ServiceID of the last one.
    """

    file: Path
    starts: int = 0
    stan: int = 0
    slip: int = 4000
    keys: Row = field(default_factory=dict)
    owed: Row = field(default_factory=dict)
    deals: list[Row] = field(default_factory=list)
    closing: Row = field(default_factory=dict)
    asked: dict[str, Row | None] = field(default_factory=dict)
    last: str = ""

    def __post_init__(self) -> None:
        whole = 0
        for line in self.file.read_bytes().splitlines(keepends=True) if self.file.exists() else []:
            check, _, text = line.partition(b" ")
            if not line.endswith(b"\n") or check != b"%08x" % zlib.crc32(text.rstrip(b"\n")):
                break
            self._take(json.loads(text))
            whole += len(line)
        self._out = os.open(self.file, os.O_WRONLY | os.O_CREAT, 0o600)
        os.ftruncate(self._out, whole)
        os.lseek(self._out, 0, os.SEEK_END)

    def note(self, **event: Any) -> None:
        """Have an event on the disk; then it is so."""
        text = json.dumps(event, separators=(",", ":")).encode()
        os.write(self._out, b"%08x %s\n" % (zlib.crc32(text), text))
        os.fsync(self._out)
        self._take(event)

    def _take(self, event: Row) -> None:
        for name, value in event.items():
            getattr(self, f"_on_{name}", self._on_other)(value)
            if name in ("starts", "stan", "slip", "keys", "owed", "closing"):
                setattr(self, name, value)

    def _on_other(self, value: Any) -> None:
        """What is kept as it is."""

    def _on_deal(self, row: Row) -> None:
        self.deals.append(row)

    def _on_voided(self, slip: int) -> None:
        for row in self.deals:
            if row["slip"] == slip:
                row["voided"] = True

    def _on_closed(self, batch: str) -> None:
        self.deals, self.closing = [], {}

    def _on_begun(self, service: str) -> None:
        self.asked[service], self.last = None, service

    def _on_said(self, told: list[Any]) -> None:
        self.asked[told[0]] = told[1]

    def next_stan(self) -> str:
        """A trace number that nobody else gets, whatever happens next (Q/CUP 009.1, field 11)."""
        self.note(stan=self.stan % 999_999 + 1)
        return f"{self.stan:06d}"

    def totals(self) -> tuple[int, int, int, int]:
        """Debits, their sum, credits, their sum (field 48)."""
        sales = [row["amount"] for row in self.deals if row["what"] == "sale"]
        voids = [row["amount"] for row in self.deals if row["what"] == "void"]
        return len(sales), sum(sales), len(voids), sum(voids)
