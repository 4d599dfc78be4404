"""Orders by number: what a register asked for, kept so that it can ask again what became of it.

An order is remembered before anything of it happens, so a cut at any moment leaves either no order
or one whose transaction can be found: the first that got a trace number after it.
"""

from typing import TYPE_CHECKING, Any

from harness.sim.terminal.outcome import Outcome

if TYPE_CHECKING:
    from harness.sim.terminal.firmware import Firmware

MOST = 32  # that are remembered
RECORD = "orders"


class Orders:
    """The payment application's orders.

    Attributes:
        under_way: The number of the one under way; ``""`` for none.
    """

    def __init__(self, firmware: "Firmware") -> None:
        self._firmware = firmware
        self.under_way = ""

    def begin(self, number: str) -> None:
        """An order is taken; durable when this returns."""
        rows = self._rows()
        rows.pop(number, None)
        rows[number] = {"after": self._firmware.storage.stan}
        self._keep(rows)
        self.under_way = number

    def end(self, number: str, outcome: Outcome) -> None:
        """What it came to; durable when this returns."""
        self.under_way = ""
        rows = self._rows()
        rows.setdefault(number, {})["came_to"] = {
            "outcome": outcome.outcome, "amount": outcome.amount, "cause": outcome.cause,
            "stan": outcome.stan, "receipt": outcome.receipt, "pan": outcome.pan,
            "auth": outcome.auth, "response": outcome.response,
        }  # fmt: skip
        self._keep(rows)

    def came_to(self, number: str) -> Outcome | None:
        """What became of an order that is not under way; None for one never heard of."""
        rows = self._rows()
        row = rows.get(number)
        if row is None:
            return None
        if "came_to" in row:
            return Outcome(**row["came_to"])
        later = [one["after"] for one in rows.values() if one["after"] > row["after"]]
        return self._found(row["after"], min(later, default=None))

    def last(self) -> Outcome | None:
        """What became of the last transaction, whoever asked for it."""
        return self._firmware.settlement.last_outcome()

    def _found(self, after: int, until: int | None) -> Outcome:
        """Of an order that a reset broke off: by the journal, or the debt it left."""
        storage = self._firmware.storage

        def its_own(stan: int) -> bool:
            return stan > after and (until is None or stan <= until)

        for stan, sale in storage.pending.items():
            if its_own(stan):
                return Outcome("failed", sale.amount, "reversal_pending", stan, pan=sale.masked)
        for entry in storage.journal:
            if its_own(entry.stan):
                known = entry.outcome if entry.outcome in ("approved", "declined") else "failed"
                cause = {"declined": "card_declined", "failed": "cancelled"}.get(known, "")
                return Outcome(
                    known, entry.amount, cause, entry.stan, entry.receipt, entry.pan, entry.auth
                )
        return Outcome("failed", 0, "cancelled")

    def _rows(self) -> dict[str, Any]:
        return dict(self._firmware.storage.recall(RECORD) or {})

    def _keep(self, rows: dict[str, Any]) -> None:
        newest = dict(list(rows.items())[-MOST:])
        self._firmware.storage.remember(RECORD, newest)
