"""What a terminal says in nexo, put into results and observations."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote_plus
from zlib import crc32

from harness.drivers._own_words import OwnWords
from harness.model.roles import Observe, SaleResult
from harness.wire import nexo
from harness.wire.pan import mask, numbers
from harness.wire.pan_lines import mask_lines

READY = "00"
#: GlobalStatus -> whether it may sell.
READY_WORDS = ("OK",)


@dataclass(frozen=True)
class Reporter:
    """Reads messages.

    Attributes:
        words: The model's own.
        digits: Of the currency, behind the point.
        observe: Who is told.
        counts_as_host: As ``NexoWords``.
    """

    words: OwnWords
    digits: int
    observe: Observe
    counts_as_host: bool = False

    def unasked(self, message: nexo.Message, t: float) -> None:
        """A message that is no answer to ours: what is shown, an event, or one too late."""
        self.check_clear(message, t)
        header = message.header
        if header.category == "Display":
            self._display(message, t)
        elif header.category == "Event":
            self._event(message, t)
        elif header.kind == "Response":
            said = f"a response nobody waits for: {mask(header.category)}"
            self.observe("ecr_status", t=t, code="", text=said)

    def _display(self, message: nexo.Message, t: float) -> None:
        output = nexo.at(message.body, "DisplayOutput")
        content = nexo.at(output, "OutputContent")
        text = nexo.text(nexo.at(content, "OutputText"), "Text")
        text = text or nexo.text(nexo.at(content, "PredefinedContent"), "ReferenceID")
        text, asks = mask(unquote_plus(text)), self.words.asked(text)
        more = {"asks": asks} if asks else {}
        self.observe("ecr_status", t=t, code=nexo.text(output, "InfoQualify"), text=text, **more)

    def _event(self, message: nexo.Message, t: float) -> None:
        word = mask(nexo.text(message.body, "EventToNotify"))
        details = mask(nexo.text(message.body, "EventDetails"))
        said = f"{nexo.EVENTS.get(word, 'an event')}{f': {details}' if details else ''}"
        self.observe("ecr_status", t=t, code=word, text=said)
        self._report(self.words.cause(details), said, word, t)

    def result(self, message: nexo.Message, t: float, *, copy: bool = False) -> SaleResult:
        """What a response means; said as a result, and as a report where it names a cause.

        Args:
            message: The response.
            t: When it came.
            copy: Whether the terminal repeats it, and the receipts in it.
        """
        self.check_clear(message, t)
        outcome, cause = nexo.CONDITIONS.get(message.error, ("failed", ""))
        if message.result in ("Success", "Partial"):
            outcome, cause = "approved", ""
        text = mask(unquote_plus(message.additional))
        if outcome != "approved":
            cause = self.words.cause(text) or cause
        body, made = message.body, made_of(message.body)
        bank = nexo.at(made, "PaymentAcquirerData")
        card = nexo.at(made, "PaymentInstrumentData", "CardData")
        code = message.error or message.result
        number = numbered(body, as_host=self.counts_as_host)
        told = nexo.at(made, "AmountsResp").get("AuthorizedAmount", made.get("CurrentBalance"))
        told = body.get("ReversedAmount", told)
        self.observe("ecr_result", t=t, code=code, text=text, **number)
        self._report(cause, text, code, t)
        said = SaleResult(
            outcome, cause=cause, code=code, **number, receipt=receipt_number(message),
            amount=None if told is None else nexo.minor(told, self.digits), text=text,
            auth=mask(nexo.text(bank, "ApprovalCode")), pan=mask(nexo.text(card, "MaskedPan")),
        )  # fmt: skip
        self._print(body, said, t, copy=copy)
        return said

    def _print(self, body: nexo.Body, said: SaleResult, t: float, *, copy: bool) -> None:
        """The register prints what came with the response, and can be read."""
        told = {"stan": said.stan, "trace": said.trace, "amount": said.amount, "pan": said.pan}
        facts = {key: value for key, value in told.items() if value}
        for paper in _rows(body.get("PaymentReceipt")):
            lines = _rows(nexo.at(paper, "OutputContent").get("OutputText"))
            text = "\n".join(unquote_plus(nexo.text(line, "Text")) for line in lines)
            if text:
                more = {**facts, "outcome": said.outcome, "copy": copy}
                self.observe("printing", t=t, **more)
                clean, split = mask_lines(text)
                self.observe("printed", t=t, text=clean, **more)
                if split:  # each of the two lines by itself was innocent
                    self.observe("card_number_in_clear", t=t, channel="receipt", masked=split)

    def status(self, message: nexo.Message, t: float) -> str:
        """Of a Diagnosis: ``00`` when it may sell, else its GlobalStatus."""
        word = nexo.text(nexo.at(message.body, "POIStatus"), "GlobalStatus") or message.error
        text = mask(unquote_plus(message.additional)) or word
        code = READY if word in READY_WORDS else mask(word)
        self.observe("terminal_status", t=t, code=code, text=text)
        self._report(self.words.cause(text), text, code, t)
        return code

    def totals(self, message: nexo.Message, t: float) -> None:
        """Of GetTotals: by debit and credit."""
        told = {"debits": 0, "debit": 0, "credits": 0, "credit": 0}
        for group in _rows(message.body.get("TransactionTotals")):
            for row in _rows(group.get("PaymentTotals")):
                side = {"Debit": "debit", "Credit": "credit"}.get(str(row.get("TransactionType")))
                if side is not None:
                    told[f"{side}s"] += nexo.minor(row.get("TransactionCount"), 0) or 0
                    told[side] += nexo.minor(row.get("TransactionAmount"), self.digits) or 0
        batch = nexo.minor(message.body.get("POIReconciliationID"), 0)
        self.observe("totals", t=t, batch=batch, **told)

    def check_clear(self, message: nexo.Message, t: float) -> None:
        """Nothing in it may be a card number that is not truncated."""
        text = nexo.to_json(message.body).decode()
        if found := numbers(text):
            self.observe("card_number_in_clear", t=t, channel="ecr", masked=found)

    def _report(self, cause: str, text: str, code: str, t: float) -> None:
        if cause:
            self.observe("report", t=t, on="ecr", cause=cause, text=text, code=code)


def transaction_id(body: nexo.Body) -> dict[str, Any]:
    """The terminal's POITransactionID; empty where it told none."""
    return dict(nexo.at(body, "POIData", "POITransactionID"))


def made_of(body: nexo.Body) -> nexo.Body:
    """What a response tells of card, acquirer and amount: of a payment, or of a balance."""
    return nexo.at(body, "PaymentResult") or nexo.at(body, "PaymentAccountStatus")


def numbered(body: nexo.Body, *, as_host: bool) -> dict[str, Any]:
    """Its trace number, which the host knows, or what the terminal counts it by; else nothing."""
    bank = nexo.at(made_of(body), "PaymentAcquirerData", "AcquirerTransactionID")
    own = nexo.text(transaction_id(body), "TransactionID")
    for told in (nexo.text(bank, "TransactionID"), own if as_host else ""):
        if _figures(told) and len(told) <= 6 and int(told):  # field 11 has six digits
            return {"stan": int(told)}
    number = int(own) if _figures(own) else crc32(own.encode("utf-8", "replace"))
    return {"trace": number} if own and number else {}


def receipt_number(message: nexo.Message) -> int | None:
    """Of an AdditionalResponse like ``receipt=7&...``, where the terminal tells one."""
    told = dict(parse_qsl(message.additional)).get("receipt", "")
    return int(told) or None if _figures(told) else None


def _figures(text: str) -> bool:
    return text.isascii() and text.isdecimal()


def _rows(value: Any) -> list[dict[str, Any]]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
