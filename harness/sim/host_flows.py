"""What the acquirer answers to each message: who is heard, sign-on and its kin; and who does more.

Sources: Q/CUP 009.1 (flows of a UnionPay terminal), Q/CUP 006.6-2015 A.2 (answer codes). Every
message kind is one row of ``Flows._rows``; what it needs before it is heard is in the row. Money is
in ``host_money.py``, batches in ``host_batches.py``, what terminals download in
``host_downloads.py``.
"""

import datetime
import hmac
import random
from collections.abc import Callable, Mapping
from typing import Any

from harness.errors import Garbled, UsageError
from harness.sim.host_batches import Batches
from harness.sim.host_downloads import Downloads
from harness.sim.host_money import Money
from harness.sim.host_rules import cryptogram_mark, skew, track_number, unlike
from harness.sim.host_session import Heard, Session, new_keys
from harness.sim.host_store import MEMORY, Store
from harness.sim.ledger import Key, Ledger
from harness.wire import answers, mac
from harness.wire.iso8583 import DEMANDS, Message, answer
from harness.wire.subfields import KEY_FORMS, Kind, Original, WorkKeys

#: Fields an answer carries back as they came.
ECHOED = (2, 3, 4, 11, 23, 25, 41, 42, 49, 60)
#: Numbers that a restarted host leaves out: those it gave to what is in no book.
SKIPPED = 100_000
SIGNATURE = "800"  # 60.3 of what brings a signature (Q/CUP 009.1; its sale is in field 61)


def final(code: str) -> bool:
    """Whether an answer code is forced upon a message that is then not even looked at."""
    return bool(code) and answers.expected(code) != "approve"


class Flows:
    """The host's decisions, over its books.

    Args:
        personality: The plain contents of a host fixture.
        rng: Draws the salt, which keys are made of, and authorisation codes.
        now: Seconds on the bench's clock.
        tell: Says an event: word, fields.
        path: Where the books are kept.

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
        path: str = MEMORY,
    ) -> None:
        self._own = personality
        self._codes: Mapping[str, str] = personality["codes"]
        self._now = now
        self._tell = tell
        self._starts = datetime.datetime.fromisoformat(personality["starts"])
        self._sessions: dict[tuple[str, str], Session] = {}
        self._demand = str(personality["demand"])
        self._blocks = str(personality["keys"]["mac"])
        if self._blocks not in mac.BLOCKS:
            wanted = ", ".join(mac.BLOCKS)
            raise UsageError(f"the acquirer's keys, mac: {self._blocks!r} is none of {wanted}")
        store = self._store = Store(path)
        self.ledger = Ledger(self._violate, store)
        self._numbered = int(store.recall("numbered") or -SKIPPED) + SKIPPED
        salt = bytes.fromhex(store.recall("salt") or rng.randbytes(16).hex())
        store.remember("salt", salt.hex())
        self._salt = salt
        store.commit()
        money = Money(personality, self.ledger, self._violate, salt, rng=rng, number=self._number)
        batches = Batches(personality, self.ledger, self._violate, salt, tell=tell)
        self._downloads = Downloads(personality)
        #: MTI without its last digit -> what answers it, and whether it must carry a MAC.
        self._rows: dict[str, tuple[Callable[[Heard], dict[int, str]], bool]] = {
            "080": (self._network, False), "082": (self._network, False),
            "010": (money.answer, True), "020": (money.answer, True), "022": (money.answer, True),
            "040": (money.reverse, True), "050": (batches.settle, False),
            "032": (batches.upload, False), "062": (self._accept, False),
        }  # fmt: skip

    # --- one message ------------------------------------------------------------------------

    def reply(self, request: Message, forced: str = "") -> Message | None:
        """The answer, with its MAC; None for what is no request.

        All that it rests on is kept when this returns. ``forced`` is an answer code that a
        misbehaving host gives instead of deciding; one that approves is given where it approves.
        """
        heard = self._heard(request)
        self._say_received(heard)
        row = self._rows.get(request.mti[:3])
        if row is None:
            if request.mti[2] not in "02":
                self._violate("no_request", heard.key, f"MTI {request.mti}")
                return None
            return self._answer(heard, {39: self._codes["unsupported"]})
        act, needs_mac = row
        code = self._refusal(heard, needs_mac=needs_mac) or forced
        try:
            own = {39: code} if final(code) else self._told(act(heard), code)
        except Garbled:  # a private sub-field that it needs is missing or short
            own = {39: "30"}
        reply = self._answer(heard, own)
        self._keep(heard)
        return reply

    def _told(self, own: Mapping[int, str], code: str) -> Mapping[int, str]:
        """What was decided; an approval by the code that is wanted of it."""
        return {**own, 39: code} if code and own.get(39) == "00" else own

    def _refusal(self, heard: Heard, *, needs_mac: bool) -> str:
        """Why this message is not even looked at: an answer code, or ``""``."""
        request, session = heard.request, heard.session
        if request.get(41) not in self._own["terminals"]:
            return self._codes["unknown_terminal"]
        if request.get(42) != self._own["merchant"]:
            return self._codes["unknown_merchant"]
        if request.mti[:2] == "08":
            return ""
        if not session.signed_on or session.keys is None:
            self._violate("not_signed_on", heard.key, "sent before its sign-on")
            return self._codes["not_signed_on"]
        if (needs_mac or 64 in request.fields) and not self._mac_ok(request, session):
            return self._codes["bad_mac"]
        return ""

    def _answer(self, heard: Heard, own: Mapping[int, str]) -> Message:
        now, request = self._time(), heard.request
        echoed = {number: request.fields[number] for number in ECHOED if number in request.fields}
        stamps = {12: f"{now:%H%M%S}", 13: f"{now:%m%d}", 32: self._own["acquirer_id"]}
        if 37 not in own:
            stamps[37] = self._number()
        fields = echoed | stamps | dict(own)
        return self.resealed(request, answer(request, fields, heard.session.demand))

    def resealed(self, request: Message, reply: Message) -> Message:
        """An answer to this request with a MAC that fits, where there are keys."""
        keys = self._session(request).keys
        if keys is None or reply.mti[:2] == "08":
            return reply
        return mac.sealed(reply, keys.mac, keys.method)

    # --- sign-on and its kin ----------------------------------------------------------------

    def demand(self, what: str) -> None:
        """Have the answers' headers ask every terminal for something, until it has done it."""
        if what not in DEMANDS:
            raise ValueError(f"no demand {what!r}; wanted one of: {', '.join(DEMANDS)}")
        self._demand = what
        for session in self._sessions.values():
            session.demand = what

    def _network(self, heard: Heard) -> dict[int, str]:
        """0800 and 0820: sign-on, sign-off (002), echo (301), signatures, downloads."""
        wanted = heard.kind.network
        if heard.request.mti[:3] == "080" and wanted in KEY_FORMS:
            return self._sign_on(heard)
        if wanted == "002":
            heard.session.signed_on = False
            self._tell("signed_off", tid=heard.who[1])
        if wanted == SIGNATURE:
            of = Original.parse(heard.request.get(61))
            signed = bool(heard.request.get(62))
            self._tell("signature_received", tid=heard.who[1], batch=of.batch, stan=of.stan,
                       signed=signed)  # fmt: skip
        return {39: "00", **self._downloads.answer(heard)}

    def _sign_on(self, heard: Heard) -> dict[int, str]:
        """New keys, and the open batch's number: a new one once the last was settled."""
        session, form = heard.session, heard.kind.network
        batch = session.batch or max(1, heard.kind.batch)  # it may be older than this host
        while (*heard.who, batch) in self.ledger.settled:
            batch = batch % 999_999 + 1
        session.batch, session.signed_on = batch, True
        session.form, session.signs = form, session.signs + 1
        session.keys = self._keys(heard.who, session)
        if session.demand == "sign_on":
            session.demand = "nothing"
        master = bytes.fromhex(self._own["master_key"])
        checks = [*session.checks(), mac.kcv(master).hex()]
        self._tell("signed_on", tid=heard.who[1], batch=batch, checks=checks)
        return {
            39: "00",
            60: Kind(heard.kind.kind, batch, form).text,
            62: session.keys.wrapped(master, form),
        }

    def _keys(self, who: tuple[str, str], session: Session) -> WorkKeys:
        """Those of its last sign-on, by secrets of this host and a number that is in its books.

        A terminal that is signed on stays so when the host is started anew, and no key is kept.
        """
        drawn = self._salt + ":".join((*who, str(session.signs))).encode()
        own = self._own["keys"]
        return new_keys(
            hmac.digest(bytes.fromhex(self._own["master_key"]), drawn, "sha256"), session.form,
            mac_size=int(own["mac_size"]), blocks=self._blocks,
        )  # fmt: skip

    def _accept(self, _heard: Heard) -> dict[int, str]:
        """0620, script results: taken note of."""
        return {39: "00"}

    # --- small things -----------------------------------------------------------------------

    def _heard(self, request: Message) -> Heard:
        session = self._session(request)
        try:
            kind = Kind.parse(request.get(60))
        except Garbled:  # where it is absent the open batch is meant
            kind = Kind("", 0 if 60 in request.fields else session.batch)
        return Heard(request, kind, session)

    def _session(self, request: Message) -> Session:
        who = (request.get(42), request.get(41))
        if request.get(41) not in self._own["terminals"]:
            return Session()
        if who not in self._sessions:
            kept = self._store.recall(f"session {who[0]} {who[1]}") or {}
            session = self._sessions[who] = Session(demand=self._demand, **kept)
            session.keys = self._keys(who, session) if session.signs else None
        return self._sessions[who]

    def _keep(self, heard: Heard) -> None:
        """Have on the disk what this answer rests on."""
        name = f"session {heard.who[0]} {heard.who[1]}"
        if heard.who in self._sessions and self._store.recall(name) != heard.session.kept():
            self._store.remember(name, heard.session.kept())
        if self._store.changed:
            self._store.remember("numbered", self._numbered)
        self._store.commit()

    def _number(self) -> str:
        """A retrieval reference number, field 37."""
        self._numbered += 1
        return f"{self._time():%m%d}{self._numbered % 100_000_000:08d}"

    def set_time_of_day(self, at: datetime.time) -> None:
        """Move the host's clock on to the next time that it is so late; it never goes back."""
        wanted = datetime.datetime.combine(self._time(), at, self._starts.tzinfo)
        self._starts += (wanted - self._time()) % datetime.timedelta(days=1)

    def _time(self) -> datetime.datetime:
        return self._starts + datetime.timedelta(seconds=self._now())

    def _mac_ok(self, request: Message, session: Session) -> bool | None:
        """None where it cannot be told."""
        if session.keys is None:
            return None
        return mac.mac_ok(request, session.keys.mac, session.keys.method)

    def _say_received(self, heard: Heard) -> None:
        request = heard.request
        self._tell(
            "request_received", mti=request.mti, stan=request.stan, batch=heard.kind.batch,
            tid=request.get(41), amount=request.amount, pan=request.masked_pan,
            processing=request.get(3), reason=request.get(39), skew=skew(request, self._time()),
            mode=request.get(22) or None, condition=request.get(25) or None,
            currency=request.get(49) or None, auth=request.get(38).strip(),
            sequence=request.get(23),
            original=request.get(61) or None, track=track_number(request),
            cryptogram=cryptogram_mark(request, self._salt), unlike=unlike(request),
            mac_ok=self._mac_ok(request, heard.session) if 64 in request.fields else None,
        )  # fmt: skip

    def _violate(self, rule: str, key: Key, text: str) -> None:
        self._tell("violation", rule=rule, stan=key.stan, batch=key.batch, tid=key.tid, text=text)
