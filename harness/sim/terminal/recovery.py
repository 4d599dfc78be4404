"""The recovery loader: no slot holds what may run, so an image is fetched anew.

It has a place of its own in the flash, which no update writes. It knows the modem and the store and
nothing else: no sale, no host, no register. What it fetches is checked like any update, and starts
on trial; nothing older than what was confirmed last is taken.
"""

from typing import TYPE_CHECKING

from harness.errors import Garbled, PortError

if TYPE_CHECKING:
    from harness.sim.terminal.bearers import Bearer
    from harness.sim.terminal.firmware import Firmware

AGAIN = 10.0  # s between two tries
WHY = "recovered"  # a flash record: by what the start came that found nothing to run


class Recovery:
    """Runs instead of an application.

    Attributes:
        running: Whether it does.
    """

    def __init__(self, firmware: "Firmware") -> None:
        self._firmware = firmware
        self.running = False

    def run(self) -> None:
        """Fetch, install, restart; for ever where there is nothing to be had."""
        firmware = self._firmware
        self.running = True
        firmware.log.say_error("boot", "no image may run: recovery")
        firmware.upkeep.tell("recovering", {})
        firmware.screen.show("updating")
        firmware.board.spawn("modem", firmware.cellular.line.run)
        while not self.restored():
            firmware.clock.sleep(AGAIN)
        firmware.storage.remember(WHY, firmware.reason)
        firmware.restart("update")

    def restored(self) -> bool:
        """One try, over whichever way there is."""
        firmware = self._firmware
        try:
            return any(
                self._go(bearer) is None and firmware.upkeep.restore()
                for bearer in firmware.ways.all
            )
        except (PortError, Garbled) as error:
            firmware.log.say_warning("upd", f"store not reached: {error}")
            return False

    def _go(self, bearer: "Bearer") -> str | None:
        """Have a way up; what stands in it, or None."""
        firmware = self._firmware
        firmware.board.net.use(bearer.device)
        cause = bearer.look(wait=firmware.times.modem_boot)
        if cause is not None:
            firmware.log.say_warning("net", f"{bearer.name}: {cause}")
        return cause
