"""The watchdog is fed by a timer of its own, whatever has stopped.

Breaks X-6 (C2): ageing/app_hangs catches it.
"""

from harness.sim.terminal.firmware import Firmware

EVERY = 5.0  # s


def plant(base: type[Firmware]) -> type[Firmware]:
    """A firmware whose timer lives on."""

    class Fed(base):  # type: ignore[valid-type, misc]
        fed = False

        def kick(self) -> None:
            if not self.fed:
                self.fed = True
                self.feed()

        def feed(self) -> None:
            """Again and again, until the reset."""
            if self.board.running is self:
                self.board.kick()
                self.clock.call_at(self.clock.now() + EVERY, self.feed)

    made: type[Firmware] = Fed
    return made
