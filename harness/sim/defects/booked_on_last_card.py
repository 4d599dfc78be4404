"""What was reserved on one card is booked on the card that was there last.

Breaks invariants 1 and 24 (N-1): the newest guest pays for another one's room.
host/reservation_over_settlement catches it.
"""

from dataclasses import replace

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.reader import Card
from harness.sim.terminal.records import Entry, Pending


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that remembers one card only."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def _open(self, deal: str, card: Card, amount: int, original: Entry | None) -> Pending:
            if deal == "completion":
                card = replace(card, pan=self._newest())
            made: Pending = super()._open(deal, card, amount, original)
            return made

        def _newest(self) -> str:
            known: list[Entry] = self._storage.every_entry()
            return [one.number for one in known if one.number][-1]

    return base.with_parts(Payment=Payment)
