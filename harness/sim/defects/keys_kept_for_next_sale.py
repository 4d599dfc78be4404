"""Keys that are pressed while a sale is under way begin another one when it is over.

Breaks O-1 (E7): operator/keys_while_busy catches it.
"""

from functools import partial

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A buffer of keys that nobody empties."""

    class Keypad(base.Keypad):  # type: ignore[name-defined, misc]
        def _while_busy(self, key: str | None) -> None:
            super()._while_busy(key)
            if key is not None and key != "cancel":
                again = partial(self._keys.put, key)
                self._firmware.clock.call_at(self._firmware.clock.now() + 1.0, again)

    return base.with_parts(Keypad=Keypad)
