"""The display goes back to READY while the line is down.

Breaks F10 (scenario H-3): prompts agree with the true state.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.state import RESULT_SHOWN


def plant(base: type[Firmware]) -> type[Firmware]:
    """A state that shows nothing else when nobody sells."""

    class State(base.State):  # type: ignore[name-defined, misc]
        def keep_screen(self) -> None:
            while True:
                self._firmware.clock.sleep(RESULT_SHOWN)
                self._firmware.kick()
                if not self._firmware.payment.turn.held:
                    self._firmware.screen.show("ready")

    return base.with_parts(State=State)
