"""A chip that speaks T=1 is refused.

Breaks K-4 (EMV Book 1, 8.3: a terminal speaks T=0 and T=1): reader/chips_of_every_kind catches it.
"""

from harness.sim.terminal.card_read import Wrong
from harness.sim.terminal.firmware import Firmware
from harness.wire import emv


def plant(base: type[Firmware]) -> type[Firmware]:
    """A protocol that was left out to save room."""

    class CardReader(base.CardReader):  # type: ignore[name-defined, misc]
        def check_atr(self, atr: bytes) -> None:
            super().check_atr(atr)
            if emv.parse_atr(atr).protocols[0] == 1:
                raise Wrong("card_bad_atr", "it speaks T=1")

    return base.with_parts(CardReader=CardReader)
