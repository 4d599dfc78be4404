"""What a register may ask of the terminal in nexo, whatever carries the messages.

Source: nexo Sale to POI Protocol 3.1: one request at a time besides Abort, TransactionStatus and
Diagnosis; a lost connection does not stop a transaction; its response is kept and can be asked for,
and a request that comes again is answered with it (``_nexo_repeats.py``).
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from harness.model.register import Deal
from harness.sim.terminal import books
from harness.sim.terminal.outcome import Asked, Outcome, Telling
from harness.sim.terminal.registers._nexo_bodies import SUCCESS, Bodies, failure, not_here
from harness.sim.terminal.registers._nexo_repeats import (
    UNDER_WAY,
    Repeats,
    mark_of,
    number_of,
)
from harness.wire import nexo

if TYPE_CHECKING:
    from harness.sim.terminal.firmware import Firmware

#: PaymentType -> the deal.
DEALS: dict[str, Deal] = {
    "Normal": "sale", "Refund": "refund", "OneTimeReservation": "preauth",
    "FirstReservation": "preauth", "Completion": "completion",
}  # fmt: skip
AT_ONCE = ("Abort", "TransactionStatus", "Diagnosis", "Login")
OWN_TEXTS = ("card_again", "remove_card")
Body = dict[str, Any]


class Acts:
    """One register.

    Attributes:
        cancelled: Whether the register wants the transaction that runs to be aborted.
    """

    def __init__(self, firmware: "Firmware", show: Callable[[nexo.Message], None]) -> None:
        """Make it.

        Args:
            firmware: The terminal's.
            show: Sends the register what it did not ask for.
        """
        self._firmware, self._show = firmware, show
        self._bodies = Bodies(firmware)
        self._repeats = Repeats(firmware, self._bodies)
        self._asked = firmware.last_asked
        self._header: nexo.Header | None = None
        self._shown = 0
        self.cancelled = False
        settlement = firmware.settlement
        self._acts: dict[str, Callable[[nexo.Message], Body]] = {
            "Login": self._login, "Diagnosis": self._diagnosis,
            "Logout": lambda _: self._simple(settlement.sign_off(self)),
            "Payment": self._payment, "Reversal": self._reversal,
            "BalanceInquiry": self._balance, "TransactionStatus": self._status,
            "Reconciliation": self._reconcile,
            "GetTotals": lambda _: {**SUCCESS, **self._bodies.totals()},
            "Admin": self._admin,
        }  # fmt: skip

    def answer(self, message: nexo.Message) -> nexo.Message | None:
        """The response to a request, when it is there; None where there is none."""
        category, header = message.header.category, message.header
        if header.kind != "Request":
            return None
        if category == "Abort":
            self._abort(message)
            return None
        body, done = self._body_of(message)
        if category == "Payment" and "POIData" not in body:
            body = {**self._bodies.unmade(), **_sale_of(message), **body}
        if done:
            self._repeats.keep(message, body)
        return nexo.Message(header.answered(), body)

    def _body_of(self, message: nexo.Message) -> tuple[Body, bool]:
        """What is answered, and whether it was carried out just now."""
        category, header, firmware = message.header.category, message.header, self._firmware
        act = self._acts.get(category)
        busy = firmware.payment.turn.held and category not in AT_ONCE
        if not 0 < len(header.service) <= nexo.LONGEST_ID:
            return failure("MessageFormat", "message=ServiceID"), False
        if act is None:
            return not_here(message), False
        if (earlier := self._repeats.response(message)) is not None:
            return earlier, False
        if busy or (not firmware.state.up and category != "Diagnosis"):
            return failure("Busy"), False
        self._header = header
        return act(message), True

    # --- sessions, states -------------------------------------------------------------------

    def _login(self, message: nexo.Message) -> Body:
        self._repeats.log_in(message.header.sale)
        who = self._firmware.who
        return {
            **SUCCESS,
            "POISystemData": {
                "DateTime": self._firmware.wall_time().isoformat() + "Z",
                "POISoftware": {
                    "ManufacturerID": "HIL", "ApplicationName": who.model,
                    "SoftwareVersion": self._firmware.version, "CertificationCode": who.model,
                },
                "POIStatus": self._bodies.status()["POIStatus"],
            },
        }  # fmt: skip

    def _diagnosis(self, message: nexo.Message) -> Body:
        told = self._bodies.status()
        if message.body.get("HostDiagnosisFlag") is not True:
            return told
        cause = self._firmware.comms.wanted()
        reached = {"AcquirerID": "1", "IsReachableFlag": cause is None}
        outcome = Outcome("approved" if cause is None else "failed", 0, cause or "")
        return {
            **told, "Response": self._bodies.response(outcome), "HostStatus": [reached],
        }  # fmt: skip

    def _admin(self, message: nexo.Message) -> Body:
        word = nexo.text(message.body, "ServiceIdentification")
        if word == "SignOn":
            return self._simple(self._firmware.settlement.sign_on(self))
        if word == "SoftwareUpdate":
            self._firmware.upkeep.look_now()
            return dict(SUCCESS)
        return failure("UnavailableService")

    def _simple(self, outcome: Outcome) -> Body:
        return {"Response": self._bodies.response(outcome)}

    def _reconcile(self, message: nexo.Message) -> Body:
        asked = nexo.text(message.body, "ReconciliationType") or "SaleReconciliation"
        totals = self._bodies.totals()
        settled = self._simple(self._firmware.settlement.settle(self))
        return {"ReconciliationType": asked, **totals, **settled}

    # --- transactions -----------------------------------------------------------------------

    def _payment(self, message: nexo.Message) -> Body:
        transaction = nexo.at(message.body, "PaymentTransaction")
        amounts = nexo.at(transaction, "AmountsReq")
        kind = nexo.text(nexo.at(message.body, "PaymentData"), "PaymentType") or "Normal"
        amount = nexo.minor(amounts.get("RequestedAmount", 0), self._bodies.digits)
        if amount is None or kind not in DEALS:
            return failure("MessageFormat")
        if amounts.get("Currency", self._bodies.currency) != self._bodies.currency:
            return failure("NotAllowed", "message=currency")
        original = self._original(transaction)
        return self._transact(Asked(DEALS[kind], amount, stan=original), message)

    def _reversal(self, message: nexo.Message) -> Body:
        original = self._original(message.body)
        found = books.original(self._firmware.storage.every_entry(), stan=original)
        deal: Deal = "preauth_void" if found is not None and found.deal == "preauth" else "void"
        return self._transact(Asked(deal, 0, stan=original), message)

    def _balance(self, message: nexo.Message) -> Body:
        return self._transact(Asked("balance"), message)

    def _transact(self, wanted: Asked, message: nexo.Message) -> Body:
        number = number_of(message.header)
        self.cancelled = False
        self._asked.begin(number, self._cancel, mark_of(message))
        outcome = self._firmware.payment.transact(wanted, self)
        self._asked.end(number, outcome)
        body = self._bodies.transaction(outcome, aborted=self.cancelled)
        return {**body, **_sale_of(message)} if "SaleData" in body else body

    def _original(self, body: nexo.Body) -> int:
        place = nexo.at(body, "OriginalPOITransaction", "POITransactionID")
        told = nexo.text(place, "TransactionID")
        return int(told) if told.isascii() and told.isdecimal() and len(told) <= 6 else 0

    def _cancel(self) -> None:
        self.cancelled = True
        self._firmware.slot.changed.notify()

    def _abort(self, message: nexo.Message) -> None:
        reference = nexo.at(message.body, "MessageReference")
        sale = nexo.text(reference, "SaleID") or message.header.sale
        if not self._asked.cancel(f"{sale}/{nexo.text(reference, 'ServiceID')}"):
            self._notify("Reject", "nothing of that number runs")

    def _status(self, message: nexo.Message) -> Body:
        again = message.body.get("ReceiptReprintFlag") is True
        if again and self._firmware.payment.reprint() is None:
            return failure("NotFound")
        reference = nexo.at(message.body, "MessageReference")
        service = nexo.text(reference, "ServiceID")
        sale = nexo.text(reference, "SaleID") or message.header.sale
        number = f"{sale}/{service}" if service else self._asked.last
        found = self._asked.of(number)
        if found is None:
            return dict(SUCCESS) if again and not service else failure("NotFound")
        if found == "running":
            return failure("InProgress", UNDER_WAY)
        return self._repeated(message.header, number, found)

    def _repeated(self, asking: nexo.Header, number: str, found: Outcome) -> Body:
        kept = self._repeats.told(number)
        category, told = kept or (_category(found), self._bodies.transaction(found))
        sale, _, service = number.rpartition("/")
        header = nexo.Header(category, "Response", service, sale, asking.poi)
        reference = {
            "MessageCategory": category, "ServiceID": service, "SaleID": sale, "POIID": asking.poi,
        }  # fmt: skip
        repeated = {
            "MessageHeader": header.plain(),
            "RepeatedResponseMessageBody": {f"{category}Response": told},
        }
        return {
            **SUCCESS, "MessageReference": reference, "RepeatedMessageResponse": repeated,
        }  # fmt: skip

    # --- what is not asked for ----------------------------------------------------------------

    def _notify(self, event: str, details: str) -> None:
        told = {
            "TimeStamp": self._firmware.wall_time().isoformat() + "Z", "EventToNotify": event,
            "EventDetails": details,
        }  # fmt: skip
        header = nexo.Header("Event", "Notification", of="Event", poi=self._firmware.who.tid)
        self._show(nexo.Message(header, told))

    def tell(self, what: Telling) -> None:
        """What the cardholder is shown, for the cashier's display."""
        self._shown += 1
        asked = self._header
        header = nexo.Header(
            "Display", service=asked.service if asked else "", sale=asked.sale if asked else "",
            poi=self._firmware.who.tid, of="Device", device=f"{self._shown % 10**10}",
        )  # fmt: skip
        texts, shown = self._firmware.personality.texts, self._firmware.screen.shown
        text = texts[what] if what in OWN_TEXTS else shown  # these are told before they are shown
        content = {"OutputFormat": "Text", "OutputText": [{"Text": text}]}
        output = {
            "Device": "CashierDisplay", "InfoQualify": "Status", "ResponseRequiredFlag": False,
            "OutputContent": content,
        }  # fmt: skip
        self._show(nexo.Message(header, {"DisplayOutput": [output]}))

    def confirm(self, outcome: Outcome) -> bool:
        """Nothing is asked of the register: the transaction stands."""
        return True


def _sale_of(message: nexo.Message) -> Body:
    """The register's own name for a transaction, to be told again."""
    own = nexo.at(message.body, "SaleData", "SaleTransactionID")
    return {"SaleData": {"SaleTransactionID": dict(own)}} if own else {}


def _category(found: Outcome) -> str:
    other = {"void": "Reversal", "preauth_void": "Reversal", "balance": "BalanceInquiry"}
    return other.get(found.deal, "Payment")
