"""A void names the newest transaction in fields 37 and 38, whichever it takes back.

Breaks Q/CUP 009.1 (void: 37 and 38 are the original's; O-1): the host does not find it.
operator/one_of_two_alike catches it.
"""

from dataclasses import replace

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.reader import Card
from harness.sim.terminal.records import Entry, Pending


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that fills these fields from the journal's last line."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def _open(self, deal: str, card: Card, amount: int, original: Entry | None) -> Pending:
            last = self._storage.last_entry()
            if original is not None and last is not None:
                original = replace(original, rrn=last.rrn, auth=last.auth)
            made: Pending = super()._open(deal, card, amount, original)
            return made

    return base.with_parts(Payment=Payment)
