"""A stripe that was drawn while nobody sold is kept, and the next sale is charged to it.

Breaks invariant 24 (O-1): each sale reads its card afresh.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A reader whose buffer nobody empties."""

    class CardReader(base.CardReader):  # type: ignore[name-defined, misc]
        def _forget_swipes(self) -> None:
            pass

    return base.with_parts(CardReader=CardReader)
