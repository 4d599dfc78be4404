"""A SIM that was pulled and put back is found again once; the second time only a restart finds it.

Breaks S-1 (C3: after a SIM is in place again, sales go on): signal/sim_pulled_again catches it.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A hot swap that is prepared for at the start, and not again."""

    class Cellular(base.Cellular):  # type: ignore[name-defined, misc]
        pulled = 0
        out = False

        def look(self, *, wait: float = 0.0) -> str | None:
            cause: str | None = super().look(wait=wait)
            self.pulled += cause == "sim_missing" and not self.out
            self.out = cause == "sim_missing"
            return "sim_missing" if self.pulled > 1 else cause

    return base.with_parts(Cellular=Cellular)
