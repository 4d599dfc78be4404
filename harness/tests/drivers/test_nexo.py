"""Registers of nexo against written messages and hostile terminals, over TCP and HTTP(S)."""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest

from harness.clock import CooperativeClock
from harness.drivers.nexo import Driver
from harness.errors import BenchError, DeviceRefused, PortLost, RigError
from harness.links.certificates import server_context, trusted
from harness.model.network import CertificateKind
from harness.model.register import (
    Desk,
    Diagnoses,
    Reprints,
    Settles,
    SignsOff,
    SignsOn,
    Totals,
    Wish,
)
from harness.model.roles import SaleResult, Terminal, Watched, plays
from harness.model.units import Money
from harness.model.updates import Updatable
from harness.ports.base import Port
from harness.ports.memory import MemoryPort, pair
from harness.ports.tls import CertificateRefused, TlsPort
from harness.wire import nexo, nexo_secure

CARD = "9999990000000014"
AMOUNT = Money(1250, "EUR")
#: What a terminal makes of a request: bodies to answer with, raw bytes, or nothing.
Say = Callable[[nexo.Message], list[dict[str, Any] | nexo.Message | bytes]]
GOOD = {"Response": {"Result": "Success"}}


def paid(amount: float = 12.5, stan: str = "000007") -> dict[str, Any]:
    """The body of an approved PaymentResponse."""
    number = {"TransactionID": stan, "TimeStamp": "2026-03-02T08:00:00Z"}
    bank = {"AcquirerTransactionID": number, "ApprovalCode": "123456"}
    told = {"AmountsResp": {"Currency": "EUR", "AuthorizedAmount": amount}}
    return {
        **GOOD, "POIData": {"POITransactionID": number},
        "PaymentResult": {**told, "PaymentAcquirerData": bank},
    }  # fmt: skip


def no(condition: str, additional: str = "") -> dict[str, Any]:
    """A body that says no."""
    return {"Response": {
        "Result": "Failure", "ErrorCondition": condition, "AdditionalResponse": additional,
    }}  # fmt: skip


def repeated(body: dict[str, Any]) -> dict[str, Any]:
    """The body of a TransactionStatusResponse."""
    inner = {"RepeatedResponseMessageBody": {"PaymentResponse": body}}
    return {**GOOD, "RepeatedMessageResponse": inner}


class Spoken:
    """A terminal over TCP that answers by ``say``; a ``MemoryPort`` that can be opened anew."""

    def __init__(self, say: Say, **options: Any) -> None:
        self.clock = CooperativeClock()
        self.asked: list[nexo.Message] = []
        self.seen: list[tuple[str, dict[str, Any]]] = []
        self._say, self.closes_at, self.dies = say, "", False
        self.port = Reopened(self.clock, self.accept)
        self.driver = Driver(self.port, **{"login": False, "answer_within": 5.0, **options})
        self.driver.observe = self.observe

    def observe(self, kind: str, /, *, t: float | None = None, **fields: Any) -> None:
        self.seen.append((kind, fields))

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [fields for one, fields in self.seen if one == kind]

    def categories(self) -> list[str]:
        return [message.header.category for message in self.asked]

    def accept(self, port: MemoryPort) -> None:
        self.clock.spawn("terminal", lambda: self._live(port))

    def _live(self, port: MemoryPort) -> None:
        deframer = nexo.Deframer()
        while True:
            try:
                chunk = port.read()
                for octets in deframer.feed(chunk.data) if chunk else ():
                    self._hear(port, nexo.read_message(nexo.from_json(octets)))
            except PortLost:
                return

    def _hear(self, port: MemoryPort, message: nexo.Message) -> None:
        self.asked.append(message)
        if message.header.category == self.closes_at:
            self.closes_at, self.port.dead = "", self.dies
            port.close()
            return
        for said in self._say(message):
            if isinstance(said, dict):
                said = nexo.Message(message.header.answered(), said)
            octets = nexo.to_json(said.plain()) if isinstance(said, nexo.Message) else said
            port.write(nexo.prefixed(octets) if isinstance(said, nexo.Message) else octets)

    def play(self, story: Callable[[], Any]) -> Any:
        return self.clock.run(story)

    def sell(self) -> SaleResult:
        result = self.play(lambda: self.driver.sell(AMOUNT))
        assert isinstance(result, SaleResult)
        return result


class Reopened(Port):
    """Connects anew whenever it is opened after a loss."""

    def __init__(self, clock: CooperativeClock, accept: Callable[[MemoryPort], None]) -> None:
        super().__init__(clock, "10.0.0.9:7777")
        self._accept, self._line = accept, None
        self.dead = False

    _line: MemoryPort | None

    _theirs: MemoryPort | None = None

    def hang_up(self) -> None:
        """The other end parts."""
        if self._theirs is not None:
            self._theirs.close()

    def twin(self) -> "Reopened":
        return Reopened(self.clock, self._accept)  # type: ignore[arg-type]

    def open(self) -> None:
        if self.dead:
            raise PortLost("refused")
        if self._line is None or self._line.closed or self._line._lost:
            self._line, self._theirs = pair(self.clock, "terminal")
            self._line.arrived = self.arrived
            self._accept(self._theirs)

    def write(self, data: bytes) -> None:
        self._live().write(data)

    def read(self, until: float | None = None) -> Any:
        return self._live().read(until)

    @property
    def readable(self) -> bool:
        return self._line is not None and self._line.readable

    def close(self) -> None:
        if self._line is not None:
            self._line.close()

    def _live(self) -> MemoryPort:
        if self._line is None:
            raise PortLost("not open")
        return self._line


def test_what_can_be_named_is_nexos_and_the_models(tmp_path: Path) -> None:
    """A cause for which neither has a word is none that it fails to tell."""
    words = tmp_path / "register.yaml"
    words.write_text("codes: {E106: no_signal}\n")
    bare, own = (
        Spoken(lambda _: [], personality=which).driver.nameable() for which in ("", str(words))
    )

    assert {"card_declined", "cancelled"} <= bare
    assert not {"no_signal", "host_silent", "host_unreachable", ""} & bare
    assert own == bare | {"no_signal"}


@pytest.mark.parametrize(
    ("hangs_up", "additional", "asked"), [(True, "", 2), (True, "E305", 1), (False, "", 1)]
)
def test_a_session_that_was_lost_behind_a_hang_up_is_opened_again(
    hangs_up: bool, additional: str, asked: int, tmp_path: Path
) -> None:  # fmt: skip
    """LoggedOut: nothing was begun; unless it says why, or has kept the line since its Login."""
    words = tmp_path / "register.yaml"
    words.write_text("codes: {E305: not_signed_on}\n")

    def say(message: nexo.Message) -> list[dict[str, Any] | nexo.Message | bytes]:
        first = message.header.category == "Payment" and "Payment" not in own.categories()[:-1]
        if hangs_up:
            own.clock.call_at(own.clock.now() + 0.1, own.port.hang_up)
        return [no("LoggedOut", additional) if first else paid()]

    own = Spoken(say, login=True, personality=str(words))
    result = own.sell()

    assert own.categories().count("Payment") == asked
    assert result.outcome == ("approved" if asked == 2 else "failed")


def test_it_plays_what_it_says() -> None:
    """All roles but a self-test."""
    nowhere, _ = pair(CooperativeClock(), "x")
    for role in (Terminal, Watched, Desk, Settles, SignsOn, SignsOff, Reprints, Diagnoses, Totals,
                 Updatable):  # fmt: skip
        assert plays(Driver(nowhere), role), role


def test_a_payment_is_asked_for_and_read_as_published() -> None:
    """Amount in major units, a ServiceID of at most ten characters that no other has."""
    terminal = Spoken(lambda _: [paid()])

    def story() -> Any:
        return terminal.driver.sell(AMOUNT), terminal.driver.sell(AMOUNT)

    first, _ = terminal.play(story)
    one, two = terminal.asked

    assert (first.outcome, first.amount, first.stan, first.auth) == (
        "approved", 1250, 7, "123456",
    )  # fmt: skip
    request = one.body["PaymentTransaction"]["AmountsReq"]
    assert (str(request["RequestedAmount"]), request["Currency"]) == ("12.5", "EUR")
    assert one.header.service != two.header.service
    assert len(one.header.service) <= nexo.LONGEST_ID


def test_a_balance_is_read_from_the_account() -> None:
    """It has no PaymentResult (BalanceInquiryResponse: PaymentAccountStatus)."""
    bank = paid()["PaymentResult"]["PaymentAcquirerData"]
    state = {"Currency": "EUR", "CurrentBalance": 1234.5, "PaymentAcquirerData": bank}
    terminal = Spoken(lambda _: [{**GOOD, "PaymentAccountStatus": state}])

    told = terminal.play(lambda: terminal.driver.transact(Wish("balance")))

    assert (told.outcome, told.amount, told.stan) == ("approved", 123_450, 7)
    assert terminal.categories() == ["BalanceInquiry"]


def test_a_session_begins_with_a_login_and_again_on_a_new_connection() -> None:
    """A refused login sells nothing."""
    good: list[bool] = []
    terminal = Spoken(lambda message: [
        paid() if message.header.category == "Payment" else GOOD if good else no("Busy")
    ], login=True)  # fmt: skip

    def story() -> Any:
        early = terminal.driver.sell(AMOUNT)
        good.append(True)
        told = [terminal.driver.sell(AMOUNT) for _ in range(2)]
        terminal.port.close()
        return early, *told, terminal.driver.sell(AMOUNT)

    outcomes = [row.outcome for row in terminal.play(story)]

    assert outcomes == ["failed", "approved", "approved", "approved"]
    assert terminal.categories() == ["Login", "Login", "Payment", "Payment", "Login", "Payment"]


@pytest.mark.parametrize("condition", sorted(nexo.CONDITIONS))
def test_every_condition_is_no_approval(condition: str) -> None:
    """Only Refusal and WrongPIN are the issuer's."""
    result = Spoken(lambda _: [no(condition)]).sell()

    assert result.outcome == nexo.CONDITIONS[condition][0]
    assert (result.outcome == "declined") == (condition in ("Refusal", "WrongPIN"))
    assert result.code == condition


def test_a_models_own_code_says_more_than_the_condition() -> None:
    """UnreachableHost, and why."""
    terminal = Spoken(
        lambda _: [no("UnreachableHost", "errorCode=E106&message=NO%20SIGNAL")],
        personality="countertop",
    )
    result = terminal.sell()

    assert (result.outcome, result.cause) == ("failed", "no_signal")
    assert terminal.of("report")[0]["cause"] == "no_signal"
    assert "NO SIGNAL" in result.text


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (repeated(paid()), "approved"), (repeated(no("Refusal")), "declined"),
        (no("NotFound"), "failed"), (no("UnavailableService"), "unknown"), (GOOD, "unknown"),
        (repeated({}), "unknown"), (b"\0\0\0\x02{}", "unknown"),
    ],
)  # fmt: skip
def test_without_a_response_the_status_is_asked_for_and_nothing_is_sold_again(
    status: Any, outcome: str
) -> None:
    """What it says counts; what says nothing is unknown."""
    terminal = Spoken(
        lambda message: [status] if message.header.category == "TransactionStatus" else [],
        complete_within=20.0,
    )
    result = terminal.sell()

    assert result.outcome == outcome
    assert terminal.categories() == ["Payment", "TransactionStatus"]
    reference = terminal.asked[1].body["MessageReference"]
    assert reference["ServiceID"] == terminal.asked[0].header.service
    assert reference["MessageCategory"] == "Payment"


def test_a_transaction_in_progress_is_waited_for() -> None:
    """Asked again and again, the payment not."""
    answers = [no("InProgress"), no("Busy"), no("InProgress"), repeated(paid())]
    terminal = Spoken(
        lambda message: [answers.pop(0)] if message.header.category == "TransactionStatus" else [],
        complete_within=30.0,
    )

    assert terminal.sell().outcome == "approved"
    assert terminal.categories() == ["Payment", *["TransactionStatus"] * 4]


def test_a_connection_that_breaks_is_made_again_for_the_status() -> None:
    """A dropped socket does not stop the sale."""
    terminal = Spoken(lambda _: [repeated(paid())])
    terminal.closes_at = "Payment"

    assert terminal.sell().outcome == "approved"
    assert terminal.categories() == ["Payment", "TransactionStatus"]


def test_a_terminal_that_stays_away_leaves_it_unknown_until_it_is_back() -> None:
    """And ``last_result`` asks for the very same."""
    terminal = Spoken(lambda _: [repeated(paid())])
    terminal.closes_at, terminal.dies = "Payment", True

    def story() -> Any:
        first, away = terminal.driver.sell(AMOUNT), terminal.driver.last_result()
        terminal.port.dead = False
        return first, away, terminal.driver.last_result()

    outcomes = [row.outcome for row in terminal.play(story)]

    assert outcomes == ["unknown", "unknown", "approved"]
    assert terminal.categories() == ["Payment", "TransactionStatus"]


@pytest.mark.parametrize(
    "octets",
    [
        b"\xff\xff\xff\xff",
        b"\0\0\0\x02{}",
        b"\0\0\0\x03[1]",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"\0\0\0\0",
    ],
)
def test_a_hostile_terminal_approves_nothing(octets: bytes) -> None:
    """Nonsense instead of a response: the connection is ended, the outcome is unknown."""
    result = Spoken(lambda _: [octets], complete_within=9.0).sell()

    assert result.outcome == "unknown"


def test_a_response_to_another_request_is_nobodys() -> None:
    """A late one, with an older ServiceID, approves no other sale."""
    header = nexo.Header("Payment", "Response", "0000000099", "HIL", "X")
    terminal = Spoken(
        lambda message: (
            [nexo.Message(header, paid())] if message.header.category == "Payment"
            else [no("NotFound")]
        ), complete_within=9.0,
    )  # fmt: skip

    assert terminal.sell().outcome == "failed"
    assert terminal.of("ecr_status")[0]["text"] == "a response nobody waits for: Payment"


def test_prompts_and_events_are_said_and_answered_where_that_is_wanted() -> None:
    """A display that wants a response gets one; events are only said."""
    content = {"OutputFormat": "Text", "OutputText": [{"Text": "AMOUNT 1.00 INSERT CARD"}]}
    output = {"Device": "CashierDisplay", "InfoQualify": "Status", "OutputContent": content}
    display = nexo.Message(
        nexo.Header("Display", of="Device", device="1"), {"DisplayOutput": [output]}
    )
    event = nexo.Message(
        nexo.Header("Event", "Notification", of="Event"),
        {"EventToNotify": "OutOfOrder", "EventDetails": "E505 CARD READER DEFECTIVE"},
    )
    terminal = Spoken(
        lambda message: [display, event, paid()] if message.header.category == "Payment" else [],
        personality="countertop",
    )

    def story() -> Any:
        result = terminal.driver.sell(AMOUNT)
        terminal.clock.sleep(0.1)
        return result

    assert terminal.play(story).outcome == "approved"
    assert terminal.of("ecr_status")[0] == {
        "code": "Status", "text": "AMOUNT 1.00 INSERT CARD", "asks": "insert",
    }  # fmt: skip
    assert terminal.of("ecr_status")[1]["code"] == "OutOfOrder"
    assert terminal.of("report")[0]["cause"] == "reader_fault"
    answered = terminal.asked[-1]
    assert (answered.header.category, answered.header.kind) == ("Display", "Response")
    assert answered.body["OutputResult"][0]["Response"] == {"Result": "Success"}


def test_a_card_number_in_clear_is_told_and_kept_out_of_everything() -> None:
    """In any field, of a response and of what comes unasked."""
    body = paid()
    body["PaymentResult"]["PaymentInstrumentData"] = {"CardData": {"MaskedPan": CARD}}
    event = nexo.Message(
        nexo.Header("Event", "Notification", of="Event"),
        {"EventToNotify": CARD, "EventDetails": f"track ;{CARD}=4912101?"},
    )
    loud = no("Refusal", f"pan={CARD}")
    for said in ([body], [event, paid()], [loud]):
        terminal = Spoken(lambda _, said=said: said)  # type: ignore[misc]
        result = terminal.sell()

        assert terminal.of("card_number_in_clear"), said
        assert CARD not in repr(result) + repr(terminal.seen)


def test_states_other_than_ok_are_told_as_they_are() -> None:
    """A Diagnosis without any status is none."""
    words = ["OK", "Busy", "Maintenance", "Unreachable"]
    terminal = Spoken(lambda _: [{**GOOD, "POIStatus": {"GlobalStatus": words.pop(0)}}])

    def story() -> Any:
        return [terminal.driver.status() for _ in range(4)]

    assert terminal.play(story) == ["00", "Busy", "Maintenance", "Unreachable"]


def test_a_refused_total_is_a_refusal() -> None:
    """In the terminal's words."""
    terminal = Spoken(lambda _: [no("NotAllowed")])

    def story() -> None:
        with pytest.raises(DeviceRefused, match="NotAllowed"):
            terminal.driver.totals()

    terminal.play(story)


# --- secured messages, HTTPS ---


def test_adyens_envelope_is_used_where_there_is_a_passphrase(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nothing of the payment is readable on the wire; an answer in clear is not believed."""
    monkeypatch.setenv("HIL_NEXO", "a passphrase")
    secret = nexo_secure.Secret("a passphrase", "key")
    clock = CooperativeClock()
    ours, theirs = pair(clock, "terminal")
    heard: list[bytes] = []
    sealed = [True]

    def live() -> None:
        deframer = nexo.Deframer()
        while (chunk := theirs.read()) is not None:
            heard.append(chunk.data)
            for octets in deframer.feed(chunk.data):
                asked = nexo.read_message(
                    nexo.from_json(nexo_secure.unseal(nexo.from_json(octets), secret))
                )
                plain = nexo.Message(asked.header.answered(), paid()).plain()
                clear = nexo.to_json(plain)
                said = nexo_secure.seal(clear, "SaleToPOIResponse", {}, secret, bytes(16))
                theirs.write(nexo.prefixed(nexo.to_json(said) if sealed[0] else clear))

    driver = Driver(ours, login=False, passphrase_env="HIL_NEXO", key_id="key", complete_within=9.0)

    def story() -> Any:
        clock.spawn("terminal", live)
        first = driver.sell(AMOUNT)
        sealed[0] = False
        return first, driver.sell(AMOUNT)

    first, second = clock.run(story)

    assert (first.outcome, second.outcome) == ("approved", "unknown")
    assert b"PaymentRequest" not in b"".join(heard)
    assert "passphrase" not in repr(first) + repr(second)


def test_what_cannot_be_secured_is_refused_before_anything(tmp_path: Path) -> None:
    """A passphrase that is not there, an authority that is none."""
    nowhere, _ = pair(CooperativeClock(), "https://10.0.0.9:8443")
    with pytest.raises(RigError, match="HIL_NOWHERE"):
        Driver(nowhere, passphrase_env="HIL_NOWHERE")
    with pytest.raises(RigError, match="authority"):
        Driver(nowhere, transport="http", authority=str(tmp_path / "none.pem"))


Wire = Callable[[nexo.Message], bytes]


def http(octets: bytes, status: str = "200 OK", *more: str) -> bytes:
    """A response with its length."""
    head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(octets)}", *more])
    return head.encode() + b"\r\n\r\n" + octets


def said(message: nexo.Message, service: str = "") -> bytes:
    """That all is well: paid, or the status of what was paid; of another request by ``service``."""
    header = message.header.answered()
    status = message.header.category == "TransactionStatus"
    body = repeated(paid()) if status else paid()
    plain = nexo.Message(replace(header, service=service or header.service), body).plain()
    return nexo.to_json(plain)


def in_chunks(message: nexo.Message) -> bytes:
    """RFC 9112, 7.1."""
    octets = said(message)
    pieces = (octets[:7], octets[7:], b"")
    return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"".join(
        b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces
    )


class Posted:
    """A terminal over HTTPS that answers each request by what ``wire`` makes of it."""

    def __init__(self, folder: Path, wire: Wire | None, certificate: str = "good") -> None:
        file = folder / "ca.pem"
        file.write_text(trusted())
        self.clock, self.asked, self._wire = CooperativeClock(), list[nexo.Message](), wire
        self._certificate: Any = certificate
        port = Reopened(self.clock, self.accept)
        port.address = "https://terminal.hil.test:8443"
        self.driver = Driver(
            port, transport="http", authority=str(file), login=False, answer_within=5.0,
            complete_within=9.0,
        )  # fmt: skip

    def accept(self, port: MemoryPort) -> None:
        self.clock.spawn("line", lambda: self.live(port))

    def live(self, port: MemoryPort) -> None:
        line = TlsPort(port, server_context(self._certificate, "terminal.hil.test"))
        with suppress(BenchError):
            line.handshake(self.clock.now() + 5.0)
            heard = b""
            while b"}}}" not in heard:
                chunk = line.read(self.clock.now() + 5.0)
                heard += chunk.data if chunk else b""
            self.asked.append(nexo.read_message(json.loads(heard[heard.index(b"{") :])))
            if self._wire is not None:
                line.write(self._wire(self.asked[-1]))
            line.close()

    def sell(self) -> SaleResult:
        result = self.clock.run(lambda: self.driver.sell(AMOUNT))
        assert isinstance(result, SaleResult)
        return result


@pytest.mark.parametrize("kind", get_args(CertificateKind))
def test_over_https_only_a_terminal_that_is_trusted_is_spoken_to(tmp_path: Path, kind: str) -> None:
    """The authority is an option; a stranger gets no request, and why is said."""
    terminal = Posted(tmp_path, lambda message: http(said(message)), kind)

    result = terminal.sell()

    assert result.outcome == ("approved" if kind == "good" else "unknown")
    assert bool(terminal.asked) == (kind == "good")
    assert kind == "good" or "certificate refused: " in result.text
    if kind != "good":
        with pytest.raises(CertificateRefused, match="certificate refused") as refused:
            terminal.clock.run(terminal.driver.status)
        assert "`authority:`" in refused.value.said


#: What the terminal's end says to the payment -> what the sale is then.
HOSTILE: dict[str, tuple[Wire | None, str]] = {
    "in chunks": (in_chunks, "approved"),
    "twice": (lambda message: http(said(message)) * 2, "approved"),
    "500": (lambda _: http(b"oops", "500 Internal Server Error"), "resync"),
    "500 with a response": (lambda message: http(said(message), "500 Oops"), "resync"),
    "504 of a gateway": (lambda _: http(b"", "504 Gateway Timeout"), "resync"),
    "408": (lambda _: http(b"", "408 Request Timeout"), "resync"),
    "redirect": (
        lambda _: http(b"", "302 Found", "Location: https://elsewhere.example/nexo"), "resync",
    ),
    "cut off": (lambda message: http(said(message))[:-9], "resync"),
    "cut off in its head": (lambda message: http(said(message))[:12], "resync"),
    "of another request": (lambda message: http(said(message, "0000000099")), "resync"),
    "empty": (lambda _: http(b"", "204 No Content"), "resync"),
    "a web page": (lambda _: http(b"<html>log in</html>"), "resync"),
    "no HTTP": (lambda _: b"\0\0\0\x02{}", "resync"),
    "never": (None, "resync"),
    "400": (lambda _: http(b"no such message", "400 Bad Request"), "failed"),
    "404": (lambda _: http(b"", "404 Not Found"), "failed"),
}  # fmt: skip


@pytest.mark.parametrize("what", HOSTILE)
def test_what_is_no_response_leaves_open_what_became_of_the_sale(tmp_path: Path, what: str) -> None:
    """It is asked for by its status and not sold again; where that is hostile as well: unknown."""
    wire, wanted = HOSTILE[what]

    def once(message: nexo.Message) -> bytes:
        status = message.header.category == "TransactionStatus"
        return http(said(message)) if status or wire is None else wire(message)

    good = Posted(tmp_path, None if wire is None else once)
    bad = Posted(tmp_path, wire)

    first, second = good.sell(), bad.sell()

    outcomes = {"resync": ("approved", "unknown")}.get(wanted, (wanted, wanted))
    assert (first.outcome, second.outcome) == (("unknown", "unknown") if wire is None else outcomes)
    categories = [message.header.category for message in good.asked]
    assert categories == ["Payment", "TransactionStatus"][: 2 if wanted == "resync" else 1]
