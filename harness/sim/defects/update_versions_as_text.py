"""Versions are compared letter by letter: 1.10.0 comes before 1.4.2, and 1.9.0 after 1.10.0.

Breaks U-3: the newer version is taken, the older one refused, by their numbers.
"""

from harness.sim.defects._updating import with_update_parts
from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.update import Updater


def plant(base: type[Firmware]) -> type[Firmware]:
    """An updater that sorts like a telephone book."""
    return with_update_parts(base, Updater=_Letters)


class _Letters(Updater):
    def is_newer(self, offered: str, installed: str) -> bool:
        return offered > installed
