"""Why the line is down is found out once; the next time it is a host that is not reached.

Breaks Q-1, Q-6, S-1, S-7, G-1 and G-2 (invariant 17): data/exhausted_again catches it.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A diagnosis that is run until it has found something."""

    class Comms(base.Comms):  # type: ignore[name-defined, misc]
        found = over = False

        def settle_on(self, cause: str | None) -> None:
            self.found |= cause is not None
            self.over |= self.found and cause is None
            super().settle_on("host_unreachable" if cause is not None and self.over else cause)

    return base.with_parts(Comms=Comms)
