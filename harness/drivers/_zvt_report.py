"""What a terminal says in a ZVT dialogue, put into observations.

A terminal that knows a cause better than ZVT's one byte says it in TLV 1F16 (extended error code)
and 1F17 (extended error text); what a model means by them is data (``_zvt_words.py``).

Source: ZVT PA00P015, 3.1 (04 0F), 3.5 and 3.6 (print lines), 3.7 (04 FF), 9 (TLV 1F16, 1F17, 24),
10 and 11 (codes).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.drivers._zvt_clear import clear_numbers, inner, number, shown_pan
from harness.model.roles import Observe, SaleResult
from harness.wire import zvt, zvt_codes, zvt_messages
from harness.wire.pan import mask, numbers
from harness.wire.pan_lines import mask_lines
from harness.wire.zvt_codes import Code
from harness.wire.zvt_messages import Line

EXTENDED_CODE, EXTENDED_TEXT, LOCKS = 0x1F16, 0x1F17, 0x1F55
DISPLAY_TEXTS, TEXT_LINE, UNIQUE = 0x24, 0x07, 0x1F1F
#: What a status asks of the cardholder.
ASKS = {0x0A: "insert", 0x0B: "remove", 0x0C: "again"}


@dataclass
class Dialogue:
    """What became of one command.

    Attributes:
        result: BMP 27 of the last 04 0F; None when none came.
        abort: The code of 06 1E.
        refusal: The reason of 84 xx.
        done: Whether 06 0F came.
        completion: The data of 06 0F.
        fields: The fields of the last 04 0F.
        cause: The last cause the terminal named with a result, an abort or a refusal.
        text: Its own words, masked.
        told: Causes already reported in this dialogue.
        lines: What it wants printed.
        copy: Whether that is a reprint.
        counts_as_host: Whether its trace number is the host's, as ``Words`` says.
        confirms: Whether the terminal must confirm a success by 04 0F, as it must for money;
            where it need not, 06 0F alone will do.
        numbers_receipts: Whether this terminal has given a receipt a number: then 0000 follows on
            9999, and is one. It is none of what failed, and of a terminal that has no others.
    """

    result: int | None = None
    abort: int | None = None
    refusal: int | None = None
    done: bool = False
    completion: bytes = field(default=b"", repr=False)
    fields: zvt.Fields = field(default_factory=zvt.Fields)
    cause: str = ""
    text: str = ""
    told: set[str] = field(default_factory=set)
    lines: list[Line] = field(default_factory=list, repr=False)
    copy: bool = False
    counts_as_host: bool = False
    confirms: bool = True
    numbers_receipts: bool = False

    @property
    def code(self) -> int | None:
        """The one code that says most: a refusal, else a result that is no success, else 06 1E."""
        for code in (self.refusal, self.result or None, self.abort):
            if code is not None:
                return code
        return self.result

    @property
    def refused_all(self) -> bool:
        """Whether the terminal ended it without any result."""
        return self.result is None and (self.refusal is not None or self.abort is not None)

    def sale(self, broken: str = "") -> SaleResult:
        """What the register knows now. A success that was not completed is unknown."""
        outcome = "unknown"
        if self.code is not None and self.code != zvt_codes.OK:
            outcome = "declined" if zvt_codes.issuer_declined(self.code) else "failed"
        if self.result == zvt_codes.OK or (self.code is None and not self.confirms):
            outcome = "approved" if self.done else "unknown"
        return SaleResult(
            outcome,
            cause="" if outcome == "approved" else self.cause,
            code="" if self.code is None else f"{self.code:02X}",
            **counted(self.fields, as_host=self.counts_as_host),
            receipt=self._receipt(outcome),
            amount=number(self.fields, zvt.AMOUNT),
            currency="" if (money := number(self.fields, zvt.CURRENCY)) is None else f"{money:03d}",
            text=self.text or broken,
            auth=mask(self.fields.values.get(zvt.AUTH_CODE, b"").rstrip(b"\0").decode("cp437")),
            pan=shown_pan(self.fields),
        )

    def _receipt(self, outcome: str) -> int | None:
        told = number(self.fields, zvt.RECEIPT)
        return told if told or (outcome == "approved" and self.numbers_receipts) else None

    def mirrored(self) -> bytes:
        """What the terminal wants to be given back with the next transaction (4.2)."""
        return inner(self.fields, UNIQUE)

    def facts(self) -> dict[str, Any]:
        """What the last 04 0F told of the transaction, for a receipt."""
        told = {
            **counted(self.fields, as_host=self.counts_as_host),
            "amount": number(self.fields, zvt.AMOUNT), "pan": shown_pan(self.fields),
        }  # fmt: skip
        return {key: value for key, value in told.items() if value}


@dataclass(frozen=True)
class Reporter:
    """Says what a terminal said.

    Attributes:
        observe: Who is told.
        extended: Extended error code, hex -> cause.
        texts: (pattern of the terminal's text, cause).
        counts_as_host: As ``Words``.
    """

    observe: Observe
    extended: Mapping[str, str] = field(default_factory=dict)
    texts: Sequence[tuple[re.Pattern[str], str]] = ()
    counts_as_host: bool = False

    def take(self, apdu: zvt.Apdu, t: float, talk: Dialogue) -> None:
        """One message of the terminal; raises Garbled."""
        talk.counts_as_host = self.counts_as_host
        self._check_clear(apdu, t)
        act = {
            zvt.INTERMEDIATE_STATUS: self._status,
            zvt.STATUS_INFORMATION: self._result,
            zvt.ABORT_BY_PT: self._abort,
            zvt.PRINT_LINE: self._print,
            zvt.PRINT_BLOCK: self._print_block,
            zvt.COMPLETION: self._complete,
        }.get(apdu.command)
        if act is not None:
            act(apdu.payload, t, talk)

    def refused(self, reason: int, talk: Dialogue) -> None:
        """84 xx instead of the acknowledgement."""
        talk.refusal = reason
        self._conclude(reason, zvt.Fields(), None, talk)

    def terminal_status(self, payload: bytes, t: float | None, talk: Dialogue) -> str:
        """The answer to 05 01; the status byte, hex."""
        _, status, fields = zvt_messages.read_status_answer(payload)
        said = self._precise(zvt_codes.terminal_status(status), fields)
        code = f"{status:02X}"
        self.observe("terminal_status", t=t, code=code, text=said.text)
        locks = zvt_codes.locks(inner(fields, LOCKS))
        for one in (said, *locks):
            self._report(one, code, t, talk)
        return code

    def _status(self, payload: bytes, t: float, talk: Dialogue) -> None:
        news = zvt_messages.read_intermediate(payload)
        status = news.status
        said = self._precise(zvt_codes.intermediate(status), news.fields)
        still_in = "remove" if zvt_codes.asks_removal(status) else None
        asks = ASKS.get(status, still_in)
        more = {"asks": asks} if asks else {}
        self.observe("ecr_status", t=t, code=f"{status:02X}", text=said.text, **more)
        self._report(said, f"{status:02X}", t, talk)

    def _result(self, payload: bytes, t: float, talk: Dialogue) -> None:
        talk.fields = zvt.read_fields(payload)
        talk.result = talk.fields.byte(zvt.RESULT)
        if talk.result is not None:
            self._conclude(talk.result, talk.fields, t, talk)

    def _abort(self, payload: bytes, t: float, talk: Dialogue) -> None:
        talk.abort, fields = zvt_messages.read_abort(payload)
        if talk.abort == talk.result and not fields.values:
            fields = talk.fields  # the bare code again: it means what the 04 0F said of it
        self._conclude(talk.abort, fields, t, talk)
        self._print_out(t, talk)

    def _complete(self, payload: bytes, t: float, talk: Dialogue) -> None:
        talk.done, talk.completion = True, payload
        self._print_out(t, talk)

    def _print(self, payload: bytes, t: float, talk: Dialogue) -> None:
        talk.lines += zvt_messages.read_print_line(payload)

    def _print_block(self, payload: bytes, t: float, talk: Dialogue) -> None:
        talk.lines += zvt_messages.read_print_block(payload)

    def _print_out(self, t: float, talk: Dialogue) -> None:
        """The register prints when the dialogue is over: what it collected, receipt by receipt."""
        outcome = "approved" if talk.done and not talk.abort and not talk.result else "failed"
        for text in receipts(talk.lines):
            facts = {**talk.facts(), "outcome": outcome, "copy": talk.copy}
            self.observe("printing", t=t, **facts)
            clean, split = mask_lines(text)
            self.observe("printed", t=t, text=clean, **facts)
            if split:  # each of the two lines by itself was innocent
                self.observe("card_number_in_clear", t=t, channel="receipt", masked=split)
        talk.lines.clear()

    def _conclude(self, code: int, fields: zvt.Fields, t: float | None, talk: Dialogue) -> None:
        said = self._precise(zvt_codes.result(code), fields)
        talk.text = said.text
        talk.cause = said.cause or talk.cause
        trace = counted(fields, as_host=self.counts_as_host)
        self.observe("ecr_result", t=t, code=f"{code:02X}", text=said.text, **trace)
        self._report(said, f"{code:02X}", t, talk)
        if zvt_codes.issuer_declined(code) and said.cause not in zvt_codes.ISSUER_CAUSES:
            # a register without the terminal's own codes reads the byte alone
            self._report(zvt_codes.result(code), f"{code:02X}", t, talk)

    def _report(self, said: Code, code: str, t: float | None, talk: Dialogue) -> None:
        if said.cause and said.cause not in talk.told:
            talk.told.add(said.cause)
            self.observe("report", t=t, on="ecr", cause=said.cause, text=said.text, code=code)

    def _precise(self, said: Code, fields: zvt.Fields) -> Code:
        """A code with the terminal's own words and, where it names one, its own cause."""
        own = [inner(fields, EXTENDED_TEXT), fields.values.get(zvt.TEXT, b"")]
        own += [inner(fields, TEXT_LINE)] if inner(fields, DISPLAY_TEXTS) else []
        words = mask(" ".join(dict.fromkeys(zvt.text(one) for one in own if one)))
        extended = inner(fields, EXTENDED_CODE).hex().upper()
        cause = self.extended.get(extended, "")
        for pattern, named in self.texts:
            if not cause and pattern.search(words):
                cause = named
        return Code(f"{said.text}: {words}" if words else said.text, cause or said.cause)

    def _check_clear(self, apdu: zvt.Apdu, t: float) -> None:
        """No field and no receipt line may carry a card number that is not truncated."""
        prints = apdu.command in (zvt.PRINT_LINE, zvt.PRINT_BLOCK)
        for text in clear_numbers(apdu):
            channel = "receipt" if prints else "ecr"
            found = numbers(text) or text  # or cut, and yet too much of it
            self.observe("card_number_in_clear", t=t, channel=channel, masked=found)


def counted(fields: zvt.Fields, *, as_host: bool) -> dict[str, Any]:
    """The trace number, by what it counts; no transaction has the number 0."""
    trace = number(fields, zvt.TRACE)
    return {"stan" if as_host else "trace": trace} if trace else {}


def receipts(lines: Sequence[Line]) -> list[str]:
    """The receipts in what was to be printed; a line may say that one ends with it."""
    texts: list[list[str]] = [[]]
    for line in lines:
        texts[-1].append(line.text)
        if line.last:
            texts.append([])
    return ["\n".join(rows).strip("\n") for rows in texts if rows]
