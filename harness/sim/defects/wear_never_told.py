"""However many insertions fail, the reader is called good.

Breaks K-9: a rate of failed reads is a reason for maintenance.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A reader that counts nothing."""

    class CardReader(base.CardReader):  # type: ignore[name-defined, misc]
        def count_insertion(self, *, bad: bool) -> None:
            """It will be the cards."""

    return base.with_parts(CardReader=CardReader)
