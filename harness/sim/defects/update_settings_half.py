"""New settings are written one after another, their version first: a cut leaves some of each.

Breaks U-4 (invariant 16): the parameters after an update that was cut are the old or the new ones.
"""

from typing import Any

from harness.sim.defects._updating import with_update_parts
from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.settings import Settings
from harness.sim.terminal.update import Updater


def plant(base: type[Firmware]) -> type[Firmware]:
    """An updater that puts settings in force one by one."""
    return with_update_parts(base, Updater=_OneByOne)


class _Piecemeal(Settings):
    def save(self, kind: str, version: str, values: dict[str, float]) -> None:
        here: dict[str, Any] = {}
        super().save(kind, version, here)
        for name, value in values.items():
            here[name] = value
            super().save(kind, version, here)


class _OneByOne(Updater):
    Settings = _Piecemeal
