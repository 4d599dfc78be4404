"""Messages to the acquirer: what is asked, and whether an answer may be believed.

Fields and flows: ISO 8583:1987 as Q/CUP 009.1 uses it. An answer counts only when its type, trace
number, terminal, merchant, amount and MAC are right (invariant 12).
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from harness.errors import Garbled
from harness.sim.terminal.deals import TERMS
from harness.sim.terminal.personality import Identity
from harness.sim.terminal.records import Entry, Pending
from harness.wire import mac
from harness.wire.iso8583 import Message, answer_mti
from harness.wire.subfields import Kind, Original, Totals, WorkKeys

REVERSAL, SIGN_ON, NETWORK, SETTLEMENT, UPLOAD = "0400", "0800", "0820", "0500", "0320"
#: Whether the host found the batch balanced -> 60.3 of the message that ends its upload.
UPLOAD_ENDS = {True: "207", False: "202"}
DOMESTIC = "00"  # card class of an item in field 48
ITEMS_AT_ONCE = 8  # field 48 has room for so many


class BadAnswer(Exception):
    """An answer came that cannot be believed.

    Attributes:
        cause: ``bad_mac`` or ``host_error``.
        reason: Field 39 for the 0400 that follows: A0 or 06.
    """

    def __init__(self, cause: str, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.cause = cause
        self.reason = reason


class Acquiring:
    """Builds requests and checks answers; talks to nobody.

    Attributes:
        work_keys: The keys of the last sign-on; None before one.
    """

    def __init__(self, who: Identity, master: bytes, wall_time: Callable[[], datetime]) -> None:
        self._who = who
        self._master = master
        self._wall_time = wall_time
        self.work_keys: WorkKeys | None = None

    @property
    def signed_on(self) -> bool:
        return self.work_keys is not None

    # --- requests ---------------------------------------------------------------------------

    def sign_on(self, stan: int, batch: int) -> Message:
        kind = Kind("00", batch, "003")
        return self._message(SIGN_ON, {11: f"{stan:06d}", 60: kind.text, 63: "001"})

    def echo(self, stan: int, batch: int) -> Message:
        kind = Kind("00", batch, "301")
        return self._message(NETWORK, {11: f"{stan:06d}", 60: kind.text})

    def request(self, sale: Pending, track_2: str = "") -> Message:
        """The request of a deal; track 2 is used here and kept nowhere."""
        terms = TERMS[sale.deal]
        named = {37: sale.first_rrn, 38: sale.first_auth}
        fields = self._card_fields(sale) | {number: named[number] for number in terms.names}
        fields |= {12: sale.time[:6], 13: sale.time[6:], 35: track_2, 55: sale.icc}
        fields |= {60: Kind(terms.kind, sale.batch).text, 61: sale.original}
        return self._sealed(terms.mti, fields)

    def reversal(self, sale: Pending) -> Message:
        """The 0400: the request's own number and values, and why."""
        terms = TERMS[sale.deal]
        fields = self._card_fields(sale)
        fields |= {38: sale.auth or sale.first_auth, 39: sale.reason}
        own = Original(sale.batch, sale.stan, sale.time[6:]).text
        fields |= {60: Kind(terms.kind, sale.batch).text, 61: sale.original or own}
        return self._sealed(REVERSAL, fields)

    def sign_off(self, stan: int, batch: int) -> Message:
        kind = Kind("00", batch, "002")
        return self._message(NETWORK, {11: f"{stan:06d}", 60: kind.text})

    def settlement(self, stan: int, batch: int, totals: Totals) -> Message:
        kind = Kind("00", batch, "201")
        return self._message(
            SETTLEMENT, {11: f"{stan:06d}", 48: totals.text(), 49: self._who.currency,
                         60: kind.text, 63: "001"},
        )  # fmt: skip

    def item(self, entry: Entry) -> Message:
        """Batch upload of one chip transaction (60.3 = 203), under its own number."""
        terms = TERMS[entry.deal]
        return self._message(UPLOAD, {
            2: entry.number, 3: terms.processing, 4: f"{entry.amount:012d}",
            11: f"{entry.stan:06d}", 22: entry.mode, 23: entry.sequence, 25: terms.condition,
            37: entry.rrn, 38: entry.auth, 49: self._who.currency, 55: entry.icc,
            60: Kind("00", entry.batch, "203").text,
        })  # fmt: skip

    def items(self, stan: int, batch: int, entries: Sequence[Entry]) -> Message:
        """Batch upload of up to eight others (60.3 = 201), listed in field 48."""
        listed = "".join(
            f"{DOMESTIC}{entry.stan:06d}{entry.number:>020}{entry.amount:012d}" for entry in entries
        )
        kind = Kind("00", batch, "201")
        return self._message(
            UPLOAD, {11: f"{stan:06d}", 48: f"{len(entries):02d}{listed}", 60: kind.text}
        )

    def upload_end(self, stan: int, batch: int, count: int, *, balanced: bool) -> Message:
        """The upload is over: 60.3 says whether the host had found the batch balanced."""
        kind = Kind("00", batch, UPLOAD_ENDS[balanced])
        return self._message(UPLOAD, {11: f"{stan:06d}", 48: f"{count:04d}", 60: kind.text})

    def signature(self, stan: int, batch: int, of: Original, *, signed: bool) -> Message:
        """The 0820 that brings a sale's signature, or says that there is none (60.3 = 800)."""
        own = {11: f"{stan:06d}", 60: Kind("07", batch, "800").text, 62: "SIGNED" * signed}
        return self._message(NETWORK, {**own, 61: of.text})

    def _card_fields(self, sale: Pending) -> dict[int, str]:
        terms = TERMS[sale.deal]
        return {
            2: sale.pan, 3: terms.processing, 4: f"{sale.amount:012d}" if terms.booked else "",
            11: f"{sale.stan:06d}", 14: sale.expiry, 22: sale.mode, 23: sale.sequence,
            25: terms.condition, 49: self._who.currency,
        }  # fmt: skip

    def _message(self, mti: str, fields: Mapping[int, str]) -> Message:
        own = {41: self._who.tid, 42: self._who.mid}
        return Message(
            mti,
            {number: text for number, text in {**fields, **own}.items() if text},
            tpdu=bytes.fromhex(self._who.tpdu),
        )

    def _sealed(self, mti: str, fields: Mapping[int, str]) -> Message:
        assert self.work_keys is not None  # noqa: S101 - nobody sells before signing on
        return mac.sealed(self._message(mti, fields), self.work_keys.mac)

    # --- answers ----------------------------------------------------------------------------

    def check(self, request: Message, answer: Message) -> None:
        """Raise BadAnswer unless the answer is one to this request and whole."""
        wanted = {number: request.get(number) for number in (11, 41, 42) if number in answer.fields}
        if 4 in request.fields and 4 in answer.fields:
            wanted[4] = request.get(4)
        wrong = [number for number, text in wanted.items() if answer.get(number) != text]
        if answer.mti != answer_mti(request.mti) or 11 not in answer.fields:
            raise BadAnswer("host_error", "06", f"answer {answer.mti} to {request.mti}")
        if wrong:
            raise BadAnswer("host_error", "06", f"answer with another field {wrong[0]}")
        if 64 in request.fields and not self.mac_fits(request, answer):
            raise BadAnswer("bad_mac", "A0", "answer with a bad MAC")

    def mac_fits(self, request: Message, answer: Message) -> bool:
        """Whether the answer's MAC is right. A refusal for want of keys (A0, 99) has none."""
        if answer.get(39) in ("A0", "99", "97", "03") and 64 not in answer.fields:
            return True
        assert self.work_keys is not None  # noqa: S101 - the request had a MAC
        return mac.mac_ok(answer, self.work_keys.mac)

    def take_keys(self, answer: Message) -> int:
        """Use the keys of a sign-on answer; returns its batch number. Raises BadAnswer."""
        try:
            self.work_keys = WorkKeys.unwrap(answer.get(62), self._master)
            return Kind.parse(answer.get(60)).batch
        except (Garbled, ValueError) as error:
            self.work_keys = None
            raise BadAnswer("host_error", "06", f"sign-on: {error}") from None
