"""Settings that came as an image are in force until the next start only.

Breaks U-4 (invariant 16): parameters are intact behind a start.
"""

from harness.sim.defects._updating import with_update_parts
from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.settings import Settings
from harness.sim.terminal.update import Updater


def plant(base: type[Firmware]) -> type[Firmware]:
    """An updater that reads its settings back, and forgets to apply them."""
    return with_update_parts(base, Updater=_Unread)


class _Forgotten(Settings):
    def load(self) -> None:
        super().load()
        self.known = {kind: {} for kind in self.known}


class _Unread(Updater):
    Settings = _Forgotten
