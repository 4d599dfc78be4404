"""The signal light tells of the first loss; through the next ones it shines.

Breaks F10 (H-3): signal/lost_again catches it, by lights_agree.
"""

from collections.abc import Mapping

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A light that is set when the line comes up for the second time, and never again."""

    class Lights(base.Lights):  # type: ignore[name-defined, misc]
        been_down = stuck = False

        def wanted(self) -> Mapping[str, str]:
            rows = dict(super().wanted())
            down = rows["signal"] != "on"
            self.been_down |= down and self._firmware.comms.cause is not None
            self.stuck |= self.been_down and not down
            return rows | ({"signal": "on"} if self.stuck else {})

    return base.with_parts(Lights=Lights)
