"""Behind each outage of the line the terminal restarts, to be sure; it says so five seconds before.

Breaks Q-1, S-4 and N-1 (C2): no restart is needed, and nobody can make use of such a warning.
"""

from harness.sim.terminal.comms import LINE_CAUSES
from harness.sim.terminal.firmware import Firmware

SOON = 5.0  # s


def plant(base: type[Firmware]) -> type[Firmware]:
    """A remedy that always helps, its author found."""

    class Comms(base.Comms):  # type: ignore[name-defined, misc]
        down = False
        behind = staticmethod(lambda: None)

        def settle_on(self, cause: str | None) -> None:
            self.down |= cause in LINE_CAUSES
            super().settle_on(cause)
            if self.down and cause is None:
                self.down = False
                self.behind()

    class Bad(base.with_parts(Comms=Comms)):  # type: ignore[misc]
        def _make_parts(self) -> None:
            super()._make_parts()
            self.comms.behind = lambda: self.board.spawn("fresh start", self._begin_afresh)

        def _begin_afresh(self) -> None:
            with self.payment.turn.taken():
                self.log.say("sys", f"restart due in {SOON:.0f} s")
                self.clock.sleep(SOON)
                self.restart_announced()

    return Bad
