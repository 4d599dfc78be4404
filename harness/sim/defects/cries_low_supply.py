"""With every receipt it warns of a low supply, because it measures its own printer.

Breaks statement F10: prompts agree with the true state. Who is often wrong is not believed.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """Receipts that raise an alarm."""

    class Crying(base):  # type: ignore[valid-type, misc]
        def changed(self) -> None:
            if self.printer.receipts and not self._cried:
                self._cried = True
                self.alarms.begin("supply_low", "supply 4.39 V")
                self.alarms.end("supply_low")
            super().changed()

        _cried = False

    return Crying
