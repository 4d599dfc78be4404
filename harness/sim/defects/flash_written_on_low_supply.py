"""The flash is written whatever the supply is, also where it cannot be programmed.

Breaks invariant 2 (scenario P-2): a dip to 70 % in mid-sale spoils journal and counters.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A flash driver that does not ask the comparator."""

    class Unguarded(base):  # type: ignore[valid-type, misc]
        def guard_flash(self) -> None:
            """Write at once."""

    return Unguarded
