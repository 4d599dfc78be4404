"""Requests that a nexo register sends again: answered with the response they had, not done again.

A ServiceID names one request and its response; a second request with it, of the same category and
for the same SaleTransactionID, is that request once more. Registers number anew when they log in,
so what names no transaction of theirs is known until the next Login only.

Source: nexo Sale to POI Protocol 3.1, MessageHeader (ServiceID) and TransactionIdentification; the
public pages of Market Pay ("the basis of duplicate detection") and Swedbank Pay ("unique within a
login session").
"""

from typing import TYPE_CHECKING, Any

from harness.sim.terminal.registers._nexo_bodies import Bodies, failure
from harness.wire import nexo

if TYPE_CHECKING:
    from harness.sim.terminal.firmware import Firmware

#: What is done once for a ServiceID; anything else may be answered as often as it is asked.
ONCE = ("Payment", "Reversal", "BalanceInquiry", "Reconciliation")
RECORD = "nexo.responses"
KEPT = 4  # responses: a register repeats its last request, not an old one
UNDER_WAY = "message=Uncompleted%20transaction"
Body = dict[str, Any]


class Repeats:
    """The last responses of one terminal; they outlast a cut."""

    def __init__(self, firmware: "Firmware", bodies: Bodies) -> None:
        self._firmware, self._bodies = firmware, bodies
        self._asked = firmware.last_asked

    def response(self, message: nexo.Message) -> Body | None:
        """What a request was answered with before; None for one that is new."""
        number, mark = number_of(message.header), mark_of(message)
        if message.header.category not in ONCE or not message.header.service:
            return None
        for row in self._kept():
            if row["number"] == number and row["mark"] == mark:
                return _read(row)
        if not self._asked.is_about(number, mark):
            return None
        found = self._asked.of(number)
        if found is None:
            return None  # cut off before anything moved
        if found == "running":
            return failure("InProgress", UNDER_WAY)
        return self._bodies.transaction(found)

    def keep(self, message: nexo.Message, body: Body) -> None:
        """Durable when this returns, and not answered before."""
        if message.header.category not in ONCE or not message.header.service:
            return
        row = {
            "number": number_of(message.header), "mark": mark_of(message),
            "body": nexo.to_json(body).decode(),
        }  # fmt: skip
        self._firmware.storage.remember(RECORD, [*self._kept(), row][-KEPT:])

    def told(self, number: str) -> tuple[str, Body] | None:
        """(category, body) of a number's response; None when it is not kept."""
        found = [row for row in self._kept() if row["number"] == number]
        return (str(found[-1]["mark"][0]), _read(found[-1])) if found else None

    def log_in(self, sale: str) -> None:
        """A register's numbers begin anew."""
        kept = self._kept()
        rest = [row for row in kept if row["mark"][1] or not row["number"].startswith(f"{sale}/")]
        if rest != kept:
            self._firmware.storage.remember(RECORD, rest)

    def _kept(self) -> list[dict[str, Any]]:
        held = self._firmware.storage.recall(RECORD)
        return held if isinstance(held, list) else []


def number_of(header: nexo.Header) -> str:
    """By which a register's request is known."""
    return f"{header.sale}/{header.service}"


def mark_of(message: nexo.Message) -> list[str]:
    """What a request with a number is about: its category, the register's own transaction."""
    sale = nexo.at(message.body, "SaleData", "SaleTransactionID")
    return [message.header.category, nexo.text(sale, "TransactionID")]


def _read(row: dict[str, Any]) -> Body:
    return dict(nexo.from_json(row["body"].encode()))
