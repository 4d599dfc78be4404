"""What planted bugs of updates have in common: an upkeep with some of its parts replaced."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.sim.terminal.firmware import Firmware


def with_update_parts(base: "type[Firmware]", **parts: type) -> "type[Firmware]":
    """The same firmware with another ``Updater``, ``Bootloader``, or both."""
    return base.with_parts(Upkeep=type("Upkeep", (base.Upkeep,), parts))
