"""What the acquirer answers to what moves money, or only asks for it. One row a transaction.

Source: Q/CUP 009.1 (message types, processing codes, condition 06 of the pre-authorisation family),
Q/CUP 006.6-2015 A.2 (answer codes).
"""

import hashlib
import hmac
import random
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from harness.errors import Garbled
from harness.sim.host_rules import ruled
from harness.sim.host_session import Heard
from harness.sim.ledger import Entry, Key, Ledger, Violate
from harness.wire import answers
from harness.wire.iso8583 import Message
from harness.wire.subfields import Original

INQUIRY = "31"  # first two digits of field 3
RESERVED = "06"  # field 25 of the pre-authorisation family
#: Fields by which what refers to another deal names it, besides 61: its RRN and its code.
NAMING = (37, 38)
#: 60.1 of adjustments (tips among them): they would change an entry, which no row here does.
ADJUSTMENTS = ("32", "34")


class Row(NamedTuple):
    """A transaction: its kind in the books, and the kinds it may refer to."""

    kind: str
    originals: tuple[str, ...] = ()


#: (MTI without first and last digit, first two digits of field 3, whether field 25 is 06) -> row.
ROWS: dict[tuple[str, str, bool], Row] = {
    ("20", "00", False): Row("sale"),
    ("20", "20", False): Row("void", ("sale", "offline")),
    ("22", "20", False): Row("refund"),
    ("22", "00", False): Row("offline"),
    ("10", "03", True): Row("preauth"),
    ("10", "20", True): Row("preauth_void", ("preauth",)),
    ("20", "00", True): Row("completion", ("preauth",)),
    ("22", "00", True): Row("completion", ("preauth",)),
    ("20", "20", True): Row("void", ("completion",)),
}


class Money:
    """Decides about transactions.

    Args:
        personality: The plain contents of a host fixture.
        ledger: The books.
        violate: Says what no terminal may send.
        salt: Keys the prints by which repeats are known.
        rng: Draws authorisation codes.
        number: Draws a retrieval reference number.
    """

    def __init__(
        self, personality: Mapping[str, Any], ledger: Ledger, violate: Violate, salt: bytes, *,
        rng: random.Random, number: Callable[[], str],
    ) -> None:  # fmt: skip
        self._own = personality
        self._codes: Mapping[str, str] = personality["codes"]
        self._ledger = ledger
        self._salt = salt
        self._rng = rng
        self._number = number
        self._violate = violate

    def answer(self, heard: Heard) -> dict[int, str]:
        """0100, 0200 and 0220: the answer's own fields."""
        request = heard.request
        processing = request.get(3)[:2]
        if processing == INQUIRY:
            self._ledger.note_inquiry(heard.key)
            return {39: "00", 54: f"1002156C{self._own['balance']:012d}"}
        row = ROWS.get((request.mti[1:3], processing, request.get(25) == RESERVED))
        if row is None or heard.kind.kind in ADJUSTMENTS:
            return {39: self._codes["unsupported"]}
        entry = self._entry(heard, row)
        known = self._ledger.repeat_of(entry.key, entry.print)
        if known is not None:
            repeated = known.print == entry.print and self._codes["repeat"] == "resend"
            return dict(known.answer) if repeated else {39: "94"}
        code = self._ledger.refusal(entry.key, entry.kind)
        if not code and heard.kind.batch != heard.session.batch:
            code = self._codes["batch_mismatch"]
        if code:
            return {39: code}
        self._decide(heard, entry, row)
        self._ledger.book(entry)
        return dict(entry.answer)

    def reverse(self, heard: Heard) -> dict[int, str]:
        """0400: the key is the original's; field 39 of the request is the reason."""
        request = heard.request
        if request.get(3)[:2] == INQUIRY:
            self._violate("inquiry_reversed", heard.key, "a reversal of an inquiry")
            return {39: "25"}
        return {39: self._ledger.reverse(heard.key, request.amount, request.masked_pan)}

    def _decide(self, heard: Heard, entry: Entry, row: Row) -> None:
        """Approve or decline, and say it in the entry."""
        request = heard.request
        if entry.amount <= 0:
            entry.code = "13"
        elif row.originals:
            known = self._names_it(request, entry.of)
            entry.code = self._ledger.related_refusal(entry, row.originals) if known else "25"
            entry.code = entry.code or "00"
        else:
            entry.code = ruled(self._own["rules"], entry.amount, request.pan)
        approved = answers.expected(entry.code) == "approve"
        entry.status = "approved" if approved else "declined"
        own = {37: self._number(), 39: entry.code}
        if approved:
            own[38] = f"{self._rng.randrange(1_000_000):06d}"
        if 55 in request.fields:  # issuer authentication data, EMV book 3 annex A, tag 91
            own[55] = f"910A{self._rng.randbytes(8).hex().upper()}3030"
        entry.answer = own

    def _names_it(self, request: Message, of: Key | None) -> bool:
        """Whether fields 37 and 38, where they are, are those of the original."""
        first = None if of is None else self._ledger.entries.get(of)
        if first is None:
            return True  # there is none: that is another refusal
        told = ((request.get(number).strip(), first.answer.get(number)) for number in NAMING)
        return all(not mine or not given or mine == given for mine, given in told)

    def _entry(self, heard: Heard, row: Row) -> Entry:
        request = heard.request
        card = self._mark("card", request.pan) if request.pan else ""
        of = self._original(heard, row, card)
        pan = request.masked_pan
        if of in self._ledger.entries and not pan:
            pan = self._ledger.entries[of].pan  # a void names its sale and no card
        said = (row.kind, request.get(3), request.amount, request.pan, of)
        return Entry(
            heard.key, row.kind, request.amount, pan, self._mark(*said), "declined", of=of,
            card=card,
        )  # fmt: skip

    def _original(self, heard: Heard, row: Row, card: str) -> Key | None:
        """What it refers to: by field 61, a pre-authorisation by its authorisation code as well."""
        if not row.originals:
            return None
        try:
            told = Original.parse(heard.request.get(61))
        except Garbled:
            if row.originals != ("preauth",):
                raise
            told = Original(0, 0)
        if told.stan:
            return Key(*heard.who, told.batch, told.stan)
        return self._ledger.preauth_of(heard.who[0], heard.request.get(38), card)

    def _mark(self, *said: object) -> str:
        """What some words come to: equal for equal words, and nothing to read."""
        text = "|".join(map(str, said)).encode()
        return hmac.new(self._salt, text, hashlib.sha256).hexdigest()
