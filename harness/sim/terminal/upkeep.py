"""Updates, seen from the firmware: when they may run, and what is said of them."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.sim.terminal.firmware import Firmware


class Upkeep:
    """Looks for updates when asked to."""

    def __init__(self, firmware: "Firmware") -> None:
        self._firmware = firmware
        self.busy = False

    def look_now(self) -> None:
        """Have the updater look; it waits until no sale runs."""

    def run(self) -> None:
        """A task of its own."""
