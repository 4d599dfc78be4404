"""What planted bugs of updates have in common."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.sim.terminal.firmware import Firmware


def with_update_parts(base: "type[Firmware]", **parts: type) -> "type[Firmware]":
    """The same firmware with another ``Updater``, ``Bootloader``, or both in its upkeep."""
    return base.with_parts(Upkeep=type("Upkeep", (base.Upkeep,), parts))


def without_record(base: "type[Firmware]", key: str) -> "type[Firmware]":
    """A firmware whose new version begins, at its first start, with a clean record of one thing."""

    class Forgetful(base):  # type: ignore[misc, valid-type]
        def _read_memory(self) -> None:
            if self.upkeep.slot and self.upkeep.slot.trial:
                self.storage.remember(key, [])
            super()._read_memory()

    return Forgetful
