"""From its second sale on the terminal takes seven seconds for whatever the register asks.

Breaks ZVT PA00P016, 5.2.5: a command is acknowledged within T3, five seconds. It is as late on its
display and at its host, so it is no line that is slow. Caught by S-5 and whatever sells to prove a
recovery.
"""

from harness.sim.terminal.firmware import Firmware
from harness.wire import zvt

SLOW = 7.0  # s


def plant(base: type[Firmware]) -> type[Firmware]:
    """A dialogue that lets everything wait."""

    class Dialogue(base.Dialogue):  # type: ignore[name-defined, misc]
        sold = 0  # by the terminal, not over one connection

        def _carry_out(self, apdu: zvt.Apdu) -> None:
            Dialogue.sold += apdu.command == zvt.AUTHORISATION
            if Dialogue.sold > 1:
                self._clock.sleep(SLOW)
            super()._carry_out(apdu)

    return base.with_parts(Dialogue=Dialogue)
