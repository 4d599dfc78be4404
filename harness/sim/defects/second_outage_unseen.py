"""An idle line is watched until it was lost once; the second time nobody looks.

Breaks S-4 and S-6 (invariant 17): signal/lost_again catches it.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A watch that is not set again."""

    class Comms(base.Comms):  # type: ignore[name-defined, misc]
        lost = False

        def settle_on(self, cause: str | None) -> None:
            self.lost |= cause is not None
            super().settle_on(cause)

        def heartbeat(self) -> None:
            if not self.lost:
                super().heartbeat()

    return base.with_parts(Comms=Comms)
