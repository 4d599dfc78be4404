"""What is wrong with the line is told rightly at first, and as a host that is not reached later.

Breaks Q-1, Q-6, S-1, G-1 and G-2 (invariant 17): data/exhausted_between_sales catches it.
"""

from harness.sim.terminal.firmware import Firmware

PATIENCE = 3  # goes in a row that failed


def plant(base: type[Firmware]) -> type[Firmware]:
    """One word for all that has lasted long."""

    class Comms(base.Comms):  # type: ignore[name-defined, misc]
        failed = 0

        def settle_on(self, cause: str | None) -> None:
            self.failed = self.failed + 1 if cause is not None else 0
            super().settle_on("host_unreachable" if self.failed > PATIENCE else cause)

    return base.with_parts(Comms=Comms)
