"""What the carrier writes: short messages in PDU mode, answers by USSD, the network's time.

Source: 3GPP TS 27.005 (3.2.3 +CMGF, 3.4.2 +CMGL, 3.5.4 +CMGD), TS 27.007 (5.5 +CSCS, 7.15 +CUSD,
8.15 +CCLK). PDU mode alone gives every sender and every alphabet unharmed.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from harness.drivers._at import Refused
from harness.drivers._modem_ways import Asking, Lacking, lacks
from harness.errors import DeviceRefused, PortTimeout
from harness.model.cellular import Text
from harness.wire import at_reports as reports
from harness.wire import gsm7, pdu, ussd
from harness.wire.at_fields import NAME, fields_of

ANSWERED = 120.0  # s for the network's answer by USSD (EC25 manual)
REST = 2.0  # s until the last line of an answer of several
#: TS 27.007, 5.5: ASCII first, for the GSM alphabet's @ is NUL and its $ a control character.
CHARACTERS = ("IRA", "GSM")
#: How an answer ends: it has no text, or its quote is closed.
CLOSED = re.compile(r'^[^"]*$|".*"\s*(?:,\s*\d{0,3})?\s*$', re.DOTALL)
#: TS 27.007, 7.15: <m> of an answer that is none.
UNANSWERED = {2: "the network ended it", 3: "another client answered", 4: "not supported",
              5: "the network did not answer in time"}  # fmt: skip


class WithTexts(Asking):
    """Plays Texting and Timed."""

    def messages(self) -> Sequence[Text]:
        """All that are stored where the modem stores them, oldest first.

        A stored message that cannot be read shows as its PDU; drafts and reports are left out.
        """
        found: list[pdu.Delivered] = []
        for _, text in self._stored():
            one = pdu.delivered(text)
            if one is not None:
                found.append(one)
            elif not pdu.is_other(text):
                found.append(pdu.Delivered("", f"[unreadable: {text[:40]}]"))
        return pdu.put_together(found)

    def forget_messages(self) -> None:
        """Delete all: by one command where the modem can, else one after the other."""
        try:
            self._at.ask("AT+CMGD=1,4")
        except Refused as refused:
            if not lacks(refused.final) and refused.final.code not in (321, 302, 303, 304):
                raise
        for index, _ in self._stored():
            self._at.ask(f"AT+CMGD={index}")

    def ussd(self, code: str) -> str:
        """Ask the network, e.g. ``*101#``; its answer.

        Raises:
            DeviceRefused: It is no code, the modem has no USSD (LTE-only ones), or the network
                ended it without an answer.
            PortTimeout: No answer in two minutes.
        """
        if not re.fullmatch(r"[*#0-9]{2,30}", code):
            raise DeviceRefused(f"{code!r} is no USSD code")
        began = self._ask_network(code)
        line = next((line for line in began if reports.cusd(line)), None)
        line = self._whole(line or self._at.await_line(_answer, within=ANSWERED), began)
        how, text = reports.cusd(line) or (2, "")
        if how == 1:
            self._close_ussd()  # it asks on; nobody will answer
        if how in UNANSWERED and not text:
            raise DeviceRefused(f"{code}: {UNANSWERED[how]} ({line})")
        return ussd.text_of(text, reports.cusd_coding(line))

    def _ask_network(self, code: str) -> Sequence[str]:
        """What comes at once; modems that leave the packing to others refuse a plain code."""
        self._set_characters()
        try:
            return self._at.ask(f'AT+CUSD=1,"{code}",15')
        except Refused as refused:
            if refused.final.family:
                raise
            septets = gsm7.encode(code) or ()
            try:
                return self._at.ask(f'AT+CUSD=1,"{gsm7.pack(septets).hex().upper()}",15')
            except Refused:
                raise refused from None

    def _set_characters(self) -> None:
        """Whoever had the modem before may have left it with UCS2; not all know all sets."""
        for characters in CHARACTERS:
            with suppress(Refused):
                self._at.ask(f'AT+CSCS="{characters}"')
                return

    def _whole(self, first: str, began: Sequence[str]) -> str:
        """An answer with all its lines: what a network writes may have several."""
        rows = [first, *(line for line in began if not NAME.match(line))]

        def read(line: str) -> str | None:
            if line != first and not NAME.match(line):  # another report may come in between
                rows.append(line)
            said = "\n".join(rows)
            return said if CLOSED.search(said) else None

        if CLOSED.search("\n".join(rows)):
            return "\n".join(rows)
        with suppress(PortTimeout):
            return self._at.await_line(read, within=REST)
        return "\n".join(rows)

    def network_time(self) -> datetime | None:
        """The network's time with its zone; None as long as none was told."""
        reading, _ = self.found("network_time")
        at: datetime | None = reading.at
        return at

    def _close_ussd(self) -> None:
        try:
            self._at.ask("AT+CUSD=2")
        except Refused as refused:
            if not lacks(refused.final):
                raise

    def _stored(self) -> list[tuple[int, str]]:
        """(index, PDU) of each."""
        try:
            self._at.ask("AT+CMGF=0")
            lines = self._at.ask("AT+CMGL=4")
        except Refused as refused:
            if lacks(refused.final):
                raise Lacking(f"messages: {refused}") from refused
            raise
        found, index = [], None
        for line in lines:
            fields = fields_of(line, "+CMGL")
            if fields is None and index is not None:
                found.append((index, line))
            index = fields[0].number if fields else None
        return found


def _answer(line: str) -> str | None:
    return line if reports.cusd(line) else None
