"""Amounts go through binary floating point: some are a cent less than what was asked for.

Breaks O-4 (invariant 1): the amount at the host is the register's.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.reader import Card
from harness.sim.terminal.records import Entry, Pending


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that reckons in yuan."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def _open(self, deal: str, card: Card, amount: int, original: Entry | None) -> Pending:
            opened: Pending = super()._open(deal, card, int(amount / 100 * 100), original)
            return opened

    return base.with_parts(Payment=Payment)
