"""From its first sale on the terminal takes seven seconds for whatever the register asks.

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
        slow = False  # of the terminal, not of one connection

        def _carry_out(self, apdu: zvt.Apdu) -> None:
            if apdu.command == zvt.AUTHORISATION:
                Dialogue.slow = True
            if Dialogue.slow:
                self._clock.sleep(SLOW)
            super()._carry_out(apdu)

    return base.with_parts(Dialogue=Dialogue)
