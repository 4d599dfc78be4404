"""adb on a terminal that runs Android: registers reach its payment application by intents over it.

What answers is in ``sim/android``: the daemon, the shell, the log, the application's own intents.
"""

from typing import TYPE_CHECKING

from harness.errors import PortLost
from harness.ports.base import Port
from harness.sim.android.adbd import Daemon
from harness.sim.android.system import system_of

if TYPE_CHECKING:
    from harness.sim.terminal.firmware import Firmware


class Dialogue:
    """One connection to the terminal's daemon; PortLost while the loader has not started it."""

    Daemon: type[Daemon] = Daemon

    def __init__(self, firmware: "Firmware", port: Port) -> None:
        if firmware.upkeep.slot is None:
            raise PortLost(f"{port.address}: connection refused")
        self._daemon = self.Daemon(system_of(firmware), port)

    def read(self) -> None:
        """Take what comes until the connection ends."""
        self._daemon.run()

    def run(self) -> None:
        """Nothing besides: each stream has a process of its own."""
