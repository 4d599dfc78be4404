"""An answer to reset with a wrong check byte is taken for a card.

Breaks ISO/IEC 7816-3, 8.2.5 (K-4; defect i): the cause reported is not the true one.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A reader that does not check."""

    class CardReader(base.CardReader):  # type: ignore[name-defined, misc]
        def check_atr(self, atr: bytes) -> None:
            """Whatever came will do."""

    return base.with_parts(CardReader=CardReader)
