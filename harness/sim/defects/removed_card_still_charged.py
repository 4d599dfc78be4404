"""A chip that is pulled after the host's approval does not undo the sale.

Breaks invariant 3 (K-2): without the chip's second cryptogram there is no sale.
"""

from typing import Any

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.reader import CardTrouble


def plant(base: type[Firmware]) -> type[Firmware]:
    """A reader that finishes without the card."""

    class CardReader(base.CardReader):  # type: ignore[name-defined, misc]
        def complete(self, card: Any, *, approved: bool) -> None:
            try:
                super().complete(card, approved=approved)
            except CardTrouble as trouble:
                self._log.say_warning("card", f"ignored: {trouble}")

    return base.with_parts(CardReader=CardReader)
