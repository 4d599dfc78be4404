"""The clear key takes a digit from what is shown, and not from what is charged.

Breaks invariant 14 (O-1): display and host agree. operator/digit_taken_back catches it.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A key pad with two copies of the amount."""

    class Keypad(base.Keypad):  # type: ignore[name-defined, misc]
        _entry: str
        _whole = ""

        def _amount(self, key: str) -> None:
            if not self._entry:
                self._whole = ""
            if key.isdigit():
                self._whole += key
            elif key == "ok":
                self._entry = self._whole
            super()._amount(key)

    return base.with_parts(Keypad=Keypad)
