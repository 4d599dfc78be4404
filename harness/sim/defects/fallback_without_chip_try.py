"""A stripe is taken from a card with a chip, though nobody tried the chip.

Breaks K-3 (ISO/IEC 7813, 7.3: service codes 2xx and 6xx): a copied stripe pays.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A reader that takes what is quickest."""

    class CardReader(base.CardReader):  # type: ignore[name-defined, misc]
        def may_swipe(self, service: str, *, chip_failed: bool) -> bool:
            return True

    return base.with_parts(CardReader=CardReader)
