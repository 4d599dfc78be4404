"""The cancel key does nothing once an amount is typed.

Breaks O-1: what is cancelled at a prompt is not charged.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A keypad with one key less."""

    class Keypad(base.Keypad):  # type: ignore[name-defined, misc]
        def _leave(self) -> None:
            """Not now."""

        def _while_busy(self, key: str | None) -> None:
            """Nor now."""

    return base.with_parts(Keypad=Keypad)
