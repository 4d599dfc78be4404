"""Once its line was down and is up again, the terminal looks after it every two seconds, for good.

Breaks Q-9 (A1, A3, invariant 22): signal/pace_kept_after_outage catches it, by keeps_pace.
"""

from harness.sim.terminal.firmware import Firmware

HURRIED = 2.0  # s


def plant(base: type[Firmware]) -> type[Firmware]:
    """A pause that was meant for the first minute."""

    class Comms(base.Comms):  # type: ignore[name-defined, misc]
        been_down = False

        def settle_on(self, cause: str | None) -> None:
            super().settle_on(cause)
            self.been_down |= cause is not None
            if self.been_down and cause is None:
                self.heartbeat_every = HURRIED

    return base.with_parts(Comms=Comms)
