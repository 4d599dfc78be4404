"""A sale that fails for want of a line is told the cause of the first outage since the start.

Breaks Q-1 and F7 (invariant 17): data/another_cause_before catches it.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """What was found out is kept, so that nobody has to wait for it again."""

    class Comms(base.Comms):  # type: ignore[name-defined, misc]
        known: str | None = None

        def wanted(self) -> str | None:
            cause: str | None = super().wanted()
            self.known = self.known or cause
            return None if cause is None else self.known

    return base.with_parts(Comms=Comms)
