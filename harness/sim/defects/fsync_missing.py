"""The journal is written but never synced.

Breaks invariants 2 and 13: a receipt is printed for what a power cut can still take away.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A storage that leaves durability to chance."""

    class Storage(base.Storage):  # type: ignore[name-defined, misc]
        def make_durable(self) -> None:
            """It will be written some time."""

    return base.with_parts(Storage=Storage)
