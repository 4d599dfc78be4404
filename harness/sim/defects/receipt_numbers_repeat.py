"""Receipt numbers are counted in memory: after a cut they begin again at 1.

Breaks P-1 and P-7 (invariant 1): a void by such a number takes another sale back;
power/taken_back_after_cut catches it.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A storage that does not look for the last one."""

    class Storage(base.Storage):  # type: ignore[name-defined, misc]
        def load(self) -> None:
            super().load()
            self.receipt = 0

    return base.with_parts(Storage=Storage)
