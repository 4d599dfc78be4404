"""Once its line was down and is up again, the terminal does not look after it any more.

Breaks Q-9 and S-4 (F5): signal/pace_kept_after_outage catches it, by keeps_pace.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A timer that is stopped at the loss, and not started at the return."""

    class Comms(base.Comms):  # type: ignore[name-defined, misc]
        been_down = False

        def settle_on(self, cause: str | None) -> None:
            self.been_down |= cause is not None
            super().settle_on(cause)

        def _probe(self) -> None:
            if not self.been_down:
                super()._probe()

    return base.with_parts(Comms=Comms)
