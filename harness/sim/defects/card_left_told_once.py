"""A card that is left in the slot is told once; after that nobody looks.

Breaks K-5: reader/card_left_in_again catches it.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A task that has nothing to do after its first finding."""

    class CardReader(base.CardReader):  # type: ignore[name-defined, misc]
        def watch_left(self) -> None:
            ended = self._alarms.end

            def rest(*causes: str) -> bool:
                found = bool(ended(*causes))
                if found and "card_stays" in causes:
                    self._slot.changed.wait_for(lambda: False)
                return found

            self._alarms.end = rest
            super().watch_left()

    return base.with_parts(CardReader=CardReader)
