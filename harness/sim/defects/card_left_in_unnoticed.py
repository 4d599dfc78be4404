"""A card that is left in the slot is told to nobody, and the next sale charges it.

Breaks K-5 and invariant 24: it is asked back, and the next card is read afresh.
"""

from collections.abc import Callable

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A reader that looks at its slot in a sale only."""

    class CardReader(base.CardReader):  # type: ignore[name-defined, misc]
        def watch_left(self) -> None:
            """Whoever forgot it will come back."""
            self._slot.changed.wait_for(lambda: False)

        def empty_slot(self, tell: Callable[[str], None], cancelled: Callable[[], bool]) -> None:
            """A card is a card."""

    return base.with_parts(CardReader=CardReader)
