"""What a ZVT register may ask of the terminal about money: transactions, receipts, the batch.

Source: ZVT PA00P015, 2.2 to 2.16, 2.19, 2.20, 2.43, 2.47; 4.2 (a mirrored receipt number).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from harness.errors import Garbled
from harness.model.register import Deal
from harness.sim.terminal.outcome import Asked, Outcome, Telling
from harness.sim.terminal.registers._zvt_acts import PROTOCOL_ERROR, Acts, Refused
from harness.sim.terminal.registers._zvt_answers import NOT_POSSIBLE, UNIQUE
from harness.wire import zvt

NO_RECEIPT = 0x83
PREAUTHORISATIONS, NONE_OPEN = 0xB8, b"\xff\xff"
WITH_STATUS, NOTHING_PRINTED = 0x01, 0x02  # service byte of 06 20
NEED_AMOUNT = ("sale", "refund", "preauth")
#: What undoes the last transaction for a register that did not hear of it.
UNDONE_BY: dict[str, Deal] = {"sale": "void", "completion": "void", "preauth": "preauth_void"}
Act = Callable[[bytes, zvt.Fields], None]


@dataclass(frozen=True)
class Unheard:
    """Who has an old transaction undone: nobody waits for its result."""

    told: Callable[[Telling], None]
    cancelled: bool = False

    def tell(self, what: Telling) -> None:
        self.told("reversing")

    def confirm(self, outcome: Outcome) -> bool:
        return True


class MoneyActs(Acts):
    """Acts about money, for one dialogue."""

    def _dealing(self, deal: Deal) -> Act:
        def act(_: bytes, fields: zvt.Fields) -> None:
            try:
                amount, receipt = fields.number(zvt.AMOUNT), fields.number(zvt.RECEIPT)
                stan, mirrored = fields.number(zvt.TRACE), fields.tlv(UNIQUE)
            except Garbled:
                raise Refused(PROTOCOL_ERROR) from None
            if amount is None and deal in NEED_AMOUNT:
                raise Refused(PROTOCOL_ERROR)
            self._dialogue.begin(mirrors=mirrored is not None, fields=fields)
            self._dialogue.accept()
            if mirrored:
                self._agree_on_the_last(mirrored)
            asked = Asked(deal, amount or 0, receipt or 0, stan or 0)
            self._finish(self._firmware.payment.transact(asked, self._dialogue))

        return act

    def _agree_on_the_last(self, mirrored: bytes) -> None:
        """4.2: one behind means that the register never heard of our last transaction."""
        last = self._firmware.settlement.last_outcome()
        if last is None or last.outcome != "approved" or last.deal not in UNDONE_BY:
            return
        if mirrored.hex().isdecimal() and zvt.from_bcd(mirrored) == last.receipt - 1:
            undo = Asked(UNDONE_BY[last.deal], 0, last.receipt)
            self._firmware.payment.transact(undo, Unheard(self._dialogue.tell))

    def _repeat(self, head: bytes, fields: zvt.Fields) -> None:
        """What became of the last transaction: how a register resyncs (2.2.9)."""
        self._dialogue.accept()
        last = self._firmware.settlement.last_outcome()
        if last is None:
            self._fail(NO_RECEIPT)
            return
        service = fields.byte(zvt.SERVICE) or 0
        if service & WITH_STATUS:
            self._dialogue.tell_result(last)
        if last.outcome == "approved" and not service & NOTHING_PRINTED:
            self._dialogue.print_copy()
        self._dialogue.complete()

    def _reprint(self, head: bytes, fields: zvt.Fields) -> None:
        """2.19: receipts by their numbers."""
        numbers = [zvt.from_bcd(head[at : at + 2]) for at in (3, 5) if len(head) >= at + 2]
        if not numbers:
            raise Refused(PROTOCOL_ERROR)
        self._dialogue.accept()
        wanted = range(numbers[0], numbers[-1] + 1)
        journal = self._firmware.storage.every_entry()
        found = [one for one in journal if one.receipt in wanted and one.outcome == "approved"]
        with self._firmware.payment.turn.taken():
            for entry in found:
                self._firmware.receipts.print(entry, copy=True)
        if found:
            self._dialogue.complete()
        else:
            self._fail(NO_RECEIPT)

    def _open_preauthorisations(self, head: bytes, fields: zvt.Fields) -> None:
        """2.10.1: 06 23 03 87 FF FF asks for one that was neither booked nor released."""
        if fields.values.get(zvt.RECEIPT) != NONE_OPEN:
            raise Refused(NOT_POSSIBLE)
        self._dialogue.accept()
        journal = [one for one in self._firmware.storage.every_entry() if one.outcome == "approved"]
        closed = {one.original for one in journal}
        held = [one for one in journal if one.deal == "preauth" and one.key not in closed]
        number = zvt.bcd(held[0].receipt, 2) if held else NONE_OPEN
        said = self._answers.fields({zvt.RECEIPT: number})
        self._dialogue.abort(bytes([PREAUTHORISATIONS]) + said)

    def _totals(self, head: bytes, fields: zvt.Fields) -> None:
        self._dialogue.accept()
        self._tell_totals(self._batch())
        self._dialogue.complete()

    def _batch(self) -> Any:
        numbers = [entry.receipt for entry in self._firmware.storage.journal if entry.receipt]
        span = (min(numbers, default=0), max(numbers, default=0))
        return self._firmware.settlement.totals(), span

    def _tell_totals(self, batch: Any, cause: str = "") -> None:
        totals, span = batch
        said = self._answers.totals(totals, span, cause)
        self._dialogue.say(zvt.Apdu(zvt.STATUS_INFORMATION, said))

    def _end_of_day(self, head: bytes, fields: zvt.Fields) -> None:
        self._dialogue.begin(mirrors=False, fields=fields)
        self._dialogue.accept()
        batch = self._batch()
        outcome = self._firmware.settlement.settle(self._dialogue)
        if outcome.outcome == "approved":
            self._tell_totals(batch, outcome.cause)
        self._finish(outcome)

    def _send_offline(self, head: bytes, fields: zvt.Fields) -> None:
        """2.47: advices and reversals that wait."""
        self._dialogue.accept()
        cause = self._firmware.comms.wanted()
        if cause is None:
            with self._firmware.payment.turn.taken():
                left = not self._firmware.reversals.settle_debts()
            cause = "reversal_pending" if left else None
        self._end(cause)
