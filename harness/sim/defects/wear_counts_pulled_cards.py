"""Cards that are pulled too early are counted as failures of the contacts.

Breaks K-1 and K-9 (F10): reader/pulled_by_everybody catches it.
"""

from harness.sim.terminal.card_read import CardTrouble
from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """One counter for all that ends badly."""

    class CardReader(base.CardReader):  # type: ignore[name-defined, misc]
        def _gone(self) -> CardTrouble:
            self.count_insertion(bad=True)
            return super()._gone()  # type: ignore[no-any-return]

    return base.with_parts(CardReader=CardReader)
