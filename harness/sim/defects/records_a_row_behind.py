"""Among the day's records on the display each has the amount of the one before.

Breaks O-1 (F4: the records of the day can be queried). operator/records_of_the_day catches it.
"""

from dataclasses import replace

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A menu that takes the amount over when the row is left."""

    class Keypad(base.Keypad):  # type: ignore[name-defined, misc]
        def _show_record(self) -> None:
            storage = self._firmware.storage
            whole = storage.journal
            storage.journal = [
                replace(one, amount=before.amount)
                for one, before in zip(whole, whole[:1] + whole, strict=False)
            ]
            try:
                super()._show_record()
            finally:
                storage.journal = whole

    return base.with_parts(Keypad=Keypad)
