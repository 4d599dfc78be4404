"""What a register asks of a terminal in nexo, and what it does when no answer comes.

No answer is no reason to ask again for money: it asks what became of it (TransactionStatus), waits
while that is in progress, and believes NotFound: it never happened.
"""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from harness.drivers import _nexo_wishes as wishes
from harness.drivers._nexo_devices import reply
from harness.drivers._nexo_link import Link
from harness.drivers._nexo_report import Reporter, transaction_id
from harness.drivers._nexo_words import NexoWords
from harness.drivers._register_numbers import numbers
from harness.errors import BenchError, DeviceRefused, Garbled, PortLost, PortTimeout
from harness.model.register import Wish
from harness.model.roles import Observe, SaleResult, ignore
from harness.model.units import Money
from harness.wire import nexo

LOOK_AGAIN = 2.0  # s between two looks at a transaction in progress
#: s between two attempts at a terminal that is still busy with the one before, and until when.
AGAIN, PATIENCE = 1.0, 10.0
LOST = (PortLost, PortTimeout, Garbled)


@dataclass(frozen=True, slots=True)
class Manner:
    """How a register behaves.

    Attributes:
        sale: SaleID.
        poi: POIID.
        login: Whether a connection begins with a Login.
        answer: Seconds until the response to what moves no money.
        complete: Seconds until that of a transaction.
    """

    sale: str
    poi: str
    login: bool
    answer: float
    complete: float


class Talk:
    """One register.

    Attributes:
        observe: Who is told.
    """

    def __init__(self, link: Link, manner: Manner, currency: str, words: NexoWords) -> None:
        self.observe: Observe = ignore
        self._link, self._manner, self._words = link, manner, words
        self._currency, self._digits = currency, Money.known(currency)[1]
        self._numbers = numbers(link.clock)
        self._last: nexo.Header | None = None
        self._ended = float("-inf")  # when a response came to the last wish, s
        self._logged_in = self._aborted = False
        self._known: dict[int, dict[str, Any]] = {}  # its number -> its POITransactionID

    # --- the session ---

    def attend(self) -> None:
        """Say what came unasked; raises PortLost."""
        self._link.attend(self._unasked)

    def ready(self) -> None:
        """Be connected, and logged in where that is wanted; raises BenchError."""
        self._connect()
        if self._manner.login and not self._logged_in:
            self.login()

    def _connect(self) -> None:
        self._link.settle()
        with suppress(PortLost):  # of the connection before
            self.attend()
        if self._link.open():
            self._logged_in = False

    def login(self) -> SaleResult:
        """Open the register's session; raises DeviceRefused, PortLost, PortTimeout, Garbled."""
        message, t = self._ask("Login", wishes.login(), self._manner.answer)
        said = self._say.result(message, t)
        if said.outcome != "approved":
            raise DeviceRefused(f"the terminal did not log us in: {said.code} {said.text}")
        self._logged_in = True
        return said

    # --- requests ---

    def deal(self, wish: Wish) -> SaleResult:
        """A transaction to its end; ``failed`` without a code: it was never sent."""
        number = next(self._numbers)
        category, body = wishes.wanted(wish, number, self._currency, self._known)
        said, message = self._result_of(category, body, self._manner.complete, resync=True)
        known = transaction_id(message.body) if message is not None else {}
        told = said.stan or said.trace
        if told is not None and known:
            self._known[told] = known
        return said

    def other(self, category: str, body: dict[str, Any], *, long: bool = False) -> SaleResult:
        """Something that is no transaction."""
        within = self._manner.complete if long else self._manner.answer
        return self._result_of(category, body, within, resync=False)[0]

    def status(self) -> str:
        """By a Diagnosis; raises BenchError without an answer."""
        self.ready()
        return self._say.status(*self._inform("Diagnosis", {}))

    def totals(self) -> None:
        """By GetTotals; raises BenchError without an answer."""
        self.ready()
        message, t = self._inform("GetTotals", {})
        if message.result != "Success":
            raise DeviceRefused(f"the terminal tells no totals: {message.error}")
        self._say.totals(message, t)

    def abort(self) -> None:
        """Ask it to abort what runs; may be called while another task waits."""
        self._aborted = True
        if self._link.busy and self._last is not None:
            body = {
                "MessageReference": wishes.reference(self._last),
                "AbortReason": "MerchantAbort",
            }
            self._link.tell(nexo.Message(self._header("Abort"), body))

    def lose_responses(self, *, on: bool) -> None:
        """While on, responses to transactions are as if they had never arrived."""
        told = "acknowledgement_withheld"
        self._link.lost = (lambda t: self.observe(told, t=t, code="response")) if on else None

    def again(self) -> SaleResult | None:
        """What the terminal says of the last transaction; None when there is none."""
        if self._last is None:
            return None
        try:
            self.ready()
        except BenchError as error:
            return SaleResult("unknown", text=str(error))
        return self._look(self._last)[0]

    def reprint(self) -> SaleResult:
        """The last receipt once more."""
        return self.other("TransactionStatus", {"ReceiptReprintFlag": True})

    # --- within ---

    def _result_of(
        self, category: str, body: dict[str, Any], within: float, *, resync: bool
    ) -> tuple[SaleResult, nexo.Message | None]:
        try:
            self.ready()
        except BenchError as error:
            return SaleResult("failed", text=str(error)), None  # nothing was asked
        header, self._aborted = self._header(category), False
        if resync:
            self._last = header
        try:
            message, t = self._exchange(nexo.Message(header, body), within)
            first = True
            while self._may_ask_again(message, first=first):
                first, header = False, self._header(category)
                self._last = header if resync else self._last
                message, t = self._exchange(nexo.Message(header, body), within)
        except DeviceRefused as error:
            return SaleResult("failed", text=str(error)), None
        except LOST as error:
            self.observe("ecr_status", code="", text=f"no response: {error}")
            if not resync:
                return SaleResult("unknown", text=str(error)), None
            return self._resync(header, str(error))
        self._ended = t
        return self._say.result(message, t), message

    def _may_ask_again(self, message: nexo.Message, *, first: bool) -> bool:
        """Whether it was refused for now; nothing was done, so it is no second transaction.

        Busy is the end of what this register asked before: a card may still be in the slot.
        """
        if first and self._is_logged_out(message):
            self.login()
            return True
        over = self._link.clock.now() >= self._ended + PATIENCE
        if message.error != "Busy" or self._aborted or over:
            return False
        self._link.clock.sleep(AGAIN)
        return not self._aborted

    def _resync(self, header: nexo.Header, why: str) -> tuple[SaleResult, nexo.Message | None]:
        """What became of it, where the terminal can be reached at all now."""
        try:
            self.ready()
        except BenchError:
            return SaleResult("unknown", text=why), None
        return self._look(header)

    def _look(self, header: nexo.Header) -> tuple[SaleResult, nexo.Message | None]:
        """TransactionStatus, again while it is in progress."""
        until = self._link.clock.now() + self._manner.complete
        body = {"MessageReference": wishes.reference(header), "ReceiptReprintFlag": False}
        while True:
            try:
                message, t = self._inform("TransactionStatus", body)
            except (DeviceRefused, *LOST) as error:
                return SaleResult("unknown", text=str(error)), None
            if message.error not in ("InProgress", "Busy") or self._link.clock.now() > until:
                return self._found(message, t)
            self._link.clock.sleep(LOOK_AGAIN)

    def _found(self, message: nexo.Message, t: float) -> tuple[SaleResult, nexo.Message | None]:
        if message.error == "NotFound":
            said = "the terminal knows no such transaction"
            self.observe("ecr_result", t=t, code="NotFound", text=said)
            return SaleResult("failed", code="NotFound", text=said), None
        if message.result != "Success":
            return SaleResult("unknown", code=message.error), None
        inner = nexo.at(message.body, "RepeatedMessageResponse")
        repeated = nexo.at(inner, "RepeatedResponseMessageBody")
        name = next((one for one in repeated if one.endswith("Response")), "")
        found = nexo.Message(message.header, nexo.at(repeated, name))
        if not found.result:
            return SaleResult("unknown", text="a status without the response it repeats"), None
        return self._say.result(found, t, copy=True), found

    def _inform(self, category: str, body: nexo.Body) -> tuple[nexo.Message, float]:
        """What moves nothing is asked again where the connection was one of before."""
        try:
            return self._ask(category, body, self._manner.answer)
        except PortLost:
            if not self._link.lasts:
                raise
            self.ready()
            return self._ask(category, body, self._manner.answer)

    def _ask(self, category: str, body: nexo.Body, within: float) -> tuple[nexo.Message, float]:
        message, t = self._exchange(nexo.Message(self._header(category), body), within)
        if category != "Login" and self._is_logged_out(message):
            self.login()
            return self._exchange(nexo.Message(self._header(category), body), within)
        return message, t

    def _is_logged_out(self, message: nexo.Message) -> bool:
        """Whether it refused for want of a session: it was restarted, and nobody heard it go.

        One with another reason, by its own words, is not asked again.
        """
        lost = self._manner.login and self._link.carries_on and message.error == "LoggedOut"
        return lost and not self._words.own.cause(message.additional)

    def _exchange(self, message: nexo.Message, within: float) -> tuple[nexo.Message, float]:
        self._connect()
        return self._link.ask(message, self._link.clock.now() + within, self._unasked)

    def _unasked(self, message: nexo.Message, t: float) -> None:
        self._say.unasked(message, t)
        answer = reply(message)
        if answer is not None:
            self._link.tell(answer)

    def _header(self, category: str) -> nexo.Header:
        service = f"{next(self._numbers):010d}"[-nexo.LONGEST_ID :]
        return nexo.Header(category, service=service, sale=self._manner.sale, poi=self._manner.poi)

    @property
    def _say(self) -> Reporter:
        words = self._words
        return Reporter(words.own, self._digits, self.observe, counts_as_host=words.counts_as_host)
