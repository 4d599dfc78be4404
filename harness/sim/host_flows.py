"""What the acquirer answers to each message: sign-on, sale, reversal, settlement and the rest.

Sources: Q/CUP 009.1 (flows of a UnionPay terminal), Q/CUP 006.6-2015 A.2 (answer codes). Every
message kind is one row of ``Flows.KINDS``; what it needs before it is heard is in the row.
"""

import datetime
import hashlib
import hmac
import random
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from harness.errors import Garbled
from harness.sim.host_rules import ruled, skew, uploaded_stans
from harness.sim.host_session import Session, new_keys
from harness.sim.ledger import Entry, Key, Ledger
from harness.wire import mac
from harness.wire.iso8583 import Message, answer
from harness.wire.subfields import KEY_FORMS, Kind, Original, Totals

#: Fields an answer carries back as they came.
ECHOED = (2, 3, 4, 11, 23, 25, 41, 42, 49, 60)
UPLOAD_ENDS = {"202": False, "207": True}  # 60.3 -> whether the terminal says balanced


class Flows:
    """The host's decisions, over its books.

    Args:
        personality: The plain contents of a host fixture.
        rng: Draws keys and authorisation codes.
        now: Seconds on the bench's clock.
        tell: Says an event: word, fields.

    Attributes:
        ledger: The books.
    """

    def __init__(
        self,
        personality: Mapping[str, Any],
        *,
        rng: random.Random,
        now: Callable[[], float],
        tell: Callable[..., None],
    ) -> None:
        self._own = personality
        self._codes: Mapping[str, str] = personality["codes"]
        self._rng = rng
        self._now = now
        self._tell = tell
        self._starts = datetime.datetime.fromisoformat(personality["starts"])
        self._salt = rng.randbytes(16)
        self._numbered = 0
        self._sessions: dict[tuple[str, str], Session] = {}
        self.ledger = Ledger(self._violate)

    # --- one message ------------------------------------------------------------------------

    def reply(self, request: Message, forced: str = "") -> Message | None:
        """The answer, with its MAC; None for what is no request.

        ``forced`` is an answer code that a misbehaving host gives instead of deciding.
        """
        session = self._session(request)
        kind = self._kind_of(request, session)
        self._say_received(request, kind, session)
        flow = self.KINDS.get(request.mti[:3])
        if flow is None:
            if request.mti[2] not in "02":
                self._violate("no_request", self._key(request, kind), f"MTI {request.mti}")
                return None
            return self._answer(request, {39: self._codes["unsupported"]})
        act, needs_mac = flow
        code = self._refusal(request, kind, session, needs_mac=needs_mac) or forced
        try:
            own = {39: code} if code else act(self, request, kind, session)
        except Garbled:  # a private sub-field that it needs is missing or short
            own = {39: "30"}
        return self._answer(request, own)

    def _refusal(self, request: Message, kind: Kind, session: Session, *, needs_mac: bool) -> str:
        """Why this message is not even looked at: an answer code, or ``""``."""
        if request.get(41) not in self._own["terminals"]:
            return self._codes["unknown_terminal"]
        if request.get(42) != self._own["merchant"]:
            return self._codes["unknown_merchant"]
        if request.mti[:2] == "08":
            return ""
        if not session.signed_on or session.keys is None:
            self._violate("not_signed_on", self._key(request, kind), "sent before its sign-on")
            return self._codes["not_signed_on"]
        if (needs_mac or 64 in request.fields) and not mac.mac_ok(request, session.keys.mac):
            return self._codes["bad_mac"]
        return ""

    def _answer(self, request: Message, own: Mapping[int, str]) -> Message:
        now = self._time()
        self._numbered += 1
        echoed = {number: request.fields[number] for number in ECHOED if number in request.fields}
        stamps = {
            12: f"{now:%H%M%S}", 13: f"{now:%m%d}", 32: self._own["acquirer_id"],
            37: f"{now:%m%d}{self._numbered:08d}",
        }  # fmt: skip
        return self.resealed(answer(request, echoed | stamps | dict(own)), {})

    def resealed(self, reply: Message, fields: Mapping[int, str]) -> Message:
        """The answer with these fields changed, and a MAC that fits where there are keys."""
        changed = reply.with_fields(fields)
        session = self._session(changed)
        if session.keys is None or reply.mti[:2] == "08":
            return changed
        return mac.sealed(changed, session.keys.mac)

    # --- sign-on and its kin ----------------------------------------------------------------

    def _network(self, request: Message, kind: Kind, session: Session) -> dict[int, str]:
        """0800 and 0820: sign-on, sign-off (002), echo (301), status and parameters."""
        if request.mti[:3] == "080" and kind.network in KEY_FORMS:
            return self._sign_on(request, kind, session)
        if kind.network == "002":
            session.signed_on = False
        return {39: "00"}

    def _sign_on(self, request: Message, kind: Kind, session: Session) -> dict[int, str]:
        """New keys, and the open batch's number: a new one once the last was settled."""
        mid, tid = request.get(42), request.get(41)
        batch = session.batch or max(1, kind.batch)  # the terminal may be older than this host
        while (mid, tid, batch) in self.ledger.settled:
            batch = batch % 999_999 + 1
        session.keys = new_keys(self._rng, kind.network)
        session.batch, session.signed_on = batch, True
        self._tell("signed_on", tid=tid, batch=batch)
        master = bytes.fromhex(self._own["master_key"])
        return {
            39: "00",
            60: Kind(kind.kind, batch, kind.network).text,
            62: session.keys.wrapped(master, kind.network),
        }

    # --- money ------------------------------------------------------------------------------

    def _financial(self, request: Message, kind: Kind, session: Session) -> dict[int, str]:
        """0200 and 0220: balance, sale, void; refund and offline sale as advices."""
        processing = request.get(3)[:2]
        if processing == "31":
            return {39: "00", 54: f"1002156C{self._own['balance']:012d}"}
        name = {("20", "00"): "sale", ("20", "20"): "void", ("22", "20"): "refund",
                ("22", "00"): "sale"}.get((request.mti[1:3], processing))  # fmt: skip
        if name is None:
            return {39: self._codes["unsupported"]}
        entry = self._entry(request, kind, name)
        known = self.ledger.repeat_of(entry.key, entry.print)
        if known is not None:
            repeated = known.print == entry.print and self._codes["repeat"] == "resend"
            return dict(known.answer) if repeated else {39: "94"}
        entry.code = self.ledger.refusal(entry.key)
        if not entry.code and kind.batch != session.batch:
            entry.code = self._codes["batch_mismatch"]
        if entry.code:
            return {39: entry.code}
        self._decide(request, entry)
        self.ledger.book(entry)
        return dict(entry.answer)

    def _decide(self, request: Message, entry: Entry) -> None:
        """Approve or decline, and say it in the entry."""
        if entry.kind == "void":
            assert entry.voids is not None  # noqa: S101 - set where the kind is
            entry.code = self.ledger.void_refusal(entry.voids, entry.amount) or "00"
        else:
            entry.code = ruled(self._own["rules"], entry.amount, request.pan)
        entry.status = "approved" if entry.code == "00" else "declined"
        own = {39: entry.code}
        if entry.status == "approved":
            own[38] = f"{self._rng.randrange(1_000_000):06d}"
        if 55 in request.fields:  # issuer authentication data, EMV book 3 annex A, tag 91
            own[55] = f"910A{self._rng.randbytes(8).hex().upper()}3030"
        entry.answer = own

    def _entry(self, request: Message, kind: Kind, name: str) -> Entry:
        original = None
        if name == "void":
            of = Original.parse(request.get(61))
            original = Key(request.get(42), request.get(41), of.batch, of.stan)
        said = f"{name}|{request.get(3)}|{request.amount}|{request.pan}|{original}"
        print_ = hmac.new(self._salt, said.encode(), hashlib.sha256).hexdigest()
        return Entry(
            self._key(request, kind), name, request.amount, request.masked_pan, print_,
            "declined", voids=original,
        )  # fmt: skip

    def _reversal(self, request: Message, kind: Kind, session: Session) -> dict[int, str]:
        """0400: the key is the original's; field 39 of the request is the reason."""
        key = self._key(request, kind)
        return {39: self.ledger.reverse(key, request.amount, request.masked_pan)}

    # --- batches ----------------------------------------------------------------------------

    def _settlement(self, request: Message, kind: Kind, session: Session) -> dict[int, str]:
        """0500: compare totals; a balanced batch is closed, once."""
        claimed, _ = Totals.parse(request.get(48))
        batch = (request.get(42), request.get(41), kind.batch)
        closed = self.ledger.settled.get(batch)
        if closed is None and kind.batch != session.batch:
            return {39: self._codes["batch_mismatch"]}
        balanced = claimed == (closed or self.ledger.totals(*batch))
        if closed is None:
            session.unbalanced = not balanced
            if balanced:
                self._close(batch, session, balanced=True)
        return {39: "00", 48: claimed.text("1" if balanced else "2")}

    def _close(self, batch: tuple[str, str, int], session: Session, *, balanced: bool) -> None:
        self.ledger.close(*batch)
        session.batch = batch[2] % 999_999 + 1
        session.unbalanced = False
        uploaded = sum(1 for entry in self.ledger if entry.uploaded and entry.key[:3] == batch)
        self._tell("settled", tid=batch[1], batch=batch[2], balanced=balanced, uploaded=uploaded)

    def _upload(self, request: Message, kind: Kind, session: Session) -> dict[int, str]:
        """0320: items of a batch, or the end of its upload (60.3 = 202 or 207)."""
        batch = (request.get(42), request.get(41), kind.batch)
        if kind.network in UPLOAD_ENDS:
            if session.unbalanced and UPLOAD_ENDS[kind.network]:
                key = self._key(request, kind)
                self._violate("upload_end", key, "ends as balanced what the host found unbalanced")
            if session.unbalanced and kind.batch == session.batch:
                self._close(batch, session, balanced=False)
            return {39: "00", 48: request.get(48)}
        for stan in uploaded_stans(request):
            entry = self.ledger.entries.get(Key(*batch, stan))
            if entry is not None:
                entry.uploaded = True
        return {39: "00"}

    def _accept(self, request: Message, kind: Kind, session: Session) -> dict[int, str]:
        """0620, script results: taken note of."""
        return {39: "00"}

    #: MTI without its last digit -> what answers it, and whether it must carry a MAC.
    KINDS: ClassVar[dict[str, tuple[Callable[..., dict[int, str]], bool]]] = {
        "080": (_network, False), "082": (_network, False), "020": (_financial, True),
        "022": (_financial, True), "040": (_reversal, True), "050": (_settlement, False),
        "032": (_upload, False), "062": (_accept, False),
    }  # fmt: skip

    # --- small things -----------------------------------------------------------------------

    def _session(self, request: Message) -> Session:
        who = (request.get(42), request.get(41))
        if request.get(41) not in self._own["terminals"]:
            return Session()
        return self._sessions.setdefault(who, Session())

    def _time(self) -> datetime.datetime:
        return self._starts + datetime.timedelta(seconds=self._now())

    def _kind_of(self, request: Message, session: Session) -> Kind:
        """Field 60; where it is absent the open batch is meant."""
        try:
            return Kind.parse(request.get(60))
        except Garbled:
            return Kind("", 0 if 60 in request.fields else session.batch)

    def _key(self, request: Message, kind: Kind) -> Key:
        return Key(request.get(42), request.get(41), kind.batch, request.stan)

    def _say_received(self, request: Message, kind: Kind, session: Session) -> None:
        signed = 64 in request.fields
        known = session.keys is not None and signed
        self._tell(
            "request_received", mti=request.mti, stan=request.stan, batch=kind.batch,
            tid=request.get(41), amount=request.amount, pan=request.masked_pan,
            processing=request.get(3), reason=request.get(39), skew=skew(request, self._time()),
            mac_ok=mac.mac_ok(request, session.keys.mac) if known and session.keys else None,
        )  # fmt: skip

    def _violate(self, rule: str, key: Key, text: str) -> None:
        self._tell("violation", rule=rule, stan=key.stan, batch=key.batch, tid=key.tid, text=text)
