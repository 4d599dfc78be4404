"""What a terminal says in a ZVT dialogue, put into observations.

A terminal that knows a cause better than ZVT's one byte says it in TLV 1F16 (extended error code)
and 1F17 (extended error text). What a model means by them is data:
``fixtures/terminal/<personality>/zvt.yaml``::

    extended: {"0031": no_signal}            # the value of 1F16, hex -> our cause
    texts: [{match: "no network", cause: no_signal}]   # searched in 1F17, BMP 3C and TLV 24

Source: ZVT PA00P015, 3.7 (04 FF), 3.8 (04 0F), 9 (TLV 1F16, 1F17, 24), 10 (codes).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.drivers._personality import personality_file
from harness.errors import Garbled, RigError
from harness.files import read_plain
from harness.model.roles import Observe, SaleResult
from harness.wire import zvt, zvt_codes
from harness.wire.pan import mask
from harness.wire.zvt_codes import Code

EXTENDED_CODE, EXTENDED_TEXT, LOCKS = 0x1F16, 0x1F17, 0x1F55
DISPLAY_TEXTS, TEXT_LINE = 0x24, 0x07
TRACK_2 = 0x23
ASKS = {0x0A: "insert", 0x0B: "remove"}  # what a status asks of the cardholder


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
        confirms: Whether the terminal must confirm a success by 04 0F, as it must for money;
            where it need not, 06 0F alone will do.
    """

    result: int | None = None
    abort: int | None = None
    refusal: int | None = None
    done: bool = False
    completion: bytes = b""
    fields: zvt.Fields = field(default_factory=zvt.Fields)
    cause: str = ""
    text: str = ""
    told: set[str] = field(default_factory=set)
    confirms: bool = True

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
            stan=number(self.fields, zvt.TRACE) or None,  # no transaction has the number 0
            receipt=number(self.fields, zvt.RECEIPT) or None,
            amount=number(self.fields, zvt.AMOUNT),
            text=self.text or broken,
        )


@dataclass(frozen=True)
class Reporter:
    """Says what a terminal said.

    Attributes:
        observe: Who is told.
        extended: Extended error code, hex -> cause.
        texts: (pattern of the terminal's text, cause).
    """

    observe: Observe
    extended: Mapping[str, str] = field(default_factory=dict)
    texts: Sequence[tuple[re.Pattern[str], str]] = ()

    def take(self, apdu: zvt.Apdu, t: float, talk: Dialogue) -> None:
        """One message of the terminal; raises Garbled."""
        self._check_clear(apdu, t)
        act = {
            zvt.INTERMEDIATE_STATUS: self._status,
            zvt.STATUS_INFORMATION: self._result,
            zvt.ABORT_BY_PT: self._abort,
        }.get(apdu.command)
        if act is not None:
            act(apdu.payload, t, talk)
        elif apdu.command == zvt.COMPLETION:
            talk.done, talk.completion = True, apdu.payload

    def refused(self, reason: int, talk: Dialogue) -> None:
        """84 xx instead of the acknowledgement."""
        talk.refusal = reason
        self._conclude(reason, zvt.Fields(), None, talk)

    def terminal_status(self, payload: bytes, t: float | None, talk: Dialogue) -> str:
        """The answer to 05 01; the status byte, hex."""
        _, status, fields = zvt.read_status_answer(payload)
        said = self._precise(zvt_codes.terminal_status(status), fields)
        code = f"{status:02X}"
        self.observe("terminal_status", t=t, code=code, text=said.text)
        locks = zvt_codes.locks(inner(fields, LOCKS))
        for one in (said, *locks):
            self._report(one, code, t, talk)
        return code

    def _status(self, payload: bytes, t: float, talk: Dialogue) -> None:
        status, fields = zvt.read_intermediate(payload)
        said = self._precise(zvt_codes.intermediate(status), fields)
        still_in = "remove" if 0x41 <= status <= 0x5D else None
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
        talk.abort, fields = zvt.read_abort(payload)
        if talk.abort == talk.result and not fields.values:
            fields = talk.fields  # the bare code again: it means what the 04 0F said of it
        self._conclude(talk.abort, fields, t, talk)

    def _conclude(self, code: int, fields: zvt.Fields, t: float | None, talk: Dialogue) -> None:
        said = self._precise(zvt_codes.result(code), fields)
        talk.text = said.text
        talk.cause = said.cause or talk.cause
        stan = number(fields, zvt.TRACE)
        more = {"stan": stan} if stan else {}
        self.observe("ecr_result", t=t, code=f"{code:02X}", text=said.text, **more)
        self._report(said, f"{code:02X}", t, talk)

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
        seen = [zvt.text(apdu.payload)]
        if apdu.command == zvt.STATUS_INFORMATION:
            fields = zvt.read_fields(apdu.payload)
            seen = [fields.pan(), fields.values.get(TRACK_2, b"").hex().upper()]
            seen += [fields.text(zvt.TEXT), zvt.text(fields.values.get(zvt.TLV_CONTAINER, b""))]
        for text in seen:
            if mask(text) != text:
                shown = mask(text)[:40]
                self.observe("card_number_in_clear", t=t, channel="ecr", masked=shown)


def number(fields: zvt.Fields, tag: int) -> int | None:
    """A number of a field; None when it is absent or no number."""
    try:
        return fields.number(tag)
    except Garbled:
        return None


def inner(fields: zvt.Fields, tag: int) -> bytes:
    """A data object of the TLV container; nothing when it is absent or the container is torn."""
    try:
        return fields.tlv(tag) or b""
    except Garbled:
        return b""


def read_words(personality: str) -> dict[str, Any]:
    """A personality, as keywords of ``Reporter``; raises RigError."""
    if not personality:
        return {}
    file = personality_file(personality, "zvt.yaml")
    try:
        plain = read_plain(file)
        texts = [
            (re.compile(row["match"], re.IGNORECASE), str(row["cause"]))
            for row in plain.get("texts", ())
        ]
    except (OSError, re.error, KeyError) as error:
        raise RigError(f"{file}: no good ZVT personality ({error})") from error
    return {"extended": plain.get("extended", {}), "texts": texts}
