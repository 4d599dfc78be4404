"""What the terminal says in nexo's bodies."""

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from harness.model.units import Money
from harness.sim.terminal.outcome import Outcome
from harness.wire import nexo

if TYPE_CHECKING:
    from harness.sim.terminal.firmware import Firmware

#: ErrorCondition -> the causes that it stands for; any other is NotAllowed.
CONDITIONS: dict[str, tuple[str, ...]] = {
    "UnreachableHost": (
        "host_unreachable", "host_silent", "dns_failure", "tls_error", "bad_mac", "host_error",
        "no_signal", "weak_signal", "not_registered", "no_data_service", "wrong_settings",
        "modem_fault", "data_exhausted", "sim_expired", "sim_missing", "sim_not_activated",
    ),
    "Refusal": ("card_declined", "card_expired"),
    "Cancel": ("cancelled", "timed_out", "card_removed"),
    "InvalidCard": ("card_mute", "card_bad_atr", "card_unreadable", "several_cards"),
    "InsertedCard": ("card_stays",),
    "UnavailableDevice": ("reader_fault", "printer_fault", "scanner_fault", "pad_fault"),
    "LoggedOut": ("not_signed_on",),
    "NotFound": ("original_unknown",),
    "UnavailableService": ("not_supported",),
}  # fmt: skip
OF_CAUSE = {cause: condition for condition, causes in CONDITIONS.items() for cause in causes}
SUCCESS: dict[str, Any] = {"Response": {"Result": "Success"}}
TYPES = {"preauth": "OneTimeReservation", "completion": "Completion", "refund": "Refund"}


def failure(condition: str, additional: str = "") -> dict[str, Any]:
    """A body that only says no."""
    told = {"Result": "Failure", "ErrorCondition": condition}
    return {"Response": {**told, **({"AdditionalResponse": additional} if additional else {})}}


def not_here(message: nexo.Message) -> dict[str, Any]:
    """To what this terminal does not do; of a device of its own, per output or input asked for."""
    told, category = failure("UnavailableService"), message.header.category
    asked = message.body.get("DisplayOutput" if category == "Display" else "InputData")
    if category == "Display" and isinstance(asked, list):
        return {"OutputResult": [{**_device(one), **told} for one in asked]}
    if category == "Input" and isinstance(asked, dict):
        return {"InputResult": {**_device(asked), **told}}
    return told


def _device(asked: Any) -> dict[str, Any]:
    """Whose result it is: what DisplayOutput and OutputResult have in common."""
    own = asked if isinstance(asked, dict) else {}
    return {word: own[word] for word in ("Device", "InfoQualify") if word in own}


class Bodies:
    """Of one terminal."""

    def __init__(self, firmware: "Firmware") -> None:
        self._firmware = firmware
        numeric = firmware.who.currency
        rows = Money.CURRENCIES.items()
        self.currency = next((alpha for alpha, row in rows if row[0] == numeric), "CNY")
        self.digits = Money.CURRENCIES[self.currency][1]

    def response(self, outcome: Outcome, *, aborted: bool = False) -> dict[str, Any]:
        """Response: what it came to, and the terminal's own words for the reason."""
        if outcome.outcome == "approved":
            more = {"AdditionalResponse": f"receipt={outcome.receipt}"} if outcome.receipt else {}
            return {"Result": "Success", **more}
        cause = self._firmware.alarms.called(outcome.cause)
        condition = OF_CAUSE.get(cause, "NotAllowed")
        if outcome.outcome == "declined":
            condition = "Refusal"
        elif aborted and outcome.cause == "cancelled":
            condition = "Aborted"
        told = {"Result": "Failure", "ErrorCondition": condition}
        return {**told, "AdditionalResponse": self.additional(outcome.cause, outcome.response)}

    def additional(self, cause: str, response: str = "") -> str:
        """Its own code and text, as Adyen writes such things: keys and values for a URL."""
        if not cause:
            return ""
        alarm = self._firmware.alarms.alarm(cause)
        host = f"&hostResponse={quote(response)}" if response else ""
        return f"errorCode={alarm.code}&message={quote(alarm.text)}{host}"

    def transaction(self, outcome: Outcome, *, aborted: bool = False) -> dict[str, Any]:
        """The body of a PaymentResponse, a ReversalResponse or a BalanceInquiryResponse."""
        body = {"Response": self.response(outcome, aborted=aborted)}
        number, approved = self._number(outcome.stan), outcome.outcome == "approved"
        amount = nexo.amount(outcome.amount, self.digits)
        if outcome.deal in ("void", "preauth_void"):
            reversed_amount = {"ReversedAmount": amount} if approved else {}
            return {**body, "POIData": self._point(number), **reversed_amount}
        told = self._told_of(outcome, number)
        if outcome.deal == "balance":
            state = {"Currency": self.currency, "CurrentBalance": amount, **told}
            return {**body, "PaymentAccountStatus": state} if approved else body
        told = {"PaymentType": TYPES.get(outcome.deal, "Normal"), "OnlineFlag": True, **told}
        if approved:
            told["AmountsResp"] = {"Currency": self.currency, "AuthorizedAmount": amount}
        return {**self.unmade(), "POIData": self._point(number), **body, "PaymentResult": told}

    def unmade(self) -> dict[str, Any]:
        """What a PaymentResponse cannot do without, of a payment that was not even begun."""
        number = self._number(0)
        return {"SaleData": {"SaleTransactionID": number}, "POIData": self._point(number)}

    def _number(self, stan: int) -> dict[str, str]:
        stamp = self._firmware.wall_time().isoformat(timespec="milliseconds") + "Z"
        return {"TransactionID": f"{stan:06d}", "TimeStamp": stamp}

    def _point(self, number: dict[str, str]) -> dict[str, Any]:
        return {"POITransactionID": number, "POIReconciliationID": self._batch}

    def _told_of(self, outcome: Outcome, number: dict[str, str]) -> dict[str, Any]:
        """Acquirer and card."""
        who = self._firmware.who
        bank: dict[str, Any] = {"MerchantID": who.mid, "AcquirerPOIID": who.tid}
        if outcome.stan:
            bank["AcquirerTransactionID"] = number
        if outcome.auth:
            bank["ApprovalCode"] = outcome.auth
        told: dict[str, Any] = {"PaymentAcquirerData": bank}
        if outcome.pan:
            card = {"MaskedPan": f"{outcome.pan[:6]}******{outcome.pan[-4:]}"}
            told["PaymentInstrumentData"] = {"PaymentInstrumentType": "Card", "CardData": card}
        return told

    def totals(self) -> dict[str, Any]:
        """TransactionTotals of the open batch."""
        held = self._firmware.settlement.totals()
        rows = [
            {"TransactionType": kind, "TransactionCount": count,
             "TransactionAmount": nexo.amount(amount, self.digits)}
            for kind, count, amount in (
                ("Debit", held.debits, held.debit), ("Credit", held.credits, held.credit),
            )
        ]  # fmt: skip
        group = {"PaymentInstrumentType": "Card", "PaymentTotals": rows}
        return {"POIReconciliationID": self._batch, "TransactionTotals": [group]}

    def status(self) -> dict[str, Any]:
        """POIStatus, and the trouble there is in AdditionalResponse."""
        firmware = self._firmware
        word, cause = firmware.state.for_register()
        unable = OF_CAUSE.get(cause) == "UnreachableHost"
        glob = "OK" if not cause else "Unreachable" if unable else "Maintenance"
        if word == "busy" or not firmware.state.up:
            glob = "Busy"
        if cause:
            firmware.alarms.told(cause)
        additional = self.additional(cause)
        more = {"AdditionalResponse": additional} if additional else {}
        return {
            "Response": {"Result": "Success", **more},
            "POIStatus": {
                "GlobalStatus": glob, "CardReaderOKFlag": cause != "reader_fault",
                "CommunicationOKFlag": firmware.comms.online,
            },
        }  # fmt: skip

    @property
    def _batch(self) -> str:
        return str(self._firmware.storage.batch)
