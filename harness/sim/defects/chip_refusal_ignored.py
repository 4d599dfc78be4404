"""A chip that declines after the host's approval is not heeded: the sale stands.

Breaks K-2 (invariant 3): the second GENERATE AC has the last word (EMV Book 3, 10.11).
reader/chip_declines_in_the_end catches it.
"""

from typing import Any

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.reader import CardTrouble


def plant(base: type[Firmware]) -> type[Firmware]:
    """A reader that finishes with any cryptogram."""

    class CardReader(base.CardReader):  # type: ignore[name-defined, misc]
        def complete(self, card: Any, *, approved: bool) -> None:
            try:
                super().complete(card, approved=approved)
            except CardTrouble as trouble:
                if trouble.cause != "card_declined":
                    raise
                self._log.say_warning("card", f"ignored: {trouble}")

    return base.with_parts(CardReader=CardReader)
