"""A second press of OK while the first one's sale runs sells once more.

Breaks O-1 and invariant 1: an impatient finger is one sale.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A keypad that keeps what is pressed too often."""

    class Keypad(base.Keypad):  # type: ignore[name-defined, misc]
        more = 0

        def _while_busy(self, key: str | None) -> None:
            super()._while_busy(key)
            self.more += key == "ok"

        def sell(self, amount: int) -> None:
            super().sell(amount)
            while self.more:
                self.more -= 1
                super().sell(amount)

    return base.with_parts(Keypad=Keypad)
