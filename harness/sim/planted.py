"""The terminal's firmware with bugs planted in it, by their names."""

from collections.abc import Iterable

from harness.model.words import find
from harness.sim.terminal.firmware import Firmware


def planted(defects: Iterable[str]) -> type[Firmware]:
    """The firmware, each of these put in over the one before; raises LookupError."""
    firmware: type[Firmware] = Firmware
    for name in defects:
        plant = find("harness.sim.defects", name, group="harness.defects", name="plant")
        firmware = plant(firmware)
    return firmware
